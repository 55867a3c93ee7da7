#pragma once
#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pim/core/text.hpp>

namespace pim::task {

/// One file of a task's folder in the official GLUE download.
struct GlueFile {
  std::string_view result;   ///< name of results on this file: the task's name, but mnli-mm for MNLI's second dev set
  std::string_view name;     ///< file name inside the task's folder
  std::string_view columns;  ///< official column names, separated by tabs
};

/// What is fixed about a GLUE task: where its data is, what its labels mean, which number tables report.
///
/// source  the official GLUE download (files and columns); label ids as in the dataset nyu-mll/glue
struct GlueTask {
  std::string_view name;                        ///< official name in lower case
  std::string_view folder;                      ///< folder inside the download
  GlueFile train;                               ///< the training file
  std::array<GlueFile, 2> dev;                  ///< labelled evaluation files; use dev_files()
  bool has_header;                              ///< do files begin with a line of column names?
  std::string_view sentence1, sentence2;        ///< column names; sentence2 is empty in single-sentence tasks
  std::string_view label;                       ///< column name
  std::array<std::string_view, 3> label_names;  ///< in id order; use labels()
  bool labels_are_ids;                          ///< does the label column hold ids (0, 1) instead of names?
  std::string_view metric;                      ///< the one number that tables report
  bool has_broken_rows = false;                 ///< does the official file have rows cut short, which readers skip?

