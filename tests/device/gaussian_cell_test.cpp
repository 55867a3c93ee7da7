#include <pim/device/gaussian_cell.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using pim::device::GaussianCell;
using pim::device::IdealCell;
using pim::device::Moments;

static_assert(pim::device::ResistiveDevice<IdealCell> && pim::device::ResistiveDevice<GaussianCell>);
static_assert(!pim::device::ResistiveDevice<pim::Rng> && !pim::device::AgingDevice<GaussianCell>);

TEST_CASE("IdealCell: reaches its target", "[device]") {
  const std::vector<float> target = {0.0F, 0.3F, 1.0F};
  std::vector<float> g(3);
  IdealCell().program(target, pim::Rng(1), 0, g);
  CHECK(g == target);
  CHECK(IdealCell().moments(0.3F).mean == 0.3F);
  CHECK(IdealCell().moments(0.3F).sigma == 0.0F);
}

TEST_CASE("rectified_moments: the integrals, by quadrature in double precision", "[device]") {
  for (const double sigma : {1e-4, 0.01, 0.2, 1.0}) {
    for (const double z : {0.0, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 50.0}) {
      const double target = z * sigma;
      double mean = 0.0, square = 0.0;
      constexpr double h = 1e-4;
      for (double xi = -10.0 + 0.5 * h; xi < 10.0; xi += h) {
        const double g = std::max(target + sigma * xi, 0.0),
                     weight = h * std::exp(-0.5 * xi * xi) / std::sqrt(2.0 * M_PI);
        mean += weight * g;
        square += weight * (g - target) * (g - target);  // about the target, so that nothing cancels
      }
      const double deviation = std::sqrt(square - (mean - target) * (mean - target));
      const Moments m = pim::device::rectified_moments(static_cast<float>(target), static_cast<float>(sigma));
      INFO("target " << target << ", sigma " << sigma);
      CHECK(std::fabs(static_cast<double>(m.mean) - mean) < 1e-6 * sigma + 1e-7 * target);
      CHECK(std::fabs(static_cast<double>(m.sigma) - deviation) < 2e-6 * sigma);
    }
  }
  CHECK(pim::device::rectified_moments(0.4F, 0.0F).mean == 0.4F);
  CHECK(pim::device::rectified_moments(0.4F, 0.0F).sigma == 0.0F);
  CHECK(pim::device::rectified_moments(0.0F, 0.0F).mean == 0.0F);
}

TEST_CASE("GaussianCell: target + sigma xi, never below zero; device i draws draw i, however the array is cut",
          "[device]") {
  const pim::Rng rng(3);
  const GaussianCell cell({.sigma = 0.2F});
  std::vector<float> target(700), whole(700), part(300);
  for (std::size_t i = 0; i < target.size(); ++i) target[i] = static_cast<float>(i % 8) / 7.0F;
  cell.program(target, rng, 1000, whole);
  bool by_definition = true, clamped = false;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const float expected = std::max(target[i] + 0.2F * rng.normal(1000 + i), 0.0F);
    by_definition &= std::fabs(whole[i] - expected) < 1e-6F;
    clamped |= whole[i] == 0.0F;
  }
  CHECK(by_definition);
  CHECK(clamped);
  cell.program(std::span(target).subspan(400), rng, 1400, part);
  CHECK(std::equal(part.begin(), part.end(), whole.begin() + 400));
}

TEST_CASE("GaussianCell: refuses a spread that is none", "[device]") {
  CHECK_THROWS_WITH(GaussianCell({.sigma = -0.1F}), ContainsSubstring("sigma"));
  CHECK_THROWS_AS(GaussianCell({.sigma = 1.1F}), std::invalid_argument);
  CHECK_THROWS_AS(GaussianCell({.sigma = std::numeric_limits<float>::quiet_NaN()}), std::invalid_argument);
}
