#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <pim/gate/gate.hpp>
#include <pim/row/micro_op.hpp>

namespace pim::arith {

/// A bit of a circuit: the output of a node, or its complement. Bits 0 and 1 are the constants.
struct Bit {
  std::uint32_t code = 0;  ///< 2 * node + (1: complement)

  std::uint32_t node() const { return code / 2; }
  bool inverted() const { return code % 2 != 0; }
  bool is_constant() const { return node() == 0; }
  friend Bit operator~(Bit bit) { return {bit.code ^ 1U}; }
  friend bool operator==(Bit, Bit) = default;
  friend auto operator<=>(Bit, Bit) = default;
};
inline constexpr Bit zero{0}, one{1};

/// A number, lowest bit first.
using Word = std::vector<Bit>;

/// Logic without cells: what an algorithm computes, before a gate set says how. Nodes are in the order in which they
/// were asked for, which is the order in which a mapper executes them. Constants are folded and equal nodes shared, so
/// that an algorithm needs no special case for its first and last bits.
///
/// An adder is two nodes, one after the other, with the same inputs: sum3 then majority, or xor2 then and2.
class Circuit {
 public:
  enum class Kind : std::uint8_t { constant, input, and2, xor2, mux, sum3, majority };
  struct Node {
    Kind kind = Kind::constant;
    std::array<Bit, 3> in{};  ///< mux: in[0] ? in[1] : in[2]
    int fan_in() const {
      switch (kind) {
        case Kind::constant:
        case Kind::input:
          return 0;
        case Kind::and2:
        case Kind::xor2:
          return 2;
        default:
          return 3;
      }
    }
  };
  struct Port {
    std::string name;
    Word bits;
  };
  struct Sum {
    Bit sum, carry;
  };

  Circuit() : nodes_(1) {}

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }

  Word input(std::string name, int bits) {
    Word word;
    for (int i = 0; i < bits; ++i) word.push_back(push({Kind::input, {}}));
    inputs_.push_back({std::move(name), word});
    return word;
  }
  void output(std::string name, Word bits) { outputs_.push_back({std::move(name), std::move(bits)}); }

  Bit and_(Bit a, Bit b) {
    if (a == zero || b == zero || a == ~b) return zero;
    if (a == one || a == b) return b;
    if (b == one) return a;
    return find(Kind::and2, {std::min(a, b), std::max(a, b), zero});
  }
  Bit or_(Bit a, Bit b) { return ~and_(~a, ~b); }
  Bit xor_(Bit a, Bit b) {
    if (a.is_constant()) return a == one ? ~b : b;
    if (b.is_constant()) return b == one ? ~a : a;
    if (a.node() == b.node()) return a == b ? zero : one;
    const bool inverted = a.inverted() != b.inverted();
    a.code &= ~1U, b.code &= ~1U;
    const Bit bit = find(Kind::xor2, {std::min(a, b), std::max(a, b), zero});
    return inverted ? ~bit : bit;
  }
  /// s ? a : b
  Bit mux(Bit s, Bit a, Bit b) {
    if (s.is_constant()) return s == one ? a : b;
    if (a == b) return a;
    if (a == ~b) return xor_(s, b);
    if (s.inverted()) s = ~s, std::swap(a, b);
    if (a == one || a == s) return or_(s, b);
    if (a == zero || a == ~s) return and_(~s, b);
    if (b == zero || b == s) return and_(s, a);
    if (b == one || b == ~s) return or_(~s, a);
    return find(Kind::mux, {s, a, b});
  }
  /// At least two of three.
  Bit majority(Bit a, Bit b, Bit c) {
    const auto [x, y, z] = sorted(a, b, c);
    if (const Bit* bit = trivial_majority(x, y, z)) return *bit;
    if (x.is_constant()) return x == one ? or_(y, z) : and_(y, z);
    return find(Kind::majority, {x, y, z});
  }
  /// a + b + c
  Sum full_add(Bit a, Bit b, Bit c) {
    const auto [x, y, z] = sorted(a, b, c);
    if (x == zero) return half_add(y, z);
    if (x == one) {  // y + z + 1: the complements of the half sum's carry into the other polarity
      const Sum half = half_add(~y, ~z);
      return {~half.sum, ~half.carry};
    }
    if (x == y) return {z, x};
    if (y == z) return {x, y};
    if (x == ~y) return {~z, z};
    if (y == ~z) return {~x, x};
    const Bit sum = find(Kind::sum3, {x, y, z});
    return {sum, find(Kind::majority, {x, y, z})};
  }
  /// a + b
  Sum half_add(Bit a, Bit b) {
    if (a.is_constant() || b.is_constant() || a.node() == b.node()) return {xor_(a, b), and_(a, b)};
    const Bit sum = xor_(a, b);
    return {sum, and_(a, b)};
  }

  /// True for nodes that an output depends on.
  std::vector<bool> live() const {
    std::vector<bool> live(nodes_.size(), false);
    for (const Port& port : outputs_) {
      for (const Bit bit : port.bits) live[bit.node()] = true;
    }
    for (std::size_t n = nodes_.size(); n-- > 0;) {
      if (!live[n]) continue;
      for (int i = 0; i < nodes_[n].fan_in(); ++i) live[nodes_[n].in[static_cast<std::size_t>(i)].node()] = true;
    }
    return live;
  }

 private:
  static std::tuple<Bit, Bit, Bit> sorted(Bit a, Bit b, Bit c) {
    std::array<Bit, 3> bits{a, b, c};
    std::sort(bits.begin(), bits.end());
    return {bits[0], bits[1], bits[2]};
  }
  static const Bit* trivial_majority(const Bit& x, const Bit& y, const Bit& z) {
    if (x == y) return &x;
    if (y == z) return &y;
    if (x == ~y) return &z;
    if (y == ~z) return &x;
    return nullptr;
  }
  Bit find(Kind kind, const std::array<Bit, 3>& in) {
    const auto [place, is_new] = known_.try_emplace({kind, in[0], in[1], in[2]}, zero);
    if (is_new) place->second = push({kind, in});
    return place->second;
  }
  Bit push(const Node& node) {
    nodes_.push_back(node);
    return {2 * static_cast<std::uint32_t>(nodes_.size() - 1)};
  }

  std::vector<Node> nodes_;
  std::vector<Port> inputs_, outputs_;
  std::map<std::tuple<Kind, Bit, Bit, Bit>, Bit> known_;
};

}  // namespace pim::arith
