#include <string>
#include <vector>
#include <pim/task/glue/task.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"
using pim::task::glue_task;
using pim::task::glue_tasks;

TEST_CASE("GlueTask: label spaces and result names of the nine tasks", "[task][glue]") {
  std::vector<int> outputs;
  std::vector<std::string> results;
  for (const auto& task : glue_tasks) {
    outputs.push_back(task.outputs());
    for (const auto& file : task.dev_files()) results.emplace_back(file.result);
    CHECK(&glue_task(task.name) == &task);
    CHECK(task.is_regression() == (task.name == "stsb"));
    CHECK(task.is_pair() == (task.name != "cola" && task.name != "sst2"));
  }
  CHECK(outputs == std::vector<int>{2, 2, 2, 1, 2, 3, 2, 2, 2});
  CHECK(results ==
        std::vector<std::string>{"cola", "sst2", "mrpc", "stsb", "qqp", "mnli", "mnli-mm", "qnli", "rte", "wnli"});
  CHECK(glue_task("mnli").labels()[2] == "contradiction");
  CHECK(glue_task("rte").labels()[0] == "entailment");
}

TEST_CASE("GlueTask: an unknown name is answered with the nearest", "[task][glue]") {
  const auto message = [](const char* name) { return pim::test::message_of([&] { glue_task(name); }); };
  CHECK(message("sts-b") ==
        "unknown GLUE task 'sts-b'; did you mean 'stsb'? Tasks are cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte, wnli");
  CHECK_THAT(message("SST-2"), ContainsSubstring("did you mean 'sst2'?"));
  CHECK_THAT(message("qnl"), ContainsSubstring("did you mean 'qnli'?"));
  CHECK_THAT(message("new\nline"), ContainsSubstring("'new\\x0aline'"));
}
