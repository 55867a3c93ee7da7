#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <pim/gate/concepts.hpp>
#include <pim/row/program.hpp>

namespace pim::row {

namespace bulk {

template <gate::GateSet G>
std::size_t fan_in(const Command& command) {
  return command.op < Command::first_gate ? 0
                                          : static_cast<std::size_t>(G::gates[command.op - Command::first_gate].fan_in);
}
inline bool is_init(const Command& command) { return command.op < Command::first_gate; }

/// True where two commands write a cell that is the same.
inline bool overlap(const Command& a, const Command& b) {
  if (a.out != b.out) return false;
  for (int i = 0; i < a.where.count; ++i) {
    const int beyond = a.where.first + i * a.where.step - b.where.first;
    if (beyond >= 0 && beyond % b.where.step == 0 && beyond / b.where.step < b.where.count) return true;
  }
  return false;
}

template <gate::GateSet G>
void append(Program<G>& program, const Command& command, bool same_cycle) {
  if (is_init(command)) {
    program.init(command.op == Command::init1, command.out, command.where, same_cycle);
  } else {
    std::array<int, 3> in{command.in[0], command.in[1], command.in[2]};
    program.apply(command.op - std::size_t{Command::first_gate}, command.out,
                  std::span<const int>(in.data(), fan_in<G>(command)), command.where);
  }
}

}  // namespace bulk

/// The same gates in other cells: a value that starts with an initialisation goes to the cell that has been free for
/// the longest time, so that the cell could have been initialised long before. Inputs stay, outputs move, and up to
/// `extra_cells` cells are added. Of rows without partitions; others are returned as they are.
template <gate::GateSet G>
Program<G> rotate_cells(const Program<G>& program, int extra_cells = 0) {
  if (program.partitions() > 1) return program;
  const auto& commands = program.commands();
  const auto width = static_cast<std::size_t>(program.width() + std::max(extra_cells, 0));
  constexpr std::size_t forever = std::numeric_limits<std::size_t>::max();
  std::vector<bool> is_input(width, false), is_used(width, false);
  std::vector<std::size_t> end_of(commands.size(), forever);  // last access to what an INIT starts
  std::vector<std::uint16_t> place(width);
  for (const Operand& operand : program.inputs()) {
    for (const Cell& cell : operand.bits) is_input[static_cast<std::size_t>(cell.index)] = true;
  }
  // Backward: the last access of each value. What no INIT starts, and what ends in an input's cell, stays in its cell.
  std::vector<std::size_t> last(width, 0);
  for (const Operand& operand : program.outputs()) {
    for (const Cell& cell : operand.bits) last[static_cast<std::size_t>(cell.index)] = forever;
  }
  for (std::size_t k = commands.size(); k-- > 0;) {
    const Command& command = commands[k];
    const auto touch = [&](std::size_t cell) { last[cell] = std::max(last[cell], k); };
    touch(command.out);
    for (std::size_t i = 0; i < bulk::fan_in<G>(command); ++i) touch(command.in[i]);
    if (bulk::is_init(command)) end_of[k] = std::exchange(last[command.out], 0);
  }
  for (std::size_t cell = 0; cell < width; ++cell) {
    place[cell] = static_cast<std::uint16_t>(cell);
    is_used[cell] = last[cell] > 0 || is_input[cell];  // before any INIT
  }
  std::deque<std::uint16_t> spare;
  for (std::size_t cell = 0; cell < width; ++cell) {
    if (!is_used[cell]) spare.push_back(static_cast<std::uint16_t>(cell));
  }
  std::vector<std::vector<std::uint16_t>> released(commands.size());
  const auto release_after = [&](std::size_t k, std::uint16_t cell) {
    if (k < commands.size() && !is_input[cell]) released[k].push_back(cell);
  };
  for (std::size_t cell = 0; cell < width; ++cell) {
    if (is_used[cell] && !is_input[cell]) release_after(last[cell], static_cast<std::uint16_t>(cell));
  }
  Program<G> rotated;
  rotated.set_title(program.title());
  for (const Operand& operand : program.inputs()) rotated.add_input(operand);
  for (std::size_t k = 0; k < commands.size(); ++k) {
    Command command = commands[k];
    if (bulk::is_init(command) && !is_input[command.out]) {
      place[command.out] = spare.front();
      spare.pop_front();
      release_after(end_of[k], place[command.out]);
    }
    command.out = place[command.out];
    for (std::size_t i = 0; i < bulk::fan_in<G>(command); ++i) command.in[i] = place[command.in[i]];
    bulk::append(rotated, command, command.same_cycle);
    spare.insert(spare.end(), released[k].begin(), released[k].end());
  }
  for (Operand operand : program.outputs()) {
    for (Cell& cell : operand.bits) cell.index = place[static_cast<std::size_t>(cell.index)];
    rotated.add_output(std::move(operand));
  }
  return rotated;
}

/// The same gates with fewer cycles: initialisations move up, no further than the last access to their cells, and those
/// of one value share a cycle. Their cycles are the fewest for the given cells: each waits as long as it can, and takes
/// all others along that may move there (stabbing of intervals).
template <gate::GateSet G>
Program<G> merge_inits(const Program<G>& program) {
  const auto& commands = program.commands();
  const auto width = static_cast<std::size_t>(program.width());
  struct Init {
    std::size_t command, first, last;  ///< may stand before gates first ... last, counted without INITs
  };
  std::vector<Init> inits;
  std::vector<std::size_t> gates;  // commands
  std::vector<std::size_t> accessed(width * static_cast<std::size_t>(program.partitions()), 0);
  std::vector<std::vector<std::size_t>> pending(accessed.size());  // INITs of a cell that no gate has touched yet
  for (std::size_t k = 0; k < commands.size(); ++k) {
    const Command& command = commands[k];
    const std::size_t now = gates.size();
    const auto each = [&](int shift, std::size_t index, auto f) {
      for (int i = 0; i < command.where.count; ++i)
        f(static_cast<std::size_t>(command.where.first + i * command.where.step + shift) * width + index);
    };
    const auto close = [&](std::size_t cell) {
      for (const std::size_t i : pending[cell]) inits[i].last = std::min(inits[i].last, now);
      pending[cell].clear();
    };
    if (bulk::is_init(command)) {
      Init init{k, 0, std::numeric_limits<std::size_t>::max()};
      each(0, command.out, [&](std::size_t cell) {
        // A second INIT of an untouched cell must not pass the first.
        if (!pending[cell].empty()) close(cell), accessed[cell] = now;
        init.first = std::max(init.first, accessed[cell]);
        pending[cell].push_back(inits.size());
      });
      inits.push_back(init);
      continue;
    }
    const auto access = [&](std::size_t cell) {
      close(cell);
      accessed[cell] = now + 1;
    };
    each(command.where.distance, command.out, access);
    for (std::size_t i = 0; i < bulk::fan_in<G>(command); ++i) each(0, command.in[i], access);
    gates.push_back(k);
  }
  for (Init& init : inits) init.last = std::min(init.last, gates.size());

  std::vector<std::array<std::vector<std::size_t>, 2>> before(gates.size() + 1);  // commands, by value
  std::vector<const Init*> by_end;
  for (const Init& init : inits) by_end.push_back(&init);
  std::ranges::stable_sort(by_end, {}, &Init::last);
  std::array<std::ptrdiff_t, 2> point{-1, -1};
  for (const Init* init : by_end) {
    const std::size_t value = commands[init->command].op;
    if (point[value] < static_cast<std::ptrdiff_t>(init->first)) point[value] = static_cast<std::ptrdiff_t>(init->last);
    before[static_cast<std::size_t>(point[value])][value].push_back(init->command);
  }

  Program<G> merged(program.partitions());
  merged.set_title(program.title());
  for (const Operand& operand : program.inputs()) merged.add_input(operand);
  for (std::size_t g = 0; g <= gates.size(); ++g) {
    auto &zeros = before[g][0], &ones = before[g][1];
    std::ranges::sort(zeros), std::ranges::sort(ones);
    // A cell that is initialised twice keeps the value that came last.
    const auto must_precede = [&](const std::vector<std::size_t>& firsts, const std::vector<std::size_t>& seconds) {
      return std::ranges::any_of(firsts, [&](std::size_t first) {
        return std::ranges::any_of(seconds, [&](std::size_t second) {
          return first < second && bulk::overlap(commands[first], commands[second]);
        });
      });
    };
    const bool zeros_first = must_precede(zeros, ones), ones_first = must_precede(ones, zeros);
    std::vector<std::size_t> order = ones_first ? ones : zeros;
    order.insert(order.end(), ones_first ? zeros.begin() : ones.begin(), ones_first ? zeros.end() : ones.end());
    if (zeros_first && ones_first) std::ranges::sort(order);
    for (std::size_t i = 0; i < order.size(); ++i)
      bulk::append(merged, commands[order[i]], i > 0 && commands[order[i]].op == commands[order[i - 1]].op);
    if (g < gates.size()) bulk::append(merged, commands[gates[g]], false);
  }
  for (const Operand& operand : program.outputs()) merged.add_output(operand);
  return merged;
}

/// A program for arrays that initialise any number of cells to one value in one cycle: the same gates, in cells that
/// are reused late, with the initialisations merged. The more cells the row may have in addition, the fewer cycles.
///
/// source  Ben-Hur et al., SIMPLER MAGIC, TCAD 2020: batched initialisation
template <gate::GateSet G>
Program<G> bulk_init(const Program<G>& program, int extra_cells = 0) {
  Program<G> merged = merge_inits(program), rotated = merge_inits(rotate_cells(program, extra_cells));
  return rotated.counts().cycles < merged.counts().cycles ? std::move(rotated) : std::move(merged);
}

}  // namespace pim::row
