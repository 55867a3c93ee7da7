#pragma once
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <pim/io/json_file.hpp>
#include <pim/io/strict_object.hpp>
#include <pim/model/encoder_config.hpp>

/// config.json of a HuggingFace checkpoint folder, RoBERTa or BERT.
namespace pim::io {

namespace detail {
inline constexpr Named<model::Architecture> architecture_names[] = {{"roberta", model::Architecture::roberta},
                                                                    {"bert", model::Architecture::bert}};

inline constexpr Named<nn::Activation> activation_names[] = {
    {"gelu", nn::Activation::gelu},           {"gelu_new", nn::Activation::gelu_tanh},
    {"relu", nn::Activation::relu},           {"gelu_python", nn::Activation::gelu},
    {"gelu_fast", nn::Activation::gelu_tanh}, {"gelu_pytorch_tanh", nn::Activation::gelu_tanh},
};

/// The first name of a value.
template <class T, std::size_t n>
std::string name_of(const Named<T> (&table)[n], T value) {
  for (const auto& [name, meaning] : table) {
    if (meaning == value) return std::string(name);
  }
  throw std::invalid_argument("name_of: a value without a name");
}

/// model_type, or for files older than that key the class in architectures ("BertForMaskedLM")
inline model::Architecture read_architecture(StrictObject& config) {
  if (config.contains("model_type")) return config.choice("model_type", architecture_names);
  if (const Json* classes = config.find("architectures"); classes != nullptr && classes->is_array()) {
    for (const Json& name : *classes) {
      if (name.is_string() && name.get_ref<const std::string&>().starts_with("Roberta"))
        return model::Architecture::roberta;
      if (name.is_string() && name.get_ref<const std::string&>().starts_with("Bert")) return model::Architecture::bert;
    }
  }
  return config.choice("model_type", architecture_names);  // throws: missing
}

/// Label names in the order of their ids: id2label, else label2id, else LABEL_0 ... of num_labels (2).
inline std::vector<std::string> read_labels(StrictObject& config) {
  constexpr Index most = 1 << 20;
  std::vector<std::string> labels;
  const auto put = [&](const char* key, Index id, const std::string& name) {
    const bool free = id >= 0 && id < std::ssize(labels) && labels[static_cast<std::size_t>(id)].empty();
    if (!free || name.empty()) config.fail(key, "one name for each id from 0 to " + std::to_string(labels.size() - 1));
    labels[static_cast<std::size_t>(id)] = name;
  };
  if (config.contains("id2label")) {
    StrictObject names = config.object("id2label");
    labels.resize(names.keys().size());
    for (const std::string& key : names.keys()) {
      Index id = -1;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
      put("id2label", error == std::errc() && end == key.data() + key.size() ? id : -1, names.text(key));
    }
  } else if (config.contains("label2id")) {
    StrictObject ids = config.object("label2id");
    labels.resize(ids.keys().size());
    for (const std::string& name : ids.keys()) put("label2id", ids.integer(name), name);
  }
  const bool named = !labels.empty();
  const Index count = config.integer("num_labels", {.min = 1, .max = most}, named ? std::ssize(labels) : 2);
  if (named && count != std::ssize(labels)) {
    config.fail("num_labels", std::to_string(labels.size()) + ", as many as id2label or label2id name");
  }
  for (Index id = std::ssize(labels); id < count; ++id) labels.push_back("LABEL_" + std::to_string(id));
  return labels;
}
}  // namespace detail

/// The configuration in a JSON object; `source` is its name in messages. Keys that do not matter here are ignored, null
/// counts as absent, and what a file may leave out has HuggingFace's default.
/// throws std::invalid_argument, one line naming source and key: missing, wrong type, out of range, a value that is not
///        supported here (with the nearest that is), parts that do not fit each other
inline model::EncoderConfig parse_encoder_config(const Json& json, const std::string& source) {
  using model::Architecture;
  StrictObject config(json, source, "", Null::absent);
  model::EncoderConfig result;
  const auto size = [&](const char* key, Index max) { return config.integer(key, {.min = 1, .max = max}); };
  const auto probability = [&](const char* key, double otherwise) {
    return config.number(key, {.min = 0.0, .max = 0.999}, otherwise);
  };
  result.architecture = detail::read_architecture(config);
  result.vocab_size = size("vocab_size", 1 << 24);
  result.hidden_size = size("hidden_size", 1 << 16);
  result.num_hidden_layers = size("num_hidden_layers", 1 << 10);
  result.num_attention_heads = size("num_attention_heads", 1 << 10);
  result.intermediate_size = size("intermediate_size", 1 << 18);
  result.max_position_embeddings = size("max_position_embeddings", 1 << 20);
  result.type_vocab_size = config.integer("type_vocab_size", {.min = 1, .max = 1 << 10}, 2);
  result.pad_token_id = config.integer("pad_token_id", {.min = 0, .max = result.vocab_size - 1},
                                       result.architecture == Architecture::roberta ? 1 : 0);
  result.layer_norm_eps = config.number("layer_norm_eps", {.min = 0.0, .max = 0.1, .above_min = true}, 1e-12);
  result.hidden_act = config.choice("hidden_act", detail::activation_names, nn::Activation::gelu);
  result.hidden_dropout = probability("hidden_dropout_prob", 0.1);
  result.attention_dropout = probability("attention_probs_dropout_prob", 0.1);
  result.classifier_dropout = probability("classifier_dropout", result.hidden_dropout);
  result.labels = detail::read_labels(config);

  constexpr Named<int> positions[] = {{"absolute", 0}};
  config.choice("position_embedding_type", positions, 0);
  if (config.boolean("is_decoder", false)) config.fail("is_decoder", "false: only encoders can be read");
  constexpr Named<bool> problems[] = {{"regression", true}, {"single_label_classification", false}};
  if (config.choice("problem_type", problems, result.is_regression()) != result.is_regression()) {
    config.fail("problem_type", "regression with one label, single_label_classification with more (there are " +
                                    std::to_string(result.num_labels()) + ")");
  }
  try {
    return validated(std::move(result));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(printable(source) + ": " + error.what());
  }
}

/// Reads config.json. throws as read_json and parse_encoder_config
inline model::EncoderConfig read_encoder_config(const std::filesystem::path& path) {
  return parse_encoder_config(read_json(path), path.string());
}

/// The content of config.json, as HuggingFace's AutoModelForSequenceClassification reads it.
inline Json encoder_config_json(const model::EncoderConfig& config) {
  const bool roberta = config.architecture == model::Architecture::roberta;
  Json id2label = Json::object(), label2id = Json::object();
  for (std::size_t id = 0; id < config.labels.size(); ++id) {
    id2label[std::to_string(id)] = config.labels[id];
    label2id[config.labels[id]] = id;
  }
  const char* name = roberta ? "RobertaForSequenceClassification" : "BertForSequenceClassification";
  Json json;
  json["architectures"] = std::vector<std::string>{name};
  json["model_type"] = detail::name_of(detail::architecture_names, config.architecture);
  json["vocab_size"] = config.vocab_size;
  json["hidden_size"] = config.hidden_size;
  json["num_hidden_layers"] = config.num_hidden_layers;
  json["num_attention_heads"] = config.num_attention_heads;
  json["intermediate_size"] = config.intermediate_size;
  json["max_position_embeddings"] = config.max_position_embeddings;
  json["type_vocab_size"] = config.type_vocab_size;
  json["pad_token_id"] = config.pad_token_id;
  json["layer_norm_eps"] = config.layer_norm_eps;
  json["hidden_act"] = detail::name_of(detail::activation_names, config.hidden_act);
  json["hidden_dropout_prob"] = config.hidden_dropout;
  json["attention_probs_dropout_prob"] = config.attention_dropout;
  json["classifier_dropout"] = config.classifier_dropout;
  json["position_embedding_type"] = "absolute";
  json["problem_type"] = config.is_regression() ? "regression" : "single_label_classification";
  json["id2label"] = id2label;
  json["label2id"] = label2id;
  json["torch_dtype"] = "float32";
  return json;
}

}  // namespace pim::io
