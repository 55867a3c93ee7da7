#include <pim/io/glue_data.hpp>

#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary.hpp"
using pim::io::read_glue;
using pim::io::read_glue_file;
using pim::task::Example;
using pim::task::glue_task;
using pim::task::glue_tasks;
using pim::test::message_of;
using pim::test::TemporaryFolder;

namespace {
std::vector<Example> read(const char* task, const std::string& bytes) {
  const TemporaryFolder folder;
  pim::io::write_file(folder / "dev.tsv", bytes);
  return read_glue_file(folder / "dev.tsv", glue_task(task));
}
/// What is said after the path of the temporary file.
std::string complaint(const char* task, const std::string& bytes) {
  const std::string message = message_of([&] { read(task, bytes); });
  return message.substr(message.find("dev.tsv") + 7);
}
const std::string rte_header = "index\tsentence1\tsentence2\tlabel\n";
}  // namespace

TEST_CASE("read_glue_file: plain, with CRLF, byte order mark, quotes and empty lines at the end", "[io][glue]") {
  const std::vector<Example> expected = {{"A \"b.", "c", 0.0F}, {"d", "", 1.0F}};
  CHECK(read("rte", rte_header + "0\tA \"b.\tc\tentailment\n1\td\t\tnot_entailment\n") == expected);
  CHECK(read("rte",
             "\xEF\xBB\xBFindex\tsentence1\tsentence2\tlabel\r\n0\tA \"b.\tc\tentailment\r\n"
             "1\td\t\tnot_entailment\r\n\r\n\n") == expected);
  CHECK(read("rte", rte_header + "0\tA \"b.\tc\tentailment\n1\td\t\tnot_entailment") == expected);
}

TEST_CASE("read_glue_file: columns are found by name, CoLA's by place", "[io][glue]") {
  CHECK(read("rte", "label\tsentence2\textra\tsentence1\nentailment\tb\tx\ta\n") ==
        std::vector<Example>{{"a", "b", 0.0F}});
  CHECK(read("cola", "gj04\t1\t\tYes it is.\nbc01\t0\t*\tIs yes it.\n") ==
        std::vector<Example>{{"Yes it is.", {}, 1.0F}, {"Is yes it.", {}, 0.0F}});
}

TEST_CASE("read_glue_file: what is wrong is said with file and line", "[io][glue]") {
  const std::string good = "0\ta\tb\tentailment\n";
  CHECK(complaint("rte", "") == ": the file is empty, expected the data of rte");
  CHECK(complaint("rte", "\xEF\xBB\xBF\r\n") == ": the file is empty, expected the data of rte");
  CHECK(complaint("rte", rte_header) == ": no rows after the header, expected the data of rte");
  CHECK(complaint("rte", "index\tsentence1\tlabel\n") == ":1: no column 'sentence2' in the header, which rte needs");
  CHECK(complaint("rte", rte_header + good + "1\ta\tb\n") == ":3: 3 columns, expected 4 separated by tabs");
  // qqp's official file has rows that were cut, which HuggingFace's reader leaves out too
  TemporaryFolder cut;
  pim::io::write_file(cut / "train.tsv",
                      "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\ta\n1\t2\t3\ta\tb\t1\n");
  CHECK(pim::io::read_glue_file(cut / "train.tsv", pim::task::glue_task("qqp")).size() == 1);
  CHECK(complaint("rte", rte_header + good + "\n" + good) == ":3: 1 columns, expected 4 separated by tabs");
  CHECK(complaint("rte", rte_header + good + "1\ta\tb\t1\n") ==
        ":3: label '1' of rte is not one of entailment, not_entailment");
  CHECK(complaint("cola", "x\t2\t\ta\n") == ":1: label '2' of cola is not one of 0, 1");
  CHECK(complaint("rte", rte_header + "0\ta\xC3\xA9\xFF\tb\tentailment\n") ==
        ":2: invalid UTF-8 at byte 6; save the file as UTF-8");
  const std::string stsb = "sentence1\tsentence2\tscore\n";
  for (const char* score : {"5.001", "-0.1", "nan", "inf", "", "2.5x", " 1"}) {
    CHECK(complaint("stsb", stsb + "a\tb\t" + score + "\n") ==
          ":2: label '" + std::string(score) + "' of stsb is not a score from 0 to 5");
  }
}

