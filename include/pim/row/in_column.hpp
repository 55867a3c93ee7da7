#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>

#include <pim/gate/concepts.hpp>
#include <pim/row/bit_rows.hpp>
#include <pim/row/faults.hpp>

namespace pim::row {

/// The transposed direction of a crossbar: row `out` = `value` in every column.
inline void init_in_column(BitRows& rows, bool value, Index out) {
  require_range<Index>("init_in_column: row", out, 0, rows.rows() - 1);
  for (Index column = 0; column < rows.columns(); ++column) rows.set(out, column, value);
}

/// Row `out` &= gate(rows `in`) in every column at once, under the write rule of a set that has the gate.
/// throws  std::invalid_argument: a gate that the set lacks, a row out of range, a wrong number of inputs, inputs that
///         are not distinct rows other than `out`
template <gate::GateSet G>
void apply_in_column(BitRows& rows, const gate::Gate& gate, Index out, std::initializer_list<Index> in) {
  if (std::ranges::find(G::gates, gate) == G::gates.end())
    throw std::invalid_argument("apply_in_column: " + std::string(gate.name) + " is no gate of the set " +
                                std::string(G::name));
  if (static_cast<int>(in.size()) != gate.fan_in)
    throw std::invalid_argument("apply_in_column: " + std::string(gate.name) + " takes " + std::to_string(gate.fan_in) +
                                " inputs, not " + std::to_string(in.size()) + " (fan-in)");
  require_range<Index>("apply_in_column: row", out, 0, rows.rows() - 1);
  std::array<Index, 3> from{out, out, out};
  std::size_t count = 0;
  for (const Index row : in) {
    require_range<Index>("apply_in_column: row", row, 0, rows.rows() - 1);
    if (row == out || std::find(from.begin(), from.begin() + count, row) != from.begin() + count)
      throw std::invalid_argument("apply_in_column: row " + std::to_string(row) + " is used twice (operand overlap)");
    from[count++] = row;
  }
  const MicroOp op{.truth = gate.truth};
  for (Index column = 0; column < rows.columns(); ++column) {
    const auto bits = [&](std::size_t i) { return rows.get(from[i], column) ? ~0ULL : 0ULL; };
    if ((faulty::value(op, bits(0), bits(1), bits(2)) & 1U) == 0) rows.set(out, column, false);
  }
}

}  // namespace pim::row
