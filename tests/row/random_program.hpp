#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pim/core/rng.hpp>
#include <pim/row/micro_op.hpp>

/// Operations that make no sense, to compare two ways of running them.
inline std::vector<pim::row::MicroOp> random_operations(std::size_t count, unsigned columns, const pim::Rng& rng) {
  std::vector<pim::row::MicroOp> ops;
  std::uint64_t draw = 0;
  const auto below = [&](unsigned bound) { return rng.below(draw++, bound); };
  while (ops.size() < count) {
    pim::row::MicroOp op{.fan_in = static_cast<std::uint8_t>(below(4)), .accumulates = below(2) == 0, .fails = true};
    op.truth = static_cast<std::uint8_t>(below(256));
    if (op.fan_in == 0) op.truth = below(2) == 0 ? 0 : 0xff, op.accumulates = false;
    if (op.fan_in == 1) op.truth = (op.truth & 1U) != 0 ? 0x55 : 0xaa;
    if (op.fan_in == 2) op.truth = static_cast<std::uint8_t>((op.truth & 15U) * 17U);
    op.out = static_cast<std::uint16_t>(below(columns));
    for (auto& in : op.in) in = static_cast<std::uint16_t>(below(columns));
    ops.push_back(op);
  }
  return ops;
}

/// One row of bits, one operation after the other: nothing shared with the library but the truth table's meaning.
inline void run_naively(const std::vector<pim::row::MicroOp>& ops, std::vector<bool>& cells) {
  for (const auto& op : ops) {
    unsigned at = 0;
    for (unsigned i = 0; i < op.fan_in; ++i) at |= (cells[op.in[i]] ? 1U : 0U) << i;
    const bool value = (op.truth >> at & 1U) != 0;
    cells[op.out] = op.accumulates ? cells[op.out] && value : value;
  }
}
