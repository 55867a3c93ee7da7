#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pim/core/parallel.hpp>
#include <pim/gate/gate.hpp>
#include <pim/row/bit_rows.hpp>
#include <pim/row/lut_network.hpp>
#include <pim/row/micro_op.hpp>

namespace pim::row {

namespace executable {

using Word = std::uint64_t;

/// A place for 64 * BitRows::block_words bits: a column of the rows, or one of the thread's own scratch.
struct Slot {
  std::uint32_t code = 0;  ///< 2 * number + (1: scratch)
  bool is_scratch() const { return code % 2 != 0; }
};
struct Step {
  std::uint8_t truth = 0;
  Slot out;
  std::array<Slot, 3> in;
};

constexpr unsigned bit_of(unsigned table, unsigned row) { return table >> row & 1U; }

/// A function of two words by its truth table of four bits.
template <unsigned Table>
[[gnu::always_inline]] inline Word function(Word a, Word b) {
  switch (Table & 15U) {
    case 0:
      return 0;
    case 1:
      return ~(a | b);
    case 2:
      return a & ~b;
    case 3:
      return ~b;
    case 4:
      return ~a & b;
    case 5:
      return ~a;
    case 6:
      return a ^ b;
    case 7:
      return ~(a & b);
    case 8:
      return a & b;
    case 9:
      return ~(a ^ b);
    case 10:
      return a;
    case 11:
      return a | ~b;
    case 12:
      return b;
    case 13:
      return ~a | b;
    case 14:
      return a | b;
    default:
      return ~Word{0};
  }
}
/// Of three words, by its truth table of eight bits: the cofactors for c = 0 and c = 1, joined as cheaply as they
/// allow.
template <unsigned Table>
[[gnu::always_inline]] inline Word function(Word a, Word b, Word c) {
  constexpr unsigned low = Table & 15U, high = Table >> 4U;
  if constexpr (low == high) {
    return function<low>(a, b);
  } else if constexpr (low == (high ^ 15U)) {
    return c ^ function<low>(a, b);
  } else if constexpr (low == 0) {
    return c & function<high>(a, b);
  } else if constexpr (high == 0) {
    return ~c & function<low>(a, b);
  } else if constexpr (low == 15U) {
    return ~c | function<high>(a, b);
  } else if constexpr (high == 15U) {
    return c | function<low>(a, b);
  } else if constexpr ((low & high) == low) {  // grows with c, as a majority does
    return function<low>(a, b) | (c & function<high>(a, b));
  } else {
    return function<low>(a, b) ^ (c & function<low ^ high>(a, b));
  }
}

/// The same function with its inputs in the order that has the lowest truth table.
inline LutNetwork::Lut ordered(const LutNetwork::Lut& lut) {
  LutNetwork::Lut best = lut;
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    bool moves_unused = false;
    LutNetwork::Lut other = lut;
    for (std::size_t i = 0; i < 3; ++i) {
      moves_unused = moves_unused || (i < lut.fan_in && order[i] >= lut.fan_in);
      other.in[i] = lut.in[order[i]];
    }
    if (moves_unused) continue;
    unsigned table = 0;
    for (unsigned row = 0; row < 8; ++row) {
      unsigned at = 0;
      for (std::size_t i = 0; i < 3; ++i) at |= bit_of(row, static_cast<unsigned>(i)) << order[i];
      table |= bit_of(lut.truth, at) << row;
    }
    other.truth = static_cast<std::uint8_t>(table);
    if (other.truth < best.truth) best = other;
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

/// The functions of a network, each after those it needs, in an order that has equal ones side by side where that
/// takes no long look ahead: values that wait must stay in cache.
inline std::vector<LutNetwork::Lut> grouped(const LutNetwork& network) {
  constexpr std::size_t look_ahead = 48;
  const auto& luts = network.luts();
  std::vector<LutNetwork::Lut> order, waiting;
  std::vector<bool> is_pending(network.values(), false);
  for (const LutNetwork::Lut& lut : luts) waiting.push_back(ordered(lut)), is_pending[lut.out] = true;
  const auto is_ready = [&](const LutNetwork::Lut& lut) {
    return std::none_of(lut.in.begin(), lut.in.begin() + lut.fan_in, [&](auto value) { return is_pending[value]; });
  };
  std::size_t first = 0;
  while (order.size() < luts.size()) {
    while (!is_pending[waiting[first].out]) ++first;
    std::size_t next = first;
    for (std::size_t k = first; !order.empty() && k < std::min(first + look_ahead, luts.size()); ++k) {
      if (waiting[k].truth != order.back().truth || !is_pending[waiting[k].out] || !is_ready(waiting[k])) continue;
      next = k;
      break;
    }
    is_pending[waiting[next].out] = false;
    order.push_back(waiting[next]);
  }
  return order;
}

}  // namespace executable

/// Loops over the words of a block, one per truth table. A template, so that a program can compile them once.
template <Index Words>
class LutLoops {
 public:
  using Word = executable::Word;
  using Loop = void (*)(Word* rows, Word* scratch, const executable::Step* step, const executable::Step* end);

