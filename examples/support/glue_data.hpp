#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <pim/core/rng.hpp>
#include <pim/task/glue/example.hpp>
#include <pim/task/glue/task.hpp>
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
GlueData load_glue(const task::GlueTask& task, const std::string& source, Index max_train, Index max_dev,
                   const Rng& rng);

/// Tokenised, truncated to max_length ids.
std::vector<task::Sample> tokenised(const std::vector<task::Example>& examples, const task::Tokenizer& tokenizer,
                                    Index max_length);

std::vector<float> labels_of(const std::vector<task::Example>& examples);

}  // namespace pim::app
