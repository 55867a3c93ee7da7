#include <pim/model/sequence_classifier.hpp>

#include "instances/model.hpp"
#include "support/catch.hpp"
#include "support/gradient_check.hpp"
#include <pim/kernel/exact_matmul.hpp>
#include <pim/nn/loss.hpp>
using namespace pim::test;
using pim::Index;
using pim::Rng;
using pim::model::Architecture;
using pim::model::Batch;
using pim::model::EncoderConfig;
template <class T>
using Classifier = pim::model::SequenceClassifier<T, pim::kernel::ExactMatmul<T>>;

namespace {
EncoderConfig tiny(Architecture architecture, std::size_t labels, double dropout) {
  EncoderConfig config;
  config.architecture = architecture;
  config.vocab_size = 13;
  config.hidden_size = 6;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.intermediate_size = 10;
  config.max_position_embeddings = 9;
  config.type_vocab_size = architecture == Architecture::bert ? 2 : 1;
  config.pad_token_id = architecture == Architecture::bert ? 0 : 1;
  config.hidden_dropout = config.attention_dropout = config.classifier_dropout = dropout;
  config.labels.assign(labels, "label");
  return config;
}
Batch batch(Architecture architecture) {
  const std::int32_t pad = architecture == Architecture::bert ? 0 : 1;
  Batch b{2, 5, {3, 7, 7, 11, 2, 4, 12, 2, pad, pad}, {}, {1, 1, 1, 1, 1, 1, 1, 1, 0, 0}};
  if (architecture == Architecture::bert) b.types = {0, 0, 1, 1, 1, 0, 1, 1, 0, 0};
  return b;
}
template <class T>
Classifier<T> make(const EncoderConfig& config) {
  Classifier<T> model(config, [](std::string_view) { return pim::kernel::ExactMatmul<T>(); });
  model.initialise(Rng(1));
  std::uint64_t seed = 100;
  for (const auto& p : model.parameters()) {  // larger than 0.02, so that everything is far from linear
    *p.value += random_matrix(p.value->rows(), p.value->cols(), seed++, 0.3).template cast<T>();
  }
  return model;
}
}  // namespace

TEST_CASE("SequenceClassifier: gradients of every parameter against central differences", "[model]") {
  const auto architecture = GENERATE(Architecture::roberta, Architecture::bert);
  const std::size_t labels = GENERATE(1U, 3U);
  const double dropout = GENERATE(0.0, 0.2);
  auto model = make<double>(tiny(architecture, labels, dropout));
  const Batch b = batch(architecture);
  const std::vector<float> targets = {2.0F, 0.0F};
  pim::cost::Ledger ledger;
  MatrixD d_logits(2, static_cast<Index>(labels));
  const auto loss = [&] {
    model.program(Rng(2), ledger);
    const auto logits = model.forward(b, Rng(3), ledger, true);
    if (labels == 1) return pim::nn::mean_squared_error<double>(logits, targets, d_logits);
    return pim::nn::cross_entropy<double>(logits, targets, d_logits);
  };
  loss();
  model.backward(d_logits);
  for (const auto& p : model.parameters()) {
    CAPTURE(p.name);
    MatrixD expected = central_differences(*p.value, loss);
    if (p.name.ends_with("word_embeddings.weight")) expected.row(model.config().pad_token_id).setZero();
    if (architecture == Architecture::roberta && p.name.ends_with("position_embeddings.weight"))
      expected.row(1).setZero();
    CHECK(relative_error(*p.gradient, expected, 1e-3) < 1e-6);  // key biases have none: an absolute bound there
  }
}

TEST_CASE("SequenceClassifier: evaluation keeps fewer activations and gives the same logits", "[model]") {
  auto config = tiny(Architecture::roberta, 3, 0.0);
  config.num_hidden_layers = 5;
  auto model = make<float>(config);
  pim::cost::Ledger ledger;
  model.program(Rng(1), ledger);
  const Batch b = batch(Architecture::roberta);
  const pim::Matrix trained = model.forward(b, Rng(2), ledger, true), last = model.hidden(5);
  const pim::Matrix evaluated = model.forward(b, Rng(2), ledger, false);
  CHECK(evaluated == trained);
  CHECK(model.hidden(5) == last);
  CHECK_THROWS_WITH(model.backward(trained), ContainsSubstring("not one for training"));
}

TEST_CASE("SequenceClassifier: padding does not change an example's logits", "[model]") {
  const auto architecture = GENERATE(Architecture::roberta, Architecture::bert);
  auto model = make<float>(tiny(architecture, 3, 0.1));
  pim::cost::Ledger ledger;
  model.program(Rng(1), ledger);
  const pim::Matrix both = model.forward(batch(architecture), Rng(2), ledger, false);
  Batch alone = batch(architecture);
  alone.examples = 1, alone.tokens = 3;
  alone.ids.assign({4, 12, 2}), alone.real.assign(3, 1);
  if (!alone.types.empty()) alone.types.assign({0, 1, 1});
  const pim::Matrix one = model.forward(alone, Rng(2), ledger, false);
  CHECK((one - both.row(1)).cwiseAbs().maxCoeff() < 1e-5F);
}

