#include <pim/io/encoder_config.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::io::Json;
using pim::io::parse_encoder_config;
using pim::model::Architecture;
using pim::model::EncoderConfig;
using pim::nn::Activation;
using pim::test::message_of;

// The keys that HuggingFace's own files have, some of no concern to us; sizes are those of the published base models.
static Json roberta_base() {
  return Json::parse(R"({"architectures": ["RobertaForMaskedLM"], "attention_probs_dropout_prob": 0.1,
    "bos_token_id": 0, "eos_token_id": 2, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 768,
    "initializer_range": 0.02, "intermediate_size": 3072, "layer_norm_eps": 1e-05, "max_position_embeddings": 514,
    "model_type": "roberta", "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 1,
    "type_vocab_size": 1, "vocab_size": 50265, "classifier_dropout": null, "use_cache": true})");
}
static Json bert_base() {
  return Json::parse(R"({"architectures": ["BertForMaskedLM"], "attention_probs_dropout_prob": 0.1,
    "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 768, "initializer_range": 0.02,
    "intermediate_size": 3072, "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "model_type": "bert",
    "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 0, "type_vocab_size": 2, "vocab_size": 30522,
    "position_embedding_type": "absolute"})");
}
static Json with(Json json, const char* key, const Json& value) {
  json[key] = value;
  return json;
}
static EncoderConfig parsed(const Json& json) { return parse_encoder_config(json, "config.json"); }
static std::string complaint(const Json& json) {
  return message_of([&] { parsed(json); });
}

TEST_CASE("encoder config: RoBERTa-base and BERT-base", "[config]") {
  const EncoderConfig roberta = parsed(roberta_base());
  CHECK(roberta == EncoderConfig{});
  CHECK(roberta.max_length() == 512);
  CHECK(roberta.head_size() == 64);
  const EncoderConfig bert = parsed(bert_base());
  CHECK(bert.architecture == Architecture::bert);
  CHECK(bert.vocab_size == 30522);
  CHECK(bert.type_vocab_size == 2);
  CHECK(bert.layer_norm_eps == 1e-12);
  CHECK(bert.max_length() == 512);
  CHECK(bert.num_labels() == 2);
}

TEST_CASE("encoder config: what a file may leave out", "[config]") {
  const Json least = {{"model_type", "roberta"},      {"vocab_size", 100},        {"hidden_size", 32},
                      {"num_hidden_layers", 2},       {"num_attention_heads", 4}, {"intermediate_size", 64},
                      {"max_position_embeddings", 20}};
  const EncoderConfig config = parsed(least);
  CHECK(config.type_vocab_size == 2);
  CHECK(config.pad_token_id == 1);
  CHECK(config.layer_norm_eps == 1e-12);
  CHECK(config.hidden_act == Activation::gelu);
  CHECK(config.hidden_dropout == 0.1);
  CHECK(config.classifier_dropout == 0.1);
  CHECK(parsed(with(least, "hidden_dropout_prob", 0.25)).classifier_dropout == 0.25);
  CHECK(parsed(with(least, "model_type", "bert")).pad_token_id == 0);
  Json old = with(least, "architectures", {"BertForPreTraining"});
  old.erase("model_type");
  CHECK(parsed(old).architecture == Architecture::bert);
  old["architectures"] = {"RobertaModel"};
  CHECK(parsed(old).architecture == Architecture::roberta);
  for (const char* key : {"vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
                          "max_position_embeddings", "model_type"}) {
    Json lacking = least;
    lacking.erase(key);
    CHECK_THAT(complaint(lacking), ContainsSubstring("config.json: key '" + std::string(key) + "' is missing"));
  }
}

