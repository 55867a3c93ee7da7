#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <pim/gate/gate.hpp>
#include <pim/row/micro_op.hpp>

namespace pim::row {

/// What a sequence of operations computes, as a network of functions of at most three values, with fewer functions than
/// operations: the nine NORs of a full adder become its sum and its carry.
///
/// Each operation is a value. A value may be computed from any set of at most three earlier values that decides it (a
/// cut); the network is the choice of cuts that covers the results with about the fewest functions.
/// source  Mishchenko et al., Combinational and sequential mapping with priority cuts, ICCAD 2007: cuts kept per node,
///         first choice by area flow, then exact local area
class LutNetwork {
 public:
  using Value = std::uint32_t;
  struct Lut {
    Value out = 0;
    std::uint8_t truth = 0;  ///< of in[0], in[1], in[2]; independent of those beyond fan_in
    std::uint8_t fan_in = 0;
    std::array<Value, 3> in{};
  };
  struct Result {
    std::uint16_t column = 0;
    Value value = 0;
  };

  /// Values 0 to columns - 1 are what the columns hold before; the others are results of Luts.
  LutNetwork(std::span<const MicroOp> ops, std::size_t columns, std::span<const std::uint16_t> results)
      : columns_(columns) {
    build_values(ops, results);
    count_uses();
    choose_cuts();
    for (int pass = 0; pass < 2; ++pass) recover_area();
    cover();
  }

  std::size_t values() const { return nodes_.size(); }
  const std::vector<Lut>& luts() const { return luts_; }  ///< each after those it needs
  const std::vector<Result>& results() const { return results_; }

 private:
  struct Node {
    std::uint8_t truth = 0, fan_in = 0;
    std::array<Value, 3> in{};
  };
  struct Cut {
    std::uint8_t truth = 0, size = 0;
    std::array<Value, 3> leaves{};  ///< ascending
    float flow = 0;
  };
  static constexpr std::size_t cuts_per_value = 6;
  static constexpr int area_depth = 6;

  /// Accumulation is one AND more: two nodes where the gate has three inputs, else one.
  void build_values(std::span<const MicroOp> ops, std::span<const std::uint16_t> results) {
    nodes_.resize(columns_);
    std::vector<Value> now(columns_);
    for (std::size_t c = 0; c < columns_; ++c) now[c] = static_cast<Value>(c);
    for (const MicroOp& op : ops) {
      Node node{op.truth, op.fan_in, {}};
      for (std::size_t i = 0; i < op.fan_in; ++i) node.in[i] = now[op.in[i]];
      const bool is_one = nodes_[now[op.out]].fan_in == 0 && now[op.out] >= columns_ && nodes_[now[op.out]].truth != 0;
      if (op.accumulates && !is_one) {
        if (node.fan_in == 3) {
          nodes_.push_back(node);
          node = {gate::a, 1, {static_cast<Value>(nodes_.size() - 1)}};
        }
        constexpr std::array variables{gate::a, gate::b, gate::c};
        node.truth &= variables[node.fan_in];
        node.in[node.fan_in++] = now[op.out];
      }
      now[op.out] = static_cast<Value>(nodes_.size());
      nodes_.push_back(node);
    }
    for (const std::uint16_t column : results) results_.push_back({column, now[column]});
  }
  void count_uses() {
    uses_.assign(nodes_.size(), 0);
    for (const Result& result : results_) ++uses_[result.value];
    for (std::size_t n = nodes_.size(); n-- > columns_;) {
      for (std::size_t i = 0; uses_[n] > 0 && i < nodes_[n].fan_in; ++i) ++uses_[nodes_[n].in[i]];
    }
  }

