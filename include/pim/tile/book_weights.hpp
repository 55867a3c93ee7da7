#pragma once
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>

#include <pim/core/check.hpp>
#include <pim/core/index.hpp>
#include <pim/cost/ledger.hpp>

namespace pim::tile {

/// Books that a block of weights (rows, cols) is written into arrays of core_size x core_size weights side by side
/// (core_size 0: one array of the block's size): array, array_cell, and cell_write, a word line a step.
/// throws std::overflow_error: more than 2^64 - 1 cells
inline void book_weights(Index rows, Index cols, Index core_size, Index cells_per_weight, cost::Ledger& ledger) {
  const Index arrays = core_size > 0 ? ceil_div(cols, core_size) : 1;
  const auto product = [](std::initializer_list<Index> factors) {
    std::uint64_t value = 1;
    for (const Index factor : factors) {
      if (__builtin_mul_overflow(value, static_cast<std::uint64_t>(factor), &value))
        throw std::overflow_error("book_weights: an array of " + std::to_string(factor) +
                                  " cells a side has too many to count; choose a smaller core_size");
    }
    return value;
  };
  ledger.add(cost::action::array, static_cast<std::uint64_t>(arrays));
  ledger.add(cost::action::array_cell, core_size > 0 ? product({arrays, cells_per_weight, core_size, core_size})
                                                     : product({rows, cols, cells_per_weight}));
  ledger.add(cost::action::cell_write, product({rows, cols, cells_per_weight}), static_cast<std::uint64_t>(rows));
}

}  // namespace pim::tile
