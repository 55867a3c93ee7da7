#pragma once
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <pim/io/image_range.hpp>
#include <pim/task/image/resize.hpp>

namespace pim::io {

/// Largest picture that is read: 2^26 pixels.
inline constexpr Index most_pixels = Index{1} << 26;

namespace detail {
/// throws std::runtime_error unless the picture has 1 to most_pixels pixels
inline void require_picture_size(std::uint64_t height, std::uint64_t width, const std::filesystem::path& name) {
  constexpr auto most = static_cast<std::uint64_t>(most_pixels);
  if (height > 0 && width > 0 && height <= most && width <= most / height) return;
  image_error(name, std::to_string(width) + " x " + std::to_string(height) + " pixels, expected 1 to " +
                        std::to_string(most) + " in all; copy the file again or make the picture smaller");
}
}  // namespace detail

/// Whether bytes start as a PPM or PGM file of bytes does.
inline bool is_ppm(std::string_view bytes) { return bytes.starts_with("P6") || bytes.starts_with("P5"); }

/// A PPM file (P6, colour) or PGM file (P5, grey), the first picture in it. A maximum other than 255 is scaled to it.
/// throws  std::runtime_error, one line naming the file: not P6 or P5, a damaged header, another maximum than 1 to 255,
///         cut short
/// source  ppm(5) and pgm(5) of Netpbm
inline task::Image parse_ppm(std::string_view bytes, const std::filesystem::path& name) {
  if (!is_ppm(bytes)) detail::image_error(name, "no PPM or PGM file: expected P6 or P5 at its start; convert it");
  std::size_t at = 2;
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  const auto number = [&](const char* what, bool is_last = false) {
    const std::size_t begin = at;
    while (at < bytes.size() && (is_blank(bytes[at]) || bytes[at] == '#')) {
      if (bytes[at] == '#') at = std::min(bytes.find('\n', at), bytes.size() - 1);
      ++at;
    }
    std::uint64_t value = 0;
    const std::size_t digits = at;
    for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9' && at < digits + 9; ++at) {
      value = 10 * value + static_cast<std::uint64_t>(bytes[at] - '0');
    }
    const bool ends = at < bytes.size() && (is_blank(bytes[at]) || (bytes[at] == '#' && !is_last));
    if (at == digits || digits == begin || !ends) {
      detail::image_error(name, "the header has no " + std::string(what) + " at byte " + std::to_string(digits) +
                                    ", expected P6 or P5, width, height and maximum; copy or convert it again");
    }
    return value;
  };
  const std::uint64_t width = number("width"), height = number("height"), maximum = number("maximum", true);
  detail::require_picture_size(height, width, name);
  if (maximum < 1 || maximum > 255) {
    detail::image_error(name,
                        "maximum " + std::to_string(maximum) + ", expected 1 to 255; save it with 8 bits a sample");
  }
  task::Image image{.shape = {.channels = bytes[1] == '6' ? 3 : 1,
                              .height = static_cast<Index>(height),
                              .width = static_cast<Index>(width)},
                    .pixels = {}};
  const std::string_view samples = bytes.substr(at + 1);  // one blank ends the header
  if (std::ssize(samples) < image.shape.size()) {
    detail::image_error(name, "the file is cut short: " + std::to_string(samples.size()) + " of " +
                                  std::to_string(image.shape.size()) + " samples; copy it again");
  }
  image.pixels.reserve(static_cast<std::size_t>(image.shape.size()));
  for (const char c : samples.substr(0, static_cast<std::size_t>(image.shape.size()))) {
    const std::uint64_t level = std::min<std::uint64_t>(static_cast<std::uint8_t>(c), maximum);
    image.pixels.push_back(static_cast<std::uint8_t>((level * 255 + maximum / 2) / maximum));
  }
  return image;
}

}  // namespace pim::io
