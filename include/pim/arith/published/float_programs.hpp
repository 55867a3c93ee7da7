#pragma once
#include <bit>
#include <string>

#include <pim/core/check.hpp>

/// What the serial and the parallel floating-point programs share.
namespace pim::arith::published {

inline int ceil_log2(int n) { return static_cast<int>(std::bit_width(static_cast<unsigned>(n - 1))); }

/// throws  std::invalid_argument: exponent_bits above 11 or mantissa_bits above 52, or below what a program needs
inline void check_format(const std::string& where, int exponent_bits, int mantissa_bits, int least_exponent_bits,
                         int least_mantissa_bits) {
  require_range((where + ": exponent_bits").c_str(), exponent_bits, least_exponent_bits, 11);
  require_range((where + ": mantissa_bits").c_str(), mantissa_bits, least_mantissa_bits, 52);
}
inline std::string float_title(const std::string& what, int exponent_bits, int mantissa_bits) {
  return what + ": 1-bit sign, " + std::to_string(exponent_bits) + "-bit exponent, and " +
         std::to_string(mantissa_bits) + "-bit mantissa";
}

}  // namespace pim::arith::published
