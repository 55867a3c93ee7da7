#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <pim/arith/circuit.hpp>
#include <pim/arith/serial_words.hpp>
#include <pim/arith/simulate.hpp>
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
