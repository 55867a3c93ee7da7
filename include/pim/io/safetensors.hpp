#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <Eigen/Core>

#include <pim/core/matrix.hpp>
#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/io/json_file.hpp>

/// Safetensors files: 8 bytes header length (little-endian), a JSON header (name -> dtype, shape, data_offsets), then
/// the raw little-endian tensors in row-major order without gaps.
namespace pim::io {

static_assert(std::endian::native == std::endian::little, "safetensors.hpp copies little-endian bytes as they are");

/// One tensor. F32, F16 and BF16 have their values, as float32; other types (I64, I8, ...) are listed without.
struct Tensor {
  std::string dtype = "F32";  ///< in the file: F32, F16, BF16, ...
  std::vector<Index> shape;   ///< empty: one number
  std::vector<float> data;    ///< row-major; empty for other types

  bool has_values() const { return dtype == "F32" || dtype == "F16" || dtype == "BF16"; }
};

/// All tensors of a file by name, and its free-text metadata.
struct Safetensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata = {{"format", "pt"}};  ///< HuggingFace refuses files without this one
};

/// "[2, 3]"
inline std::string shape_text(const std::vector<Index>& shape) {
  std::vector<std::string> sizes;
  for (const Index size : shape) sizes.push_back(std::to_string(size));
  return "[" + join(sizes) + "]";
}

namespace detail {
inline constexpr auto dtype_bytes = std::to_array<std::pair<std::string_view, std::uint64_t>>({
    {"F32", 4},
    {"F16", 2},
    {"BF16", 2},
    {"F64", 8},
    {"I64", 8},
    {"I32", 4},
    {"I16", 2},
    {"I8", 1},
    {"U64", 8},
    {"U32", 4},
    {"U16", 2},
    {"U8", 1},
    {"BOOL", 1},
    {"F8_E4M3", 1},
    {"F8_E5M2", 1},
    {"F8_E8M0", 1},
    {"C64", 8},
});

template <class Half>
void widen(std::string_view bytes, std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Half half;
    std::memcpy(&half, bytes.data() + i * sizeof half, sizeof half);
    values[i] = static_cast<float>(half);
  }
}
template <class Half>
std::string narrow(const std::vector<float>& values) {  // to nearest, ties to even
  std::string bytes(values.size() * sizeof(Half), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Half half(values[i]);
    std::memcpy(bytes.data() + i * sizeof half, &half, sizeof half);
  }
  return bytes;
}

/// Checks and reads one file; the methods follow the order of the bytes.
class SafetensorsParser {
 public:
  SafetensorsParser(std::string_view bytes, const std::string& source) : bytes_(bytes), source_(printable(source)) {}

