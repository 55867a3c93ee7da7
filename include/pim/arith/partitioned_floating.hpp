#pragma once
#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include <pim/arith/partitioned_cells.hpp>
#include <pim/arith/partitioned_fixed.hpp>
#include <pim/core/check.hpp>

namespace pim::arith::partitioned {

/// An exponent must be able to count the positions of a sum.
constexpr int longest_mantissa(int exponent_bits) { return std::min(52, (1 << exponent_bits) - 5); }
/// The formats of the programs below; FloatProgram throws for others.
constexpr bool has_float_programs(int exponent_bits, int mantissa_bits) {
  return exponent_bits >= 4 && exponent_bits <= 11 && mantissa_bits >= 2 &&
         mantissa_bits <= longest_mantissa(exponent_bits);
}

/// Builds the floating-point programs below: z = x op y, fields of z in the partitions of those of x and y.
/// Of a number under way the hidden bit is in the highest partition, and bits to round away are below the mantissa.
template <gate::GateSet G>
class FloatProgram {
 public:
  /// throws  std::invalid_argument: not has_float_programs(exponent_bits, mantissa_bits)
  FloatProgram(const std::string& operation, int exponent_bits, int mantissa_bits, bool with_sign)
      : e0_(with_sign ? 1 : 0),
        ne_(checked(exponent_bits, mantissa_bits)),
        nm_(mantissa_bits),
        top_(e0_ + ne_ + nm_ - 1),
        b_(top_ + 1),
        x_(b_.lane(0, top_ + 1)),
        y_(b_.lane(0, top_ + 1)),
        z_(b_.lane(0, top_ + 1)) {
    b_.program().set_title("Parallel floating " + operation + ", " + std::to_string(ne_) + " exponent bits, " +
                           std::to_string(nm_) + " mantissa bits");
    for (const auto& [name, number] : {std::pair("x", x_), {"y", y_}, {"z", z_}}) {
      const auto add = [&, name = std::string(name)](const char* field, const Lane& cells) {
        row::Operand operand{name + field, cells.cells()};
        name == "z" ? b_.program().add_output(std::move(operand)) : b_.program().add_input(std::move(operand));
      };
      if (with_sign) add("s", number.cell(0));
      add("e", exponent(number));
      add("m", mantissa(number));
    }
  }

  row::Program<G> add_unsigned() {
    const int guard = top_ - nm_ - 2;
    Ordered operands = ordered(x_, y_, no_swap_of_exponents(), guard);
    const Lane big_exponent = operands.big_exponent.lowest(ne_);
    const Lane no_sticky = b_.ones(guard, sticky_cells(nm_ + 2, nm_ + 3));
    Both aligned = align(operands, no_sticky, bits_for(nm_ + 3));
    Both sum{b_.ones(guard, nm_ + 3), {}};
    {
      b_.and_not(sum.yes.lowest(), aligned.no.lowest());
      Both addend{aligned.yes.highest(nm_ + 1), aligned.no.highest(nm_ + 1)};
      aligned = {};
      const auto total =
          b_.add(std::exchange(operands.big, {}).highest(nm_ + 1), std::move(addend), CarryIn::zero(), true);
      b_.place(sum.yes.part(guard + 1, nm_ + 1), total.bits);
      b_.and_not(sum.yes.highest(), total.no_carry);
    }
    sum.no = b_.not_(sum.yes);
    const Lane carry = b_.not_(sum.no.highest());
    b_.shift(sum, carry, true, 1);
    const Lane exact = b_.none(b_.not_(no_sticky));
    b_.and_not(exact, sum.yes.lowest());
    b_.set(z_, true);
    const Lane no_carry = round(sum, exact, true);
    b_.and_not(no_carry, carry);
    b_.place(exponent(z_), b_.increment(big_exponent, CarryIn::not_(no_carry), false).bits);
    return std::move(b_.program());
  }

