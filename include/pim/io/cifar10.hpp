#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <pim/io/file.hpp>
#include <pim/io/image_range.hpp>
#include <pim/task/image/image_set.hpp>

/// CIFAR-10, binary version: records of a label byte and 3072 bytes, the red, the green and the blue plane of 32 x 32.
/// source  Krizhevsky 2009; the layout is described on the data set's page
namespace pim::io {

inline constexpr mapping::ImageShape cifar10_shape{.channels = 3, .height = 32, .width = 32};
inline constexpr Index cifar10_record = 1 + 3 * 32 * 32;  ///< [bytes]
inline constexpr std::array<std::string_view, 10> cifar10_classes = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

namespace detail {

/// Records of a file of `size` bytes. throws std::runtime_error: none, or the last one cut short
inline Index cifar10_records(Index size, const std::filesystem::path& name) {
  const std::string record = std::to_string(cifar10_record);
  if (size == 0) image_error(name, "the file is empty, expected records of " + record + " bytes (CIFAR-10 binary)");
  if (const Index rest = size % cifar10_record; rest != 0) {
    image_error(name, "record " + std::to_string(size / cifar10_record) + " has " + std::to_string(rest) + " of " +
                          record + " bytes; copy the file again, and see that it is CIFAR-10 in the binary version");
  }
  return size / cifar10_record;
}

/// Appends records [first, last) of the bytes of the file `name`, as far as there are so many.
inline void append_cifar10(task::ImageSet& images, std::string_view bytes, const std::filesystem::path& name,
                           Index first, Index last) {
  last = std::min(last, cifar10_records(std::ssize(bytes), name));
  const Index pixels = cifar10_shape.pixels(), channels = cifar10_shape.channels;
  for (Index r = first; r < last; ++r) {
    const std::string_view record = bytes.substr(static_cast<std::size_t>(r * cifar10_record), cifar10_record);
    const int label = static_cast<std::uint8_t>(record[0]);
    if (label >= std::ssize(cifar10_classes)) {
      image_error(name, "record " + std::to_string(r) + " has label " + std::to_string(label) +
                            ", expected 0 to 9; see that it is CIFAR-10 in the binary version");
    }
    images.labels.push_back(label);
    for (Index p = 0; p < pixels; ++p) {
      for (Index c = 0; c < channels; ++c) {
        images.pixels.push_back(static_cast<std::uint8_t>(record[static_cast<std::size_t>(1 + c * pixels + p)]));
      }
    }
  }
}

}  // namespace detail

/// Reads some images of the files, one file after the other; only files with images of the range are read.
/// throws  std::runtime_error, one line naming the file (and record, from 0): missing, empty, a record cut short, a
///         label above 9; std::invalid_argument: the range holds no image
inline task::ImageSet read_cifar10(std::span<const std::filesystem::path> files, const ImageRange& range = {}) {
  std::vector<Index> counts;
  for (const std::filesystem::path& file : files) {
    std::error_code unknown;
    const auto size = static_cast<Index>(std::filesystem::file_size(file, unknown));
    counts.push_back(detail::cifar10_records(unknown ? std::ssize(read_file(file)) : size, file));
  }
  const Index available = std::accumulate(counts.begin(), counts.end(), Index{0});
  const auto [first, last] = detail::numbers_of(range, available, files.empty() ? "CIFAR-10" : files[0]);

  task::ImageSet images{.shape = cifar10_shape, .pixels = {}, .labels = {}, .class_names = {}};
  images.class_names.assign(cifar10_classes.begin(), cifar10_classes.end());
  images.labels.reserve(static_cast<std::size_t>(last - first));
  images.pixels.reserve(static_cast<std::size_t>((last - first) * cifar10_shape.size()));
  for (Index f = 0, begin = 0; f < std::ssize(files); begin += counts[static_cast<std::size_t>(f++)]) {
    const Index count = counts[static_cast<std::size_t>(f)];
    const std::filesystem::path& file = files[static_cast<std::size_t>(f)];
    if (first >= begin + count || last <= begin) continue;
    detail::append_cifar10(images, read_file(file), file, std::max(first - begin, Index{0}),
                           std::min(last - begin, count));
  }
  return images;
}
inline task::ImageSet read_cifar10(const std::filesystem::path& file, const ImageRange& range = {}) {
  return read_cifar10(std::span(&file, 1), range);
}

}  // namespace pim::io
