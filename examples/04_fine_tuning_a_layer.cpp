// Fine-tuning a layer through hardware. A day after programming, without compensation, phase-change cells have lost a
// part of their conductance, so that a layer trained in float32 answers too weakly. Trained through the cells, it
// learns weights that are right once they have drifted.
#include <cstdio>
#include <span>
#include <string>

#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/nn/adamw.hpp>
#include <pim/nn/linear.hpp>
#include <pim/nn/loss.hpp>
#include <pim/tile/pcm_tile.hpp>

using Kernel = pim::kernel::Matmul<pim::tile::PCMTile>;
using Layer = pim::nn::Linear<float, Kernel>;

static constexpr pim::Index inputs = 64, batch = 128;

/// Examples of a linear function of `truth` (inputs, 1).
struct Examples {
  Examples(const pim::Matrix& truth, const pim::Rng& rng) : x(pim::normal_matrix(batch, inputs, rng)), y(x * truth) {}
  std::span<const float> labels() const { return {y.data(), static_cast<std::size_t>(y.size())}; }
  pim::Matrix x, y;
};

/// Mean squared error on new examples and new devices, over ten of them.
static double test_error(Layer& layer, const pim::Matrix& truth, const pim::Rng& rng) {
  pim::cost::Ledger ledger;
  pim::Matrix y(batch, 1), unused(batch, 1);
  double sum = 0.0;
  for (std::uint64_t device = 0; device < 10; ++device) {
    const Examples examples(truth, rng.at(0, device));
    layer.program(rng.at(1, device), ledger);
    layer.forward(examples.x, y, rng.at(2, device), ledger);
    sum += pim::nn::mean_squared_error<float>(y, examples.labels(), unused);
  }
  return sum / 10.0;
}

int main() {
  const pim::Rng rng(42);
  const pim::Matrix truth = pim::normal_matrix(inputs, 1, rng.at(0), 0.125F);  // outputs of variance 1
  pim::tile::PCMTile::Params params = pim::tile::pcm_preset();
  params.device.t_s = 86400.0;
  params.drift_compensation = false;
  Layer layer("layer", inputs, 1, Kernel(params));
  const pim::nn::Parameters<float> parameters = layer.parameters();
  *parameters[0].value = truth;  // what training in float32 finds
  const double before = test_error(layer, truth, rng.at(1));

  pim::nn::AdamW<float> optimizer;
  pim::cost::Ledger ledger;
  pim::Matrix y(batch, 1), dy(batch, 1), dx(batch, inputs);
  for (std::uint64_t step = 0; step < 200; ++step) {
    const Examples examples(truth, rng.at(2, step));
    pim::nn::zero_gradients(parameters);
    layer.program(rng.at(3, step), ledger);                 // the new weights, onto devices with new noise
    layer.forward(examples.x, y, rng.at(4, step), ledger);  // through the hardware
    pim::nn::mean_squared_error<float>(y, examples.labels(), dy);
    layer.backward(examples.x, dy, dx);  // on the host: noise and converters pass gradients on
    optimizer.step(parameters, step < 150 ? 0.01 : 0.002);
  }
  const double after = test_error(layer, truth, rng.at(1));
  std::printf("mean squared error of outputs of variance 1: trained in float32 %.3f, fine-tuned %.3f\n", before, after);
  return before > 0.1 && after < 0.5 * before ? 0 : 1;
}
