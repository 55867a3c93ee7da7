#pragma once
#include <algorithm>
#include <cmath>

#include <pim/core/check.hpp>
#include <pim/core/math.hpp>
#include <pim/device/concepts.hpp>

namespace pim::device {

/// Reaches its target.
class IdealCell {
 public:
  struct Params {};
  explicit IdealCell(const Params& = {}) {}
  void program(std::span<const float> target, const Rng&, std::uint64_t, std::span<float> g) const {
    std::copy(target.begin(), target.end(), g.begin());
  }
  [[gnu::always_inline]] Moments moments(float target) const { return {target, 0.0F}; }
};
static_assert(ResistiveDevice<IdealCell>);

/// Mean and standard deviation of max(target + sigma xi, 0), target >= 0, to 1e-6 of sigma. With z = target / sigma,
/// phi and Q the density and the upper tail of a Gaussian at z, and L = phi - z Q:
///   mean = target + sigma L;   variance = sigma^2 (1 - Q - z L - L^2)
/// source  the tail by Abramowitz and Stegun, 26.2.17
[[gnu::always_inline]] inline Moments rectified_moments(float target, float sigma) {
  const float z = target / (sigma + 1e-30F);
  const float density = 0.398942280F * portable_exp(-0.5F * z * z);
  const float k = 1.0F / (1.0F + 0.2316419F * z);
  const float series = 0.319381530F + k * (-0.356563782F + k * (1.781477937F + k * (-1.821255978F + k * 1.330274429F)));
  const float tail = density * k * series;
  const float excess = std::max(density - z * tail, 0.0F);
  const float variance = std::max(1.0F - tail - z * excess - excess * excess, 0.0F);
  return {target + sigma * excess, sigma * std::sqrt(variance)};
}

/// g[i] = max(target[i] + sigma(target[i]) xi_i, 0): what the cells below have in common. Sigma: float(float).
template <class Sigma>
void program_with_noise(std::span<const float> target, const Rng& rng, std::uint64_t first, std::span<float> g,
                        const Sigma& sigma) {
  rng.normals(first, g);
  for (std::size_t i = 0; i < g.size(); ++i) {
    const float reached = target[i] + sigma(target[i]) * g[i];
    g[i] = reached > 0.0F ? reached : 0.0F;
  }
}

struct GaussianCellParams {
  float sigma = 0.0F;  ///< programming noise  [fraction of g_max]
};
/// Additive Gaussian programming noise of one size, clamped at zero conductance.
class GaussianCell {
 public:
  using Params = GaussianCellParams;
  /// throws std::invalid_argument: sigma outside 0..1
  explicit GaussianCell(const Params& params = {}) : sigma_(params.sigma) {
    require_range("GaussianCell: sigma [fraction of g_max]", sigma_, 0.0F, 1.0F);
  }
  void program(std::span<const float> target, const Rng& rng, std::uint64_t first, std::span<float> g) const {
    program_with_noise(target, rng, first, g, [s = sigma_](float) { return s; });
  }
  [[gnu::always_inline]] Moments moments(float target) const { return rectified_moments(target, sigma_); }

 private:
  float sigma_;
};
static_assert(ResistiveDevice<GaussianCell>);

}  // namespace pim::device
