#include <pim/row/bit_rows.hpp>

#include <numeric>

#include "support/catch.hpp"
#include <pim/core/rng.hpp>

using pim::row::BitRows;

TEST_CASE("transpose_bits: bit j of word i becomes bit i of word j", "[row]") {
  const pim::Rng rng(1);
  std::array<std::uint64_t, 64> words, before;
  for (std::size_t i = 0; i < 64; ++i)
    words[i] = rng.bits(2 * i) | static_cast<std::uint64_t>(rng.bits(2 * i + 1)) << 32;
  before = words;
  pim::row::transpose_bits(words);
  for (unsigned i = 0; i < 64; ++i) {
    for (unsigned j = 0; j < 64; ++j) REQUIRE((words[j] >> i & 1U) == (before[i] >> j & 1U));
  }
}
TEST_CASE("BitRows: numbers come back from any columns, and land where their bits belong", "[row]") {
  const pim::Rng rng(2);
  for (const std::size_t count : {1U, 63U, 64U, 65U, 2048U, 5000U}) {
    std::vector<std::uint32_t> values(count), back(count);
    rng.bits(0, values);
    BitRows rows(static_cast<pim::Index>(count), 40);
    std::vector<std::uint16_t> columns(32);
    std::iota(columns.rbegin(), columns.rend(), std::uint16_t{5});  // highest bit first
    rows.store<std::uint32_t>(values, columns);
    rows.load<std::uint32_t>(columns, back);
    CHECK(back == values);
    const auto row = static_cast<pim::Index>(count - 1);
    for (unsigned i = 0; i < 32; ++i) CHECK(rows.get(row, columns[i]) == ((values.back() >> i & 1U) != 0));
  }
}
TEST_CASE("BitRows: storing fewer values than rows leaves the other rows", "[row]") {
  BitRows rows(130, 1);
  for (pim::Index r = 0; r < 130; ++r) rows.set(r, 0, true);
  const std::vector<std::uint8_t> zeros(70, 0);
  const std::vector<std::uint16_t> column{0};
  rows.store<std::uint8_t>(zeros, column);
  for (pim::Index r = 0; r < 130; ++r) CHECK(rows.get(r, 0) == (r >= 70));
}
TEST_CASE("BitRows: 1024 cells by 2^20 rows take at most 1.1 times their bits", "[row]") {
  const BitRows rows(1 << 20, 1024);
  CHECK(static_cast<double>(rows.bytes()) <= 1.1 * (1 << 20) * 1024 / 8);
}
TEST_CASE("BitRows: impossible sizes and columns are errors", "[row]") {
  CHECK_THROWS_WITH(BitRows(0, 3), ContainsSubstring("rows is 0"));
  CHECK_THROWS_WITH(BitRows(3, 0), ContainsSubstring("columns is 0"));
  CHECK_THROWS_WITH(BitRows(3, 65537), ContainsSubstring("columns is 65537"));
  BitRows rows(4, 3);
  std::vector<std::uint8_t> values(5);
  const std::vector<std::uint16_t> column{0}, outside{3};
  CHECK_THROWS_WITH(rows.store<std::uint8_t>(values, column), ContainsSubstring("5 values"));
  CHECK_THROWS_WITH(rows.load<std::uint8_t>(outside, std::span(values).first(2)), ContainsSubstring("column 3"));
}
