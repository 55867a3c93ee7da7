#include <pim/row/executable.hpp>

#include "row/random_program.hpp"
#include "support/catch.hpp"
#include <pim/row/faults.hpp>

using pim::row::BitRows;

namespace {

constexpr unsigned columns = 12;
constexpr pim::Index row_count = 2500;  // one block and a part of the next

BitRows random_rows(const pim::Rng& rng) {
  BitRows rows(row_count, columns);
  for (pim::Index r = 0; r < row_count; ++r) {
    for (pim::Index c = 0; c < columns; ++c)
      rows.set(r, c, rng.bits(static_cast<std::uint64_t>(r * columns + c)) % 2 != 0);
  }
  return rows;
}
std::vector<bool> cells_of(const BitRows& rows, pim::Index row) {
  std::vector<bool> cells;
  for (pim::Index c = 0; c < rows.columns(); ++c) cells.push_back(rows.get(row, c));
  return cells;
}

}  // namespace

TEST_CASE("Executable: any program gives its results what one row at a time gives, and leaves the rest", "[row]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const pim::Rng rng(seed);
    const auto ops = random_operations(1 + seed % 60, columns, rng.at(0));
    std::vector<std::uint16_t> results;
    for (std::uint16_t c = 0; c < columns; ++c) {
      if (rng.bits(c) % 2 == 0) results.push_back(c);
    }
    const BitRows before = random_rows(rng.at(1));
    BitRows rows = random_rows(rng.at(1));
    pim::row::run(pim::row::Executable(ops, columns, results), rows);
    for (const pim::Index row : {pim::Index{0}, pim::Index{63}, pim::Index{1000}, pim::Index{2047}, row_count - 1}) {
      std::vector<bool> expected = cells_of(before, row), all = expected;
      run_naively(ops, all);
      for (const std::uint16_t c : results) expected[c] = all[c];
      INFO("seed " << seed << ", row " << row);
      REQUIRE(cells_of(rows, row) == expected);
    }
  }
}

TEST_CASE("run_with_faults: without faults every cell is what one row at a time gives", "[row][faults]") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const pim::Rng rng(seed);
    const auto ops = random_operations(40, columns, rng.at(0));
    BitRows rows = random_rows(rng.at(1));
    std::vector<bool> expected = cells_of(rows, 2200);
    run_naively(ops, expected);
    pim::row::run_with_faults(ops, rows, {}, rng);
    REQUIRE(cells_of(rows, 2200) == expected);
  }
}
