#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <pim/arith/reference/oracle.hpp>
#include <pim/core/parallel.hpp>
#include <pim/core/rng.hpp>
#include <pim/row/routine.hpp>

namespace pim::arith {

/// What comparing a routine's results with the oracle's gave.
struct Outcome {
  std::uint64_t rows = 0;      ///< compared, or excluded
  std::uint64_t excluded = 0;  ///< rows whose operands the contract leaves open
  std::uint64_t mismatches = 0;
  double error_sum = 0;          ///< of |result - expected| / |expected|, where both are finite and expected is not 0
  std::uint64_t not_finite = 0;  ///< wrong results that are infinite or NaN where the right one is not
  std::string first;             ///< the first wrong row: operands, result, expected

  /// over all rows that the contract defines
  double mean_relative_error() const {
    return rows == excluded ? 0.0 : error_sum / static_cast<double>(rows - excluded);
  }
};

/// Runs a routine on operands and compares every row with the oracle.
class Verifier {
 public:
  static constexpr Index chunk_rows = 1 << 14;
  /// called between chunks, with rows done
  using Progress = std::function<void(std::uint64_t)>;

  /// throws  std::invalid_argument: no oracle for the format, or a routine with other ports than the operation's
  Verifier(const row::Routine& routine, const Request& request)
      : routine_(routine), request_(request), oracle_(request) {
    // The published programs divide z (with w above it) by d.
    const auto& in = routine.inputs();
    const auto& out = routine.outputs();
    const bool published_divide = columns(in, {"x"}).empty() && !columns(in, {"d"}).empty();
    operands_[0] = published_divide ? columns(in, {"z", "w"}) : number(in, "x");
    operands_[1] = published_divide ? columns(in, {"d"}) : number(in, "y");
    if (!published_divide) operands_[2] = number(in, "z");
    remainder_ = columns(out, {"r"});
    const bool selects = request.operation == Operation::select;
    result_ = !remainder_.empty() ? columns(out, {"q"}) : selects ? columns(out, {"s"}) : number(out, "z");
    if (operands_[0].empty() || result_.empty())
      throw std::invalid_argument("Verifier: the program's operands are not those of " +
                                  std::string(info(request.operation).name));
  }

  /// bits of all operands together
  int operand_bits() const { return static_cast<int>(operands_[0].size() + operands_[1].size() + operands_[2].size()); }

  /// `rows` random rows: uniform codes, mixed with neighbours, powers of two, extremes and equal operands; of floating
  /// point also with exponents close to each other, cancelling sums and simple mantissas.
  Outcome random(std::uint64_t rows, const Rng& rng, const Progress& progress = {}) const {
    return all(rows, progress, [&](std::uint64_t first, Chunk& chunk) { draw(first, rng, chunk); });
  }
  /// The same with faults, whose place in the array is keyed by `faults_rng`.
  Outcome random_with_faults(std::uint64_t rows, const Rng& rng, const row::Faults& faults, const Rng& faults_rng,
                             const Progress& progress = {}) const {
    return all(
        rows, progress, [&](std::uint64_t first, Chunk& chunk) { draw(first, rng, chunk); }, &faults, &faults_rng);
  }
  /// Every combination of operands, or one of every `parts` of them that follow each other, chosen by `choice`.
  /// throws  std::invalid_argument: more than 2^40 combinations, or fewer than `parts`
  Outcome exhaustive(const Progress& progress = {}, std::uint64_t parts = 1, std::uint64_t choice = 0) const {
    const int bits = operand_bits();
    if (bits > 40)
      throw std::invalid_argument("exhaustive verification of " + std::to_string(bits) +
                                  " operand bits, expected at most 40; verify random rows instead");
    const std::uint64_t count = 1ULL << bits;
    if (parts < 1 || parts > count)
      throw std::invalid_argument("exhaustive verification of one of " + std::to_string(parts) +
                                  " combinations: there are " + std::to_string(count));
    const Rng strata(choice);
    return all(count / parts, progress, [&](std::uint64_t first, Chunk& chunk) {
      for (std::size_t r = 0; r < chunk.rows; ++r) {
        const std::uint64_t stratum = first + r;
        std::uint64_t code = stratum * parts + (parts == 1 ? 0 : strata.bits(stratum) % parts);
        for (std::size_t i = 3; i-- > 0;) {  // x is the slowest to change
          const auto width = operands_[i].size();
          if (width == 0) continue;
          chunk.operands[i].low[r] = code & low_bits(width);
          code = width == 64 ? 0 : code >> width;
        }
      }
    });
  }

