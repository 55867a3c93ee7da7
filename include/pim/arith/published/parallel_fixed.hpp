#pragma once
#include <string>
#include <utility>

#include <pim/arith/published/parallel_blocks.hpp>
#include <pim/core/check.hpp>

/// The partition-parallel fixed-point programs of AritPIM (Leitersdorf et al., TETC 2023), gate by gate: n partitions,
/// bit i of every operand in partition i.
namespace pim::arith::published {

/// A full adder in each place, without its last gates, which move its outputs to other places.
struct CarrySave {
  ScratchLanes t0, t1, t2, t3;

  CarrySave(ParallelRow& row, const Lanes& lanes)
      : t0(row.scratch(lanes)), t1(row.scratch(lanes)), t2(row.scratch(lanes)), t3(row.scratch(lanes)) {}
  /// carry = NOR(t0, t1) of sum + carry + addend [10]
  void add(ParallelRow& row, const Lanes& lanes, int sum, int carry, int addend) const {
    row.nor(sum, carry, t0, lanes);
    row.nor(sum, t0, t1, lanes);
    row.nor(carry, t0, t2, lanes);
    row.nor(t1, t2, t3, lanes);
    row.nor(addend, t3, t1, lanes);
  }
  /// sum = NOR(t0, t2) [4]; the carry is gone
  void finish(ParallelRow& row, const Lanes& lanes, int addend) const {
    row.nor(t1, t3, t0, lanes);
    row.nor(addend, t1, t2, lanes);
  }
};

/// w, z = the high and the low half of x * y: a carry-save adder row per bit of y, whose sums move one place down.
/// [n (26 + 2 L) + 14 L + 29]
inline void multiply(ParallelRow& row, const Lanes& lanes, int x, int y, int z, int w) {
  const int n = lanes.count;
  auto not_x = row.scratch(lanes);
  row.not_gate(x, not_x, lanes);
  const int sum = w;
  const auto carry = row.scratch(lanes);
  row.init(false, sum, lanes);
  row.init(false, carry, lanes);
  for (int k = 0; k < n; ++k) {
    const auto product = row.scratch(lanes);
    {
      const auto not_y = row.scratch(lanes);
      row.init(true, not_y, lanes);
      row.init(true, product, lanes);
      row.and_not(y, not_y, across(lanes.at(k), lanes.first));
      row.and_not(not_y, product, lanes.place(0));
      broadcast(row, lanes, product, not_y);
    }
    row.and_not(not_x, product, lanes);
    const CarrySave adder(row, lanes);
    adder.add(row, lanes, sum, carry, product);
    row.nor(adder.t0, adder.t1, carry, lanes);
    adder.finish(row, lanes, product);
    row.init(true, z, lanes.place(k));
    row.init(true, sum, lanes.slice(0, n - 1));
    row.and_nor(adder.t0, adder.t2, z, across(lanes.first, lanes.at(k)));
    for (const row::Section& s : moves(lanes.slice(1, n - 1), -1)) row.and_nor(adder.t0, adder.t2, sum, s);
  }
  not_x.release();
  add(row, lanes, carry, sum, w);
}

/// complement &= ~x, one place up [2]
inline void and_not_up(ParallelRow& row, const Lanes& lanes, int x, int complement) {
  for (const row::Section& s : moves(lanes.slice(0, lanes.count - 1), 1)) row.and_not(x, complement, s);
}
/// Adds or subtracts d, as `previous` (the last quotient bit, in all places) says, and writes the next quotient bit.
/// `previous` and `not_previous` become scratch; `parity` holds, in the top place, the remainder's bit above it.
/// [67 + 7 L]
inline void divide_step(ParallelRow& row, const Lanes& lanes, int d, int sum, int carry, int parity,
                        const ScratchLanes& previous, ScratchLanes not_previous, row::Cell quotient) {
  const int n = lanes.count;
  const Lanes top = lanes.place(n - 1), top_three = lanes.slice(n - 3, 3), below_top = lanes.slice(n - 3, 2);
  const int addend = not_previous;
  xor_gate(row, lanes, previous, not_previous, d, addend);
  auto carry_out = row.scratch(top);
  {
    const CarrySave adder(row, lanes);
    adder.add(row, lanes, sum, carry, addend);
    row.init(true, carry, lanes.slice(1, n - 1));
    row.init(false, carry, lanes.place(0));
    row.init(true, carry_out, top);
    row.and_nor(adder.t0, adder.t1, carry_out, top);
    for (const row::Section& s : moves(lanes.slice(0, n - 1), 1)) row.and_nor(adder.t0, adder.t1, carry, s);
    adder.finish(row, lanes, addend);
    row.nor(adder.t0, adder.t2, sum, lanes);
  }
  not_previous.release();

  // The sign is the parity of what meets in the place above: four bits, in pairs, in three partitions side by side.
  {
    Lookahead a = generate(row, lanes, sum, carry);
    a.reduce(row);
    row.init(true, parity, below_top);
    row.and_not(a.ng, parity, across(top.first, top_three.first));
  }
  row.init(true, previous, below_top);
  row.and_not(carry_out, previous, across(top.first, top_three.first));
  carry_out.release();
  row.and_not(sum, parity, across(top.first, top_three.at(1)));
  row.and_not(carry, previous, across(top.first, top_three.at(1)));
  xnor_gate(row, top_three, parity, previous, previous);
  row.not_gate(previous, parity, across(top_three.first, top.first));
  const auto t0 = row.scratch(top), t1 = row.scratch(top), t2 = row.scratch(top);
  row.nor(parity, previous, t0, top);
  row.nor(parity, t0, t1, top);
  row.nor(previous, t0, t2, top);
  row.and_nor(t1, t2, quotient.index, across(top.first, quotient.partition));
  row.not_gate(previous, parity, across(top_three.at(1), top.first));
}
/// q, r = w z / d (w the high half): non-restoring. The partial remainder is a sum and carries, of which look-ahead
/// computes the sign alone. [n (83 + 9 L) + 28 L + 55, n > 2]
inline void divide(ParallelRow& row, const Lanes& lanes, int w, int z, int d, int q, int r) {
  const int n = lanes.count, carry = r;
  const Lanes lowest = lanes.place(0), top = lanes.place(n - 1), upper = lanes.slice(1, n - 1);
  auto complement = row.scratch(lanes);
  const auto sum = row.scratch(lanes);
  row.init(true, complement, lanes);
  row.init(true, sum, lanes);
  row.and_not(z, complement, across(top.first, lowest.first));
  and_not_up(row, lanes, w, complement);
  row.and_not(complement, sum, lanes);
  complement.release();
  row.init(false, carry, upper);
  auto parity = row.scratch(lanes.slice(n - 3, 3));
  {
    row.init(true, parity, top);
    const auto t = row.scratch(top);
    row.not_gate(w, t, top);
    row.and_not(t, parity, top);
  }
  row.init(true, q, lanes);

  for (int i = n - 1; i >= 0; --i) {
    auto previous = row.scratch(lanes), not_previous = row.scratch(lanes);
    row.init(true, previous, lanes);
    row.init(i < n - 1, not_previous, lanes);
    if (i == n - 1) {
      row.init(true, carry, lowest);
    } else {
      row.and_not(q, not_previous, across(lanes.at(i + 1), lowest.first));
      row.and_not(not_previous, previous, lowest);
      row.and_not(not_previous, carry, lowest);
      broadcast(row, lanes, previous, not_previous);
    }
    divide_step(row, lanes, d, sum, carry, parity, previous, std::move(not_previous), {lanes.at(i), q});
    if (i == 0) break;
    row.init(true, previous, lanes);
    and_not_up(row, lanes, carry, previous);
    row.init(true, carry, lanes);
    row.and_not(previous, carry, upper);
    row.init(true, previous, lanes);
    and_not_up(row, lanes, sum, previous);
    row.and_not(z, previous, across(lanes.at(i - 1), lowest.first));
    row.not_gate(previous, sum, lanes);
  }
  parity.release();

  add(row, lanes, sum, carry, r);
  {
    const auto not_d = row.scratch(lanes);  // a negative remainder gets d back
    row.init(true, sum, lanes);
    row.init(true, not_d, lanes);
    row.and_not(q, sum, lowest);
    broadcast(row, lanes, sum, not_d);
    row.not_gate(d, not_d, lanes);
    row.and_not(not_d, sum, lanes);
  }
  add(row, lanes, sum, r, r);
}

/// z = x + y mod 2^n, signed or unsigned.
/// throws  std::invalid_argument: n outside 1..64
inline row::Program<gate::NotNor> parallel_fixed_add(int n) {
  require_range("published::parallel_fixed_add: n", n, 1, 64);
  ParallelRow row(n);
  const Lanes lanes{0, n};
  const int x = row.input("x", lanes), y = row.input("y", lanes), z = row.output("z", lanes);
  add(row, lanes, x, y, z);
  return row.finish("Parallel Fixed Addition: " + std::to_string(n) + "-bit");
}
/// z = x - y mod 2^n, signed or unsigned.
/// throws  std::invalid_argument: n outside 1..64
inline row::Program<gate::NotNor> parallel_fixed_subtract(int n) {
  require_range("published::parallel_fixed_subtract: n", n, 1, 64);
  ParallelRow row(n);
  const Lanes lanes{0, n};
  const int x = row.input("x", lanes), y = row.input("y", lanes), z = row.output("z", lanes);
  subtract(row, lanes, x, y, z);
  return row.finish("Parallel Fixed Subtraction: " + std::to_string(n) + "-bit");
}
/// w z = x * y, unsigned: z the low half, w the high half.
/// throws  std::invalid_argument: n outside 2..64
inline row::Program<gate::NotNor> parallel_fixed_multiply(int n) {
  require_range("published::parallel_fixed_multiply: n", n, 2, 64);
  ParallelRow row(n);
  const Lanes lanes{0, n};
  const int x = row.input("x", lanes), y = row.input("y", lanes);
  const int z = row.output("z", lanes), w = row.output("w", lanes);
  multiply(row, lanes, x, y, z, w);
  return row.finish("Parallel Fixed Multiplication: " + std::to_string(n) + "-bit");
}
/// q = w z / d and r = w z mod d, unsigned: z the low half of the dividend, w the high half; where w >= d, q and r are
/// no numbers.
/// throws  std::invalid_argument: n outside 3..64
inline row::Program<gate::NotNor> parallel_fixed_divide(int n) {
  require_range("published::parallel_fixed_divide: n", n, 3, 64);
  ParallelRow row(n);
  const Lanes lanes{0, n};
  const int w = row.input("w", lanes), z = row.input("z", lanes), d = row.input("d", lanes);
  const int q = row.output("q", lanes), r = row.output("r", lanes);
  divide(row, lanes, w, z, d, q, r);
  return row.finish("Parallel Fixed Division: " + std::to_string(n) + "-bit");
}

}  // namespace pim::arith::published
