#pragma once
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#ifdef PIM_WITH_PNG
#include <png.h>
#endif

#include <pim/io/image_range.hpp>
#include <pim/io/ppm.hpp>
#include <pim/task/image/resize.hpp>

namespace pim::io {

/// Whether bytes start as a PNG file does.
inline bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG\r\n\x1A\n"); }

/// A PNG file of any kind: grey as one channel, colour and palettes as three, 8 bits each. Transparency is ignored. A
/// file of another gamma than 1 / 2.2 (gAMA chunk) is brought to it, unlike by Pillow.
/// throws  std::runtime_error, one line naming the file: damaged, cut short; a build without libpng (link pim::data)
#ifdef PIM_WITH_PNG
inline task::Image parse_png(std::string_view bytes, const std::filesystem::path& name) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  struct Free {
    png_image& png;
    ~Free() { png_image_free(&png); }
  } const free{png};
  const auto refuse = [&] {
    detail::image_error(name,
                        "no PNG file that can be read (" + printable(png.message) + "); copy or convert it again");
  };
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) refuse();
  detail::require_picture_size(png.height, png.width, name);
  const bool colour = (png.format & PNG_FORMAT_FLAG_COLOR) != 0, alpha = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  png.format = (colour ? PNG_FORMAT_FLAG_COLOR : 0U) | (alpha ? PNG_FORMAT_FLAG_ALPHA : 0U);
  png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;

  task::Image image{.shape = {.channels = colour ? 3 : 1,
                              .height = static_cast<Index>(png.height),
                              .width = static_cast<Index>(png.width)},
                    .pixels = std::vector<std::uint8_t>(PNG_IMAGE_SIZE(png))};
  if (png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr) == 0) refuse();
  if (alpha) {
    const Index channels = image.shape.channels;
    auto out = image.pixels.begin();
    for (auto p = image.pixels.begin(); p != image.pixels.end(); p += channels + 1) out = std::copy_n(p, channels, out);
    image.pixels.erase(out, image.pixels.end());
  }
  return image;
}
#else
[[noreturn]] inline task::Image parse_png(std::string_view, const std::filesystem::path& name) {
  detail::image_error(name,
                      "this build has no libpng to read PNG files; convert it to PPM, or link pim::data with libpng");
}
#endif

}  // namespace pim::io
