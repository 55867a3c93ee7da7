#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include <pim/core/check.hpp>
#include <pim/core/math.hpp>
#include <pim/device/gaussian_cell.hpp>

namespace pim::device {

/// How long after programming the fit of Wan 2022 was measured; other times were not published.
enum class WanTime { one_second, one_day, two_days };

/// throws std::invalid_argument: a time without a fit
inline WanTime wan_time(double t_s) {
  if (t_s == 1.0) return WanTime::one_second;
  if (t_s == 86400.0) return WanTime::one_day;
  if (t_s == 172800.0) return WanTime::two_days;
  throw std::invalid_argument("Wan 2022 was measured 1, 86400 and 172800 s after programming; there is no fit for " +
                              std::to_string(t_s) + " s");
}

struct Wan2022Params {
  WanTime time = WanTime::one_second;
};
/// ReRAM of the NeuRRAM chip: write-verify leaves a conductance-dependent Gaussian spread, clamped at zero.
///   sigma(G) = sum_i c_i G^i uS, G = g / g_max, g_max = 40 uS
/// source  Wan et al., Nature 608, 504 (2022), extended data; coefficients as fitted in aihwkit
class Wan2022 {
 public:
  using Params = Wan2022Params;
  static constexpr float g_max_uS = 40.0F;

  explicit Wan2022(const Params& params = {}) : c_(coefficients(params.time)) {}
  float sigma_uS(float target) const {
    return (((c_[4] * target + c_[3]) * target + c_[2]) * target + c_[1]) * target + c_[0];
  }
  void program(std::span<const float> target, const Rng& rng, std::uint64_t first, std::span<float> g) const {
    program_with_noise(target, rng, first, g, [this](float t) { return sigma(t); });
  }
  [[gnu::always_inline]] Moments moments(float target) const { return rectified_moments(target, sigma(target)); }

 private:
  float sigma(float target) const { return std::max(sigma_uS(target), 0.0F) * (1.0F / g_max_uS); }
  static std::array<float, 5> coefficients(WanTime time) {
    switch (time) {
      case WanTime::one_second:
        return {0.348F, 16.030F, -43.853F, 45.393F, -16.815F};
      case WanTime::one_day:
        return {0.701F, 22.086F, -50.773F, 47.095F, -16.458F};
      case WanTime::two_days:
        return {0.782F, 20.274F, -43.507F, 37.062F, -11.934F};
    }
    throw std::invalid_argument("Wan2022: no fit for this time; use one_second, one_day or two_days");
  }
  std::array<float, 5> c_;
};
static_assert(ResistiveDevice<Wan2022>);

/// How close write-verify brings a CMO/HfOx device to its target.
enum class CmoAcceptance { percent_0_2, percent_2 };

struct CmoHfoxParams {
  CmoAcceptance acceptance = CmoAcceptance::percent_0_2;
  double t_s = 0.0;  ///< since programming; below 1 s nothing has relaxed and the read adds no noise  [s]
};
/// Conductive-metal-oxide on HfOx ReRAM: 9 to 88.2 uS, programming spread by acceptance, relaxation and read noise that
/// grow with the logarithm of time; conductances stay in their range.
///   programming: sigma = c0 + c1 g;  relaxation at t: mean -0.08900206 ln t, sigma 0.04201137 ln t + 0.41183342
///   read: sigma = 0.0277316483 log10(g) sqrt(ln((t + 1e-6) / 2e-6));  g and sigma in uS, t in s
/// A fraction G of this device's range stands for g = 9 + G (88.2 - 9) uS.
/// source  Falcone et al. (CMO/HfOx analog ReRAM); coefficients as in aihwkit's noise model
class CmoHfox {
 public:
  using Params = CmoHfoxParams;
  static constexpr float g_min_uS = 9.0F, g_max_uS = 88.199997F;

  /// throws std::invalid_argument: t_s negative
  explicit CmoHfox(const Params& params = {}) : params_(params) {
    require(params.t_s >= 0.0, "CmoHfox: t_s must not be negative");
  }
  float programming_sigma_uS(float g_uS) const {
    return params_.acceptance == CmoAcceptance::percent_0_2 ? 0.00081107F + 0.00106879F * g_uS
                                                            : 0.0112185391F + 0.01129027418F * g_uS;
  }
  static double relaxation_mean_uS(double t_s) { return -0.08900206 * std::log(t_s); }
  static double relaxation_sigma_uS(double t_s) { return 0.04201137 * std::log(t_s) + 0.41183342; }
  static double read_sigma_uS(double g_uS, double t_s) {
    return 0.0277316483 * std::log10(g_uS) * std::sqrt(std::log((t_s + 1e-6) / 2e-6));
  }
  void program(std::span<const float> target, const Rng& rng, std::uint64_t first, std::span<float> g) const {
    rng.at(0).normals(first, g);
    for (std::size_t i = 0; i < g.size(); ++i) {
      const float goal = to_uS(target[i]);
      g[i] = fraction(goal + programming_sigma_uS(goal) * g[i]);
    }
  }
  /// Relaxation, then the noise of the read at t_s; below 1 s neither.
  void age(std::span<const float>, const Rng& rng, std::uint64_t first, std::span<float> g) const {
    if (params_.t_s < 1.0) return;
    const auto shift = static_cast<float>(relaxation_mean_uS(params_.t_s));
    const auto spread = static_cast<float>(relaxation_sigma_uS(params_.t_s));
    const auto read = static_cast<float>(read_sigma_uS(10.0, params_.t_s) / std::log(10.0));  // a unit of ln g
    add_noise(rng.at(1), first, g, [&](float g_uS, float xi) { return g_uS + shift + spread * xi; });
    add_noise(rng.at(2), first, g, [&](float g_uS, float xi) { return g_uS + read * portable_log(g_uS) * xi; });
  }
  [[gnu::always_inline]] Moments moments(float target) const {
    const float sigma = programming_sigma_uS(to_uS(target)) / (g_max_uS - g_min_uS);
    const bool upper = target > 0.5F;  // the nearer end of the range clips
    const Moments m = rectified_moments(upper ? 1.0F - target : target, sigma);
    return {upper ? 1.0F - m.mean : m.mean, m.sigma};
  }

 private:
  /// g = noisy(g in uS, xi), kept in range
  template <class Noisy>
  static void add_noise(const Rng& rng, std::uint64_t first, std::span<float> g, const Noisy& noisy) {
    std::array<float, 256> xi;
    for (std::size_t begin = 0; begin < g.size(); begin += xi.size()) {
      const std::size_t count = std::min(xi.size(), g.size() - begin);
      rng.normals(first + begin, {xi.data(), count});
      for (std::size_t i = 0; i < count; ++i) g[begin + i] = fraction(noisy(to_uS(g[begin + i]), xi[i]));
    }
  }
  static float to_uS(float g) { return g_min_uS + g * (g_max_uS - g_min_uS); }
  static float fraction(float g_uS) {
    return (std::clamp(g_uS, g_min_uS, g_max_uS) - g_min_uS) / (g_max_uS - g_min_uS);
  }
  Params params_;
};
static_assert(AgingDevice<CmoHfox>);

}  // namespace pim::device
