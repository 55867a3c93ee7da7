#pragma once
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <pim/io/glue_data.hpp>
#include <pim/task/glue/builtin_sentences.hpp>
#include <pim/task/glue/tokenizer.hpp>
#include <pim/task/train/sample.hpp>

/// The examples of one GLUE task, from the official files or from the built-in generator.
namespace pim::app {

struct DevSet {
  std::string name;  ///< of results: the task's, or mnli-mm
  std::vector<task::Example> examples;
};
struct GlueData {
  std::vector<task::Example> train;
  std::vector<DevSet> dev;
};

inline constexpr Index builtin_train_size = 4000, builtin_dev_size = 1000;
/// The built-in sentences are one fixed data set: --seed changes training and noise, not the data.
inline constexpr std::uint64_t builtin_data_seed = 1;

/// `source` is "builtin" or a folder in the official layout; max_train and max_dev keep the first examples (0: all).
/// throws what io::read_glue throws
inline GlueData load_glue(const task::GlueTask& task, const std::string& source, Index max_train, Index max_dev,
                          const Rng& rng) {
  const auto first = [](std::vector<task::Example> examples, Index most) {
    if (most > 0 && std::ssize(examples) > most) examples.resize(static_cast<std::size_t>(most));
    return examples;
  };
  GlueData data;
  if (source == "builtin") {
    data.train = first(task::builtin_examples(task, task::Split::train, builtin_train_size, rng), max_train);
  } else {
    data.train = first(io::read_glue(source, task, task.train), max_train);
  }
  for (const task::GlueFile& file : task.dev_files()) {
    const bool matched = file.result == task.name;
    const task::Split split = matched ? task::Split::dev : task::Split::dev_mismatched;
    data.dev.push_back({std::string(file.result),
                        first(source == "builtin" ? task::builtin_examples(task, split, builtin_dev_size, rng)
                                                  : io::read_glue(source, task, file),
                              max_dev)});
  }
  return data;
}

/// Tokenised, truncated to max_length ids.
inline std::vector<task::Sample> tokenised(const std::vector<task::Example>& examples, const task::Tokenizer& tokenizer,
                                           Index max_length) {
  std::vector<task::Sample> samples;
  samples.reserve(examples.size());
  for (const task::Example& example : examples) {
    task::Encoding encoding = tokenizer.encode(example.a, example.b, max_length);
    samples.push_back({std::move(encoding.ids), std::move(encoding.type_ids), example.label});
  }
  return samples;
}

inline std::vector<float> labels_of(const std::vector<task::Example>& examples) {
  std::vector<float> labels;
  for (const task::Example& example : examples) labels.push_back(example.label);
  return labels;
}

}  // namespace pim::app
