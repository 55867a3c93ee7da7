#pragma once
#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

#include <pim/arith/format.hpp>
#include <pim/arith/operation.hpp>
#include <pim/core/check.hpp>

/// Integers on words, for any number of bits. W is a class of words, as SerialWords.
namespace pim::arith::integer {

/// @{ x < y, x == y
template <class W>
typename W::Bit less(W& w, typename W::Word x, typename W::Word y, bool is_signed) {
  if (is_signed) {  // with the sign bits turned, two's complement is ordered as unsigned numbers are
    const int low = w.width(x) - 1;
    x = w.concat(w.slice(x, 0, low), w.not_(w.at(x, low)));
    y = w.concat(w.slice(y, 0, low), w.not_(w.at(y, low)));
  }
  return w.not_(w.at_least(x, y));
}
template <class W>
typename W::Bit equal(W& w, const typename W::Word& x, const typename W::Word& y) {
  return w.not_(w.any(w.xor_(x, y)));
}
/// @}

template <class W>
typename W::Word minimum(W& w, const typename W::Word& x, const typename W::Word& y, bool is_signed) {
  return w.mux(less(w, x, y, is_signed), x, y);
}
template <class W>
typename W::Word maximum(W& w, const typename W::Word& x, const typename W::Word& y, bool is_signed) {
  return w.mux(less(w, x, y, is_signed), y, x);
}
/// -x; the lowest number stays as it is
template <class W>
typename W::Word negate(W& w, const typename W::Word& x) {
  return w.increment(w.not_(x), w.bit(true)).sum;
}
/// |x| of a number in two's complement; the lowest number stays as it is, which is right read as unsigned
template <class W>
typename W::Word absolute(W& w, const typename W::Word& x) {
  return w.negate_if(x, w.at(x, w.width(x) - 1));
}
/// max(x, 0) of a number in two's complement
template <class W>
typename W::Word relu(W& w, const typename W::Word& x) {
  return w.and_(x, w.not_(w.at(x, w.width(x) - 1)));
}

/// x / 2^amount rounded down, with `fill` above; any amount
template <class W>
typename W::Word shift_right(W& w, typename W::Word x, const typename W::Word& amount, const typename W::Bit& fill) {
  const int bits = w.width(x),
            stages = std::min(w.width(amount), static_cast<int>(std::bit_width(static_cast<unsigned>(bits - 1))));
  for (int j = 0; j < stages; ++j) {
    const int step = 1 << j;
    x = w.mux(w.at(amount, j), w.concat(w.slice(x, step, bits - step), w.repeat(fill, step)), x);
  }
  const auto is_beyond = w.any(w.slice(amount, stages, w.width(amount) - stages));
  return w.mux(is_beyond, w.repeat(fill, bits), x);
}
/// the low bits of x * 2^amount; any amount
template <class W>
typename W::Word shift_left(W& w, const typename W::Word& x, const typename W::Word& amount) {
  const int stages = std::min(w.width(amount), static_cast<int>(std::bit_width(static_cast<unsigned>(w.width(x) - 1))));
  const auto is_beyond = w.any(w.slice(amount, stages, w.width(amount) - stages));
  return w.and_(w.shift_left(x, w.slice(amount, 0, stages)), w.not_(is_beyond));
}

/// How many bits are 1, in as many bits as that takes.
template <class W>
typename W::Word population_count(W& w, const typename W::Word& x) {
  const int bits = w.width(x), half = (bits - 1) / 2;
  if (bits == 1) return x;
  // Two counts and one bit more, which comes in as the carry.
  auto low = population_count(w, w.slice(x, 0, bits - 1 - half));
  const auto sum = half > 0 ? w.add(low, population_count(w, w.slice(x, bits - 1 - half, half)), w.at(x, bits - 1))
                            : w.increment(low, w.at(x, bits - 1));
  return w.slice(w.concat(sum.sum, sum.carry), 0, static_cast<int>(std::bit_width(static_cast<unsigned>(bits))));
}

/// The whole product, twice as wide as the operands.
template <class W>
typename W::Word multiply(W& w, const typename W::Word& x, const typename W::Word& y, bool is_signed) {
  return is_signed ? w.multiply_signed(x, y) : w.multiply(x, y);
}

/// x / y and x mod y, x twice as wide as y. Signed quotients are rounded toward zero, and remainders have the sign of
/// x, as in C++. Where the quotient does not fit into the width of y, and where y is 0, both results are unspecified.
template <class W>
auto divide(W& w, const typename W::Word& x, const typename W::Word& y, bool is_signed) {
  if (!is_signed) return w.divide(x, y);
  const auto x_sign = w.at(x, w.width(x) - 1), y_sign = w.at(y, w.width(y) - 1);
  const auto y_size = absolute(w, y), x_size = absolute(w, x);
  auto result = w.divide(x_size, y_size);
  result.quotient = w.negate_if(result.quotient, w.xor_(x_sign, y_sign));
  result.remainder = w.negate_if(result.remainder, x_sign);
  return result;
}
/// x / y and x mod y, unsigned and equally wide. y = 0 gives a quotient of ones and the remainder x.
template <class W>
auto divide_narrow(W& w, const typename W::Word& x, const typename W::Word& y) {
  return w.divide(w.concat(x, w.repeat(w.bit(false), w.width(y))), y);
}

/// An operation with its operands as ports: inputs x, y, z (as many as it has), output z, of divisions q and r. Of
/// divide, x is twice as wide; of select, x is one bit and chooses y where it is 1, else z; the result is then called
/// s.
///
/// throws  std::invalid_argument: a width that is not 1 to 64, or an operation that integers do not have
template <class W>
void build(W& w, Operation operation, const Format& format) {
  const int bits = format.integer_bits;
  require_range("integer: bits", bits, 1, 64);
  const OperationInfo& about = info(operation);
  if (!about.integer || operation == Operation::convert || format.is_floating())
    throw std::invalid_argument("integer: operation " + std::string(about.name) + " of format " + name(format));
  const bool is_signed = format.is_signed();
  const bool is_select = operation == Operation::select;
  const auto x = w.input("x", operation == Operation::divide ? 2 * bits : is_select ? 1 : bits);
  const auto y = about.operands > 1 ? w.input("y", bits) : x;
  const auto top = w.at(x, w.width(x) - 1);
  const auto number = [&](const typename W::Word& word) { w.output("z", word); };
  const auto truth = [&](const typename W::Bit& bit) { w.output("z", w.repeat(bit, 1)); };
  switch (operation) {
    case Operation::add:
      return number(w.add(x, y).sum);
    case Operation::subtract:
      return number(w.subtract(x, y).sum);
    case Operation::multiply:
      return number(multiply(w, x, y, is_signed));
    case Operation::multiply_low:
      return number(w.multiply_low(x, y, bits));
    case Operation::divide:
    case Operation::divide_narrow: {
      const auto result = operation == Operation::divide ? divide(w, x, y, is_signed) : divide_narrow(w, x, y);
      w.output("q", result.quotient);
      w.output("r", result.remainder);
      return;
    }
    case Operation::equal:
      return truth(equal(w, x, y));
    case Operation::less:
      return truth(less(w, x, y, is_signed));
    case Operation::less_equal:
      return truth(w.not_(less(w, y, x, is_signed)));
    case Operation::greater:
      return truth(less(w, y, x, is_signed));
    case Operation::greater_equal:
      return truth(w.not_(less(w, x, y, is_signed)));
    case Operation::minimum:
      return number(minimum(w, x, y, is_signed));
    case Operation::maximum:
      return number(maximum(w, x, y, is_signed));
    case Operation::absolute:
      return number(is_signed ? absolute(w, x) : x);
    case Operation::negate:
      return number(negate(w, x));
    case Operation::relu:
      return number(is_signed ? relu(w, x) : x);
    case Operation::select: {
      const auto z = w.input("z", bits);
      w.output("s", w.mux(top, y, z));
      return;
    }
    case Operation::shift_left:
      return number(shift_left(w, x, y));
    case Operation::shift_right:
      return number(shift_right(w, x, y, is_signed ? top : w.bit(false)));
    case Operation::population_count:
      return number(population_count(w, x));
    case Operation::reduce_and:
      return truth(w.all(x));
    case Operation::reduce_or:
      return truth(w.any(x));
    case Operation::reduce_xor:
      return truth(w.parity(x));
    case Operation::is_positive:
      return truth(is_signed ? w.and_(w.any(w.slice(x, 0, bits - 1)), w.not_(top)) : w.any(x));
    case Operation::is_nonnegative:
      return truth(is_signed ? w.not_(top) : w.bit(true));
    default:
      throw std::invalid_argument("integer: operation " + std::string(about.name));
  }
}

}  // namespace pim::arith::integer
