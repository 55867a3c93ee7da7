#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pim/arith/published/parallel_blocks.hpp>

/// What the partition-parallel floating-point programs of AritPIM (Leitersdorf et al., TETC 2023) are made of.
namespace pim::arith::published {

/// Where the fields of a number are.
struct FloatLanes {
  Lanes sign, exponent, mantissa;
  Lanes significand;    ///< the mantissa one partition down, then its hidden bit
  Lanes wide_exponent;  ///< and a bit above

  FloatLanes(int ne, int nm, bool with_sign) : sign{0} {
    const int first = with_sign ? 1 : 0;
    exponent = {first, ne};
    mantissa = {first + ne, nm};
    significand = {first + ne - 1, nm + 1};
    wide_exponent = {first, ne + 1};
  }
  int partitions() const { return mantissa.last() + 1; }
  Lanes all() const { return {0, partitions()}; }
  /// `count` partitions below the significand
  Lanes below(int count) const { return {significand.first - count, count}; }
};
/// Cells of the operands: each has one index in all partitions.
struct ParallelFloats {
  FloatLanes at;
  int x, y, z;

  ParallelFloats(ParallelRow& row, const FloatLanes& lanes, bool with_sign)
      : at(lanes),
        x(operand(row, "x", &ParallelRow::input, with_sign)),
        y(operand(row, "y", &ParallelRow::input, with_sign)),
        z(operand(row, "z", &ParallelRow::output, with_sign)) {}

