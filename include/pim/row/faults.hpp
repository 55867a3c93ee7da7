#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pim/core/parallel.hpp>
#include <pim/core/rng.hpp>
#include <pim/gate/gate.hpp>
#include <pim/row/bit_rows.hpp>
#include <pim/row/micro_op.hpp>

namespace pim::row {

/// A cell of every row that holds one value for ever.
struct StuckCell {
  std::uint16_t column = 0;
  bool value = false;
};
/// A gate whose output is one value for ever. `operation` counts micro-operations, the program's micro_ops(): a command
/// of a memristive program makes one for every cell that it writes, INIT included, and a DRAM program starts with two
/// that fill its constant rows.
struct StuckGate {
  std::size_t operation = 0;
  bool value = false;
};

/// What goes wrong in an array.
struct Faults {
  /// Probability that a gate gives the wrong value in one row, per truth table; 0: never.
  std::array<double, 256> error_rate{};
  std::vector<StuckCell> stuck_cells;
  std::vector<StuckGate> stuck_gates;

  /// Every gate fails with this probability.
  static Faults transient(double rate) {
    Faults faults;
    faults.error_rate.fill(rate);
    return faults;
  }
  /// Success rates of functionally complete operations in unmodified DRAM chips: NOT 98.37 %, and, for 16 inputs, NAND
  /// 94.94, NOR 95.87, AND 94.94, OR 95.85 %. Majority was not measured and takes the rate of AND; copies do not fail.
  /// source  FCDRAM, Yuksel et al., HPCA 2024, abstract: 256 DDR4 chips
  static Faults fcdram() {
    Faults faults;
    faults.error_rate.fill(1.0 - 0.9494);
    for (const std::uint8_t truth : {gate::zero, gate::one, gate::copy.truth}) faults.error_rate[truth] = 0;
    faults.error_rate[gate::not_.truth] = 1.0 - 0.9837;
    faults.error_rate[gate::nor.truth] = 1.0 - 0.9587;
    faults.error_rate[gate::or_.truth] = 1.0 - 0.9585;
    return faults;
  }
};

namespace faulty {

/// Bits that stay right before one flips, of 64 random bits: geometric, P(gap >= n) = (1 - rate)^n to 2^-53. The
/// logarithms are those of the host's libm: where two hosts differ in their last bit, one draw in very many falls on
/// the next bit.
inline double gap(std::uint64_t random, double rate) {
  const double uniform = (static_cast<double>(random >> 11) + 0.5) * 0x1p-53;  // (0, 1]
  return std::floor(std::log(uniform) / std::log1p(-rate));
}

/// Flips each bit of `words` with probability `rate`, which is above 0.
inline void flip(std::span<std::uint64_t> words, double rate, const Rng& rng) {
  const auto bits = static_cast<double>(words.size() * 64);
  double at = -1.0;
  for (std::uint64_t draw = 0;; draw += 2) {
    at += 1.0 + gap(rng.bits(draw) | std::uint64_t{rng.bits(draw + 1)} << 32, rate);
    if (!(at < bits)) return;
    const auto bit = static_cast<std::uint64_t>(at);
    words[bit / 64] ^= 1ULL << (bit % 64);
  }
}

inline std::uint64_t value(const MicroOp& op, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  std::uint64_t sum = 0;
  for (unsigned row = 0; row < 8; ++row) {
    if ((op.truth >> row & 1U) == 0) continue;
    sum |= ((row & 1U) != 0 ? a : ~a) & ((row & 2U) != 0 ? b : ~b) & ((row & 4U) != 0 ? c : ~c);
  }
  return sum;
}

}  // namespace faulty

/// Runs a program's operations one by one, as the array would, with its faults. The error of one operation in one row
/// depends on `rng`, the operation's position and the row alone.
///
/// throws  std::invalid_argument: a rate outside 0 to 1, a stuck cell or gate or a column that does not exist
inline void run_with_faults(std::span<const MicroOp> ops, BitRows& rows, const Faults& faults, const Rng& rng) {
  for (const double rate : faults.error_rate) require_range("run_with_faults: error rate", rate, 0.0, 1.0);
  std::vector<std::int8_t> stuck_cell(static_cast<std::size_t>(rows.columns()), -1), stuck_gate(ops.size(), -1);
  for (const MicroOp& op : ops) {
    const int last = std::max({op.out, op.in[0], op.in[1], op.in[2]});
    if (last >= rows.columns())
      throw std::invalid_argument("run_with_faults: column " + std::to_string(last) + " of operation " +
                                  std::to_string(&op - ops.data()) + " is out of range, expected 0 to " +
                                  std::to_string(rows.columns() - 1));
  }
  const auto mark = [](std::vector<std::int8_t>& stuck, std::size_t at, bool value, const char* what) {
    if (at >= stuck.size())
      throw std::invalid_argument(std::string("run_with_faults: ") + what + ' ' + std::to_string(at) +
                                  " is out of range, expected 0 to " + std::to_string(stuck.size() - 1));
    stuck[at] = value ? 1 : 0;
  };
  for (const StuckCell& cell : faults.stuck_cells) mark(stuck_cell, cell.column, cell.value, "stuck cell");
  for (const StuckGate& gate : faults.stuck_gates) mark(stuck_gate, gate.operation, gate.value, "stuck gate");

  constexpr auto words = static_cast<std::size_t>(BitRows::block_words);
  parallel_for(rows.blocks(), [&](Index b) {
    std::uint64_t* const block = rows.block(b);
    const auto column = [&](std::size_t c) { return std::span(block + c * words, words); };
    for (const StuckCell& cell : faults.stuck_cells) std::ranges::fill(column(cell.column), cell.value ? ~0ULL : 0ULL);
    std::array<std::uint64_t, words> result;
    for (std::size_t k = 0; k < ops.size(); ++k) {
      const MicroOp& op = ops[k];
      const auto out = column(op.out), x = column(op.in[0]), y = column(op.in[1]), z = column(op.in[2]);
      for (std::size_t i = 0; i < words; ++i) result[i] = faulty::value(op, x[i], y[i], z[i]);
      if (stuck_gate[k] >= 0) result.fill(stuck_gate[k] == 1 ? ~0ULL : 0ULL);
      const double rate = op.fails ? faults.error_rate[op.truth] : 0.0;
      if (rate > 0.0) faulty::flip(result, rate, rng.at(k, static_cast<std::uint64_t>(b)));
      if (stuck_cell[op.out] >= 0) continue;
      for (std::size_t i = 0; i < words; ++i) out[i] = op.accumulates ? out[i] & result[i] : result[i];
    }
  });
}

}  // namespace pim::row
