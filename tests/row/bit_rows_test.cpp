#include <pim/row/bit_rows.hpp>

#include <numeric>

#include "support/catch.hpp"
#include <pim/core/rng.hpp>

using pim::row::BitRows;

TEST_CASE("transpose_bits: bit j of word i becomes bit i of word j, in every field of every matrix", "[row]") {
  const pim::Rng rng(1);
  for (const std::size_t size : {8U, 16U, 32U, 64U}) {
    pim::row::BitMatrices words, before;
    for (std::size_t i = 0; i < 64; ++i) {
      for (std::size_t m = 0; m < pim::row::matrices; ++m)
        words[i][m] = rng.bits(16 * i + 2 * m) | static_cast<std::uint64_t>(rng.bits(16 * i + 2 * m + 1)) << 32;
    }
    before = words;
    pim::row::transpose_bits(words, size);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t bit = 0; bit < 64; ++bit) {
        const std::size_t field = bit / size * size;
        for (std::size_t m = 0; m < pim::row::matrices; ++m)
          REQUIRE((words[bit % size][m] >> (field + i) & 1U) == (before[i][m] >> bit & 1U));
      }
    }
  }
}
TEST_CASE("BitRows: numbers come back from any columns, and land where their bits belong", "[row]") {
  const pim::Rng rng(2);
  for (const std::size_t count : {1U, 63U, 64U, 65U, 2048U, 5000U}) {
    for (const std::size_t width : {1U, 8U, 9U, 31U, 32U}) {
      std::vector<std::uint32_t> values(count), back(count);
      rng.bits(0, values);
      for (auto& value : values) value >>= 32 - width;
      BitRows rows(static_cast<pim::Index>(count), 40);
      std::vector<std::uint16_t> columns(width);
      std::iota(columns.rbegin(), columns.rend(), std::uint16_t{5});  // highest bit first
      rows.store<std::uint32_t>(values, columns);
      rows.load<std::uint32_t>(columns, back);
      CHECK(back == values);
      const auto row = static_cast<pim::Index>(count - 1);
      for (unsigned i = 0; i < width; ++i) CHECK(rows.get(row, columns[i]) == ((values.back() >> i & 1U) != 0));
    }
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