  Safetensors parse() {
    const Json header = read_header();
    Safetensors file{.tensors = {}, .metadata = {}};
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__")
        read_metadata(entry, file.metadata);
      else
        file.tensors.emplace(name, read_tensor(name, entry));
    }
    require_no_gaps();
    return file;
  }

 private:
  static constexpr const char* mend = "; the file is damaged or incomplete, fetch or save it again";
  struct Extent {
    std::uint64_t begin, end;
    std::string name;
  };

  [[noreturn]] void fail(const std::string& what) const { throw std::runtime_error(source_ + ": " + what + mend); }
  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    fail("tensor " + in_quotes(name) + " " + what);
  }

  Json read_header() {
    std::uint64_t length = 0;
    if (bytes_.size() < sizeof length) {
      fail("not a safetensors file: " + std::to_string(bytes_.size()) + " bytes, too short for the header's length");
    }
    std::memcpy(&length, bytes_.data(), sizeof length);
    if (length > bytes_.size() - sizeof length) {
      fail("not a safetensors file, or cut off: the header claims " + std::to_string(length) +
           " bytes and the file has " + std::to_string(bytes_.size() - sizeof length) + " after its length");
    }
    const std::string_view text = bytes_.substr(sizeof length, length);
    data_ = bytes_.substr(sizeof length + length);
    Json header = parse_json(text, source_ + " (header)");
    if (!header.is_object()) fail("the header is no JSON object");
    return header;
  }

  void read_metadata(const Json& entry, std::map<std::string, std::string>& metadata) const {
    if (!entry.is_object()) fail("__metadata__ is no JSON object");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) fail("__metadata__ " + in_quotes(key) + " is no string");
      metadata.emplace(key, value.get<std::string>());
    }
  }

  Tensor read_tensor(const std::string& name, const Json& entry) {
    Tensor tensor;
    const std::uint64_t width = read_dtype(name, entry, tensor.dtype);
    const std::uint64_t count = read_shape(name, entry, width, tensor.shape);
    const Json& offsets = field(name, entry, "data_offsets");
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned()) {
      fail(name, "has data_offsets that are not two positions [begin, end]");
    }
    const auto begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
    const std::string range = "[" + std::to_string(begin) + ", " + std::to_string(end) + "]";
    if (begin > end) fail(name, "has data_offsets " + range + " that end before they begin");
    if (end > data_.size()) {
      fail(name, "has data_offsets " + range + " beyond the " + std::to_string(data_.size()) + " bytes of data");
    }
    if (width > 0 && end - begin != count * width) {
      fail(name, "has data_offsets " + range + ", " + std::to_string(end - begin) + " bytes, but shape " +
                     shape_text(tensor.shape) + " of " + tensor.dtype + " takes " + std::to_string(count * width));
    }
    extents_.push_back({begin, end, name});
    if (tensor.has_values()) {
      tensor.data.resize(count);
      const std::string_view raw = data_.substr(begin, end - begin);
      if (tensor.dtype == "F32" && count > 0) std::memcpy(tensor.data.data(), raw.data(), raw.size());
      if (tensor.dtype == "F16") widen<Eigen::half>(raw, tensor.data);
      if (tensor.dtype == "BF16") widen<Eigen::bfloat16>(raw, tensor.data);
    }
    return tensor;
  }

  const Json& field(const std::string& name, const Json& entry, const char* key) const {
    if (!entry.is_object()) fail(name, "is described by no JSON object");
    const auto at = entry.find(key);
    if (at == entry.end()) fail(name, std::string("has no ") + key);
    return *at;
  }
  /// Bytes of one element; 0 for a type of which only the name is known: such a tensor can be listed, not used.
  std::uint64_t read_dtype(const std::string& name, const Json& entry, std::string& dtype) const {
    const Json& value = field(name, entry, "dtype");
    if (!value.is_string()) fail(name, "has a dtype that is no string");
    dtype = value.get<std::string>();
    const auto known =
        std::find_if(dtype_bytes.begin(), dtype_bytes.end(), [&](const auto& d) { return d.first == dtype; });
    return known == dtype_bytes.end() ? 0 : known->second;
  }
  /// Elements of the tensor, whose bytes are known to fit 63 bits.
  std::uint64_t read_shape(const std::string& name, const Json& entry, std::uint64_t width,
                           std::vector<Index>& shape) const {
    const Json& sizes = field(name, entry, "shape");
    if (!sizes.is_array()) fail(name, "has a shape that is no list");
    std::uint64_t count = 1;
    for (const Json& size : sizes) {
      if (!size.is_number_unsigned()) fail(name, "has a shape with a size that is no integer of at least 0");
      const auto value = size.get<std::uint64_t>();
      const std::uint64_t limit =
          static_cast<std::uint64_t>(std::numeric_limits<Index>::max()) / std::max<std::uint64_t>(width, 1);
      if (value > limit / std::max<std::uint64_t>(count, 1)) fail(name, "has a shape too large for any memory");
      count *= value;
      shape.push_back(static_cast<Index>(value));
    }
    return count;
  }

  /// Each byte of data belongs to exactly one tensor.
  void require_no_gaps() {
    std::sort(extents_.begin(), extents_.end(),
              [](const Extent& a, const Extent& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    std::uint64_t at = 0;
    const std::string* before = nullptr;
    for (const Extent& extent : extents_) {
      if (extent.begin < at) fail(extent.name, "overlaps tensor " + in_quotes(*before) + " in data_offsets");
      if (extent.begin > at)
        fail(extent.name, "begins " + std::to_string(extent.begin - at) + " bytes after the one before it");
      at = extent.end;
      before = &extent.name;
    }
    if (at != data_.size()) fail(std::to_string(data_.size() - at) + " bytes at the end belong to no tensor");
  }

  std::string_view bytes_, data_;
  std::string source_;
  std::vector<Extent> extents_;
};
}  // namespace detail

/// Reads a file that is already in memory; `source` is its name in messages.
/// throws std::runtime_error, one line naming source and tensor: too short, header beyond the end, header no JSON or a
///        name in it twice, a dtype that is no string, shape negative or too large, data_offsets that are misordered,
///        out of range, do not fit shape and dtype, overlap or leave a gap, bytes left over
inline Safetensors parse_safetensors(std::string_view bytes, const std::string& source) {
  return detail::SafetensorsParser(bytes, source).parse();
}

/// Reads a file. throws std::runtime_error as read_file and parse_safetensors
inline Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

/// Writes a file whole or not at all; each tensor in its own dtype (F32, F16, BF16: to nearest, ties to even).
/// throws std::invalid_argument: a tensor of another dtype, or whose data does not fill its shape;
///        std::runtime_error as AtomicFile
inline void write_safetensors(const std::filesystem::path& path, const Safetensors& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : file.tensors) {
    Index count = 1;
    for (const Index size : tensor.shape) count *= size;
    if (!tensor.has_values() || name == "__metadata__" || count != static_cast<Index>(tensor.data.size())) {
      throw std::invalid_argument("write_safetensors: tensor " + in_quotes(name) + " has dtype " + tensor.dtype +
                                  ", shape " + shape_text(tensor.shape) + " and " + std::to_string(tensor.data.size()) +
                                  " values, expected F32, F16 or BF16 and as many values as the shape says");
    }
    const std::uint64_t end = at + tensor.data.size() * (tensor.dtype == "F32" ? 4U : 2U);
    header[name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();

  AtomicFile out(path);
  out.write({reinterpret_cast<const char*>(&length), sizeof length});
  out.write(text);
  for (const auto& [name, tensor] : file.tensors) {
    if (tensor.dtype == "F16")
      out.write(detail::narrow<Eigen::half>(tensor.data));
    else if (tensor.dtype == "BF16")
      out.write(detail::narrow<Eigen::bfloat16>(tensor.data));
    else
      out.write({reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size() * sizeof(float)});
  }
  out.commit();
}

}  // namespace pim::io
