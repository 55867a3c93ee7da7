#pragma once
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <pim/core/check.hpp>
#include <pim/core/text.hpp>

namespace pim::arith {

/// How a number is stored in a row: an integer of 1 to 64 bits, or sign, exponent and mantissa.
struct Format {
  enum class Kind { unsigned_integer, signed_integer, floating };
  Kind kind = Kind::signed_integer;
  int integer_bits = 32;
  int exponent_bits = 0, mantissa_bits = 0;

  static constexpr Format integer(int bits, bool is_signed = true) {
    return {is_signed ? Kind::signed_integer : Kind::unsigned_integer, bits, 0, 0};
  }
  static constexpr Format floating(int exponent_bits, int mantissa_bits) {
    return {Kind::floating, 0, exponent_bits, mantissa_bits};
  }
  constexpr bool is_floating() const { return kind == Kind::floating; }
  constexpr bool is_signed() const { return kind != Kind::unsigned_integer; }
  constexpr int bits() const { return is_floating() ? 1 + exponent_bits + mantissa_bits : integer_bits; }
  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }

  friend bool operator==(const Format&, const Format&) = default;
};

inline constexpr Format int8 = Format::integer(8), int16 = Format::integer(16), int32 = Format::integer(32),
                        int64 = Format::integer(64);
inline constexpr Format uint8 = Format::integer(8, false), uint16 = Format::integer(16, false),
                        uint32 = Format::integer(32, false), uint64 = Format::integer(64, false);
inline constexpr Format fp16 = Format::floating(5, 10), bf16 = Format::floating(8, 7), fp32 = Format::floating(8, 23),
                        fp64 = Format::floating(11, 52);

/// "int8", "uint13", "fp32", "bf16", or any floating format as "e4m3".
inline std::string name(const Format& format) {
  if (format == bf16) return "bf16";
  if (format == fp16 || format == fp32 || format == fp64) return "fp" + std::to_string(format.bits());
  if (format.is_floating())
    return 'e' + std::to_string(format.exponent_bits) + 'm' + std::to_string(format.mantissa_bits);
  return (format.is_signed() ? "int" : "uint") + std::to_string(format.integer_bits);
}

/// throws  std::invalid_argument: a width that rows do not calculate with
inline void require_valid(const Format& format) {
  if (format.is_floating()) {
    require_range("floating: exponent bits", format.exponent_bits, 2, 11);
    require_range("floating: mantissa bits", format.mantissa_bits, 1, 52);
  } else {
    require_range("integer: bits", format.integer_bits, 1, 64);
  }
}

/// throws  std::invalid_argument: no such format, or a width that rows do not calculate with
inline Format parse_format(std::string_view text) {
  for (const Format& format : {fp16, bf16, fp32, fp64}) {
    if (text == name(format)) return format;
  }
  std::string_view rest = text;
  const auto take = [&](std::string_view prefix) -> std::optional<int> {
    if (!rest.starts_with(prefix)) return std::nullopt;
    int value = 0;
    const char* const first = rest.data() + prefix.size();
    const auto [end, error] = std::from_chars(first, rest.data() + rest.size(), value);
    if (error != std::errc{} || end == first) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return value;
  };
  const auto require_width = [&](int value, int low, int high, const char* what) {
    if (value < low || value > high)
      throw std::invalid_argument("format " + in_quotes(text) + ": " + what + " of " + std::to_string(value) +
                                  " bits, expected " + std::to_string(low) + " to " + std::to_string(high));
  };
  for (const bool is_signed : {true, false}) {
    rest = text;
    const auto bits = take(is_signed ? "int" : "uint");
    if (!bits || !rest.empty()) continue;
    require_width(*bits, 1, 64, "integer");
    return Format::integer(*bits, is_signed);
  }
  rest = text;
  const auto exponent = take("e");
  const auto mantissa = exponent ? take("m") : std::nullopt;
  if (mantissa && rest.empty()) {
    require_width(*exponent, 2, 11, "exponent");
    require_width(*mantissa, 1, 52, "mantissa");
    return Format::floating(*exponent, *mantissa);
  }
  throw std::invalid_argument("format " + in_quotes(text) +
                              " is unknown, expected int1 to int64, uint1 to uint64, fp16, bf16, fp32, fp64, or e<2 to "
                              "11>m<1 to 52> such as e4m3");
}

}  // namespace pim::arith
