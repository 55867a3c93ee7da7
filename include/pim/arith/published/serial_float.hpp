#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <pim/arith/published/float_programs.hpp>
#include <pim/arith/published/serial_fixed.hpp>

/// The serial floating-point programs of AritPIM (Leitersdorf et al., TETC 2023), gate by gate. Their results are those
/// of reference/published_float.hpp. Operands are xs xe xm (sign, exponent, mantissa), y and z alike.
namespace pim::arith::published {

/// Cells of a number. The mantissa ends with its hidden bit.
struct SerialFloat {
  std::optional<int> sign;
  Cells exponent, mantissa;

  int hidden() const { return mantissa.back(); }
};

/// Operands of a program, and the scratch cells of their hidden bits.
class SerialFloats {
 public:
  SerialFloats(SerialRow& row, int ne, int nm, bool with_sign)
      : x(operand(row, "x", &SerialRow::input, ne, nm, with_sign)),
        y(operand(row, "y", &SerialRow::input, ne, nm, with_sign)),
        z(operand(row, "z", &SerialRow::output, ne, nm, with_sign)),
        hidden_(row.scratch(3)) {
    x.mantissa.push_back(hidden_[0]), y.mantissa.push_back(hidden_[1]), z.mantissa.push_back(hidden_[2]);
    reduce_or(row, x.exponent, x.hidden());
    reduce_or(row, y.exponent, y.hidden());
  }

  SerialFloat x, y, z;

 private:
  static SerialFloat operand(SerialRow& row, const std::string& name, Cells (SerialRow::*add)(std::string, int), int ne,
                             int nm, bool with_sign) {
    SerialFloat number;
    if (with_sign) number.sign = (row.*add)(name + "s", 1).front();
    number.exponent = (row.*add)(name + "e", ne);
    number.mantissa = (row.*add)(name + "m", nm);
    return number;
  }

