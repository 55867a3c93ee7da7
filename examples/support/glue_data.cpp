#include "support/glue_data.hpp"

#include <cstddef>
#include <iterator>
#include <utility>

#include <pim/io/glue_data.hpp>
#include <pim/task/glue/builtin_sentences.hpp>

namespace pim::app {

GlueData load_glue(const task::GlueTask& task, const std::string& source, Index max_train, Index max_dev,
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

std::vector<task::Sample> tokenised(const std::vector<task::Example>& examples, const task::Tokenizer& tokenizer,
                                    Index max_length) {
  std::vector<task::Sample> samples;
  samples.reserve(examples.size());
  for (const task::Example& example : examples) {
    task::Encoding encoding = tokenizer.encode(example.a, example.b, max_length);
    samples.push_back({std::move(encoding.ids), std::move(encoding.type_ids), example.label});
  }
  return samples;
}

std::vector<float> labels_of(const std::vector<task::Example>& examples) {
  std::vector<float> labels;
  for (const task::Example& example : examples) labels.push_back(example.label);
  return labels;
}

}  // namespace pim::app
