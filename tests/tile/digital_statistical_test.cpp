// 300,000 outputs; within the bounds of support/statistics.hpp; the seed is fixed.
#include <cmath>
#include <vector>

#include <pim/core/random.hpp>
#include <pim/tile/digital_fp8_tile.hpp>

#include "support/catch.hpp"
#include "support/statistics.hpp"

using namespace pim::test;
using pim::Matrix;
using pim::Rng;

TEST_CASE("DigitalFP8Tile, approximate: error of 5.3 % of the root of the summed squared products",
          "[tile][statistical]") {
  pim::tile::DigitalFP8Tile tile(
      {.input = {.amax_scale = false}, .weight = {.amax_scale = false}, .approximate = true});
  pim::cost::Ledger ledger;
  Matrix w(3, 1), y = Matrix::Zero(300'000, 1);
  w << 2.0F, -1.0F, 0.5F;
  const Matrix x = Matrix::Ones(300'000, 1) * (Matrix(1, 3) << 1.0F, 1.75F, -4.0F).finished();
  tile.program(w, Rng(1), ledger);
  tile.multiply_add(x, y, Rng(2), ledger);
  const std::vector<float> draws(y.data(), y.data() + y.size());
  const double variance = 0.053 * 0.053 * (4.0 + 1.75 * 1.75 + 4.0);  // the products 2, -1.75, -2 almost cancel
  CHECK(agrees(mean_of(draws), 2.0 - 1.75 - 2.0));
  CHECK(agrees(variance_of(draws), variance));
  CHECK_FALSE(agrees(variance_of(three_percent_wider(draws)), variance));
}
