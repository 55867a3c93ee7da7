#pragma once
#include <pim/arith/floating.hpp>

/// Order of IEEE 754 numbers, and operations on the sign.
namespace pim::arith::floating::ieee {

/// The relations of x and y. Where an operand is NaN only `unordered` is 1; -0 equals +0.
template <class W>
struct Comparison {
  typename W::Bit less, equal, greater, unordered;
};

template <class W>
typename W::Bit is_nan(W& w, const Float<W>& x) {
  const auto fraction = w.any(x.mantissa);
  return w.and_(w.all(x.exponent), fraction);
}
template <class W>
typename W::Bit unordered(W& w, const Float<W>& x, const Float<W>& y) {
  const auto y_nan = is_nan(w, y);
  return w.or_(is_nan(w, x), y_nan);
}

namespace detail {
template <class W>
Float<W> canonical_nan(W& w, int exponent_bits, int mantissa_bits) {
  return {w.bit(false), w.repeat(w.bit(true), exponent_bits), w.concat(w.constant(0, mantissa_bits - 1), w.bit(true))};
}
template <class W>
Float<W> select(W& w, typename W::Bit s, const Float<W>& x, const Float<W>& y) {
  return {w.mux(s, x.sign, y.sign), w.mux(s, x.exponent, y.exponent), w.mux(s, x.mantissa, y.mantissa)};
}
template <class W>
Float<W> or_nan(W& w, typename W::Bit nan, const Float<W>& x) {
  return select(w, nan, canonical_nan(w, w.width(x.exponent), w.width(x.mantissa)), x);
}
/// 1 where x is below y, -0 below +0. Equal numbers and NaN give anything.
template <class W>
typename W::Bit below(W& w, const Float<W>& x, const Float<W>& y) {
  // Among negative numbers the larger magnitude is below.
  const auto smaller = w.not_(w.at_least(magnitude(w, x), magnitude(w, y)));
  const auto is_below = w.xor_(smaller, x.sign);  // where the signs are equal
  return w.mux(w.xor_(x.sign, y.sign), x.sign, is_below);
}
}  // namespace detail

template <class W>
Comparison<W> compare(W& w, const Float<W>& x, const Float<W>& y) {
  const auto a = magnitude(w, x), b = magnitude(w, y);
  const auto difference = w.subtract(a, b);
  const auto same = w.not_(w.any(difference.sum));
  const auto both_zero = w.and_(same, w.not_(w.any(a)));
  const auto ordered = w.not_(unordered(w, x, y));
  const auto opposite = w.xor_(x.sign, y.sign);
  const auto equal = w.and_(ordered, w.or_(both_zero, w.and_(same, w.not_(opposite))));
  // Of equal signs, x is less where its magnitude is smaller, and for negative numbers where it is not.
  const auto is_less = w.mux(opposite, x.sign, w.xor_(w.not_(difference.carry), x.sign));
  const auto unequal = w.and_(ordered, w.not_(equal));
  return {w.and_(unequal, is_less), equal, w.and_(unequal, w.not_(is_less)), w.not_(ordered)};
}
template <class W>
typename W::Bit equal(W& w, const Float<W>& x, const Float<W>& y) {
  return compare(w, x, y).equal;
}
template <class W>
typename W::Bit less(W& w, const Float<W>& x, const Float<W>& y) {
  return compare(w, x, y).less;
}
template <class W>
typename W::Bit less_equal(W& w, const Float<W>& x, const Float<W>& y) {
  const auto relation = compare(w, x, y);
  return w.or_(relation.less, relation.equal);
}
template <class W>
typename W::Bit greater(W& w, const Float<W>& x, const Float<W>& y) {
  return less(w, y, x);
}
template <class W>
typename W::Bit greater_equal(W& w, const Float<W>& x, const Float<W>& y) {
  return less_equal(w, y, x);
}

/// IEEE 754-2019 minimum: NaN where an operand is NaN; -0 is below +0.
template <class W>
Float<W> minimum(W& w, const Float<W>& x, const Float<W>& y) {
  const auto nan = unordered(w, x, y);
  return detail::or_nan(w, nan, detail::select(w, detail::below(w, x, y), x, y));
}
/// IEEE 754-2019 maximum: NaN where an operand is NaN; +0 is above -0.
template <class W>
Float<W> maximum(W& w, const Float<W>& x, const Float<W>& y) {
  const auto nan = unordered(w, x, y);
  return detail::or_nan(w, nan, detail::select(w, detail::below(w, x, y), y, x));
}

/// @{ the sign alone, also of NaN
template <class W>
Float<W> absolute(W& w, const Float<W>& x) {
  return {w.bit(false), x.exponent, x.mantissa};
}
template <class W>
Float<W> negate(W& w, const Float<W>& x) {
  return {w.not_(x.sign), x.exponent, x.mantissa};
}
/// @}

/// maximum(x, +0): negative numbers and -0 give +0, NaN the canonical NaN.
template <class W>
Float<W> relu(W& w, const Float<W>& x) {
  const auto positive = w.not_(x.sign);
  const Float<W> number{w.bit(false), w.and_(x.exponent, positive), w.and_(x.mantissa, positive)};
  return detail::or_nan(w, is_nan(w, x), number);
}

}  // namespace pim::arith::floating::ieee