  row::Scratch hidden_;
};

/// 1 where a mantissa is to be rounded up, to nearest with ties to even. guard: the first bit below it; sticky: OR of
/// those below that [6]
inline row::ScratchCell rounding_bit(SerialRow& row, const Cells& mantissa, int guard, int sticky) {
  auto up = row.scratch();
  const auto t = row.scratch(2);
  row.nor(sticky, mantissa.front(), t[0]);
  row.not_gate(guard, t[1]);
  row.nor(t[0], t[1], up);
  return up;
}
/// mantissa += up; the carry out, which becomes the highest bit too [10 n + 4]
inline row::ScratchCell round(SerialRow& row, const Cells& mantissa, row::ScratchCell up) {
  auto overflow = row.scratch();
  add_bit(row, mantissa, {.in = up, .out = overflow});
  up.release();
  or_gate(row, mantissa.back(), overflow, mantissa.back());
  return overflow;
}
/// exponent += two bits [18 + 10 (Ne - 1)]
inline void add_two_bits(SerialRow& row, const Cells& exponent, int a, int b) {
  const auto carry = row.scratch();
  full_add(row, a, b, exponent[0], exponent[0], carry);
  add_bit(row, slice(exponent, 1, size(exponent) - 1), {.in = carry});
}
/// Clears the cells where the result has no highest bit or its exponent is out of range [6 + the cells]
inline void flush_to_zero(SerialRow& row, int highest, int out_of_range, const Cells& cells) {
  const auto is_zero = row.scratch();
  row.not_gate(highest, is_zero);
  or_gate(row, is_zero, out_of_range, is_zero);
  for (const int cell : cells) row.and_not(is_zero, cell);
}

/// The operands of an addition by their exponents: z holds the exponent and the mantissa of the one with the higher.
struct OrderedOperands {
  row::Scratch distance;  ///< exponent of x - exponent of y, two's complement
  row::ScratchCell swapped, not_swapped;
  row::Scratch smaller;  ///< mantissa of the other
};
/// z.exponent may be a bit longer than the operands'.
inline OrderedOperands order_operands(SerialRow& row, const SerialFloats& f) {
  const int ne = size(f.x.exponent);
  auto distance = row.scratch(ne + 1);
  auto swapped = row.scratch(), not_swapped = row.scratch();
  subtract(row, f.x.exponent, f.y.exponent, slice(distance, 0, ne), not_swapped);
  row.not_gate(not_swapped, distance[static_cast<std::size_t>(ne)]);
  row.not_gate(not_swapped, swapped);
  mux(row, swapped, not_swapped, f.y.exponent, f.x.exponent, slice(f.z.exponent, 0, ne));
  row.init(false, slice(f.z.exponent, ne, size(f.z.exponent) - ne));
  mux(row, swapped, not_swapped, f.y.mantissa, f.x.mantissa, f.z.mantissa);
  auto smaller = row.scratch(size(f.z.mantissa));
  mux(row, swapped, not_swapped, f.x.mantissa, f.y.mantissa, smaller);
  return {std::move(distance), std::move(swapped), std::move(not_swapped), std::move(smaller)};
}
/// distance = |distance|; clears a mantissa that is to be shifted by 2^stages or more.
inline void clear_distant(SerialRow& row, const Cells& distance, int stages, const Cells& mantissa) {
  absolute(row, distance);
  if (size(distance) - 1 <= stages) return;
  const auto distant = row.scratch();
  reduce_or(row, slice(distance, stages, size(distance) - stages), distant);
  for (const int cell : mantissa) row.and_not(distant, cell);
}
/// The low bits of an exponent distance that select the stages of a shift.
inline Cells low_bits(const Cells& distance, int stages) {
  return slice(distance, 0, std::min(stages, size(distance)));
}

/// z = x + y, numbers without sign: xe xm, y and z alike.
/// throws  std::invalid_argument: exponent_bits outside 2..11, mantissa_bits outside 1..52
inline row::Program<gate::NotNor> float_add_unsigned(int exponent_bits, int mantissa_bits) {
  check_format("published::float_add_unsigned", exponent_bits, mantissa_bits, 2, 1);
  SerialRow row;
  const SerialFloats f(row, exponent_bits, mantissa_bits, false);
  const Cells& mantissa = f.z.mantissa;
  const int stages = ceil_log2(mantissa_bits + 2);

  OrderedOperands ordered = order_operands(row, f);
  ordered.swapped.release(), ordered.not_swapped.release();
  clear_distant(row, ordered.distance, stages, ordered.smaller);
  const auto sticky = row.scratch(), guard = row.scratch();
  row.init(false, sticky), row.init(false, guard);
  shift(row, concat(guard, ordered.smaller), low_bits(ordered.distance, stages), sticky);
  ordered.distance.release();

  const auto carry = row.scratch();
  add(row, mantissa, ordered.smaller, mantissa, {.out = carry});
  shift(row, concat(guard, mantissa), {carry}, sticky);

  const auto overflow = round(row, mantissa, rounding_bit(row, mantissa, guard, sticky));
  add_two_bits(row, f.z.exponent, carry, overflow);
  return row.finish("Serial Floating Addition Unsigned: " + std::to_string(exponent_bits) + "-bit exponent and " +
                    std::to_string(mantissa_bits) + "-bit mantissa");
}

/// z = x + y, where y has the sign bit `y_sign`.
inline void add_signed(SerialRow& row, SerialFloats& f, int y_sign) {
  const int ne = size(f.x.exponent), n = size(f.z.mantissa), stages = ceil_log2(n + 2);
  const Cells& mantissa = f.z.mantissa;
  const int x_sign = *f.x.sign;
  const auto unused = row.scratch();
  row.init(false, unused);
  const auto exponent_top = row.scratch();
  f.z.exponent.push_back(exponent_top);

  OrderedOperands ordered = order_operands(row, f);
  clear_distant(row, ordered.distance, stages, ordered.smaller);
  const auto guard = row.scratch(), round_bit = row.scratch(), sticky = row.scratch();
  row.init(false, {sticky, guard, round_bit});
  shift(row, concat(round_bit, guard, ordered.smaller), low_bits(ordered.distance, stages), sticky);
  ordered.distance.release();

  auto differ = row.scratch(), not_differ = row.scratch();  // the signs
  xor_gate(row, x_sign, y_sign, differ);
  row.not_gate(differ, not_differ);
  auto carry = row.scratch();
  add_inverted(row, mantissa, differ, not_differ, ordered.smaller, mantissa, {.in = differ, .out = carry});
  ordered.smaller.release();
  auto negative = row.scratch(), not_negative = row.scratch();
  {
    const auto top = row.scratch();  // sign of the sum, then its carry
    row.nor(not_differ, carry, negative);
    row.not_gate(negative, not_negative);
    row.not_gate(not_negative, top);
    absolute(row, concat(sticky, round_bit, guard, mantissa, top));
    row.and_not(differ, carry);
    copy(row, carry, top);
    shift(row, concat(round_bit, guard, mantissa, top), {carry}, sticky);
  }
  {
    const auto amount = row.scratch(ne + 1);
    const int levels = std::min(stages, ne + 1);
    normalise(row, reversed(concat(round_bit, guard, mantissa)), slice(amount, 0, levels));
    row.init(false, slice(amount, levels, ne + 1 - levels));
    subtract(row, f.z.exponent, amount, f.z.exponent);
  }
  or_gate(row, round_bit, sticky, sticky);
  {
    const auto overflow = round(row, mantissa, rounding_bit(row, mantissa, guard, sticky));
    add_two_bits(row, f.z.exponent, carry, overflow);
  }
  carry.release();
  const auto sign = row.scratch();
  {
    const auto not_x = row.scratch();
    row.not_gate(x_sign, not_x);
    row.nor(y_sign, not_x, sign);
  }
  xor_gate(row, sign, ordered.swapped, ordered.not_swapped, sign);
  xor_gate(row, sign, not_negative, negative, sign);
  mux(row, not_differ, differ, x_sign, sign, *f.z.sign);
  differ.release(), not_differ.release();
  flush_to_zero(row, f.z.hidden(), exponent_top, concat(*f.z.sign, f.z.exponent, mantissa));
}
/// z = x + y. Exact where mantissa_bits <= 2^exponent_bits + 1: cancellation in wider mantissas wraps the exponent.
/// throws  std::invalid_argument: exponent_bits outside 2..11, mantissa_bits outside 1..52
inline row::Program<gate::NotNor> float_add_signed(int exponent_bits, int mantissa_bits) {
  check_format("published::float_add_signed", exponent_bits, mantissa_bits, 2, 1);
  SerialRow row;
  SerialFloats f(row, exponent_bits, mantissa_bits, true);
  add_signed(row, f, *f.y.sign);
  return row.finish(float_title("Serial Floating Addition Signed", exponent_bits, mantissa_bits));
}
/// z = x - y: an addition of -y, two cycles longer and exact where that is.
/// throws  std::invalid_argument: exponent_bits outside 2..11, mantissa_bits outside 1..52
inline row::Program<gate::NotNor> float_subtract(int exponent_bits, int mantissa_bits) {
  check_format("published::float_subtract", exponent_bits, mantissa_bits, 2, 1);
  SerialRow row;
  SerialFloats f(row, exponent_bits, mantissa_bits, true);
  const auto y_sign = row.scratch();
  row.not_gate(*f.y.sign, y_sign);
  add_signed(row, f, y_sign);
  return row.finish(float_title("Serial Floating Subtraction", exponent_bits, mantissa_bits));
}

/// z = x * y.
/// throws  std::invalid_argument: exponent_bits outside 2..11, mantissa_bits outside 1..52
inline row::Program<gate::NotNor> float_multiply(int exponent_bits, int mantissa_bits) {
  check_format("published::float_multiply", exponent_bits, mantissa_bits, 2, 1);
  SerialRow row;
  SerialFloats f(row, exponent_bits, mantissa_bits, true);
  const int ne = exponent_bits;
  const Cells& mantissa = f.z.mantissa;
  const auto zero = row.scratch(), exponent_top = row.scratch();
  row.init(false, zero);
  f.z.exponent.push_back(exponent_top);

  auto carry = row.scratch();
  auto low = row.scratch(mantissa_bits - 1);
  const auto guard = row.scratch();
  multiply(row, f.x.mantissa, f.y.mantissa, concat(low, guard, mantissa, carry));
  const auto sticky = row.scratch();
  reduce_or(row, low, sticky);
  low.release();
  row.init(true, Cells{f.z.exponent.front(), f.z.exponent[static_cast<std::size_t>(ne) - 1],
                       exponent_top});  // minus the bias
  row.init(false, slice(f.z.exponent, 1, ne - 2));
  {
    const auto top = row.scratch();
    copy(row, carry, top);
    shift(row, concat(guard, mantissa, top), {carry}, sticky);
  }
  auto overflow = round(row, mantissa, rounding_bit(row, mantissa, guard, sticky));
  add(row, concat(f.x.exponent, zero), f.z.exponent, f.z.exponent, {.in = overflow});
  add(row, concat(f.y.exponent, zero), f.z.exponent, f.z.exponent, {.in = carry});
  overflow.release(), carry.release();
  xor_gate(row, *f.x.sign, *f.y.sign, *f.z.sign);
  flush_to_zero(row, f.z.hidden(), exponent_top, concat(*f.z.sign, f.z.exponent, mantissa));
  return row.finish(float_title("Serial Floating Multiplication", exponent_bits, mantissa_bits));
}

/// z = x / y; where y is 0, z is no number.
/// throws  std::invalid_argument: exponent_bits outside 2..11, mantissa_bits outside 1..52
inline row::Program<gate::NotNor> float_divide(int exponent_bits, int mantissa_bits) {
  check_format("published::float_divide", exponent_bits, mantissa_bits, 2, 1);
  SerialRow row;
  SerialFloats f(row, exponent_bits, mantissa_bits, true);
  const int ne = exponent_bits, nm = mantissa_bits;
  const Cells& mantissa = f.z.mantissa;
  const auto zero = row.scratch(), exponent_top = row.scratch();
  row.init(false, zero);
  f.z.exponent.push_back(exponent_top);

  auto guard = row.scratch(), round_bit = row.scratch();
  auto remainder = row.scratch(nm + 3);
  divide(row, concat(repeat(zero, nm + 2), f.x.mantissa, repeat(zero, 3)), concat(f.y.mantissa, repeat(zero, 2)),
         concat(round_bit, guard, mantissa), remainder);
  const auto sticky = row.scratch();
  reduce_or(row, remainder, sticky);
  remainder.release();
  row.init(true, slice(f.z.exponent, 0, ne - 1));  // the bias
  row.init(false, slice(f.z.exponent, ne - 1, 2));
  {
    const auto below_one = row.scratch();
    row.not_gate(f.z.hidden(), below_one);
    row.not_gate(below_one, f.z.exponent.front());
    shift(row, reversed(concat(sticky, round_bit, guard, mantissa)), {below_one});
  }
  or_gate(row, round_bit, sticky, sticky);
  auto up = rounding_bit(row, mantissa, guard, sticky);
  guard.release(), round_bit.release();
  auto overflow = round(row, mantissa, std::move(up));
  add(row, f.z.exponent, concat(f.x.exponent, zero), f.z.exponent, {.in = overflow});
  subtract(row, f.z.exponent, concat(f.y.exponent, zero), f.z.exponent);
  overflow.release();
  xor_gate(row, *f.x.sign, *f.y.sign, *f.z.sign);
  f.z.exponent.pop_back();
  flush_to_zero(row, f.x.hidden(), exponent_top, concat(*f.z.sign, f.z.exponent, mantissa));
  return row.finish(float_title("Serial Floating Division", exponent_bits, mantissa_bits));
}

}  // namespace pim::arith::published