 private:
  using Columns = std::vector<std::uint16_t>;
  struct Chunk {
    std::size_t rows = 0;
    std::array<reference::Column, 3> operands;
    reference::Expected expected;
    reference::Column result;
    std::vector<std::uint64_t> remainder;
    std::optional<row::BitRows> array;
  };
  /// Chunks that no thread works on: their memory is used again.
  struct Spare {
    std::mutex mutex;
    std::vector<std::unique_ptr<Chunk>> chunks;
  };
  struct Lease {
    explicit Lease(Spare& from) : spare(from) {
      const std::lock_guard lock(spare.mutex);
      if (spare.chunks.empty()) spare.chunks.push_back(std::make_unique<Chunk>());
      chunk = std::move(spare.chunks.back());
      spare.chunks.pop_back();
    }
    ~Lease() {
      const std::lock_guard lock(spare.mutex);
      spare.chunks.push_back(std::move(chunk));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Spare& spare;
    std::unique_ptr<Chunk> chunk;
  };

  static std::uint64_t low_bits(std::size_t count) { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }

  static Columns columns(const std::vector<row::Port>& ports, std::initializer_list<std::string_view> names) {
    Columns columns;
    for (const std::string_view name : names) {
      const auto port = std::ranges::find(ports, name, &row::Port::name);
      if (port != ports.end()) columns.insert(columns.end(), port->columns.begin(), port->columns.end());
    }
    return columns;
  }
  /// An integer's port, or a floating-point number's three; the product's high half is port w.
  static Columns number(const std::vector<row::Port>& ports, const std::string& name) {
    const std::string mantissa = name + 'm', exponent = name + 'e', sign = name + 's', high = name == "z" ? "w" : "";
    return columns(ports, {name, high, mantissa, exponent, sign});
  }

  template <class Fill>
  Outcome all(std::uint64_t rows, const Progress& progress, const Fill& fill, const row::Faults* faults = nullptr,
              const Rng* faults_rng = nullptr) const {
    constexpr Index chunks_per_report = 64;
    Outcome total;
    for (std::uint64_t begin = 0; begin < rows; begin += chunks_per_report * chunk_rows) {
      const std::uint64_t end = std::min<std::uint64_t>(rows, begin + chunks_per_report * chunk_rows);
      const Index count = static_cast<Index>((end - begin + chunk_rows - 1) / chunk_rows);
      std::vector<Outcome> outcomes(static_cast<std::size_t>(count));
      parallel_for(count, [&](Index i) {
        const std::uint64_t first = begin + static_cast<std::uint64_t>(i * chunk_rows);
        const Lease lease(spare_);
        Chunk& chunk = *lease.chunk;
        chunk.rows = static_cast<std::size_t>(std::min<std::uint64_t>(end - first, chunk_rows));
        for (std::size_t k = 0; k < 3; ++k) {
          if (operands_[k].empty()) continue;
          chunk.operands[k].low.resize(chunk.rows);
          if (operands_[k].size() > 64) chunk.operands[k].high.resize(chunk.rows);
        }
        fill(first, chunk);
        run(chunk, faults, faults != nullptr ? faults_rng->at(first) : Rng(0));
        outcomes[static_cast<std::size_t>(i)] = compare(chunk);
      });
      for (const Outcome& outcome : outcomes) {  // in order, whatever thread was first
        total.rows += outcome.rows, total.excluded += outcome.excluded, total.mismatches += outcome.mismatches;
        total.error_sum += outcome.error_sum, total.not_finite += outcome.not_finite;
        if (total.first.empty()) total.first = outcome.first;
      }
      if (progress) progress(end);
    }
    return total;
  }

