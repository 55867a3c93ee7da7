#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <pim/numeric/float_format.hpp>

namespace pim::numeric {

/// A number of `E` exponent and `M` mantissa bits, stored as its code: sign, exponent, mantissa from the top bit down.
///
/// encode  to nearest, ties to even, saturating at the largest finite value; NaN becomes the format's NaN, or 0
///         where the format has none
/// decode  every code, exactly; codes of infinity and NaN give float's
template <int E, int M, Specials S = Specials::ieee>
class Minifloat {
  static_assert(E >= 2 && E <= (S == Specials::ieee ? 8 : 7),
                "Minifloat: 2 to 8 exponent bits, 8 only with infinities");
  static_assert(M >= 1 && M <= 23, "Minifloat: 1 to 23 mantissa bits");

 public:
  static constexpr FloatFormat format{E, M, S};
  static constexpr int bits = 1 + E + M;

  constexpr Minifloat() = default;
  explicit Minifloat(float value) : code_(encode(value)) {}
  static constexpr Minifloat from_code(std::uint32_t code) {
    Minifloat result;
    result.code_ = code & mask(bits);
    return result;
  }
  constexpr std::uint32_t code() const { return code_; }

  explicit operator float() const {
    const std::uint32_t exponent = (code_ >> M) & mask(E), mantissa = code_ & mask(M);
    double magnitude = 0.0;
    if (is_special(exponent, mantissa)) {
      magnitude = S == Specials::ieee && mantissa == 0 ? std::numeric_limits<double>::infinity()
                                                       : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
      magnitude = std::ldexp(mantissa, format.min_exponent() - M);
    } else {
      magnitude = std::ldexp(mantissa + (1U << M), static_cast<int>(exponent) - format.bias() - M);
    }
    return static_cast<float>((code_ >> (E + M)) != 0 ? -magnitude : magnitude);
  }

 private:
  static constexpr std::uint32_t mask(int width) { return width >= 32 ? ~0U : (1U << width) - 1U; }
  static constexpr bool is_special(std::uint32_t exponent, std::uint32_t mantissa) {
    if (exponent != mask(E) || S == Specials::none) return false;
    return S == Specials::ieee || mantissa == mask(M);
  }
  static std::uint32_t encode(float value) {
    const std::uint32_t sign = (std::bit_cast<std::uint32_t>(value) >> 31) << (E + M);
    if (std::isnan(value)) return S == Specials::none ? 0U : (sign | (mask(E) << M) | mask(M));
    const double magnitude = std::fabs(static_cast<double>(FloatRounder(format)(value)));
    if (magnitude == 0.0) return sign;
    const int exponent = std::max(std::ilogb(magnitude), format.min_exponent());
    const auto significand = static_cast<std::uint32_t>(std::ldexp(magnitude, M - exponent));
    const bool normal = significand >= (1U << M);
    const auto field = normal ? static_cast<std::uint32_t>(exponent + format.bias()) : 0U;
    return sign | (field << M) | (significand & mask(M));
  }

  std::uint32_t code_ = 0;
};

using E4M3 = Minifloat<4, 3, Specials::nan_only>;
using E5M2 = Minifloat<5, 2>;
using BF16 = Minifloat<8, 7>;
using FP16 = Minifloat<5, 10>;

}  // namespace pim::numeric
