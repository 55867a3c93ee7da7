#include <pim/device/pcm.hpp>

#include <cmath>
#include <functional>
#include <vector>

#include "support/catch.hpp"

using namespace pim::device;

static_assert(AgingDevice<Pcm<JoshiPcm>> && AgingDevice<Pcm<HermesPairPcm>> && AgingDevice<Pcm<HermesSinglePcm>>);

/// A fit in double precision, of G and ln G.
using Fit = std::function<double(double g, double log_g)>;
static double clip(double v, double low, double high) { return std::min(std::max(v, low), high); }
static double polynomial(double g, const std::vector<double>& c) {
  double sum = 0.0;
  for (std::size_t i = 0; i < c.size(); ++i) sum += c[i] * std::pow(g, static_cast<double>(i));
  return sum;
}
static double log_fraction(double g) { return std::log(std::max(g, 1e-7)); }
/// Largest distance of a model's fit from the one given here, on a grid that avoids the jump between the pieces.
template <class Function>
static double distance(const Function& fit, const Fit& expected, double jump = -1.0) {
  double worst = 0.0;
  for (int i = 0; i <= 1000; ++i) {
    const double g = 1e-3 * i;
    if (std::fabs(g - jump) < 1e-4) continue;
    const auto log_g = static_cast<float>(log_fraction(g));
    worst = std::max(worst,
                     std::fabs(static_cast<double>(fit(static_cast<float>(g), log_g)) - expected(g, log_fraction(g))));
  }
  return worst;
}

TEST_CASE("JoshiPcm: the published fits", "[device][pcm]") {
  const auto sigma = [](float g, float) { return JoshiPcm::programming_sigma_uS(g); };
  CHECK(distance(sigma, [](double g, double) { return polynomial(g, {0.26348, 1.9650, -1.1731}); }) < 1e-6);
  CHECK(distance(JoshiPcm::drift_mean, [](double, double l) { return clip(-0.0155 * l + 0.0244, 0.049, 0.1); }) < 1e-7);
  CHECK(distance(JoshiPcm::drift_sigma, [](double, double l) { return clip(-0.0125 * l - 0.0059, 0.008, 0.045); }) <
        1e-7);
  CHECK(distance(JoshiPcm::read_noise,
                 [](double, double l) { return std::min(0.0088 / std::max(std::exp(0.65 * l), 1e-3), 0.2); }) < 1e-6);
}

TEST_CASE("HermesPairPcm: the published fits", "[device][pcm]") {
  const auto sigma = [](float g, float) { return HermesPairPcm::programming_sigma_uS(g); };
  CHECK(distance(sigma, [](double g, double) {
          return polynomial(g, {0.16603222, 4.71806468, -8.48101252, 4.68961419});
        }) < 1e-6);
  CHECK(distance(
            HermesPairPcm::drift_mean,
            [](double g, double l) {
              return g < 0.0945 ? clip(-0.0387 * l - 0.0182, 0.072, 0.13) : polynomial(g, {0.0736, -0.0126, -0.0436});
            },
            0.0945) < 1e-7);
  CHECK(distance(
            HermesPairPcm::drift_sigma,
            [](double g, double l) {
              return g < 0.3055 ? clip(-0.0117 * l - 0.0057, 0.0091, 0.04) : polynomial(g, {0.0073, 0.0093, -0.0118});
            },
            0.3055) < 1e-7);
  CHECK(distance(
            HermesPairPcm::read_noise,
            [](double g, double l) {
              return g < 0.16 ? clip(-0.0117 * l - 0.0069, 0.015, 0.04)
                              : polynomial(g, {0.0123, 0.0211, -0.0280, 0.0069});
            },
            0.16) < 1e-7);
  CHECK(HermesPairPcm::g_max_uS == 20.7F);
  CHECK(HermesPairPcm::t0_s == 300.0);
  CHECK(HermesPairPcm::t_read_s == 512e-9);
}

TEST_CASE("HermesSinglePcm: the published fits", "[device][pcm]") {
  const auto sigma = [](float g, float) { return HermesSinglePcm::programming_sigma_uS(g); };
  CHECK(distance(sigma, [](double g, double) {
          return polynomial(g, {0.15781817, 2.32443916, -2.16310839, 0.68841818});
        }) < 1e-6);
  CHECK(distance(
            HermesSinglePcm::drift_mean,
            [](double g, double l) {
              return g < 0.0945 ? clip(-0.0387 * l - 0.0182, 0.072, 0.13) : polynomial(g, {0.0736, -0.0126, -0.0436});
            },
            0.0945) < 1e-7);
  CHECK(distance(
            HermesSinglePcm::drift_sigma,
            [](double g, double l) {
              return g < 0.3039 ? clip(-0.0120 * l - 0.0023, 0.0124, 0.04) : polynomial(g, {0.0104, 0.0116, -0.0165});
            },
            0.3039) < 1e-7);
  CHECK(distance(
            HermesSinglePcm::read_noise,
            [](double g, double l) {
              return g < 0.1591 ? clip(-0.0078 * l + 0.0038, 0.0179, 0.04)
                                : polynomial(g, {0.0088, 0.0768, -0.1352, 0.0664});
            },
            0.1591) < 1e-7);
  CHECK(HermesSinglePcm::g_max_uS == 10.35F);
  CHECK(HermesSinglePcm::t0_s == 200.0);
}

