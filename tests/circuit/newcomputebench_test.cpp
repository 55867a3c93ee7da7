#include <pim/circuit/newcomputebench.hpp>

#include <cmath>
#include <vector>

#include <pim/core/random.hpp>

#include "support/catch.hpp"

namespace ncb = pim::circuit::newcomputebench;

TEST_CASE("BlockDac: one scale for the block, one code short at the top", "[newcomputebench]") {
  pim::Matrix x(2, 3), analog(2, 3);
  x << 1.0F, -4.0F, 0.0F, 4.0F, 0.01F, -0.02F;
  const float scale = ncb::BlockDac{8}.convert(x, analog);
  CHECK(scale == Approx(0.25));
  CHECK(analog(0, 0) == 0.25F);
  CHECK(analog(0, 1) == -1.0F);
  CHECK(analog(1, 0) == 127.0F / 128.0F);
  CHECK(analog(1, 1) == 0.0F);  // 0.32 codes
  CHECK(analog(1, 2) == -1.0F / 128.0F);
  ncb::BlockDac{8}.convert(pim::Matrix::Zero(2, 3), analog);
  CHECK((analog.array() == 0.0F).all());
}

static std::vector<float> read(const std::vector<float>& y, float bound = 50.0F) {
  std::vector<float> out(y.size());
  ncb::RowAdc{8, bound}.convert(y, out);
  return out;
}

TEST_CASE("RowAdc: centred between the extremes, exact at the lower one", "[newcomputebench]") {
  const std::vector<float> out = read({-3.0F, 5.0F, 1.0F, 2.0F});  // centre 1, half range 4
  CHECK(out[0] == Approx(-3.0).epsilon(1e-6));
  CHECK(out[1] == Approx(1.0 + 4.0 * 127.0 / 128.0).epsilon(1e-6));
  CHECK(out[2] == Approx(1.0).epsilon(1e-6));
  CHECK(out[3] == Approx(2.0).epsilon(1e-6));
  const std::vector<float> clipped = read({-80.0F, 100.0F, 0.0F});
  CHECK(clipped[0] == Approx(-50.0));
  CHECK(clipped[1] == Approx(50.0 * 127.0 / 128.0));
}

TEST_CASE("RowAdc: a constant row is read as it is, where the tutorial's code divides by zero", "[newcomputebench]") {
  CHECK(read({2.0F, 2.0F}) == std::vector<float>{2.0F, 2.0F});
  CHECK(read({70.0F, 70.0F}) == std::vector<float>{50.0F, 50.0F});
  for (const float v : read({0.0F, 0.0F, 0.0F})) CHECK(std::fabs(v) < 1e-8F);
}

TEST_CASE("RowAdc: at most half a step wrong, one step at the top", "[newcomputebench]") {
  const pim::Matrix rows = pim::normal_matrix(50, 33, pim::Rng(1));
  for (pim::Index r = 0; r < rows.rows(); ++r) {
    const std::vector<float> y(rows.row(r).data(), rows.row(r).data() + rows.cols());
    const float step = (rows.row(r).maxCoeff() - rows.row(r).minCoeff()) / 256.0F;
    const std::vector<float> out = read(y);
    float worst = 0.0F;
    for (std::size_t i = 0; i < y.size(); ++i) worst = std::max(worst, std::fabs(out[i] - y[i]));
    CHECK(worst <= 1.001F * step);
  }
}
