#pragma once
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <pim/core/matrix.hpp>
#include <pim/device/concepts.hpp>

namespace pim::tile {

/// How a weight in [-1, 1] becomes conductances in [0, 1].
enum class Encoding {
  differential_pair,  ///< w = g+ - g-: the device of the other sign is programmed to zero
  single_device,      ///< w = 2 g - 1: the offset is subtracted digitally
};

/// The devices of one row of weights, between targets and the weights they stand for.
template <device::ResistiveDevice Device>
class WeightDevices {
 public:
  WeightDevices(const Device& device, Encoding encoding, Index cols)
      : device_(device), encoding_(encoding), sides_(encoding == Encoding::differential_pair ? 2 : 1) {
    for (Side& side : sides_) {
      side.target.resize(static_cast<std::size_t>(cols));
      side.g.resize(static_cast<std::size_t>(cols));
    }
  }
  /// w in [-1, 1]; device i of a side draws as number first + i under rng.at(side)
  void program(std::span<const float> w, const Rng& rng, std::uint64_t first) {
    for (std::size_t s = 0; s < sides_.size(); ++s) {
      Side& side = sides_[s];
      const float sign = s == 0 ? 1.0F : -1.0F;
      if (encoding_ == Encoding::differential_pair) {
        for (std::size_t i = 0; i < w.size(); ++i) side.target[i] = sign * w[i] > 0.0F ? sign * w[i] : 0.0F;
      } else {
        for (std::size_t i = 0; i < w.size(); ++i) side.target[i] = 0.5F * (w[i] + 1.0F);
      }
      device_.program(side.target, rng.at(s), first, side.g);
    }
  }
  void age(const Rng& rng, std::uint64_t first) requires device::AgingDevice<Device> {
    for (std::size_t s = 0; s < sides_.size(); ++s) device_.age(sides_[s].target, rng.at(s), first, sides_[s].g);
  }
  /// w[i] = what the devices stand for now
  void read(std::span<float> w) const {
    const float* positive = sides_[0].g.data();
    if (encoding_ == Encoding::differential_pair) {
      const float* negative = sides_[1].g.data();
      for (std::size_t i = 0; i < w.size(); ++i) w[i] = positive[i] - negative[i];
    } else {
      for (std::size_t i = 0; i < w.size(); ++i) w[i] = 2.0F * positive[i] - 1.0F;
    }
  }

 private:
  struct Side {
    std::vector<float> target, g;
  };
  Device device_;
  Encoding encoding_;
  std::vector<Side> sides_;
};

/// mean[i], sigma[i] of the weight that freshly programmed devices stand for, from its target mean[i] in [-1, 1].
template <device::ResistiveDevice Device>
void weight_moments(const Device& device, Encoding encoding, std::span<float> mean, std::span<float> sigma) {
  if (encoding == Encoding::single_device) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const device::Moments m = device.moments(0.5F * (mean[i] + 1.0F));
      mean[i] = 2.0F * m.mean - 1.0F;
      sigma[i] = 2.0F * m.sigma;
    }
    return;
  }
  const device::Moments off = device.moments(0.0F);
  for (std::size_t i = 0; i < mean.size(); ++i) sigma[i] = std::fabs(mean[i]);  // the target of the programmed side
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const device::Moments on = device.moments(sigma[i]);
    mean[i] = std::copysign(on.mean - off.mean, mean[i]);
    sigma[i] = std::sqrt(on.sigma * on.sigma + off.sigma * off.sigma);
  }
}

}  // namespace pim::tile
