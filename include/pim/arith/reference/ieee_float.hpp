#pragma once
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <pim/arith/format.hpp>
#include <pim/core/check.hpp>

/// IEEE 754 arithmetic of any format on the host's double, rounded once: to nearest, ties to even. Codes are sign,
/// exponent, mantissa from the highest bit down. NaN results are canonical: positive, quiet, otherwise empty payload.
namespace pim::arith::reference {

/// Values of one floating-point format as doubles. Free of branches that depend on values, so that loops vectorise.
///
/// limits  any format of 2 to 11 exponent bits and 1 to 51 mantissa bits, or fp64: double holds all their values
class IeeeCodec {
 public:
  explicit IeeeCodec(const Format& format)
      : mantissa_bits_(static_cast<unsigned>(format.mantissa_bits)),
        drop_(52U - mantissa_bits_),
        sign_shift_(static_cast<unsigned>(format.bits() - 1)),
        infinity_(((1ULL << format.exponent_bits) - 1) << format.mantissa_bits),
        rebias_(static_cast<std::uint64_t>(1023 - format.bias()) << format.mantissa_bits),
        scale_(std::bit_cast<double>(static_cast<std::uint64_t>(2046 - format.bias()) << 52U)),
        min_normal_(std::ldexp(1.0, 1 - format.bias())),
        subnormal_step_(std::ldexp(1.0, 53 - format.bias() - format.mantissa_bits)),
        is_double_(format == fp64) {
    require(format.is_floating(), "IeeeCodec: expected a floating-point format");
    require_range("IeeeCodec: exponent bits", format.exponent_bits, 2, 11);
    require_range("IeeeCodec: mantissa bits", format.mantissa_bits, 1, is_double_ ? 52 : 51);
  }

  double decode(std::uint64_t code) const {
    const std::uint64_t magnitude = code & ((1ULL << sign_shift_) - 1);
    const std::uint64_t special = 0x7ffULL << 52U | (magnitude & ((1ULL << mantissa_bits_) - 1)) << drop_;
    const double finite = std::bit_cast<double>(magnitude << drop_) * scale_;  // exact: subnormals are those of double
    const std::uint64_t bits = magnitude >= infinity_ ? special : std::bit_cast<std::uint64_t>(finite);
    return std::bit_cast<double>(bits | (code >> sign_shift_ & 1U) << 63U);
  }

  /// Rounds once.
  std::uint64_t encode(double value) const {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t magnitude_bits = bits & ~(1ULL << 63U);
    const auto magnitude = std::bit_cast<double>(magnitude_bits);
    const std::uint64_t nan = infinity_ | 1ULL << (mantissa_bits_ - 1);
    if (is_double_) return magnitude_bits > infinity_ ? nan : bits;
    const std::uint64_t normal =
        ((magnitude_bits + ((1ULL << (drop_ - 1)) - 1) + (magnitude_bits >> drop_ & 1U)) >> drop_) - rebias_;
    // The host's own addition rounds to a multiple of the smallest subnormal.
    const std::uint64_t subnormal =
        std::bit_cast<std::uint64_t>(magnitude + subnormal_step_) - std::bit_cast<std::uint64_t>(subnormal_step_);
    const std::uint64_t finite = magnitude < min_normal_ ? subnormal : normal;
    const std::uint64_t code = (finite < infinity_ ? finite : infinity_) | bits >> 63U << sign_shift_;
    return magnitude_bits > 0x7ffULL << 52U ? nan : code;
  }

 private:
  unsigned mantissa_bits_, drop_, sign_shift_;
  std::uint64_t infinity_, rebias_;
  double scale_, min_normal_, subnormal_step_;
  bool is_double_;
};

/// Operations on codes of one format.
///
/// Why rounding to double and then to the format is rounding once, with p = mantissa_bits + 1 <= 25 significant bits:
/// - Products have at most 2p <= 50 bits and exponents far inside double's, so that double holds them.
/// - Two roundings differ from one only if the first moves a value onto a point half way between two numbers of the
///   format, which has at most p + 1 bits. Sums: never where double has 2p + 2 <= 53 bits (Figueroa, When is double
///   rounding innocuous?, SIGNUM 1995). Quotients x / y: x - m y is not 0 and a whole number of units of which m y has
///   fewer than 2^(2p + 1), so that x / y is at least 2^-51 of its size away from such a point m, and the first
///   rounding moves it by at most 2^-53.
/// - Subnormal results: sums are exact there, and a midpoint m has fewer bits still.
/// fp64 is the host's own arithmetic.
///
/// limits  2 to 8 exponent and 1 to 24 mantissa bits, or fp64
class IeeeFloat {
 public:
  explicit IeeeFloat(const Format& format) : codec_(format), is_double_(format == fp64) {
    if (is_double_) return;
    require_range("IeeeFloat: exponent bits", format.exponent_bits, 2, 8);
    require_range("IeeeFloat: mantissa bits", format.mantissa_bits, 1, 24);
  }
  const IeeeCodec& codec() const { return codec_; }

