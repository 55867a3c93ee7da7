#include <pim/tile/pcm_tile.hpp>

#include <cmath>

#include "support/catch.hpp"
#include "support/tile_contract.hpp"

using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;
using namespace pim::tile;

TEST_CASE("PCM tiles keep the contract of tiles", "[tile][pcm]") {
  PCMTile::Params pcm = pcm_preset();
  pcm.core_size = 16;
  check_tile_contract<PCMTile>(pcm, 0.35);
  pcm.refresh = NoiseRefresh::each_forward;
  pcm.bound_management = true;
  check_tile_contract<PCMTile>(pcm, 0.35);
  check_tile_contract<HermesPCMTile>({.core_size = 24, .device = {.t_s = 3600.0}, .read_noise = 0.0175F}, 0.5);
}

TEST_CASE("PCMTile: the preset", "[tile][pcm]") {
  const PCMTile::Params p = pcm_preset();
  CHECK(p.core_size == 256);
  CHECK(p.weight_bits == 0);
  CHECK((p.device.programming_noise && p.device.drift && p.device.read_noise));
  CHECK(p.device.t_s == 25.0);
  CHECK(p.drift_compensation);
  CHECK(p.dac.bits == 8);
  CHECK(p.adc.bits == 8);
  CHECK(p.adc.bound == 10.0F);
  CHECK(p.read_noise == 0.0175F);
  CHECK(p.output_noise == 0.04F);
  CHECK(p.ir_drop.scale == 1.0F);
}

template <class TileT>
static Matrix held(const typename TileT::Params& params, const Matrix& w) {
  TileT tile(params);
  pim::cost::Ledger ledger;
  Matrix out(w.rows(), w.cols());
  tile.program(w, Rng(1), ledger);
  tile.weights(out);
  return out;
}
static const PCMTile::Params drift_only{
    .core_size = 64,
    .device = {.programming_noise = false, .drift = true, .read_noise = false, .t_s = 3600.0},
    .drift_compensation = false};

TEST_CASE("PCMTile: each weight drifts by the law of its device", "[tile][pcm]") {
  const Matrix w = pim::normal_matrix(50, 20, Rng(3), 0.05F), drifted = held<PCMTile>(drift_only, w);
  for (Index r = 0; r < 50; ++r) {
    for (Index c = 0; c < 20; ++c) {
      const double g = static_cast<double>(std::fabs(w(r, c)) / w.col(c).cwiseAbs().maxCoeff()), log_g = std::log(g);
      const double mu = std::min(std::max(0.0244 - 0.0155 * log_g, 0.049), 0.1);
      const double s = std::min(std::max(-0.0059 - 0.0125 * log_g, 0.008), 0.045);
      const auto xi = static_cast<double>(Rng(1).at(0).at(1).normal(static_cast<std::uint64_t>(20 * r + c)));
      const double expected = static_cast<double>(w(r, c)) * std::pow(3620.0 / 20.0, -std::fabs(mu + s * xi));
      CHECK(drifted(r, c) == Approx(expected).epsilon(1e-4));
    }
  }
}

TEST_CASE("PCMTile: compensation restores the summed magnitude of each array, at any time", "[tile][pcm]") {
  const Matrix w = pim::uniform_matrix(64, 150, Rng(4));  // arrays of 64, 64 and 22 columns
  const auto magnitude = [&](const Matrix& m, Index begin, Index count) {
    double sum = 0.0;
    for (Index c = begin; c < begin + count; ++c) {
      sum += static_cast<double>(m.col(c).cwiseAbs().sum() / w.col(c).cwiseAbs().maxCoeff());
    }
    return sum;
  };
  for (const double t_s : {1.0, 3600.0, 3.15e7}) {
    PCMTile::Params params = drift_only;
    params.device.t_s = t_s;
    const Matrix drifted = held<PCMTile>(params, w);
    params.drift_compensation = true;
    const Matrix compensated = held<PCMTile>(params, w);
    for (const Index begin : {0, 64, 128}) {
      const Index count = std::min<Index>(64, 150 - begin);
      const double before = magnitude(w, begin, count), after = magnitude(drifted, begin, count);
      INFO("t " << t_s << " s, array at column " << begin);
      CHECK(magnitude(compensated, begin, count) == Approx(before).epsilon(1e-5));
      CHECK(compensated(0, begin) == Approx(drifted(0, begin) * before / after).epsilon(1e-5));  // by one factor
      CHECK(after < before);
    }
  }
}

TEST_CASE("PCMTile: no noise, no time, no converters is the product; time makes it worse", "[tile][pcm]") {
  const Matrix x = pim::normal_matrix(10, 64, Rng(5)), w = pim::normal_matrix(64, 30, Rng(6), 0.05F);
  const auto error = [&](const PCMTile::Params& params) {
    PCMTile tile(params);
    pim::cost::Ledger ledger;
    Matrix y = Matrix::Zero(10, 30);
    tile.program(w, Rng(1), ledger);
    tile.multiply_add(x, y, Rng(2), ledger);
    return largest_error(y, plain_product(x, w));
  };
  PCMTile::Params params = drift_only;
  params.device.drift = false;
  params.dac.bits = params.adc.bits = 0;
  CHECK(error(params) < 1e-6);
  params = pcm_preset();
  params.device.t_s = 0.0;
  const double fresh = error(params);
  params.device.t_s = 3.15e7;
  CHECK(error(params) > fresh);
  CHECK(fresh < 0.3);
  params.drift_compensation = false;
  CHECK(error(params) > 0.4);  // a year's drift takes more than half of the signal
}
