#pragma once
#include <algorithm>
#include <bit>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pim/gate/memristive.hpp>
#include <pim/row/program.hpp>

namespace pim::arith {

/// Cells at one index of neighbouring partitions: bit i of a number in partition first() + i. A handle: the cells are
/// free again when its last copy, or the last copy of a part of it, is gone.
class Lane {
 public:
  Lane() = default;
  Lane(int index, int first, int count, std::shared_ptr<const void> lease)
      : index_(index), first_(first), count_(count), lease_(std::move(lease)) {}

  int index() const { return index_; }
  int first() const { return first_; }
  int count() const { return count_; }
  int last() const { return first_ + count_ - 1; }
  /// `count` cells from partition `first` on
  Lane part(int first, int count) const { return {index_, first, count, lease_}; }
  Lane cell(int partition) const { return part(partition, 1); }
  Lane lowest(int count = 1) const { return part(first_, count); }
  Lane highest(int count = 1) const { return part(first_ + count_ - count, count); }
  std::vector<row::Cell> cells() const {
    std::vector<row::Cell> cells;
    for (int i = 0; i < count_; ++i) cells.push_back({first_ + i, index_});
    return cells;
  }

 private:
  int index_ = 0, first_ = 0, count_ = 0;
  std::shared_ptr<const void> lease_;
};

/// The cells of a row of partitions, and NOT and NOR of whole lanes of them in any gate set that has those. Every
/// operation is emitted into program() at once.
///
/// counts  a fresh lane takes an INIT and a gate; a gate between lanes d partitions apart runs in min(d + 1, lane)
///         cycles, the interleaved groups that the minimal partition model lets run together
/// throws  std::invalid_argument: a row that is too short, from everything that takes new cells
template <gate::GateSet G>
class PartitionedCells {
 public:
  explicit PartitionedCells(int partitions) : program_(partitions) {}

  row::Program<G>& program() { return program_; }
  int partitions() const { return program_.partitions(); }

  /// @{ new cells, at the lowest index that is free in all of these partitions
  Lane lane(int first, int count) {
    if (first < 0 || count < 0 || first + count > partitions())
      throw std::invalid_argument("PartitionedCells: partitions " + std::to_string(first) + " to " +
                                  std::to_string(first + count - 1) + " asked for, expected 0 to " +
                                  std::to_string(partitions() - 1));
    std::size_t index = 0;
    const auto taken = [&](const std::vector<bool>& row) {
      return std::find(row.begin() + first, row.begin() + first + count, true) != row.begin() + first + count;
    };
    while (index < used_->size() && taken((*used_)[index])) ++index;
    if (index == used_->size()) used_->emplace_back(static_cast<std::size_t>(partitions()), false);
    const auto mark = [used = used_, index, first, count](bool value) {
      std::fill_n((*used)[index].begin() + first, count, value);
    };
    mark(true);
    return {static_cast<int>(index), first, count, {used_.get(), [mark](const void*) { mark(false); }}};
  }
  Lane filled(bool value, int first, int count) {
    Lane lane = this->lane(first, count);
    set(lane, value);
    return lane;
  }
  Lane ones(int first, int count) { return filled(true, first, count); }
  Lane zeros(int first, int count) { return filled(false, first, count); }
  Lane not_(const Lane& a) {
    Lane z = ones(a.first(), a.count());
    and_not(z, a);
    return z;
  }
  Lane nor(const Lane& a, const Lane& b) {
    Lane z = ones(a.first(), a.count());
    and_nor(z, a, b);
    return z;
  }
  /// @}

  void set(const Lane& z, bool value, int step = 1) {
    if (z.count() > 0) program_.init(value, z.index(), {z.first(), (z.count() + step - 1) / step, step, 0});
  }
  /// z &= ~a, bit by bit, wherever the lanes are
  void and_not(const Lane& z, const Lane& a) {
    in_groups(z, a,
              [&](const row::Section& where) { program_.template apply<not_index>(z.index(), {a.index()}, where); });
  }
  /// z &= ~(a | b), a and b in the same partitions
  void and_nor(const Lane& z, const Lane& a, const Lane& b) {
    in_groups(z, a, [&](const row::Section& where) {
      program_.template apply<nor_index>(z.index(), {a.index(), b.index()}, where);
    });
  }
  /// z &= ~a from the partitions first, first + step, ... (`count` of them) to those `distance` further, in one cycle
  void step(const Lane& z, const Lane& a, int first, int count, int step, int distance) {
    if (count > 0)
      program_.template apply<not_index>(z.index(), {a.index()}, {first, count, count > 1 ? step : 1, distance});
  }

