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

/// One tensor. F32, F16 and BF16 have their values as float32, I8 and I32 as integers; other types (I64, ...) are
/// listed without.
struct Tensor {
  std::string dtype = "F32";                ///< in the file: F32, F16, BF16, I8, I32, ...
  std::vector<Index> shape;                 ///< empty: one number
  std::vector<float> data;                  ///< row-major; empty for other types than F32, F16, BF16
  std::vector<std::int32_t> integers = {};  ///< row-major; empty for other types than I8, I32

  bool has_values() const { return dtype == "F32" || dtype == "F16" || dtype == "BF16"; }
  bool has_integers() const { return dtype == "I8" || dtype == "I32"; }
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

/// Bytes of one element; 0 for a type of which only the name is known.
inline std::uint64_t bytes_of_dtype(std::string_view dtype) {
  const auto known =
      std::find_if(dtype_bytes.begin(), dtype_bytes.end(), [&](const auto& d) { return d.first == dtype; });
  return known == dtype_bytes.end() ? 0 : known->second;
}

/// The numbers of type Stored that the bytes hold.
template <class Stored, class T>
std::vector<T> widened(std::string_view bytes) {
  std::vector<T> values(bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
    values[i] = static_cast<T>(stored);
  }
  return values;
}
/// Bytes of numbers of type Stored; floats to nearest, ties to even.
template <class Stored, class T>
std::string narrowed(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(Stored), '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto stored = static_cast<Stored>(values[i]);
    std::memcpy(bytes.data() + i * sizeof stored, &stored, sizeof stored);
  }
  return bytes;
}
/// What a file holds of a tensor.
inline std::string bytes_of(const Tensor& tensor) {
  if (tensor.dtype == "F32") return narrowed<float>(tensor.data);
  if (tensor.dtype == "F16") return narrowed<Eigen::half>(tensor.data);
  if (tensor.dtype == "BF16") return narrowed<Eigen::bfloat16>(tensor.data);
  if (tensor.dtype == "I8") return narrowed<std::int8_t>(tensor.integers);
  return narrowed<std::int32_t>(tensor.integers);
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
    const std::string_view raw = data_.substr(begin, end - begin);
    if (tensor.dtype == "F32") tensor.data = widened<float, float>(raw);
    if (tensor.dtype == "F16") tensor.data = widened<Eigen::half, float>(raw);
    if (tensor.dtype == "BF16") tensor.data = widened<Eigen::bfloat16, float>(raw);
    if (tensor.dtype == "I8") tensor.integers = widened<std::int8_t, std::int32_t>(raw);
    if (tensor.dtype == "I32") tensor.integers = widened<std::int32_t, std::int32_t>(raw);
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
    return bytes_of_dtype(dtype);
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

/// Writes a file whole or not at all; each tensor in its own dtype (F16, BF16: to nearest, ties to even).
/// throws std::invalid_argument: a tensor of another dtype than F32, F16, BF16, I8, I32, whose values do not fill its
///        shape, or an integer outside of I8; std::runtime_error as AtomicFile
inline void write_safetensors(const std::filesystem::path& path, const Safetensors& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : file.tensors) {
    Index count = 1;
    for (const Index size : tensor.shape) count *= size;
    const Index values = tensor.has_integers() ? std::ssize(tensor.integers) : std::ssize(tensor.data);
    if (!(tensor.has_values() || tensor.has_integers()) || name == "__metadata__" || count != values) {
      throw std::invalid_argument("write_safetensors: tensor " + in_quotes(name) + " has dtype " + tensor.dtype +
                                  ", shape " + shape_text(tensor.shape) + " and " + std::to_string(values) +
                                  " values, expected F32, F16, BF16, I8 or I32 and as many values as the shape says");
    }
    const auto fits = [](std::int32_t value) { return value >= -128 && value <= 127; };
    if (tensor.dtype == "I8" && !std::all_of(tensor.integers.begin(), tensor.integers.end(), fits)) {
      throw std::invalid_argument("write_safetensors: tensor " + in_quotes(name) +
                                  " of dtype I8 has values outside of -128 to 127; save it as I32");
    }
    const std::uint64_t end = at + static_cast<std::uint64_t>(count) * detail::bytes_of_dtype(tensor.dtype);
    header[name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();

  AtomicFile out(path);
  out.write({reinterpret_cast<const char*>(&length), sizeof length});
  out.write(text);
  for (const auto& [name, tensor] : file.tensors) out.write(detail::bytes_of(tensor));
  out.commit();
}

}  // namespace pim::io
