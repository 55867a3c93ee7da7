#include <pim/tile/reram_tile.hpp>

#include <cmath>

#include "support/catch.hpp"
#include "support/tile_contract.hpp"

using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;
using namespace pim::tile;

TEST_CASE("ReRAM tiles keep the contract of tiles", "[tile][reram]") {
  ReRAMTile::Params wan = reram_preset();
  wan.core_size = 16;
  check_tile_contract<ReRAMTile>(wan, 0.35);
  wan.refresh = NoiseRefresh::each_forward;
  check_tile_contract<ReRAMTile>(wan, 0.35);
  check_tile_contract<GaussianReRAMTile>({.core_size = 24, .device = {.sigma = 0.02F}, .output_noise = 0.04F}, 0.2);
  check_tile_contract<CmoReRAMTile>(
      {.core_size = 24, .encoding = Encoding::single_device, .device = {.t_s = 3600.0}, .bound_management = true}, 0.2);
}

TEST_CASE("ReRAMTile: the preset", "[tile][reram]") {
  const ReRAMTile::Params p = reram_preset();
  CHECK(p.core_size == 256);
  CHECK(p.weight_bits == 4);
  CHECK(p.device.time == pim::device::WanTime::one_second);
  CHECK(p.refresh == NoiseRefresh::at_programming);
  CHECK(p.dac.bits == 8);
  CHECK(p.adc.bits == 8);
  CHECK(p.adc.bound == 10.0F);
  CHECK(p.additive_read_noise == 0.01F);
  CHECK(p.ir_drop.scale == 0.0F);
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

TEST_CASE("GaussianReRAMTile: levels, then noise relative to the largest weight of the column", "[tile][reram]") {
  const Matrix w = pim::normal_matrix(30, 8, Rng(3), 0.05F);
  GaussianReRAMTile::Params params{.core_size = 64, .weight_bits = 4};
  const Matrix levels = held<GaussianReRAMTile>(params, w);
  for (Index c = 0; c < 8; ++c) {
    const float gamma = w.col(c).cwiseAbs().maxCoeff();
    for (Index r = 0; r < 30; ++r) {
      CHECK(levels(r, c) == Approx(gamma * std::nearbyint(w(r, c) / gamma * 7.0F) / 7.0F).margin(1e-7));
    }
  }
  params.device.sigma = 0.1F;
  const Matrix noisy = held<GaussianReRAMTile>(params, w), noisy_10 = held<GaussianReRAMTile>(params, 10.0F * w);
  for (Index r = 0; r < 30; ++r) {
    for (Index c = 0; c < 8; ++c) {
      const auto device = static_cast<std::uint64_t>(8 * r + c);
      const float gamma = w.col(c).cwiseAbs().maxCoeff(), target = levels(r, c) / gamma;
      const float programmed = std::max(std::fabs(target) + 0.1F * Rng(1).at(0).normal(device), 0.0F);
      const float rest = std::max(0.1F * Rng(1).at(1).normal(device), 0.0F);
      CHECK(noisy(r, c) == Approx(std::copysign(gamma, target) * (programmed - rest)).margin(1e-6));
    }
  }
  CHECK(largest_error(noisy_10, 10.0F * noisy) < 1e-5);
}

TEST_CASE("CmoReRAMTile: single devices span the whole range; relaxation is compensated in the mean", "[tile][reram]") {
  const Matrix w = pim::uniform_matrix(100, 60, Rng(4));
  CmoReRAMTile::Params params{.core_size = 128, .encoding = Encoding::single_device};
  CHECK(largest_error(held<CmoReRAMTile>(params, w), w) < 0.02);  // 0.12 % of the range in standard deviation
  params.device.t_s = 86400.0;
  params.drift_compensation = false;
  const Matrix relaxed = held<CmoReRAMTile>(params, w);
  const float shift = (relaxed - w).mean();  // 2 x -1.0117 uS of 79.2 uS, in units of the largest weight of a column
  CHECK(shift == Approx(-2.0 * 1.0117 / 79.2).epsilon(0.1));
}