TEST_CASE("SequenceClassifier: the same bits at any thread count; dropout follows the key", "[model]") {
  auto config = tiny(Architecture::roberta, 3, 0.1);
  config.hidden_size = 72, config.intermediate_size = 150;
  const auto run = [&](int threads, std::uint64_t key) {
    pim::set_threads(threads);
    auto model = make<float>(config);
    pim::cost::Ledger ledger;
    model.program(Rng(1), ledger);
    pim::Matrix d_logits(2, 3);
    const auto logits = model.forward(batch(Architecture::roberta), Rng(key), ledger, true);
    pim::nn::cross_entropy<float>(logits, std::vector<float>{1, 2}, d_logits);
    model.backward(d_logits);
    std::vector<pim::Matrix> results{logits};
    for (const auto& p : model.parameters()) results.push_back(*p.gradient);
    pim::set_threads(1);
    return results;
  };
  CHECK(run(1, 5) == run(3, 5));
  CHECK(run(1, 5)[0] != run(1, 6)[0]);
}

TEST_CASE("SequenceClassifier: HuggingFace's names, every linear layer once", "[model]") {
  const EncoderConfig base;  // RoBERTa-base
  CHECK(pim::model::linear_names(base).size() == 74);
  CHECK(pim::model::linear_names(base).front() == "roberta.encoder.layer.0.attention.self.query");
  CHECK(pim::model::linear_names(base).back() == "classifier.out_proj");

  const auto architecture = GENERATE(Architecture::roberta, Architecture::bert);
  const auto config = tiny(architecture, 3, 0.0);
  std::vector<std::string> asked, named;
  Classifier<float> model(config, [&](std::string_view path) {
    asked.emplace_back(path);
    return pim::kernel::ExactMatmul<float>();
  });
  for (const auto& p : model.parameters()) {
    if (p.layout == pim::nn::Layout::transposed) named.push_back(p.name.substr(0, p.name.rfind('.')));
  }
  CHECK(named == pim::model::linear_names(config));
  std::sort(asked.begin(), asked.end()), std::sort(named.begin(), named.end());
  CHECK(asked == named);
  CHECK(model.parameters().size() == 41);
}

TEST_CASE("SequenceClassifier: every layer books under its path", "[model]") {
  const auto config = tiny(Architecture::roberta, 3, 0.0);
  auto model = make<float>(config);
  pim::cost::Ledger ledger;
  model.program(Rng(1), ledger);
  model.forward(batch(Architecture::roberta), Rng(2), ledger, false);
  const auto count = [&](std::string_view layer, pim::cost::Action action) -> std::uint64_t {
    for (const auto& entry : ledger.entries()) {
      if (entry.layer == layer && entry.action == action) return entry.tally.count;
    }
    return 0;
  };
  using namespace pim::cost::action;
  CHECK(count("roberta.embeddings.word_embeddings", digital_lookup) == 10 * 6);
  CHECK(count("roberta.encoder.layer.1.attention.self", digital_softmax) == 2 * 2 * 5 * 5);
  CHECK(count("roberta.encoder.layer.1.intermediate.dense", digital_add) == 10 * 10);
  CHECK(count("roberta.encoder.layer.1.intermediate.intermediate_act_fn", digital_activation) == 10 * 10);
  CHECK(count("roberta.encoder.layer.0.output", digital_add) == 10 * 6);
  CHECK(count("roberta.encoder.layer.0.output.LayerNorm", digital_norm) == 10 * 6);
  CHECK(count("classifier.dense", digital_activation) == 2 * 6);
}

TEST_CASE("SequenceClassifier: positions skip padding in RoBERTa, count columns in BERT", "[model]") {
  const Batch b = batch(Architecture::roberta);
  CHECK(pim::model::position_ids(tiny(Architecture::roberta, 2, 0.0), b) ==
        std::vector<std::int32_t>{2, 3, 4, 5, 6, 2, 3, 4, 1, 1});
  CHECK(pim::model::position_ids(tiny(Architecture::bert, 2, 0.0), b) ==
        std::vector<std::int32_t>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
}

TEST_CASE("SequenceClassifier: refuses batches that do not fit, saying why", "[model]") {
  auto model = make<float>(tiny(Architecture::roberta, 2, 0.0));
  pim::cost::Ledger ledger;
  model.program(Rng(1), ledger);
  const auto refusal = [&](const Batch& wrong) -> std::string {
    try {
      model.forward(wrong, Rng(1), ledger, false);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  Batch b = batch(Architecture::roberta);
  b.ids[3] = 13;
  CHECK(refusal(b) == "batch: token id 13, expected 0 to 12");
  b = batch(Architecture::roberta);
  b.types.assign(10, 1);
  CHECK(refusal(b) == "batch: token type 1, expected 0 to 0");
  b = batch(Architecture::roberta);
  b.real.assign({1, 1, 1, 1, 1, 0, 0, 0, 0, 0});
  CHECK(refusal(b) == "batch: example 1 is padding only");
  CHECK(refusal({1, 8, std::vector<std::int32_t>(8, 2), {}, std::vector<std::uint8_t>(8, 1)}) ==
        "batch: sequences of 8 tokens, but the model takes at most 7");
  CHECK(refusal({0, 0, {}, {}, {}}) == "batch: no tokens");
  b.ids.pop_back();
  CHECK(refusal(b).find("must each hold examples * tokens = 10") != std::string::npos);
}
