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

/// The devices of a run of weights, between targets and the weights they stand for. Of a differential pair the device
/// of the weight's sign is side 0, the one at rest side 1.
template <device::ResistiveDevice Device>
class WeightDevices {
 public:
  WeightDevices(const Device& device, Encoding encoding)
      : device_(device), encoding_(encoding), sides_(encoding == Encoding::differential_pair ? 2 : 1) {}
  /// w in [-1, 1]; device i of a side draws as number first + i under rng.at(side)
  void program(std::span<const float> w, const Rng& rng, std::uint64_t first) {
    for (Side& side : sides_) {
      side.target.resize(w.size());
      side.g.resize(w.size());
    }
    sign_.resize(w.size());
    float* target = sides_[0].target.data();
    if (encoding_ == Encoding::differential_pair) {
      for (std::size_t i = 0; i < w.size(); ++i) {
        target[i] = std::fabs(w[i]);
        sign_[i] = std::copysign(1.0F, w[i]);
      }
    } else {
      for (std::size_t i = 0; i < w.size(); ++i) target[i] = 0.5F * (w[i] + 1.0F);
    }
    for (std::size_t s = 0; s < sides_.size(); ++s) {
      device_.program(sides_[s].target, rng.at(s), first, sides_[s].g);
    }
  }
  void age(const Rng& rng, std::uint64_t first) requires device::AgingDevice<Device> {
    for (std::size_t s = 0; s < sides_.size(); ++s) device_.age(sides_[s].target, rng.at(s), first, sides_[s].g);
  }
  /// w[i] = what the devices stand for now
  void read(std::span<float> w) const {
    const float* g = sides_[0].g.data();
    if (encoding_ == Encoding::differential_pair) {
      const float* rest = sides_[1].g.data();
      for (std::size_t i = 0; i < w.size(); ++i) w[i] = sign_[i] * (g[i] - rest[i]);
    } else {
      for (std::size_t i = 0; i < w.size(); ++i) w[i] = 2.0F * g[i] - 1.0F;
    }
  }

 private:
  struct Side {
    std::vector<float> target, g;  ///< targets of a device at rest stay zero
  };
  Device device_;
  Encoding encoding_;
  std::vector<Side> sides_;
  std::vector<float> sign_;
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
