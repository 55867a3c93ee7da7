#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>

#include <pim/arith/floating.hpp>

/// Floating point as IEEE 754-2019 has it: subnormals in and out, signed zeros, infinities, round to nearest with ties
/// to even. A NaN result of arithmetic is always the canonical quiet NaN: sign 0, highest mantissa bit 1, others 0.
/// Exception flags do not exist.
///
/// source  IEEE 754-2019; the plan of the adders and of the fused multiply-add: Muller et al., Handbook of
///         Floating-Point Arithmetic, 2nd edition, chapter 8
namespace pim::arith::floating::ieee {

namespace detail {

/// Operand with its classes. The value of finite numbers is 2^(exponent - bias - mantissa_bits) * significand.
template <class W>
struct Unpacked {
  typename W::Bit sign;
  typename W::Word exponent;     ///< 1 for subnormals
  typename W::Word significand;  ///< mantissa_bits + 1 bits
  typename W::Bit nan, infinite, zero;
};

/// Exponent as a power: subnormals have that of the smallest normal numbers.
template <class W>
typename W::Word effective_exponent(W& w, const typename W::Word& exponent, typename W::Bit normal) {
  const int bits = w.width(exponent);
  return w.concat(w.or_(w.at(exponent, 0), w.not_(normal)), w.slice(exponent, 1, bits - 1));
}

template <class W>
Unpacked<W> unpack(W& w, const Float<W>& x) {
  const auto normal = w.any(x.exponent), top = w.all(x.exponent), fraction = w.any(x.mantissa);
  return {x.sign,
          effective_exponent(w, x.exponent, normal),
          w.concat(x.mantissa, normal),
          w.and_(top, fraction),
          w.and_(top, w.not_(fraction)),
          w.not_(w.or_(normal, fraction))};
}

template <class W>
typename W::Bit zero_times_infinity(W& w, const Unpacked<W>& a, const Unpacked<W>& b) {
  const auto zero_first = w.and_(b.infinite, a.zero);
  return w.or_(w.and_(a.infinite, b.zero), zero_first);
}

/// A result before rounding.
template <class W>
struct Exact {
  typename W::Bit sign;
  typename W::Word exponent;     ///< biased exponent of the significand's highest bit, less 1
  typename W::Word significand;  ///< any width; 0 is zero
  typename W::Bit sticky;        ///< 1 where bits below the significand are not all 0
  typename W::Bit nan, infinite;
};
/// What is known of all results of an operation.
struct Range {
  int leading_zeros = 0;  ///< at most so many, in significands that must be normalised
  bool is_signed = true;  ///< exponent is two's complement and may be negative; else unsigned
};

/// Rounds to `format`: shifts left until the highest bit is 1 or the exponent is that of subnormals, right where the
/// exponent is below them.
template <class W>
Float<W> round(W& w, const Format& format, const Exact<W>& x, const Range& range) {
  const int mantissa_bits = format.mantissa_bits, exponent_bits = format.exponent_bits;
  const int needed = mantissa_bits + 2;  // hidden bit, mantissa, guard
  const int levels = static_cast<int>(std::bit_width(static_cast<unsigned>(range.leading_zeros)));
  const int reach = 1 << levels;
  auto significand = x.significand;
  const auto widen = [&](int bits) {
    if (w.width(significand) < bits) significand = w.concat(w.constant(0, bits - w.width(significand)), significand);
  };
  widen(needed);
  auto limit = x.exponent;
  auto sticky = x.sticky;
  auto below = w.constant(0, 0);  // how far the exponent is below that of subnormals
  if (range.is_signed) {
    const int bits = w.width(x.exponent) - 1;
    const auto negative = w.at(x.exponent, bits);
    if (reach >= needed && levels <= bits) {
      // One shifter for both directions: right by `reach`, then back by the exponent modulo `reach`, unless that is
      // too far down for any bit to come back.
      widen(needed + reach - 1);
      const auto right = w.shift_right(significand, w.concat(w.constant(0, levels), negative));
      significand = right.word;
      sticky = w.or_(sticky, right.sticky);
      const auto high = w.slice(x.exponent, levels, bits - levels);
      const auto far = w.and_(negative, w.not_(w.all(high)));
      const auto high_limit = w.and_(high, w.not_(negative));
      limit = w.concat(w.and_(w.slice(x.exponent, 0, levels), w.not_(far)), high_limit);
    } else {
      limit = w.slice(x.exponent, 0, bits);
      below = w.and_(w.increment(w.not_(limit), w.bit(true)).sum, negative);
      limit = w.and_(limit, w.not_(negative));
    }
  }
  const auto normal = w.normalise_within(significand, limit, levels, needed);
  const auto shifted = w.shift_right(normal.word, below);
  sticky = w.or_(sticky, w.or_(normal.sticky, shifted.sticky));
  const auto hidden = w.at(shifted.word, mantissa_bits + 1);
  const auto kept = w.slice(shifted.word, 1, mantissa_bits);
  const auto mantissa = w.increment(kept, rounds_up(w, kept, w.at(shifted.word, 0), sticky));

  // Zero has no hidden bit at any exponent.
  const int exponent_width = std::max(w.width(normal.rest), exponent_bits) + 1;
  const auto exponent =
      w.add(w.extend(w.and_(normal.rest, hidden), exponent_width), w.repeat(hidden, 1), mantissa.carry).sum;
  const auto field = w.slice(exponent, 0, exponent_bits);
  const auto beyond = w.any(w.slice(exponent, exponent_bits, exponent_width - exponent_bits));
  const auto overflow = w.or_(w.all(field), beyond);
  const auto special = w.or_(overflow, w.or_(x.nan, x.infinite));
  const auto fraction = w.and_(mantissa.sum, w.not_(special));
  return {w.and_(x.sign, w.not_(x.nan)), w.or_(field, special),
          w.concat(w.slice(fraction, 0, mantissa_bits - 1), w.or_(w.at(fraction, mantissa_bits - 1), x.nan))};
}

/// Highest bit moved to the top, and the exponent that belongs to it, two's complement in `bits` bits.
template <class W>
Unpacked<W> normalised(W& w, Unpacked<W> x, int bits) {
  const int levels = static_cast<int>(std::bit_width(static_cast<unsigned>(w.width(x.significand) - 1)));
  const auto normal = w.normalise(x.significand, levels);
  x.significand = normal.word;
  x.exponent = w.subtract(w.extend(x.exponent, bits), normal.shift).sum;
  return x;
}

}  // namespace detail

/// x + y
template <class W>
Float<W> add(W& w, const Float<W>& x, const Float<W>& y) {
  const int mantissa_bits = w.width(x.mantissa);
  const Format format = Format::floating(w.width(x.exponent), mantissa_bits);
  const auto less = w.not_(w.at_least(magnitude(w, x), magnitude(w, y)));
  const auto larger = w.mux(less, magnitude(w, y), magnitude(w, x));
  const auto large = from_magnitude(w, w.mux(less, y.sign, x.sign), larger, mantissa_bits);
  const auto small = from_magnitude(w, w.bit(false), w.mux(less, magnitude(w, x), magnitude(w, y)), mantissa_bits);
  const auto large_normal = w.any(large.exponent), small_normal = w.any(small.exponent);
  const auto large_exponent = detail::effective_exponent(w, large.exponent, large_normal);
  const auto distance = w.subtract(large_exponent, detail::effective_exponent(w, small.exponent, small_normal)).sum;

  const auto below = w.constant(0, 2);
  const auto aligned = w.shift_right(w.concat(below, w.concat(small.mantissa, small_normal)), distance);
  const auto opposite = w.xor_(x.sign, y.sign);
  const auto carry = w.and_(opposite, w.not_(aligned.sticky));
  const auto sum =
      w.add(w.concat(below, w.concat(large.mantissa, large_normal)), w.xor_(aligned.word, opposite), carry);
  const auto significand = w.concat(sum.sum, w.and_(sum.carry, w.not_(opposite)));

  // A NaN has the larger magnitude, and only an infinity can be as large as an infinity.
  const auto large_top = w.all(large.exponent);
  const auto opposite_to_top = w.and_(opposite, w.all(small.exponent));
  const auto nan = w.and_(large_top, w.or_(w.any(large.mantissa), opposite_to_top));
  const auto cancels = w.and_(opposite, w.not_(w.any(significand)));
  return detail::round<W>(
      w, format, {w.and_(large.sign, w.not_(cancels)), large_exponent, significand, aligned.sticky, nan, large_top},
      {.leading_zeros = mantissa_bits + 3, .is_signed = false});
}

/// x - y
template <class W>
Float<W> subtract(W& w, const Float<W>& x, const Float<W>& y) {
  return add<W>(w, x, {w.not_(y.sign), y.exponent, y.mantissa});
}

/// x * y
template <class W>
Float<W> multiply(W& w, const Float<W>& x, const Float<W>& y) {
  const Format format = Format::floating(w.width(x.exponent), w.width(x.mantissa));
  const auto a = detail::unpack(w, x), b = detail::unpack(w, y);
  const auto product = w.multiply(a.significand, b.significand);
  const int bits = format.exponent_bits + 2;
  const auto exponents = w.add(w.extend(a.exponent, bits), b.exponent).sum;
  const auto exponent = w.subtract(exponents, w.constant(static_cast<std::uint64_t>(format.bias()), bits)).sum;
  const auto invalid = detail::zero_times_infinity(w, a, b);
  const auto nan = w.or_(w.or_(a.nan, b.nan), invalid);
  // One subnormal factor brings as many leading zeros as a significand has bits, two are too small to be normalised;
  // one more, so that the shifter reaches both ways.
  return detail::round<W>(w, format,
                          {w.xor_(x.sign, y.sign), exponent, product, w.bit(false), nan, w.or_(a.infinite, b.infinite)},
                          {.leading_zeros = format.mantissa_bits + 2, .is_signed = true});
}

/// x / y
template <class W>
Float<W> divide(W& w, const Float<W>& x, const Float<W>& y) {
  const Format format = Format::floating(w.width(x.exponent), w.width(x.mantissa));
  const auto a = detail::unpack(w, x), b = detail::unpack(w, y);
  const int significand_bits = format.mantissa_bits + 1;
  const int bits =
      std::max(format.exponent_bits, static_cast<int>(std::bit_width(static_cast<unsigned>(significand_bits)))) + 3;
  const auto p = detail::normalised(w, a, bits), q = detail::normalised(w, b, bits);
  const auto quotient = w.divide_normal(w.and_(p.significand, w.not_(b.infinite)), q.significand, significand_bits + 2);
  const auto difference = w.subtract(p.exponent, q.exponent).sum;
  const auto exponent = w.add(difference, w.constant(static_cast<std::uint64_t>(format.bias() - 1), bits)).sum;
  const auto nan = [&] {
    const auto both_zero = w.and_(a.zero, b.zero), both_infinite = w.and_(a.infinite, b.infinite);
    const auto invalid = w.or_(both_infinite, both_zero);
    return w.or_(w.or_(a.nan, b.nan), invalid);
  }();
  return detail::round<W>(
      w, format, {w.xor_(x.sign, y.sign), exponent, quotient.word, quotient.sticky, nan, w.or_(a.infinite, b.zero)},
      {.leading_zeros = 1, .is_signed = true});
}

/// x * y + z, rounded once
template <class W>
Float<W> fused_multiply_add(W& w, const Float<W>& x, const Float<W>& y, const Float<W>& z) {
  const Format format = Format::floating(w.width(x.exponent), w.width(x.mantissa));
  const auto a = detail::unpack(w, x), b = detail::unpack(w, y), c = detail::unpack(w, z);
  const auto product = w.multiply(a.significand, b.significand);
  const int n = format.mantissa_bits + 1;

  // One frame, from the highest bit down: n bits of z at its highest place, 3 zeros, 2 n bits of the product, 3 zeros.
  // z moves down to where its exponent says. Where z would lie above the frame, the product is so far below it that
  // only its being there matters, so that z stays at the top and the frame takes its exponent; likewise where the
  // product is 0.
  const int frame = 3 * n + 6;
  const int bits = std::max(format.exponent_bits, static_cast<int>(std::bit_width(static_cast<unsigned>(frame)))) + 3;
  const auto exponents = w.add(w.extend(a.exponent, bits), b.exponent).sum;
  const auto offset = static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + 4 - format.bias());
  const auto top = w.add(exponents, w.constant(offset, bits)).sum;  // biased exponent of the frame above the product
  const auto distance = w.subtract(top, w.extend(c.exponent, bits)).sum;
  const auto z_above = w.or_(w.at(distance, bits - 1), w.or_(a.zero, b.zero));
  const auto top_exponent = w.mux(z_above, w.extend(c.exponent, bits), top);
  const auto aligned = w.shift_right(w.concat(w.constant(0, frame - n), c.significand),
                                     w.and_(w.slice(distance, 0, bits - 1), w.not_(z_above)));

