#pragma once
#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>

namespace pim::row {

/// Several bit matrices that are transposed together, so that the loop over them vectorises: word i of matrix m is
/// words[i][m].
inline constexpr std::size_t matrices = 8;
using BitMatrices = std::array<std::array<std::uint64_t, matrices>, 64>;

/// Transposes the `size` x `size` bit matrices that lie side by side in the first `size` words, in place: bit j of word
/// i moves to bit i of word j, within each field of `size` bits. size: 8, 16, 32 or 64
///
/// source  Warren, Hacker's Delight, 2nd edition, section 7-3: swap ever smaller off-diagonal blocks
[[gnu::always_inline]] inline void transpose_bits(BitMatrices& words, std::size_t size) {
  for (std::size_t half = size / 2; half > 0; half /= 2) {
    const std::uint64_t mask = ~0ULL / ((1ULL << half) + 1);  // the low half of every 2 * half bits
    for (std::size_t high = 0; high < size; high += 2 * half) {
      for (std::size_t i = high; i < high + half; ++i) {
        for (std::size_t m = 0; m < matrices; ++m) {
          const std::uint64_t swapped = ((words[i][m] >> half) ^ words[i + half][m]) & mask;
          words[i][m] ^= swapped << half;
          words[i + half][m] ^= swapped;
        }
      }
    }
  }
}

/// Bit-packed rows of cells: all rows of one column are stored as bits, a block of rows after the other, so that the
/// columns which a program touches stay in the nearest cache while it runs over a block.
///
/// shape   (rows, columns); the last block is padded to `block_rows`, and its padding may hold anything
/// memory  one bit per cell, rounded up to whole blocks
class BitRows {
 public:
  static constexpr Index block_words = 32;  ///< 256 bytes of a column
  static constexpr Index block_rows = 64 * block_words;

  /// Cells start as 0.
  /// throws  std::invalid_argument: rows or columns not positive, more than 65536 columns
  BitRows(Index rows, Index columns) : rows_(rows), columns_(columns) {
    require_range<Index>("BitRows: rows", rows, 1, Index{1} << 40);
    require_range<Index>("BitRows: columns", columns, 1, 65536);
    words_.reset(
        static_cast<std::uint64_t*>(::operator new[](static_cast<std::size_t>(bytes()), std::align_val_t{alignment})));
    std::memset(words_.get(), 0, static_cast<std::size_t>(bytes()));
  }

  Index rows() const { return rows_; }
  Index columns() const { return columns_; }
  Index blocks() const { return ceil_div(rows_, block_rows); }
  Index bytes() const { return blocks() * columns_ * block_words * 8; }
  /// Column c of a block starts at word c * block_words.
  std::uint64_t* block(Index i) { return words_.get() + i * columns_ * block_words; }
  const std::uint64_t* block(Index i) const { return words_.get() + i * columns_ * block_words; }

  bool get(Index row, Index column) const { return (*word(row, column) >> (row % 64) & 1U) != 0; }
  void set(Index row, Index column, bool value) {
    std::uint64_t& w = *const_cast<std::uint64_t*>(word(row, column));
    w = (w & ~(1ULL << (row % 64))) | static_cast<std::uint64_t>(value) << (row % 64);
  }