  constexpr bool is_pair() const { return !sentence2.empty(); }
  /// A score instead of classes: one output, trained with the mean squared error.
  constexpr bool is_regression() const { return label_names[0].empty(); }
  constexpr std::span<const std::string_view> labels() const {
    const auto end = std::find(label_names.begin(), label_names.end(), std::string_view());
    return {label_names.begin(), end};
  }
  /// Width of the classifier's output layer.
  constexpr int outputs() const { return is_regression() ? 1 : static_cast<int>(labels().size()); }
  constexpr std::span<const GlueFile> dev_files() const { return {dev.data(), dev[1].name.empty() ? 1U : 2U}; }
};

namespace metric_name {
inline constexpr std::string_view accuracy = "accuracy";
inline constexpr std::string_view f1 = "f1";
inline constexpr std::string_view matthews = "matthews_correlation";
inline constexpr std::string_view pearson = "pearson";
inline constexpr std::string_view spearman = "spearmanr";
inline constexpr std::string_view pearson_spearman = "mean_pearson_spearmanr";
}  // namespace metric_name

namespace detail {
inline constexpr std::string_view cola_columns = "source\tlabel\tmark\tsentence";
inline constexpr std::string_view sst2_columns = "sentence\tlabel";
inline constexpr std::string_view mrpc_columns = "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String";
inline constexpr std::string_view stsb_columns =
    "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore";
inline constexpr std::string_view qqp_columns = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate";
inline constexpr std::string_view mnli_train_columns =
    "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\t"
    "sentence1\tsentence2\tlabel1\tgold_label";
inline constexpr std::string_view mnli_dev_columns =
    "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\t"
    "sentence1\tsentence2\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label";
inline constexpr std::string_view qnli_columns = "index\tquestion\tsentence\tlabel";
inline constexpr std::string_view pair_columns = "index\tsentence1\tsentence2\tlabel";

constexpr GlueFile train_file(std::string_view task, std::string_view columns) { return {task, "train.tsv", columns}; }
constexpr std::array<GlueFile, 2> dev_file(std::string_view task, std::string_view columns) {
  return {{{task, "dev.tsv", columns}, {}}};
}
}  // namespace detail

/// The nine tasks, in the order of the GLUE paper's groups: single sentences, similarity, inference.
inline constexpr std::array<GlueTask, 9> glue_tasks = {{
    {.name = "cola",
     .folder = "CoLA",
     .train = detail::train_file("cola", detail::cola_columns),
     .dev = detail::dev_file("cola", detail::cola_columns),
     .has_header = false,
     .sentence1 = "sentence",
     .sentence2 = "",
     .label = "label",
     .label_names = {"unacceptable", "acceptable"},
     .labels_are_ids = true,
     .metric = metric_name::matthews},
    {.name = "sst2",
     .folder = "SST-2",
     .train = detail::train_file("sst2", detail::sst2_columns),
     .dev = detail::dev_file("sst2", detail::sst2_columns),
     .has_header = true,
     .sentence1 = "sentence",
     .sentence2 = "",
     .label = "label",
     .label_names = {"negative", "positive"},
     .labels_are_ids = true,
     .metric = metric_name::accuracy},
    {.name = "mrpc",
     .folder = "MRPC",
     .train = detail::train_file("mrpc", detail::mrpc_columns),
     .dev = detail::dev_file("mrpc", detail::mrpc_columns),
     .has_header = true,
     .sentence1 = "#1 String",
     .sentence2 = "#2 String",
     .label = "Quality",
     .label_names = {"not_equivalent", "equivalent"},
     .labels_are_ids = true,
     .metric = metric_name::accuracy},
    {.name = "stsb",
     .folder = "STS-B",
     .train = detail::train_file("stsb", detail::stsb_columns),
     .dev = detail::dev_file("stsb", detail::stsb_columns),
     .has_header = true,
     .sentence1 = "sentence1",
     .sentence2 = "sentence2",
     .label = "score",
     .label_names = {},
     .labels_are_ids = false,
     .metric = metric_name::pearson_spearman},
    {.name = "qqp",
     .folder = "QQP",
     .train = detail::train_file("qqp", detail::qqp_columns),
     .dev = detail::dev_file("qqp", detail::qqp_columns),
     .has_header = true,
     .sentence1 = "question1",
     .sentence2 = "question2",
     .label = "is_duplicate",
     .label_names = {"not_duplicate", "duplicate"},
     .labels_are_ids = true,
     .metric = metric_name::accuracy,
     .has_broken_rows = true},
    {.name = "mnli",
     .folder = "MNLI",
     .train = detail::train_file("mnli", detail::mnli_train_columns),
     .dev = {{{"mnli", "dev_matched.tsv", detail::mnli_dev_columns},
              {"mnli-mm", "dev_mismatched.tsv", detail::mnli_dev_columns}}},
     .has_header = true,
     .sentence1 = "sentence1",
     .sentence2 = "sentence2",
     .label = "gold_label",
     .label_names = {"entailment", "neutral", "contradiction"},
     .labels_are_ids = false,
     .metric = metric_name::accuracy},
    {.name = "qnli",
     .folder = "QNLI",
     .train = detail::train_file("qnli", detail::qnli_columns),
     .dev = detail::dev_file("qnli", detail::qnli_columns),
     .has_header = true,
     .sentence1 = "question",
     .sentence2 = "sentence",
     .label = "label",
     .label_names = {"entailment", "not_entailment"},
     .labels_are_ids = false,
     .metric = metric_name::accuracy},
    {.name = "rte",
     .folder = "RTE",
     .train = detail::train_file("rte", detail::pair_columns),
     .dev = detail::dev_file("rte", detail::pair_columns),
     .has_header = true,
     .sentence1 = "sentence1",
     .sentence2 = "sentence2",
     .label = "label",
     .label_names = {"entailment", "not_entailment"},
     .labels_are_ids = false,
     .metric = metric_name::accuracy},
    {.name = "wnli",
     .folder = "WNLI",
     .train = detail::train_file("wnli", detail::pair_columns),
     .dev = detail::dev_file("wnli", detail::pair_columns),
     .has_header = true,
     .sentence1 = "sentence1",
     .sentence2 = "sentence2",
     .label = "label",
     .label_names = {"not_entailment", "entailment"},
     .labels_are_ids = true,
     .metric = metric_name::accuracy},
}};

/// The task of that name.
/// throws  std::invalid_argument: no such task; the message names the nearest one and lists all
inline const GlueTask& glue_task(std::string_view name) {
  std::vector<std::string_view> names;
  for (const GlueTask& task : glue_tasks) {
    if (task.name == name) return task;
    names.push_back(task.name);
  }
  throw std::invalid_argument("unknown GLUE task " + in_quotes(name) + did_you_mean(name, names) + " Tasks are " +
                              join(names));
}

}  // namespace pim::task
