#include <unistd.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/core/parallel.hpp>
#include <pim/io/file.hpp>
#include <pim/io/json_file.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

using pim::app::Program;
using pim::io::Json;
using pim::io::read_file;
using pim::test::files_in;
using pim::test::TemporaryFolder;

namespace {
struct Ended {
  int code;
  std::string out, err;
};

/// Runs a program with these arguments in a process of its own.
Ended run(const std::vector<std::string>& arguments, const std::function<int(Program&)>& body) {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string(), err = (folder / "err").string();
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    if (std::freopen(out.c_str(), "w", stdout) == nullptr || std::freopen(err.c_str(), "w", stderr) == nullptr) {
      ::_exit(99);
    }
    std::vector<const char*> argv = {"pim_test"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    Program program("pim_test", "A test.", "1.2.3");
    pim::Index m = 128;
    std::vector<std::string> tiles = {"ideal", "pcm"};
    program.flags().add_option("--m", m, "rows")->check(CLI::Range(1, 4096));
    program.flags()
        .add_option("--tile", tiles, "tiles")
        ->delimiter(',')
        ->check(pim::app::one_of({"ideal", "sram", "pcm"}));
    const int code = program.run(static_cast<int>(argv.size()), argv.data(), [&] { return body(program); });
    std::fflush(nullptr);
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder / "out"), read_file(folder / "err")};
}
int good(Program& program) {
  program.results().push_back({{"tile", "pcm"}, {"energy_pJ", nullptr}});
  program.print("a table\n");
  return 0;
}
}  // namespace

TEST_CASE("Program: --help and --version", "[program]") {
  const Ended help = run({"--help"}, good);
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  for (const char* flag :
       {"--help", "--version", "--seed", "--threads", "--json", "--quiet", "--m", "--tile", "=128"}) {
    CHECK_THAT(help.out, ContainsSubstring(flag));
  }
  const Ended version = run({"--version"}, good);
  CHECK(version.code == 0);
  CHECK(version.out == "pim_test 1.2.3\n");
}

TEST_CASE("Program: text, JSON to a file, JSON to standard output, quiet", "[program]") {
  const TemporaryFolder folder;
  const std::string file = (folder / "r.json").string();
  Ended ended = run({"--json", file, "--m", "7", "--tile", "sram,pcm"}, good);
  CHECK(ended.code == 0);
  CHECK(ended.out == "a table\n");
  CHECK(ended.err.empty());
  const Json document = pim::io::read_json(file);
  CHECK(document["program"] == "pim_test");
  CHECK(document["version"] == "1.2.3");
  CHECK(document["results"] == Json::parse(R"([{"tile": "pcm", "energy_pJ": null}])"));
  CHECK(document["config"]["m"] == 7);
  CHECK(document["config"]["tile"] == Json({"sram", "pcm"}));
  CHECK(document["config"]["seed"] == 42);
  CHECK(document["config"]["quiet"] == false);
  CHECK(document["config"]["json"] == file);
  CHECK_FALSE(document["config"].contains("help"));
  CHECK_FALSE(document["config"].contains("version"));

  ended = run({"--json", "-", "--seed", "18446744073709551615"}, good);
  CHECK(ended.err.empty());
  const Json printed = pim::io::parse_json(ended.out, "out");
  CHECK(printed["config"]["seed"] == 18446744073709551615U);
  CHECK(printed["config"]["tile"] == Json({"ideal", "pcm"}));
  CHECK(printed["config"]["m"] == 128);

  ended = run({"--quiet", "--json", file}, good);
  CHECK(ended.out.empty());
  CHECK(ended.code == 0);
  CHECK(files_in(folder.path()) == "r.json");
}

TEST_CASE("Program: the body's seed, threads and verdict", "[program]") {
  CHECK(run({"--seed", "7", "--threads", "2"}, [](Program& p) {
          return p.seed() == 7 && pim::threads() == 2 ? 0 : 1;
        }).code == 0);
  const TemporaryFolder folder;
  const Ended failed = run({"--json", (folder / "r.json").string()}, [](Program&) { return 1; });
  CHECK(failed.code == 1);
  CHECK(files_in(folder.path()) == "r.json");  // says what failed
}

