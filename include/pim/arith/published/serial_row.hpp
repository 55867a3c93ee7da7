#pragma once
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <pim/gate/memristive.hpp>
#include <pim/row/cell_allocator.hpp>
#include <pim/row/program.hpp>

namespace pim::arith::published {

/// Cells of a number, lowest bit first.
using Cells = std::vector<int>;

inline Cells slice(const Cells& cells, int first, int count) {
  return Cells(cells.begin() + first, cells.begin() + first + count);
}
inline Cells reversed(const Cells& cells) { return Cells(cells.rbegin(), cells.rend()); }
template <class... Parts>
Cells concat(const Parts&... parts) {
  Cells all;
  const auto append = [&all](const auto& part) {
    if constexpr (std::is_convertible_v<decltype(part), int>) {
      all.push_back(part);
    } else {
      const Cells& cells = part;
      all.insert(all.end(), cells.begin(), cells.end());
    }
  };
  (append(parts), ...);
  return all;
}
inline int size(const Cells& cells) { return static_cast<int>(cells.size()); }
inline Cells repeat(int cell, int count) { return Cells(static_cast<std::size_t>(count), cell); }

/// Writes a program for a row without partitions, gate by gate. A gate is fresh (INIT1 and the gate, 2 cycles) or
/// accumulates (z &= ..., 1 cycle).
class SerialRow {
 public:
  using Program = row::Program<gate::NotNor>;

  Cells input(std::string name, int bits) { return operand(std::move(name), bits, &Program::add_input); }
  Cells output(std::string name, int bits) { return operand(std::move(name), bits, &Program::add_output); }
  /// @{ Lowest free cells, until the end of the scope.
  row::ScratchCell scratch() { return row::ScratchCell(cells_); }
  row::Scratch scratch(int count) { return {cells_, count}; }
  /// @}
  Program finish(std::string title) {
    program_.set_title(std::move(title));
    return std::move(program_);
  }

  void init(bool value, int z) { program_.init(value, z); }
  void init(bool value, const Cells& z) {
    for (const int cell : z) init(value, cell);
  }
  void and_not(int a, int z) { program_.apply<not_>(z, {a}); }            ///< z &= ~a
  void and_nor(int a, int b, int z) { program_.apply<nor_>(z, {a, b}); }  ///< z &= ~(a | b)
  void not_gate(int a, int z) {
    init(true, z);
    and_not(a, z);
  }
  void nor(int a, int b, int z) {
    init(true, z);
    and_nor(a, b, z);
  }

 private:
  static constexpr std::size_t not_ = gate::index_of<gate::NotNor>(gate::not_);
  static constexpr std::size_t nor_ = gate::index_of<gate::NotNor>(gate::nor);

  Cells operand(std::string name, int bits, void (Program::*add)(row::Operand)) {
    Cells cells = cells_.allocate(bits);
    row::Operand operand{std::move(name), {}};
    for (const int cell : cells) operand.bits.push_back({0, cell});
    (program_.*add)(std::move(operand));
    return cells;
  }

  Program program_;
  row::CellAllocator cells_;
};

}  // namespace pim::arith::published
