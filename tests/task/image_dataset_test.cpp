#include <pim/task/image/image_dataset.hpp>

#include <cmath>
#include <numeric>
#include <set>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary.hpp"
#include "support/threads.hpp"
#include <pim/task/train/concepts.hpp>
using pim::Index;
using pim::Matrix;
using pim::Rng;
using pim::task::Augmentation;
using pim::task::image_matrix;
using pim::task::ImageDataset;
using pim::task::ImageSet;
using pim::test::message_of;
namespace normalisation = pim::task::normalisation;
static_assert(pim::task::Dataset<ImageDataset>);
static_assert(!pim::task::Dataset<ImageSet>);
static_assert(!std::is_constructible_v<ImageDataset, ImageSet>);  // the images would be gone

namespace {
/// n pictures of random bytes from 1 on: black comes from outside alone.
ImageSet pictures(Index n, const pim::mapping::ImageShape& shape) {
  ImageSet images{
      .shape = shape, .pixels = {}, .labels = std::vector<int>(static_cast<std::size_t>(n)), .class_names = {}};
  for (Index i = 0; i < n * shape.size(); ++i) {
    images.pixels.push_back(static_cast<std::uint8_t>(1 + Rng(5).below(static_cast<std::uint64_t>(i), 255)));
  }
  std::iota(images.labels.begin(), images.labels.end(), 0);
  return images;
}
std::vector<Index> all_of(const ImageSet& images) {
  std::vector<Index> numbers(static_cast<std::size_t>(images.size()));
  std::iota(numbers.begin(), numbers.end(), Index{0});
  return numbers;
}
}  // namespace

TEST_CASE("image_matrix: a row per pixel, a column per channel, normalised", "[task][image]") {
  const ImageSet images{.shape = {3, 1, 2},
                        .pixels = {0, 255, 51, 102, 153, 204, 10, 20, 30, 40, 50, 60},
                        .labels = {0, 1},
                        .class_names = {}};
  const Matrix x = image_matrix(images, 0, 2, normalisation::raw);
  CHECK(x == (Matrix(4, 3) << 0, 255, 51, 102, 153, 204, 10, 20, 30, 40, 50, 60).finished());
  const std::vector<Index> second = {1, 1};
  const Matrix y = image_matrix(images, second, normalisation::imagenet);
  REQUIRE(y.rows() == 4);
  CHECK(y(0, 0) == Approx((10 / 255.0 - 0.485) / 0.229));
  CHECK(y(1, 2) == Approx((60 / 255.0 - 0.406) / 0.225));
  CHECK(y.topRows(2) == y.bottomRows(2));
  CHECK(image_matrix(images, 1, 1, {}).rows() == 0);
}

TEST_CASE("normalisation::raw gives every byte exactly", "[task][image]") {
  const auto table = normalisation::raw.table(2);
  for (std::size_t byte = 0; byte < 256; ++byte) CHECK(table[byte] == static_cast<float>(byte));
}

TEST_CASE("image_matrix: an augmented image is the image, moved and mirrored, on black", "[task][image]") {
  const pim::mapping::ImageShape shape{2, 6, 5};
  const ImageSet images = pictures(200, shape);
  const Matrix plain = image_matrix(images, 0, 200, normalisation::imagenet);
  const Matrix varied = image_matrix(images, all_of(images), normalisation::imagenet, {2, true}, Rng(1));
  const Matrix black = image_matrix({shape, std::vector<std::uint8_t>(60), {0}, {}}, 0, 1, normalisation::imagenet);
  std::set<int> kinds;
  for (Index n = 0; n < 200; ++n) {
    int matches = 0;
    for (int kind = 0; kind < 50; ++kind) {
      const Index down = kind / 10 - 2, right = kind / 2 % 5 - 2;
      bool same = true;
      for (Index y = 0; y < 6 && same; ++y) {
        for (Index x = 0; x < 5 && same; ++x) {
          const Index from_y = y + down, from_x = (kind % 2 == 1 ? 4 - x : x) + right;
          const bool inside = from_y >= 0 && from_y < 6 && from_x >= 0 && from_x < 5;
          const Index from = n * 30 + from_y * 5 + from_x;
          same = varied.row(n * 30 + y * 5 + x) == (inside ? plain.row(from) : black.row(0));
        }
      }
      if (same) ++matches, kinds.insert(kind);
    }
    CHECK(matches == 1);
  }
  CHECK(kinds.size() > 45);  // of 50; each is missed by 200 images with probability 0.018
}

TEST_CASE("image_matrix: draws follow the place in the batch, not threads or neighbours", "[task][image]") {
  const ImageSet images = pictures(40, {1, 8, 8});
  const auto numbers = all_of(images);
  const Augmentation augmentation{.shift = 3, .mirror = true};
  const Matrix one = image_matrix(images, numbers, {}, augmentation, Rng(3));
  {
    const pim::test::WithThreads four(4);
    CHECK(image_matrix(images, numbers, {}, augmentation, Rng(3)) == one);
  }
  const std::vector<Index> few(numbers.begin(), numbers.begin() + 7);
  CHECK(image_matrix(images, few, {}, augmentation, Rng(3)) == one.topRows(7 * 64));
  CHECK(image_matrix(images, numbers, {}, augmentation, Rng(4)) != one);
  CHECK(image_matrix(images, numbers, {}, {}, Rng(4)) == image_matrix(images, 0, 40, {}));
}

TEST_CASE("ImageDataset: labels and batches of a set", "[task][image]") {
  const ImageSet images = pictures(5, {1, 2, 2});
  const ImageDataset data(images, normalisation::mnist);
  CHECK(data.size() == 5);
  CHECK(data.label(3) == 3.0F);
  const std::vector<Index> numbers = {4, 0};
  const Matrix batch = data.batch(numbers, Rng(1));
  CHECK(batch.bottomRows(4) == image_matrix(images, 0, 1, normalisation::mnist));
}

TEST_CASE("ImageDataset, image_matrix: what does not agree is said", "[task][image]") {
  ImageSet images = pictures(3, {1, 2, 2});
  const std::vector<Index> outside = {0, 3};
  CHECK(message_of([&] { image_matrix(images, outside, {}); }) == "image_matrix: number 3 of 3 images; count from 0");
  CHECK(message_of([&] { image_matrix(images, 2, 1, {}); }) ==
        "image_matrix: the first image must not come after the last");
  CHECK(message_of([&] {
          image_matrix(images, outside, {}, {-1, false}, Rng(0));
        }) == "image_matrix: the shift of an augmentation must not be negative");
  images.labels.pop_back();
  CHECK(message_of([&] { ImageDataset data(images); }) == "ImageSet: 12 bytes for 2 labels, expected 4 each");
  images.shape.channels = 4;
  CHECK(message_of([&] { ImageDataset data(images); }) ==
        "ImageSet: shape is (4, 2, 2), expected 1 to 3 channels and at least one pixel");
}
