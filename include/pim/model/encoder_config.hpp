#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include <pim/core/index.hpp>
#include <pim/nn/activation_kind.hpp>

namespace pim::model {

/// The two encoders: the same layers, other embeddings and another head.
enum class Architecture {
  roberta,  ///< positions start at pad_token_id + 1; head: dense, tanh, out_proj on the first token
  bert,     ///< positions start at 0; two token types; pooler (dense, tanh) and classifier on the first token
};

/// Shape of a transformer encoder with a classification head. Names are HuggingFace's; the defaults are RoBERTa-base.
struct EncoderConfig {
  Architecture architecture = Architecture::roberta;
  Index vocab_size = 50265;
  Index hidden_size = 768;  ///< C of (B, T, C)
  Index num_hidden_layers = 12;
  Index num_attention_heads = 12;       ///< each hidden_size / num_attention_heads wide
  Index intermediate_size = 3072;       ///< width of the feed-forward layers
  Index max_position_embeddings = 514;  ///< rows of the position table
  Index type_vocab_size = 1;            ///< token types: sentence A, B
  Index pad_token_id = 1;
  double layer_norm_eps = 1e-5;
  nn::Activation hidden_act = nn::Activation::gelu;
  double hidden_dropout = 0.1;                               ///< after embeddings and dense layers  [probability]
  double attention_dropout = 0.1;                            ///< of attention weights               [probability]
  double classifier_dropout = 0.1;                           ///< before the head's linear layers    [probability]
  std::vector<std::string> labels = {"LABEL_0", "LABEL_1"};  ///< names in the order of their ids; one: regression

  Index num_labels() const { return static_cast<Index>(labels.size()); }
  bool is_regression() const { return labels.size() == 1; }
  Index head_size() const { return hidden_size / num_attention_heads; }
  /// Row of the position table that the first token gets.
  Index first_position() const { return architecture == Architecture::roberta ? pad_token_id + 1 : 0; }
  /// Longest sequence that the position table serves.  [tokens]
  Index max_length() const { return max_position_embeddings - first_position(); }

  bool operator==(const EncoderConfig&) const = default;
};

/// The configuration itself when its parts fit each other.
/// throws std::invalid_argument naming the field: a size that is not positive; heads that do not divide hidden_size;
///        pad_token_id outside the vocabulary; no position for a single token; a probability outside [0, 1); no label
inline EncoderConfig validated(EncoderConfig config) {
  const auto require_that = [](bool condition, const std::string& message) {
    if (!condition) throw std::invalid_argument(message);
  };
  const auto positive = [&](const char* name, Index value) {
    require_that(value > 0, std::string(name) + " is " + std::to_string(value) + ", expected at least 1");
  };
  const auto probability = [&](const char* name, double value) {
    require_that(value >= 0.0 && value < 1.0,
                 std::string(name) + " is " + std::to_string(value) + ", expected a probability below 1");
  };
  positive("vocab_size", config.vocab_size);
  positive("hidden_size", config.hidden_size);
  positive("num_hidden_layers", config.num_hidden_layers);
  positive("num_attention_heads", config.num_attention_heads);
  positive("intermediate_size", config.intermediate_size);
  positive("max_position_embeddings", config.max_position_embeddings);
  positive("type_vocab_size", config.type_vocab_size);
  require_that(config.hidden_size % config.num_attention_heads == 0,
               "num_attention_heads is " + std::to_string(config.num_attention_heads) +
                   ", which does not divide hidden_size " + std::to_string(config.hidden_size));
  require_that(config.pad_token_id >= 0 && config.pad_token_id < config.vocab_size,
               "pad_token_id is " + std::to_string(config.pad_token_id) +
                   ", expected 0 to vocab_size - 1 = " + std::to_string(config.vocab_size - 1));
  require_that(config.max_length() > 0,
               "max_position_embeddings is " + std::to_string(config.max_position_embeddings) +
                   ", expected more than pad_token_id + 1 = " + std::to_string(config.first_position()));
  require_that(config.layer_norm_eps > 0.0 && config.layer_norm_eps < 1.0,
               "layer_norm_eps is " + std::to_string(config.layer_norm_eps) + ", expected a number between 0 and 1");
  probability("hidden_dropout_prob", config.hidden_dropout);
  probability("attention_probs_dropout_prob", config.attention_dropout);
  probability("classifier_dropout", config.classifier_dropout);
  require_that(!config.labels.empty(), "the configuration has no labels, expected at least one");
  return config;
}

}  // namespace pim::model