  /// x + y, or x - y
  row::Program<G> add(bool difference) {
    Lane y = y_;
    if (difference) {
      const Lane no_y = b_.not_(y_);
      y = b_.ones(0, top_ + 1);
      b_.and_not(y.highest(top_), no_y.highest(top_));
      b_.and_not(y.lowest(), y_.lowest());
    }
    b_.set(z_, true);
    Lane differ, no_differ;  // signs
    {
      const Nor signs = exclusive_or(x_.lowest(), y.lowest());
      differ = b_.take(signs);
      no_differ = b_.not_(differ);
    }
    const int lowest = top_ - nm_ - 4, bits = nm_ + 4;
    Ordered operands = ordered(x_, y, no_swap_of_magnitudes(y), lowest);
    y = {};
    Both sum;
    {
      Lane no_sticky = b_.ones(lowest, sticky_cells(bits, bits));
      Both aligned = align(operands, no_sticky, bits_for(nm_ + 4));
      Lane exact = b_.none(b_.not_(std::exchange(no_sticky, {})));
      b_.and_not(aligned.no.lowest(), b_.not_(exact));
      exact = {};
      b_.set(aligned.yes.lowest(), true);
      b_.and_not(aligned.yes.lowest(), aligned.no.lowest());
      Both term = b_.broadcast(differ, false, lowest, bits, true);
      b_.and_not(term.yes, aligned.no);
      b_.and_not(term.no, aligned.yes);
      aligned = {};
      Lane addend = b_.nor(term.yes, term.no);
      term = {};
      Lane no_addend = b_.not_(addend);
      const auto total = b_.add(std::exchange(operands.big, {}), {std::move(addend), std::move(no_addend)},
                                CarryIn::not_(no_differ), true);
      no_differ = {};
      sum.yes = b_.ones(lowest, bits + 1);
      b_.place(sum.yes.lowest(bits), total.bits);
      b_.and_not(sum.yes.highest(), total.no_carry);
      b_.and_not(sum.yes.highest(), std::exchange(differ, {}));
    }
    sum.no = b_.not_(sum.yes);
    Lane no_shift = b_.ones(e0_, ne_ + 1);
    for (int j = bits_for(bits + 1) - 1; j >= 0; --j) {
      const Lane empty = b_.none(sum.yes.highest(1 << j));
      b_.and_not(no_shift.cell(e0_ + j), empty);
      b_.shift(sum, empty, false, 1 << j);
    }
    const Lane no_carry = round(sum, b_.none(sum.yes.lowest(3)), true);
    const Lane nonzero = b_.not_(sum.no.highest());
    sum = {};

    // exponent + 1 - shift + carry, as (exponent + 2) + ~shift + carry
    Lane more = b_.ones(e0_, ne_ + 1);
    b_.place(more.highest(ne_), b_.increment(operands.big_exponent.highest(ne_), CarryIn::one(), false).bits);
    b_.and_not(more.lowest(), b_.not_(operands.big_exponent.lowest()));
    operands.big_exponent = {};
    Lane shift = b_.not_(no_shift);
    const Nor total = b_.add(std::move(more), {std::move(no_shift), std::move(shift)}, CarryIn::not_(no_carry)).bits;
    b_.place(exponent(z_), total);
    b_.and_not(nonzero, b_.nor(total.a.highest(), total.b.highest()));
    clear_unless(nonzero);
    return std::move(b_.program());
  }

  row::Program<G> multiply() {
    Both product;
    {
      const Lane low = b_.ones(top_ - nm_, nm_ + 1), high = b_.lane(top_ - nm_, nm_ + 1);
      const Lane x = significand(x_), y = significand(y_);
      Nor upper = partitioned::multiply(b_, x, y, low, high);
      product.yes = b_.ones(top_ - nm_ - 3, nm_ + 4);
      b_.place(product.yes.highest(nm_ + 1), std::exchange(upper, {}));
      const Lane no_low = b_.not_(low.highest(2));
      b_.and_not(product.yes.cell(top_ - nm_ - 1), no_low.highest());
      b_.and_not(product.yes.cell(top_ - nm_ - 2), no_low.lowest());
      b_.and_not(product.yes.lowest(), b_.none(low.lowest(nm_ - 1)));
    }
    product.no = b_.not_(product.yes);
    const Lane carry = b_.not_(product.no.highest());
    b_.shift(product, carry, true, 1);
    b_.set(z_, true);
    const Lane no_carry = round(product, b_.none(product.yes.lowest(2)), true);
    b_.and_not(no_carry, carry);
    const Lane nonzero = b_.not_(product.no.highest());
    product = {};

    // exponents + 1 + carry - 2^(ne - 1): the constant changes the two highest bits alone
    Lane sum = b_.ones(e0_, ne_ + 1);
    {
      const auto total = b_.add(exponent(x_), {exponent(y_), b_.not_(exponent(y_))}, CarryIn::one(), true);
      b_.place(sum.lowest(ne_), total.bits);
      b_.and_not(sum.highest(), total.no_carry);
    }
    const Nor total = b_.increment(std::exchange(sum, {}), CarryIn::not_(no_carry), false).bits;
    b_.place(exponent(z_).lowest(ne_ - 1), total);
    const auto [equal_zeros, equal_ones, lower] = compare_highest(total);
    b_.and_not(exponent(z_).highest(), lower);
    b_.and_not(nonzero, equal_zeros);
    b_.and_not(nonzero, equal_ones);
    b_.place(z_.lowest(), exclusive_or(x_.lowest(), y_.lowest()));
    clear_unless(nonzero);
    return std::move(b_.program());
  }

