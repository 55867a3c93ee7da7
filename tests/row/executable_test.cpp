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
TEST_CASE("Executable: a long chain of gates is no slower to prepare than as many short ones", "[row]") {
  std::vector<pim::row::MicroOp> ops;
  for (std::size_t k = 0; k < 200000; ++k) {
    const auto from = static_cast<std::uint16_t>(k % 3), other = static_cast<std::uint16_t>(3 + k % 5);
    ops.push_back({.truth = pim::gate::nor.truth,
                   .fan_in = 2,
                   .fails = true,
                   .out = static_cast<std::uint16_t>((k + 1) % 3),
                   .in = {from, other, 0}});
  }
  BitRows rows = random_rows(pim::Rng(3));
  std::vector<bool> expected = cells_of(rows, 5);
  run_naively(ops, expected);
  const std::vector<std::uint16_t> results{static_cast<std::uint16_t>(ops.back().out)};
  pim::row::run(pim::row::Executable(ops, columns, results), rows);
  CHECK(rows.get(5, results[0]) == expected[results[0]]);
  BitRows narrow(1, columns - 1);
  CHECK_THROWS_WITH(pim::row::run(pim::row::Executable(ops, columns, results), narrow), ContainsSubstring("12"));
}
