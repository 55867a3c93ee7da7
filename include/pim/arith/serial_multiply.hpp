#pragma once
#include <algorithm>
#include <cstddef>
#include <utility>

#include <pim/arith/circuit.hpp>
#include <pim/arith/serial_tuning.hpp>

namespace pim::arith {

namespace serial {
inline Bit bit_or(const Word& a, int i, Bit beyond) {
  return i < 0 ? zero : i < static_cast<int>(a.size()) ? a[static_cast<std::size_t>(i)] : beyond;
}
/// a + b + carry, as wide as a; b is extended with `beyond`
inline Circuit::Sum ripple(Circuit& circuit, Word& a, const Word& b, Bit carry, Bit beyond = zero) {
  Circuit::Sum sum{zero, carry};
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum = circuit.full_add(a[i], bit_or(b, static_cast<int>(i), beyond), sum.carry);
    a[i] = sum.sum;
  }
  return sum;
}
inline Word slice(const Word& a, std::size_t first, std::size_t bits) {
  Word part(a.begin() + static_cast<std::ptrdiff_t>(std::min(first, a.size())), a.end());
  part.resize(bits, zero);
  return part;
}

/// The lowest `bits` bits of x y, one row of partial products after the other. Each partial product bit is added as
/// soon as it is made, so that it never needs more than one cell.
///
/// radix 2: a row per bit of y. Radix 4: a row per two bits, which choose 0, x, 2x or 3x. In two's complement the last
/// row is weighted -1 or -2.
inline Word multiply_rows(Circuit& circuit, const Word& x, const Word& y, int bits, bool is_signed, int radix) {
  const int width = static_cast<int>(x.size()), digit_bits = radix == 4 ? 2 : 1;
  const Bit x_sign = is_signed ? x.back() : zero, y_sign = is_signed ? y.back() : zero;
  Word triple;  // 3x
  if (radix == 4) {
    triple = x;
    triple.resize(x.size() + 1, x_sign);
    ripple(circuit, triple, Word(x.begin() + 1, x.end()), zero, x_sign);
    // triple + (x >> 1) is 3x >> 1 but for the lowest bit of x, which stands alone
    triple.insert(triple.begin(), x[0]);
  }
  Word product, rest;  // rest: what the rows so far add to the bits from `product.size()` on
  for (int low = 0; low < std::min(static_cast<int>(y.size()), bits); low += digit_bits) {
    const bool is_last = low + digit_bits >= static_cast<int>(y.size());
    const bool negative_weight = is_last && is_signed;
    const Bit y0 = bit_or(y, low, zero), y1 = digit_bits == 2 ? bit_or(y, low + 1, y_sign) : y0;
    const Bit rest_sign = is_signed && !rest.empty() ? rest.back() : zero;
    const Bit once = circuit.and_(y0, ~y1), twice = circuit.and_(y1, ~y0), thrice = circuit.and_(y0, y1);
    const auto partial = [&](int j) {
      const Bit xj = bit_or(x, j, x_sign), x_below = bit_or(x, j - 1, x_sign);
      if (digit_bits == 1) return circuit.and_(y0, negative_weight ? ~xj : xj);
      const Bit triple_j = bit_or(triple, j, triple.empty() ? zero : triple.back());
      const Bit three = circuit.and_(thrice, negative_weight ? ~xj : triple_j);
      const Bit two = circuit.and_(twice, negative_weight ? ~x_below : x_below);
      const Bit one_or_two = circuit.or_(circuit.and_(once, xj), two);
      return circuit.or_(one_or_two, three);
    };
    Bit carry = negative_weight ? y1 : zero;
    Word next;
    const bool keeps_carry = digit_bits == 1 && !is_signed;
    const int row_bits = std::min(width + (keeps_carry ? 0 : digit_bits), bits - low);
    for (int j = 0; j < row_bits; ++j) {
      const Circuit::Sum sum = circuit.full_add(bit_or(rest, j, rest_sign), partial(j), carry);
      carry = sum.carry;
      next.push_back(sum.sum);
    }
    if (keeps_carry) next.push_back(carry);
    const auto done = std::min<std::ptrdiff_t>(digit_bits, static_cast<std::ptrdiff_t>(next.size()));
    product.insert(product.end(), next.begin(), next.begin() + done);
    rest.assign(next.begin() + done, next.end());
  }
  product.insert(product.end(), rest.begin(), rest.end());
  product.resize(static_cast<std::size_t>(bits), product.back());
  return product;
}

/// The whole product of two unsigned numbers of one width.
/// source  Karatsuba and Ofman, 1962: x y = h B^2 + ((xl + xh) (yl + yh) - l - h) B + l
inline Word multiply(Circuit& circuit, const Word& x, const Word& y, const SerialTuning& tuning) {
  const std::size_t bits = x.size();
  const bool is_square = y.size() == bits;
  if (!is_square || static_cast<int>(bits) < tuning.karatsuba_bits) {
    const int radix = static_cast<int>(std::min(bits, y.size())) < tuning.radix4_bits ? 2 : 4;
    return multiply_rows(circuit, x, y, static_cast<int>(bits + y.size()), false, radix);
  }
  const std::size_t low = bits / 2, high = bits - low;
  const auto folded = [&](const Word& a) {
    Word sum = slice(a, low, high);
    sum.push_back(ripple(circuit, sum, slice(a, 0, low), zero).carry);
    return sum;
  };
  const Word x_sum = folded(x), y_sum = folded(y);
  Word middle = multiply(circuit, x_sum, y_sum, tuning);
  const auto half = [&](std::size_t first, std::size_t size) {
    Word part = multiply(circuit, slice(x, first, size), slice(y, first, size), tuning), inverse = part;
    for (Bit& bit : inverse) bit = ~bit;
    ripple(circuit, middle, inverse, one, one);
    return part;
  };
  Word product = half(0, low);
  const Word top = half(low, high);
  product.insert(product.end(), top.begin(), top.end());
  Word sum = slice(product, low, product.size() - low);
  ripple(circuit, sum, middle, zero);
  std::copy(sum.begin(), sum.end(), product.begin() + static_cast<std::ptrdiff_t>(low));
  return product;
}

/// The whole product of two numbers in two's complement.
inline Word multiply_signed(Circuit& circuit, const Word& x, const Word& y, const SerialTuning& tuning) {
  const int bits = static_cast<int>(x.size() + y.size());
  constexpr int correction = 12;  // bits by which the two subtractions below put off the halving
  if (static_cast<int>(x.size()) < tuning.karatsuba_bits + correction || x.size() != y.size())
    return multiply_rows(circuit, x, y, bits, true, static_cast<int>(x.size()) < tuning.radix4_bits ? 2 : 4);
  // The sign bits weigh 2^N too much: 2^N y where x is negative, 2^N x where y is.
  Word product = multiply(circuit, x, y, tuning);
  for (const auto& [sign, other] : {std::pair{x.back(), &y}, std::pair{y.back(), &x}}) {
    Bit carry = one;
    for (std::size_t i = 0; i < x.size(); ++i) {
      Bit& bit = product[x.size() + i];
      const Circuit::Sum sum = circuit.full_add(bit, ~circuit.and_(sign, (*other)[i]), carry);
      bit = sum.sum, carry = sum.carry;
    }
  }
  return product;
}

/// The lowest `bits` bits of a product, the same for signed and unsigned numbers.
inline Word multiply_low(Circuit& circuit, const Word& x, const Word& y, int bits, const SerialTuning& tuning) {
  return multiply_rows(circuit, slice(x, 0, static_cast<std::size_t>(bits)), y, bits, false,
                       bits < tuning.radix4_bits ? 2 : 4);
}
}  // namespace serial
}  // namespace pim::arith
