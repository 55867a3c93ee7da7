#pragma once
#include <filesystem>
#include <string>
#include <system_error>
#include <variant>

#include <pim/io/checkpoint.hpp>
#include <pim/io/encoder_config.hpp>
#include <pim/io/tokenizer.hpp>
#include <pim/model/module_names.hpp>

/// A folder as HuggingFace saves a model: config.json, model.safetensors and the tokeniser's files.
namespace pim::io {

struct ModelFolder {
  std::filesystem::path path;
  model::EncoderConfig config;
  Safetensors weights;
  task::Tokenizer tokenizer;
};

/// throws std::runtime_error or std::invalid_argument, one line naming the file: no such folder, a file missing or
///        malformed, a tokeniser with more pieces than the model has embeddings
inline ModelFolder read_model_folder(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    throw std::runtime_error("no model folder " + in_quotes(path.string()) +
                             "; give a folder with config.json, model.safetensors and the tokeniser's vocabulary");
  }
  ModelFolder folder{path, read_encoder_config(path / "config.json"), read_safetensors(path / "model.safetensors"),
                     read_tokenizer(path)};
  if (folder.tokenizer.size() > folder.config.vocab_size) {
    throw std::runtime_error(printable(path.string()) + ": the vocabulary has " +
                             std::to_string(folder.tokenizer.size()) + " pieces, but vocab_size is " +
                             std::to_string(folder.config.vocab_size) + "; use the files that belong together");
  }
  return folder;
}

/// Writes a model so that read_model_folder and HuggingFace read it. `dtype` F32, F16 or BF16. The vocabulary of a
/// byte-level BPE is copied from `source`, where it was read.
/// throws std::runtime_error as AtomicFile
template <class T>
void write_model_folder(const std::filesystem::path& path, const model::EncoderConfig& config,
                        const nn::Parameters<T>& parameters, const task::Tokenizer& tokenizer,
                        const std::filesystem::path& source = {}, const std::string& dtype = "F32") {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  write_json(path / "config.json", encoder_config_json(config));
  if (const auto* word_piece = std::get_if<task::WordPiece>(&tokenizer.model())) {
    write_wordpiece(path, *word_piece);
  } else {
    copy_tokenizer(source, path);
  }
  write_safetensors(path / "model.safetensors", save_checkpoint(parameters, dtype));
}

}  // namespace pim::io
