#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include <pim/core/check.hpp>
#include <pim/core/math.hpp>
#include <pim/device/gaussian_cell.hpp>

namespace pim::device {

/// Fits of a phase-change device: programming spread, drift exponent and 1/f read noise against G = g / g_max.
/// source  Nandakumar et al., ICECS 2019; Joshi et al., Nat. Commun. 11, 2473 (2020); g_max = 25 uS
struct JoshiPcm {
  static constexpr float g_max_uS = 25.0F;
  static constexpr double t0_s = 20.0;        ///< first read-out, the reference of drift  [s]
  static constexpr double t_read_s = 250e-9;  ///< length of a read  [s]

  [[gnu::always_inline]] static float programming_sigma_uS(float g) { return 0.26348F + g * (1.9650F - 1.1731F * g); }
  [[gnu::always_inline]] static float drift_mean(float, float log_g) {
    return std::clamp(0.0244F - 0.0155F * log_g, 0.049F, 0.1F);
  }
  [[gnu::always_inline]] static float drift_sigma(float, float log_g) {
    return std::clamp(-0.0059F - 0.0125F * log_g, 0.008F, 0.045F);
  }
  [[gnu::always_inline]] static float read_noise(float, float log_g) {
    return 0.0088F / std::max(portable_exp(0.65F * log_g), 0.044F);  // at most 0.2
  }
};

/// The HERMES chip, in units of a differential pair.
/// source  Le Gallo et al., Nat. Electron. 6, 680 (2023); coefficients as fitted in aihwkit
struct HermesPairPcm {
  static constexpr float g_max_uS = 20.7F;
  static constexpr double t0_s = 300.0, t_read_s = 512e-9;

  [[gnu::always_inline]] static float programming_sigma_uS(float g) {
    return 0.16603222F + g * (4.71806468F + g * (-8.48101252F + g * 4.68961419F));
  }
  [[gnu::always_inline]] static float drift_mean(float g, float log_g) {
    return g < 0.0945F ? std::clamp(-0.0387F * log_g - 0.0182F, 0.072F, 0.13F) : 0.0736F - g * (0.0126F + 0.0436F * g);
  }
  [[gnu::always_inline]] static float drift_sigma(float g, float log_g) {
    return g < 0.3055F ? std::clamp(-0.0117F * log_g - 0.0057F, 0.0091F, 0.04F) : 0.0073F + g * (0.0093F - 0.0118F * g);
  }
  [[gnu::always_inline]] static float read_noise(float g, float log_g) {
    return g < 0.16F ? std::clamp(-0.0117F * log_g - 0.0069F, 0.015F, 0.04F)
                     : 0.0123F + g * (0.0211F + g * (-0.0280F + g * 0.0069F));
  }
};

/// The HERMES chip, in units of a single device.
struct HermesSinglePcm {
  static constexpr float g_max_uS = 10.35F;
  static constexpr double t0_s = 200.0, t_read_s = 512e-9;

