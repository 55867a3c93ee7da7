#pragma once
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "arith/logic_program.hpp"
#include <pim/arith/circuit.hpp>
#include <pim/arith/format.hpp>
#include <pim/arith/serial_words.hpp>
#include <pim/row/bit_rows.hpp>

/// Runs circuits on codes. Ports "xs", "xe", "xm" are one number x, highest bit its sign; other ports are numbers of
/// their own.
class LogicRun {
 public:
  /// build(words) reads the inputs and writes the outputs.
  template <class Build>
  LogicRun(pim::Index rows, Build build) : LogicRun(rows, circuit_of(build)) {}

  pim::Index rows() const { return rows_.rows(); }
  std::size_t nodes() const { return nodes_; }
  int bits(std::size_t operand) const { return static_cast<int>(inputs_[operand].size()); }
  void store(std::size_t operand, const std::vector<std::uint64_t>& codes) {
    rows_.store<std::uint64_t>(codes, inputs_[operand]);
  }
  /// The same code in all rows.
  void fill(std::size_t operand, std::uint64_t code) {
    for (std::size_t i = 0; i < inputs_[operand].size(); ++i) {
      for (pim::Index b = 0; b < rows_.blocks(); ++b)
        std::fill_n(rows_.block(b) + inputs_[operand][i] * pim::row::BitRows::block_words,
                    pim::row::BitRows::block_words, (code >> i & 1U) != 0 ? ~0ULL : 0);
    }
  }
  void run() { pim::row::run(program_.executable, rows_); }
  template <class Code = std::uint64_t>
  std::vector<Code> load(std::size_t result = 0) const {
    std::vector<Code> codes(static_cast<std::size_t>(rows_.rows()));
    rows_.load<Code>(outputs_[result], codes);
    return codes;
  }

 private:
  using Columns = std::vector<std::uint16_t>;
  explicit LogicRun(pim::Index rows, const pim::arith::Circuit& circuit)
      : program_(pim::arith::logic_program(circuit)),
        rows_(rows, program_.columns),
        nodes_(circuit.nodes().size()),
        inputs_(numbers(circuit.inputs(), program_.inputs)),
        outputs_(numbers(circuit.outputs(), program_.outputs)) {}

  template <class Build>
  static pim::arith::Circuit circuit_of(Build build) {
    pim::arith::Circuit circuit;
    pim::arith::SerialWords words(circuit);
    build(words);
    return circuit;
  }
  static std::vector<Columns> numbers(const std::vector<pim::arith::Circuit::Port>& ports,
                                      const std::vector<Columns>& columns) {
    std::vector<Columns> all;
    Columns sign;
    for (std::size_t i = 0; i < ports.size(); ++i) {
      const char part = ports[i].name.size() > 1 ? ports[i].name.back() : ' ';
      if (part == 's') {
        sign = columns[i];
      } else if (part == 'e') {
        Columns code = columns[i + 1];  // mantissa, exponent, sign
        code.insert(code.end(), columns[i].begin(), columns[i].end());
        code.insert(code.end(), sign.begin(), sign.end());
        all.push_back(std::move(code));
        sign.clear();
      } else if (part != 'm') {
        all.push_back(columns[i]);
      }
    }
    return all;
  }

  pim::arith::LogicProgram program_;
  pim::row::BitRows rows_;
  std::size_t nodes_;
  std::vector<Columns> inputs_, outputs_;
};

/// All combinations of codes of `bits` bits.
struct AllPairs {
  explicit AllPairs(int bits) {
    for (std::uint64_t i = 0; i < std::uint64_t{1} << (2 * bits); ++i)
      x.push_back(i >> bits), y.push_back(i & ((std::uint64_t{1} << bits) - 1));
  }
  std::vector<std::uint64_t> x, y;
};

inline std::uint64_t float_code(const pim::arith::Format& format, bool negative, std::uint64_t exponent,
                                std::uint64_t mantissa) {
  return std::uint64_t{negative} << (format.bits() - 1) | exponent << format.mantissa_bits | mantissa;
}

/// Codes where rounding, encoding and classes change: both signs, exponents at and next to both ends and 1.0, mantissas
/// at and next to their ends and the middle. At the top exponent these are infinities and NaNs of all classes.
inline std::vector<std::uint64_t> directed_codes(const pim::arith::Format& format) {
  const std::uint64_t top = (1ULL << format.exponent_bits) - 1, bias = top / 2,
                      m = static_cast<std::uint64_t>(format.mantissa_bits);
  const std::uint64_t ones = (1ULL << m) - 1, half = 1ULL << (m - 1);
  std::vector<std::uint64_t> exponents{0,        1,    2,        m + 1,   bias / 2, bias / 2 + 1,
                                       bias - 1, bias, bias + 1, top - 2, top - 1,  top};
  std::vector<std::uint64_t> mantissas{0, 1, 2, half - 1, half, half + 1, ones - 1, ones, ones / 3};
  const auto tidy = [](std::vector<std::uint64_t>& values, std::uint64_t most) {
    for (std::uint64_t& value : values) value = std::min(value, most);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
  };
  tidy(exponents, top), tidy(mantissas, ones);
  std::vector<std::uint64_t> codes;
  for (const bool negative : {false, true}) {
    for (const std::uint64_t e : exponents) {
      for (const std::uint64_t f : mantissas) codes.push_back(float_code(format, negative, e, f));
    }
  }
  return codes;
}

/// Pairs of directed codes, of all exponent differences that matter with mantissas that make ties and cancel, and
/// random ones.
struct FloatPairs {
  FloatPairs(const pim::arith::Format& format, std::size_t random_pairs) {
    const std::vector<std::uint64_t> codes = directed_codes(format);
    for (const std::uint64_t a : codes) {
      for (const std::uint64_t b : codes) x.push_back(a), y.push_back(b);
    }
    std::mt19937_64 random(static_cast<std::uint64_t>(format.bits()));
    const std::uint64_t top = (1ULL << format.exponent_bits) - 1, ones = (1ULL << format.mantissa_bits) - 1;
    const auto any_mantissa = [&] {
      const auto zeros = random() % static_cast<unsigned>(format.mantissa_bits + 1);
      const std::uint64_t mantissa = random() % 3 == 0 ? random() >> 1 << zeros : random();
      return (random() % 16 == 0 ? ~std::uint64_t{0} << zeros : mantissa) & ones;
    };
    const auto add = [&](std::uint64_t e, std::uint64_t f) {
      x.push_back(float_code(format, random() % 2 != 0, e, any_mantissa()));
      y.push_back(float_code(format, random() % 2 != 0, f, any_mantissa()));
      if (random() % 8 == 0) y.back() = x.back() ^ 1ULL << (format.bits() - 1) ^ random() % 4;  // cancels
      if (random() % 2 == 0) std::swap(x.back(), y.back());
    };
    const std::uint64_t reach = std::min<std::uint64_t>(top, static_cast<std::uint64_t>(format.mantissa_bits) + 6);
    for (std::uint64_t difference = 0; difference <= reach; ++difference) {
      for (int k = 0; k < 200; ++k) {
        const std::uint64_t e = random() % (top + 1 - difference);
        add(e, e + difference);
      }
    }
    while (x.size() % 2048 != 0 || random_pairs > 0) {
      add(random() % (top + 1), random() % (top + 1));
      if (random_pairs > 0) --random_pairs;
    }
  }
  std::vector<std::uint64_t> x, y;
};
