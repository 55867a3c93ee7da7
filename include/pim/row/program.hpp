#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/gate/concepts.hpp>
#include <pim/row/micro_op.hpp>

namespace pim::row {

/// One cell of a row: its partition, and its place in it. A row without partitions is one partition.
struct Cell {
  int partition = 0;
  int index = 0;

  friend bool operator==(const Cell&, const Cell&) = default;
};

/// A number in a row: bit i is in bits[i]. "x", "xe" (exponent of x), ...
struct Operand {
  std::string name;
  std::vector<Cell> bits;
};

/// What a program takes.
struct Counts {
  std::uint64_t cycles = 0;
  std::uint64_t gates = 0;  ///< cells written, INIT included
  std::uint64_t cells = 0;  ///< of one row: operands and scratch
};

/// The partitions in which one command runs: inputs in first, first + step, ... (`count` of them), outputs `distance`
/// partitions further.
struct Section {
  int first = 0;
  int count = 1;
  int step = 1;
  int distance = 0;

  friend bool operator==(const Section&, const Section&) = default;
  std::int64_t last() const { return first + (std::int64_t{count} - 1) * step; }
};

/// The rule of the minimal partition model that a section breaks, empty where it keeps all.
inline std::string broken_rule(const Section& s) {
  if (s.count < 1 || s.step < 1) return "inputs must lie in ascending partitions of one period (periodic)";
  if (s.count > 1 && std::abs(std::int64_t{s.distance}) >= s.step)
    return "distance " + std::to_string(s.distance) + " is not below the period " + std::to_string(s.step) +
           " (non-intersecting)";
  return {};
}

/// The section that the (input, output) partitions of one cycle's gates make, under the minimal partition model.
///
/// source  Leitersdorf et al., PartitionPIM, 2022: uniform distance, periodic, non-intersecting
/// throws  std::invalid_argument naming the rule that the pairs break
inline Section minimal_section(std::span<const std::pair<int, int>> pairs) {
  if (pairs.empty()) throw std::invalid_argument("partitions: a cycle needs at least one gate");
  for (const auto& [in, out] : pairs) {
    if (in < 0 || out < 0)
      throw std::invalid_argument("partitions: " + std::to_string(std::min(in, out)) + " is negative");
  }
  Section section{pairs[0].first, static_cast<int>(pairs.size()), 1, pairs[0].second - pairs[0].first};
  if (pairs.size() > 1) section.step = pairs[1].first - pairs[0].first;
  std::string broken = broken_rule(section);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].second - pairs[i].first != section.distance)
      broken = "gates of one cycle must share one distance (uniform distance)";
    else if (i > 0 && pairs[i].first - pairs[i - 1].first != section.step)
      broken = "inputs must lie in ascending partitions of one period (periodic)";
  }
  if (!broken.empty()) throw std::invalid_argument("partitions: " + broken);
  return section;
}

inline constexpr int max_cells = 65536;  ///< of one row
inline constexpr int max_partitions = 1024;

/// One request to the array. Cells are indices inside their partition.
struct Command {
  enum : std::uint8_t { init0 = 0, init1 = 1, first_gate = 2 };
  std::uint8_t op = init0;  ///< init0, init1, or first_gate + position in the gate set
  bool same_cycle = false;  ///< bulk initialisation: shares the cycle of the command before
  std::uint16_t out = 0;
  std::array<std::uint16_t, 3> in{};
  Section where{};

  friend bool operator==(const Command&, const Command&) = default;
};

/// A row program: commands of a gate set over the cells of a row of `partitions` equal partitions. Each command is
/// checked when it is added, so that a program that exists is legal.
///
/// counts  cycles: commands, those of one bulk initialisation together; gates: cells written
/// throws  std::invalid_argument naming the rule, by everything that adds
template <gate::GateSet G>
class Program {
 public:
  using Gates = G;
  static_assert(gate::verify_gate_set<G>());

  explicit Program(int partitions = 1) : partitions_(partitions) {
    require_range("Program: partitions", partitions, 1, max_partitions);
  }

  int partitions() const { return partitions_; }
  /// cells of one partition: the highest that is written or belongs to an operand, and those below
  int width() const { return width_; }
  const std::vector<Command>& commands() const { return commands_; }
  const std::vector<Operand>& inputs() const { return inputs_; }
  const std::vector<Operand>& outputs() const { return outputs_; }
  const std::string& title() const { return title_; }
  void set_title(std::string title) { title_ = std::move(title); }

  void add_input(Operand operand) { add_operand(inputs_, std::move(operand)); }
  void add_output(Operand operand) { add_operand(outputs_, std::move(operand)); }

