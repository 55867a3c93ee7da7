#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <pim/arith/published/float_programs.hpp>
#include <pim/arith/published/parallel_fixed.hpp>
#include <pim/arith/published/parallel_float_blocks.hpp>

/// The partition-parallel floating-point programs of AritPIM (Leitersdorf et al., TETC 2023), gate by gate. One bit of
/// every operand per partition: sign, exponent, mantissa, each from its lowest bit. Their results are those of
/// reference/published_float.hpp.
namespace pim::arith::published {

/// z = x + y, numbers without sign: xe xm, y and z alike.
/// throws  std::invalid_argument: exponent_bits outside 3..11, mantissa_bits outside 2..52
inline row::Program<gate::NotNor> parallel_float_add_unsigned(int exponent_bits, int mantissa_bits) {
  check_format("published::parallel_float_add_unsigned", exponent_bits, mantissa_bits, 3, 2);
  const FloatLanes at(exponent_bits, mantissa_bits, false);
  ParallelRow row(at.partitions());
  const ParallelFloats f(row, at, false);
  const int stages = ceil_log2(mantissa_bits + 2);
  const Lanes &lanes = at.significand, tail = at.below(2), shifted{tail.last(), lanes.count + 1};

  ParallelOrder order = order_operands(row, f);
  order.swapped.release(), order.not_swapped.release();
  const int x = order.larger, y = order.smaller;
  clear_distant(row, at, order.distance, stages, y);
  const auto x_tail = row.extend(x, tail);
  auto y_tail = row.extend(y, tail);
  row.init(false, y, tail);
  shift(row, shifted, y, low_bits(at.exponent, order.distance, stages), row::Cell{tail.first, y});
  order.distance.release();

  const auto carry = row.scratch(0);
  add(row, lanes, x, y, x, {.out = row::Cell{0, carry}});
  {
    const auto complement = row.scratch(tail);
    row.not_gate(y, complement, tail);
    row.not_gate(complement, x, tail);
  }
  order.smaller.release(), y_tail.release();
  shift(row, shifted, x, {{0, carry}}, row::Cell{tail.first, x});
  rounding_bit(row, tail, x);
  const auto overflow = row.scratch(0);
  add_bit(row, lanes, x, {.in = row::Cell{tail.last(), x}, .out = row::Cell{0, overflow}});
  {
    const auto exponent_carry = row.scratch(0);
    full_add(row, {0}, carry, overflow, f.z, f.z, exponent_carry);
    // One place too far up, where the mantissa is stored later.
    add_bit(row, {1, exponent_bits}, f.z, {.in = row::Cell{0, exponent_carry}});
  }
  store(row, lanes.slice(0, mantissa_bits), x, 1, at.mantissa, row.scratch(at.mantissa), f.z);
  return row.finish("Parallel Floating Addition Unsigned: " + std::to_string(exponent_bits) + "-bit exponent, and " +
                    std::to_string(mantissa_bits) + "-bit mantissa");
}

/// z = x + y, or x - y.
inline void add_signed(ParallelRow& row, const ParallelFloats& f, bool subtracts) {
  const FloatLanes& at = f.at;
  const Lanes &lanes = at.significand, tail = at.below(3), sign = at.sign;
  const Lanes shifted{tail.first + 1, lanes.count + 2}, whole{tail.first, lanes.count + 3};
  const int mantissa_bits = at.mantissa.count, stages = ceil_log2(mantissa_bits + 3), top = lanes.last();
  const int carry_place = at.exponent.first;

  ParallelOrder order = order_operands(row, f);
  const int x = order.larger, y = order.smaller;
  clear_distant(row, at, order.distance, stages, y);
  const auto x_tail = row.extend(x, tail);
  auto y_tail = row.extend(y, tail);
  row.init(false, y, tail);
  shift(row, shifted, y, low_bits(at.exponent, order.distance, stages), row::Cell{tail.first, y});
  order.distance.release();

  std::optional<ScratchLanes> not_y;
  if (subtracts) {
    not_y.emplace(row.scratch(0));
    row.not_gate(f.y, *not_y, sign);
  }
  const int y_sign = subtracts ? int{*not_y} : f.y;
  auto differ = row.scratch(at.all()), not_differ = row.scratch(at.all());  // the signs
  row.init(true, differ, at.all());
  row.init(true, not_differ, at.all());
  xor_gate(row, sign, f.x, y_sign, differ);
  row.not_gate(differ, not_differ, sign);
  broadcast(row, at.all(), differ, not_differ);
  row.init(false, x, tail);
  xor_gate(row, whole, y, differ, y);
  const auto carry = row.scratch(carry_place);
  add(row, whole, x, y, x, {.in = row::Cell{top, differ}, .out = row::Cell{carry_place, carry}});
  order.smaller.release(), y_tail.release();
  auto kept_differ = row.scratch(0);
  row.not_gate(not_differ, kept_differ, sign);
  differ.release();
  auto negative = row.scratch(at.all()), not_negative = row.scratch(at.all());
  row.init(true, negative, at.all());
  row.and_nor(not_differ, carry, negative, across(carry_place, 0));
  row.init(true, not_negative, at.all());
  row.and_not(negative, not_negative, sign);
  broadcast(row, at.all(), negative, not_negative);
  not_differ.release();
  xor_gate(row, whole, x, negative, x);
  add_bit(row, whole, x, {.in = row::Cell{top, negative}});
  negative.release();
  auto kept_negative = row.scratch(0);
  row.not_gate(not_negative, kept_negative, sign);
  not_negative.release();

  row.and_not(kept_differ, carry, across(0, carry_place));
  shift(row, shifted, x, {{carry_place, carry}}, row::Cell{tail.first, x});
  or_from(row, {carry_place, carry}, top, x);

  const auto exponent = row.scratch(at.wide_exponent);
  {
    const auto complement = row.scratch(at.wide_exponent);
    row.init(true, complement, at.wide_exponent);
    row.and_not(f.z, complement, at.exponent);
    row.not_gate(complement, exponent, at.wide_exponent);
  }
  {
    const auto amount = row.scratch(at.wide_exponent);
    row.init(false, amount, at.wide_exponent);
    normalise(row, shifted.reversed(), x, low_bits(at.exponent, amount, ceil_log2(mantissa_bits + 2)));
    subtract(row, at.wide_exponent, exponent, amount, exponent);
  }
  or_from_above(row, tail.first, x);
  rounding_bit(row, tail, x);
  {
    const auto overflow = row.scratch(carry_place);
    add_bit(row, lanes, x, {.in = row::Cell{tail.last(), x}, .out = row::Cell{carry_place, overflow}});
    or_from(row, {carry_place, overflow}, top, x);
    const auto exponent_carry = row.scratch(carry_place);
    full_add(row, {carry_place}, carry, overflow, exponent, exponent, exponent_carry);
    add_bit(row, at.wide_exponent.slice(1, at.exponent.count), exponent,
            {.in = row::Cell{carry_place, exponent_carry}});
  }
  // The source starts one place too low, at the guard.
  store(row, {lanes.first - 1, mantissa_bits + 1}, x, 1, at.mantissa, row.scratch(at.mantissa), f.z);
  {
    const auto complement = row.scratch(at.exponent);
    row.not_gate(exponent, complement, at.exponent);
    row.not_gate(complement, f.z, at.exponent);
  }

  {
    const auto result = row.scratch(0);  // sign where the signs differ
    {
      const auto complement = row.scratch(0);
      row.not_gate(y_sign, complement, sign);
      row.nor(f.x, complement, result, sign);
    }
    {
      const auto not_result = row.scratch(0), t0 = row.scratch(0), t1 = row.scratch(0);
      row.not_gate(result, not_result, sign);
      row.nor(result, order.swapped, t0, sign);
      row.nor(not_result, order.not_swapped, t1, sign);
      row.nor(t0, t1, result, sign);
    }
    xnor_gate(row, sign, result, kept_negative, result);
    const auto same = row.scratch(0);
    row.not_gate(kept_differ, same, sign);
    mux(row, sign, kept_differ, same, result, f.x, f.z);
  }
  order.swapped.release(), order.not_swapped.release(), kept_differ.release();
  const auto is_zero = zero_condition(row, {top, x}, {at.wide_exponent.last(), exponent});
  clear_each(row, is_zero, {1, at.partitions() - 1}, f.z);
  clear_each(row, is_zero, sign, f.z);
}
/// z = x + y.
/// throws  std::invalid_argument: exponent_bits outside 3..11, mantissa_bits outside 2..52
inline row::Program<gate::NotNor> parallel_float_add_signed(int exponent_bits, int mantissa_bits) {
  check_format("published::parallel_float_add_signed", exponent_bits, mantissa_bits, 3, 2);
  const FloatLanes at(exponent_bits, mantissa_bits, true);
  ParallelRow row(at.partitions());
  const ParallelFloats f(row, at, true);
  add_signed(row, f, false);
  return row.finish(float_title("Parallel Floating Addition Signed", exponent_bits, mantissa_bits));
}
/// z = x - y: an addition of -y, two cycles longer.
/// throws  std::invalid_argument: exponent_bits outside 3..11, mantissa_bits outside 2..52
inline row::Program<gate::NotNor> parallel_float_subtract(int exponent_bits, int mantissa_bits) {
  check_format("published::parallel_float_subtract", exponent_bits, mantissa_bits, 3, 2);
  const FloatLanes at(exponent_bits, mantissa_bits, true);
  ParallelRow row(at.partitions());
  const ParallelFloats f(row, at, true);
  add_signed(row, f, true);
  return row.finish(float_title("Parallel Floating Subtraction", exponent_bits, mantissa_bits));
}

/// to = the exponent of an operand, a 0 above it, through the cell `complement`. [5]
inline void copy_exponent(ParallelRow& row, const FloatLanes& at, int operand, int complement, int to) {
  row.init(true, to, at.exponent);
  row.not_gate(operand, complement, at.exponent);
  row.and_not(complement, to, at.exponent);
}
/// Sign, and +0 where the exponent is out of range or the significand has no highest bit; then the exponent moves to z.
inline void finish_product(ParallelRow& row, const ParallelFloats& f, row::Cell highest, int exponent) {
  const FloatLanes& at = f.at;
  xor_gate(row, at.sign, f.x, f.y, f.z);
  const auto is_zero = zero_condition(row, highest, {at.wide_exponent.last(), exponent});
  clear_each(row, is_zero, at.wide_exponent, exponent);
  clear_each(row, is_zero, at.mantissa, f.z);
  clear_each(row, is_zero, at.sign, f.z);
  const auto complement = row.scratch(at.exponent);
  row.init(true, complement, at.exponent);
  row.init(true, f.z, at.exponent);
  row.and_not(exponent, complement, at.exponent);
  row.and_not(complement, f.z, at.exponent);
}

/// z = x * y.
/// throws  std::invalid_argument: exponent_bits outside 3..11, mantissa_bits outside 2..52
inline row::Program<gate::NotNor> parallel_float_multiply(int exponent_bits, int mantissa_bits) {
  check_format("published::parallel_float_multiply", exponent_bits, mantissa_bits, 3, 2);
  const FloatLanes at(exponent_bits, mantissa_bits, true);
  ParallelRow row(at.partitions());
  const ParallelFloats f(row, at, true);
  const Lanes &lanes = at.significand, tail = at.below(3), product{lanes.first - 1, lanes.count};
  const int top = lanes.last(), ne = exponent_bits;

  auto x = load_significand(row, at, f.x), y = load_significand(row, at, f.y);
  auto low = row.scratch(lanes);
  const auto high = row.scratch(lanes);
  multiply(row, lanes, x, y, low, high);
  x.release(), y.release();

  // The product's highest bit is its carry; below the mantissa go guard and sticky.
  const auto high_tail = row.extend(high, tail);
  auto t = row.scratch(at.all());
  row.init(true, t, at.all());
  row.and_not(high, t, across(top, 0));
  auto carry = row.scratch(0);
  row.not_gate(t, carry, at.sign);
  row.and_not(low, t, across(top, tail.at(2)));
  row.init(true, high, tail.slice(1, 2));
  row.and_not(t, high, tail.place(2));
  row.and_not(low, t, across(top - 1, tail.at(1)));
  row.and_not(t, high, tail.place(1));
  t.release();
  reduce_or(row, lanes.slice(0, mantissa_bits - 1), low, {tail.first, high});
  low.release();
  shift(row, {tail.at(1), lanes.count + 2}, high, {{0, carry}}, row::Cell{tail.first, high});
  rounding_bit(row, tail.slice(0, 2), high);
  const auto overflow = row.scratch(product.last());
  add_bit(row, product, high, {.in = row::Cell{tail.at(1), high}, .out = row::Cell{product.last(), overflow}});
  or_gate(row, {product.last()}, overflow, high, high);
  auto mantissa_complement = row.scratch(at.mantissa);
  store(row, product.slice(0, mantissa_bits), high, 2, at.mantissa, mantissa_complement, f.z);

  const auto exponent = row.scratch(at.wide_exponent);
  row.init(false, exponent, at.wide_exponent);  // minus the bias
  for (const int bit : {0, ne - 1, ne}) row.init(true, exponent, at.wide_exponent.place(bit));
  {
    const auto addend = row.scratch(at.wide_exponent), complement = row.scratch(at.wide_exponent);
    mantissa_complement.release();
    row.init(false, addend, at.wide_exponent.place(ne));
    copy_exponent(row, at, f.x, complement, addend);
    add(row, at.wide_exponent, exponent, addend, exponent, {.in = row::Cell{0, carry}});
    copy_exponent(row, at, f.y, complement, addend);
    add(row, at.wide_exponent, exponent, addend, exponent, {.in = row::Cell{product.last(), overflow}});
  }
  carry.release();
  finish_product(row, f, {product.last(), high}, exponent);
  return row.finish(float_title("Parallel Floating Multiplication", exponent_bits, mantissa_bits));
}

/// z = x / y; where y is 0, z is no number.
/// throws  std::invalid_argument: exponent_bits outside 3..11, mantissa_bits outside 2..52
inline row::Program<gate::NotNor> parallel_float_divide(int exponent_bits, int mantissa_bits) {
  check_format("published::parallel_float_divide", exponent_bits, mantissa_bits, 3, 2);
  const FloatLanes at(exponent_bits, mantissa_bits, true);
  ParallelRow row(at.partitions());
  const ParallelFloats f(row, at, true);
  const Lanes &lanes = at.significand, tail = at.below(3);
  const Lanes whole{tail.first, lanes.count + 3}, quotient_lanes{tail.at(1), lanes.count + 2};
  const int top = lanes.last(), ne = exponent_bits;

  auto x = load_significand(row, at, f.x), y = load_significand(row, at, f.y);
  auto x_tail = row.extend(x, tail), y_tail = row.extend(y, tail.slice(1, 2));
  const auto move_down = [&](int operand, int distance, const Lanes& target, int complement) {
    row.init(true, complement, target);
    for (const row::Section& s : moves(lanes, -distance)) row.and_not(operand, complement, s);
    row.not_gate(complement, operand, target);
  };
  std::optional<ScratchLanes> complement(row.scratch(whole));
  move_down(x, 3, whole, *complement);
  auto low = row.scratch(quotient_lanes);  // of the dividend: the bit that x lost at its lower end
  row.init(true, low, {top});
  row.init(true, *complement, {top});
  row.init(false, low, quotient_lanes.slice(0, lanes.count + 1));
  row.and_not(x, *complement, across(tail.first, top));
  row.and_not(*complement, low, {top});
  move_down(y, 2, quotient_lanes, *complement);
  complement.reset();
  const auto quotient = row.scratch(quotient_lanes);
  auto remainder = row.scratch(quotient_lanes);
  divide(row, quotient_lanes, x, low, y, quotient, remainder);
  x.release(), x_tail.release(), y.release(), y_tail.release(), low.release();

  const auto sticky = row.extend(quotient, tail.place(0));
  reduce_or(row, quotient_lanes, remainder, {tail.first, quotient});
  remainder.release();
  const int norm_place = std::max(0, tail.first - 1);
  auto below_one = row.scratch(norm_place);
  row.not_gate(quotient, below_one, across(top, norm_place));
  shift(row, whole.reversed(), quotient, {{norm_place, below_one}});
  or_from_above(row, tail.first, quotient);
  rounding_bit(row, tail, quotient);
  const auto overflow = row.scratch(top);
  add_bit(row, lanes, quotient, {.in = row::Cell{tail.last(), quotient}, .out = row::Cell{top, overflow}});
  or_gate(row, {top}, overflow, quotient, quotient);
  store(row, lanes.slice(0, mantissa_bits), quotient, 1, at.mantissa, row.scratch(at.mantissa), f.z);

  const auto exponent = row.scratch(at.wide_exponent);
  row.init(true, exponent, at.wide_exponent.slice(0, ne - 1));  // the bias
  row.init(false, exponent, at.wide_exponent.slice(ne - 1, 2));
  row.and_not(below_one, exponent, across(norm_place, at.exponent.first));
  below_one.release();
  {
    const auto addend = row.scratch(at.wide_exponent), exponent_complement = row.scratch(at.wide_exponent);
    row.init(false, addend, at.wide_exponent.place(ne));
    copy_exponent(row, at, f.x, exponent_complement, addend);
    add(row, at.wide_exponent, exponent, addend, exponent, {.in = row::Cell{top, overflow}});
    copy_exponent(row, at, f.y, exponent_complement, addend);
    subtract(row, at.wide_exponent, exponent, addend, exponent);
  }
  finish_product(row, f, {top, quotient}, exponent);
  return row.finish(float_title("Parallel Floating Division", exponent_bits, mantissa_bits));
}

}  // namespace pim::arith::published