  /// The loop that runs steps of this truth table.
  static Loop loop(std::uint8_t truth);

 private:
  template <unsigned Table>
  static void run(Word* rows, Word* scratch, const executable::Step* step, const executable::Step* end) {
    const auto at = [&](executable::Slot slot) {
      return (slot.code % 2 == 0 ? rows : scratch) + static_cast<Index>(slot.code / 2) * Words;
    };
    for (; step != end; ++step) words<Table>(at(step->out), at(step->in[0]), at(step->in[1]), at(step->in[2]));
  }
  /// The output is never one of the inputs, which lets the loop vectorise.
  template <unsigned Table>
  [[gnu::always_inline]] static void words(Word* __restrict z, const Word* __restrict a, const Word* __restrict b,
                                           const Word* __restrict c) {
    for (Index i = 0; i < Words; ++i) z[i] = executable::function<Table>(a[i], b[i], c[i]);
  }
  template <std::size_t... Tables>
  static constexpr std::array<Loop, 256> all(std::index_sequence<Tables...>) {
    return {&run<Tables>...};
  }
  static constexpr std::array<Loop, 256> loops = all(std::make_index_sequence<256>{});
};

template <Index Words>
typename LutLoops<Words>::Loop LutLoops<Words>::loop(std::uint8_t truth) {
  return loops[truth];
}

/// The fast form of a program: what its results need, as functions of at most three columns (LutNetwork), with scratch
/// that is reused as soon as it is free, so that it stays in the nearest cache. It holds no counts: what is fused or
/// skipped here happens in the host alone.
class Executable {
 public:
  Executable() = default;
  /// Afterwards `results` hold what the program leaves there, and all other columns what they held before.
  /// throws  std::invalid_argument: more than 65536 values at once beside the columns
  Executable(std::span<const MicroOp> ops, std::size_t columns, std::span<const std::uint16_t> results)
      : columns_(static_cast<Index>(columns)) {
    const LutNetwork network(ops, columns, results);
    place(network, executable::grouped(network), columns);
    if (scratch_slots_ > 65536) throw std::invalid_argument("Executable: more than 65536 values at once");
    for (const executable::Step& step : steps_) {
      if (groups_.empty() || groups_.back().truth != step.truth) groups_.push_back({step.truth, 0});
      ++groups_.back().count;
    }
  }

  std::size_t size() const { return steps_.size(); }
  Index columns() const { return columns_; }
  std::size_t scratch_slots() const { return scratch_slots_; }

  /// One block of BitRows. `scratch`: a block of scratch_slots() columns
  void run(std::uint64_t* block, std::uint64_t* scratch) const {
    const executable::Step* step = steps_.data();
    for (const Group& group : groups_) {
      LutLoops<BitRows::block_words>::loop(group.truth)(block, scratch, step, step + group.count);
      step += group.count;
    }
  }

