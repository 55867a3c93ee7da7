#include <pim/task/image/builtin_images.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary.hpp"
#include "support/threads.hpp"
#include <pim/task/image/normalisation.hpp>
using pim::Index;
using pim::Rng;
using pim::task::builtin_images;
using pim::task::ImageSet;
using pim::task::ImageSplit;

TEST_CASE("builtin_images: ten classes in turn, 28 x 28, every number its own image", "[task][image]") {
  const ImageSet images = builtin_images(0, 40, Rng(1));
  require_consistent(images);
  CHECK(images.shape == pim::mapping::ImageShape{1, 28, 28});
  CHECK(images.size() == 40);
  CHECK(images.classes() == 10);
  CHECK(images.class_names[7] == "crescent");
  const ImageSet later = builtin_images(33, 5, Rng(1));
  CHECK(later.labels == std::vector<int>{3, 4, 5, 6, 7});
  CHECK(std::ranges::equal(later.image(0), images.image(33)));
  CHECK_FALSE(std::ranges::equal(images.image(3), images.image(33)));
  CHECK(builtin_images(0, 40, Rng(2)) != images);
  CHECK(builtin_images(ImageSplit::train, 0, 5) != builtin_images(ImageSplit::test, 0, 5));
  CHECK(builtin_images(9, 0, Rng(1)).size() == 0);
  const pim::test::WithThreads four(4);
  CHECK(builtin_images(0, 40, Rng(1)) == images);
}

TEST_CASE("builtin_images: covered areas are those of geometry", "[task][image]") {
  using pim::task::builtin::covers;
  using pim::task::builtin::figure_radius;
  const auto area = [](int label) {  // in squares of the radius, lines a quarter of it wide
    constexpr std::int64_t step = figure_radius / 256, half = step / 2;
    Index hits = 0;
    for (std::int64_t u = -figure_radius + half; u < figure_radius; u += step) {
      for (std::int64_t v = -figure_radius + half; v < figure_radius; v += step) {
        hits += covers(label, {u, v}, figure_radius / 4) ? 1 : 0;
      }
    }
    return static_cast<double>(hits) / (256.0 * 256.0);
  };
  constexpr double pi = 3.14159265358979;
  CHECK(area(0) == Approx(pi).margin(0.01));
  CHECK(area(1) == Approx(pi * (1 - 0.75 * 0.75)).margin(0.01));
  CHECK(area(2) == Approx(1.6 * 1.6).margin(0.02));
  CHECK(area(3) == Approx(1.6 * 1.6 - 1.1 * 1.1).margin(0.02));
  CHECK(area(4) == Approx(1.5 * std::sqrt(3.0) / 2).margin(0.01));  // equilateral, its corners on the circle
  CHECK(area(5) == Approx(2 * 2 * 0.25 - 0.25 * 0.25).margin(0.02));
  CHECK(area(6) == Approx(2 * 0.25).margin(0.01));
  // a lens is taken from the disc: d = 0.5, radii 1 and 0.8 (Weisstein, "Circle-Circle Intersection", equation 14)
  const double a = std::acos((0.25 + 1 - 0.64) / (2 * 0.5)), b = std::acos((0.25 + 0.64 - 1) / (2 * 0.5 * 0.8));
  const double kite = 0.5 * std::sqrt((-0.5 + 1.8) * (0.5 + 1 - 0.8) * (0.5 - 1 + 0.8) * (0.5 + 1.8));
  CHECK(area(7) == Approx(pi - (a + 0.64 * b - kite)).margin(0.01));
  CHECK(area(8) == Approx(2 * 1.6 * 0.25 - 0.25 * 0.25).margin(0.02));
  CHECK(area(9) == Approx(2 * pi * 0.16).margin(0.01));
}

TEST_CASE("builtin_images: mean and deviation are what normalisation::builtin says", "[task][image]") {
  const ImageSet images = builtin_images(ImageSplit::train, 0, 2000);
  double sum = 0.0, squares = 0.0;
  for (const std::uint8_t byte : images.pixels) {
    const double level = byte / 255.0;
    sum += level;
    squares += level * level;
  }
  const double n = static_cast<double>(images.pixels.size()), mean = sum / n;
  CHECK(mean == Approx(pim::task::normalisation::builtin.mean[0]).margin(0.005));
  CHECK(std::sqrt(squares / n - mean * mean) == Approx(pim::task::normalisation::builtin.deviation[0]).margin(0.005));
}

TEST_CASE("builtin_images: every compiler and machine draws the same", "[task][image]") {
  const ImageSet images = builtin_images(ImageSplit::test, 0, 100);
  std::uint32_t sum = 0, i = 0;
  for (const std::uint8_t byte : images.pixels) sum += ++i * byte;
  CHECK(sum == 3992574580);
}

TEST_CASE("builtin_images: negative numbers are refused", "[task][image]") {
  CHECK(pim::test::message_of([] { builtin_images(-1, 2, Rng(1)); }) ==
        "builtin_images: first and count must not be negative");
}
