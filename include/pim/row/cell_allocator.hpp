#pragma once
#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pim::row {

/// Hands out cell indices: always the lowest that is free (first fit).
class CellAllocator {
 public:
  int allocate() {
    const auto place = std::find(used_.begin(), used_.end(), false);
    const int cell = static_cast<int>(place - used_.begin());
    if (place == used_.end()) {
      used_.push_back(true);
    } else {
      *place = true;
    }
    return cell;
  }
  std::vector<int> allocate(int count) {
    std::vector<int> cells;
    for (int i = 0; i < count; ++i) cells.push_back(allocate());
    return cells;
  }
  /// throws  std::invalid_argument: the cell is not in use
  void release(int cell) {
    if (cell < 0 || cell >= peak() || !used_[static_cast<std::size_t>(cell)])
      throw std::invalid_argument("CellAllocator: cell " + std::to_string(cell) + " is released but not in use");
    used_[static_cast<std::size_t>(cell)] = false;
  }
  void release(const std::vector<int>& cells) {
    for (const int cell : cells) release(cell);
  }
  /// the most cells that were ever in use, holes included
  int peak() const { return static_cast<int>(used_.size()); }

 private:
  std::vector<bool> used_;
};

/// Cells of an allocator, returned to it at the end of the scope.
class Scratch {
 public:
  Scratch(CellAllocator& allocator, int count) : allocator_(&allocator), cells_(allocator.allocate(count)) {}
  Scratch(Scratch&& other) noexcept : allocator_(other.allocator_), cells_(std::exchange(other.cells_, {})) {}
  ~Scratch() { release(); }

  /// Returns the cells before the scope ends.
  void release() { allocator_->release(std::exchange(cells_, {})); }

  const std::vector<int>& cells() const { return cells_; }
  operator const std::vector<int>&() const { return cells_; }  // NOLINT(google-explicit-constructor)
  int operator[](std::size_t i) const { return cells_[i]; }

 private:
  CellAllocator* allocator_;
  std::vector<int> cells_;
};

/// The same for one cell.
class ScratchCell {
 public:
  explicit ScratchCell(CellAllocator& allocator) : cells_(allocator, 1) {}
  void release() { cells_.release(); }
  operator int() const { return cells_[0]; }  // NOLINT(google-explicit-constructor)

 private:
  Scratch cells_;
};

}  // namespace pim::row
