#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <pim/arith/partitioned_cells.hpp>
#include <pim/arith/partitioned_fixed.hpp>
#include <pim/arith/word_results.hpp>

namespace pim::arith {

/// Arithmetic on whole numbers, a bit per partition: the parallel form of the operations that number formats are
/// written in, with the members of SerialWords. Every operation is emitted into program() at once. Numbers are lowest
/// bit first; a shorter operand is extended with zeros.
///
/// A word is a list of bits, each a cell or a constant, so that complements, slices, joins and extensions are free;
/// operands of an operation are moved side by side where they are not. Words wider than the row take an operation per
/// rowful. Counts are lowest where words lie in one index of neighbouring partitions, as results of operations do.
template <gate::GateSet G>
class PartitionedWords {
 public:
  /// The value of a cell, its complement, or a constant. The cell is free again when the last bit that names it is
  /// gone.
  struct Bit {
    Lane cell;  ///< none: a constant 0
    bool inverted = false;

    bool is_constant() const { return cell.count() == 0; }
    bool is(bool value) const { return is_constant() && inverted == value; }
  };
  using Word = std::vector<Bit>;
  using Results = WordResults<Bit, Word>;
  using Sum = typename Results::Sum;
  using Shifted = typename Results::Shifted;
  using Normalised = typename Results::Normalised;
  using Division = typename Results::Division;
  using Limited = typename Results::Limited;

  /// throws  std::invalid_argument: partitions outside 1 to 1024
  explicit PartitionedWords(int partitions) : blocks_(partitions) {}

  row::Program<G>& program() { return blocks_.program(); }
  int partitions() const { return blocks_.partitions(); }

  /// bit i in partition i, in as many indices as it takes
  Word input(std::string name, int bits) {
    Word word;
    for (int first = 0; first < bits; first += partitions())
      append(word, word_of(blocks_.lane(0, std::min(partitions(), bits - first))));
    program().add_input({std::move(name), cells(word)});
    return word;
  }
  void output(std::string name, const Word& word) {
    Word copy;
    for (const Word& part : rowfuls(word)) append(copy, word_of(lane_of(part, 0, false, true)));
    outputs_.push_back(copy);  // keeps the cells
    program().add_output({std::move(name), cells(copy)});
  }
  Bit bit(bool value) const { return {{}, value}; }
  Word constant(std::uint64_t value, int bits) const {
    Word word;
    for (int i = 0; i < bits; ++i) word.push_back(bit(i < 64 && (value >> i & 1U) != 0));
    return word;
  }

  Bit not_(Bit a) const {
    a.inverted = !a.inverted;
    return a;
  }
  Bit and_(const Bit& a, const Bit& b) {
    if (a.is_constant()) return a.inverted ? b : a;
    if (b.is_constant()) return b.inverted ? a : b;
    const Lane z = blocks_.ones(a.cell.first(), 1);
    blocks_.and_not(z, complement(a));
    blocks_.and_not(z, complement(b));
    return {z};
  }
  Bit or_(const Bit& a, const Bit& b) { return not_(and_(not_(a), not_(b))); }
  Bit xor_(const Bit& a, const Bit& b) {
    if (a.is_constant()) return a.inverted ? not_(b) : b;
    if (b.is_constant()) return b.inverted ? not_(a) : a;
    const Bit none = and_(not_(a), not_(b)), both = and_(a, b);
    return and_(not_(none), not_(both));
  }
  /// s ? a : b
  Bit mux(const Bit& s, const Bit& a, const Bit& b) {
    const Bit chosen = and_(s, a), other = and_(not_(s), b);
    return or_(chosen, other);
  }

