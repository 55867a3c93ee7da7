#include <pim/model/sequence_classifier.hpp>

#include "golden/golden_files.hpp"
#include "golden/ncb_adapter.hpp"
#include "instances/model.hpp"
#include <pim/io/checkpoint.hpp>
#include <pim/nn/adamw.hpp>
#include <pim/nn/loss.hpp>
#include <pim/task/train/schedule.hpp>
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;
using Exact = pim::kernel::ExactMatmul<float>;

namespace {
pim::model::EncoderConfig encoder_config(const Json& json) {
  const auto size = [&](const char* key) { return json.at(key).get<Index>(); };
  pim::model::EncoderConfig config;
  config.vocab_size = size("vocab_size");
  config.hidden_size = size("hidden_size");
  config.num_hidden_layers = size("num_hidden_layers");
  config.num_attention_heads = size("num_attention_heads");
  config.intermediate_size = size("intermediate_size");
  config.max_position_embeddings = size("max_position_embeddings");
  config.type_vocab_size = size("type_vocab_size");
  config.pad_token_id = size("pad_token_id");
  config.layer_norm_eps = json.at("layer_norm_eps").get<double>();
  config.hidden_dropout = config.attention_dropout = config.classifier_dropout = json.at("dropout").get<double>();
  config.labels.assign(json.at("num_labels").get<std::size_t>(), "label");
  REQUIRE(json.at("model_type") == "roberta");
  REQUIRE(json.at("hidden_act") == "gelu (erf)");
  return config;
}
pim::model::Batch batch(const Json& run) {
  const auto s = shape(run.at("input_ids"));
  return {s[0], s[1], run.at("input_ids").at("data"), {}, run.at("attention_mask").at("data")};
}

/// The network of a golden file with the kernels of one of its runs.
template <class Kernel>
struct Network {
  pim::model::SequenceClassifier<float, Kernel> model;
  pim::model::Batch batch;
  std::vector<float> labels;
  Matrix d_logits;
  pim::cost::Ledger ledger;