static std::vector<float> targets() {
  std::vector<float> t(600);
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<float>(i % 40) / 39.0F;
  return t;
}
static std::vector<float> aged(const PcmParams& params, std::uint64_t seed = 5) {
  const Pcm<> device(params);
  const std::vector<float> target = targets();
  std::vector<float> g(target.size());
  device.program(target, pim::Rng(seed), 0, g);
  device.age(target, pim::Rng(seed), 0, g);
  return g;
}

TEST_CASE("Pcm: everything off is the target, at any time", "[device][pcm]") {
  CHECK(aged({.programming_noise = false, .drift = false, .read_noise = false, .t_s = 1e6}) == targets());
  CHECK(aged({.programming_noise = false, .drift = true, .read_noise = false, .t_s = 0.0}) == targets());
}

TEST_CASE("Pcm: drift is a power law in (t + t0) / t0 with one exponent a device", "[device][pcm]") {
  const std::vector<float> target = targets();
  const auto exponents = [&](double t_s) {
    const std::vector<float> g = aged({.programming_noise = false, .drift = true, .read_noise = false, .t_s = t_s});
    std::vector<double> nu;
    for (std::size_t i = 0; i < g.size(); ++i) {
      nu.push_back(target[i] > 0.0F ? -std::log(static_cast<double>(g[i] / target[i])) / std::log((t_s + 20.0) / 20.0)
                                    : 0.0);
    }
    return nu;
  };
  const std::vector<double> hour = exponents(3600.0), year = exponents(3.15e7);
  double difference = 0.0, lowest = 1.0;
  for (std::size_t i = 0; i < hour.size(); ++i) {
    difference = std::max(difference, std::fabs(hour[i] - year[i]));
    lowest = std::min(lowest, hour[i]);
  }
  CHECK(difference < 1e-6);
  CHECK(lowest >= 0.0);  // conductance never grows

  const pim::Rng draws = pim::Rng(5).at(1);  // nu of device i = |mu + s xi_i|
  for (const std::size_t i : {1U, 20U, 39U, 500U}) {
    const double l = log_fraction(static_cast<double>(target[i]));
    const double mu = clip(-0.0155 * l + 0.0244, 0.049, 0.1), s = clip(-0.0125 * l - 0.0059, 0.008, 0.045);
    CHECK(hour[i] == Approx(std::fabs(mu + s * static_cast<double>(draws.normal(i)))).epsilon(1e-4));
  }
}

TEST_CASE("Pcm: read noise grows with sqrt(ln t), relative to the conductance", "[device][pcm]") {
  const std::vector<float> target = targets();
  const pim::Rng draws = pim::Rng(5).at(2);
  for (const double t_s : {0.0, 25.0, 86400.0}) {
    const std::vector<float> g = aged({.programming_noise = false, .drift = false, .read_noise = true, .t_s = t_s});
    double worst = 0.0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double t = static_cast<double>(target[i]), l = log_fraction(t);
      const double q = std::min(0.0088 / std::exp(0.65 * l), 0.2) * std::sqrt(std::log((t_s + 20.0 + 250e-9) / 500e-9));
      worst = std::max(worst, std::fabs(static_cast<double>(g[i]) -
                                        std::max(t * (1.0 + q * static_cast<double>(draws.normal(i))), 0.0)));
    }
    CHECK(worst < 1e-6);
  }
}

TEST_CASE("Pcm: devices are numbered, however the array is cut", "[device][pcm]") {
  const Pcm<> device({.t_s = 1e4});
  const std::vector<float> target = targets(), whole = aged({.t_s = 1e4});
  std::vector<float> part(250);
  device.program(std::span(target).subspan(350), pim::Rng(5), 350, part);
  device.age(std::span(target).subspan(350), pim::Rng(5), 350, part);
  CHECK(std::equal(part.begin(), part.end(), whole.begin() + 350));
  CHECK(aged({.t_s = 1e4}, 5) == whole);
  CHECK(aged({.t_s = 1e4}, 6) != whole);
}

TEST_CASE("Pcm: refuses a time before programming", "[device][pcm]") {
  CHECK_THROWS_WITH(Pcm<>({.t_s = -1.0}), ContainsSubstring("t_s"));
  CHECK_THROWS_AS(Pcm<>({.t_s = std::nan("")}), std::invalid_argument);
}
