// 400,000 devices for each target, within the bounds of support/statistics.hpp; seeds are fixed.
#include <cmath>
#include <vector>

#include <pim/device/pcm.hpp>
#include <pim/device/reram.hpp>

#include "support/catch.hpp"
#include "support/statistics.hpp"

using namespace pim::device;
using namespace pim::test;

static constexpr std::size_t n = 400'000;

/// Mean and variance of max(target + sigma xi, 0), in double precision.
struct Expected {
  double mean, variance;
};
static Expected rectified(double target, double sigma) {
  const double z = target / sigma, above = normal_cdf(z), density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * M_PI);
  const double mean = target * above + sigma * density;
  const double square = (target * target + sigma * sigma) * above + target * sigma * density;
  return {mean, square - mean * mean};
}

template <class Device>
static std::vector<float> programmed(const Device& device, float target, bool age = false) {
  const std::vector<float> targets(n, target);
  std::vector<float> g(n);
  device.program(targets, pim::Rng(17), 0, g);
  if constexpr (AgingDevice<Device>) {
    if (age) device.age(targets, pim::Rng(17), 0, g);
  }
  return g;
}
/// The draws have the expected moments, the device says the same, and a device that is 3 % off would fail.
template <class Device>
static void check(const Device& device, float target, const std::vector<float>& g, const Expected& expected) {
  INFO("target " << target);
  CHECK(agrees(mean_of(g), expected.mean));
  CHECK(agrees(variance_of(g), expected.variance));
  CHECK_FALSE(agrees(variance_of(three_percent_wider(g)), expected.variance));
  const Moments m = device.moments(target);
  CHECK(m.mean == Approx(expected.mean).epsilon(1e-5));
  CHECK(m.sigma == Approx(std::sqrt(expected.variance)).epsilon(1e-4));
}

TEST_CASE("GaussianCell: moments", "[device][statistical]") {
  const GaussianCell cell({.sigma = 0.05F});
  for (const float target : {0.0F, 0.03F, 0.1F, 0.6F}) {
    check(cell, target, programmed(cell, target), rectified(static_cast<double>(target), 0.05));
  }
}

TEST_CASE("Wan2022: moments at the three times", "[device][statistical]") {
  for (const WanTime time : {WanTime::one_second, WanTime::one_day, WanTime::two_days}) {
    const Wan2022 device({.time = time});
    for (const float target : {0.0F, 0.1F, 0.5F, 1.0F}) {
      const double sigma = static_cast<double>(device.sigma_uS(target)) / 40.0;
      check(device, target, programmed(device, target), rectified(static_cast<double>(target), sigma));
    }
  }
}

TEST_CASE("CmoHfox: moments, clipped at both ends of the range", "[device][statistical]") {
  const CmoHfox device({.acceptance = CmoAcceptance::percent_2});
  for (const float target : {0.0F, 0.4F, 1.0F}) {
    const double uS = 9.0 + static_cast<double>(target) * (88.199997 - 9.0);
    const double sigma = (0.0112185391 + 0.01129027418 * uS) / (88.199997 - 9.0);
    Expected expected = rectified(target == 1.0F ? 0.0 : static_cast<double>(target), sigma);
    if (target == 1.0F) expected.mean = 1.0 - expected.mean;
    check(device, target, programmed(device, target), expected);
  }
}

TEST_CASE("CmoHfox: relaxation and read noise after a day add to the spread", "[device][statistical]") {
  const CmoHfox device({.t_s = 86400.0});
  const std::vector<float> g = programmed(device, 0.5F, true);
  const double uS = 9.0 + 0.5 * (88.199997 - 9.0), log_t = std::log(86400.0), range = 88.199997 - 9.0;
  const double mean = uS - 0.08900206 * log_t, write = 0.00081107 + 0.00106879 * uS;
  const double relax = 0.04201137 * log_t + 0.41183342;
  const double read = 0.0277316483 * std::log10(mean) * std::sqrt(std::log((86400.0 + 1e-6) / 2e-6));
  const double variance = (write * write + relax * relax + read * read) / (range * range);
  CHECK(agrees(mean_of(g), (mean - 9.0) / range));
  CHECK(agrees(variance_of(g), variance));
  CHECK_FALSE(agrees(variance_of(three_percent_wider(g)), variance));
}

template <class Model>
static void check_programming() {
  const Pcm<Model> device({.programming_noise = true, .drift = false, .read_noise = false});
  for (const float target : {0.0F, 0.02F, 0.3F, 1.0F}) {
    const double sigma =
        static_cast<double>(Model::programming_sigma_uS(target)) / static_cast<double>(Model::g_max_uS);
    check(device, target, programmed(device, target, true), rectified(static_cast<double>(target), sigma));
  }
}
TEST_CASE("Pcm: moments of programming, three models", "[device][statistical]") {
  check_programming<JoshiPcm>();
  check_programming<HermesPairPcm>();
  check_programming<HermesSinglePcm>();
}

TEST_CASE("Pcm: moments of programming and read noise together", "[device][statistical]") {
  for (const double t_s : {25.0, 3.15e7}) {
    const Pcm<> device({.programming_noise = true, .drift = false, .read_noise = true, .t_s = t_s});
    for (const float target : {0.0F, 0.02F, 0.3F, 1.0F}) {
      const double g = static_cast<double>(target), sigma = (0.26348 + 1.9650 * g - 1.1731 * g * g) / 25.0;
      const double growth = std::sqrt(std::log((t_s + 20.0 + 250e-9) / 500e-9));
      const double q = std::min(0.0088 / std::max(std::pow(g, 0.65), 1e-3), 0.2) * growth;
      const Expected written = rectified(g, sigma), read = rectified(1.0, q);
      const double square = (written.mean * written.mean + written.variance) * (read.mean * read.mean + read.variance);
      const double mean = written.mean * read.mean;
      check(device, target, programmed(device, target, true), {mean, square - mean * mean});
    }
  }
}

TEST_CASE("Pcm: drift exponents are |mu + s xi|", "[device][statistical]") {
  const double t_s = 86400.0, log_age = std::log((t_s + 20.0) / 20.0);
  const Pcm<> device({.programming_noise = false, .drift = true, .read_noise = false, .t_s = t_s});
  for (const float target : {0.001F, 0.1F, 0.8F}) {
    std::vector<float> nu = programmed(device, target, true);
    for (float& v : nu) v = static_cast<float>(-std::log(static_cast<double>(v / target)) / log_age);
    const double l = std::log(static_cast<double>(target));
    const double mu = std::min(std::max(-0.0155 * l + 0.0244, 0.049), 0.1);
    const double s = std::min(std::max(-0.0125 * l - 0.0059, 0.008), 0.045);
    const double mean =
        mu * std::erf(mu / s / std::sqrt(2.0)) + s * std::sqrt(2.0 / M_PI) * std::exp(-0.5 * mu * mu / s / s);
    const double variance = mu * mu + s * s - mean * mean;  // of a folded normal
    INFO("target " << target);
    CHECK(agrees(mean_of(nu), mean));
    CHECK(agrees(variance_of(nu), variance));
    CHECK_FALSE(agrees(variance_of(three_percent_wider(nu)), variance));
  }
}
