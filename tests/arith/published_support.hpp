#pragma once
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pim/gate/memristive.hpp>
#include <pim/row/bit_rows.hpp>
#include <pim/row/program.hpp>

/// What the tests of the published programs share.
namespace published_test {

using Program = pim::row::Program<pim::gate::NotNor>;
using Values = std::vector<std::uint64_t>;
using Columns = std::vector<std::uint16_t>;

/// SplitMix64 of Steele, Lea and Flood, OOPSLA 2014
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t v = state_ += 0x9e3779b97f4a7c15U;
    v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9U;
    v = (v ^ (v >> 27)) * 0x94d049bb133111ebU;
    return v ^ (v >> 31);
  }
  std::uint64_t bits(int count) { return count == 0 ? 0 : (*this)() >> (64 - count); }

 private:
  std::uint64_t state_;
};

/// The columns of operands, one after the other, lowest bit first.
inline Columns columns(const Program& program, std::initializer_list<std::string_view> names) {
  Columns all;
  for (const std::string_view name : names) {
    bool found = false;
    for (const auto* operands : {&program.inputs(), &program.outputs()}) {
      for (const auto& operand : *operands) {
        if (operand.name != name) continue;
        found = true;
        for (const auto& cell : operand.bits) all.push_back(program.column(cell));
      }
    }
    if (!found) throw std::invalid_argument("no operand " + std::string(name));
  }
  return all;
}

/// Rows that hold random bits in every cell before the operands are stored. Gates run one by one, as they are written:
/// nothing is fused or skipped.
class Rows {
 public:
  Rows(const Program& program, std::size_t count)
      : ops_(program.micro_ops()), rows_(static_cast<pim::Index>(count), program.columns()) {
    Random random(count);
    for (std::uint64_t& word : std::span(rows_.block(0), static_cast<std::size_t>(rows_.bytes() / 8))) word = random();
  }
  void store(const Values& values, const Columns& columns) {
    rows_.store(std::span<const std::uint64_t>(values), std::span<const std::uint16_t>(columns));
  }
  void run() {
    for (pim::Index b = 0; b < rows_.blocks(); ++b) {
      for (const pim::row::MicroOp& op : ops_) run(op, rows_.block(b));
    }
  }
  Values load(const Columns& columns) const {
    Values values(static_cast<std::size_t>(rows_.rows()));
    rows_.load(std::span<const std::uint16_t>(columns), std::span<std::uint64_t>(values));
    return values;
  }

 private:
  static void run(const pim::row::MicroOp& op, std::uint64_t* block) {
    constexpr pim::Index words = pim::row::BitRows::block_words;
    std::uint64_t* const z = block + op.out * words;
    const std::uint64_t *const a = block + op.in[0] * words, *const b = block + op.in[op.fan_in > 1 ? 1 : 0] * words;
    if (op.fan_in == 0) {
      std::fill_n(z, words, op.truth == pim::gate::one ? ~0ULL : 0);
    } else {
      for (pim::Index i = 0; i < words; ++i) z[i] &= ~(a[i] | b[i]);
    }
  }

  std::vector<pim::row::MicroOp> ops_;
  pim::row::BitRows rows_;
};

}  // namespace published_test