  /// @{ bit by bit
  Word not_(Word a) const {
    for (Bit& bit : a) bit.inverted = !bit.inverted;
    return a;
  }
  Word mux(const Bit& s, const Word& a, const Word& b) {
    const int bits = std::max(width(a), width(b));
    if (s.is_constant()) return extend(s.inverted ? a : b, bits);
    return each_rowful(extend(a, bits), extend(b, bits), [&](const Word& x, const Word& y) {
      const int first = place_of(x, y);
      const Lane other = lane_of(x, first, false), otherwise = lane_of(y, first, false);
      const Both chosen = broadcast(s, first, width(x));
      const Lane not_other = blocks_.nor(other, chosen.no), not_otherwise = blocks_.nor(otherwise, chosen.yes);
      return blocks_.nor(not_other, not_otherwise);
    });
  }
  Word and_(const Word& a, const Bit& gate) {
    if (gate.is_constant()) return gate.inverted ? a : repeat(gate, width(a));
    return each_rowful(a, a, [&](const Word& x, const Word&) {
      const int first = place_of(x, x);
      const Lane no_x = lane_of(x, first, true);
      const Lane z = blocks_.broadcast(gate.cell, gate.inverted, first, width(x), false).yes;
      blocks_.and_not(z, no_x);
      return z;
    });
  }
  Word or_(const Word& a, const Bit& gate) { return not_(and_(not_(a), not_(gate))); }
  Word xor_(const Word& a, const Bit& gate) {
    if (gate.is_constant()) return gate.inverted ? not_(a) : a;
    return each_rowful(a, a, [&](const Word& x, const Word&) {
      const int first = place_of(x, x);
      const Lane yes = lane_of(x, first, false), no = lane_of(x, first, true);
      const Both turned = broadcast(gate, first, width(x));
      blocks_.and_not(turned.yes, no);
      blocks_.and_not(turned.no, yes);
      return blocks_.nor(turned.yes, turned.no);
    });
  }
  Word xor_(const Word& a, const Word& b) {
    const int bits = std::max(width(a), width(b));
    Word z = each_rowful(cells_of(extend(a, bits)), cells_of(extend(b, bits)), [&](const Word& x, const Word& y) {
      const int first = place_of(x, y);
      const Lane left = lane_of(x, first, false), right = lane_of(y, first, false), neither = blocks_.nor(left, right);
      const Lane only_right = blocks_.nor(left, neither), only_left = blocks_.nor(right, neither);
      return blocks_.nor(only_left, only_right);
    });
    for (int i = 0; i < bits; ++i)
      z[static_cast<std::size_t>(i)].inverted = is_inverted(a, i) == is_inverted(b, i);  // z: where they are equal
    return z;
  }
  /// @}

  /// @{ rearrangements, free of gates
  static Bit at(const Word& a, int i) { return a[static_cast<std::size_t>(i)]; }
  static int width(const Word& a) { return static_cast<int>(a.size()); }
  static Word slice(const Word& a, int first, int bits) { return Word(a.begin() + first, a.begin() + first + bits); }
  static Word concat(Word low, const Word& high) {
    append(low, high);
    return low;
  }
  static Word concat(const Bit& low, const Word& high) { return concat(Word{low}, high); }
  static Word concat(Word low, const Bit& high) {
    low.push_back(high);
    return low;
  }
  static Word repeat(const Bit& bit, int bits) { return Word(static_cast<std::size_t>(bits), bit); }
  static Word extend(Word a, int bits, const Bit& with = {}) {
    a.resize(static_cast<std::size_t>(bits), with);
    return a;
  }
  /// @}

  Bit any(const Word& a) {
    Bit none = bit(true);
    for (const Word& part : rowfuls(a)) {
      if (std::any_of(part.begin(), part.end(), [](const Bit& bit) { return bit.is(true); })) return bit(true);
      if (std::all_of(part.begin(), part.end(), [](const Bit& bit) { return bit.is_constant(); })) continue;
      none = and_(none, {blocks_.none(lane_of(part, place_of(part, part), false))});
    }
    return not_(none);
  }
  Bit all(const Word& a) { return not_(any(not_(a))); }
  /// 1 where an odd number of bits is 1
  Bit parity(const Word& a) {
    const auto inversions = std::count_if(a.begin(), a.end(), [](const Bit& bit) { return bit.inverted; });
    Bit odd = bit(inversions % 2 != 0);
    for (const Word& part : rowfuls(cells_of(a))) {
      if (std::all_of(part.begin(), part.end(), [](const Bit& bit) { return bit.is_constant(); })) continue;
      odd = xor_(odd, {parity_of(lane_of(part, place_of(part, part), false))});
    }
    return odd;
  }