TEST_CASE("read_glue: missing folders and files are named", "[io][glue]") {
  const TemporaryFolder folder;
  const auto& mrpc = glue_task("mrpc");
  const std::string root = folder.path().string();
  const auto say = [&](const std::filesystem::path& at) {
    return message_of([&] { read_glue(at, mrpc, mrpc.train); });
  };
  CHECK(say(folder / "none") == root + "/none: no such folder; expected mrpc as " + root + "/none/MRPC/train.tsv");
  CHECK(say(folder.path()) == root + "/MRPC: no such folder; expected mrpc as " + root + "/MRPC/train.tsv");
  std::filesystem::create_directory(folder / "MRPC");
  CHECK_THAT(say(folder.path()), ContainsSubstring("cannot read " + root + "/MRPC/train.tsv"));
  std::filesystem::create_directory(folder / "MRPC/train.tsv");
  CHECK_THAT(say(folder.path()), ContainsSubstring("cannot read " + root + "/MRPC/train.tsv"));
}

TEST_CASE("write_glue: what is written in the official layout reads back", "[io][glue]") {
  const TemporaryFolder folder;
  for (const auto& task : glue_tasks) {
    std::vector<Example> examples;
    for (int id = 0; id < 3; ++id) {
      const float label =
          task.is_regression() ? 1.7F * static_cast<float>(id) : static_cast<float>(id % task.outputs());
      examples.push_back({"first \"" + std::to_string(id), {}, label});
      if (task.is_pair())
        examples.back().b =
            "s\xC3\xA9"
            "cond";
    }
    std::vector<pim::task::GlueFile> files(task.dev_files().begin(), task.dev_files().end());
    files.push_back(task.train);
    for (const auto& file : files) {
      pim::io::write_glue(folder.path(), task, file, examples);
      CHECK(read_glue(folder.path(), task, file) == examples);
    }
  }
  CHECK(pim::io::read_file(folder / "MRPC/dev.tsv")
            .starts_with("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t\t\tfirst"));
}

TEST_CASE("write_glue: examples that the task cannot hold are errors", "[io][glue]") {
  const TemporaryFolder folder;
  const auto say = [&](const char* name, const Example& example) {
    const auto& task = glue_task(name);
    return message_of([&] { pim::io::write_glue(folder.path(), task, task.train, std::vector{example}); });
  };
  CHECK(say("rte", {"a\tb", "c", 0.0F}) == "write_glue: rte example 0 has a tab or line end in a sentence");
  CHECK(say("rte", {"a", {}, 0.0F}) == "write_glue: rte example 0 lacks its second sentence");
  CHECK(say("sst2", {"a", "b", 0.0F}) == "write_glue: sst2 example 0 has a second sentence");
  CHECK_THAT(say("rte", {"a", "b", -1.0F}), ContainsSubstring("not one of entailment, not_entailment"));
  CHECK_THAT(say("stsb", {"a", "b", 5.5F}), ContainsSubstring("not a score from 0 to 5"));
  pim::io::write_file(folder / "RTE", "a file where the folder should be");
  CHECK_THAT(say("rte", {"a", "b", 0.0F}), ContainsSubstring("cannot write"));
}

TEST_CASE("read_glue: the nine tasks of the real data have their known sizes", "[io][glue]") {
  const std::filesystem::path root = pim::test::data_dir() / "glue";
  if (!pim::test::has_data(root)) return;
  const std::map<std::string, std::vector<std::size_t>> rows = {
      // train, dev (MNLI: matched, mismatched)
      {"cola", {8551, 1043}}, {"sst2", {67349, 872}}, {"mrpc", {3668, 408}},
      {"stsb", {5749, 1500}}, {"qqp", {20000, 3497}}, {"mnli", {9999, 9815, 1000}},
      {"qnli", {9999, 5463}}, {"rte", {2490, 277}},   {"wnli", {635, 71}},
  };
  for (const auto& task : glue_tasks) {
    std::vector<std::size_t> read = {read_glue(root, task, task.train).size()};
    for (const auto& file : task.dev_files()) read.push_back(read_glue(root, task, file).size());
    CHECK(read == rows.at(std::string(task.name)));
  }
}

TEST_CASE("read_glue: labels of the real evaluation sets are those published", "[io][glue]") {
  const std::filesystem::path root = pim::test::data_dir() / "glue";
  if (!pim::test::has_data(root)) return;
  const auto count = [&](const char* name, float label) {
    const auto& task = glue_task(name);
    int n = 0;
    for (const Example& example : read_glue(root, task, task.dev[0])) n += example.label == label ? 1 : 0;
    return n;
  };
  CHECK(count("mnli", 0.0F) == 3479);  // entailment, neutral, contradiction
  CHECK(count("mnli", 1.0F) == 3123);
  CHECK(count("mnli", 2.0F) == 3213);
  CHECK(count("qnli", 0.0F) == 2702);
  CHECK(count("rte", 0.0F) == 146);
  CHECK(count("sst2", 1.0F) == 444);
  CHECK(count("mrpc", 1.0F) == 279);
}