  /// Bit i of values[r] goes to row r of columns[i]; rows from values.size() on keep what they hold.
  /// throws  std::invalid_argument: more values than rows, more than 64 columns, a column out of range
  template <class Value>
  void store(std::span<const Value> values, std::span<const std::uint16_t> columns) {
    check("store", values.size(), columns);
    with_field(columns.size(), [&](auto size) {
      for_each_chunk(values.size(), [&](std::uint64_t* block, std::size_t word, std::size_t first, std::size_t count) {
        std::array<Value, chunk> rows;
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first), count, rows.begin());
        std::fill(rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(), Value{});
        BitMatrices bits;
        for (std::size_t i = 0; i < size; ++i) {
          for (std::size_t m = 0; m < matrices; ++m) {
            std::uint64_t packed = 0;
            for (std::size_t at = 0; at < 64; at += size)
              packed |= (static_cast<std::uint64_t>(rows[64 * m + at + i]) & low_bits(size)) << at;
            bits[i][m] = packed;
          }
        }
        transpose_bits(bits, size);
        for (std::size_t i = 0; i < columns.size(); ++i) {
          std::uint64_t* const to = block + columns[i] * block_words + word;
          for (std::size_t m = 0; m * 64 < count; ++m) {
            const std::uint64_t written = low_bits(count - m * 64);
            to[m] = (to[m] & ~written) | (bits[i][m] & written);
          }
        }
      });
    });
  }
  /// values[r] = the bits of row r in `columns`, columns[0] the lowest
  template <class Value>
  void load(std::span<const std::uint16_t> columns, std::span<Value> values) const {
    check("load", values.size(), columns);
    with_field(columns.size(), [&](auto size) {
      for_each_chunk(values.size(), [&](std::uint64_t* block, std::size_t word, std::size_t first, std::size_t count) {
        BitMatrices bits{};
        for (std::size_t i = 0; i < columns.size(); ++i)
          std::copy_n(block + columns[i] * block_words + word, matrices, bits[i].begin());
        transpose_bits(bits, size);
        std::array<Value, chunk> rows;
        for (std::size_t i = 0; i < size; ++i) {
          for (std::size_t m = 0; m < matrices; ++m) {
            for (std::size_t at = 0; at < 64; at += size)
              rows[64 * m + at + i] = static_cast<Value>(bits[i][m] >> at & low_bits(size));
          }
        }
        std::copy_n(rows.begin(), count, values.begin() + static_cast<std::ptrdiff_t>(first));
      });
    });
  }

 private:
  static constexpr std::size_t alignment = 4096;
  static constexpr std::size_t chunk = 64 * matrices;  ///< rows that are transposed together
  struct Free {
    void operator()(std::uint64_t* words) const { ::operator delete[](words, std::align_val_t{alignment}); }
  };

  const std::uint64_t* word(Index row, Index column) const {
    assert(row >= 0 && row < rows_ && column >= 0 && column < columns_);
    return block(row / block_rows) + column * block_words + row % block_rows / 64;
  }
  void check(const char* what, std::size_t values, std::span<const std::uint16_t> columns) const {
    if (static_cast<Index>(values) > rows_ || columns.size() > 64)
      throw std::invalid_argument(std::string("BitRows::") + what + ": " + std::to_string(values) + " values of " +
                                  std::to_string(columns.size()) + " bits, expected at most " + std::to_string(rows_) +
                                  " of 64 bits");
    for (const std::uint16_t column : columns) {
      if (column >= columns_)
        throw std::invalid_argument(std::string("BitRows::") + what + ": column " + std::to_string(column) +
                                    " is out of range, expected 0 to " + std::to_string(columns_ - 1));
    }
  }
  static constexpr std::uint64_t low_bits(std::size_t count) { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }
  /// task(size) with the narrowest matrices that hold so many columns, as a constant
  template <class Task>
  static void with_field(std::size_t columns, const Task& task) {
    if (columns <= 8) return task(std::integral_constant<std::size_t, 8>());
    if (columns <= 16) return task(std::integral_constant<std::size_t, 16>());
    if (columns <= 32) return task(std::integral_constant<std::size_t, 32>());
    task(std::integral_constant<std::size_t, 64>());
  }
  /// task(block, first word of a column, first row, rows) for the rows [0, count), in chunks of one BitMatrices
  template <class Task>
  void for_each_chunk(std::size_t count, const Task& task) const {
    parallel_for(ceil_div(static_cast<Index>(count), block_rows), [&](Index b) {
      const auto first = static_cast<std::size_t>(b * block_rows);
      const std::size_t end = std::min(count, first + static_cast<std::size_t>(block_rows));
      std::uint64_t* const block = words_.get() + b * columns_ * block_words;
      for (std::size_t row = first; row < end; row += chunk)
        task(block, (row - first) / 64, row, std::min(chunk, end - row));
    });
  }

  Index rows_, columns_;
  std::unique_ptr<std::uint64_t[], Free> words_;
};

}  // namespace pim::row