  /// What a program does not write first may hold anything: bits that differ from cell to cell and row to row.
  static void fill_with_leftovers(row::BitRows& rows) {
    for (Index b = 0; b < rows.blocks(); ++b) {
      const std::span words(rows.block(b), static_cast<std::size_t>(rows.columns() * row::BitRows::block_words));
      std::uint64_t state = 0x9e3779b97f4a7c15ULL * static_cast<std::uint64_t>(b + 1);
      for (std::uint64_t& word : words) {
        state += 0x9e3779b97f4a7c15ULL;
        word = (state ^ state >> 31) * 0xbf58476d1ce4e5b9ULL;
      }
    }
  }

  void run(Chunk& chunk, const row::Faults* faults, const Rng& faults_rng) const {
    if (!chunk.array || chunk.array->rows() < static_cast<Index>(chunk.rows))
      chunk.array.emplace(routine_.rows(static_cast<Index>(chunk.rows)));
    row::BitRows& rows = *chunk.array;
    fill_with_leftovers(rows);
    const auto halves = [&](const Columns& columns, reference::Column& values, const auto& move) {
      const std::span<const std::uint16_t> all(columns);
      move(all.first(std::min<std::size_t>(64, all.size())), values.low);
      if (all.size() > 64) move(all.subspan(64), values.high);
    };
    for (std::size_t i = 0; i < 3; ++i) {
      if (operands_[i].empty()) continue;
      halves(operands_[i], chunk.operands[i],
             [&](auto columns, std::vector<std::uint64_t>& values) { rows.store<std::uint64_t>(values, columns); });
    }
    if (faults != nullptr) {
      routine_.run(rows, *faults, faults_rng);
    } else {
      routine_.run(rows);
    }
    const auto load = [&](auto columns, std::vector<std::uint64_t>& values) {
      values.resize(chunk.rows);
      rows.load<std::uint64_t>(columns, values);
    };
    halves(result_, chunk.result, load);
    if (!remainder_.empty()) load(std::span<const std::uint16_t>(remainder_), chunk.remainder);
  }