 private:
  static constexpr std::size_t not_index = gate::index_of<G>(gate::not_), nor_index = gate::index_of<G>(gate::nor);

  template <class F>
  static void in_groups(const Lane& z, const Lane& a, F gate) {
    const int distance = z.first() - a.first(), period = std::abs(distance) + 1;
    for (int i = 0; i < std::min(period, a.count()); ++i) {
      const int count = (a.count() - i + period - 1) / period;
      gate(row::Section{a.first() + i, count, count > 1 ? period : 1, distance});
    }
  }

  row::Program<G> program_;
  std::shared_ptr<std::vector<std::vector<bool>>> used_ = std::make_shared<std::vector<std::vector<bool>>>();
};

/// A value and its complement.
struct Both {
  Lane yes, no;
};

/// A number that waits for its last gate: NOR(a, b), which may go to other partitions on its way.
struct Nor {
  Lane a, b;
};

/// Carry into a sum: none, one, or the complement of a cell.
struct CarryIn {
  enum class Kind { constant_zero, constant_one, cell } kind = Kind::constant_zero;
  Lane complement;

  static CarryIn zero() { return {}; }
  static CarryIn one() { return {Kind::constant_one, {}}; }
  static CarryIn not_(Lane cell) { return {Kind::cell, std::move(cell)}; }
};

/// The building blocks of partition-parallel arithmetic, cheaper than the published ones (AritPIM, Leitersdorf et al.,
/// IEEE TETC 2023), which they follow in outline: prefix trees, broadcasts, reductions, shifts. What is saved comes
/// from
///  - initialising a helper cell once for all levels of a tree, as each partition is a source in one level only;
///  - passing through the down-sweep without group propagates, and through the last few nodes one by one;
///  - keeping x ^ y of the set-up for the sum;
///  - accumulating (X-MAGIC) in the very gate that moves a bit between partitions.
/// Lanes that a member destroys are named in its comment; all others keep their values.
template <gate::GateSet G>
class PartitionedBlocks : public PartitionedCells<G> {
 public:
  using Base = PartitionedCells<G>;
  using Base::and_nor, Base::and_not, Base::Base, Base::filled, Base::lane, Base::nor, Base::not_, Base::ones,
      Base::set, Base::step, Base::zeros;

  struct Sum {
    Nor bits;
    Lane no_carry;  ///< complement of the carry out of the highest bit, where it was asked for
  };

  /// z &= NOR(a, b), bit 0 at z's lowest partition
  void place(const Lane& z, const Nor& of) { and_nor(z, of.a.lowest(z.count()), of.b.lowest(z.count())); }
  Lane take(const Nor& of) { return nor(of.a, of.b); }

  /// The value of `cell` (`inverted`: its complement) in `count` partitions from `first` on, with or without
  /// complements. Takes 2 log2(count) + 3 cycles, or one more.
  Both broadcast(const Lane& cell, bool inverted, int first, int count, bool complements) {
    Both b{ones(first, count), lane(first, count)};
    set(b.no, true, complements ? 1 : 2);
    const Lane &near = inverted ? b.yes : b.no, &far = inverted ? b.no : b.yes;
    and_not(near.lowest(), cell);
    and_not(far.lowest(), near.lowest());
    for (int d = static_cast<int>(std::bit_ceil(static_cast<unsigned>(count))) / 2; d > 0; d /= 2) {
      const int targets = (count + d - 1) / (2 * d);
      step(b.yes, b.no, first, targets, 2 * d, d);
      if (d > 1 || complements) step(b.no, b.yes, first, targets, 2 * d, d);
    }
    if (!complements) b.no = {};
    return b;
  }

