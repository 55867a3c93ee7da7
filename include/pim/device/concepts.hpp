#pragma once
#include <concepts>
#include <cstdint>
#include <span>

#include <pim/core/rng.hpp>

namespace pim::device {

/// Mean and standard deviation of a conductance  [fraction of g_max]
struct Moments {
  float mean = 0.0F;
  float sigma = 0.0F;
};

/// A resistive memory device. Conductances are fractions of g_max: target in [0, 1], what is reached in [0, ...).
///
///   program(target, rng, first, g)   g[i] = conductance reached when target[i] is programmed; element i draws as
///                                    device number first + i under `rng`
///   moments(target)                  in closed form, without drift or relaxation
///
/// satisfied by  IdealCell, GaussianCell, Wan2022, CmoHfox, Pcm<Model>
template <class D>
concept ResistiveDevice = requires(const D device, const typename D::Params& params, std::span<const float> target,
                                   std::span<float> g, const Rng& rng, std::uint64_t first) {
  {D(params)};
  { device.program(target, rng, first, g) } -> std::same_as<void>;
  { device.moments(0.5F) } -> std::same_as<Moments>;
};

/// A device whose conductance moves after programming: age(target, rng, first, g) carries g[i] from the end of
/// programming to the device's time of use.
template <class D>
concept AgingDevice = ResistiveDevice<D> &&
    requires(const D device, std::span<const float> target, std::span<float> g, const Rng& rng, std::uint64_t first) {
  { device.age(target, rng, first, g) } -> std::same_as<void>;
};

}  // namespace pim::device
