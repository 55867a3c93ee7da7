#pragma once
#include <cstdint>

#include <pim/core/check.hpp>
#include <pim/core/index.hpp>
#include <pim/cost/ledger.hpp>

namespace pim::tile {

/// Books that a block of weights (rows, cols) is written into arrays of core_size x core_size weights side by side
/// (core_size 0: one array of the block's size): array, array_cell, and cell_write, a word line a step.
inline void book_weights(Index rows, Index cols, Index core_size, Index cells_per_weight, cost::Ledger& ledger) {
  const Index arrays = core_size > 0 ? ceil_div(cols, core_size) : 1;
  const Index places = core_size > 0 ? arrays * core_size * core_size : rows * cols;
  ledger.add(cost::action::array, static_cast<std::uint64_t>(arrays));
  ledger.add(cost::action::array_cell, static_cast<std::uint64_t>(places * cells_per_weight));
  ledger.add(cost::action::cell_write, static_cast<std::uint64_t>(rows * cols * cells_per_weight),
             static_cast<std::uint64_t>(rows));
}

}  // namespace pim::tile