TEST_CASE("encoder config: labels", "[config]") {
  const Json base = roberta_base();
  CHECK(parsed(base).labels == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK(parsed(with(base, "num_labels", 3)).labels == std::vector<std::string>{"LABEL_0", "LABEL_1", "LABEL_2"});
  const Json three = {{"0", "entailment"}, {"1", "neutral"}, {"2", "contradiction"}};
  CHECK(parsed(with(base, "id2label", three)).labels ==
        std::vector<std::string>{"entailment", "neutral", "contradiction"});
  CHECK(parsed(with(base, "label2id", {{"yes", 1}, {"no", 0}})).labels == std::vector<std::string>{"no", "yes"});
  Json twelve = Json::object();
  for (int id = 0; id < 12; ++id) twelve[std::to_string(id)] = "name" + std::to_string(id);
  CHECK(parsed(with(base, "id2label", twelve)).labels[11] == "name11");
  CHECK(parsed(with(base, "num_labels", 1)).is_regression());
  CHECK(parsed(with(with(base, "num_labels", 1), "problem_type", "regression")).is_regression());
  CHECK_FALSE(parsed(with(base, "problem_type", nullptr)).is_regression());

  CHECK(complaint(with(base, "id2label", {{"0", "a"}, {"2", "b"}})) ==
        "config.json: id2label is an object, expected one name for each id from 0 to 1");
  CHECK_THAT(complaint(with(base, "id2label", {{"0", "a"}, {"1x", "b"}})), ContainsSubstring("one name for each id"));
  CHECK_THAT(complaint(with(base, "id2label", {{"0", "a"}, {"00", "b"}})), ContainsSubstring("one name for each id"));
  CHECK(complaint(with(base, "label2id", {{"a", 0}, {"b", 0}})) ==
        "config.json: label2id is an object, expected one name for each id from 0 to 1");
  CHECK(complaint(with(with(base, "num_labels", 2), "id2label", three)) ==
        "config.json: num_labels is 2, expected 3, as many as id2label or label2id name");
  CHECK(complaint(with(base, "id2label", {{"0", 7}, {"1", "b"}})) == "config.json: id2label.0 is 7, expected a text");
  CHECK(complaint(with(base, "problem_type", "multi_label_classification")) ==
        "config.json: problem_type is 'multi_label_classification', expected one of regression, "
        "single_label_classification; did you mean 'single_label_classification'?");
  CHECK(complaint(with(base, "problem_type", "regression")) ==
        "config.json: problem_type is 'regression', expected regression with one label, single_label_classification "
        "with more (there are 2)");
}

TEST_CASE("encoder config: activations", "[config]") {
  const Json base = roberta_base();
  CHECK(parsed(with(base, "hidden_act", "gelu_new")).hidden_act == Activation::gelu_tanh);
  CHECK(parsed(with(base, "hidden_act", "gelu_pytorch_tanh")).hidden_act == Activation::gelu_tanh);
  CHECK(parsed(with(base, "hidden_act", "relu")).hidden_act == Activation::relu);
  CHECK_THAT(complaint(with(base, "hidden_act", "silu")),
             ContainsSubstring("config.json: hidden_act is 'silu', expected one of gelu, gelu_new, relu"));
}

TEST_CASE("encoder config: values that are wrong or not supported", "[config]") {
  const Json base = roberta_base();
  CHECK(complaint(with(base, "model_type", "distilbert")) ==
        "config.json: model_type is 'distilbert', expected one of roberta, bert; did you mean 'bert'?");
  CHECK(complaint(with(base, "num_attention_heads", 5)) ==
        "config.json: num_attention_heads is 5, which does not divide hidden_size 768");
  CHECK(complaint(with(base, "hidden_size", -768)) ==
        "config.json: hidden_size is -768, expected an integer from 1 to 65536");
  CHECK(complaint(with(base, "hidden_size", "768")) ==
        "config.json: hidden_size is '768', expected an integer from 1 to 65536");
  CHECK(complaint(with(base, "pad_token_id", 50265)) ==
        "config.json: pad_token_id is 50265, expected an integer from 0 to 50264");
  CHECK(complaint(with(base, "max_position_embeddings", 2)) ==
        "config.json: max_position_embeddings is 2, expected more than pad_token_id + 1 = 2");
  CHECK(complaint(with(base, "hidden_dropout_prob", 1.0)) ==
        "config.json: hidden_dropout_prob is 1.0, expected a number from 0.0 to 0.999");
  CHECK(complaint(with(base, "layer_norm_eps", 0)) ==
        "config.json: layer_norm_eps is 0, expected a number above 0.0 and at most 0.1");
  CHECK(complaint(with(base, "position_embedding_type", "relative_key")) ==
        "config.json: position_embedding_type is 'relative_key', expected absolute; did you mean 'absolute'?");
  CHECK(complaint(with(base, "is_decoder", true)) ==
        "config.json: is_decoder is true, expected false: only encoders can be read");
  CHECK(complaint(Json::array()) == "config.json: the content is a list, expected an object of keys and values");
  CHECK(complaint(with(base, "is_decoder", false)) == "(no error)");
}

TEST_CASE("encoder config: written and read again", "[config]") {
  const pim::test::TemporaryFolder folder;
  for (const Architecture architecture : {Architecture::roberta, Architecture::bert}) {
    for (const std::vector<std::string>& labels : {std::vector<std::string>{"score"}, {"a", "b", "c"}}) {
      const EncoderConfig config{.architecture = architecture,
                                 .vocab_size = 1000,
                                 .hidden_size = 48,
                                 .num_hidden_layers = 3,
                                 .num_attention_heads = 6,
                                 .intermediate_size = 100,
                                 .max_position_embeddings = 66,
                                 .type_vocab_size = 2,
                                 .pad_token_id = 3,
                                 .layer_norm_eps = 1e-6,
                                 .hidden_act = Activation::gelu_tanh,
                                 .hidden_dropout = 0.0,
                                 .attention_dropout = 0.05,
                                 .classifier_dropout = 0.2,
                                 .labels = labels};
      pim::io::write_json(folder / "config.json", pim::io::encoder_config_json(config));
      CHECK(pim::io::read_encoder_config(folder / "config.json") == config);
    }
  }
}