  std::uint64_t add(std::uint64_t x, std::uint64_t y) const { return codec_.encode(value(x) + value(y)); }
  std::uint64_t subtract(std::uint64_t x, std::uint64_t y) const { return codec_.encode(value(x) - value(y)); }
  std::uint64_t multiply(std::uint64_t x, std::uint64_t y) const { return codec_.encode(value(x) * value(y)); }
  std::uint64_t divide(std::uint64_t x, std::uint64_t y) const { return codec_.encode(value(x) / value(y)); }

  /// x * y + z. The product is exact in double; the sum is rounded to odd (its last bit set where inexact), and
  /// rounding that again to at least two bits less is a single rounding.
  ///
  /// source  Boldo and Melquiond, Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd,
  ///         IEEE TC 2008; error of a sum: Knuth, TAOCP volume 2, section 4.2.2
  std::uint64_t fused_multiply_add(std::uint64_t x, std::uint64_t y, std::uint64_t z) const {
    if (is_double_) return codec_.encode(std::fma(value(x), value(y), value(z)));
    const double product = value(x) * value(y), addend = value(z), sum = product + addend;
    if (!std::isfinite(sum)) return codec_.encode(sum);
    const double of_addend = sum - product;
    const double error = (product - (sum - of_addend)) + (addend - of_addend);
    auto bits = std::bit_cast<std::uint64_t>(sum);
    if (error != 0 && bits % 2 == 0) bits += (error > 0) == (sum > 0) ? 1 : ~0ULL;
    return codec_.encode(std::bit_cast<double>(bits));
  }

  /// out[i] = operation(x, y[i]), for operations on doubles such as std::plus<>; y holds values, out codes
  template <class Operation, class Code>
  void run(Operation operation, std::uint64_t x, std::span<const double> y, std::span<Code> out) const {
    const IeeeCodec codec = codec_;
    const double first = codec.decode(x);
    for (std::size_t i = 0; i < y.size(); ++i) out[i] = static_cast<Code>(codec.encode(operation(first, y[i])));
  }

  /// IEEE 754-2019 minimum and maximum: NaN where an operand is, -0 below +0.
  std::uint64_t minimum(std::uint64_t x, std::uint64_t y) const { return extreme(x, y, true); }
  std::uint64_t maximum(std::uint64_t x, std::uint64_t y) const { return extreme(x, y, false); }

 private:
  double value(std::uint64_t code) const { return codec_.decode(code); }
  std::uint64_t extreme(std::uint64_t x, std::uint64_t y, bool least) const {
    const double a = value(x), b = value(y);
    if (std::isnan(a) || std::isnan(b)) return codec_.encode(std::numeric_limits<double>::quiet_NaN());
    if (a == b) return std::signbit(a) == least ? x : y;
    return (a < b) == least ? x : y;
  }

  IeeeCodec codec_;
  bool is_double_;
};

/// Integers of `bits` bits (two's complement where signed) to a format, rounded once.
/// Above 2^53 the integer is first rounded to odd at 53 bits, unless the host's own conversion gives the format.
inline std::uint64_t ieee_from_integer(const Format& format, std::uint64_t integer, int bits, bool is_signed) {
  const std::uint64_t mask = ~0ULL >> (64 - bits);
  const bool negative = is_signed && (integer >> (bits - 1) & 1U) != 0;
  std::uint64_t magnitude = (negative ? 0 - integer : integer) & mask;
  const int surplus = format == fp64 ? 0 : static_cast<int>(std::bit_width(magnitude)) - 53;
  if (surplus > 0) {
    const std::uint64_t kept = magnitude >> surplus;
    magnitude = (kept | (kept << surplus != magnitude ? 1U : 0U)) << surplus;
  }
  const auto value = static_cast<double>(magnitude);
  return IeeeCodec(format).encode(negative ? -value : value);
}

/// A format to integers: toward zero, or to nearest with ties to even. Saturates; NaN gives 0.
inline std::uint64_t ieee_to_integer(const Format& format, std::uint64_t code, int bits, bool is_signed,
                                     bool to_nearest) {
  const std::uint64_t mask = ~0ULL >> (64 - bits);
  const double exact = IeeeCodec(format).decode(code);
  if (std::isnan(exact)) return 0;
  const double value = to_nearest ? std::nearbyint(exact) : std::trunc(exact);
  const std::uint64_t highest = is_signed ? mask / 2 : mask, lowest = is_signed ? ~(mask / 2) & mask : 0;
  const double beyond = std::ldexp(1.0, is_signed ? bits - 1 : bits);
  if (value >= beyond) return highest;
  if (value < (is_signed ? -beyond : 0.0)) return lowest;
  const auto magnitude = static_cast<std::uint64_t>(std::fabs(value));
  return (value < 0 ? 0 - magnitude : magnitude) & mask;
}

}  // namespace pim::arith::reference
