#pragma once
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <pim/io/file.hpp>
#include <pim/io/gzip.hpp>
#include <pim/io/image_range.hpp>
#include <pim/task/image/image_set.hpp>

/// IDX files of MNIST and Fashion-MNIST, plain or gzip: big-endian 32-bit words (magic number, then the size of each
/// dimension), then a byte an element. Images have magic number 0x00000803, labels 0x00000801.
/// source  LeCun, Cortes and Burges, "The MNIST database of handwritten digits"
namespace pim::io {

inline constexpr std::array<std::string_view, 10> mnist_classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
/// source  Xiao et al. 2017, arXiv 1708.07747, table 2
inline constexpr std::array<std::string_view, 10> fashion_mnist_classes = {
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"};

/// Bytes in rows and columns.
struct IdxArray {
  std::vector<Index> shape;
  std::string bytes;
};

/// An IDX file of unsigned bytes with so many dimensions.
/// throws  std::runtime_error, one line naming the file: another magic number, no element, fewer or more bytes than the
///         header says; what gunzip throws
inline IdxArray parse_idx(std::string_view file, std::size_t dimensions, const std::filesystem::path& name) {
  const bool packed = is_gzip(file);
  const auto content = [&](std::size_t most) {
    return packed ? gunzip(file, name, most) : std::string(file.substr(0, most));
  };
  const std::size_t header_size = 4 * (1 + dimensions);
  const std::string header = content(header_size);
  const auto word = [&](std::size_t i) {
    Index value = 0;
    for (std::size_t k = 0; k < 4; ++k) value = value << 8 | static_cast<std::uint8_t>(header[4 * i + k]);
    return value;
  };
  const auto cut_short = [&](std::size_t present, std::size_t expected) {
    detail::image_error(name, "the file is cut short: " + std::to_string(present) + " bytes, expected " +
                                  std::to_string(expected) + "; copy it again");
  };
  const Index expected_magic = 0x0800 + static_cast<Index>(dimensions);
  if (header.size() >= 4 && word(0) != expected_magic) {
    const auto hex = [](Index value) {
      std::array<char, 16> text;
      std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(value));
      return std::string(text.data());
    };
    detail::image_error(name, "magic number " + hex(word(0)) + ", expected " + hex(expected_magic) +
                                  " of an IDX file of " + (dimensions == 1 ? "labels" : "images"));
  }
  if (header.size() < header_size) cut_short(header.size(), header_size);

  IdxArray array;
  std::size_t size = 1;
  for (std::size_t d = 1; d <= dimensions; ++d) {
    array.shape.push_back(word(d));
    if (word(d) == 0) detail::image_error(name, "the file is empty: size " + std::to_string(d) + " of its header is 0");
    if (__builtin_mul_overflow(size, static_cast<std::size_t>(word(d)), &size) || size > std::size_t{1} << 40) {
      detail::image_error(name, "the header's sizes make more than a terabyte; copy the file again");
    }
  }
  array.bytes = content(header_size + size + 1);
  if (array.bytes.size() < header_size + size) cut_short(array.bytes.size(), header_size + size);
  if (array.bytes.size() > header_size + size) {
    detail::image_error(name, "the file goes on after the " + std::to_string(header_size + size) +
                                  " bytes that its header says; copy it again");
  }
  array.bytes.erase(0, header_size);
  return array;
}

namespace detail {
/// Whether the file's folder, or the one around it, is named after Fashion-MNIST: fashion-mnist, FashionMNIST/raw.
inline bool is_fashion(const std::filesystem::path& file) {
  const auto folder = std::filesystem::absolute(file).lexically_normal().parent_path();
  const std::string names = (folder.parent_path().filename() / folder.filename()).string();
  return names.find("fashion") != std::string::npos || names.find("Fashion") != std::string::npos;
}
}  // namespace detail

/// Reads some of the images of one file, with the labels of the other. Class names are the digits, or garments where
/// the folder, or the one around it, has fashion in its name.
/// throws  as parse_idx and read_file, and std::runtime_error naming the file: counts that differ, a label above 9;
///         std::invalid_argument: the range holds no image
inline task::ImageSet read_idx(const std::filesystem::path& image_file, const std::filesystem::path& label_file,
                               const ImageRange& range = {}) {
  const IdxArray labels = parse_idx(read_file(label_file), 1, label_file);
  const IdxArray pixels = parse_idx(read_file(image_file), 3, image_file);
  if (pixels.shape[0] != labels.shape[0]) {
    detail::image_error(image_file, std::to_string(pixels.shape[0]) + " images, but " +
                                        std::to_string(labels.shape[0]) + " labels in " +
                                        printable(label_file.string()) + "; take both from the same data set");
  }
  const auto [first, last] = detail::numbers_of(range, pixels.shape[0], image_file);
  const auto& names = detail::is_fashion(image_file) ? fashion_mnist_classes : mnist_classes;
  task::ImageSet images{.shape = {.channels = 1, .height = pixels.shape[1], .width = pixels.shape[2]},
                        .pixels = {},
                        .labels = {},
                        .class_names = {names.begin(), names.end()}};
  const Index size = images.shape.size();
  images.pixels.assign(pixels.bytes.begin() + first * size, pixels.bytes.begin() + last * size);
  for (Index i = first; i < last; ++i) {
    const int label = static_cast<std::uint8_t>(labels.bytes[static_cast<std::size_t>(i)]);
    if (label >= std::ssize(names)) {
      detail::image_error(label_file,
                          "label " + std::to_string(i) + " is " + std::to_string(label) + ", expected 0 to 9");
    }
    images.labels.push_back(label);
  }
  return images;
}

}  // namespace pim::io