 private:
  int operand(ParallelRow& row, const std::string& name, int (ParallelRow::*add)(std::string, const Lanes&),
              bool with_sign) const {
    if (with_sign) (row.*add)(name + "s", at.sign);
    (row.*add)(name + "e", at.exponent);
    return (row.*add)(name + "m", at.mantissa);
  }
};

/// to = the cells `from` of `source`, `distance` partitions away, by way of `complement`.
/// [3 + min(|distance| + 1, cells)]
inline void store(ParallelRow& row, const Lanes& source, int from, int distance, const Lanes& target, int complement,
                  int to) {
  row.init(true, to, target);
  row.init(true, complement, target);
  for (const row::Section& s : moves(source, distance)) row.and_not(from, complement, s);
  row.and_not(complement, to, target);
}
/// The significand of an operand with its hidden bit, the OR of the exponent. [10 + 2 L(exponent)]
inline ScratchLanes load_significand(ParallelRow& row, const FloatLanes& at, int operand) {
  auto significand = row.scratch(at.significand);
  {
    const Lanes target = at.significand.slice(0, at.mantissa.count);
    const auto complement = row.scratch(target);
    row.init(true, significand, at.significand);
    row.init(true, complement, target);
    for (const row::Section& s : moves(at.mantissa, -1)) row.and_not(operand, complement, s);
    row.and_not(complement, significand, target);
  }
  reduce_or(row, at.exponent, operand, {at.significand.last(), significand});
  return significand;
}
/// 1 in the guard's cell where the mantissa is to be rounded up, to nearest with ties to even. `tail`: from the sticky
/// bit to the guard, right below the mantissa. [6]
inline void rounding_bit(ParallelRow& row, const Lanes& tail, int x) {
  const Lanes sticky = tail.place(0);
  const auto t = row.scratch(tail), lowest = row.scratch(sticky);
  row.init(true, t, tail);
  row.and_not(x, t, across(tail.last() + 1, tail.first));
  row.not_gate(t, lowest, sticky);
  row.and_nor(x, lowest, t, across(tail.first, tail.last()));
  row.and_not(t, x, tail.place(tail.count - 1));
}
/// x of `to` |= x of the partition above it. [8]
inline void or_from_above(ParallelRow& row, int to, int x) {
  const Lanes lane{to};
  const auto t0 = row.scratch(lane), t1 = row.scratch(lane);
  row.init(true, t0, lane);
  row.init(true, t1, lane);
  row.and_not(x, t0, across(to + 1, to));
  row.and_not(t0, t1, lane);
  row.nor(t1, x, t0, lane);
  row.not_gate(t0, x, lane);
}
/// x of `to` |= a bit of any partition. [8]
inline void or_from(ParallelRow& row, row::Cell bit, int to, int x) {
  const Lanes lane{to};
  const auto complement = row.scratch(lane), copy = row.scratch(lane);
  row.not_gate(bit.index, complement, across(bit.partition, to));
  row.not_gate(complement, copy, lane);
  or_gate(row, lane, copy, x, x);
}
/// In partition 0: 1 where the result has no highest bit or the exponent is out of range. [6]
inline ScratchLanes zero_condition(ParallelRow& row, row::Cell highest, row::Cell out_of_range) {
  auto is_zero = row.scratch(0);
  const Lanes lane{out_of_range.partition};
  const auto none = row.scratch(lane), neither = row.scratch(lane);
  row.not_gate(highest.index, none, across(highest.partition, out_of_range.partition));
  row.nor(out_of_range.index, none, neither, lane);
  row.not_gate(neither, is_zero, across(out_of_range.partition, 0));
  return is_zero;
}
/// x &= ~bit of partition 0, a partition after the other. [places]
inline void clear_each(ParallelRow& row, int bit, const Lanes& lanes, int x) {
  for (int i = 0; i < lanes.count; ++i) row.and_not(bit, x, across(0, lanes.at(i)));
}
inline std::vector<row::Cell> low_bits(const Lanes& lanes, int x, int count) {
  std::vector<row::Cell> bits;
  for (int i = 0; i < std::min(count, lanes.count); ++i) bits.push_back({lanes.at(i), x});
  return bits;
}

/// The operands of an addition by their exponents.
struct ParallelOrder {
  ScratchLanes larger, smaller;  ///< significands
  ScratchLanes distance;         ///< exponent of x - exponent of y, two's complement
  ScratchLanes swapped, not_swapped;
};
/// z gets the higher exponent.
inline ParallelOrder order_operands(ParallelRow& row, const ParallelFloats& f) {
  const FloatLanes& at = f.at;
  auto larger = load_significand(row, at, f.x), smaller = load_significand(row, at, f.y);
  auto distance = row.scratch(at.wide_exponent);
  auto swapped = row.scratch(at.all());
  const int above = at.wide_exponent.last();
  auto not_less = row.scratch(0);
  subtract(row, at.exponent, f.x, f.y, distance, row::Cell{0, not_less});
  row.not_gate(not_less, swapped, across(0, above));
  row.not_gate(not_less, distance, across(0, above));
  auto not_swapped = row.scratch(at.all());
  row.init(true, not_swapped, at.all());
  row.and_not(swapped, not_swapped, across(above, 0));
  row.init(true, swapped, at.all());
  row.and_not(not_swapped, swapped, Lanes{0});
  broadcast(row, at.all(), swapped, not_swapped);

  mux(row, at.exponent, swapped, not_swapped, f.y, f.x, f.z);
  const Lanes& lanes = at.significand;
  const auto t0 = row.scratch(lanes), t1 = row.scratch(lanes), t2 = row.scratch(lanes), t3 = row.scratch(lanes);
  row.nor(larger, not_swapped, t0, lanes);
  row.nor(smaller, swapped, t1, lanes);
  row.nor(larger, swapped, t2, lanes);
  row.nor(smaller, not_swapped, t3, lanes);
  row.nor(t0, t1, smaller, lanes);
  row.nor(t2, t3, larger, lanes);
  return {std::move(larger), std::move(smaller), std::move(distance), std::move(swapped), std::move(not_swapped)};
}
/// distance = |distance|; clears a significand that is to be shifted by 2^stages or more.
inline void clear_distant(ParallelRow& row, const FloatLanes& at, int distance, int stages, int significand) {
  absolute(row, at.wide_exponent, distance);
  if (at.exponent.count <= stages) return;
  const Lanes high = at.exponent.slice(stages, at.exponent.count - stages);
  reduce_or(row, high, distance, {high.first, distance});
  for (int i = 0; i < at.significand.count; ++i)
    row.and_not(distance, significand, across(high.first, at.significand.at(i)));
}

}  // namespace pim::arith::published
