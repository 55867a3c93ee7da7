#pragma once
#include <array>
#include <cmath>
#include <string_view>

#include <pim/task/image/image_set.hpp>

namespace pim::task {

/// What a network expects of pixels: (pixel / 255 - mean) / deviation, channel by channel; grey images have the first.
struct Normalisation {
  std::array<double, 3> mean = {0.0, 0.0, 0.0};
  std::array<double, 3> deviation = {1.0, 1.0, 1.0};

  /// The value of every byte in one channel.
  std::array<float, 256> table(Index channel) const {
    const auto c = static_cast<std::size_t>(channel);
    std::array<float, 256> values;
    for (std::size_t byte = 0; byte < values.size(); ++byte) {
      values[byte] = static_cast<float>((static_cast<double>(byte) / 255.0 - mean[c]) / deviation[c]);
    }
    return values;
  }
  friend bool operator==(const Normalisation&, const Normalisation&) = default;
};

/// Means and deviations over all pixels of the training images, unless said otherwise.
namespace normalisation {

inline constexpr double byte = 1.0 / 255.0;
/// 0 to 1
inline constexpr Normalisation unit = {};
/// The bytes themselves, 0 to 255.
inline constexpr Normalisation raw = {.mean = {0.0, 0.0, 0.0}, .deviation = {byte, byte, byte}};
/// source  computed over train-images-idx3-ubyte, and PyTorch's examples/mnist/main.py
inline constexpr Normalisation mnist = {.mean = {0.1307}, .deviation = {0.3081, 1.0, 1.0}};
/// source  computed over train-images-idx3-ubyte of Xiao et al. 2017, arXiv 1708.07747
inline constexpr Normalisation fashion_mnist = {.mean = {0.2860}, .deviation = {0.3530, 1.0, 1.0}};
/// source  Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images", the 50,000 training images
inline constexpr Normalisation cifar10 = {.mean = {0.4914, 0.4822, 0.4465}, .deviation = {0.2470, 0.2435, 0.2616}};
/// -1 to 1
inline constexpr Normalisation centred = {.mean = {0.5, 0.5, 0.5}, .deviation = {0.5, 0.5, 0.5}};
/// source  torchvision, references/classification/presets.py; many networks for CIFAR-10 were trained with it too
inline constexpr Normalisation imagenet = {.mean = {0.485, 0.456, 0.406}, .deviation = {0.229, 0.224, 0.225}};
/// Of the built-in images (builtin_images.hpp).
inline constexpr Normalisation builtin = {.mean = {0.306}, .deviation = {0.185, 1.0, 1.0}};

}  // namespace normalisation

}  // namespace pim::task
