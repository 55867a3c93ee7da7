#pragma once
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <pim/core/index.hpp>
#include <pim/mapping/window.hpp>

namespace pim::task {

/// Which part of a data set.
enum class ImageSplit { train, test };

/// Labelled images of one shape, as bytes.
struct ImageSet {
  mapping::ImageShape shape;
  std::vector<std::uint8_t> pixels;      ///< (N, H, W, C), 0 black to 255
  std::vector<int> labels;               ///< (N), classes from 0
  std::vector<std::string> class_names;  ///< in the order of the labels

  Index size() const { return std::ssize(labels); }
  Index classes() const { return std::ssize(class_names); }
  /// (H, W, C) of image i
  std::span<const std::uint8_t> image(Index i) const {
    const auto bytes = static_cast<std::size_t>(shape.size());
    return std::span(pixels).subspan(static_cast<std::size_t>(i) * bytes, bytes);
  }
  friend bool operator==(const ImageSet&, const ImageSet&) = default;
};

/// throws std::invalid_argument unless there is one label and shape.size() bytes for each image, of 1 to 3 channels
inline void require_consistent(const ImageSet& images) {
  const auto& [channels, height, width] = images.shape;
  if (channels < 1 || channels > 3 || height < 1 || width < 1) {
    throw std::invalid_argument("ImageSet: shape is (" + std::to_string(channels) + ", " + std::to_string(height) +
                                ", " + std::to_string(width) + "), expected 1 to 3 channels and at least one pixel");
  }
  if (std::ssize(images.pixels) != images.size() * images.shape.size()) {
    throw std::invalid_argument("ImageSet: " + std::to_string(images.pixels.size()) + " bytes for " +
                                std::to_string(images.size()) + " labels, expected " +
                                std::to_string(images.shape.size()) + " each");
  }
}

}  // namespace pim::task
