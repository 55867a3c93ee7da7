#pragma once
#include <algorithm>
#include <cstddef>
#include <string>

#include <pim/arith/published/serial_blocks.hpp>
#include <pim/core/check.hpp>

/// The serial fixed-point programs of AritPIM (Leitersdorf et al., TETC 2023), gate by gate.
namespace pim::arith::published {

/// z (2n) = x (n) * y (n): row after row of partial products.
inline void multiply_schoolbook(SerialRow& row, const Cells& x, const Cells& y, const Cells& z) {
  const std::size_t n = x.size();
  const auto not_x = row.scratch(size(x));
  for (std::size_t j = 0; j < n; ++j) row.not_gate(x[j], not_x[j]);
  const auto not_y = row.scratch();
  row.not_gate(y[0], not_y);
  for (std::size_t j = 0; j < n; ++j) row.nor(not_x[j], not_y, z[j]);
  for (std::size_t j = n; j < 2 * n; ++j) row.init(false, z[j]);
  for (std::size_t i = 1; i < n; ++i) {
    row.not_gate(y[i], not_y);
    const auto product = row.scratch();
    ripple(row, size(x), {.out = z[i + n]}, [&](int bit, int in, int out) {
      const auto j = static_cast<std::size_t>(bit);
      row.nor(not_x[j], not_y, product);
      full_add(row, z[i + j], product, in, z[i + j], out);
    });
  }
}
/// z (2n) = x (n) * y (n), unsigned: one level of Karatsuba above 20 bits, and again for its parts.
inline void multiply(SerialRow& row, const Cells& x, const Cells& y, const Cells& z) {
  const int n = size(x);
  if (n <= 20) return multiply_schoolbook(row, x, y, z);
  const int low = n / 2, high = n - low, wide = 2 * (high + 1);
  auto zero = row.scratch();
  row.init(false, zero);
  const auto padded = [&](const Cells& word, int bits) { return concat(word, repeat(zero, bits - size(word))); };
  const Cells x_low = slice(x, 0, low), x_high = slice(x, low, high);
  const Cells y_low = slice(y, 0, low), y_high = slice(y, low, high);

  const Cells x_sum = slice(z, 0, high + 1), y_sum = slice(z, n, high + 1);
  add(row, padded(x_low, high), x_high, slice(x_sum, 0, high), {.out = x_sum.back()});
  add(row, padded(y_low, high), y_high, slice(y_sum, 0, high), {.out = y_sum.back()});
  auto t = row.scratch(wide);
  multiply(row, x_sum, y_sum, t);

  const Cells low_product = slice(z, 0, 2 * low), high_product = slice(z, 2 * low, 2 * high);
  multiply(row, x_low, y_low, low_product);
  multiply(row, x_high, y_high, high_product);
  subtract(row, t, padded(low_product, wide), t);
  subtract(row, t, padded(high_product, wide), t);
  zero.release();

  const Cells middle = slice(z, low, wide), top = slice(z, low + wide, 2 * n - low - wide);
  const auto carry = row.scratch();
  add(row, t, middle, middle, {.out = carry});
  t.release();
  add_bit(row, top, {.in = carry});
}
/// q (n) = z (2n) / d (n) and r (n) = the remainder, unsigned, non-restoring. The quotient is right where its n bits
/// hold it. The partial remainder stays in place: a shift rotates the list of its cells.
inline void divide(SerialRow& row, const Cells& z, const Cells& d, const Cells& q, const Cells& r) {
  const int n = size(d);
  auto zero = row.scratch();
  row.init(false, zero);
  const auto extra = row.scratch(2);
  Cells remainder = concat(r, extra);
  const auto rotate = [&remainder] {
    std::rotate(remainder.begin(), remainder.end() - 1, remainder.end());
    return remainder;
  };
  const auto bit_of = [](const Cells& cells, int i) { return cells[static_cast<std::size_t>(i)]; };
  subtract(row, concat(slice(z, n - 1, n + 1), zero), concat(d, repeat(zero, 2)), rotate());
  zero.release();
  row.not_gate(remainder.back(), bit_of(q, n - 1));
  for (int i = n - 2; i >= 0; --i) {  // add or subtract d, as the last quotient bit says
    const int sign = bit_of(q, i + 1);
    const auto not_sign = row.scratch();
    row.not_gate(sign, not_sign);
    const Cells minuend = concat(bit_of(z, i), slice(remainder, 0, n + 1));
    rotate();
    ripple(row, n + 2, {.in = sign}, [&](int j, int in, int out) {
      if (j >= n) return full_add(row, bit_of(minuend, j), sign, in, bit_of(remainder, j), out);
      const auto u = row.scratch();
      xor_gate(row, bit_of(d, j), sign, not_sign, u);
      full_add(row, bit_of(minuend, j), u, in, bit_of(remainder, j), out);
    });
    row.not_gate(remainder.back(), bit_of(q, i));
  }
  const auto positive = row.scratch();
  row.not_gate(remainder.back(), positive);
  ripple(row, n, {}, [&](int j, int in, int out) {  // a negative remainder gets d back
    const auto t = row.scratch(2);
    row.not_gate(bit_of(d, j), t[0]);
    row.nor(positive, t[0], t[1]);
    full_add(row, bit_of(remainder, j), t[1], in, bit_of(r, j), out);
  });
}

/// z = x + y mod 2^n, signed or unsigned. 18 n + 1 cycles.
/// throws  std::invalid_argument: n outside 1..64
inline row::Program<gate::NotNor> fixed_add(int n) {
  require_range("published::fixed_add: n", n, 1, 64);
  SerialRow row;
  const Cells x = row.input("x", n), y = row.input("y", n), z = row.output("z", n);
  add(row, x, y, z);
  return row.finish("Serial Fixed Addition: " + std::to_string(n) + "-bit");
}
/// z = x - y mod 2^n, signed or unsigned. 20 n + 1 cycles.
/// throws  std::invalid_argument: n outside 1..64
inline row::Program<gate::NotNor> fixed_subtract(int n) {
  require_range("published::fixed_subtract: n", n, 1, 64);
  SerialRow row;
  const Cells x = row.input("x", n), y = row.input("y", n), z = row.output("z", n);
  subtract(row, x, y, z);
  return row.finish("Serial Fixed Subtraction: " + std::to_string(n) + "-bit");
}
/// z (2n bits) = x * y, unsigned. 20 n^2 - 12 n - 1 cycles up to 20 bits.
/// throws  std::invalid_argument: n outside 1..64
inline row::Program<gate::NotNor> fixed_multiply(int n) {
  require_range("published::fixed_multiply: n", n, 1, 64);
  SerialRow row;
  const Cells x = row.input("x", n), y = row.input("y", n), z = row.output("z", 2 * n);
  multiply(row, x, y, z);
  return row.finish("Serial Fixed Multiplication: " + std::to_string(n) + "-bit");
}
/// q = z (2n bits) / d, r = z mod d, unsigned; where d is 0 or q needs more than n bits, q and r are no numbers.
/// 26 n^2 + 56 n + 7 cycles.
/// throws  std::invalid_argument: n outside 1..64
inline row::Program<gate::NotNor> fixed_divide(int n) {
  require_range("published::fixed_divide: n", n, 1, 64);
  SerialRow row;
  const Cells z = row.input("z", 2 * n), d = row.input("d", n), q = row.output("q", n), r = row.output("r", n);
  divide(row, z, d, q, r);
  return row.finish("Serial Fixed Division: " + std::to_string(n) + "-bit");
}

}  // namespace pim::arith::published