  row::Program<G> divide() {
    Both quotient{b_.ones(top_ - nm_ - 3, nm_ + 4), {}};
    {
      Lane x = significand(x_);
      const Lane divisor = significand(y_), no_divisor = b_.not_(divisor);
      Lane no_remainder;
      for (int i = top_; i > quotient.yes.first(); --i) {
        if (i < top_) {
          x = b_.ones(top_ - nm_, nm_ + 1);
          b_.and_not(x.highest(nm_), no_remainder.lowest(nm_));
          b_.set(x.lowest(), false);
        }
        const Lane above = i < top_ ? no_remainder.highest() : Lane{};
        no_remainder = divide_step(b_, x, above, {divisor, no_divisor}, quotient.yes.cell(i));
      }
      b_.and_not(quotient.yes.lowest(), b_.none(b_.not_(no_remainder)));
    }
    // ~(y - x + [quotient < 1]) + 2^(ne - 1) of the exponents: the constant changes the two highest bits alone
    Lane sum = b_.ones(e0_, ne_ + 1);
    {
      const auto total = b_.add(exponent(y_), {b_.not_(exponent(x_)), exponent(x_)}, CarryIn::one(), true);
      b_.place(sum.lowest(ne_), total.bits);
      b_.and_not(sum.highest(), b_.not_(total.no_carry));
    }
    b_.set(z_, true);
    Lane nonzero;
    {
      const Nor total = b_.increment(std::exchange(sum, {}), CarryIn::not_(quotient.yes.highest()), false).bits;
      b_.and_not(exponent(z_).lowest(ne_ - 1), b_.take({total.a.lowest(ne_ - 1), total.b.lowest(ne_ - 1)}));
      b_.and_nor(exponent(z_).highest(), total.a.cell(e0_ + ne_ - 1), total.b.cell(e0_ + ne_ - 1));
      const auto [equal_zeros, equal_ones, lower] = compare_highest(total);
      nonzero = b_.not_(b_.nor(equal_zeros, equal_ones));
    }
    quotient.no = b_.not_(quotient.yes);
    const Lane at_least_one = b_.not_(quotient.no.highest());
    b_.shift(quotient, at_least_one, true, 1);
    round(quotient, b_.none(quotient.yes.lowest(2)), false);
    b_.and_not(nonzero, quotient.no.highest());
    b_.place(z_.lowest(), exclusive_or(x_.lowest(), y_.lowest()));
    clear_unless(nonzero);
    return std::move(b_.program());
  }

 private:
  static int checked(int exponent_bits, int mantissa_bits) {
    require_range("partitioned: exponent bits", exponent_bits, 4, 11);
    require_range("partitioned: mantissa bits", mantissa_bits, 2, longest_mantissa(exponent_bits));
    return exponent_bits;
  }
  /// that can hold 0 to positions - 1
  static int bits_for(int positions) { return static_cast<int>(std::bit_width(static_cast<unsigned>(positions - 1))); }
  /// How many lowest cells of a register of `cells` lose bits when it is aligned.
  static int sticky_cells(int cells, int positions) { return std::min(cells, 1 << (bits_for(positions) - 1)); }

