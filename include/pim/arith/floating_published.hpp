#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>

#include <pim/arith/floating.hpp>

/// Floating point under the contract of the published programs, in fewer steps than those take.
///
/// Round to nearest, ties to even, one rounding of the exact result. Let v be the exact result rounded to
/// mantissa_bits + 1 significant bits with an unbounded exponent, and e its biased exponent:
///   v = 0                    all fields 0 (+0), also for signed zeros
///   1 <= e < 2^exponent_bits correctly rounded; the top exponent code is a binade like the others: no Inf, no NaN
///   e = 0                    exponent field 0, the fraction bits of v in the mantissa field, sign kept
///   e < 0                    all fields 0
///   e >= 2^exponent_bits     all fields 0; add_unsigned: the exponent field wraps to 0, fraction bits kept
/// An operand with exponent field 0 must be zero (mantissa 0); a divisor must not be. Bias 2^(exponent_bits - 1) - 1.
///
/// source  Leitersdorf et al., AritPIM, IEEE TETC 2023: contract and overall plan (align, add, normalise, round)
namespace pim::arith::floating::published {

namespace detail {

/// The result, or +0 where `valid` is 0.
template <class W>
Float<W> valid_or_zero(W& w, typename W::Bit valid, const Float<W>& x) {
  return {w.and_(x.sign, valid), w.and_(x.exponent, valid), w.and_(x.mantissa, valid)};
}

/// Rounds a product or quotient. Of `bits` the highest has weight 2, and one of the two highest is 1.
/// exponent  exponent_bits + 1 bits; plus `offset` it is the biased exponent of the weight that the highest 1 has, plus
///           2^(exponent_bits - 1), so that no exponent in range needs a sign
/// nonzero   0 makes the result +0
template <class W>
Float<W> finish(W& w, typename W::Bit sign, const typename W::Word& exponent, const typename W::Word& offset,
                const typename W::Word& bits, typename W::Bit sticky, typename W::Bit nonzero) {
  const int exponent_bits = w.width(exponent) - 1;
  const int width = w.width(bits), mantissa_bits = width - 3;
  const auto high = w.at(bits, width - 1);
  const auto kept = w.mux(high, w.slice(bits, 2, mantissa_bits), w.slice(bits, 1, mantissa_bits));
  const auto guard = w.mux(high, w.at(bits, 1), w.at(bits, 0));
  const auto lost = w.or_(sticky, w.and_(high, w.at(bits, 0)));
  const auto mantissa = w.increment(kept, rounds_up(w, kept, guard, lost));
  const auto code = w.add(exponent, offset, mantissa.carry).sum;
  // Codes 2^(E-1) to 3 * 2^(E-1) - 1 are the exponents 0 to 2^E - 1.
  const auto in_range = w.xor_(w.at(code, exponent_bits), w.at(code, exponent_bits - 1));
  const auto field = w.concat(w.slice(code, 0, exponent_bits - 1), w.at(code, exponent_bits));
  return valid_or_zero(w, w.and_(nonzero, in_range), {sign, field, mantissa.sum});
}

}  // namespace detail

/// x + y of numbers without sign
template <class W>
Float<W> add_unsigned(W& w, const Float<W>& x, const Float<W>& y) {
  const int mantissa_bits = w.width(x.mantissa);
  const auto no = w.bit(false);
  const auto difference = w.subtract(x.exponent, y.exponent);
  const auto less = w.not_(difference.carry);
  const auto exponent = w.mux(less, y.exponent, x.exponent);
  // Where y is larger this is the distance less 1, and x enters the shifter one position lower.
  const auto distance = w.xor_(difference.sum, less);
  const auto large = w.concat(w.mux(less, y.mantissa, x.mantissa), w.bit(true));
  const auto y_nonzero = w.any(y.exponent);
  const auto hidden = w.and_(w.any(x.exponent), y_nonzero);  // of the smaller
  const auto small = w.mux(less, w.concat(w.concat(x.mantissa, hidden), no),
                           w.concat(no, w.concat(y.mantissa, hidden)));  // guard bit lowest
  const auto aligned = w.shift_right(small, distance);

  const auto sum = w.add(large, w.slice(aligned.word, 1, mantissa_bits + 1));
  const auto carry = sum.carry;
  const auto kept = w.mux(carry, w.slice(sum.sum, 1, mantissa_bits), w.slice(sum.sum, 0, mantissa_bits));
  const auto guard = w.mux(carry, w.at(sum.sum, 0), w.at(aligned.word, 0));
  const auto sticky = w.or_(aligned.sticky, w.and_(carry, w.at(aligned.word, 0)));
  const auto mantissa = w.increment(kept, rounds_up(w, kept, guard, sticky));
  return {no, w.add(exponent, w.repeat(carry, 1), mantissa.carry).sum, mantissa.sum};
}

/// x + y
template <class W>
Float<W> add(W& w, const Float<W>& x, const Float<W>& y) {
  const int exponent_bits = w.width(x.exponent), mantissa_bits = w.width(x.mantissa);
  const auto less = w.not_(w.at_least(magnitude(w, x), magnitude(w, y)));
  const auto larger = w.mux(less, magnitude(w, y), magnitude(w, x));
  const auto large = from_magnitude(w, w.mux(less, y.sign, x.sign), larger, mantissa_bits);
  const auto small = from_magnitude(w, w.bit(false), w.mux(less, magnitude(w, x), magnitude(w, y)), mantissa_bits);
  const auto distance = w.subtract(large.exponent, small.exponent).sum;

  // Two more bits below the mantissa, and a sticky bit that stands for what lies below those.
  const auto below = w.constant(0, 2);
  const auto aligned = w.shift_right(w.concat(below, w.concat(small.mantissa, w.any(small.exponent))), distance);
  const auto opposite = w.xor_(x.sign, y.sign);
  const auto carry_in = w.and_(opposite, w.not_(aligned.sticky));
  const auto addend = w.xor_(aligned.word, opposite);
  const auto sum = w.add(w.concat(below, w.concat(large.mantissa, w.any(large.exponent))), addend, carry_in);
  const auto carry = w.and_(sum.carry, w.not_(opposite));

  const int places = static_cast<int>(std::bit_width(static_cast<unsigned>(mantissa_bits + 3)));
  const auto normal = w.normalise(w.concat(sum.sum, carry), places);
  const auto kept = w.slice(normal.word, 3, mantissa_bits);
  const auto sticky = w.or_(aligned.sticky, w.any(w.slice(normal.word, 0, 2)));
  const auto mantissa = w.increment(kept, rounds_up(w, kept, w.at(normal.word, 2), sticky));
  const int exponent_width = std::max(exponent_bits, places) + 1;
  const auto base = w.subtract(w.extend(large.exponent, exponent_width), normal.shift).sum;
  const auto exponent = w.add(base, w.constant(1, 1), mantissa.carry).sum;
  const auto out_of_range = w.any(w.slice(exponent, exponent_bits, exponent_width - exponent_bits));
  const auto valid = w.and_(w.at(normal.word, mantissa_bits + 3), w.not_(out_of_range));
  return detail::valid_or_zero<W>(w, valid, {large.sign, w.slice(exponent, 0, exponent_bits), mantissa.sum});
}

/// x - y
template <class W>
Float<W> subtract(W& w, const Float<W>& x, const Float<W>& y) {
  return add<W>(w, x, {w.not_(y.sign), y.exponent, y.mantissa});
}

/// x * y
template <class W>
Float<W> multiply(W& w, const Float<W>& x, const Float<W>& y) {
  const int mantissa_bits = w.width(x.mantissa);
  const auto y_nonzero = w.any(y.exponent);
  const auto nonzero = w.and_(w.any(x.exponent), y_nonzero);
  const auto yes = w.bit(true);
  const auto product = w.multiply(w.concat(x.mantissa, yes), w.concat(y.mantissa, yes));
  const auto sticky = w.any(w.slice(product, 0, mantissa_bits - 1));
  const auto bits = w.slice(product, mantissa_bits - 1, mantissa_bits + 3);
  const auto exponents = w.add(x.exponent, y.exponent, w.at(bits, mantissa_bits + 2));
  return detail::finish(w, w.xor_(x.sign, y.sign), w.concat(exponents.sum, exponents.carry), w.constant(1, 1), bits,
                        sticky, nonzero);
}

/// x / y
template <class W>
Float<W> divide(W& w, const Float<W>& x, const Float<W>& y) {
  const int mantissa_bits = w.width(x.mantissa), exponent_bits = w.width(x.exponent);
  const auto yes = w.bit(true);
  const auto quotient = w.divide_normal(w.concat(x.mantissa, yes), w.concat(y.mantissa, yes), mantissa_bits + 3);
  const auto exponents = w.add(x.exponent, w.not_(y.exponent), w.at(quotient.word, mantissa_bits + 2));
  const auto nonzero = w.any(x.exponent);
  return detail::finish(w, w.xor_(x.sign, y.sign), w.concat(exponents.sum, exponents.carry),
                        w.repeat(yes, exponent_bits + 1), quotient.word, quotient.sticky, nonzero);
}

}  // namespace pim::arith::floating::published
