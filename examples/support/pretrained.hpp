#pragma once
#include <filesystem>
#include <string>

#include <pim/io/safetensors.hpp>
#include <pim/model/encoder_config.hpp>
#include <pim/task/glue/tokenizer.hpp>

#include "support/glue_data.hpp"

/// What training starts from: a checkpoint folder, the bundled model, or the bundled architecture from scratch.
namespace pim::app {

struct Pretrained {
  model::EncoderConfig config;  ///< with the labels of the task
  task::Tokenizer tokenizer;
  io::Safetensors weights;       ///< empty: everything starts from the seed
  std::filesystem::path source;  ///< folder it was read from
};

std::filesystem::path builtin_model_folder();

/// Pieces of the vocabulary that the built-in architecture learns from the training texts of real data.
inline constexpr Index learned_vocabulary_size = 8000;

/// throws what io::read_model_folder throws
Pretrained load_pretrained(const std::string& model, const task::GlueTask& task, const GlueData& data,
                           bool builtin_data);

}  // namespace pim::app