  Lane exponent(const Lane& number) const { return number.part(e0_, ne_); }
  Lane mantissa(const Lane& number) const { return number.part(e0_ + ne_, nm_); }
  Nor exponent(const Nor& number) const { return {exponent(number.a), exponent(number.b)}; }
  Nor mantissa(const Nor& number) const { return {mantissa(number.a), mantissa(number.b)}; }

  Nor exclusive_or(const Lane& x, const Lane& y) {
    const Lane neither = b_.not_(x);
    const Lane both = b_.nor(neither, b_.not_(y));
    b_.and_not(neither, y);
    return {neither, both};
  }
  /// Complement of x < y, exponents alone.
  Lane no_swap_of_exponents() {
    const Lane no_x = b_.not_(exponent(x_));
    return b_.no_carry_out(b_.prepare(exponent(y_), no_x, exponent(x_), false), CarryIn::zero());
  }
  /// Complement of |x| < |y|, sign left out.
  Lane no_swap_of_magnitudes(const Lane& y) {
    const Lane x_magnitude = x_.highest(top_), y_magnitude = y.highest(top_);
    auto all = b_.prepare(y_magnitude, b_.not_(x_magnitude), x_magnitude, false);
    const Lane below = b_.no_carry_out(
        {mantissa(all.no_generate), mantissa(all.propagate), mantissa(all.no_propagate), {}}, CarryIn::zero());
    return b_.no_carry_out({exponent(all.no_generate), exponent(all.propagate), exponent(all.no_propagate), {}},
                           CarryIn::not_(below));
  }
  struct Ordered {
    Lane big_exponent, big;  ///< with a sign, the exponent has a 0 above it
    Lane small_exponent, small;
  };
  /// x and y, or y and x where no_swap is 0; significands below one place for a carry, in the partitions from `first`
  /// on. Stores the sign of the first.
  Ordered ordered(const Lane& x, const Lane& y, Lane no_swap, int first) {
    Both swap = b_.broadcast(no_swap, true, 0, top_ + 1, true);
    no_swap = {};
    Nor big{b_.nor(y, swap.no), b_.nor(x, swap.yes)};
    b_.and_not(swap.yes, x);
    b_.and_not(swap.no, y);
    const Nor small{swap.yes, swap.no};
    swap = {};
    Ordered result;
    if (e0_ > 0) b_.place(z_.lowest(), big);
    result.big_exponent = b_.lane(e0_, ne_ + e0_);
    b_.set(result.big_exponent.lowest(ne_), true);
    if (e0_ > 0) b_.set(result.big_exponent.highest(), false);
    b_.place(result.big_exponent.lowest(ne_), exponent(big));
    result.big = significand(std::exchange(big, {}), b_.none(result.big_exponent.lowest(ne_)), first);
    result.small_exponent = b_.take(exponent(small));
    result.small = significand(small, b_.none(result.small_exponent), first);
    return result;
  }
  Lane significand(const Nor& number, const Lane& is_zero, int first) {
    const Lane s = b_.lane(first, top_ - first), bits = s.highest(nm_ + 1);
    if (s.count() > bits.count()) b_.set(s.lowest(s.count() - bits.count()), false);
    b_.set(bits, true);
    b_.place(bits.lowest(nm_), mantissa(number));
    b_.and_not(bits.highest(), is_zero);
    return s;
  }
  /// The significand of an operand, in the highest partitions.
  Lane significand(const Lane& number) {
    const Lane s = b_.ones(top_ - nm_, nm_ + 1);
    b_.and_not(s.lowest(nm_), b_.not_(mantissa(number)));
    b_.and_not(s.highest(), b_.none(exponent(number)));
    return s;
  }
  /// The smaller significand, shifted down by the difference of the exponents; a larger difference than `levels` bits
  /// can count counts as the largest. Lost bits clear cells of no_sticky. Takes small and small_exponent away.
  Both align(Ordered& operands, const Lane& no_sticky, int levels) {
    Lane no_distance;
    {
      Lane other = std::exchange(operands.small_exponent, {}), no_other = b_.not_(other);
      const Lane distance = b_.take(
          b_.add(operands.big_exponent.lowest(ne_), {std::move(no_other), std::move(other)}, CarryIn::one()).bits);
      no_distance = b_.not_(distance);
      if (ne_ > levels) {
        const Lane too_large = b_.not_(b_.none(distance.highest(ne_ - levels)));
        for (int j = 0; j < levels; ++j) b_.and_not(no_distance.cell(e0_ + j), too_large);
      }
    }
    Both aligned{std::exchange(operands.small, {}), {}};
    aligned.no = b_.not_(aligned.yes);
    for (int j = 0; j < std::min(levels, ne_); ++j)
      b_.shift(aligned, no_distance.cell(e0_ + j), true, -(1 << j), no_sticky);
    return aligned;
  }
  /// Rounds the number to nearest even and stores its mantissa. `exact`: all bits below the guard bit are 0; destroyed.
  /// Returns the complement of the carry, if wanted.
  Lane round(const Both& number, const Lane& exact, bool carry_out) {
    const Lane kept = number.yes.highest(nm_ + 1);
    b_.and_not(exact, kept.lowest());
    const Lane up = b_.not_(number.no.cell(kept.first() - 1));
    b_.and_not(up, exact);
    const auto rounded = b_.increment(kept, CarryIn::not_(b_.not_(up)), carry_out);
    b_.place(mantissa(z_), rounded.bits);
    return rounded.no_carry;
  }
  struct Highest {
    Lane equal_zeros, equal_ones, lower;
  };
  /// Whether the two highest bits of an exponent of ne + 1 bits are both 0 or both 1, and the lower of them.
  Highest compare_highest(const Nor& total) {
    const Lane high = b_.nor(total.a.highest(), total.b.highest());
    const Lane low = b_.nor(total.a.cell(e0_ + ne_ - 1), total.b.cell(e0_ + ne_ - 1));
    const Lane no_low = b_.ones(high.first(), 1);
    b_.and_not(no_low, low);
    const Lane no_high = b_.not_(high);
    const Lane ones = b_.nor(no_high, no_low);
    b_.and_not(no_high, b_.not_(no_low));
    return {no_high, ones, low};
  }
  void clear_unless(const Lane& nonzero) { b_.and_not(z_, b_.broadcast(nonzero, true, 0, top_ + 1, false).yes); }

