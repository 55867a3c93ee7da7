#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <utility>

#include <pim/arith/circuit.hpp>
#include <pim/arith/serial_divide.hpp>
#include <pim/arith/serial_multiply.hpp>
#include <pim/arith/serial_tuning.hpp>
#include <pim/arith/word_results.hpp>

namespace pim::arith {

/// Arithmetic on whole numbers, bit after bit: the serial form of the operations that number formats are written in.
/// `PartitionedWords` has the same members, one bit per partition. Numbers are lowest bit first; a shorter operand is
/// extended with zeros.
class SerialWords {
 public:
  using Bit = arith::Bit;
  using Word = arith::Word;
  using Results = WordResults<Bit, Word>;
  using Sum = Results::Sum;
  using Shifted = Results::Shifted;
  using Normalised = Results::Normalised;
  using Division = Results::Division;
  using Limited = Results::Limited;

  explicit SerialWords(Circuit& circuit, const SerialTuning& tuning = nor_tuning)
      : circuit_(circuit), tuning_(tuning) {}
  Circuit& circuit() { return circuit_; }

  Word input(std::string name, int bits) { return circuit_.input(std::move(name), bits); }
  void output(std::string name, Word word) { circuit_.output(std::move(name), std::move(word)); }
  Bit bit(bool value) const { return value ? one : zero; }
  Word constant(std::uint64_t value, int bits) const {
    Word word;
    for (int i = 0; i < bits; ++i) word.push_back(bit(i < 64 && (value >> i & 1U) != 0));
    return word;
  }

  Bit not_(Bit a) { return ~a; }
  Bit and_(Bit a, Bit b) { return circuit_.and_(a, b); }
  Bit or_(Bit a, Bit b) { return circuit_.or_(a, b); }
  Bit xor_(Bit a, Bit b) { return circuit_.xor_(a, b); }
  Bit mux(Bit s, Bit a, Bit b) { return circuit_.mux(s, a, b); }  ///< s ? a : b

  /// @{ bit by bit
  Word not_(Word a) {
    for (Bit& bit : a) bit = ~bit;
    return a;
  }
  Word mux(Bit s, const Word& a, const Word& b) {
    return each(a, b, [&](Bit x, Bit y) { return mux(s, x, y); });
  }
  Word and_(const Word& a, Bit gate) {
    Word word;
    for (const Bit bit : a) word.push_back(and_(bit, gate));
    return word;
  }
  Word or_(const Word& a, Bit gate) {
    Word word;
    for (const Bit bit : a) word.push_back(or_(bit, gate));
    return word;
  }
  Word xor_(const Word& a, Bit gate) {
    Word word;
    for (const Bit bit : a) word.push_back(xor_(bit, gate));
    return word;
  }
  Word xor_(const Word& a, const Word& b) {
    return each(a, b, [&](Bit x, Bit y) { return xor_(x, y); });
  }
  /// @}

  /// @{ rearrangements, free of gates
  static Bit at(const Word& a, int i) { return a[static_cast<std::size_t>(i)]; }
  static int width(const Word& a) { return static_cast<int>(a.size()); }
  static Word slice(const Word& a, int first, int bits) { return Word(a.begin() + first, a.begin() + first + bits); }
  static Word concat(Word low, const Word& high) {
    low.insert(low.end(), high.begin(), high.end());
    return low;
  }
  static Word concat(Bit low, const Word& high) { return concat(Word{low}, high); }
  static Word concat(Word low, Bit high) {
    low.push_back(high);
    return low;
  }
  static Word repeat(Bit bit, int bits) { return Word(static_cast<std::size_t>(bits), bit); }
  static Word extend(Word a, int bits, Bit with = zero) {
    a.resize(static_cast<std::size_t>(bits), with);
    return a;
  }
  /// @}

  Bit any(const Word& a) {
    Bit result = zero;
    for (const Bit bit : a) result = or_(result, bit);
    return result;
  }
  Bit all(const Word& a) { return ~any(not_(a)); }
  /// 1 where an odd number of bits is 1
  Bit parity(const Word& a) {
    Bit result = zero;
    for (const Bit bit : a) result = xor_(result, bit);
    return result;
  }

  /// a + b + carry, as wide as the wider
  Sum add(Word a, Word b, Bit carry = zero) {
    const std::size_t bits = std::max(a.size(), b.size());
    a.resize(bits, zero), b.resize(bits, zero);
    for (std::size_t i = 0; i < bits; ++i) {
      const Circuit::Sum sum = circuit_.full_add(a[i], b[i], carry);
      a[i] = sum.sum, carry = sum.carry;
    }
    return {std::move(a), carry};
  }
  /// a - b; carry is 1 where a >= b, both unsigned
  Sum subtract(Word a, Word b) {
    b.resize(std::max(a.size(), b.size()), zero);
    return add(std::move(a), not_(std::move(b)), one);
  }
  /// a >= b, both unsigned: the carry of a subtraction alone
  Bit at_least(const Word& a, const Word& b) { return subtract(a, b).carry; }
  /// a + bit
  Sum increment(Word a, Bit carry) { return add(std::move(a), {}, carry); }
  /// negate ? -a : a
  Word negate_if(const Word& a, Bit negate) { return increment(xor_(a, negate), negate).sum; }