  /// a + b + carry, as wide as the wider
  Sum add(const Word& a, const Word& b, Bit carry = {}) {
    const int bits = std::max(width(a), width(b));
    Word sum;
    for_rowfuls(extend(a, bits), extend(b, bits), [&](const Word& x, const Word& y) {
      const bool is_increment = std::all_of(y.begin(), y.end(), [](const Bit& bit) { return bit.is(false); });
      if (is_increment && carry.is(false)) return append(sum, x);
      const int first = place_of(x, y);
      const CarryIn in = carry_in(carry);
      const Lane augend = lane_of(x, first, false);
      const auto total =
          is_increment ? blocks_.increment(augend, in, true) : blocks_.add(augend, both_of(y, first), in, true);
      carry = {total.no_carry, true};
      append(sum, word_of(blocks_.take(total.bits)));
    });
    return {std::move(sum), carry};
  }
  /// a - b; carry is 1 where a >= b, both unsigned
  Sum subtract(const Word& a, const Word& b) {
    return add(a, not_(extend(b, std::max(width(a), width(b)))), bit(true));
  }
  /// a >= b, both unsigned: the carry of a subtraction alone
  Bit at_least(const Word& a, const Word& b) {
    const int bits = std::max(width(a), width(b));
    Bit carry = bit(true);
    for_rowfuls(extend(a, bits), not_(extend(b, bits)), [&](const Word& x, const Word& y) {
      const int first = place_of(x, y);
      const Lane lane = lane_of(x, first, false);
      const Both addend = both_of(y, first);
      const CarryIn in = carry_in(carry);
      carry = {blocks_.no_carry_out(blocks_.prepare(lane, addend.yes, addend.no, false), in), true};
    });
    return carry;
  }
  /// a + bit
  Sum increment(const Word& a, const Bit& carry) { return add(a, {}, carry); }
  /// negate ? -a : a
  Word negate_if(const Word& a, const Bit& negate) { return increment(xor_(a, negate), negate).sum; }

  /// a / 2^amount; amounts beyond the width give 0
  Shifted shift_right(Word a, const Word& amount) {
    const int stages = std::min(width(amount), static_cast<int>(std::bit_width(a.size() - 1)));
    const Bit beyond = any(slice(amount, stages, width(amount) - stages));
    Bit sticky = and_(any(a), beyond);
    a = and_(a, not_(beyond));
    for (int j = 0; j < stages; ++j) {
      const int step = 1 << j;
      sticky = or_(sticky, and_(any(slice(a, 0, step)), at(amount, j)));
      a = mux(at(amount, j), extend(slice(a, step, width(a) - step), width(a)), a);
    }
    return {std::move(a), sticky};
  }
  /// a * 2^amount, as wide as a
  Word shift_left(Word a, const Word& amount) {
    for (int j = 0; j < width(amount); ++j) a = mux(at(amount, j), raised(a, j < 31 ? 1 << j : width(a)), a);
    return a;
  }
  /// Shifts toward the highest bit until that is 1; 0 is shifted by 2^levels - 1. 2^levels must be at least the width.
  Normalised normalise(Word a, int levels) {
    Word shift = constant(0, levels);
    for (int j = levels - 1; j >= 0; --j) {
      const int step = std::min(1 << j, width(a));
      const Bit low = not_(any(slice(a, width(a) - step, step)));
      shift[static_cast<std::size_t>(j)] = low;
      a = mux(low, raised(a, step), a);
    }
    return {std::move(a), std::move(shift)};
  }
  /// Shifts toward the highest bit until that is 1, by at most `limit` and at most 2^levels - 1, then cuts the result
  /// to its `kept` highest bits.
  Limited normalise_within(Word a, const Word& limit, int levels, int kept) {
    Limited result{{}, limit, bit(false)};
    const auto cut = [&](int bits) {
      const int lost = std::max(width(a) - bits, 0);
      result.sticky = or_(result.sticky, any(slice(a, 0, lost)));
      a = slice(a, lost, width(a) - lost);
    };
    for (int j = std::min(levels, width(limit)) - 1; j >= 0; --j) {
      cut(kept + (2 << j) - 1);  // the shifts that are left bring no more into the kept bits
      const int step = std::min(1 << j, width(a));
      const Word high = slice(result.rest, j, width(limit) - j);
      const Bit leading = any(slice(a, width(a) - step, step)), shifts = and_(not_(leading), any(high));
      result.rest = concat(slice(result.rest, 0, j), subtract(high, {shifts}).sum);
      a = mux(shifts, raised(a, step), a);
    }
    cut(kept);
    result.word = std::move(a);
    return result;
  }

