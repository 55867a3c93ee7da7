#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <pim/core/matrix.hpp>
#include <pim/io/report.hpp>

#include "support/progress.hpp"

namespace CLI {
class App;
class Option;
class Validator;
}  // namespace CLI

/// What all programs have in common: flags, results, errors.
namespace pim::app {

/// A flag's values must be among these names; the message gives the nearest.
CLI::Validator one_of(std::vector<std::string> names);

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
  Program(const std::string& name, const std::string& purpose);  ///< of the library's version
  Program(const std::string& name, const std::string& purpose, const std::string& version);
  ~Program();

  CLI::App& flags() { return *app_; }  ///< <CLI/CLI.hpp> defines what it takes
  std::uint64_t seed() const { return seed_; }
  /// Rows of the JSON document.
  io::OrderedJson& results() { return document_.results; }
  /// "config" of the JSON document: all flags with their values, before the body runs.
  io::OrderedJson& config() { return document_.config; }

  /// All of the JSON document, of which results and config are parts.
  const io::ResultDocument& document() const { return document_; }

  /// Text for people: on standard output, unless --quiet or JSON goes there.
  void print(const std::string& text) const;
  /// A progress line, seen on a terminal only. `total` in steps.
  Progress progress(const std::string& label, Index total) const;

  int run(int argc, const char* const* argv, const std::function<int()>& body);

 private:
  bool to_stdout() const;
  bool to_file() const;
  int fail(int code, const std::string& message) const;
  void watch_signals() const;
  void describe_flags();

  std::unique_ptr<CLI::App> app_;
  CLI::Option* json_ = nullptr;
  io::ResultDocument document_;
  std::uint64_t seed_ = 42;
  int threads_;
  std::string json_path_;
  bool quiet_ = false;
};

}  // namespace pim::app
