#pragma once
#include <string>
#include <vector>

#include <pim/model/encoder_config.hpp>

/// Paths of a model's modules as HuggingFace names them: of parameters in checkpoints, of layers in tile configurations
/// and in ledgers.
namespace pim::model {

/// "roberta" or "bert": what the names of the encoder's modules start with
inline std::string encoder_name(const EncoderConfig& config) {
  return config.architecture == Architecture::roberta ? "roberta" : "bert";
}
inline std::string layer_name(const EncoderConfig& config, Index layer) {
  return encoder_name(config) + ".encoder.layer." + std::to_string(layer);
}

/// The linear layers of one encoder layer, below its name, in the order in which data passes them.
inline constexpr const char* encoder_layer_linears[] = {"attention.self.query", "attention.self.key",
                                                        "attention.self.value", "attention.output.dense",
                                                        "intermediate.dense",   "output.dense"};

/// The two linear layers of the head: (C, C), then (C, labels).
struct HeadNames {
  std::string dense, out;
};
inline HeadNames head_names(const EncoderConfig& config) {
  if (config.architecture == Architecture::roberta) return {"classifier.dense", "classifier.out_proj"};
  return {"bert.pooler.dense", "classifier"};
}

/// Paths of all linear layers, each of which has a kernel of its own: 6 per encoder layer and 2 of the head (74 for
/// RoBERTa-base).
inline std::vector<std::string> linear_names(const EncoderConfig& config) {
  std::vector<std::string> names;
  for (Index layer = 0; layer < config.num_hidden_layers; ++layer) {
    for (const char* linear : encoder_layer_linears) names.push_back(layer_name(config, layer) + '.' + linear);
  }
  const HeadNames head = head_names(config);
  names.push_back(head.dense);
  names.push_back(head.out);
  return names;
}

}  // namespace pim::model