  Outcome compare(Chunk& chunk) const {
    oracle_.run(chunk.operands[0], chunk.operands[1], chunk.operands[2], chunk.expected);
    Outcome outcome;
    outcome.rows = chunk.rows;
    const reference::Expected& e = chunk.expected;
    for (std::size_t r = 0; r < chunk.rows; ++r) {
      outcome.excluded += e.is_defined[r] != 0 ? 0U : 1U;
      const bool same = chunk.result.low[r] == e.value.low[r] &&
                        (chunk.result.high.empty() || chunk.result.high[r] == e.value.high[r]) &&
                        (chunk.remainder.empty() || chunk.remainder[r] == e.remainder[r]);
      if (same || e.is_defined[r] == 0) continue;
      if (outcome.mismatches++ == 0) outcome.first = describe(chunk, r);
      const double expected = value(e.value, r), result = value(chunk.result, r);
      if (!std::isfinite(expected) || expected == 0) continue;
      if (!std::isfinite(result)) {
        ++outcome.not_finite;
        continue;
      }
      outcome.error_sum += std::abs(result - expected) / std::abs(expected);
    }
    return outcome;
  }
  double value(const reference::Column& column, std::size_t r) const {
    const Format& f = request_.operation == Operation::convert ? request_.to : request_.format;
    const auto width = static_cast<int>(result_.size());
    if (f.is_floating() && width + 1 >= f.bits()) {  // unsigned sums have no sign
      const bool published = request_.contract == Contract::published && f.exponent_bits <= 8 && f.mantissa_bits <= 24;
      return published ? reference::PublishedCodec(f).decode(column.low[r])
                       : reference::IeeeCodec(f).decode(column.low[r]);
    }
    const auto wide = reference::Wide{column.high.empty() ? 0 : column.high[r]} << 64 | column.low[r];
    if (!f.is_floating() && f.is_signed() && width >= f.bits() && width > 1)
      return static_cast<double>(reference::sign_extended(wide, width));
    return static_cast<double>(wide);
  }
  std::string describe(const Chunk& chunk, std::size_t r) const {
    const auto hex = [&](const reference::Column& column) {
      constexpr char digits[] = "0123456789abcdef";
      auto wide = reference::Wide{column.high.empty() ? 0 : column.high[r]} << 64 | column.low[r];
      std::string text;
      do text.insert(text.begin(), digits[static_cast<std::size_t>(wide & 15U)]);
      while ((wide >>= 4) != 0);
      return "0x" + text;
    };
    std::string text;
    for (std::size_t i = 0; i < 3; ++i) {
      if (!operands_[i].empty()) text += (text.empty() ? "" : ", ") + hex(chunk.operands[i]);
    }
    return text + " gave " + hex(chunk.result) + ", expected " + hex(chunk.expected.value);
  }

