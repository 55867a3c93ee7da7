#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <pim/core/parallel.hpp>
#include <pim/gate/gate.hpp>
#include <pim/row/bit_rows.hpp>
#include <pim/row/micro_op.hpp>

namespace pim::row {

/// Removes initialisations: INIT1 and the gate into that cell become one plain store. Only what happens between is
/// looked at, so every cell that is read, and every cell at the end, holds what it would have held.
inline std::vector<MicroOp> without_inits(std::span<const MicroOp> ops, std::size_t columns) {
  enum class Pending : std::uint8_t { none, zero, one };
  std::vector<Pending> pending(columns, Pending::none);
  std::vector<MicroOp> out;
  const auto settle = [&](std::uint16_t column) {
    if (pending[column] == Pending::none) return;
    out.push_back({.truth = pending[column] == Pending::one ? gate::one : gate::zero, .out = column});
    pending[column] = Pending::none;
  };
  for (MicroOp op : ops) {
    for (std::size_t i = 0; i < op.fan_in; ++i) settle(op.in[i]);
    if (op.fan_in == 0) {
      pending[op.out] = op.truth == gate::one ? Pending::one : Pending::zero;
      continue;
    }
    if (op.accumulates && pending[op.out] == Pending::zero) continue;  // 0 AND anything
    if (op.accumulates && pending[op.out] == Pending::one) op.accumulates = false;
    pending[op.out] = Pending::none;
    out.push_back(op);
  }
  for (std::size_t column = 0; column < columns; ++column) settle(static_cast<std::uint16_t>(column));
  return out;
}

/// Removes operations whose result nobody reads: neither a later operation nor `results`.
inline std::vector<MicroOp> without_dead(std::span<const MicroOp> ops, std::size_t columns,
                                         std::span<const std::uint16_t> results) {
  std::vector<bool> live(columns, false);
  for (const std::uint16_t column : results) live[column] = true;
  std::vector<MicroOp> kept;
  for (std::size_t k = ops.size(); k-- > 0;) {
    const MicroOp& op = ops[k];
    if (!live[op.out]) continue;
    if (!op.accumulates) live[op.out] = false;
    for (std::size_t i = 0; i < op.fan_in; ++i) live[op.in[i]] = true;
    kept.push_back(op);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

/// The fast form of a program: the operations that its results need, grouped so that a loop runs over each group of
/// one kind. Holds no counts: what is fused or skipped here happens in the host alone.
class Executable {
 public:
  Executable() = default;
  /// Cells that are not in `results` hold anything afterwards.
  Executable(std::span<const MicroOp> ops, std::size_t columns, std::span<const std::uint16_t> results)
      : Executable(without_dead(without_inits(ops, columns), columns, results)) {}
  /// `ops` one by one
  explicit Executable(std::vector<MicroOp> ops) : ops_(std::move(ops)) {
    for (MicroOp& op : ops_) {
      for (std::size_t i = op.fan_in; i < op.in.size(); ++i) op.in[i] = op.in[0];
      const Kind kind = kind_of(op);
      if (groups_.empty() || groups_.back().kind != kind) groups_.push_back({kind, 0});
      ++groups_.back().count;
    }
  }

  std::size_t size() const { return ops_.size(); }
  const std::vector<MicroOp>& ops() const { return ops_; }

  /// One block of BitRows.
  void run(std::uint64_t* block) const {
    const MicroOp* op = ops_.data();
    for (const Group& group : groups_) {
      const MicroOp* const end = op + group.count;
      switch (group.kind) {
        case Kind::constant:
          for (; op != end; ++op) std::fill_n(at(block, op->out), BitRows::block_words, op->truth == 0 ? 0 : ~0ULL);
          break;
        case Kind::copy:
          each(block, op, end, [](Word, Word a, Word, Word) { return a; });
          break;
        case Kind::not_:
          each(block, op, end, [](Word, Word a, Word, Word) { return ~a; });
          break;
        case Kind::nor:
          each(block, op, end, [](Word, Word a, Word b, Word) { return ~(a | b); });
          break;
        case Kind::nand:
          each(block, op, end, [](Word, Word a, Word b, Word) { return ~(a & b); });
          break;
        case Kind::or_:
          each(block, op, end, [](Word, Word a, Word b, Word) { return a | b; });
          break;
        case Kind::min3:
          each(block, op, end, [](Word, Word a, Word b, Word c) { return ~majority(a, b, c); });
          break;
        case Kind::maj3:
          each(block, op, end, [](Word, Word a, Word b, Word c) { return majority(a, b, c); });
          break;
        case Kind::and_not:
          each(block, op, end, [](Word z, Word a, Word, Word) { return z & ~a; });
          break;
        case Kind::and_nor:
          each(block, op, end, [](Word z, Word a, Word b, Word) { return z & ~(a | b); });
          break;
        case Kind::table:
          for (; op != end; ++op) look_up(block, *op);
          break;
      }
    }
  }

 private:
  using Word = std::uint64_t;
  enum class Kind : std::uint8_t { constant, copy, not_, nor, nand, or_, min3, maj3, and_not, and_nor, table };
  struct Group {
    Kind kind;
    std::uint32_t count;
  };

  static Word majority(Word a, Word b, Word c) { return (a & b) | (c & (a | b)); }
  static Word* at(Word* block, std::uint16_t column) { return block + column * BitRows::block_words; }

  static Kind kind_of(const MicroOp& op) {
    if (op.fan_in == 0) return Kind::constant;
    const bool in_place = std::find(op.in.begin(), op.in.begin() + op.fan_in, op.out) != op.in.begin() + op.fan_in;
    constexpr std::array<std::pair<gate::Gate, Kind>, 7> stored{{{gate::copy, Kind::copy},
                                                                 {gate::not_, Kind::not_},
                                                                 {gate::nor, Kind::nor},
                                                                 {gate::nand, Kind::nand},
                                                                 {gate::or_, Kind::or_},
                                                                 {gate::min3, Kind::min3},
                                                                 {gate::maj3, Kind::maj3}}};
    for (const auto& [gate, kind] : stored) {
      if (in_place || gate.truth != op.truth) continue;
      if (!op.accumulates) return kind;
      if (kind == Kind::not_) return Kind::and_not;
      if (kind == Kind::nor) return Kind::and_nor;
    }
    return Kind::table;
  }

  /// Calls f on every word. Outputs differ from inputs here, which lets the loop vectorise.
  template <class F>
  [[gnu::always_inline]] static void each(Word* block, const MicroOp*& op, const MicroOp* end, F f) {
    for (; op != end; ++op)
      apply(at(block, op->out), at(block, op->in[0]), at(block, op->in[1]), at(block, op->in[2]), f);
  }
  template <class F>
  [[gnu::always_inline]] static void apply(Word* __restrict z, const Word* __restrict a, const Word* __restrict b,
                                           const Word* __restrict c, F f) {
    for (Index i = 0; i < BitRows::block_words; ++i) z[i] = f(z[i], a[i], b[i], c[i]);
  }
  /// Any truth table, as a sum of products.
  static void look_up(Word* block, const MicroOp& op) {
    Word* z = at(block, op.out);
    const Word *a = at(block, op.in[0]), *b = at(block, op.in[1]), *c = at(block, op.in[2]);
    for (Index i = 0; i < BitRows::block_words; ++i) {
      Word sum = 0;
      for (unsigned row = 0; row < 8; ++row) {
        const Word product =
            ((row & 1U) != 0 ? a[i] : ~a[i]) & ((row & 2U) != 0 ? b[i] : ~b[i]) & ((row & 4U) != 0 ? c[i] : ~c[i]);
        sum |= (op.truth >> row & 1U) != 0 ? product : 0;
      }
      z[i] = op.accumulates ? z[i] & sum : sum;
    }
  }

  std::vector<MicroOp> ops_;
  std::vector<Group> groups_;
};

/// Runs over all rows, blocks of rows on the pool's threads.
inline void run(const Executable& executable, BitRows& rows) {
  parallel_for(rows.blocks(), [&](Index b) { executable.run(rows.block(b)); });
}

}  // namespace pim::row
