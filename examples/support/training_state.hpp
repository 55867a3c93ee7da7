#pragma once
#include <filesystem>
#include <string>

#include <pim/nn/adamw.hpp>
#include <pim/nn/parameter.hpp>

/// All that a training run needs to continue to the bit, in one file: weights, AdamW's moments, the number of steps.
namespace pim::app {

/// `run` describes the run that the state belongs to; throws std::runtime_error as io::write_safetensors
void save_training_state(const std::filesystem::path& path, const nn::Parameters<float>& parameters,
                         const nn::AdamW<float>::State& state, const std::string& run);

/// Restores the weights and returns AdamW's state.
/// throws std::runtime_error naming the file: it belongs to another run, or misses a tensor
nn::AdamW<float>::State load_training_state(const std::filesystem::path& path, const nn::Parameters<float>& parameters,
                                            const std::string& run);

}  // namespace pim::app
