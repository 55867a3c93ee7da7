#pragma once
#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <pim/gate/memristive.hpp>
#include <pim/row/program.hpp>

namespace pim::arith::published {

/// Neighbouring partitions as places 0, 1, ... of a number: upward from `first`, or downward (direction -1).
struct Lanes {
  int first = 0;
  int count = 1;
  int direction = 1;

  int at(int place) const { return first + place * direction; }
  int last() const { return at(count - 1); }
  Lanes slice(int place, int n) const { return {at(place), n, direction}; }
  Lanes place(int i) const { return slice(i, 1); }
  Lanes reversed() const { return {last(), count, -direction}; }
  /// Inputs in the places begin, begin + step, ... below end; outputs `distance` places further.
  row::Section every(int step, int begin, int end, int distance = 0) const {
    const int n = begin < end ? (end - begin + step - 1) / step : 0;
    const int low = std::min(at(begin), at(begin + (n - 1) * step));
    return {low, n, n > 1 ? step : 1, distance * direction};
  }
  operator row::Section() const { return every(1, 0, count); }  // NOLINT(google-explicit-constructor)
};
/// One gate from a partition to another.
inline row::Section across(int from, int to) { return {from, 1, 1, to - from}; }
/// The cycles that move all of `source` by `distance` places: gates that would cross take turns.
inline std::vector<row::Section> moves(const Lanes& source, int distance) {
  const int period = std::abs(distance) + 1;
  std::vector<row::Section> sections;
  for (int i = 0; i < std::min(period, source.count); ++i)
    sections.push_back(source.every(period, i, source.count, distance));
  return sections;
}

class ParallelRow;

/// The same cell of neighbouring partitions, returned to the row at the end of the scope.
class ScratchLanes {
 public:
  ScratchLanes(ParallelRow& row, const Lanes& lanes);
  ScratchLanes(ParallelRow& row, const Lanes& lanes, int cell);
  ScratchLanes(ScratchLanes&& other) noexcept
      : row_(std::exchange(other.row_, nullptr)), lanes_(other.lanes_), cell_(other.cell_) {}
  ~ScratchLanes() { release(); }
  /// Returns the cells before the scope ends.
  void release();

  operator int() const { return cell_; }  // NOLINT(google-explicit-constructor)

 private:
  ParallelRow* row_;
  Lanes lanes_;
  int cell_;
};

/// Writes a program for a row of partitions, one bit of a number in each. Gates are those of SerialRow, in all
/// partitions of a section at once; a section without partitions takes no cycle.
class ParallelRow {
 public:
  using Program = row::Program<gate::NotNor>;
  using Section = row::Section;

  explicit ParallelRow(int partitions) : program_(partitions) {}

  int partitions() const { return program_.partitions(); }
  /// @{ An operand, in the lowest free cell of its lanes, which it keeps.
  int input(std::string name, const Lanes& lanes) {
    const int cell = allocate(lanes);
    program_.add_input(operand(std::move(name), cell, lanes));
    return cell;
  }
  int output(std::string name, const Lanes& lanes) {
    const int cell = allocate(lanes);
    program_.add_output(operand(std::move(name), cell, lanes));
    return cell;
  }
  /// @}
  /// The lowest cell that is free in all lanes, until the end of the scope.
  ScratchLanes scratch(const Lanes& lanes) { return {*this, lanes}; }
  ScratchLanes scratch(int partition) { return {*this, Lanes{partition}}; }
  /// The same cell in more lanes, where it must be free.
  ScratchLanes extend(int cell, const Lanes& lanes) { return {*this, lanes, cell}; }
  Program finish(std::string title) {
    program_.set_title(std::move(title));
    return std::move(program_);
  }

  void init(bool value, int z, const Section& s) {
    if (s.count > 0) program_.init(value, z, s);
  }
  void and_not(int a, int z, const Section& s) {  ///< z &= ~a
    if (s.count > 0) program_.apply<not_>(z, {a}, s);
  }
  void and_nor(int a, int b, int z, const Section& s) {  ///< z &= ~(a | b)
    if (s.count > 0) program_.apply<nor_>(z, {a, b}, s);
  }
  void not_gate(int a, int z, const Section& s) {
    init(true, z, outputs(s));
    and_not(a, z, s);
  }
  void nor(int a, int b, int z, const Section& s) {
    init(true, z, outputs(s));
    and_nor(a, b, z, s);
  }

 private:
  friend class ScratchLanes;
  static constexpr std::size_t not_ = gate::index_of<gate::NotNor>(gate::not_);
  static constexpr std::size_t nor_ = gate::index_of<gate::NotNor>(gate::nor);

  static Section outputs(Section s) {
    s.first += s.distance;
    s.distance = 0;
    return s;
  }
  static row::Operand operand(std::string name, int cell, const Lanes& lanes) {
    row::Operand operand{std::move(name), {}};
    for (int i = 0; i < lanes.count; ++i) operand.bits.push_back({lanes.at(i), cell});
    return operand;
  }
  bool is_free(int cell, const Lanes& lanes) const {
    for (int i = 0; i < lanes.count; ++i) {
      if (used_[static_cast<std::size_t>(cell)][static_cast<std::size_t>(lanes.at(i))]) return false;
    }
    return true;
  }
  int allocate(const Lanes& lanes) {
    for (int cell = 0;; ++cell) {
      if (cell == static_cast<int>(used_.size())) used_.emplace_back(static_cast<std::size_t>(partitions()), false);
      if (!is_free(cell, lanes)) continue;
      mark(cell, lanes, true);
      return cell;
    }
  }
  void mark(int cell, const Lanes& lanes, bool used) {
    for (int i = 0; i < lanes.count; ++i)
      used_[static_cast<std::size_t>(cell)][static_cast<std::size_t>(lanes.at(i))] = used;
  }

  Program program_;
  std::vector<std::vector<bool>> used_;  ///< [cell][partition]
};

inline ScratchLanes::ScratchLanes(ParallelRow& row, const Lanes& lanes)
    : row_(&row), lanes_(lanes), cell_(row.allocate(lanes)) {}
inline ScratchLanes::ScratchLanes(ParallelRow& row, const Lanes& lanes, int cell)
    : row_(&row), lanes_(lanes), cell_(cell) {
  assert(row.is_free(cell, lanes));
  row.mark(cell, lanes, true);
}
inline void ScratchLanes::release() {
  if (ParallelRow* row = std::exchange(row_, nullptr)) row->mark(cell_, lanes_, false);
}

}  // namespace pim::arith::published
