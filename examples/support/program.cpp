#include "support/program.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>

#include <pim/core/parallel.hpp>
#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/io/json_file.hpp>

namespace pim::app {

CLI::Validator one_of(std::vector<std::string> names) {
  const std::string known = join(names);
  return CLI::Validator(
      [names = std::move(names), known](const std::string& value) -> std::string {
        if (std::find(names.begin(), names.end(), value) != names.end()) return "";
        return in_quotes(value) + " is unknown, expected one of " + known + did_you_mean(value, names);
      },
      "{" + known + "}");
}

namespace {
/// The line that an interrupted program leaves, ready before any signal comes.
std::string& interrupt_line() {
  static std::string line;
  return line;
}
void end_interrupted(int signal) {
  io::remove_unfinished_files();
  const std::string& line = interrupt_line();
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) ::_exit(128 + signal);
  ::_exit(128 + signal);
}

/// A flag's words as JSON: numbers and truth values as what they are, all else as text.
io::OrderedJson typed(const std::string& word) {
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
/// What is wrong with the flags, with the nearest right one.
std::string explained(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  if (const auto extras = app.remaining(); dynamic_cast<const CLI::ExtrasError*>(&error) && !extras.empty()) {
    std::vector<std::string> known;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
    message = "unknown argument " + in_quotes(extras.front()) + did_you_mean(extras.front(), known);
  }
  return message + " (--help lists all flags)";
}
}  // namespace

Program::Program(const std::string& name, const std::string& purpose) : Program(name, purpose, PIM_VERSION) {}
Program::Program(const std::string& name, const std::string& purpose, const std::string& version)
    : app_(std::make_unique<CLI::App>(purpose, name)),
      threads_(std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {
  document_.program = name;
  document_.version = version;
  app_->option_defaults()->always_capture_default();
  app_->set_version_flag("--version", name + " " + version);
  app_->add_option("--seed", seed_, "seed of all random numbers")->check(CLI::NonNegativeNumber);
  app_->add_option("--threads", threads_, "threads, all processors unless given")->check(CLI::Range(1, 1024));
  json_ = app_->add_option("--json", json_path_, "write the results as JSON to this file (-: standard output)")
              ->always_capture_default(false);
  app_->add_flag("--quiet", quiet_, "print nothing on standard output");
}
Program::~Program() = default;

void Program::print(const std::string& text) const {
  if (quiet_ || to_stdout()) return;
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);  // a long run is watched, often through a pipe
}

Progress Program::progress(const std::string& label, Index total) const {
  return Progress(label, total, !quiet_ && ::isatty(STDERR_FILENO) == 1);
}

int Program::run(int argc, const char* const* argv, const std::function<int()>& body) {
  try {
    app_->parse(argc, argv);
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
    return app_->exit(help);
  } catch (const CLI::ParseError& error) {
    return fail(2, explained(*app_, error));
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

bool Program::to_stdout() const { return json_->count() > 0 && json_path_ == "-"; }
bool Program::to_file() const { return json_->count() > 0 && json_path_ != "-"; }
int Program::fail(int code, const std::string& message) const {
  std::fprintf(stderr, "%s: %s\n", document_.program.c_str(), printable(message).c_str());
  return code;
}

void Program::watch_signals() const {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  interrupt_line() = (terminal ? "\r\033[K" : "") + document_.program + ": interrupted\n";
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, end_interrupted);
}

void Program::describe_flags() {
  for (const CLI::Option* option : app_->get_options()) {
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
      for (const std::string& word : words) value.push_back(typed(word));
    } else if (!words.empty()) {
      value = typed(words.front());
    }
  }
}

}  // namespace pim::app
