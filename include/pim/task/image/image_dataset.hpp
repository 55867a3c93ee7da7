#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/matrix.hpp>
#include <pim/core/parallel.hpp>
#include <pim/core/rng.hpp>
#include <pim/task/image/image_set.hpp>
#include <pim/task/image/normalisation.hpp>

namespace pim::task {

/// How training images vary from epoch to epoch.
struct Augmentation {
  Index shift = 0;      ///< up to so many pixels along each axis; black comes in          [pixels]
  bool mirror = false;  ///< left and right exchanged in half of the images

  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

namespace detail {

/// What becomes of one image: the pixel at (y, x) is that at (y + down, column(x) + right) before.
struct Placement {
  Index down = 0, right = 0;
  bool mirrored = false;
};
inline Placement draw_placement(const Augmentation& augmentation, const Rng& key) {
  const auto span = static_cast<std::uint32_t>(2 * augmentation.shift + 1);
  return {.down = static_cast<Index>(key.below(0, span)) - augmentation.shift,
          .right = static_cast<Index>(key.below(1, span)) - augmentation.shift,
          .mirrored = augmentation.mirror && key.bits(2) % 2 == 1};
}

}  // namespace detail

/// Images of these numbers as a network takes them.
///
/// shapes  result (N H W, C): a row per pixel, channels side by side
/// noise   image k of the list is varied by rng.at(k). A shift brings in bytes 0, which are normalised as all others
/// throws  std::invalid_argument: a number outside the set, a negative shift
inline Matrix image_matrix(const ImageSet& images, std::span<const Index> numbers, const Normalisation& normalisation,
                           const Augmentation& augmentation, const Rng& rng) {
  require(augmentation.shift >= 0, "image_matrix: the shift of an augmentation must not be negative");
  for (const Index i : numbers) {
    if (i < 0 || i >= images.size()) {
      throw std::invalid_argument("image_matrix: number " + std::to_string(i) + " of " + std::to_string(images.size()) +
                                  " images; count from 0");
    }
  }
  const Index channels = images.shape.channels, height = images.shape.height, width = images.shape.width;
  std::vector<std::array<float, 256>> tables;
  for (Index c = 0; c < channels; ++c) tables.push_back(normalisation.table(c));
  Matrix x(std::ssize(numbers) * height * width, channels);
  parallel_for(std::ssize(numbers), [&](Index n) {
    const std::span image = images.image(numbers[static_cast<std::size_t>(n)]);
    const detail::Placement placement = detail::draw_placement(augmentation, rng.at(static_cast<std::uint64_t>(n)));
    float* out = x.data() + n * images.shape.size();
    for (Index row = 0; row < height; ++row) {
      for (Index col = 0; col < width; ++col) {
        const Index y = row + placement.down;
        const Index left = (placement.mirrored ? width - 1 - col : col) + placement.right;
        const bool inside = y >= 0 && y < height && left >= 0 && left < width;
        for (Index c = 0; c < channels; ++c) {
          const auto from = static_cast<std::size_t>((y * width + left) * channels + c);
          *out++ = tables[static_cast<std::size_t>(c)][inside ? image[from] : 0];
        }
      }
    }
  });
  return x;
}
/// As they are.
inline Matrix image_matrix(const ImageSet& images, std::span<const Index> numbers, const Normalisation& normalisation) {
  return image_matrix(images, numbers, normalisation, {}, Rng(0));
}
/// Images [first, last), as they are.
inline Matrix image_matrix(const ImageSet& images, Index first, Index last, const Normalisation& normalisation) {
  require(first <= last, "image_matrix: the first image must not come after the last");
  std::vector<Index> numbers(static_cast<std::size_t>(last - first));
  std::iota(numbers.begin(), numbers.end(), first);
  return image_matrix(images, numbers, normalisation);
}

/// Images as a set that task::Trainer and task::predict take (train/concepts.hpp). The images must outlive it.
class ImageDataset {
 public:
  /// throws std::invalid_argument: pixels, labels and shape do not agree
  explicit ImageDataset(const ImageSet& images, const Normalisation& normalisation = {},
                        const Augmentation& augmentation = {})
      : images_(images), normalisation_(normalisation), augmentation_(augmentation) {
    require_consistent(images);
  }
  explicit ImageDataset(const ImageSet&&, const Normalisation& = {},
                        const Augmentation& = {}) = delete;  // would dangle

  Index size() const { return images_.size(); }
  float label(Index i) const { return static_cast<float>(images_.labels[static_cast<std::size_t>(i)]); }
  /// (N H W, C)
  Matrix batch(std::span<const Index> numbers, const Rng& rng) const {
    return image_matrix(images_, numbers, normalisation_, augmentation_, rng);
  }

 private:
  const ImageSet& images_;
  Normalisation normalisation_;
  Augmentation augmentation_;
};

}  // namespace pim::task