TEST_CASE("Program: wrong flags end with 2 and one line that names the culprit", "[program]") {
  const TemporaryFolder folder;
  const auto wrong = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", (folder / "r.json").string()});
    const Ended ended = run(arguments, good);
    CHECK(ended.code == 2);
    CHECK(ended.out.empty());
    CHECK(ended.err.find("pim_test: ") == 0);
    CHECK(std::count(ended.err.begin(), ended.err.end(), '\n') == 1);
    CHECK(files_in(folder.path()).empty());
    return ended.err;
  };
  CHECK(wrong({"--nosuchflag"}).find("pim_test: unknown argument '--nosuchflag'; did you mean '--") == 0);
  CHECK(wrong({"--sed", "1"}) ==
        "pim_test: unknown argument '--sed'; did you mean '--seed'? (--help lists all flags)\n");
  CHECK_THAT(wrong({"--m", "-3"}), ContainsSubstring("--m"));
  CHECK_THAT(wrong({"--m", "minus"}), ContainsSubstring("--m"));
  CHECK_THAT(wrong({"--m", "1.5"}), ContainsSubstring("--m"));
  CHECK_THAT(wrong({"--m", "99999999999999999999"}), ContainsSubstring("--m"));
  CHECK_THAT(wrong({"--m"}), ContainsSubstring("--m"));
  CHECK_THAT(wrong({"--seed", "-1"}), ContainsSubstring("--seed"));
  CHECK_THAT(wrong({"--threads", "0"}), ContainsSubstring("--threads"));
  CHECK_THAT(wrong({"--tile", "ideal,pmc"}),
             ContainsSubstring("'pmc' is unknown, expected one of ideal, sram, pcm; did you mean 'pcm'?"));
  CHECK_THAT(wrong({"--tile", "two\nlines"}), ContainsSubstring("two\\x0alines"));
  CHECK_THAT(wrong({"stray"}), ContainsSubstring("'stray'"));
}

TEST_CASE("Program: what the body throws becomes a code and one line", "[program]") {
  const TemporaryFolder folder;
  const auto throwing = [&](const std::function<void()>& action) {
    return run({"--json", (folder / "r.json").string()}, [&](Program&) {
      action();
      return 0;
    });
  };
  Ended ended = throwing([] { throw std::invalid_argument("core_size is 0,\nexpected 1"); });
  CHECK(ended.code == 2);
  CHECK(ended.err == "pim_test: core_size is 0,\\x0aexpected 1\n");
  ended = throwing([] { pim::io::read_file("/nowhere/file"); });
  CHECK(ended.code == 2);
  CHECK(ended.err == "pim_test: cannot read /nowhere/file: No such file or directory; check the path\n");
  ended = throwing([] { throw std::logic_error("oops"); });
  CHECK(ended.code == 1);
  CHECK(ended.err == "pim_test: internal error: oops\n");
  ended = throwing([] { throw std::bad_alloc(); });
  CHECK(ended.code == 1);
  CHECK(files_in(folder.path()).empty());
}

TEST_CASE("Program: a place that cannot be written is an error before any work", "[program]") {
  const TemporaryFolder folder;
  for (const std::string& place :
       {folder.path().string(), (folder / "no/r.json").string(), std::string("/proc/r.json")}) {
    const Ended ended = run({"--json", place}, [](Program&) -> int { ::_exit(7); });
    CHECK(ended.code == 2);
    CHECK(ended.err.find("pim_test: cannot write " + place) == 0);
  }
}

TEST_CASE("Program: interrupted, it leaves one line and no file", "[program]") {
  const TemporaryFolder folder;
  const Ended ended = run({"--json", (folder / "r.json").string()}, [&](Program&) {
    pim::io::AtomicFile file(folder / "model");
    file.write("half");
    std::raise(SIGINT);
    return 0;
  });
  CHECK(ended.code == 130);
  CHECK(ended.err == "pim_test: interrupted\n");
  CHECK(files_in(folder.path()).empty());
}

TEST_CASE("Progress: done, loss, rate and time left on one line", "[program]") {
  using pim::app::clock_text;
  using pim::app::progress_line;
  CHECK(progress_line("sst2 sram", 60, 120, 0.43214, 2.0, 79) ==
        "sst2 sram  [=========>          ]  60/120  loss 0.4321  30/s  0:02 left");
  CHECK(progress_line("x", 0, 10, {}, 0.0, 79) == "x  [                    ]  0/10");
  CHECK(progress_line("x", 10, 10, {}, 5.0, 79) == "x  [====================]  10/10  2/s  0:00 left");
  CHECK(progress_line("x", 1, 1000, {}, 5.0, 79) == "x  [                    ]  1/1000  0.2/s  1:23:15 left");
  CHECK(progress_line("x", 3100, 4000, {}, 2.0, 79) == "x  [==============>     ]  3100/4000  1550/s  0:01 left");
  CHECK_THAT(progress_line("x", 9996, 10000, {}, 10.0, 79), ContainsSubstring("  1000/s"));
  CHECK(progress_line("a label that is long", 1, 10, 1.0, 5.0, 30).size() == 30);
  CHECK(clock_text(0.0) == "0:00");
  CHECK(clock_text(59.1) == "1:00");
  CHECK(clock_text(3599.0) == "59:59");
  CHECK(clock_text(3600.0) == "1:00:00");
  CHECK(run({}, [](Program& p) {
          pim::app::Progress progress = p.progress("x", 2);  // standard error is no terminal here
          progress.update(1, 0.5);
          return 0;
        }).err.empty());
}
