#pragma once
#include <string>

#include <pim/arith/format.hpp>
#include <pim/core/check.hpp>

namespace pim::arith::floating {

/// A floating-point number as words: value (-1)^sign * 2^(exponent - bias) * 1.mantissa, lowest bits first.
template <class W>
struct Float {
  typename W::Bit sign;
  typename W::Word exponent;
  typename W::Word mantissa;
};

/// exponent and mantissa as one number, which orders magnitudes
template <class W>
typename W::Word magnitude(W& w, const Float<W>& x) {
  return w.concat(x.mantissa, x.exponent);
}
template <class W>
Float<W> from_magnitude(W& w, typename W::Bit sign, const typename W::Word& magnitude, int mantissa_bits) {
  return {sign, w.slice(magnitude, mantissa_bits, w.width(magnitude) - mantissa_bits),
          w.slice(magnitude, 0, mantissa_bits)};
}

/// throws  std::invalid_argument: not a floating-point format of 2 to 11 exponent and 1 to 52 mantissa bits
inline void require_floating(const Format& format) {
  require(format.is_floating(), "floating: expected a floating-point format");
  require_range("floating: exponent bits", format.exponent_bits, 2, 11);
  require_range("floating: mantissa bits", format.mantissa_bits, 1, 52);
}

/// Ports of a number `name`: its sign, exponent and mantissa as three, as in the published gate lists ("xs", "xe",
/// "xm"). throws  std::invalid_argument: see require_floating
template <class W>
Float<W> input(W& w, const std::string& name, const Format& format) {
  require_floating(format);
  const auto sign = w.input(name + 's', 1);
  const auto exponent = w.input(name + 'e', format.exponent_bits);
  return {w.at(sign, 0), exponent, w.input(name + 'm', format.mantissa_bits)};
}
/// Ports "xe" and "xm"; the sign is 0.
template <class W>
Float<W> input_unsigned(W& w, const std::string& name, const Format& format) {
  require_floating(format);
  const auto exponent = w.input(name + 'e', format.exponent_bits);
  return {w.bit(false), exponent, w.input(name + 'm', format.mantissa_bits)};
}
template <class W>
void output_unsigned(W& w, const std::string& name, const Float<W>& x) {
  w.output(name + 'e', x.exponent);
  w.output(name + 'm', x.mantissa);
}
template <class W>
void output(W& w, const std::string& name, const Float<W>& x) {
  w.output(name + 's', w.repeat(x.sign, 1));
  output_unsigned(w, name, x);
}

/// 1 where `kept` is to be incremented: round to nearest, ties to even
template <class W>
typename W::Bit rounds_up(W& w, const typename W::Word& kept, typename W::Bit guard, typename W::Bit sticky) {
  return w.and_(guard, w.or_(sticky, w.at(kept, 0)));
}

}  // namespace pim::arith::floating
