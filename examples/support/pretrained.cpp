#include "support/pretrained.hpp"

#include <utility>
#include <vector>

#include <pim/io/model_folder.hpp>
#include <pim/task/glue/build_vocabulary.hpp>

namespace pim::app {

std::filesystem::path builtin_model_folder() { return std::filesystem::path(PIM_MODEL_DIR) / "builtin"; }

Pretrained load_pretrained(const std::string& model, const task::GlueTask& task, const GlueData& data,
                           bool builtin_data) {
  io::ModelFolder folder =
      io::read_model_folder(model == "builtin" ? builtin_model_folder() : std::filesystem::path(model));
  std::vector<std::string> labels(task.labels().begin(), task.labels().end());
  if (task.is_regression()) labels = {"score"};
  const bool has_head = folder.config.labels == labels;
  folder.config.labels = std::move(labels);
  if (model != "builtin") return {folder.config, folder.tokenizer, std::move(folder.weights), folder.path};
  if (builtin_data) {
    std::erase_if(folder.weights.tensors, [has_head](const auto& tensor) {  // the head is that of sst2
      if (has_head) return false;
      return tensor.first.starts_with("bert.pooler.") || tensor.first.starts_with("classifier.");
    });
    return {folder.config, folder.tokenizer, std::move(folder.weights), folder.path};
  }
  std::vector<std::string> texts;
  for (const task::Example& example : data.train) {
    texts.push_back(example.a);
    if (example.b) texts.push_back(*example.b);
  }
  const task::WordPiece pieces(task::build_vocabulary(texts, learned_vocabulary_size));
  folder.config.vocab_size = pieces.size();
  folder.config.pad_token_id = pieces.special_tokens().pad.id;
  return {folder.config, task::Tokenizer(pieces), {}, folder.path};
}

}  // namespace pim::app