  template <class MakeKernel>
  Network(const GoldenFile& file, const Json& run, const MakeKernel& make_kernel)
      : model(encoder_config(file.content.at("config")), make_kernel),
        batch(::batch(run)),
        labels(run.at("labels").get<std::vector<float>>()),
        d_logits(batch.examples, model.config().num_labels()) {
    const auto path = golden_dir() / file.content.at("weights").get<std::string>();
    const auto report =
        pim::io::load_checkpoint<float>(pim::io::read_safetensors(path), path.string(), model.parameters(), "roberta.");
    REQUIRE(report.fresh.empty());
    REQUIRE(report.unused.empty());
  }
  double forward() {
    model.program(Rng(1), ledger);
    const auto logits = model.forward(batch, Rng(2), ledger, true);
    if (model.config().is_regression()) return pim::nn::mean_squared_error<float>(logits, labels, d_logits);
    return pim::nn::cross_entropy<float>(logits, labels, d_logits);
  }
  Matrix logits() { return model.forward(batch, Rng(2), ledger, false); }
  /// A gradient or a value in the layout of the golden files.
  static Matrix golden_layout(const pim::nn::Parameter<float>& p, const Matrix& m) {
    return p.layout == pim::nn::Layout::transposed ? Matrix(m.transpose()) : m;
  }
};

template <class Kernel>
void check_run(Network<Kernel>& network, const Json& run) {
  const double loss = network.forward();
  const double scale = max_abs(run.at("logits"));
  CHECK(differences(network.logits(), run.at("logits"), 2e-5 * scale) == "");
  network.forward();
  const double want_loss = run.at("loss").get<double>();
  // the square error of a regression moves by twice the error times what the logits may move by
  const double loss_tolerance =
      2e-5 * (network.model.config().is_regression() ? 2.0 * std::sqrt(want_loss) * scale : 1.0);
  CHECK(agree(loss, want_loss, std::max(loss_tolerance, 2e-5 * want_loss)));

  const auto hidden_l2 = run.at("hidden_l2").get<std::vector<double>>();
  for (std::size_t i = 0; i < hidden_l2.size(); ++i) {
    const double l2 = network.model.hidden(static_cast<Index>(i)).template cast<double>().norm();
    CHECK(l2 == Approx(hidden_l2[i]).epsilon(2e-5));
  }
  const auto last = network.model.hidden(network.model.config().num_hidden_layers);
  Matrix cls(network.batch.examples, last.cols());
  for (Index b = 0; b < cls.rows(); ++b) cls.row(b) = last.row(b * network.batch.tokens);
  CHECK(differences(cls, run.at("cls_last_hidden"), 2e-5 * max_abs(run.at("cls_last_hidden"))) == "");

  network.model.backward(network.d_logits);
  const Json& grads = run.at("grads");
  const auto parameters = network.model.parameters();
  CHECK(grads.size() == parameters.size());
  for (const auto& p : parameters) {
    CAPTURE(p.name);
    const Json& want = grads.at(p.name);
    const Matrix gradient = Network<Kernel>::golden_layout(p, *p.gradient);
    const double l2 = want.at("l2").get<double>();
    // a key's bias shifts all scores of a query alike: its gradient is zero, and in the files rounding noise
    const double tolerance = p.name.ends_with("key.bias") ? 1e-6 : 1e-4 * l2;
    CHECK(agree(gradient.cast<double>().norm(), l2, tolerance));
    CHECK(agree(static_cast<double>(gradient.cwiseAbs().maxCoeff()), want.at("max_abs").get<double>(), tolerance));
    const auto first4 = want.at("first4").get<std::vector<double>>();
    CHECK(differences(std::span(gradient.data(), first4.size()), std::span<const double>(first4), tolerance) == "");
  }
}

void check_intermediates(Network<Exact>& network, const Json& want) {
  network.forward();
  const auto positions = pim::model::position_ids(network.model.config(), network.batch);
  CHECK(positions == want.at("position_ids").at("data").get<std::vector<std::int32_t>>());
  const auto check = [&](Index i, const std::string& name) {
    CHECK(differences(Matrix(network.model.hidden(i)), want.at(name), 1e-5 * max_abs(want.at(name))) == "");
  };
  check(0, "embedding_output");
  for (Index i = 0; i < network.model.config().num_hidden_layers; ++i) {
    check(i + 1, "layer" + std::to_string(i) + "_output");
  }
}

void check_training(Network<Exact>& network, const Json& want) {
  pim::nn::AdamW<float> optimizer({.weight_decay = want.at("weight_decay").get<double>()});
  const auto steps = want.at("steps").get<Index>();
  const auto losses = want.at("loss_before_each_step").get<std::vector<double>>();
  const auto rates = want.at("lr").get<std::vector<double>>();
  const auto parameters = network.model.parameters();
  for (Index step = 0; step < steps; ++step) {
    const auto i = static_cast<std::size_t>(step);
    CHECK(network.forward() == Approx(losses[i]).epsilon(2e-5));
    zero_gradients(parameters);
    network.model.backward(network.d_logits);
    const double rate = pim::task::linear_schedule(want.at("lr0").get<double>(), 0, steps, step);
    CHECK(rate == Approx(rates[i]).epsilon(1e-9));
    optimizer.step(parameters, rate);
  }
  CHECK(network.forward() == Approx(want.at("final_loss").get<double>()).epsilon(2e-5));
  CHECK(differences(network.logits(), want.at("final_logits"), 2e-5 * max_abs(want.at("final_logits"))) == "");
  for (const auto& p : parameters) {
    CAPTURE(p.name);
    const double epsilon =
        p.name.ends_with("key.bias") ? 0.1 : 2e-5;  // Adam amplifies the rounding noise of a zero gradient
    CHECK(p.value->cast<double>().norm() ==
          Approx(want.at("final_param_l2").at(p.name).get<double>()).epsilon(epsilon));
  }
}
}  // namespace

TEST_CASE("golden roberta_tiny: logits, loss, hidden states, gradients in float32 and on tiles", "[golden][roberta]") {
  for (const GoldenFile* file : golden_files("roberta_tiny")) {
    const auto names = file->content.at("transformed_linear_names").get<std::vector<std::string>>();
    CHECK(pim::model::linear_names(encoder_config(file->content.at("config"))) == names);
    for (const Json& run : file->content.at("runs")) {
      CAPTURE(file->name, run.at("mode"));
      if (run.at("config").is_null()) {
        Network<Exact> network(*file, run, [](std::string_view) { return Exact(); });
        check_run(network, run);
      } else {
        Network<AnyMatmul> network(*file, run, [&](std::string_view) { return ncb_matmul(run.at("config")); });
        check_run(network, run);
      }
    }
  }
}

TEST_CASE("golden roberta_tiny: intermediate values and an AdamW run in float32", "[golden][roberta]") {
  for (const GoldenFile* file : golden_files("roberta_tiny")) {
    for (const Json& run : file->content.at("runs")) {
      if (!run.at("config").is_null()) continue;
      CAPTURE(file->name);
      Network<Exact> network(*file, run, [](std::string_view) { return Exact(); });
      if (file->content.contains("fp32_intermediates"))
        check_intermediates(network, file->content.at("fp32_intermediates"));
      if (file->content.contains("adamw_fp32")) check_training(network, file->content.at("adamw_fp32"));
    }
  }
}