 private:
  struct Group {
    std::uint8_t truth;
    std::uint32_t count;
  };
  static executable::Slot column_slot(std::uint32_t column) { return {2 * column}; }
  static executable::Slot scratch_slot(std::uint32_t number) { return {2 * number + 1}; }

  /// Gives every value a place. A result goes straight to its column where nobody needs any more what that column held
  /// before, else through scratch.
  void place(const LutNetwork& network, const std::vector<LutNetwork::Lut>& luts, std::size_t columns) {
    constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> last(network.values(), 0);
    for (std::size_t k = 0; k < luts.size(); ++k) {
      for (std::size_t i = 0; i < luts[k].fan_in; ++i) last[luts[k].in[i]] = k;
    }
    std::vector<executable::Slot> slot(network.values());
    std::vector<std::size_t> made(network.values(), never);
    for (std::size_t c = 0; c < columns; ++c) slot[c] = column_slot(static_cast<std::uint32_t>(c));
    for (std::size_t k = 0; k < luts.size(); ++k) made[luts[k].out] = k;

    std::vector<bool> direct(network.values(), false);
    std::vector<LutNetwork::Result> copies;
    for (const LutNetwork::Result& result : network.results()) last[result.value] = never;
    for (const LutNetwork::Result& result : network.results()) {
      const bool held_is_needed =
          last[result.column] == never || (made[result.value] != never && last[result.column] >= made[result.value]);
      if (result.value == result.column) continue;
      if (made[result.value] == never || direct[result.value] || held_is_needed) {
        copies.push_back(result);
      } else {
        direct[result.value] = true;
        slot[result.value] = column_slot(result.column);
      }
    }
    std::vector<std::uint32_t> spare;
    for (std::size_t k = 0; k < luts.size(); ++k) {
      const LutNetwork::Lut& lut = luts[k];
      if (!direct[lut.out]) {
        if (spare.empty()) spare.push_back(static_cast<std::uint32_t>(scratch_slots_++));
        slot[lut.out] = scratch_slot(spare.back());
        spare.pop_back();
      }
      executable::Step step{lut.truth, slot[lut.out], {}};
      for (std::size_t i = 0; i < 3; ++i) step.in[i] = slot[lut.in[i < lut.fan_in ? i : 0]];
      steps_.push_back(step);
      for (std::size_t i = 0; i < lut.fan_in; ++i) {
        const executable::Slot in = slot[lut.in[i]];
        if (last[lut.in[i]] == k && in.is_scratch()) spare.push_back(in.code / 2);
      }
    }
    // A copied value may be what another result's column held before: first all into scratch, then to the columns.
    std::vector<executable::Step> stores;
    for (const LutNetwork::Result& result : copies) {
      executable::Slot from = slot[result.value];
      if (!from.is_scratch()) {
        const executable::Slot through = scratch_slot(static_cast<std::uint32_t>(scratch_slots_++));
        steps_.push_back({gate::copy.truth, through, {from, from, from}});
        from = through;
      }
      stores.push_back({gate::copy.truth, column_slot(result.column), {from, from, from}});
    }
    steps_.insert(steps_.end(), stores.begin(), stores.end());
  }

  Index columns_ = 0;
  std::vector<executable::Step> steps_;
  std::vector<Group> groups_;
  std::size_t scratch_slots_ = 0;
};

/// Runs over all rows, blocks of rows on the pool's threads.
/// throws  std::invalid_argument: fewer columns than the program has
inline void run(const Executable& executable, BitRows& rows) {
  if (rows.columns() < executable.columns())
    throw std::invalid_argument("row::run: the rows have " + std::to_string(rows.columns()) +
                                " columns, the program needs " + std::to_string(executable.columns()));
  constexpr Index grain = 4;
  parallel_for_ranges(rows.blocks(), grain, [&](Index first, Index end) {
    BitRows scratch(1, std::max<Index>(1, static_cast<Index>(executable.scratch_slots())));  // aligned as rows are
    for (Index b = first; b < end; ++b) executable.run(rows.block(b), scratch.block(0));
  });
}

}  // namespace pim::row
