#pragma once
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pim/cost/ledger.hpp>
#include <pim/row/bit_rows.hpp>
#include <pim/row/executable.hpp>
#include <pim/row/faults.hpp>
#include <pim/row/program.hpp>

namespace pim::row {

/// Actions that running a row program books.
namespace action {
inline constexpr cost::Action row_cycle{"row_cycle"};  ///< one command of the controller; serial steps are cycles
inline constexpr cost::Action row_gate{"row_gate"};    ///< one cell written in one row, INIT included
}  // namespace action

/// What a program of any kind of array offers.
template <class P>
concept RowProgram = requires(const P program, const Cell& cell) {
  { program.counts() } -> std::same_as<Counts>;
  { program.columns() } -> std::convertible_to<int>;
  { program.column(cell) } -> std::convertible_to<std::uint16_t>;
  { program.micro_ops() } -> std::same_as<std::vector<MicroOp>>;
  { program.inputs() } -> std::convertible_to<const std::vector<Operand>&>;
  { program.outputs() } -> std::convertible_to<const std::vector<Operand>&>;
};

/// The columns of a number, lowest bit first.
struct Port {
  std::string name;
  std::vector<std::uint16_t> columns;
};

/// A program ready to run on many rows at once: its counts, where its numbers lie, and its fast form.
class Routine {
 public:
  template <RowProgram P>
  explicit Routine(const P& program)
      : title_(program.title()), counts_(program.counts()), columns_(program.columns()), ops_(program.micro_ops()) {
    std::vector<std::uint16_t> results;
    for (const Operand& operand : program.inputs()) inputs_.push_back(port(program, operand));
    for (const Operand& operand : program.outputs()) {
      outputs_.push_back(port(program, operand));
      results.insert(results.end(), outputs_.back().columns.begin(), outputs_.back().columns.end());
    }
    executable_ = Executable(ops_, static_cast<std::size_t>(columns_), results);
  }

  const std::string& title() const { return title_; }
  const Counts& counts() const { return counts_; }
  int columns() const { return columns_; }
  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }
  const std::vector<MicroOp>& micro_ops() const { return ops_; }
  const Executable& executable() const { return executable_; }

  /// An array with room for this program.
  BitRows rows(Index count) const { return BitRows(count, columns_); }
  /// Afterwards the outputs hold the results; all other cells hold what they held before.
  void run(BitRows& rows) const {
    check(rows);
    row::run(executable_, rows);
  }
  /// ledger  row_cycle, row_gate
  void run(BitRows& rows, cost::Ledger& ledger) const {
    run(rows);
    ledger.add(action::row_cycle, counts_.cycles, counts_.cycles);
    ledger.add(action::row_gate, counts_.gates * static_cast<std::uint64_t>(rows.rows()));
  }
  /// Operation by operation; afterwards every cell holds what the array would hold.
  void run(BitRows& rows, const Faults& faults, const Rng& rng) const {
    check(rows);
    run_with_faults(ops_, rows, faults, rng);
  }

 private:
  template <class P>
  static Port port(const P& program, const Operand& operand) {
    Port port{operand.name, {}};
    for (const Cell& cell : operand.bits) port.columns.push_back(program.column(cell));
    return port;
  }
  void check(const BitRows& rows) const {
    if (rows.columns() < columns_)
      throw std::invalid_argument("Routine::run: the rows have " + std::to_string(rows.columns()) +
                                  " cells, the program needs " + std::to_string(columns_));
  }

  std::string title_;
  Counts counts_;
  int columns_;
  std::vector<Port> inputs_, outputs_;
  std::vector<MicroOp> ops_;
  Executable executable_;
};

}  // namespace pim::row
