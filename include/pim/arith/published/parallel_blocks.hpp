#pragma once
#include <algorithm>
#include <bit>
#include <optional>
#include <utility>
#include <vector>

#include <pim/arith/published/parallel_row.hpp>

/// The partition-parallel building blocks of AritPIM (Leitersdorf et al., TETC 2023), gate by gate. A number is one
/// cell index in `lanes`, one bit per partition; L is ceil(log2(lanes)) and cycles are in [brackets]. An output may be
/// the cell of an operand.
namespace pim::arith::published {

/// The value of place 0 to all places. `value` and `complement` hold it there and 1 elsewhere; after it they hold the
/// value and its complement [2 L]
inline void broadcast(ParallelRow& row, const Lanes& lanes, int value, int complement) {
  const int n = lanes.count;
  for (int half = static_cast<int>(std::bit_ceil(static_cast<unsigned>(n))) / 2; half > 0; half /= 2) {
    row.and_not(value, complement, lanes.every(2 * half, 0, n - half, half));
    row.and_not(complement, value, lanes.every(2 * half, half, n));
  }
}
/// A bit of any partition to all places, and its complement [4 + 2 L]
inline void broadcast(ParallelRow& row, const Lanes& lanes, row::Cell bit, int value, int complement) {
  row.init(true, value, lanes);
  row.init(true, complement, lanes);
  row.and_not(bit.index, complement, across(bit.partition, lanes.first));
  row.and_not(complement, value, lanes.place(0));
  broadcast(row, lanes, value, complement);
}
/// OR of all places, into one cell of any partition [2 L + 5]
inline void reduce_or(ParallelRow& row, const Lanes& lanes, int x, row::Cell z) {
  const auto none = row.scratch(lanes), any = row.scratch(lanes);
  row.not_gate(x, none, lanes);
  row.init(true, any, lanes);
  const int top = lanes.count - 1;
  for (int step = 1; step <= top; step *= 2) {
    const int first = (top - step) % (2 * step), end = top - step + 1;
    row.and_not(none, any, lanes.every(2 * step, first, end));
    row.and_not(any, none, lanes.every(2 * step, first, end, step));
  }
  row.not_gate(none, z.index, across(lanes.last(), z.partition));
}

/// z = a or b [4]
inline void or_gate(ParallelRow& row, const Lanes& lanes, int a, int b, int z) {
  const auto neither = row.scratch(lanes);
  row.nor(a, b, neither, lanes);
  row.not_gate(neither, z, lanes);
}
/// z = a xor b, of both polarities of a [8]
inline void xor_gate(ParallelRow& row, const Lanes& lanes, int a, int not_a, int b, int z) {
  const auto not_b = row.scratch(lanes), t0 = row.scratch(lanes), t1 = row.scratch(lanes);
  row.not_gate(b, not_b, lanes);
  row.nor(a, b, t0, lanes);
  row.nor(not_a, not_b, t1, lanes);
  row.nor(t0, t1, z, lanes);
}
/// z = a xor b [10]
inline void xor_gate(ParallelRow& row, const Lanes& lanes, int a, int b, int z) {
  const auto not_a = row.scratch(lanes), not_b = row.scratch(lanes), t0 = row.scratch(lanes), t1 = row.scratch(lanes);
  row.not_gate(a, not_a, lanes);
  row.not_gate(b, not_b, lanes);
  row.nor(a, b, t0, lanes);
  row.nor(not_a, not_b, t1, lanes);
  row.nor(t0, t1, z, lanes);
}
/// z = not (a xor b) [8]
inline void xnor_gate(ParallelRow& row, const Lanes& lanes, int a, int b, int z) {
  const auto t0 = row.scratch(lanes), t1 = row.scratch(lanes), t2 = row.scratch(lanes);
  row.nor(a, b, t0, lanes);
  row.nor(t0, a, t1, lanes);
  row.nor(t0, b, t2, lanes);
  row.nor(t1, t2, z, lanes);
}
/// z = s ? a : b [6]
inline void mux(ParallelRow& row, const Lanes& lanes, int s, int not_s, int a, int b, int z) {
  const auto t0 = row.scratch(lanes), t1 = row.scratch(lanes);
  row.nor(a, not_s, t0, lanes);
  row.nor(b, s, t1, lanes);
  row.nor(t0, t1, z, lanes);
}
/// sum, carry_out = a + b + c; both are written last [18]
inline void full_add(ParallelRow& row, const Lanes& lanes, int a, int b, int c, int sum, int carry_out) {
  const auto t0 = row.scratch(lanes), t1 = row.scratch(lanes), t2 = row.scratch(lanes), t3 = row.scratch(lanes);
  row.nor(a, b, t0, lanes);
  row.nor(a, t0, t1, lanes);
  row.nor(b, t0, t2, lanes);
  row.nor(t1, t2, t3, lanes);
  row.nor(t3, c, t1, lanes);
  row.nor(t1, t3, t2, lanes);
  row.nor(t1, c, t3, lanes);
  row.nor(t3, t2, sum, lanes);
  row.nor(t0, t1, carry_out, lanes);
}

/// The cells of a carry look-ahead: propagate, its complement, and the complement of generate, which becomes the
/// complement of the carry out of each place.
struct Lookahead {
  Lanes lanes;
  ScratchLanes p, np, ng;

