#pragma once
#include <algorithm>
#include <optional>

#include <pim/arith/published/serial_row.hpp>

/// The serial building blocks of AritPIM (Leitersdorf et al., TETC 2023), gate by gate: what each takes is in its
/// comment [cycles]. Operands are lowest bit first. An output may be the cell of an operand of the same bit.
namespace pim::arith::published {

inline void copy(SerialRow& row, int a, int z) {  // [4]
  const auto complement = row.scratch();
  row.not_gate(a, complement);
  row.not_gate(complement, z);
}
inline void or_gate(SerialRow& row, int a, int b, int z) {  // [4]
  const auto complement = row.scratch();
  row.nor(a, b, complement);
  row.not_gate(complement, z);
}
/// z = a xor b, of both polarities of the operands [6]
inline void xor_gate(SerialRow& row, int a, int not_a, int b, int not_b, int z) {
  const auto t = row.scratch(2);
  row.nor(a, b, t[0]);
  row.nor(not_a, not_b, t[1]);
  row.nor(t[0], t[1], z);
}
inline void xor_gate(SerialRow& row, int a, int b, int not_b, int z) {  // [8]
  const auto not_a = row.scratch();
  row.not_gate(a, not_a);
  xor_gate(row, a, not_a, b, not_b, z);
}
inline void xor_gate(SerialRow& row, int a, int b, int z) {  // [10]
  const auto t = row.scratch(2);
  row.not_gate(a, t[0]);
  row.not_gate(b, t[1]);
  xor_gate(row, a, t[0], b, t[1], z);
}
/// z = s ? a : b [6]
inline void mux(SerialRow& row, int s, int not_s, int a, int b, int z) {
  const auto t = row.scratch(2);
  row.nor(a, not_s, t[0]);
  row.nor(b, s, t[1]);
  row.nor(t[0], t[1], z);
}
/// z = s ? a : b, bit by bit [6 each]
inline void mux(SerialRow& row, int s, int not_s, const Cells& a, const Cells& b, const Cells& z) {
  for (std::size_t i = 0; i < z.size(); ++i) mux(row, s, not_s, a[i], b[i], z[i]);
}
/// sum, carry = a + b; `sum` is written last [10]
inline void half_add(SerialRow& row, int a, int b, int sum, int carry) {
  const auto t = row.scratch(3);
  row.nor(a, b, t[0]);
  row.not_gate(a, t[1]);
  row.not_gate(b, t[2]);
  row.nor(t[1], t[2], carry);
  row.nor(t[0], carry, sum);
}
/// sum, carry_out = a + b + c; both are written last [18]
inline void full_add(SerialRow& row, int a, int b, int c, int sum, int carry_out) {
  const auto t = row.scratch(4);
  const auto xnor = [&row](int u, int v, int neither, int only_u, int only_v, int z) {
    row.nor(u, v, neither);
    row.nor(u, neither, only_v);
    row.nor(v, neither, only_u);
    row.nor(only_v, only_u, z);
  };
  xnor(a, b, t[0], t[2], t[1], t[3]);
  row.nor(t[3], c, t[1]);
  row.nor(t[1], t[3], t[2]);
  row.nor(t[1], c, t[3]);
  row.nor(t[3], t[2], sum);
  row.nor(t[0], t[1], carry_out);
}
/// NOR of all, into z [n + 1]
inline void reduce_nor(SerialRow& row, const Cells& x, int z) {
  row.init(true, z);
  for (const int cell : x) row.and_not(cell, z);
}
/// OR of all, into z [n + 3]
inline void reduce_or(SerialRow& row, const Cells& x, int z) {
  const auto none = row.scratch();
  reduce_nor(row, x, none);
  row.not_gate(none, z);
}

/// Where the carry of an addition comes from and goes to.
struct Carry {
  std::optional<int> in = std::nullopt;  ///< cell; none: the constant below
  std::optional<int> out = std::nullopt;
  bool constant = false;
};

/// Calls add_bit(i, carry in, carry out) for all bits. The carry stays in one cell, the last goes to `carry.out`.
template <class AddBit>
void ripple(SerialRow& row, int bits, const Carry& carry, AddBit add_bit) {
  const auto kept = row.scratch();
  if (!carry.in) row.init(carry.constant, kept);
  for (int i = 0; i < bits; ++i)
    add_bit(i, i == 0 ? carry.in.value_or(kept) : kept, i == bits - 1 ? carry.out.value_or(kept) : kept);
}
/// z = x + y [18 n, + 1 without carry in]
inline void add(SerialRow& row, const Cells& x, const Cells& y, const Cells& z, const Carry& carry = {}) {
  ripple(row, size(z), carry, [&](int i, int in, int out) {
    const auto bit = static_cast<std::size_t>(i);
    full_add(row, x[bit], y[bit], in, z[bit], out);
  });
}
/// z = x - y; carry out 1 where x >= y, both unsigned [20 n + 1]
inline void subtract(SerialRow& row, const Cells& x, const Cells& y, const Cells& z,
                     std::optional<int> carry_out = std::nullopt) {
  ripple(row, size(z), {.out = carry_out, .constant = true}, [&](int i, int in, int out) {
    const auto bit = static_cast<std::size_t>(i);
    const auto not_y = row.scratch();
    row.not_gate(y[bit], not_y);
    full_add(row, x[bit], not_y, in, z[bit], out);
  });
}
/// z = (x xor invert) + y + carry [26 n]
inline void add_inverted(SerialRow& row, const Cells& x, int invert, int not_invert, const Cells& y, const Cells& z,
                         const Carry& carry) {
  ripple(row, size(z), carry, [&](int i, int in, int out) {
    const auto bit = static_cast<std::size_t>(i);
    const auto u = row.scratch();
    xor_gate(row, x[bit], invert, not_invert, u);
    full_add(row, y[bit], u, in, z[bit], out);
  });
}
/// x += one bit [10 n, + 1 for a constant]
inline void add_bit(SerialRow& row, const Cells& x, const Carry& carry) {
  ripple(row, size(x), carry, [&](int i, int in, int out) {
    const int cell = x[static_cast<std::size_t>(i)];
    half_add(row, cell, in, cell, out);
  });
}
/// x = |x|, two's complement [18 n - 15]
inline void absolute(SerialRow& row, const Cells& x) {
  const int sign = x.back();
  const auto not_sign = row.scratch();
  row.not_gate(sign, not_sign);
  ripple(row, size(x) - 1, {.in = sign}, [&](int i, int in, int out) {
    const int cell = x[static_cast<std::size_t>(i)];
    const auto u = row.scratch();
    xor_gate(row, cell, sign, not_sign, u);
    half_add(row, u, in, cell, out);
  });
  row.init(false, sign);
}

/// One stage of a shift of x toward its first bit, by `distance` where s [6 (n - distance) + distance]
inline void shift_stage(SerialRow& row, const Cells& x, int distance, int s, int not_s) {
  const int kept = std::max(0, size(x) - distance);
  for (int i = 0; i < kept; ++i) {
    const auto bit = static_cast<std::size_t>(i);
    mux(row, s, not_s, x[bit + static_cast<std::size_t>(distance)], x[bit], x[bit]);
  }
  for (int i = kept; i < size(x); ++i) row.and_not(s, x[static_cast<std::size_t>(i)]);
}
/// x /= 2^amount: toward the first bit, in place. What falls out is ORed into `sticky`.
inline void shift(SerialRow& row, const Cells& x, const Cells& amount, std::optional<int> sticky = std::nullopt) {
  for (int j = 0; j < size(amount); ++j) {
    const int s = amount[static_cast<std::size_t>(j)], distance = 1 << j;
    const auto not_s = row.scratch();
    row.not_gate(s, not_s);
    if (sticky) {
      const auto lost = row.scratch();
      reduce_or(row, slice(x, 0, std::min(distance, size(x))), lost);
      row.and_not(not_s, lost);
      or_gate(row, *sticky, lost, *sticky);
    }
    shift_stage(row, x, distance, s, not_s);
  }
}
/// Shifts x toward its first bit until that is 1, in place; `amount` becomes the distance, 0 where x was 0.
inline void normalise(SerialRow& row, const Cells& x, const Cells& amount) {
  for (int j = size(amount) - 1; j >= 0; --j) {
    const int s = amount[static_cast<std::size_t>(j)], distance = 1 << j;
    const auto not_s = row.scratch();
    reduce_nor(row, slice(x, 0, std::min(distance, size(x))), s);
    row.not_gate(s, not_s);
    shift_stage(row, x, distance, s, not_s);
  }
  const auto is_zero = row.scratch();
  row.not_gate(x.front(), is_zero);
  for (const int cell : amount) row.and_not(is_zero, cell);
}

}  // namespace pim::arith::published