  /// @{ whole products
  Word multiply(const Word& a, const Word& b) {
    const int bits = std::max(width(a), width(b));
    if (bits > partitions()) return multiply_by_rows(a, b);
    const Word x = extend(a, bits), y = extend(b, bits);
    const int first = place_of(x, y);
    const Lane multiplicand = lane_of(x, first, false), factor = lane_of(y, first, false);
    const Lane low = blocks_.ones(first, bits);
    const Lane high =
        blocks_.take(partitioned::multiply(blocks_, multiplicand, factor, low, blocks_.lane(first, bits)));
    return slice(concat(word_of(low), word_of(high)), 0, width(a) + width(b));
  }
  /// two's complement: a sign bit weighs less than it does in the unsigned product, by twice its place
  Word multiply_signed(const Word& a, const Word& b) {
    const Word product = multiply(a, b);
    const auto corrected = [&](const Word& p, const Word& sign_of, const Word& other) {
      const int low = width(sign_of);
      const Word excess = and_(other, at(sign_of, low - 1));
      return concat(slice(p, 0, low), subtract(slice(p, low, width(p) - low), excess).sum);
    };
    return corrected(corrected(product, a, b), b, a);
  }
  /// @}
  /// the lowest `bits` bits of a * b
  Word multiply_low(const Word& a, const Word& b, int bits) { return extend(slice_up_to(multiply(a, b), bits), bits); }
  /// a / d and a mod d, unsigned. The quotient has width(a) - width(d) bits; where it would need more, that is where
  /// a / 2^(quotient bits) >= d, both results are unspecified.
  Division divide(const Word& a, const Word& d) {
    const int bits = width(a) - width(d);
    Division result{constant(0, bits), slice(a, bits, width(d))};
    const Divisor divisor(*this, d);
    for (int i = bits - 1; i >= 0; --i)
      result.quotient[static_cast<std::size_t>(i)] = divisor.step(concat(at(a, i), result.remainder), result.remainder);
    return result;
  }
  /// a / d to `bits` bits, the highest of weight 1; a and d are equally wide, d's highest bit is 1, and a < 2 d. The
  /// sticky bit is 1 where a remainder is left.
  Shifted divide_normal(const Word& a, const Word& d, int bits) {
    Word quotient = constant(0, bits), rest = a;
    const Divisor divisor(*this, d);
    for (int i = bits - 1; i >= 0; --i) {
      const Word dividend = i == bits - 1 ? concat(a, bit(false)) : concat(bit(false), rest);
      quotient[static_cast<std::size_t>(i)] = divisor.step(dividend, rest);
    }
    return {std::move(quotient), any(rest)};
  }

 private:
  /// Cells in the place of a divisor, for all steps of a division.
  class Divisor {
   public:
    Divisor(PartitionedWords& words, const Word& d) : words_(words), d_(d), first_(words.place_of(d, d)) {
      if (width(d) <= words.partitions()) both_ = words.both_of(d, first_);
    }
    /// One bit of the quotient of a dividend below 2 d, one bit wider than d.
    Bit step(const Word& dividend, Word& remainder) const {
      const int bits = width(d_);
      auto& blocks = words_.blocks_;
      if (bits > words_.partitions()) {
        const Sum difference = words_.subtract(dividend, d_);
        remainder = slice(words_.mux(difference.carry, difference.sum, dividend), 0, bits);
        return difference.carry;
      }
      const Bit top = at(dividend, bits);
      const Lane no_top = top.is(false) ? Lane{} : words_.lane_of({top}, first_ + bits - 1, true);
      const Lane x = words_.lane_of(slice(dividend, 0, bits), first_, false, true), quotient = blocks.ones(first_, 1);
      remainder = words_.not_(words_.word_of(partitioned::divide_step(blocks, x, no_top, both_, quotient)));
      return {quotient};
    }

