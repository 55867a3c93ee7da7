#pragma once
#include <algorithm>
#include <array>
#include <cmath>

#include <pim/core/check.hpp>
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
  Moments moments(float target) const { return {target, 0.0F}; }
};
static_assert(ResistiveDevice<IdealCell>);

/// Mean and standard deviation of max(target + sigma xi, 0).
inline Moments rectified_moments(float target, float sigma) {
  if (!(sigma > 0.0F)) return {target, 0.0F};
  const double z = static_cast<double>(target) / sigma;
  const double density = std::exp(-0.5 * z * z) * 0.3989422804014327, below = 0.5 * std::erfc(z * 0.7071067811865476);
  const double mean = sigma * (z * (1.0 - below) + density);
  const double square = sigma * static_cast<double>(sigma) * ((1.0 + z * z) * (1.0 - below) + z * density);
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(std::max(square - mean * mean, 0.0)))};
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
  Moments moments(float target) const { return rectified_moments(target, sigma_); }

 private:
  float sigma_;
};
static_assert(ResistiveDevice<GaussianCell>);

}  // namespace pim::device