  Lookahead(ParallelRow& row, const Lanes& where)
      : lanes(where), p(row.scratch(where)), np(row.scratch(where)), ng(row.scratch(where)) {}

  /// Joins the groups that end at the places begin, begin + step, ... with those that end `distance` higher [7]
  void join(ParallelRow& row, int step, int begin, int end, int distance) {
    const row::Section to = lanes.every(step, begin + distance, end + distance);
    const row::Section from = lanes.every(step, begin, end, distance);
    row.and_not(ng, p, from);
    row.and_not(p, ng, to);
    row.init(true, p, to);
    row.and_not(np, p, to);
    row.and_not(np, p, from);
    row.init(true, np, to);
    row.and_not(p, np, to);
  }
  /// All carries [14 L - 7]
  /// source  Brent and Kung, IEEE Transactions on Computers, 1982
  void sweep(ParallelRow& row) {
    const int n = lanes.count, size = static_cast<int>(std::bit_ceil(static_cast<unsigned>(n)));
    for (int d = 1; 2 * d < size; d *= 2) join(row, 2 * d, d, n - d, d);
    for (int d = size / 2; d > 0; d /= 2) join(row, 2 * d, 0, n - d, d);
  }
  /// The highest carry alone [7 L]
  void reduce(ParallelRow& row) {
    const int top = lanes.count - 1;
    for (int d = 1; d <= top; d *= 2) join(row, 2 * d, (top - d) % (2 * d), top - d + 1, d);
  }
};

/// Where the carry of an addition comes from and goes to.
struct ParallelCarry {
  std::optional<row::Cell> in = std::nullopt;  ///< none: the constant
  std::optional<row::Cell> out = std::nullopt;
  bool constant = false;
};
/// The carries into all places, once p, np and ng are set, and the carry out. The look-ahead's cells are returned.
inline ScratchLanes carries(ParallelRow& row, Lookahead&& a, const ParallelCarry& carry) {
  const Lanes lowest = a.lanes.place(0);
  std::optional<ScratchLanes> not_in;
  if (carry.in) {
    const auto generated = row.scratch(lowest);
    not_in.emplace(row.scratch(lowest));
    row.not_gate(carry.in->index, *not_in, across(carry.in->partition, a.lanes.first));
    row.nor(a.np, *not_in, generated, lowest);
    row.and_not(generated, a.ng, lowest);
  } else if (carry.constant) {
    row.and_not(a.p, a.ng, lowest);
  }
  a.sweep(row);
  a.p.release();
  auto carries = row.scratch(a.lanes);
  row.init(true, carries, a.lanes);
  if (carry.in) {
    row.and_not(*not_in, carries, lowest);
  } else {
    row.init(carry.constant, carries, lowest);
  }
  for (const row::Section& s : moves(a.lanes.slice(0, a.lanes.count - 1), 1)) row.and_not(a.ng, carries, s);
  if (carry.out) row.not_gate(a.ng, carry.out->index, across(a.lanes.last(), carry.out->partition));
  a.np.release(), a.ng.release();
  return carries;
}
/// p, np and ng of x + y [12]
inline Lookahead generate(ParallelRow& row, const Lanes& lanes, int x, int y) {
  Lookahead a(row, lanes);
  const auto t = row.scratch(lanes), u = row.scratch(lanes);
  row.nor(x, y, a.np, lanes);
  row.not_gate(a.np, a.p, lanes);
  row.not_gate(x, a.ng, lanes);
  row.not_gate(y, t, lanes);
  row.nor(a.ng, t, u, lanes);
  row.not_gate(u, a.ng, lanes);
  return a;
}
/// z = x + y [14 L + 25; + 1 for a constant carry of one, + 5 with carry in, + 2 with carry out]
inline void add(ParallelRow& row, const Lanes& lanes, int x, int y, int z, const ParallelCarry& carry = {}) {
  const ScratchLanes c = carries(row, generate(row, lanes, x, y), carry);
  xnor_gate(row, lanes, x, y, z);
  xnor_gate(row, lanes, z, c, z);
}
/// z = x - y; carry out 1 where x >= y, both unsigned [14 L + 28, + 2]
inline void subtract(ParallelRow& row, const Lanes& lanes, int x, int y, int z,
                     std::optional<row::Cell> carry_out = std::nullopt) {
  const auto not_y = row.scratch(lanes);
  row.not_gate(y, not_y, lanes);
  add(row, lanes, x, not_y, z, {.out = carry_out, .constant = true});
}
/// x += one bit [14 L + 17, + 2]
inline void add_bit(ParallelRow& row, const Lanes& lanes, int x, const ParallelCarry& carry) {
  Lookahead a(row, lanes);
  row.not_gate(x, a.np, lanes);
  row.not_gate(a.np, a.p, lanes);
  row.init(true, a.ng, lanes);
  const ScratchLanes c = carries(row, std::move(a), carry);
  xor_gate(row, lanes, x, c, x);
}

/// x = |x|, two's complement [16 L + 29]
inline void absolute(ParallelRow& row, const Lanes& lanes, int x) {
  const auto sign = row.scratch(lanes);
  {
    const auto not_sign = row.scratch(lanes);
    broadcast(row, lanes, {lanes.last(), x}, sign, not_sign);
    xor_gate(row, lanes, sign, not_sign, x, x);
  }
  add_bit(row, lanes, x, {.in = row::Cell{lanes.last(), sign}});
}

/// x = s ? x moved toward place 0 by `distance` : x [10 + min(distance + 1, places - distance)]
inline void shift_stage(ParallelRow& row, const Lanes& lanes, int x, int distance, int s, int not_s) {
  const int kept = lanes.count - distance;
  const auto not_x = row.scratch(lanes), moved = row.scratch(lanes);
  row.not_gate(x, not_x, lanes);
  row.init(true, moved, lanes.slice(0, kept));
  row.init(false, moved, lanes.slice(kept, distance));
  for (const row::Section& section : moves(lanes.slice(distance, kept), -distance)) row.and_not(not_x, moved, section);
  mux(row, lanes, s, not_s, moved, x, x);
}
/// x /= 2^amount, toward place 0. What falls out is ORed into `sticky`, a cell of any partition.
inline void shift(ParallelRow& row, const Lanes& lanes, int x, const std::vector<row::Cell>& amount,
                  std::optional<row::Cell> sticky = std::nullopt) {
  const Lanes lowest = lanes.place(0);
  std::optional<ScratchLanes> any_lost;
  if (sticky) {
    any_lost.emplace(row.scratch(lowest));
    row.init(false, *any_lost, lowest);
  }
  for (std::size_t j = 0; j < amount.size(); ++j) {
    const int distance = 1 << j;
    const auto s = row.scratch(lanes), not_s = row.scratch(lanes);
    broadcast(row, lanes, amount[j], s, not_s);
    if (sticky) {
      const auto lost = row.scratch(lowest);
      reduce_or(row, lanes.slice(0, distance), x, {lanes.first, lost});
      row.and_not(not_s, lost, lowest);
      or_gate(row, lowest, *any_lost, lost, *any_lost);
    }
    shift_stage(row, lanes, x, distance, s, not_s);
  }
  if (!sticky) return;
  const auto t0 = row.scratch(lowest), t1 = row.scratch(lowest);
  row.not_gate(sticky->index, t0, across(sticky->partition, lanes.first));
  row.not_gate(t0, t1, lowest);
  row.nor(*any_lost, t1, t0, lowest);
  row.not_gate(t0, sticky->index, across(lanes.first, sticky->partition));
}
/// Shifts x toward place 0 until that is 1; `amount` becomes the distance, 0 where x was 0.
inline void normalise(ParallelRow& row, const Lanes& lanes, int x, const std::vector<row::Cell>& amount) {
  const Lanes lowest = lanes.place(0);
  for (std::size_t j = amount.size(); j-- > 0;) {
    const int distance = 1 << j;
    const auto s = row.scratch(lanes), not_s = row.scratch(lanes);
    row.init(true, s, lanes);
    row.init(true, not_s, lanes);
    reduce_or(row, lanes.slice(0, distance), x, {lanes.first, not_s});
    row.and_not(not_s, s, lowest);
    broadcast(row, lanes, s, not_s);
    row.not_gate(not_s, amount[j].index, across(lanes.first, amount[j].partition));
    shift_stage(row, lanes, x, distance, s, not_s);
  }
  const auto is_zero = row.scratch(lowest);
  row.not_gate(x, is_zero, lowest);
  for (const row::Cell& bit : amount) row.and_not(is_zero, bit.index, across(lanes.first, bit.partition));
}

}  // namespace pim::arith::published
