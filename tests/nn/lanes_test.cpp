#include <pim/nn/lanes.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::Index;

TEST_CASE("lane_sum and lane_max: any length, the same bits wherever the row starts", "[nn][lanes]") {
  const Index n = GENERATE(0, 1, 15, 16, 17, 100);
  const MatrixD values = random_matrix(1, n + 3, 1);
  const double* const x = values.data();
  const auto term = [=](auto at) { return at(x) * at(x + 1); };
  double sum = 0.0, top = -0.5;
  for (Index i = 0; i < n; ++i) sum += x[i] * x[i + 1], top = std::max(top, x[i] * x[i + 1]);
  CHECK(pim::nn::lane_sum<double>(n, term) == Approx(sum).margin(1e-14));
  CHECK(pim::nn::lane_max<double>(n, -0.5, term) == top);

  const pim::Matrix row = pim::normal_matrix(1, n, pim::Rng(2));
  pim::Matrix shifted = pim::Matrix::Zero(1, n + 5);
  const auto sum_of = [&](const float* p) { return pim::nn::lane_sum<float>(n, [=](auto at) { return at(p); }); };
  for (Index shift = 0; shift < 5; ++shift) {
    shifted.middleCols(shift, n) = row;
    CHECK(sum_of(shifted.data() + shift) == sum_of(row.data()));
  }
}