   private:
    PartitionedWords& words_;
    Word d_;
    int first_;
    Both both_;
  };

  static void append(Word& low, const Word& high) { low.insert(low.end(), high.begin(), high.end()); }
  static Word slice_up_to(const Word& a, int bits) { return slice(a, 0, std::min(bits, width(a))); }
  static Word raised(const Word& a, int step) {
    const int lost = std::min(step, width(a));
    return concat(repeat({}, lost), slice(a, 0, width(a) - lost));
  }
  static Word word_of(const Lane& lane) {
    Word word;
    for (int i = 0; i < lane.count(); ++i) word.push_back({lane.cell(lane.first() + i)});
    return word;
  }
  static std::vector<row::Cell> cells(const Word& word) {
    std::vector<row::Cell> cells;
    for (const Bit& bit : word) cells.push_back({bit.cell.first(), bit.cell.index()});
    return cells;
  }
  std::vector<Word> rowfuls(const Word& a) const {
    std::vector<Word> parts;
    for (int first = 0; first < width(a); first += partitions())
      parts.push_back(slice(a, first, std::min(partitions(), width(a) - first)));
    return parts;
  }
  template <class F>
  void for_rowfuls(const Word& a, const Word& b, F f) {
    const auto x = rowfuls(a), y = rowfuls(b);
    for (std::size_t i = 0; i < x.size(); ++i) f(x[i], y[i]);
  }
  template <class F>
  Word each_rowful(const Word& a, const Word& b, F f) {
    Word word;
    for_rowfuls(a, b, [&](const Word& x, const Word& y) { append(word, word_of(f(x, y))); });
    return word;
  }

  static bool is_inverted(const Word& a, int i) { return i < width(a) && a[static_cast<std::size_t>(i)].inverted; }
  /// The cells that a word is made of, without its complements.
  static Word cells_of(Word a) {
    for (Bit& bit : a) bit.inverted = false;
    return a;
  }
  /// One cell, 1 where an odd number of bits is 1: a tree of exclusive ORs of neighbours. In the lowest partition.
  Lane parity_of(Lane x) {
    const int first = x.first(), count = x.count();
    if (count == 1) return x;
    const Lane z = blocks_.lane(first, count), other = blocks_.lane(first, count), both = blocks_.lane(first, count),
               only_other = blocks_.lane(first, count);
    for (int s = 1; s < count; s *= 2) {
      const int period = 2 * s, nodes = (count + period - 1) / period, pairs = (count + s - 1) / period;
      const auto nor = [&](const Lane& out, const Lane& a, const Lane& b) {
        blocks_.set(out, true, period);
        program().template apply<gate::index_of<G>(gate::nor)>(out.index(), {a.index(), b.index()},
                                                               {first, nodes, nodes > 1 ? period : 1, 0});
      };
      blocks_.set(other, true, period);
      blocks_.step(other, x, first + s, pairs, period, -s);  // complement of the neighbour; a node without has 0
      nor(only_other, x, other);
      nor(both, other, only_other);
      blocks_.step(other, x, first, nodes, period, 0);  // now neither
      nor(z, both, other);
      x = z;
    }
    return z.lowest();
  }

