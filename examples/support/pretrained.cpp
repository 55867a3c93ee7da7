#include "support/pretrained.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <pim/io/model_folder.hpp>
#include <pim/task/glue/build_vocabulary.hpp>

namespace pim::app {

namespace {
std::vector<std::string> lower_case(std::vector<std::string> names) {
  for (std::string& name : names) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return names;
}
/// A head whose labels are the task's in another order is brought into the task's order, as HuggingFace's scripts do.
void reorder_head(io::Safetensors& weights, const std::vector<std::string>& from, const std::vector<std::string>& to) {
  const std::vector<std::string> had = lower_case(from), wanted = lower_case(to);
  if (had == wanted || !std::is_permutation(had.begin(), had.end(), wanted.begin(), wanted.end())) return;
  for (const char* name :
       {"classifier.weight", "classifier.bias", "classifier.out_proj.weight", "classifier.out_proj.bias"}) {
    const auto found = weights.tensors.find(name);
    if (found == weights.tensors.end() || found->second.data.size() % had.size() != 0) continue;
    const std::vector<float> before = found->second.data;
    const std::size_t row = before.size() / had.size();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto k = static_cast<std::size_t>(std::find(had.begin(), had.end(), wanted[i]) - had.begin());
      std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(k * row), row,
                  found->second.data.begin() + static_cast<std::ptrdiff_t>(i * row));
    }
  }
}
}  // namespace

std::filesystem::path builtin_model_folder() { return std::filesystem::path(PIM_MODEL_DIR) / "builtin"; }

Pretrained load_pretrained(const std::string& model, const task::GlueTask& task, const GlueData& data,
                           bool builtin_data) {
  io::ModelFolder folder =
      io::read_model_folder(model == "builtin" ? builtin_model_folder() : std::filesystem::path(model));
  std::vector<std::string> labels(task.labels().begin(), task.labels().end());
  if (task.is_regression()) labels = {"score"};
  const bool has_head = folder.config.labels == labels;
  reorder_head(folder.weights, folder.config.labels, labels);
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