  int e0_, ne_, nm_, top_;
  PartitionedBlocks<G> b_;
  Lane x_, y_, z_;
};

/// @{ Partition-parallel floating point of the published contract in fewer cycles and gates than published, a partition
/// per bit: sign in partition 0, exponent, mantissa, with the published operand names and indices.
///
/// contract  reference/published_float.hpp: one rounding to nearest even, 0 where the exponent field is 0, no
///           subnormals, infinities or NaN; too large or too small gives +0
/// throws    std::invalid_argument: see FloatProgram
/// source    layout and contract: Leitersdorf et al., AritPIM, IEEE TETC 2023. The algorithms differ: sums order their
///           operands by magnitude first, so that no difference is negative, and have a place for a carry, so that
///           one normalisation serves carry and cancellation; division is restoring.
template <gate::GateSet G>
row::Program<G> float_add_unsigned(int exponent_bits, int mantissa_bits) {
  return FloatProgram<G>("unsigned add", exponent_bits, mantissa_bits, false).add_unsigned();
}
template <gate::GateSet G>
row::Program<G> float_add(int exponent_bits, int mantissa_bits) {
  return FloatProgram<G>("add", exponent_bits, mantissa_bits, true).add(false);
}
template <gate::GateSet G>
row::Program<G> float_subtract(int exponent_bits, int mantissa_bits) {
  return FloatProgram<G>("subtract", exponent_bits, mantissa_bits, true).add(true);
}
template <gate::GateSet G>
row::Program<G> float_multiply(int exponent_bits, int mantissa_bits) {
  return FloatProgram<G>("multiply", exponent_bits, mantissa_bits, true).multiply();
}
template <gate::GateSet G>
row::Program<G> float_divide(int exponent_bits, int mantissa_bits) {
  return FloatProgram<G>("divide", exponent_bits, mantissa_bits, true).divide();
}
/// @}

}  // namespace pim::arith::partitioned
