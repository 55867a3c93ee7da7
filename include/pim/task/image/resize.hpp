#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/mapping/window.hpp>

/// One image made to fit a network. The bytes are those of Pillow and of torchvision's transforms on Pillow images.
namespace pim::task {

struct Image {
  mapping::ImageShape shape;
  std::vector<std::uint8_t> pixels;  ///< (H, W, C), 0 black to 255

  friend bool operator==(const Image&, const Image&) = default;
};

namespace detail {

/// The inputs [first, first + weights.size()) of one output pixel, weights in 2^-22.
struct ResizeTap {
  Index first = 0;
  std::vector<std::int32_t> weights;
};
inline constexpr int resize_fraction_bits = 22;

/// One triangle an output pixel, as wide as two output pixels or, where the image grows, two input pixels.
inline std::vector<ResizeTap> resize_taps(Index in, Index out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out), support = std::max(scale, 1.0);
  std::vector<ResizeTap> taps(static_cast<std::size_t>(out));
  for (Index i = 0; i < out; ++i) {
    ResizeTap& tap = taps[static_cast<std::size_t>(i)];
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    tap.first = std::max(static_cast<Index>(centre - support + 0.5), Index{0});
    const Index end = std::min(static_cast<Index>(centre + support + 0.5), in);
    std::vector<double> triangle;
    double sum = 0.0;
    for (Index x = tap.first; x < end; ++x) {
      const double distance = std::abs((static_cast<double>(x) - centre + 0.5) / support);
      triangle.push_back(std::max(1.0 - distance, 0.0));
      sum += triangle.back();
    }
    for (const double weight : triangle) {
      tap.weights.push_back(static_cast<std::int32_t>(0.5 + weight / sum * (1 << resize_fraction_bits)));
    }
  }
  return taps;
}

/// pixels (outer, in, inner) -> (outer, taps, inner), rounded to bytes
inline std::vector<std::uint8_t> resize_axis(const std::vector<std::uint8_t>& pixels, Index outer, Index in,
                                             Index inner, const std::vector<ResizeTap>& taps) {
  std::vector<std::uint8_t> resized;
  resized.reserve(static_cast<std::size_t>(outer * std::ssize(taps) * inner));
  for (Index o = 0; o < outer; ++o) {
    for (const ResizeTap& tap : taps) {
      const std::uint8_t* from = pixels.data() + (o * in + tap.first) * inner;
      for (Index i = 0; i < inner; ++i) {
        std::int32_t sum = 1 << (resize_fraction_bits - 1);
        for (Index k = 0; k < std::ssize(tap.weights); ++k) {
          sum += from[k * inner + i] * tap.weights[static_cast<std::size_t>(k)];
        }
        resized.push_back(static_cast<std::uint8_t>(std::clamp(sum >> resize_fraction_bits, 0, 255)));
      }
    }
  }
  return resized;
}

}  // namespace detail

/// Bilinear, with the triangle widened where the image shrinks, so that no pixel is left out: rows first, then columns,
/// each rounded to bytes.
/// throws  std::invalid_argument: a size below 1
/// source  Pillow's Image.resize(size, BILINEAR), src/libImaging/Resample.c
inline Image resize(const Image& image, mapping::Extent size) {
  require(size.height > 0 && size.width > 0, "resize: the new size must be at least one pixel");
  const auto& [channels, height, width] = image.shape;
  Image resized{.shape = {channels, size.height, size.width}, .pixels = image.pixels};
  if (size.width != width) {
    resized.pixels =
        detail::resize_axis(resized.pixels, height, width, channels, detail::resize_taps(width, size.width));
  }
  if (size.height != height) {
    resized.pixels =
        detail::resize_axis(resized.pixels, 1, height, size.width * channels, detail::resize_taps(height, size.height));
  }
  return resized;
}

/// The shorter side becomes `side` pixels, the longer one keeps the proportion, rounded down.
/// source  torchvision.transforms.Resize(side)
inline Image resize_shorter_side(const Image& image, Index side) {
  const auto& [channels, height, width] = image.shape;
  return resize(image, height < width ? mapping::Extent{side, side * width / height}
                                      : mapping::Extent{side * height / width, side});
}

/// The middle of an image; where the border is odd, the half pixel goes to the even offset.
/// throws  std::invalid_argument: the image is smaller
/// source  torchvision.transforms.CenterCrop
inline Image centre_crop(const Image& image, mapping::Extent size) {
  const auto& [channels, height, width] = image.shape;
  if (size.height < 1 || size.width < 1 || size.height > height || size.width > width) {
    throw std::invalid_argument("centre_crop: " + std::to_string(size.width) + " x " + std::to_string(size.height) +
                                " pixels of " + std::to_string(width) + " x " + std::to_string(height) +
                                "; crop at most the image");
  }
  const auto offset = [](Index border) { return border / 2 + (border % 4 == 3 ? 1 : 0); };
  const Index top = offset(height - size.height), left = offset(width - size.width);
  Image cropped{.shape = {channels, size.height, size.width}, .pixels = {}};
  cropped.pixels.reserve(static_cast<std::size_t>(cropped.shape.size()));
  for (Index y = 0; y < size.height; ++y) {
    const auto row = image.pixels.begin() + ((top + y) * width + left) * channels;
    cropped.pixels.insert(cropped.pixels.end(), row, row + size.width * channels);
  }
  return cropped;
}

/// Grey to colour by repetition, colour to grey by its luma.
/// throws  std::invalid_argument: other than 1 and 3 channels
/// source  ITU-R BT.601 luma in 2^-16, as Pillow's Image.convert("L")
inline Image with_channels(const Image& image, Index channels) {
  const Index from = image.shape.channels;
  if (from == channels) return image;
  require(from + channels == 4 && (from == 1 || from == 3), "with_channels: images have 1 or 3 channels");
  Image converted{.shape = {channels, image.shape.height, image.shape.width}, .pixels = {}};
  converted.pixels.reserve(static_cast<std::size_t>(converted.shape.size()));
  for (auto p = image.pixels.begin(); p != image.pixels.end(); p += from) {
    if (from == 1) {
      converted.pixels.insert(converted.pixels.end(), 3, *p);
    } else {
      converted.pixels.push_back(static_cast<std::uint8_t>((p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16));
    }
  }
  return converted;
}

}  // namespace pim::task