  static Cut trivial(Value value) { return {gate::a, 1, {value}, 0}; }
  /// `truth` of `cut`, as a table over `leaves`, which hold all of its own
  static std::uint8_t spread(const Cut& cut, std::span<const Value> leaves) {
    std::array<unsigned, 3> place{};
    for (std::size_t i = 0; i < cut.size; ++i)
      place[i] = static_cast<unsigned>(std::find(leaves.begin(), leaves.end(), cut.leaves[i]) - leaves.begin());
    unsigned table = 0;
    for (unsigned row = 0; row < 8; ++row) {
      unsigned at = 0;
      for (std::size_t i = 0; i < cut.size; ++i) at |= (row >> place[i] & 1U) << i;
      table |= (static_cast<unsigned>(cut.truth) >> at & 1U) << row;
    }
    return static_cast<std::uint8_t>(table);
  }
  /// One cut per input joined; false when they have more than three leaves together.
  static bool join(const Node& node, std::span<const Cut* const> parts, Cut& cut) {
    cut.size = 0;
    for (const Cut* part : parts) {
      for (std::size_t i = 0; i < part->size; ++i) {
        const auto end = cut.leaves.begin() + cut.size;
        const auto place = std::lower_bound(cut.leaves.begin(), end, part->leaves[i]);
        if (place != end && *place == part->leaves[i]) continue;
        if (cut.size == 3) return false;
        std::copy_backward(place, end, end + 1);
        *place = part->leaves[i];
        ++cut.size;
      }
    }
    const std::span<const Value> leaves(cut.leaves.data(), cut.size);
    std::array<std::uint8_t, 3> tables{};
    for (std::size_t i = 0; i < parts.size(); ++i) tables[i] = spread(*parts[i], leaves);
    unsigned table = 0;
    for (unsigned row = 0; row < 8; ++row) {
      unsigned at = 0;
      for (std::size_t i = 0; i < parts.size(); ++i) at |= (static_cast<unsigned>(tables[i]) >> row & 1U) << i;
      table |= (static_cast<unsigned>(node.truth) >> at & 1U) << row;
    }
    cut.truth = static_cast<std::uint8_t>(table);
    drop_unused(cut);
    return true;
  }
  static void drop_unused(Cut& cut) {
    constexpr std::array<unsigned, 3> low{0x55, 0x33, 0x0f};
    for (unsigned i = cut.size; i-- > 0;) {
      const unsigned shift = 1U << i;
      const unsigned truth = cut.truth;
      if ((truth >> shift & low[i]) != (truth & low[i])) continue;
      Cut less{0, static_cast<std::uint8_t>(cut.size - 1), {}, 0};
      for (unsigned k = 0, to = 0; k < cut.size; ++k) {
        if (k != i) less.leaves[to++] = cut.leaves[k];
      }
      unsigned table = 0;
      for (unsigned row = 0; row < 8; ++row) {
        const unsigned below = row & (shift - 1), above = (row & ~(shift - 1)) << 1;
        table |= (truth >> ((below | above) & 7U) & 1U) << row;
      }
      less.truth = static_cast<std::uint8_t>(table);
      cut = less;
    }
  }
  void choose_cuts() {
    cuts_.resize(nodes_.size());
    flow_.assign(nodes_.size(), 0.0F);
    std::vector<Cut> found;
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      const Node& node = nodes_[n];
      if (n >= columns_ && uses_[n] == 0) continue;
      found.clear();
      if (n >= columns_) {
        std::array<const Cut*, 3> parts{};
        enumerate(node, 0, parts, found);
        for (Cut& cut : found) {
          cut.flow = 1.0F;
          for (std::size_t i = 0; i < cut.size; ++i) cut.flow += flow_[cut.leaves[i]];
        }
        std::stable_sort(found.begin(), found.end(), [](const Cut& a, const Cut& b) {
          return a.flow != b.flow ? a.flow < b.flow : a.size < b.size;
        });
        const auto same = [](const Cut& a, const Cut& b) { return a.size == b.size && a.leaves == b.leaves; };
        found.erase(std::unique(found.begin(), found.end(), same), found.end());
        if (found.size() > cuts_per_value) found.resize(cuts_per_value);
        flow_[n] = found.front().flow / static_cast<float>(uses_[n]);
      }
      found.push_back(trivial(static_cast<Value>(n)));  // last: the choice of a cover takes the first
      cuts_[n] = found;
    }
  }
  void enumerate(const Node& node, std::size_t i, std::array<const Cut*, 3>& parts, std::vector<Cut>& found) const {
    if (i == parts.size() || i == node.fan_in) {
      Cut cut;
      if (join(node, std::span(parts.data(), i), cut)) found.push_back(cut);
      return;
    }
    for (const Cut& cut : cuts_[node.in[i]]) {
      parts[i] = &cut;
      enumerate(node, i + 1, parts, found);
    }
  }
  /// Uses by the present cover: what a value's chosen cut needs counts where the value itself is used.
  void count_references() {
    references_.assign(nodes_.size(), 0);
    for (const Result& result : results_) ++references_[result.value];
    for (std::size_t n = nodes_.size(); n-- > columns_;) {
      if (references_[n] == 0) continue;
      const Cut& cut = cuts_[n].front();
      for (std::size_t i = 0; i < cut.size; ++i) ++references_[cut.leaves[i]];
    }
  }
  /// Functions that come into the cover (or leave it) with one more (or less) use of a cut's leaves, as far as
  /// `depth` values down: what is farther is hardly different from cut to cut, and chains may be long.
  int reference(const Cut& cut, int depth = area_depth) {
    int area = 1;
    for (std::size_t i = 0; i < cut.size; ++i) {
      const Value leaf = cut.leaves[i];
      if (references_[leaf]++ == 0 && leaf >= columns_ && depth > 0) area += reference(cuts_[leaf].front(), depth - 1);
    }
    return area;
  }
  void dereference(const Cut& cut, int depth = area_depth) {
    for (std::size_t i = 0; i < cut.size; ++i) {
      const Value leaf = cut.leaves[i];
      if (--references_[leaf] == 0 && leaf >= columns_ && depth > 0) dereference(cuts_[leaf].front(), depth - 1);
    }
  }
  void recover_area() {
    count_references();
    for (std::size_t n = columns_; n < nodes_.size(); ++n) {
      if (references_[n] == 0) continue;
      dereference(cuts_[n].front());
      std::size_t best = 0;
      int least = 0;
      for (std::size_t k = 0; k + 1 < cuts_[n].size(); ++k) {
        const int area = reference(cuts_[n][k]);
        dereference(cuts_[n][k]);
        if (k == 0 || area < least) best = k, least = area;
      }
      std::swap(cuts_[n][0], cuts_[n][best]);
      reference(cuts_[n].front());
    }
  }
  void cover() {
    count_references();
    for (std::size_t n = columns_; n < nodes_.size(); ++n) {
      const Cut& cut = cuts_[n].empty() ? Cut{} : cuts_[n].front();
      if (references_[n] > 0) luts_.push_back({static_cast<Value>(n), cut.truth, cut.size, cut.leaves});
    }
  }

  std::size_t columns_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> uses_, references_;
  std::vector<std::vector<Cut>> cuts_;
  std::vector<float> flow_;
  std::vector<Lut> luts_;
  std::vector<Result> results_;
};

}  // namespace pim::row
