#pragma once
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <pim/core/index.hpp>
#include <pim/core/text.hpp>

/// What all readers of images share.
namespace pim::io {

/// Which images of a data set: `limit` from number `offset` on, or as many as there are.
struct ImageRange {
  Index offset = 0;
  Index limit = 0;  ///< 0: to the end
};

namespace detail {

/// throws std::runtime_error "<path>: <what>"
[[noreturn]] inline void image_error(const std::filesystem::path& path, const std::string& what) {
  throw std::runtime_error(printable(path.string()) + ": " + what);
}

/// [first, last) of a data set
struct ImageNumbers {
  Index first = 0, last = 0;
  Index count() const { return last - first; }
};
/// The numbers of `range` among `available` images of `path`.
/// throws  std::invalid_argument: a negative number, an offset that leaves no image;
///         std::runtime_error: no images at all
inline ImageNumbers numbers_of(const ImageRange& range, Index available, const std::filesystem::path& path) {
  if (available < 1) image_error(path, "there are no images in it");
  if (range.offset < 0 || range.limit < 0 || range.offset >= available) {
    throw std::invalid_argument(printable(path.string()) + " has " + std::to_string(available) + " images, offset " +
                                std::to_string(range.offset) + " and limit " + std::to_string(range.limit) +
                                " leave none; give an offset from 0 to " + std::to_string(available - 1) +
                                " and a limit from 1, or 0 for all");
  }
  const Index rest = available - range.offset;
  return {range.offset, range.offset + (range.limit == 0 ? rest : std::min(range.limit, rest))};
}

}  // namespace detail
}  // namespace pim::io
