#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

#ifdef PIM_WITH_ZLIB
#include <zlib.h>
#endif

#include <pim/io/image_range.hpp>

namespace pim::io {

/// Whether bytes start as a gzip file does (RFC 1952).
inline bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

/// The content of a gzip file, of one or several members; at most the first `most` bytes of it.
/// throws  std::runtime_error, one line naming the file: damaged, cut short; a build without zlib (link pim::data)
#ifdef PIM_WITH_ZLIB
inline std::string gunzip(std::string_view bytes, const std::filesystem::path& name,
                          std::size_t most = std::numeric_limits<std::size_t>::max()) {
  z_stream stream{};
  constexpr int gzip_only = 16;
  if (inflateInit2(&stream, MAX_WBITS + gzip_only) != Z_OK) detail::image_error(name, "zlib does not start");
  struct End {
    z_stream& stream;
    ~End() { inflateEnd(&stream); }
  } const end{stream};

  std::string content;
  std::array<char, 1 << 16> chunk;
  int status = Z_OK;
  while (content.size() < most && !(status == Z_STREAM_END && bytes.empty())) {
    if (status == Z_STREAM_END) inflateReset(&stream);  // the next member
    const std::size_t fed = std::min<std::size_t>(bytes.size(), 1 << 20);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
    stream.avail_in = static_cast<uInt>(fed);
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) {
      detail::image_error(name, "the gzip file is cut short after " + std::to_string(content.size()) +
                                    " bytes of content; copy it again");
    }
    if (status != Z_OK && status != Z_STREAM_END) {
      detail::image_error(name, "the gzip file is damaged after " + std::to_string(content.size()) +
                                    " bytes of content (" + (stream.msg != nullptr ? stream.msg : "zlib") +
                                    "); copy it again");
    }
    bytes.remove_prefix(fed - stream.avail_in);
    content.append(chunk.data(), chunk.size() - stream.avail_out);
  }
  content.resize(std::min(content.size(), most));
  return content;
}
#else
[[noreturn]] inline std::string gunzip(std::string_view, const std::filesystem::path& name,
                                       std::size_t = std::numeric_limits<std::size_t>::max()) {
  detail::image_error(name,
                      "this build has no zlib to read gzip files; unpack it (gunzip), or link pim::data with zlib");
}
#endif

}  // namespace pim::io