  // product - z may be negative: its magnitude is taken afterwards, with z's sticky bit as the lowest bit of all.
  const auto sign = w.xor_(x.sign, y.sign), opposite = w.xor_(sign, z.sign);
  const auto addend = w.xor_(w.concat(aligned.sticky, aligned.word), opposite);
  const auto padded = w.concat(w.constant(0, 4), w.extend(product, 3 * n + 3));
  const auto sum = w.add(padded, addend, opposite);
  const auto negative = w.and_(opposite, w.not_(sum.carry));
  const auto size = w.negate_if(sum.sum, negative);
  const auto cancels = w.and_(opposite, w.not_(w.any(size)));

  const auto invalid_product = detail::zero_times_infinity(w, a, b);
  const auto product_infinite = w.or_(a.infinite, b.infinite);
  const auto nan = [&] {
    const auto invalid_sum = w.and_(opposite, w.and_(product_infinite, c.infinite));
    const auto z_or_product = w.or_(c.nan, invalid_product), x_or_y = w.or_(a.nan, b.nan);
    return w.or_(w.or_(x_or_y, z_or_product), invalid_sum);
  }();
  const auto infinite = w.or_(product_infinite, c.infinite);
  const auto z_decides = w.and_(w.not_(product_infinite), w.or_(negative, c.infinite));
  const auto has_sign = w.or_(infinite, w.not_(cancels));
  const auto result_sign = w.and_(w.mux(z_decides, z.sign, sign), has_sign);
  const auto exponent = w.subtract(w.slice(top_exponent, 0, bits - 1), w.constant(1, 1)).sum;
  return detail::round<W>(w, format, {result_sign, exponent, size, w.bit(false), nan, infinite},
                          {.leading_zeros = frame, .is_signed = false});
}

}  // namespace pim::arith::floating::ieee
