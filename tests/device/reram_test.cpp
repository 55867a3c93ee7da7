#include <pim/device/reram.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using namespace pim::device;

static_assert(ResistiveDevice<Wan2022> && !AgingDevice<Wan2022>);
static_assert(AgingDevice<CmoHfox>);

TEST_CASE("Wan2022: the spread's polynomial at the three published times", "[device][reram]") {
  struct Fit {
    WanTime time;
    std::vector<double> c;
  };
  for (const Fit& fit : {Fit{WanTime::one_second, {0.348, 16.030, -43.853, 45.393, -16.815}},
                         Fit{WanTime::one_day, {0.701, 22.086, -50.773, 47.095, -16.458}},
                         Fit{WanTime::two_days, {0.782, 20.274, -43.507, 37.062, -11.934}}}) {
    const Wan2022 device({.time = fit.time});
    double worst = 0.0;
    for (int i = 0; i <= 100; ++i) {
      const double g = 0.01 * i;
      double sigma = 0.0;
      for (std::size_t p = 0; p < fit.c.size(); ++p) sigma += fit.c[p] * std::pow(g, static_cast<double>(p));
      worst = std::max(worst, std::fabs(static_cast<double>(device.sigma_uS(static_cast<float>(g))) - sigma));
    }
    CHECK(worst < 1e-5);
    const pim::Rng rng(2);  // sigma / 40 uS is what the draws are multiplied by
    const std::vector<float> target = {0.5F, 0.9F};
    std::vector<float> g(2);
    device.program(target, rng, 6, g);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(g[i] == Approx(target[i] + device.sigma_uS(target[i]) / 40.0F * rng.normal(6 + i)).epsilon(1e-5));
    }
  }
  CHECK_THROWS_WITH(Wan2022({.time = static_cast<WanTime>(7)}), ContainsSubstring("one_second, one_day or two_days"));
}

static constexpr double range_uS = 88.199997 - 9.0;

TEST_CASE("CmoHfox: spread, relaxation and read noise by their fits", "[device][reram]") {
  const CmoHfox tight({.acceptance = CmoAcceptance::percent_0_2}), loose({.acceptance = CmoAcceptance::percent_2});
  for (const double g : {9.0, 30.0, 60.0, 88.199997}) {
    CHECK(tight.programming_sigma_uS(static_cast<float>(g)) == Approx(0.00081107 + 0.00106879 * g).epsilon(1e-6));
    CHECK(loose.programming_sigma_uS(static_cast<float>(g)) == Approx(0.0112185391 + 0.01129027418 * g).epsilon(1e-6));
    for (const double t : {1.0, 3600.0, 86400.0}) {
      CHECK(CmoHfox::read_sigma_uS(g, t) ==
            Approx(0.0277316483 * std::log10(g) * std::sqrt(std::log((t + 1e-6) / 2e-6))).epsilon(1e-9));
    }
  }
  CHECK(CmoHfox::relaxation_mean_uS(3600.0) == Approx(-0.728810201));  // aihwkit's values
  CHECK(CmoHfox::relaxation_sigma_uS(3600.0) == Approx(0.755851469));
  CHECK(CmoHfox::relaxation_mean_uS(1.0) == 0.0);
  CHECK(CmoHfox::relaxation_sigma_uS(1.0) == Approx(0.41183342));
}

TEST_CASE("CmoHfox: each step with its own draws, kept in range", "[device][reram]") {
  const pim::Rng rng(4);
  std::vector<float> target(500), g(500);
  for (std::size_t i = 0; i < target.size(); ++i) target[i] = static_cast<float>(i % 11) / 10.0F;
  const auto clip = [](double v) { return std::min(std::max(v, 9.0), 88.199997); };
  for (const double t_s : {0.0, 0.5, 1.0, 86400.0}) {
    const CmoHfox device({.acceptance = CmoAcceptance::percent_2, .t_s = t_s});
    device.program(target, rng, 10, g);
    device.age(target, rng, 10, g);
    double worst = 0.0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      const auto xi = [&](std::uint64_t place) { return static_cast<double>(rng.at(place).normal(10 + i)); };
      const double goal = 9.0 + static_cast<double>(target[i]) * range_uS;
      double uS = clip(goal + (0.0112185391 + 0.01129027418 * goal) * xi(0));
      if (t_s >= 1.0) {
        uS = clip(uS - 0.08900206 * std::log(t_s) + (0.04201137 * std::log(t_s) + 0.41183342) * xi(1));
        uS = clip(uS + 0.0277316483 * std::log10(uS) * std::sqrt(std::log((t_s + 1e-6) / 2e-6)) * xi(2));
      }
      worst = std::max(worst, std::fabs(static_cast<double>(g[i]) - (uS - 9.0) / range_uS));
    }
    INFO("t " << t_s << " s");
    CHECK(worst < 2e-6);
    CHECK(*std::min_element(g.begin(), g.end()) >= 0.0F);
    CHECK(*std::max_element(g.begin(), g.end()) <= 1.0F);
  }
}

TEST_CASE("CmoHfox: devices are numbered, however the array is cut; errors", "[device][reram]") {
  const CmoHfox device({.t_s = 100.0});
  const std::vector<float> target(600, 0.4F);
  std::vector<float> whole(600), part(100);
  device.program(target, pim::Rng(1), 0, whole);
  device.age(target, pim::Rng(1), 0, whole);
  device.program(std::span(target).subspan(500), pim::Rng(1), 500, part);
  device.age(std::span(target).subspan(500), pim::Rng(1), 500, part);
  CHECK(std::equal(part.begin(), part.end(), whole.begin() + 500));
  CHECK_THROWS_WITH(CmoHfox({.t_s = -1.0}), ContainsSubstring("t_s"));
  CHECK_THROWS_AS(CmoHfox({.t_s = std::nan("")}), std::invalid_argument);
}
