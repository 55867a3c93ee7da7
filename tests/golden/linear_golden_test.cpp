#include <pim/nn/linear.hpp>
#include <pim/nn/lora_linear.hpp>

#include "golden/golden_files.hpp"
#include "golden/ncb_adapter.hpp"
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;

namespace {
/// The checkpoint's layout, [out, in], into the layer's.
void set(const pim::nn::Parameter<float>& parameter, const Json& tensor) {
  const Matrix m = matrix(tensor);
  *parameter.value = parameter.layout == pim::nn::Layout::transposed ? Matrix(m.transpose()) : m;
}
std::string gradient_differences(const pim::nn::Parameter<float>& parameter, const Json& tensor) {
  const bool transposed = parameter.layout == pim::nn::Layout::transposed;
  const Matrix gradient = transposed ? Matrix(parameter.gradient->transpose()) : *parameter.gradient;
  return differences(gradient, tensor, 1e-5 * max_abs(tensor));
}
const Json& find(const Json& tensors, const std::string& name) {
  static const Json none;
  return tensors.contains(name) ? tensors.at(name) : none;
}

template <class Layer, class Forward, class Backward>
void check_layer(Layer& layer, const Json& tensors, const Json& expected_out, const Forward& forward,
                 const Backward& backward) {
  const auto short_name = [](const std::string& name) { return name.substr(name.rfind('.') + 1); };
  for (const auto& p : layer.parameters()) set(p, tensors.at(short_name(p.name)));
  pim::cost::Ledger ledger;
  layer.program(Rng(1), ledger);
  const Matrix x = matrix(tensors.at("x")), dy = matrix(tensors.at("grad_output"));
  Matrix y(x.rows(), dy.cols()), dx(x.rows(), x.cols());
  const Index rows = shape(tensors.at("x")).size() > 2 ? group(tensors.at("x")) : 0;
  forward(pim::Rows(x, 0, rows), y, ledger);
  CHECK(differences(y, expected_out, 1e-5 * max_abs(expected_out)) == "");
  backward(x, dy, dx);
  CHECK(differences(dx, tensors.at("grad_input"), 1e-5 * max_abs(tensors.at("grad_input"))) == "");
  for (const auto& p : layer.parameters()) {
    CAPTURE(p.name);
    const Json& want = find(tensors, "grad_" + short_name(p.name));
    CHECK((want.is_null() ? "no golden gradient" : gradient_differences(p, want)) == "");
  }
}
}  // namespace

TEST_CASE("golden linear: outputs of linear and merged LoRA layers on tiles, all gradients", "[golden][linear]") {
  for (const GoldenFile* file : golden_files("linear")) {
    for (const Json& entry : file->content.at("layers")) {
      const Json& tensors = entry.at("tensors");
      const Index in = shape(tensors.at("weight"))[1], out = shape(tensors.at("weight"))[0];
      const bool bias = tensors.contains("bias");
      for (const Json& run : entry.at("cases")) {
        CAPTURE(file->name, entry.at("name"), run.at("config").dump());
        if (tensors.contains("lora_A")) {
          const Index rank = shape(tensors.at("lora_A"))[1];
          using Lora = pim::nn::LoraLinear<float, AnyMatmul>;
          Lora layer("layer", in, out, ncb_matmul(run.at("config")),
                     {.rank = rank,
                      .alpha = entry.at("scaling").get<double>() * static_cast<double>(rank),
                      .path = pim::nn::LoraPath::merged},
                     bias);
          Lora::Cache cache;
          check_layer(
              layer, tensors, run.at("out"),
              [&](const auto& x, auto& y, auto& ledger) { layer.forward(x, y, cache, Rng(2), true, ledger); },
              [&](const auto& x, const auto& dy, auto& dx) { layer.backward(x, dy, cache, dx); });
        } else {
          pim::nn::Linear<float, AnyMatmul> layer("layer", in, out, ncb_matmul(run.at("config")),
                                                  pim::nn::BackwardOperands::exact, bias);
          check_layer(
              layer, tensors, run.at("out"),
              [&](const auto& x, auto& y, auto& ledger) { layer.forward(x, y, Rng(2), ledger); },
              [&](const auto& x, const auto& dy, auto& dx) { layer.backward(x, dy, dx); });
        }
      }
    }
  }
}
