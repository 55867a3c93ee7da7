#pragma once
#include <pim/numeric/float_format.hpp>

namespace pim::numeric {

/// What an operand is rounded to before it enters a digital array: a floating-point format, or signed integers.
struct NumberFormat {
  FloatFormat floating = e4m3;
  int integer_bits = 0;  ///< 0: `floating`; else two's complement integers of this many bits, used symmetrically

  constexpr NumberFormat(const FloatFormat& format) : floating(format) {}  // NOLINT(google-explicit-constructor)
  static constexpr NumberFormat integer(int bits) {
    NumberFormat format(e4m3);
    format.integer_bits = bits;
    return format;
  }
  constexpr bool is_integer() const { return integer_bits > 0; }
  /// largest value: the amax scale maps the largest element onto it
  double max() const { return is_integer() ? static_cast<double>((1 << (integer_bits - 1)) - 1) : floating.max(); }

  friend bool operator==(const NumberFormat&, const NumberFormat&) = default;
};

inline constexpr NumberFormat int8 = NumberFormat::integer(8);
inline constexpr NumberFormat int4 = NumberFormat::integer(4);

}  // namespace pim::numeric
