#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pim/gate/dram.hpp>
#include <pim/gate/gate.hpp>
#include <pim/row/micro_op.hpp>
#include <pim/row/program.hpp>

namespace pim::row {

/// One command of a DRAM program: AAP where it has a destination, else AP.
struct DRAMCommand {
  gate::dram::Address source;
  std::optional<gate::dram::Address> destination;

  friend bool operator==(const DRAMCommand&, const DRAMCommand&) = default;
};

/// A program of one DRAM subarray. A number has one bit per row of data, and every bit line computes on its own:
/// Cell{0, r} is bit r of the bit line, row r of the D group.
///
/// AAP (activate, activate, precharge) copies what the source gives to all rows of the destination; AP (activate,
/// precharge) ends after the source. A source of three rows gives their majority, and leaves it in all three. The
/// negated word line of a dual-contact row gives and takes the complement. The constant rows hold their values before
/// the program starts. Each command is checked when it is added, so that a program that exists is legal.
///
/// counts  cycles: commands; gates: rows written, those of a majority included; cells: rows of data, compute rows and
///         constant rows
/// throws  std::invalid_argument naming the rule, by everything that adds
/// source  Ambit (Seshadri et al., MICRO 2017), sections 3 to 5; SIMDRAM (Hajinazar et al., ASPLOS 2021)
class DRAMProgram {
 public:
  using Address = gate::dram::Address;
  /// Rows of data of a subarray of 1,024 addresses: without the 16 of the B group and the 2 of the C group.
  static constexpr int subarray_rows = 1006;
  static constexpr int max_rows = 65000;

  /// throws  std::invalid_argument: data_rows outside 1 to max_rows
  explicit DRAMProgram(int data_rows = subarray_rows) : data_rows_(data_rows) {
    if (data_rows < 1 || data_rows > max_rows)
      throw std::invalid_argument("DRAMProgram: data_rows is " + std::to_string(data_rows) + ", expected 1 to " +
                                  std::to_string(max_rows));
  }

  const std::vector<DRAMCommand>& commands() const { return commands_; }
  const std::vector<Operand>& inputs() const { return inputs_; }
  const std::vector<Operand>& outputs() const { return outputs_; }
  const std::string& title() const { return title_; }
  void set_title(std::string title) { title_ = std::move(title); }

  void add_input(Operand operand) { add_operand(inputs_, std::move(operand)); }
  void add_output(Operand operand) { add_operand(outputs_, std::move(operand)); }

  void aap(Address source, Address destination) {
    check_source(source);
    check_row(destination);
    if (destination.is_constant()) fail("a row of the C group is never a destination (constant rows)");
    for (const auto& from : word_lines(source)) {
      for (const auto& to : word_lines(destination)) {
        if (from.row == to.row && from.negated != to.negated)
          fail("both word lines of one dual-contact row would be raised (dual-contact rows)");
      }
    }
    push({source, destination});
  }
  void ap(Address source) {
    check_source(source);
    push({source, std::nullopt});
  }

  std::uint64_t aap_count() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(commands_, [](const DRAMCommand& command) { return command.destination.has_value(); }));
  }
  std::uint64_t ap_count() const { return commands_.size() - aap_count(); }
  Counts counts() const {
    Counts counts{commands_.size(), 0, static_cast<std::uint64_t>(rows_ + gate::dram::compute_rows + 2)};
    for (const DRAMCommand& command : commands_) {
      if (word_lines(command.source).size() == 3) counts.gates += 3;
      if (command.destination) counts.gates += std::max<std::size_t>(1, word_lines(*command.destination).size());
    }
    return counts;
  }

  /// rows of data: the highest that a command or an operand names, and those below
  int rows() const { return rows_; }
  /// Rows of data come first, then compute rows, constant rows, and one column for what the sense amplifiers hold.
  int columns() const { return rows_ + gate::dram::compute_rows + 3; }
  std::uint16_t column(const Cell& cell) const { return static_cast<std::uint16_t>(cell.index); }

  /// Every command as operations on columns, in order. The sense amplifiers decide a majority and a complement: these
  /// operations may fail. The copies of one decision do not, so that an error reaches all its rows alike.
  std::vector<MicroOp> micro_ops() const {
    std::vector<MicroOp> ops{{.truth = gate::zero, .out = column(gate::dram::c0)},
                             {.truth = gate::one, .out = column(gate::dram::c1)}};
    const auto move = [&](std::uint16_t from, std::uint16_t to, bool negated) {
      if (from == to) return;
      ops.push_back({.truth = negated ? gate::not_.truth : gate::copy.truth,
                     .fan_in = 1,
                     .fails = negated,
                     .out = to,
                     .in = {from}});
    };
    const auto sense = static_cast<std::uint16_t>(columns() - 1);
    for (const DRAMCommand& command : commands_) {
      const auto from = word_lines(command.source);
      std::uint16_t value = sense;
      if (from.size() == 3) {
        MicroOp op{.truth = gate::maj3.truth, .fan_in = 3, .fails = true, .out = sense};
        for (std::size_t i = 0; i < 3; ++i) op.in[i] = column(from[i]);
        ops.push_back(op);
        for (const auto& line : from) move(sense, column(line), line.negated);
      } else if (!from.empty() && from[0].negated) {
        move(column(from[0]), sense, true);
      } else {
        value = from.empty() ? column(command.source) : column(from[0]);
      }
      if (!command.destination) continue;
      const auto to = word_lines(*command.destination);
      for (const auto& line : to) move(value, column(line), line.negated);
      if (to.empty()) move(value, column(*command.destination), false);
    }
    return ops;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument("command " + std::to_string(commands_.size()) + ": " + what);
  }
  void check_row(Address address) const {
    if (address.is_data() && address.data_row() >= static_cast<std::uint32_t>(data_rows_))
      fail("row " + std::to_string(address.data_row()) + " of the D group is out of range, expected 0 to " +
           std::to_string(data_rows_ - 1));
  }
  void check_source(Address source) const {
    check_row(source);
    if (word_lines(source).size() == 2)
      fail(name(source) + " cannot be a source: two rows decide no value (one or three rows)");
  }
  void add_operand(std::vector<Operand>& operands, Operand operand) {
    for (const Cell& cell : operand.bits) {
      if (cell.partition != 0 || cell.index < 0 || cell.index >= data_rows_)
        throw std::invalid_argument("operand " + operand.name + ": row " + std::to_string(cell.index) +
                                    " of partition " + std::to_string(cell.partition) + " is out of range");
      rows_ = std::max(rows_, cell.index + 1);
    }
    operands.push_back(std::move(operand));
  }
  void push(const DRAMCommand& command) {
    for (const Address address : {command.source, command.destination.value_or(command.source)}) {
      if (address.is_data()) rows_ = std::max(rows_, static_cast<int>(address.data_row()) + 1);
    }
    commands_.push_back(command);
  }
  std::uint16_t column(const gate::dram::WordLine& line) const { return static_cast<std::uint16_t>(rows_ + line.row); }
  std::uint16_t column(Address address) const {
    if (address.is_data()) return static_cast<std::uint16_t>(address.data_row());
    return static_cast<std::uint16_t>(rows_ + gate::dram::compute_rows + (address == gate::dram::c1 ? 1 : 0));
  }

  int data_rows_, rows_ = 0;
  std::vector<DRAMCommand> commands_;
  std::vector<Operand> inputs_, outputs_;
  std::string title_;
};

}  // namespace pim::row