  /// One cell: 1 where all bits are 0. In the lane's lowest partition.
  Lane none(const Lane& x) {
    const int first = x.first(), count = x.count();
    const auto nodes = [&](int radix) { return (count + radix - 1) / radix; };
    const auto cycles = [&](int radix) {
      return radix +
             (nodes(radix) > 1 ? 1 + 2 * static_cast<int>(std::bit_width(static_cast<unsigned>(nodes(radix) - 1))) : 0);
    };
    int radix = 1;
    for (int r = 2; r <= count; ++r) radix = cycles(r) < cycles(radix) ? r : radix;
    const Lane y = lane(first, count);
    set(y, true, radix);
    for (int j = 0; j < radix; ++j) step(y, x, first + j, (count - j + radix - 1) / radix, radix, -j);
    if (nodes(radix) > 1) {
      const Lane t = lane(first, count);
      set(t, true, radix);
      for (int s = radix; s < count; s *= 2) {
        const int sources = (count + s - 1) / (2 * s);
        step(t, y, first + s, sources, 2 * s, 0);
        step(y, t, first + s, sources, 2 * s, -s);
      }
    }
    return y.lowest();
  }

  /// What a carry tree starts from: propagate and generate of each bit, in the polarities that are cheapest.
  struct Carries {
    Lane no_generate, propagate, no_propagate;
    Lane sum;                                      ///< x ^ u
    Lane no_carry() const { return no_generate; }  ///< after the tree
  };
  /// `no_u` is the complement of `u`; 13 cycles with it, two of which are NOT x. Empty `sum` unless wanted.
  Carries prepare(const Lane& x, const Lane& u, const Lane& no_u, bool with_sum) {
    Carries c;
    c.no_propagate = not_(x);
    Lane generate = nor(c.no_propagate, no_u);
    and_not(c.no_propagate, u);
    if (with_sum) c.sum = nor(c.no_propagate, generate);
    c.no_generate = not_(generate);
    generate = {};
    c.propagate = not_(c.no_propagate);
    return c;
  }
  /// Lets a carry into the lowest bit.
  void carry_in(Carries& c, const CarryIn& carry) {
    const Lane p = c.propagate.lowest();
    if (carry.kind == CarryIn::Kind::constant_zero) return;
    if (carry.kind == CarryIn::Kind::cell) and_not(p, carry.complement);
    and_not(c.no_generate.lowest(), p);
  }
  /// Carry look-ahead over the lowest `count` bits: no_carry() of each of them, or of the last alone. Destroys
  /// propagate and no_propagate.
  void look_ahead(Carries& c, int count, bool only_last = false) {
    constexpr int chained = 6;  // up to so many nodes, passing carries from node to node is as fast as a tree
    const int first = c.no_generate.first();
    const Lane &ng = c.no_generate, &p = c.propagate;
    Lane generate, above;  // of a source node; complement of a target's propagate, kept in the source's partition
    if (count > chained) generate = ones(first, count);
    if (count / 2 > chained) above = ones(first, count);
    int s = 1;
    for (; count / s > chained; s *= 2) {
      const int targets = count / s / 2, source = first + s - 1, target = source + s;
      const Lane& np = s == 1 ? c.no_propagate : above;
      const int back = s == 1 ? 0 : s / 2;  // np of a node is so many partitions below it
      step(generate, ng, source, targets, 2 * s, 0);
      step(generate, np, target - back, targets, 2 * s, back - s);
      step(ng, generate, source, targets, 2 * s, s);
      step(p, np, source + 2 * s - back, targets - 1, 2 * s, s + back);
      if (count / s / 2 > chained) step(above, p, target + 2 * s, targets - 1, 2 * s, -s);
    }
    for (int node = 1; node < count / s; ++node) pass_carry(c, first + node * s - 1, 1, s, s);
    for (s /= 2; s > 0; s /= 2) {
      if (!only_last) {
        pass_carry(c, first + 2 * s - 1, (count - s) / (2 * s), 2 * s, s);
      } else if ((count & s) != 0 && count > 2 * s) {
        pass_carry(c, first + (count & -(2 * s)) - 1, 1, 1, s);
      }
    }
  }
  /// One cell, the complement of the carry out of x + u + carry, in the highest partition.
  Lane no_carry_out(Carries c, const CarryIn& carry) {
    carry_in(c, carry);
    look_ahead(c, c.no_generate.count(), true);
    return c.no_generate.highest();
  }
  /// The sum bits from the carries out of each bit but the last. Destroys c.sum.
  Nor finish(Carries& c, const CarryIn& carry) {
    const int first = c.sum.first(), moved = c.sum.count() - 1;
    Lane in = ones(first, moved + 1);
    const auto move = [&](const Lane& to) {
      and_not(to.highest(moved), c.no_generate.lowest(moved));
      if (carry.kind == CarryIn::Kind::constant_zero) set(to.lowest(), false);
      if (carry.kind == CarryIn::Kind::cell) and_not(to.lowest(), carry.complement);
    };
    move(in);
    const Lane neither = nor(c.sum, in);
    in = {};
    move(c.sum);
    return {neither, c.sum};
  }
  /// x + u + carry. Operands that are moved here are free cells for most of the sum.
  Sum add(Lane x, Both u, const CarryIn& carry, bool carry_out = false) {
    const int known = carry_out ? x.count() : x.count() - 1;
    Carries c = prepare(x, u.yes, u.no, true);
    x = {}, u = {};
    carry_in(c, carry);
    look_ahead(c, known);
    c.propagate = c.no_propagate = {};
    const Nor bits = finish(c, carry);
    return {bits, carry_out ? c.no_generate.highest() : Lane{}};
  }