  /// The partition in which most bits of two words, put side by side, are already where they should be.
  int place_of(const Word& a, const Word& b) const {
    std::vector<int> votes(static_cast<std::size_t>(partitions()), 0);
    for (const Word* word : {&a, &b}) {
      for (int i = 0; i < width(*word); ++i) {
        const Bit& bit = (*word)[static_cast<std::size_t>(i)];
        const int first = bit.cell.first() - i;
        if (!bit.is_constant() && first >= 0 && first + width(*word) <= partitions())
          ++votes[static_cast<std::size_t>(first)];
      }
    }
    return static_cast<int>(std::distance(votes.begin(), std::max_element(votes.begin(), votes.end())));
  }
  /// How many bits from `first` on are cells of one index in neighbouring partitions, all or none of them inverted, or
  /// the same constant.
  static int run_length(const Word& a, int first) {
    const Bit& start = a[static_cast<std::size_t>(first)];
    int i = first + 1;
    for (; i < width(a); ++i) {
      const Bit& bit = a[static_cast<std::size_t>(i)];
      if (bit.is_constant() != start.is_constant() || bit.inverted != start.inverted) break;
      if (!bit.is_constant() &&
          (bit.cell.index() != start.cell.index() || bit.cell.first() != start.cell.first() + i - first))
        break;
    }
    return i - first;
  }
  /// True where the word (`inverted`: its complement) is a lane already, from partition `first` on.
  static bool is_at(const Word& a, int first, bool inverted) {
    return run_length(a, 0) == width(a) && !a[0].is_constant() && a[0].inverted == inverted &&
           a[0].cell.first() == first;
  }
  static Lane lane_of_run(const Word& a, int first, int bits) {
    const Lane& start = a[static_cast<std::size_t>(first)].cell;
    return {start.index(), start.first(), bits, std::make_shared<Word>(slice(a, first, bits))};
  }
  /// The word (`inverted`: its complement) in neighbouring partitions from `first` on; its own cells where it lies
  /// there already, unless they have to be `fresh`.
  Lane lane_of(const Word& a, int first, bool inverted, bool fresh = false) {
    if (!fresh && is_at(a, first, inverted)) return lane_of_run(a, 0, width(a));
    const Lane z = blocks_.ones(first, width(a));
    for (int i = 0, bits = 0; i < width(a); i += bits) {
      bits = run_length(a, i);
      const Lane to = z.part(first + i, bits);
      const Bit& start = a[static_cast<std::size_t>(i)];
      if (start.is_constant()) {
        if (start.inverted == inverted) blocks_.set(to, false);
      } else if (start.inverted == inverted) {
        blocks_.and_not(to, blocks_.not_(lane_of_run(a, i, bits)));
      } else {
        blocks_.and_not(to, lane_of_run(a, i, bits));
      }
    }
    return z;
  }
  Both both_of(const Word& a, int first) {
    if (is_at(a, first, false) || is_at(a, first, true)) {
      const Lane yes = lane_of(a, first, false);
      return {yes, lane_of(a, first, true)};
    }
    // The polarity that a copy has needs a gate less.
    const bool inverted = !a[0].inverted;
    const Lane made = lane_of(a, first, inverted), complement = blocks_.not_(made);
    return inverted ? Both{complement, made} : Both{made, complement};
  }
  /// A cell that is 1 where a is 0.
  Lane complement(const Bit& a) { return a.inverted ? a.cell : blocks_.not_(a.cell); }
  Both broadcast(const Bit& a, int first, int bits) { return blocks_.broadcast(a.cell, a.inverted, first, bits, true); }
  CarryIn carry_in(const Bit& carry) {
    if (carry.is_constant()) return carry.inverted ? CarryIn::one() : CarryIn::zero();
    return CarryIn::not_(complement(carry));
  }
  Word multiply_by_rows(const Word& a, const Word& b) {
    Word product = constant(0, width(a) + width(b));
    for (int i = 0; i < width(b); ++i) {
      const Sum sum = add(slice(product, i, width(a)), and_(a, at(b, i)));
      product = concat(concat(slice(product, 0, i), concat(sum.sum, sum.carry)),
                       slice(product, i + width(a) + 1, width(b) - i - 1));
    }
    return product;
  }

  PartitionedBlocks<G> blocks_;
  std::vector<Word> outputs_;
};

}  // namespace pim::arith