  /// a / 2^amount; amounts beyond the width give 0
  Shifted shift_right(Word a, const Word& amount) {
    // Amounts beyond the stages are as good as the greatest that they take.
    const int stages = std::min(width(amount), static_cast<int>(std::bit_width(a.size())));
    const Word taken = or_(slice(amount, 0, stages), any(slice(amount, stages, width(amount) - stages)));
    Bit sticky = zero;
    for (int j = 0; j < stages; ++j) {
      const int step = std::min(1 << j, width(a));
      sticky = or_(sticky, and_(any(slice(a, 0, step)), at(taken, j)));
      a = mux(at(taken, j), extend(slice(a, step, width(a) - step), width(a)), a);
    }
    return {std::move(a), sticky};
  }
  /// a * 2^amount, as wide as a
  Word shift_left(Word a, const Word& amount) {
    for (std::size_t j = 0; j < amount.size(); ++j) {
      const std::size_t step = std::min(j < 31 ? std::size_t{1} << j : a.size(), a.size());
      for (std::size_t i = a.size(); i-- > 0;) a[i] = mux(amount[j], i >= step ? a[i - step] : zero, a[i]);
    }
    return a;
  }
  /// Shifts toward the highest bit until that is 1; 0 is shifted by 2^levels - 1. 2^levels must be at least the width.
  Normalised normalise(Word a, int levels) {
    Word shift(static_cast<std::size_t>(levels), zero);
    for (int j = levels - 1; j >= 0; --j) {
      const std::size_t step = std::min(std::size_t{1} << j, a.size());
      const Bit low = ~any(Word(a.end() - static_cast<std::ptrdiff_t>(step), a.end()));
      shift[static_cast<std::size_t>(j)] = low;
      for (std::size_t i = a.size(); i-- > 0;) a[i] = mux(low, i >= step ? a[i - step] : zero, a[i]);
    }
    return {std::move(a), std::move(shift)};
  }
  /// Shifts toward the highest bit until that is 1, by at most `limit` and at most 2^levels - 1, then cuts the result
  /// to its `kept` highest bits.
  Limited normalise_within(Word a, const Word& limit, int levels, int kept) {
    Limited result{{}, limit, zero};
    const auto cut = [&](int bits) {
      const int lost = std::max(width(a) - bits, 0);
      result.sticky = or_(result.sticky, any(slice(a, 0, lost)));
      a = slice(a, lost, width(a) - lost);
    };
    for (int j = std::min(levels, width(limit)) - 1; j >= 0; --j) {
      cut(kept + (2 << j) - 1);  // the shifts that are left bring no more into the kept bits
      const int step = std::min(1 << j, width(a));
      const Word high = slice(result.rest, j, width(limit) - j);
      const Bit may_shift = any(high), leading = any(slice(a, width(a) - step, step));
      const Bit shifts = and_(~leading, may_shift);
      result.rest = concat(slice(result.rest, 0, j), subtract(high, {shifts}).sum);
      a = mux(shifts, concat(repeat(zero, step), slice(a, 0, width(a) - step)), a);
    }
    cut(kept);
    result.word = std::move(a);
    return result;
  }

  /// @{ whole products
  Word multiply(const Word& a, const Word& b) { return serial::multiply(circuit_, a, b, tuning_); }
  Word multiply_signed(const Word& a, const Word& b) { return serial::multiply_signed(circuit_, a, b, tuning_); }
  /// @}
  /// the lowest `bits` bits of a * b
  Word multiply_low(const Word& a, const Word& b, int bits) {
    return serial::multiply_low(circuit_, a, b, bits, tuning_);
  }
  /// a / d and a mod d, unsigned. The quotient has width(a) - width(d) bits; where it would need more, that is where
  /// a / 2^(quotient bits) >= d, both results are unspecified.
  Division divide(const Word& a, const Word& d) {
    const int bits = width(a) - width(d);
    Division result{Word(static_cast<std::size_t>(bits), zero), slice(a, bits, width(d))};
    for (int i = bits - 1; i >= 0; --i) {
      const Word rest = concat(at(a, i), result.remainder);
      serial::Step step = serial::restoring_step(circuit_, rest, d, tuning_, (bits - 1 - i) % 2 != 0);
      result.quotient[static_cast<std::size_t>(i)] = step.quotient;
      result.remainder = std::move(step.rest);
    }
    return result;
  }
  /// a / d to `bits` bits, the highest of weight 1; a and d are equally wide, d's highest bit is 1, and a < 2 d. The
  /// sticky bit is 1 where a remainder is left.
  Shifted divide_normal(const Word& a, const Word& d, int bits) {
    Word quotient(static_cast<std::size_t>(bits), zero);
    Word rest = concat(a, zero);
    for (int i = bits - 1; i >= 0; --i) {
      const serial::Step step = serial::restoring_step(circuit_, rest, d, tuning_, (bits - 1 - i) % 2 != 0);
      quotient[static_cast<std::size_t>(i)] = step.quotient;
      rest = concat(zero, step.rest);
    }
    return {std::move(quotient), any(rest)};
  }

 private:
  template <class F>
  static Word each(const Word& a, const Word& b, F f) {
    Word word;
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
      word.push_back(f(i < a.size() ? a[i] : zero, i < b.size() ? b[i] : zero));
    return word;
  }

  Circuit& circuit_;
  SerialTuning tuning_;
};

}  // namespace pim::arith