  /// out = value in `where` (its distance must be 0)
  void init(bool value, int out, const Section& where = {}, bool same_cycle = false) {
    check_section(where);
    if (where.distance != 0) fail("INIT has no inputs, so its distance must be 0 (initialisation)");
    check_cell(out);
    if (same_cycle && (commands_.empty() || commands_.back().op != (value ? Command::init1 : Command::init0)))
      fail("only INITs of one value share a cycle (bulk initialisation)");
    push({value ? Command::init1 : Command::init0, same_cycle, static_cast<std::uint16_t>(out), {}, where});
  }
  /// out &= gate(in...) in `where`
  void apply(std::size_t gate_index, int out, std::span<const int> in, const Section& where = {}) {
    if (gate_index >= G::gates.size()) fail("gate " + std::to_string(gate_index) + " is not in the set");
    const gate::Gate& gate = G::gates[gate_index];
    check_section(where);
    check_cell(out);
    if (static_cast<int>(in.size()) != gate.fan_in)
      fail(std::string(gate.name) + " takes " + std::to_string(gate.fan_in) + " inputs, not " +
           std::to_string(in.size()) + " (fan-in)");
    Command command{
        static_cast<std::uint8_t>(Command::first_gate + gate_index), false, static_cast<std::uint16_t>(out), {}, where};
    for (std::size_t i = 0; i < in.size(); ++i) {
      check_cell(in[i]);
      if (in[i] == out && where.distance == 0)
        fail("cell " + std::to_string(out) + " is both input and output (operand overlap)");
      for (std::size_t j = 0; j < i; ++j) {
        if (in[j] == in[i]) fail("cell " + std::to_string(in[i]) + " is input twice (operand overlap)");
      }
      command.in[i] = static_cast<std::uint16_t>(in[i]);
    }
    push(command);
  }
  /// out &= gate(in...) from the first to the second partition of every pair, all in one cycle
  void apply(std::size_t gate_index, int out, std::span<const int> in,
             std::span<const std::pair<int, int>> partitions) {
    apply(gate_index, out, in, minimal_section(partitions));
  }
  template <std::size_t Index>
  void apply(int out, std::initializer_list<int> in, const Section& where = {}) {
    static_assert(Index < G::gates.size());
    apply(Index, out, std::span<const int>(in.begin(), in.size()), where);
  }

  Counts counts() const {
    Counts counts{0, 0, static_cast<std::uint64_t>(width_) * static_cast<std::uint64_t>(partitions_)};
    for (const Command& command : commands_) {
      counts.cycles += command.same_cycle ? 0 : 1;
      counts.gates += static_cast<std::uint64_t>(command.where.count);
    }
    return counts;
  }

  /// The column of a cell in an array that holds this program's rows.
  std::uint16_t column(const Cell& cell) const {
    return static_cast<std::uint16_t>(cell.partition * width_ + cell.index);
  }
  int columns() const { return partitions_ * width_; }

  /// Every command as operations on columns, one per cell written, in order.
  std::vector<MicroOp> micro_ops() const {
    std::vector<MicroOp> ops;
    for (const Command& command : commands_) {
      const Section& s = command.where;
      for (int k = 0, p = s.first; k < s.count; ++k, p += s.step) {
        MicroOp op;
        op.out = column({p + s.distance, command.out});
        if (command.op < Command::first_gate) {
          op.truth = command.op == Command::init1 ? gate::one : gate::zero;
        } else {
          const gate::Gate& gate = G::gates[command.op - Command::first_gate];
          op.truth = gate.truth;
          op.accumulates = true;
          op.fails = true;
          op.fan_in = static_cast<std::uint8_t>(gate.fan_in);
          for (int i = 0; i < gate.fan_in; ++i)
            op.in[static_cast<std::size_t>(i)] = column({p, command.in[static_cast<std::size_t>(i)]});
        }
        ops.push_back(op);
      }
    }
    return ops;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument("command " + std::to_string(commands_.size()) + ": " + what);
  }
  void check_cell(int index) const {
    if (index < 0 || index >= max_cells / partitions_)
      fail("cell " + std::to_string(index) + " is out of range, expected 0 to " +
           std::to_string(max_cells / partitions_ - 1));
  }
  void check_section(const Section& s) const {
    if (const std::string rule = broken_rule(s); !rule.empty()) fail(rule);
    const auto inside = [&](std::int64_t p) { return p >= 0 && p < partitions_; };
    if (!inside(s.first) || !inside(s.last()) || !inside(std::int64_t{s.first} + s.distance) ||
        !inside(s.last() + s.distance))
      fail("a partition is out of range, expected 0 to " + std::to_string(partitions_ - 1));
    if (s.step > max_partitions)
      fail("period " + std::to_string(s.step) + " is out of range, expected 1 to " + std::to_string(max_partitions));
  }
  void add_operand(std::vector<Operand>& operands, Operand operand) {
    for (const Cell& cell : operand.bits) {
      if (cell.partition < 0 || cell.partition >= partitions_ || cell.index < 0 ||
          cell.index >= max_cells / partitions_)
        throw std::invalid_argument("operand " + operand.name + ": cell " + std::to_string(cell.index) +
                                    " of partition " + std::to_string(cell.partition) + " is out of range");
      width_ = std::max(width_, cell.index + 1);
    }
    operands.push_back(std::move(operand));
  }
  void push(const Command& command) {
    width_ = std::max(width_, command.out + 1);
    commands_.push_back(command);
  }

  int partitions_;
  int width_ = 0;
  std::string title_;
  std::vector<Operand> inputs_, outputs_;
  std::vector<Command> commands_;
};

}  // namespace pim::row
