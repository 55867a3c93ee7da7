#include <pim/tile/weight_encoding.hpp>

#include <vector>

#include <pim/device/gaussian_cell.hpp>

#include "support/catch.hpp"

using pim::device::GaussianCell;
using pim::device::IdealCell;
using pim::tile::Encoding;
using pim::tile::WeightDevices;

static const std::vector<float> weights = {-1.0F, -0.25F, 0.0F, 0.5F, 1.0F};

TEST_CASE("WeightDevices: exact devices give the weight back in both encodings", "[tile][encoding]") {
  for (const Encoding encoding : {Encoding::differential_pair, Encoding::single_device}) {
    WeightDevices<IdealCell> devices(IdealCell(), encoding);
    std::vector<float> w(5);
    devices.program(weights, pim::Rng(1), 0);
    devices.read(w);
    CHECK(w == weights);
  }
}

TEST_CASE("WeightDevices: both devices of a pair are programmed, with draws of their own", "[tile][encoding]") {
  const GaussianCell cell({.sigma = 0.1F});
  std::vector<float> w(5);
  WeightDevices<GaussianCell> pair(cell, Encoding::differential_pair);
  pair.program(weights, pim::Rng(1), 100);
  pair.read(w);
  WeightDevices<GaussianCell> single(cell, Encoding::single_device);
  std::vector<float> offset(5);
  single.program(weights, pim::Rng(1), 100);
  single.read(offset);
  for (std::size_t i = 0; i < 5; ++i) {
    const float xi = pim::Rng(1).at(0).normal(100 + i), xi_rest = pim::Rng(1).at(1).normal(100 + i);
    const float programmed = std::max(std::fabs(weights[i]) + 0.1F * xi, 0.0F);
    const float rest = std::max(0.1F * xi_rest, 0.0F);
    CHECK(w[i] == Approx(std::copysign(programmed, weights[i]) - std::copysign(rest, weights[i])).margin(1e-6));
    CHECK(offset[i] == Approx(2.0F * std::max(0.5F * (weights[i] + 1.0F) + 0.1F * xi, 0.0F) - 1.0F).margin(1e-6));
  }
}

TEST_CASE("weight_moments: of the pair, and of the single device", "[tile][encoding]") {
  const GaussianCell cell({.sigma = 0.1F});
  const pim::device::Moments off = cell.moments(0.0F);
  std::vector<float> mean = weights, sigma(5);
  pim::tile::weight_moments(cell, Encoding::differential_pair, mean, sigma);
  for (std::size_t i = 0; i < 5; ++i) {
    const pim::device::Moments on = cell.moments(std::fabs(weights[i]));
    CHECK(mean[i] == Approx(weights[i] < 0.0F ? off.mean - on.mean : on.mean - off.mean).margin(1e-7));
    CHECK(sigma[i] == Approx(std::hypot(on.sigma, off.sigma)));
  }
  mean = weights;
  pim::tile::weight_moments(cell, Encoding::single_device, mean, sigma);
  for (std::size_t i = 0; i < 5; ++i) {
    const pim::device::Moments m = cell.moments(0.5F * (weights[i] + 1.0F));
    CHECK(mean[i] == Approx(2.0F * m.mean - 1.0F).margin(1e-6));
    CHECK(sigma[i] == Approx(2.0F * m.sigma));
  }
}
