#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include <pim/core/check.hpp>
#include <pim/core/math.hpp>
#include <pim/core/parallel.hpp>
#include <pim/core/rng.hpp>
#include <pim/task/image/image_set.hpp>

/// Images that need no file: ten kinds of figures, each anywhere, of any size, turned by any angle, on an uneven
/// ground, under noise. Figures are drawn in integers, so that every machine draws the same.
namespace pim::task {

inline constexpr mapping::ImageShape builtin_image_shape{.channels = 1, .height = 28, .width = 28};
inline constexpr std::array<std::string_view, 10> builtin_image_classes = {
    "disc", "ring", "square", "frame", "triangle", "cross", "bar", "crescent", "corner", "pair"};

namespace builtin {

/// A place in a figure's own frame.  [1/4096 of its radius]
struct FigurePoint {
  std::int64_t u, v;
};
inline constexpr std::int64_t figure_radius = 4096;

/// Whether a figure of class `label` covers a place; stroke: width of its lines, in the same unit.
inline bool covers(int label, FigurePoint p, std::int64_t stroke) {
  constexpr std::int64_t r = figure_radius, side = r * 4 / 5;  // half the side of what is square
  const std::int64_t u = p.u, v = p.v, across = std::abs(u), along = std::abs(v);
  const auto in_disc = [](std::int64_t x, std::int64_t y, std::int64_t radius) {
    return x * x + y * y <= radius * radius;
  };
  const auto in_square = [&](std::int64_t half) { return across <= half && along <= half; };
  switch (label) {
    case 0:
      return in_disc(u, v, r);
    case 1:
      return in_disc(u, v, r) && !in_disc(u, v, r - stroke);
    case 2:
      return in_square(side);
    case 3:
      return in_square(side) && !in_square(side - stroke);
    case 4:
      return 2 * v >= -r && 1000 * v <= 1000 * r - 1732 * across;
    case 5:
      return in_square(r) && (2 * across <= stroke || 2 * along <= stroke);
    case 6:
      return across <= r && 2 * along <= stroke;
    case 7:
      return in_disc(u, v, r) && !in_disc(u - r / 2, v, r * 4 / 5);
    case 8:
      return in_square(side) && (u + side <= stroke || v + side <= stroke);
    default:
      return in_disc(across - r * 3 / 5, v, r * 2 / 5);
  }
}

/// image (H W): one figure of class `label`; key: of this image
inline void draw_figure(int label, const Rng& key, std::span<std::uint8_t> image) {
  constexpr auto height = builtin_image_shape.height, width = builtin_image_shape.width;
  constexpr std::int64_t unit = 8, samples = 4;  // lengths in eighths of a pixel; a pixel is sampled 4 x 4 times
  const auto between = [&](std::uint64_t draw, std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(key.below(draw, static_cast<std::uint32_t>(high - low + 1)));
  };
  const std::int64_t radius = between(0, 6 * unit, 10 * unit);
  const std::int64_t x0 = between(1, radius, width * unit - radius), y0 = between(2, radius, height * unit - radius);
  const std::int64_t stroke = between(3, figure_radius / 4, figure_radius / 2);
  const SineCosine turn = portable_sine_cosine(key.bits(4));
  const auto sine = static_cast<std::int64_t>(turn.sine * 4096.0F);
  const auto cosine = static_cast<std::int64_t>(turn.cosine * 4096.0F);
  const std::int64_t ground = between(5, 32, 96), slope_x = between(6, -3, 3), slope_y = between(7, -3, 3);
  const std::int64_t contrast = between(8, 50, 150);
  const auto sigma = static_cast<float>(between(9, 4, 24));
  std::array<float, static_cast<std::size_t>(height * width)> noise;
  key.at(0).normals(0, noise);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      std::int64_t hits = 0;
      for (std::int64_t sample = 0; sample < samples * samples; ++sample) {
        const std::int64_t dx = x * unit + sample % samples * 2 + 1 - x0, dy = y * unit + sample / samples * 2 + 1 - y0;
        if (dx * dx + dy * dy > 2 * radius * radius) continue;
        const FigurePoint p{(cosine * dx + sine * dy) / radius, (cosine * dy - sine * dx) / radius};
        hits += covers(label, p, stroke) ? 1 : 0;
      }
      const auto i = static_cast<std::size_t>(y * width + x);
      const std::int64_t level =
          ground + slope_x * (x - width / 2) + slope_y * (y - height / 2) + contrast * hits / (samples * samples);
      const float noisy = std::fma(sigma, noise[i], static_cast<float>(level));
      image[i] = static_cast<std::uint8_t>(round_half_even(std::fmin(std::fmax(noisy, 0.0F), 255.0F)));
    }
  }
}

}  // namespace builtin

/// The built-in images number first to first + count - 1 of `rng`: grey, 28 x 28, of the classes in turn. Image i is
/// the same whatever else is asked for. throws std::invalid_argument: first or count negative
inline ImageSet builtin_images(Index first, Index count, const Rng& rng) {
  require(first >= 0 && count >= 0, "builtin_images: first and count must not be negative");
  ImageSet images{.shape = builtin_image_shape,
                  .pixels = std::vector<std::uint8_t>(static_cast<std::size_t>(count * builtin_image_shape.size())),
                  .labels = std::vector<int>(static_cast<std::size_t>(count)),
                  .class_names = {builtin_image_classes.begin(), builtin_image_classes.end()}};
  parallel_for(count, [&](Index i) {
    const auto bytes = static_cast<std::size_t>(builtin_image_shape.size());
    int& label = images.labels[static_cast<std::size_t>(i)];
    label = static_cast<int>((first + i) % std::ssize(builtin_image_classes));
    builtin::draw_figure(label, rng.at(static_cast<std::uint64_t>(first + i)),
                         std::span(images.pixels).subspan(static_cast<std::size_t>(i) * bytes, bytes));
  });
  return images;
}

/// The built-in data set: training and test images that are the same for everybody.
inline ImageSet builtin_images(ImageSplit split, Index first, Index count) {
  return builtin_images(first, count, Rng(0x696d61676573).at(split == ImageSplit::train ? 0 : 1));
}

}  // namespace pim::task
