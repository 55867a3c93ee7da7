#pragma once
#include <bit>
#include <cstdint>
#include <stdexcept>

namespace pim::arith::reference {

__extension__ using Wide = unsigned __int128;

enum class FloatOperation { add_unsigned, add, subtract, multiply, divide };

/// What the published floating-point programs compute, in exact integer arithmetic. Operands and result are sign,
/// exponent, mantissa from the highest bit down (add_unsigned: no sign).
///
/// The exact result is rounded once, to nearest with ties to even, as if exponents had no bounds. An exponent field of
/// 0 is zero, the highest is a binade like the others: there are no infinities and no NaN. Where the exponent of the
/// rounded result is 0 its fields are stored as they are; where it is below 0 or too high the result is +0, and so is
/// every exact zero. add_unsigned wraps the exponent instead.
///
/// throws  std::invalid_argument: a subnormal operand, or a division by zero; the programs leave both unspecified
/// source  measured from the programs of Leitersdorf et al., AritPIM, TETC 2023, exhaustively for two small formats
constexpr std::uint64_t published_float(FloatOperation operation, int exponent_bits, int mantissa_bits, std::uint64_t x,
                                        std::uint64_t y) {
  struct Number {
    bool negative;
    int exponent;  ///< of the lowest bit, in units of the field
    Wide significand;
  };
  const std::uint64_t top_exponent = (1ULL << exponent_bits) - 1, hidden = 1ULL << mantissa_bits;
  const int bias = static_cast<int>(top_exponent / 2);
  const bool with_sign = operation != FloatOperation::add_unsigned;
  const auto decode = [&](std::uint64_t code) {
    const std::uint64_t exponent = code >> mantissa_bits & top_exponent, fraction = code & (hidden - 1);
    if (exponent == 0 && fraction != 0) throw std::invalid_argument("published_float: subnormal operand");
    return Number{with_sign && (code >> (mantissa_bits + exponent_bits) & 1U) != 0, static_cast<int>(exponent),
                  exponent == 0 ? 0 : fraction | hidden};
  };
  const Number a = decode(x);
  Number b = decode(y);
  if (operation == FloatOperation::subtract) b.negative = !b.negative;

  Number r{a.negative != b.negative, 0, 0};
  if (operation == FloatOperation::multiply) {
    r.significand = a.significand * b.significand;
    r.exponent = a.exponent + b.exponent - bias - mantissa_bits;
  } else if (operation == FloatOperation::divide) {
    if (b.significand == 0) throw std::invalid_argument("published_float: division by zero");
    constexpr int extra = 70;  // quotient bits below 1; the remainder is jammed into the lowest
    const Wide dividend = a.significand << extra;
    r.significand = dividend / b.significand | (dividend % b.significand != 0 ? 1U : 0U);
    r.exponent = a.exponent - b.exponent + bias - extra + mantissa_bits;
  } else {
    constexpr int extra = 60;  // bits below the larger operand; what is shifted out is jammed into the lowest
    const bool swapped = a.exponent < b.exponent;
    const Number &large = swapped ? b : a, &small = swapped ? a : b;
    const int distance = large.exponent - small.exponent;
    const Wide wide = small.significand << extra;
    const Wide shifted = distance > 127 ? 0 : wide >> distance;
    const Wide lost = distance > 127 ? wide : wide ^ (shifted << distance);
    const Wide p = large.significand << extra, q = shifted | (lost != 0 ? 1U : 0U);
    r.significand = a.negative == b.negative ? p + q : (p >= q ? p - q : q - p);
    r.negative = a.negative == b.negative || p >= q ? large.negative : small.negative;
    r.exponent = large.exponent - extra;
  }
  if (r.significand == 0) return 0;

  const auto width = [](Wide v) {
    const auto high = static_cast<std::uint64_t>(v >> 64);
    return high != 0 ? 64 + static_cast<int>(std::bit_width(high))
                     : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(v)));
  };
  const int surplus = width(r.significand) - (mantissa_bits + 1);
  if (surplus > 0) {
    const Wide kept = r.significand >> surplus, rest = r.significand ^ (kept << surplus),
               half = Wide{1} << (surplus - 1);
    r.significand = kept + (rest > half || (rest == half && kept % 2 != 0) ? 1U : 0U);
    if (r.significand >> (mantissa_bits + 1) != 0) r.significand /= 2, ++r.exponent;
  } else {
    r.significand <<= -surplus;
  }
  r.exponent += surplus;

  const std::uint64_t fraction = static_cast<std::uint64_t>(r.significand) & (hidden - 1);
  if (!with_sign) return (static_cast<std::uint64_t>(r.exponent) & top_exponent) << mantissa_bits | fraction;
  if (r.exponent < 0 || r.exponent > static_cast<int>(top_exponent)) return 0;
  return std::uint64_t{r.negative} << (exponent_bits + mantissa_bits) |
         static_cast<std::uint64_t>(r.exponent) << mantissa_bits | fraction;
}

}  // namespace pim::arith::reference
