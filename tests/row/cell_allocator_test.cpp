#include <pim/row/cell_allocator.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using pim::row::CellAllocator;
using pim::row::Scratch;
using pim::row::ScratchCell;

TEST_CASE("CellAllocator: the lowest free cell first, and the peak", "[row]") {
  CellAllocator cells;
  CHECK(cells.allocate(4) == std::vector<int>{0, 1, 2, 3});
  cells.release(2);
  cells.release(0);
  CHECK(cells.allocate() == 0);
  CHECK(cells.allocate(2) == std::vector<int>{2, 4});
  CHECK(cells.peak() == 5);
  cells.release({0, 1, 2, 3, 4});
  CHECK(cells.allocate() == 0);
  CHECK(cells.peak() == 5);
}

TEST_CASE("CellAllocator: only a cell in use can be released", "[row]") {
  CellAllocator cells;
  for (const int cell : {-1, 0, 7}) CHECK_THROWS_AS(cells.release(cell), std::invalid_argument);
  const int cell = cells.allocate();
  cells.release(cell);
  CHECK_THROWS_AS(cells.release(cell), std::invalid_argument);
}

TEST_CASE("Scratch: returns its cells once, at the end of the scope or before", "[row]") {
  CellAllocator cells;
  {
    Scratch word(cells, 2);
    const ScratchCell bit(cells);
    CHECK(word.cells() == std::vector<int>{0, 1});
    CHECK(int{bit} == 2);
    Scratch moved(std::move(word));
    CHECK(moved[1] == 1);
    moved.release();
    moved.release();
    CHECK(cells.allocate() == 0);
  }
  CHECK(cells.allocate(2) == std::vector<int>{1, 2});
}
