#pragma once
#include <string>
#include <utility>

#include <pim/arith/partitioned_cells.hpp>
#include <pim/core/check.hpp>

/// Partition-parallel fixed-point programs in fewer cycles and gates than published, with the published operands: bit i
/// of each in partition i, a partition per bit, the same names and indices.
/// source  structure and operand layout: Leitersdorf et al., AritPIM, IEEE TETC 2023
namespace pim::arith::partitioned {

/// x * y: the low half is written to `low`, which holds ones, and the high half is returned. Carry-save additions of
/// one partial product after the other; carries stay, sums move down one partition. Destroys `sum`.
/// shapes  x, y, low, sum: the same partitions
template <gate::GateSet G>
Nor multiply(PartitionedBlocks<G>& blocks, const Lane& x, const Lane& y, const Lane& low, const Lane& sum) {
  const int first = x.first(), bits = x.count();
  Lane no_x = blocks.not_(x);
  const auto product = [&](int k) {
    Lane p = blocks.broadcast(y.cell(first + k), false, first, bits, false).yes;
    blocks.and_not(p, no_x);
    return p;
  };
  Lane carry;
  blocks.set(sum.highest(), false);
  const auto move = [&](int k, const Nor& total) {
    blocks.set(sum.lowest(bits - 1), true);
    blocks.and_nor(low.cell(first + k), total.a.lowest(), total.b.lowest());
    blocks.and_nor(sum.lowest(bits - 1), total.a.highest(bits - 1), total.b.highest(bits - 1));
  };
  {
    const Lane no_p = blocks.not_(product(0));
    blocks.set(sum.lowest(bits - 1), true);
    blocks.and_not(low.lowest(), no_p.lowest());
    blocks.and_not(sum.lowest(bits - 1), no_p.highest(bits - 1));
  }
  for (int k = 1; k < bits; ++k) {
    const Lane p = product(k);
    if (k == 1) {
      const Lane neither = blocks.nor(sum, p);
      blocks.and_not(p, blocks.nor(sum, neither));
      move(k, {neither, p});
      carry = p;
      continue;
    }
    const Lane neither = blocks.nor(sum, carry), only_sum = blocks.nor(carry, neither);
    blocks.and_not(carry, sum);
    const Lane same = blocks.nor(only_sum, carry), lone = blocks.nor(same, p);  // lone: one of the two, and not p
    blocks.set(only_sum, true);
    blocks.and_nor(only_sum, same, lone);
    blocks.and_not(same, p);
    move(k, {same, only_sum});
    blocks.set(carry, true);
    blocks.and_nor(carry, neither, lone);
  }
  if (bits == 1) return {no_x, blocks.ones(first, 1)};  // x * y is one bit
  no_x = {};
  Lane no_carry = blocks.not_(carry);
  return blocks.add(sum, {std::move(carry), std::move(no_carry)}, CarryIn::zero()).bits;
}

/// One step of a restoring division: x - d where that, with `no_top` (complement of a bit above x; may be empty: 0), is
/// not negative, else x. Writes the quotient bit to `quotient`, a cell that holds 1; returns the complement of the
/// remainder. Destroys x.
template <gate::GateSet G>
Lane divide_step(PartitionedBlocks<G>& blocks, const Lane& x, const Lane& no_top, const Both& d, const Lane& quotient) {
  auto carries = blocks.prepare(x, d.no, d.yes, true);
  blocks.carry_in(carries, CarryIn::one());
  blocks.look_ahead(carries, x.count());
  carries.propagate = carries.no_propagate = {};
  const Lane no_quotient = carries.no_carry().highest();
  if (no_top.count() > 0) blocks.and_not(no_quotient, blocks.not_(no_top));
  blocks.and_not(quotient, no_quotient);
  const Nor difference = blocks.finish(carries, CarryIn::one());
  const Lane kept = blocks.broadcast(no_quotient, true, x.first(), x.count(), false).yes;
  blocks.and_not(x, kept);
  blocks.and_nor(kept, difference.a, difference.b);
  return blocks.nor(x, kept);
}

namespace detail {
template <gate::GateSet G>
PartitionedBlocks<G> row_of(const char* operation, int bits) {
  require_range("partitioned: bits", bits, 1, 64);
  PartitionedBlocks<G> blocks(bits);
  blocks.program().set_title("Parallel fixed " + std::string(operation) + ", " + std::to_string(bits) + " bits");
  return blocks;
}
template <gate::GateSet G>
Lane input(PartitionedBlocks<G>& blocks, std::string name) {
  Lane x = blocks.lane(0, blocks.partitions());
  blocks.program().add_input({std::move(name), x.cells()});
  return x;
}
template <gate::GateSet G>
row::Program<G> sum(const char* operation, int bits, bool difference) {
  auto blocks = row_of<G>(operation, bits);
  const Lane x = input(blocks, "x"), y = input(blocks, "y");
  Lane no_y = blocks.not_(y);
  const Nor total = difference ? blocks.add(x, {std::move(no_y), y}, CarryIn::one()).bits
                               : blocks.add(x, {y, std::move(no_y)}, CarryIn::zero()).bits;
  const Lane z = blocks.take(total);
  blocks.program().add_output({"z", z.cells()});
  return std::move(blocks.program());
}
}  // namespace detail

/// z = x + y modulo 2^bits
/// throws  std::invalid_argument: bits outside 1 to 64, here and below
template <gate::GateSet G>
row::Program<G> add(int bits) {
  return detail::sum<G>("add", bits, false);
}
/// z = x - y modulo 2^bits
template <gate::GateSet G>
row::Program<G> subtract(int bits) {
  return detail::sum<G>("subtract", bits, true);
}
/// w * 2^bits + z = x * y, unsigned
template <gate::GateSet G>
row::Program<G> multiply(int bits) {
  auto blocks = detail::row_of<G>("multiply", bits);
  const Lane x = detail::input(blocks, "x"), y = detail::input(blocks, "y");
  const Lane z = blocks.ones(0, bits), w = blocks.lane(0, bits);
  const Nor high = multiply(blocks, x, y, z, w);
  blocks.set(w, true);
  blocks.place(w, high);
  blocks.program().add_output({"z", z.cells()});
  blocks.program().add_output({"w", w.cells()});
  return std::move(blocks.program());
}
/// w * 2^bits + z = q * d + r, unsigned, where w < d; q and r are unspecified elsewhere
template <gate::GateSet G>
row::Program<G> divide(int bits) {
  auto blocks = detail::row_of<G>("divide", bits);
  const Lane w = detail::input(blocks, "w"), z = detail::input(blocks, "z"), d = detail::input(blocks, "d");
  const Lane q = blocks.ones(0, bits), r = blocks.lane(0, bits);
  const Lane no_d = blocks.not_(d), no_z = blocks.not_(z);
  Lane no_r = blocks.not_(w);
  for (int i = bits - 1; i >= 0; --i) {
    blocks.set(r, true);
    blocks.and_not(r.highest(bits - 1), no_r.lowest(bits - 1));
    blocks.and_not(r.lowest(), no_z.cell(i));
    no_r = divide_step(blocks, r, no_r.highest(), {d, no_d}, q.cell(i));
  }
  blocks.set(r, true);
  blocks.and_not(r, no_r);
  blocks.program().add_output({"q", q.cells()});
  blocks.program().add_output({"r", r.cells()});
  return std::move(blocks.program());
}

}  // namespace pim::arith::partitioned
