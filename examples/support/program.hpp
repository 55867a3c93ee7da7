#pragma once
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/core/matrix.hpp>
#include <pim/core/parallel.hpp>
#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/io/json_file.hpp>
#include <pim/io/report.hpp>

#include "support/progress.hpp"

/// What all programs have in common: flags, results, errors.
namespace pim::app {

/// A flag's values must be among these names; the message gives the nearest.
inline CLI::Validator one_of(std::vector<std::string> names) {
  const std::string known = join(names);
  return CLI::Validator(
      [names = std::move(names), known](const std::string& value) -> std::string {
        if (std::find(names.begin(), names.end(), value) != names.end()) return "";
        return in_quotes(value) + " is unknown, expected one of " + known + did_you_mean(value, names);
      },
      "{" + known + "}");
}

namespace detail {
/// The line that an interrupted program leaves, ready before any signal comes.
inline std::string& interrupt_line() {
  static std::string line;
  return line;
}
inline void end_interrupted(int signal) {
  io::remove_unfinished_files();
  const std::string& line = interrupt_line();
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) ::_exit(128 + signal);
  ::_exit(128 + signal);
}

/// A flag's words as JSON: numbers and truth values as what they are, all else as text.
inline io::OrderedJson typed(const std::string& word) {
  if (word == "true" || word == "false") return word == "true";
  const char* end = word.data() + word.size();
  const auto read = [&](auto value) {
    const auto [stop, error] = std::from_chars(word.data(), end, value);
    return error == std::errc() && stop == end ? io::OrderedJson(value) : io::OrderedJson();
  };
  for (const io::OrderedJson& value : {read(std::int64_t{}), read(std::uint64_t{}), read(double{})}) {
    if (!value.is_null()) return value;
  }
  return word;
}
}  // namespace detail

/// One command-line program.
///
///   int main(int argc, char** argv) {
///     pim::app::Program program("pim_tile", "How wrong and how costly is one product on this tile?");
///     pim::Index m = 128;
///     program.flags().add_option("--m", m, "rows of x")->check(CLI::Range(1, 1 << 20));
///     return program.run(argc, argv, [&] {
///       program.results().push_back({{"m", m}});
///       program.print(pim::io::table(program.results(), {{.field = "m", .heading = "m"}}));
///       return 0;
///     });
///   }
///
/// Exit codes: what the body returns (0, or 1 when a verification failed); 2 when it throws std::invalid_argument or
/// std::runtime_error, which stand for wrong input, or the flags are wrong; 1 when it throws anything else; 128 +
/// signal when interrupted. Every failure is one line on standard error and leaves no output file.
class Program {
 public:
  Program(const std::string& name, const std::string& purpose, const std::string& version = PIM_VERSION)
      : app_(purpose, name) {
    document_.program = name;
    document_.version = version;
    app_.option_defaults()->always_capture_default();
    app_.set_version_flag("--version", name + " " + version);
    app_.add_option("--seed", seed_, "seed of all random numbers")->check(CLI::NonNegativeNumber);
    app_.add_option("--threads", threads_, "threads, all processors unless given")->check(CLI::Range(1, 1024));
    json_ = app_.add_option("--json", json_path_, "write the results as JSON to this file (-: standard output)")
                ->always_capture_default(false);
    app_.add_flag("--quiet", quiet_, "print nothing on standard output");
  }

  CLI::App& flags() { return app_; }
  std::uint64_t seed() const { return seed_; }
  /// Rows of the JSON document.
  io::OrderedJson& results() { return document_.results; }
  /// "config" of the JSON document: all flags with their values, before the body runs.
  io::OrderedJson& config() { return document_.config; }

  /// Text for people: on standard output, unless --quiet or JSON goes there.
  void print(const std::string& text) const {
    if (!talks()) return;
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);  // a long run is watched, often through a pipe
  }
  /// A progress line, seen on a terminal only. `total` in steps.
  Progress progress(const std::string& label, Index total) const {
    return Progress(label, total, !quiet_ && ::isatty(STDERR_FILENO) == 1);
  }

  int run(int argc, const char* const* argv, const std::function<int()>& body) {
    try {
      app_.parse(argc, argv);
      watch_signals();
      describe_flags();
      if (to_file()) io::require_writable(json_path_);
      set_threads(threads_);
      const int code = body();
      if (to_stdout()) std::fputs(io::json_text(document_.json()).c_str(), stdout);
      if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        throw std::runtime_error("cannot write to standard output; free some space or redirect it");
      }
      if (to_file()) io::write_json(json_path_, document_.json());
      return code;
    } catch (const CLI::Success& help) {
      return app_.exit(help);
    } catch (const CLI::ParseError& error) {
      return fail(2, explained(error));
    } catch (const std::invalid_argument& error) {
      return fail(2, error.what());
    } catch (const std::runtime_error& error) {
      return fail(2, error.what());
    } catch (const std::bad_alloc&) {
      return fail(1, "not enough memory; use a smaller model, batch or tile");
    } catch (const std::exception& error) {
      return fail(1, std::string("internal error: ") + error.what());
    }
  }

 private:
  bool to_stdout() const { return json_->count() > 0 && json_path_ == "-"; }
  bool to_file() const { return json_->count() > 0 && json_path_ != "-"; }
  bool talks() const { return !quiet_ && !to_stdout(); }

  int fail(int code, const std::string& message) const {
    std::fprintf(stderr, "%s: %s\n", document_.program.c_str(), printable(message).c_str());
    return code;
  }
  std::string explained(const CLI::ParseError& error) const {
    std::string message = error.what();
    if (const auto extras = app_.remaining(); dynamic_cast<const CLI::ExtrasError*>(&error) && !extras.empty()) {
      std::vector<std::string> known;
      for (const CLI::Option* option : app_.get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
      }
      message = "unknown argument " + in_quotes(extras.front()) + did_you_mean(extras.front(), known);
    }
    return message + " (--help lists all flags)";
  }
  void watch_signals() const {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    detail::interrupt_line() = (terminal ? "\r\033[K" : "") + document_.program + ": interrupted\n";
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, detail::end_interrupted);
  }
  void describe_flags() {
    for (const CLI::Option* option : app_.get_options()) {
      if (option->get_lnames().empty() || !option->get_configurable()) continue;
      const bool list = option->get_expected_max() > 1;
      std::vector<std::string> words = option->results();
      const std::string& text = option->get_default_str();
      if (words.empty() && !text.empty() && text != "[]") {  // a list's default is "[a,b]"
        words = list && text.size() >= 2 ? CLI::detail::split(text.substr(1, text.size() - 2), ',') : std::vector{text};
      }
      io::OrderedJson& value = document_.config[option->get_lnames().front()];
      if (option->get_expected_max() == 0) {
        value = option->count() > 0;
      } else if (list) {
        value = io::OrderedJson::array();
        for (const std::string& word : words) value.push_back(detail::typed(word));
      } else if (!words.empty()) {
        value = detail::typed(words.front());
      }
    }
  }

  CLI::App app_;
  CLI::Option* json_ = nullptr;
  io::ResultDocument document_;
  std::uint64_t seed_ = 42;
  int threads_ = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::string json_path_;
  bool quiet_ = false;
};

}  // namespace pim::app