  /// Uniform operands in half of the rows; the others are near each other, near a power of two, or extreme.
  void draw(std::uint64_t first, const Rng& rng, Chunk& chunk) const {
    const auto bits64 = [&](std::uint64_t place, std::uint64_t row) {
      const Rng key = rng.at(place);
      return key.bits(2 * row) | static_cast<std::uint64_t>(key.bits(2 * row + 1)) << 32;
    };
    for (std::size_t r = 0; r < chunk.rows; ++r) {
      const std::uint64_t row = first + r, kind = bits64(0, row);
      for (std::size_t i = 0; i < 3; ++i) {
        const auto width = operands_[i].size();
        if (width == 0) continue;
        std::uint64_t code = bits64(1 + i, row);
        switch (kind >> (8 * i) & 7U) {
          case 0:
            code = i == 0 ? 1ULL << (code % std::min<std::size_t>(width, 64)) : near(chunk.operands[0].low[r], code);
            break;
          case 1:
            code = (code & 1U) - (code >> 1 & 1U);
            break;
          case 2:
            code = (kind >> 40 & 1U) != 0 ? code & 0xff : ~(code & 0xff);
            break;
          case 3:
            if (request_.format.is_floating() && i > 0) code = comparable(chunk.operands[0].low[r], code);
            break;
          default:
            break;
        }
        chunk.operands[i].low[r] = code & low_bits(width);
        if (width > 64) chunk.operands[i].high[r] = bits64(4 + i, row) & low_bits(width - 64);
      }
      make_meaningful(chunk, r, bits64(8, row), bits64(9, row));
    }
  }
  /// `code` near `other`: equal, its complement, or a few units away; of floating point with either sign, so that sums
  /// cancel
  std::uint64_t near(std::uint64_t other, std::uint64_t code) const {
    const std::uint64_t sign = request_.format.is_floating() ? (code >> 8 & 1U) << (request_.format.bits() - 1) : 0;
    switch (code & 3U) {
      case 0:
        return other ^ sign;
      case 1:
        return ~other;
      default:
        return (other ^ sign) + (code >> 2 & 15U) - 8;
    }
  }
  /// A number whose exponent differs from `other`'s by no more than alignment can show, with `code`'s sign and mantissa
  /// (or the simplest ones, which make ties).
  std::uint64_t comparable(std::uint64_t other, std::uint64_t code) const {
    const Format& f = request_.format;
    const auto top = static_cast<std::int64_t>((1ULL << f.exponent_bits) - 1);
    const auto reach = static_cast<std::uint64_t>(f.mantissa_bits) + 4;
    const auto distance = static_cast<std::int64_t>((code >> 54) % (2 * reach + 1)) - static_cast<std::int64_t>(reach);
    const auto exponent =
        std::clamp(static_cast<std::int64_t>(reference::exponent_field(f, other)) + distance, std::int64_t{0}, top);
    std::uint64_t mantissa = code & ((1ULL << f.mantissa_bits) - 1);
    if ((code >> 53 & 1U) != 0)
      mantissa = mantissa % 3 == 0 ? 0 : mantissa % 3 == 1 ? 1 : (1ULL << f.mantissa_bits) - 1;
    return (code >> 52 & 1U) << (f.bits() - 1) | static_cast<std::uint64_t>(exponent) << f.mantissa_bits | mantissa;
  }
  /// Most rows of an operation with excluded operands should still say something.
  void make_meaningful(Chunk& chunk, std::size_t r, std::uint64_t a, std::uint64_t b) const {
    const Format& f = request_.format;
    std::uint64_t& x = chunk.operands[0].low[r];
    if (f.is_floating()) {
      if (request_.operation == Operation::fused_multiply_add && a % 4 == 0) {  // a sum that cancels the product
        const std::uint64_t product = reference::IeeeFloat(f).multiply(x, chunk.operands[1].low[r]);
        chunk.operands[2].low[r] = ((product ^ 1ULL << (f.bits() - 1)) + b % 9 - 4) & low_bits(operands_[2].size());
      }
      if (request_.contract != Contract::published) return;
      std::uint64_t& y = chunk.operands[1].low[r];
      for (std::uint64_t* code : {&x, &y}) {
        if (!reference::is_published_number(f, *code)) *code &= ~((1ULL << f.mantissa_bits) - 1);
      }
      if (request_.operation == Operation::divide && reference::exponent_field(f, y) == 0) y |= 1ULL << f.mantissa_bits;
      return;
    }
    if (info(request_.operation).operands == 1) return;
    std::uint64_t& y = chunk.operands[1].low[r];
    const bool shifts = request_.operation == Operation::shift_left || request_.operation == Operation::shift_right;
    if (shifts && a % 4 != 0)
      y = (a >> 2) % (static_cast<std::uint64_t>(f.integer_bits) + 2) & low_bits(operands_[1].size());
    const bool narrow = request_.operation == Operation::divide_narrow;
    if (request_.operation != Operation::divide && !narrow) return;
    if (y == 0) y = 1;
    if (narrow) return;
    // A quotient that fits, times the divisor, plus a remainder.
    using reference::SignedWide;
    using reference::Wide;
    const int bits = f.integer_bits;
    Wide dividend;
    if (f.is_signed()) {
      const SignedWide d = reference::sign_extended(y, bits),
                       q = reference::sign_extended(a & low_bits(operands_[1].size()), bits);
      const SignedWide size = d < 0 ? -d : d, rest = static_cast<SignedWide>(b % static_cast<std::uint64_t>(size));
      dividend = static_cast<Wide>(q * d + ((q < 0) == (d < 0) ? rest : -rest));
    } else {
      dividend = Wide{a & low_bits(operands_[1].size())} * y + b % y;
    }
    x = static_cast<std::uint64_t>(dividend) & low_bits(operands_[0].size());
    if (operands_[0].size() > 64)
      chunk.operands[0].high[r] = static_cast<std::uint64_t>(dividend >> 64) & low_bits(operands_[0].size() - 64);
  }

  const row::Routine& routine_;
  Request request_;
  reference::Oracle oracle_;
  std::array<Columns, 3> operands_;  ///< x, y, z, or dividend and divisor
  Columns result_, remainder_;
  mutable Spare spare_;
};

}  // namespace pim::arith
