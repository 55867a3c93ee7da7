#include <pim/model/encoder_config.hpp>

#include <limits>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::model::Architecture;
using pim::model::EncoderConfig;
using pim::test::message_of;

static std::string complaint(const EncoderConfig& config) {
  return message_of([&] { pim::model::validated(config); });
}

TEST_CASE("EncoderConfig: positions, heads, labels", "[config]") {
  const EncoderConfig roberta;
  CHECK(roberta.first_position() == 2);
  CHECK(roberta.max_length() == 512);
  CHECK(roberta.head_size() == 64);
  CHECK_FALSE(roberta.is_regression());
  const EncoderConfig bert{.architecture = Architecture::bert, .max_position_embeddings = 512, .labels = {"score"}};
  CHECK(bert.first_position() == 0);
  CHECK(bert.max_length() == 512);
  CHECK(bert.is_regression());
  CHECK(pim::model::validated(bert) == bert);
}

TEST_CASE("EncoderConfig: validated names the field that does not fit", "[config]") {
  CHECK(complaint({}) == "(no error)");
  CHECK(complaint({.vocab_size = 0}) == "vocab_size is 0, expected at least 1");
  CHECK(complaint({.hidden_size = -1}) == "hidden_size is -1, expected at least 1");
  CHECK(complaint({.num_hidden_layers = 0}) == "num_hidden_layers is 0, expected at least 1");
  CHECK(complaint({.num_attention_heads = 0}) == "num_attention_heads is 0, expected at least 1");
  CHECK(complaint({.num_attention_heads = 7}) == "num_attention_heads is 7, which does not divide hidden_size 768");
  CHECK(complaint({.intermediate_size = 0}) == "intermediate_size is 0, expected at least 1");
  CHECK(complaint({.max_position_embeddings = 2}) ==
        "max_position_embeddings is 2, expected more than pad_token_id + 1 = 2");
  CHECK(complaint({.type_vocab_size = 0}) == "type_vocab_size is 0, expected at least 1");
  CHECK(complaint({.pad_token_id = -1}) == "pad_token_id is -1, expected 0 to vocab_size - 1 = 50264");
  CHECK(complaint({.layer_norm_eps = 0.0}) == "layer_norm_eps is 0.000000, expected a number between 0 and 1");
  CHECK(complaint({.hidden_dropout = 1.0}) == "hidden_dropout_prob is 1.000000, expected a probability below 1");
  CHECK(complaint({.attention_dropout = -0.5}) ==
        "attention_probs_dropout_prob is -0.500000, expected a probability below 1");
  CHECK(complaint({.classifier_dropout = std::numeric_limits<double>::quiet_NaN()}) ==
        "classifier_dropout is nan, expected a probability below 1");
  CHECK(complaint({.labels = {}}) == "the configuration has no labels, expected at least one");
}
