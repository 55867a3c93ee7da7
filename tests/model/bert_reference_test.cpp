// Against HuggingFace transformers: tests/data/bert_tiny.json, written by scripts/make_bert_reference.py.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include <pim/kernel/exact_matmul.hpp>
#include <pim/model/sequence_classifier.hpp>
#include <pim/nn/loss.hpp>

#include "instances/model.hpp"
#include "support/catch.hpp"
using nlohmann::json;
using pim::Index;
using pim::Matrix;
using Kernel = pim::kernel::ExactMatmul<float>;

namespace {
/// Element i of the p-th parameter; splitmix64 as in the script.
float recipe(std::uint64_t p, std::uint64_t i) {
  std::uint64_t z = (p << 32) + i + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  z = z ^ (z >> 31);
  return 0.4F * (static_cast<float>(z >> 40) * 0x1p-24F - 0.5F);
}
/// In HuggingFace's layout.
Matrix file_layout(const pim::nn::Parameter<float>& p, const Matrix& m) {
  return p.layout == pim::nn::Layout::transposed ? Matrix(m.transpose()) : m;
}
void fill(const pim::nn::Parameters<float>& parameters) {
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    Matrix values = file_layout(parameters[p], *parameters[p].value);
    for (Index i = 0; i < values.size(); ++i) values.data()[i] = recipe(p, static_cast<std::uint64_t>(i));
    if (parameters[p].name.ends_with("LayerNorm.weight")) values.array() += 1.0F;
    *parameters[p].value = file_layout(parameters[p], values);
  }
}
}  // namespace

TEST_CASE("BERT: logits, loss, hidden states and gradients as transformers computes them", "[model][bert]") {
  const auto path = std::filesystem::path(__FILE__).parent_path().parent_path() / "data" / "bert_tiny.json";
  std::ifstream stream(path);
  REQUIRE(stream.good());
  const json reference = json::parse(stream);
  for (const json& run : reference.at("runs")) {
    CAPTURE(run.at("name"));
    pim::model::EncoderConfig config;
    config.architecture = pim::model::Architecture::bert;
    config.vocab_size = 60, config.hidden_size = 24, config.num_hidden_layers = 2, config.num_attention_heads = 3;
    config.intermediate_size = 40, config.max_position_embeddings = 16, config.type_vocab_size = 2;
    config.pad_token_id = 0, config.layer_norm_eps = 1e-12;
    config.hidden_dropout = config.attention_dropout = config.classifier_dropout = 0.0;
    config.hidden_act = run.at("hidden_act") == "gelu" ? pim::nn::Activation::gelu : pim::nn::Activation::gelu_tanh;
    const auto shape = run.at("logits").at("shape").get<std::vector<Index>>();
    config.labels.assign(static_cast<std::size_t>(shape[1]), "label");

    pim::model::SequenceClassifier<float, Kernel> model(config, [](std::string_view) { return Kernel(); });
    const auto parameters = model.parameters();
    fill(parameters);
    const pim::model::Batch batch{shape[0], run.at("input_ids").at("shape")[1], run.at("input_ids").at("data"),
                                  run.at("token_type_ids").at("data"), run.at("attention_mask").at("data")};
    const auto labels = run.at("labels").get<std::vector<float>>();
    const auto wanted = run.at("logits").at("data").get<std::vector<float>>();
    const Matrix expected = Eigen::Map<const Matrix>(wanted.data(), shape[0], shape[1]);

    pim::cost::Ledger ledger;
    model.program(pim::Rng(1), ledger);
    const auto logits = model.forward(batch, pim::Rng(2), ledger, true);
    CHECK((logits - expected).cwiseAbs().maxCoeff() < 1e-5F * expected.cwiseAbs().maxCoeff());
    Matrix d_logits(shape[0], shape[1]);
    const double loss = shape[1] == 1 ? pim::nn::mean_squared_error<float>(logits, labels, d_logits)
                                      : pim::nn::cross_entropy<float>(logits, labels, d_logits);
    CHECK(loss == Approx(run.at("loss").get<double>()).epsilon(1e-5));
    const auto hidden_l2 = run.at("hidden_l2").get<std::vector<double>>();
    for (Index i = 0; i < std::ssize(hidden_l2); ++i) {
      CHECK(model.hidden(i).cast<double>().norm() == Approx(hidden_l2[static_cast<std::size_t>(i)]).epsilon(1e-6));
    }

    model.backward(d_logits);
    CHECK(run.at("grads").size() == parameters.size());
    for (const auto& p : parameters) {
      CAPTURE(p.name);
      const json& want = run.at("grads").at(p.name);
      const double l2 = want.at("l2").get<double>();
      const double tolerance = std::max(1e-5 * l2, 1e-6);  // key biases have no gradient but rounding noise
      const Matrix gradient = file_layout(p, *p.gradient);
      CHECK(std::abs(gradient.cast<double>().norm() - l2) < tolerance);
      for (Index i = 0; i < std::ssize(want.at("first4")); ++i) {
        const double element = want.at("first4")[static_cast<std::size_t>(i)].get<double>();
        CHECK(std::abs(static_cast<double>(gradient.data()[i]) - element) < tolerance);
      }
    }
  }
}
