#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>

namespace pim::row {

/// Transposes a 64 x 64 bit matrix in place: bit j of word i moves to bit i of word j.
/// source  Warren, Hacker's Delight, 2nd edition, section 7-3: swap ever smaller off-diagonal blocks
inline void transpose_bits(std::array<std::uint64_t, 64>& words) {
  std::uint64_t mask = 0x00000000ffffffffU;
  for (unsigned size = 32; size > 0; size /= 2, mask ^= mask << size) {
    for (unsigned high = 0; high < 64; high += 2 * size) {
      for (unsigned i = high; i < high + size; ++i) {
        const std::uint64_t swapped = ((words[i] >> size) ^ words[i + size]) & mask;
        words[i] ^= swapped << size;
        words[i + size] ^= swapped;
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
    parallel_for(ceil_div(static_cast<Index>(values.size()), block_rows), [&](Index b) {
      const std::span<const Value> part = of_block(values, b);
      std::array<std::uint64_t, 64> words;
      for (Index w = 0; w * 64 < static_cast<Index>(part.size()); ++w) {
        const auto count = std::min<std::size_t>(64, part.size() - static_cast<std::size_t>(w) * 64);
        for (std::size_t i = 0; i < count; ++i)
          words[i] = static_cast<std::uint64_t>(part[static_cast<std::size_t>(w) * 64 + i]);
        std::fill(words.begin() + static_cast<std::ptrdiff_t>(count), words.end(), 0);
        transpose_bits(words);
        const std::uint64_t kept = count == 64 ? 0 : ~0ULL << count;
        for (std::size_t i = 0; i < columns.size(); ++i) {
          std::uint64_t& to = block(b)[columns[i] * block_words + w];
          to = (to & kept) | words[i];
        }
      }
    });
  }
  /// values[r] = the bits of row r in `columns`, columns[0] the lowest
  template <class Value>
  void load(std::span<const std::uint16_t> columns, std::span<Value> values) const {
    check("load", values.size(), columns);
    parallel_for(ceil_div(static_cast<Index>(values.size()), block_rows), [&](Index b) {
      const std::span<Value> part = of_block(values, b);
      std::array<std::uint64_t, 64> words;
      for (Index w = 0; w * 64 < static_cast<Index>(part.size()); ++w) {
        for (std::size_t i = 0; i < columns.size(); ++i) words[i] = block(b)[columns[i] * block_words + w];
        std::fill(words.begin() + static_cast<std::ptrdiff_t>(columns.size()), words.end(), 0);
        transpose_bits(words);
        const auto count = std::min<std::size_t>(64, part.size() - static_cast<std::size_t>(w) * 64);
        for (std::size_t i = 0; i < count; ++i)
          part[static_cast<std::size_t>(w) * 64 + i] = static_cast<Value>(words[i]);
      }
    });
  }

 private:
  static constexpr std::size_t alignment = 4096;
  struct Free {
    void operator()(std::uint64_t* words) const { ::operator delete[](words, std::align_val_t{alignment}); }
  };

  const std::uint64_t* word(Index row, Index column) const {
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
  template <class Value>
  static std::span<Value> of_block(std::span<Value> values, Index b) {
    const auto first = static_cast<std::size_t>(b * block_rows);
    return values.subspan(first, std::min(values.size() - first, static_cast<std::size_t>(block_rows)));
  }

  Index rows_, columns_;
  std::unique_ptr<std::uint64_t[], Free> words_;
};

}  // namespace pim::row