  /// x + carry, a one or a cell: a sum without generates
  Sum increment(const Lane& x, const CarryIn& carry, bool carry_out) {
    constexpr int chained = 4;
    const int first = x.first(), bits = x.count(), count = carry_out ? bits : bits - 1;
    Lane np = not_(x), p = not_(np), done = ones(first, count);  // done: complement of a carry out
    if (carry.kind == CarryIn::Kind::cell && count > 0) {
      and_not(p.lowest(), carry.complement);
      if (count > chained) {
        set(np.lowest(), true);
        and_not(np.lowest(), p.lowest());
      }
    }
    if (count / 2 > chained) set(np.part(first + 1, count - 1), true, 2);
    int s = 1;
    for (; count / s > chained; s *= 2) {
      const int targets = count / s / 2;
      if (s > 1) step(np, p, first + s - 1, targets, 2 * s, 0);
      step(p, np, first + s - 1, targets, 2 * s, s);
    }
    for (int node = 1; node <= count / s; ++node) {
      const int at = first + node * s - 1;
      step(done, p, at, 1, 1, 0);
      if (node < count / s) step(p, done, at, 1, 1, s);
    }
    for (s /= 2; s > 0; s /= 2) {
      const int targets = (count - s) / (2 * s);
      step(p, done, first + 2 * s - 1, targets, 2 * s, s);
      step(done, p, first + s - 1, targets + 1, 2 * s, 0);
    }
    np = p = {};
    const Lane in = ones(first, bits);
    and_not(in.highest(bits - 1), done.lowest(bits - 1));
    if (carry.kind == CarryIn::Kind::cell) and_not(in.lowest(), carry.complement);
    const Lane neither = nor(x, in);
    and_not(in, nor(x, neither));
    return {{neither, in}, carry_out ? done.highest() : Lane{}};
  }

  /// Moves x by `distance` partitions (up where positive, filling with 0) where `cell` (`inverted`: its complement)
  /// is 1. Bits that fall out downward clear cells of `no_sticky`, a lane from the same partition on, if it has any.
  void shift(Both& x, const Lane& cell, bool inverted, int distance, const Lane& no_sticky = {}) {
    const int moved = std::max(0, x.yes.count() - std::abs(distance)), lost = x.yes.count() - moved;
    Both b = broadcast(cell, inverted, x.yes.first(), x.yes.count(), no_sticky.count() > 0);
    if (no_sticky.count() > 0) {
      and_not(no_sticky.lowest(lost), nor(x.no.lowest(lost), b.no.lowest(lost)));
      b.no = {};
    }
    and_not(x.yes, b.yes);
    if (distance > 0) {
      and_not(b.yes.highest(moved), x.no.lowest(moved));
      set(b.yes.lowest(lost), false);
    } else {
      and_not(b.yes.lowest(moved), x.no.highest(moved));
      set(b.yes.highest(lost), false);
    }
    x.no = {};
    x.no = nor(x.yes, b.yes);
    b = {};
    x.yes = {};
    x.yes = not_(x.no);
  }

 private:
  /// The carries out of nodes at first, first + step, ... go to those `distance` further, whose carries are then known.
  void pass_carry(Carries& c, int first, int count, int period, int distance) {
    step(c.propagate, c.no_generate, first, count, period, distance);
    step(c.no_generate, c.propagate, first + distance, count, period, 0);
  }
};

}  // namespace pim::arith