  [[gnu::always_inline]] static float programming_sigma_uS(float g) {
    return 0.15781817F + g * (2.32443916F + g * (-2.16310839F + g * 0.68841818F));
  }
  [[gnu::always_inline]] static float drift_mean(float g, float log_g) { return HermesPairPcm::drift_mean(g, log_g); }
  [[gnu::always_inline]] static float drift_sigma(float g, float log_g) {
    return g < 0.3039F ? std::clamp(-0.0120F * log_g - 0.0023F, 0.0124F, 0.04F) : 0.0104F + g * (0.0116F - 0.0165F * g);
  }
  [[gnu::always_inline]] static float read_noise(float g, float log_g) {
    return g < 0.1591F ? std::clamp(-0.0078F * log_g + 0.0038F, 0.0179F, 0.04F)
                       : 0.0088F + g * (0.0768F + g * (-0.1352F + g * 0.0664F));
  }
};

struct PcmParams {
  bool programming_noise = true;
  bool drift = true;
  bool read_noise = true;  ///< 1/f noise that builds up until the read
  double t_s = 25.0;       ///< time since programming ended  [s]
};

/// Phase-change memory: programming noise, drift and 1/f read noise, all frozen once the device is programmed and aged.
///
///   g_P = max(g + sigma_P(G) xi, 0);  g_D = g_P ((t + t0) / t0)^-nu, nu = |mu(G) + s(G) xi|
///   g(t) = max(g_D + g_D Q(G) sqrt(ln((t + t0 + t_read) / (2 t_read))) xi, 0)
///
/// G is the target, clipped below at 1e-7 in logarithms.
template <class Model = JoshiPcm>
class Pcm {
 public:
  using Params = PcmParams;
  /// throws std::invalid_argument: t_s negative
  explicit Pcm(const Params& params = {}) {
    require(params.t_s >= 0.0, "Pcm: t_s must not be negative");
    const double since_t0_s = params.t_s + Model::t0_s, t_read_s = Model::t_read_s;
    if (params.programming_noise) programming_scale_ = 1.0F / Model::g_max_uS;
    if (params.drift) log_age_ = static_cast<float>(std::log(since_t0_s / Model::t0_s));
    if (params.read_noise) {
      read_growth_ = static_cast<float>(std::sqrt(std::log((since_t0_s + t_read_s) / (2.0 * t_read_s))));
    }
  }
  void program(std::span<const float> target, const Rng& rng, std::uint64_t first, std::span<float> g) const {
    if (programming_scale_ == 0.0F) {
      std::copy(target.begin(), target.end(), g.begin());
    } else {
      program_with_noise(target, rng.at(0), first, g, [this](float t) { return sigma(t); });
    }
  }
  void age(std::span<const float> target, const Rng& rng, std::uint64_t first, std::span<float> g) const {
    std::array<float, block> xi_drift, xi_read;
    const Rng drift = rng.at(1), read = rng.at(2);
    for (std::size_t begin = 0; begin < g.size(); begin += xi_drift.size()) {
      const std::size_t count = std::min(xi_drift.size(), g.size() - begin);
      drift.normals(first + begin, {xi_drift.data(), count});
      read.normals(first + begin, {xi_read.data(), count});
      age_block(target.subspan(begin, count), xi_drift.data(), xi_read.data(), g.data() + begin);
    }
  }
  /// Standard deviation of the read noise at t_s, as a fraction of the conductance: Q(G) sqrt(ln(...)).
  [[gnu::always_inline]] float read_sigma(float target) const {
    return Model::read_noise(target, log_fraction(target)) * read_growth_;
  }
  /// Of programming and of the read noise at t_s; drift is left to compensation. What is read is what was written times
  /// an independent max(1 + Q growth xi, 0).
  [[gnu::always_inline]] Moments moments(float target) const {
    const Moments written = rectified_moments(target, sigma(target));
    const Moments read = rectified_moments(1.0F, read_sigma(target));
    const float square = read.mean * read.mean + read.sigma * read.sigma;
    const float variance =
        written.sigma * written.sigma * square + written.mean * written.mean * read.sigma * read.sigma;
    return {written.mean * read.mean, std::sqrt(variance)};
  }

 private:
  static constexpr std::size_t block = 256;  ///< devices that age together: the draws of one chunk

  [[gnu::always_inline]] float sigma(float target) const {
    const float s = Model::programming_sigma_uS(target) * programming_scale_;
    return s > 0.0F ? s : 0.0F;
  }
  [[gnu::always_inline]] static float log_fraction(float target) {
    return portable_log(target > 1e-7F ? target : 1e-7F);
  }
  void age_block(std::span<const float> target, const float* xi_drift, const float* xi_read, float* g) const {
    std::array<float, block> mean, sigma, read;  // of the drift exponent; of the read noise
    const bool at_rest = abs_max(target) == 0.0F;
    const std::size_t different = at_rest ? 1 : target.size();
    for (std::size_t i = 0; i < different; ++i) {
      const float t = target[i], log_g = log_fraction(t);
      mean[i] = Model::drift_mean(t, log_g);
      sigma[i] = Model::drift_sigma(t, log_g);
      read[i] = Model::read_noise(t, log_g) * read_growth_;
    }
    if (at_rest) {
      for (auto* values : {&mean, &sigma, &read}) std::fill(values->begin() + 1, values->end(), values->front());
    }
    for (std::size_t i = 0; i < target.size(); ++i) {
      const float drifted = g[i] * portable_exp(-std::fabs(mean[i] + sigma[i] * xi_drift[i]) * log_age_);
      const float noisy = drifted + drifted * read[i] * xi_read[i];
      g[i] = noisy > 0.0F ? noisy : 0.0F;
    }
  }

  float programming_scale_ = 0.0F;  // 1 / g_max, or 0: no programming noise  [1/uS]
  float log_age_ = 0.0F;            // ln((t + t0) / t0), or 0: no drift
  float read_growth_ = 0.0F;        // sqrt(ln((t + t0 + t_read) / (2 t_read))), or 0: no read noise
};
static_assert(AgingDevice<Pcm<>>);

}  // namespace pim::device
