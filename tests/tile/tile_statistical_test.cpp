// Sample sizes are given with each test; within the bounds of support/statistics.hpp; seeds are fixed.
#include <cmath>
#include <vector>

#include <pim/core/random.hpp>
#include <pim/device/gaussian_cell.hpp>
#include <pim/device/pcm.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/tile/crossbar_tile.hpp>

#include "support/catch.hpp"
#include "support/statistics.hpp"

using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;
using Tile = pim::tile::CrossbarTile<pim::device::GaussianCell>;
using pim::tile::NoiseRefresh;

static constexpr pim::circuit::Converter none{.bits = 0};

/// Mean and variance of g+ - g-, g+ = max(w + sigma xi, 0), g- = max(sigma xi, 0), for w > 0, in double precision.
struct Expected {
  double mean, variance;
};
static Expected pair(double w, double sigma) {
  const double z = w / sigma, above = normal_cdf(z), density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * M_PI);
  const double on = w * above + sigma * density, off = sigma / std::sqrt(2.0 * M_PI);
  const double on_square = (w * w + sigma * sigma) * above + w * sigma * density, off_square = 0.5 * sigma * sigma;
  return {on - off, on_square - on * on + off_square - off * off};
}
static void check(const std::vector<float>& draws, const Expected& expected) {
  CHECK(agrees(mean_of(draws), expected.mean));
  CHECK(agrees(variance_of(draws), expected.variance));
  CHECK_FALSE(agrees(variance_of(three_percent_wider(draws)), expected.variance));
}
/// (1001, 400): 1 in row 0, so that the scale of each column is 1, and `w` below.
static Matrix columns_of(float w) {
  Matrix m = Matrix::Constant(1001, 400, w);
  m.row(0).setOnes();
  return m;
}

TEST_CASE("CrossbarTile, noise at programming: moments of the held weights", "[tile][statistical]") {  // n = 400,000
  for (const float w : {0.0F, 0.05F, 0.6F}) {
    Tile tile({.core_size = 0, .device = {.sigma = 0.04F}});
    pim::cost::Ledger ledger;
    Matrix held(1001, 400);
    tile.program(columns_of(w), Rng(1), ledger);
    tile.weights(held);
    INFO("weight " << w);
    check({held.data() + 400, held.data() + held.size()}, pair(static_cast<double>(w), 0.04));
  }
}

TEST_CASE("CrossbarTile, noise at each forward: moments over calls", "[tile][statistical]") {  // n = 300,000
  Tile tile({.core_size = 0, .device = {.sigma = 0.04F}, .refresh = NoiseRefresh::each_forward});
  pim::cost::Ledger ledger;
  Matrix w(2, 1), held(2, 1);
  w << 1.0F, 0.05F;
  tile.program(w, Rng(1), ledger);
  std::vector<float> draws;
  for (std::uint64_t call = 0; call < 300'000; ++call) {
    tile.refresh(Rng(2).at(0, call));
    tile.weights(held);
    draws.push_back(held(1, 0));
  }
  check(draws, pair(0.05, 0.04));
}

TEST_CASE("Matmul: rows of a call share the noise of the weights, calls do not",
          "[tile][statistical]") {  // n = 100,000
  pim::kernel::Matmul<Tile> matmul(
      {.core_size = 0, .device = {.sigma = 0.04F}, .refresh = NoiseRefresh::each_forward, .dac = none, .adc = none});
  pim::cost::Ledger ledger;
  Matrix w(2, 1), x(2, 2), y(2, 1);
  w << 1.0F, 0.5F;
  x << 1.0F, 0.3F, -0.6F, 1.0F;
  matmul.program(w, Rng(1), ledger);
  std::vector<float> first, second;
  for (std::uint64_t call = 0; call < 100'000; ++call) {
    matmul.multiply(x, y, Rng(2).at(0, call), ledger);
    first.push_back(y(0, 0));
    second.push_back(y(1, 0));
  }
  const Expected a = pair(1.0, 0.04), b = pair(0.5, 0.04);
  check(first, {a.mean + 0.3 * b.mean, a.variance + 0.09 * b.variance});
  check(second, {-0.6 * a.mean + b.mean, 0.36 * a.variance + b.variance});
  std::vector<float> sum(first);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += second[i];
  check(sum, {0.4 * a.mean + 1.3 * b.mean, 0.16 * a.variance + 1.69 * b.variance});
  const std::vector<float> earlier(first.begin(), first.end() - 1), later(first.begin() + 1, first.end());
  CHECK(agrees(correlation_of(earlier, later), 0.0));
}

TEST_CASE("Matmul: the noise of the weights and of the reads are independent", "[tile][statistical]") {  // n = 90,000
  pim::kernel::Matmul<Tile> matmul({.core_size = 0,
                                    .device = {.sigma = 0.04F},
                                    .refresh = NoiseRefresh::each_forward,
                                    .dac = none,
                                    .adc = none,
                                    .output_noise = 0.04F});
  pim::cost::Ledger ledger;
  const Matrix w = Matrix::Constant(300, 300, 0.5F);
  Matrix y(300, 300), held(300, 300);
  matmul.program(w, Rng(1), ledger);
  matmul.multiply(Matrix::Identity(300, 300), y, Rng(2), ledger);  // row r reads weight row r
  matmul.weights(held);
  std::vector<float> of_weights, of_reads;
  for (Index i = 0; i < y.size(); ++i) {
    of_weights.push_back(held.data()[i]);
    of_reads.push_back(y.data()[i] - held.data()[i]);
  }
  CHECK(agrees(correlation_of(of_weights, of_reads), 0.0));
  check(of_reads, {0.0, 0.25 * 0.04 * 0.04});  // the scale of a column is 0.5
}

TEST_CASE("CrossbarTile: the three read noises add in variance", "[tile][statistical]") {  // n = 400,000
  Tile tile({.core_size = 0,
             .dac = none,
             .adc = none,
             .read_noise = 0.0175F,
             .additive_read_noise = 0.01F,
             .output_noise = 0.04F});
  pim::cost::Ledger ledger;
  Matrix w(3, 1);
  w << 2.0F, -1.0F, 0.5F;
  const Matrix x = Matrix::Constant(400'000, 3, 3.0F);
  Matrix y = Matrix::Zero(400'000, 1);
  tile.program(w, Rng(1), ledger);
  tile.multiply_add(x, y, Rng(2), ledger);
  const double variance = 0.0175 * 0.0175 * (1.0 + 0.5 + 0.25) + 0.01 * 0.01 * 3.0 + 0.04 * 0.04;  // normalised
  check({y.data(), y.data() + y.size()}, {3.0 * 1.5, 36.0 * variance});
}

TEST_CASE("PCMTile: programming and 1/f noise of the held weights, drift off", "[tile][statistical]") {  // n = 400,000
  using PCM = pim::tile::CrossbarTile<pim::device::Pcm<>>;
  PCM tile({.core_size = 0,
            .device = {.programming_noise = true, .drift = false, .read_noise = true, .t_s = 25.0},
            .drift_compensation = false});
  pim::cost::Ledger ledger;
  Matrix held(1001, 400);
  tile.program(columns_of(0.3F), Rng(1), ledger);
  tile.weights(held);
  const pim::device::Pcm<> device({.drift = false});
  const pim::device::Moments on = device.moments(0.3F), off = device.moments(0.0F);
  const auto square = [](float v) { return static_cast<double>(v) * static_cast<double>(v); };
  check({held.data() + 400, held.data() + held.size()},
        {static_cast<double>(on.mean) - static_cast<double>(off.mean), square(on.sigma) + square(off.sigma)});
}
