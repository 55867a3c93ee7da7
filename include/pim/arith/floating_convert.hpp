#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>

#include <pim/arith/floating_ieee.hpp>

/// Conversions between IEEE 754 formats and integers.
namespace pim::arith::floating::ieee {

enum class Rounding { to_nearest_even, toward_zero };

/// x in another format: rounded to nearest, ties to even; overflow gives infinity, NaN the canonical NaN.
/// throws  std::invalid_argument: see require_floating
template <class W>
Float<W> convert(W& w, const Float<W>& x, const Format& to) {
  require_floating(to);
  const Format from = Format::floating(w.width(x.exponent), w.width(x.mantissa));
  const auto a = detail::unpack(w, x);
  const bool is_narrower = to.exponent_bits<from.exponent_bits, is_wider = to.exponent_bits> from.exponent_bits;
  // One sign bit where exponents may become too small, else one more for the carry.
  const int bits = std::max(from.exponent_bits, to.exponent_bits) + 1;
  const auto offset = static_cast<std::uint64_t>(static_cast<std::int64_t>(to.bias()) - from.bias() - 1);
  const auto exponent = w.add(w.extend(a.exponent, bits), w.constant(offset, bits)).sum;
  return detail::round<W>(w, to, {x.sign, exponent, a.significand, w.bit(false), a.nan, a.infinite},
                          {.leading_zeros = is_wider ? from.mantissa_bits : 0, .is_signed = is_narrower});
}

/// An integer as a floating-point number: rounded to nearest, ties to even; overflow gives infinity, 0 gives +0.
/// throws  std::invalid_argument: see require_floating
template <class W>
Float<W> from_integer(W& w, const typename W::Word& x, bool is_signed, const Format& to) {
  require_floating(to);
  const int bits = w.width(x);
  const auto no = w.bit(false), sign = is_signed ? w.at(x, bits - 1) : no;
  const auto size = is_signed ? w.negate_if(x, sign) : x;
  const auto exponent = static_cast<std::uint64_t>(to.bias() + bits - 2);  // of the highest bit, less 1
  const int exponent_bits = std::max(static_cast<int>(std::bit_width(exponent)), 1);
  return detail::round<W>(w, to, {sign, w.constant(exponent, exponent_bits), size, no, no, no},
                          {.leading_zeros = bits - 1, .is_signed = false});
}

/// A floating-point number as an integer of `bits` bits. Saturates; NaN gives 0.
template <class W>
typename W::Word to_integer(W& w, const Float<W>& x, int bits, bool is_signed, Rounding rounding) {
  const Format from = Format::floating(w.width(x.exponent), w.width(x.mantissa));
  const auto a = detail::unpack(w, x);
  // The frame's highest bit has weight 2^(bits - 1), the lowest bit of the result is at place `fraction`.
  const int significand_bits = from.mantissa_bits + 1, frame = std::max(bits + 1, significand_bits);
  const int fraction = frame - bits;
  const int highest = from.bias() + bits - 1;  // exponent of that weight
  const int distance_bits =
      std::max(from.exponent_bits, static_cast<int>(std::bit_width(static_cast<unsigned>(highest)))) + 1;
  const auto distance =
      w.subtract(w.constant(static_cast<std::uint64_t>(highest), distance_bits), w.extend(a.exponent, distance_bits))
          .sum;
  const auto too_large = w.or_(w.at(distance, distance_bits - 1), a.infinite);
  const auto aligned = w.shift_right(w.concat(w.constant(0, frame - significand_bits), a.significand),
                                     w.slice(distance, 0, distance_bits - 1));
  auto size = w.slice(aligned.word, fraction, bits);
  auto carry = w.bit(false);
  if (rounding == Rounding::to_nearest_even) {
    const auto sticky = w.or_(aligned.sticky, w.any(w.slice(aligned.word, 0, fraction - 1)));
    const auto rounded = w.increment(size, rounds_up(w, size, w.at(aligned.word, fraction - 1), sticky));
    size = rounded.sum, carry = rounded.carry;
  }
  // Signed: -2^(bits - 1) exists, 2^(bits - 1) does not. Unsigned: nothing but 0 has a sign.
  const auto high = w.at(size, bits - 1);
  const auto beyond = w.or_(too_large, carry);
  if (!is_signed) {
    const auto saturated = w.or_(size, beyond);
    return w.and_(saturated, w.not_(w.or_(a.nan, x.sign)));
  }
  const auto low = w.slice(size, 0, bits - 1);
  const auto overflows = w.or_(beyond, w.and_(high, w.or_(w.not_(x.sign), w.any(low))));
  const auto negative = w.negate_if(size, x.sign);
  const auto limit = w.concat(w.repeat(w.not_(x.sign), bits - 1), x.sign);
  return w.and_(w.mux(overflows, limit, negative), w.not_(a.nan));
}

}  // namespace pim::arith::floating::ieee
