#pragma once
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/row/program.hpp>

/// Programs as text, in the form in which AritPIM publishes its gate lists:
///
///   Serial Fixed Addition: 32-bit with 577 cycles and 101 cells total.
///
///   Inputs:
///     x (32-bit): 0 1 2 ...                        parallel: bit 0 of partitions 0 1 2 ...
///   Outputs:
///     z (32-bit): 64 65 66 ...
///
///   T0:   96  = INIT0                              parallel: p_j.4 = NOR(p_i.0, p_i.1)  for i in range(0, 32, 1)
///   T1:   97  = NOR(0, 32)                                                               and j = i + 0
///
/// Commands of one bulk initialisation repeat their T. Bits of a parallel operand that lie at several indices are
/// written as partition.index.
///
/// source  gate lists of AritPIM (Leitersdorf et al., IEEE TETC 2023)
namespace pim::row {

namespace listing {

inline std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

inline std::string bits_of(const Operand& operand, bool partitioned) {
  const auto same_index = [&](const Cell& cell) { return cell.index == operand.bits.front().index; };
  const bool uniform = std::ranges::all_of(operand.bits, same_index);
  std::string text;
  if (partitioned && uniform) text = "bit " + std::to_string(operand.bits.front().index) + " of partitions ";
  for (const Cell& cell : operand.bits) {
    if (!partitioned) {
      text += std::to_string(cell.index);
    } else {
      text += std::to_string(cell.partition) + (uniform ? "" : "." + std::to_string(cell.index));
    }
    text += ' ';
  }
  return text;
}

/// One line of a listing, read from the left.
class Line {
 public:
  Line(std::string_view text, int number) : text_(text), number_(number) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument("listing line " + std::to_string(number_) + ": " + what);
  }
  void skip_space() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t' || text_[0] == '\r')) text_.remove_prefix(1);
  }
  bool at_end() {
    skip_space();
    return text_.empty();
  }
  bool accept(std::string_view token) {
    skip_space();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  void expect(std::string_view token) {
    if (!accept(token)) fail("expected " + in_quotes(token) + " at " + in_quotes(at_end() ? "the end" : text_));
  }
  /// A number of low to high.
  int number(int low, int high) {
    skip_space();
    int value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error == std::errc::invalid_argument)
      fail("expected a number at " + in_quotes(text_.empty() ? "the end" : text_));
    const auto length = static_cast<std::size_t>(end - text_.data());
    if (error != std::errc{} || value < low || value > high)
      fail(printable(text_.substr(0, length), 80) + " is out of range, expected " + std::to_string(low) + " to " +
           std::to_string(high));
    text_.remove_prefix(length);
    return value;
  }
  int cell() { return number(0, max_cells - 1); }
  int partition() { return number(0, max_partitions - 1); }
  /// of a T
  int cycle() { return number(0, std::numeric_limits<int>::max()); }
  std::string_view word() {
    skip_space();
    const auto length = std::min(text_.find_first_of(" \t\r(:,)"), text_.size());
    const std::string_view word = text_.substr(0, length);
    text_.remove_prefix(length);
    return word;
  }
  void expect_end() {
    if (!at_end()) fail("expected the end of the line at " + in_quotes(text_));
  }
  int line_number() const { return number_; }

 private:
  std::string_view text_;
  int number_;
};

/// "T0:", which starts a command; an operand may start with a T as well.
inline bool starts_command(std::string_view line) {
  const std::size_t end = line.find_first_not_of("0123456789", 1);
  return line.starts_with('T') && end != line.npos && end > 1 && line[end] == ':';
}

/// Does `add`, whose errors become errors of the line.
template <class Add>
void at_line(const Line& line, const Add& add) {
  try {
    add();
  } catch (const std::invalid_argument& error) {
    const std::string what = error.what();
    if (what.starts_with("listing")) throw;
    line.fail(what.starts_with("command") ? what.substr(what.find(": ") + 2) : what);
  }
}

inline Operand read_operand(Line& line) {
  Operand operand{std::string(line.word()), {}};
  line.expect("(");
  const int width = line.number(0, max_cells);
  line.expect("-bit)");
  line.expect(":");
  std::optional<int> index;
  if (line.accept("bit")) {
    index = line.cell();
    line.expect("of partitions");
  }
  while (!line.at_end()) {
    const int first = index ? line.partition() : line.cell();
    if (index) {
      operand.bits.push_back({first, *index});
    } else if (line.accept(".")) {
      if (first >= max_partitions)
        line.fail("partition " + std::to_string(first) + " is out of range, expected 0 to " +
                  std::to_string(max_partitions - 1));
      operand.bits.push_back({first, line.cell()});
    } else {
      operand.bits.push_back({0, first});
    }
  }
  if (operand.name.empty() || static_cast<int>(operand.bits.size()) != width)
    line.fail("operand " + in_quotes(operand.name) + " has " + std::to_string(operand.bits.size()) +
              " cells, but says " + std::to_string(width) + "-bit");
  return operand;
}

/// A command before the number of partitions is known.
struct Request {
  int line = 0, cycle = 0;
  std::string_view gate;  ///< INIT0, INIT1 or a gate's name
  int out = 0;
  std::vector<int> in;
  Section where;

  int highest_partition() const { return static_cast<int>(where.last()) + std::max(0, where.distance); }
};

/// An input; a published list has one in brackets.
inline int read_input(Line& line, bool partitioned) {
  if (partitioned) line.expect("p_i.");
  const bool bracket = line.accept("[");
  const int index = line.cell();
  if (bracket) line.expect("]");
  return index;
}

inline Request read_command(Line& line) {
  Request request;
  request.line = line.line_number();
  request.cycle = line.cycle();
  line.expect(":");
  const bool partitioned = line.accept("p_j.");
  request.out = line.cell();
  line.expect("=");
  request.gate = line.word();
  if (line.accept("(")) {
    do request.in.push_back(read_input(line, partitioned));
    while (line.accept(","));
    line.expect(")");
  }
  if (partitioned) {
    line.expect("for i in range(");
    const int first = line.partition();
    line.expect(",");
    const int end = line.number(1, max_partitions);
    line.expect(",");
    const int step = line.number(1, max_partitions);
    line.expect(")");
    line.expect("and j = i +");
    const int distance = line.number(1 - max_partitions, max_partitions - 1);
    if (end <= first) line.fail("the range of partitions is empty");
    request.where = {first, (end - first + step - 1) / step, step, distance};
    if (request.highest_partition() >= max_partitions)
      line.fail("partition " + std::to_string(request.highest_partition()) + " is out of range, expected 0 to " +
                std::to_string(max_partitions - 1));
  }
  line.expect_end();
  return request;
}

}  // namespace listing

/// The program as text.
template <gate::GateSet G>
std::string write_listing(const Program<G>& program) {
  const bool partitioned = program.partitions() > 1;
  std::string text = program.title();
  text += text.empty() || text.back() == '\n' ? "\n" : "\n\n";
  for (const auto& [heading, operands] :
       {std::pair{"Inputs:\n", &program.inputs()}, std::pair{"Outputs:\n", &program.outputs()}}) {
    text += heading;
    for (const Operand& operand : *operands)
      text += "\t " + operand.name + " (" + std::to_string(operand.bits.size()) +
              "-bit): " + listing::bits_of(operand, partitioned) + '\n';
  }
  text += '\n';
  std::uint64_t cycle = 0;
  for (const Command& command : program.commands()) {
    if (&command != program.commands().data() && !command.same_cycle) ++cycle;
    const auto cell = [&](const char* prefix, std::uint16_t index) {
      return (partitioned ? prefix : "") + std::to_string(index);
    };
    text += listing::padded("T" + std::to_string(cycle) + ":", 5) + '\t';
    text += listing::padded(cell("p_j.", command.out), partitioned ? 6 : 3) + " = ";
    std::string call;
    if (command.op < Command::first_gate) {
      call = command.op == Command::init1 ? "INIT1" : "INIT0";
    } else {
      const gate::Gate& gate = G::gates[command.op - Command::first_gate];
      call = std::string(gate.name) + '(';
      for (int i = 0; i < gate.fan_in; ++i)
        call += (i > 0 ? ", " : "") + cell("p_i.", command.in[static_cast<std::size_t>(i)]);
      call += ')';
    }
    if (partitioned) {
      const Section& s = command.where;
      call = listing::padded(call, 24) + " for i in range(" + std::to_string(s.first) + ", " +
             std::to_string(s.last() + 1) + ", " + std::to_string(s.step) + ")\tand j = i + " +
             std::to_string(s.distance);
    }
    text += call + '\n';
  }
  return text;
}

/// Reads what write_listing writes, and AritPIM's published lists. The title is all text before "Inputs:".
///
/// throws  std::invalid_argument "listing line N: ...": syntax, a number out of range, a gate that the set lacks,
///         an operand whose width is not its number of cells, an operand or a command that breaks a rule of Program
template <gate::GateSet G>
Program<G> read_listing(std::string_view text) {
  std::string title;
  std::vector<std::pair<int, Operand>> inputs, outputs;  // with their lines
  std::vector<listing::Request> requests;
  enum class Part { heading, operands, body } part = Part::heading;
  int number = 0, partitions = 1;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    listing::Line line(text.substr(0, length), ++number);
    const std::string_view whole = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (part == Part::heading && !line.accept("Inputs:")) {
      if (!line.at_end()) title += std::string(whole) + '\n';
      continue;
    }
    if (part == Part::heading) {
      part = Part::operands;
      line.expect_end();
    } else if (line.at_end()) {
      continue;
    } else if (part == Part::operands && line.accept("Outputs:")) {
      part = Part::body;
      line.expect_end();
    } else if (part == Part::body && listing::starts_command(whole)) {
      line.expect("T");
      requests.push_back(listing::read_command(line));
      partitions = std::max(partitions, requests.back().highest_partition() + 1);
    } else {
      auto& operands = part == Part::operands ? inputs : outputs;
      operands.emplace_back(number, listing::read_operand(line));
      for (const Cell& cell : operands.back().second.bits) partitions = std::max(partitions, cell.partition + 1);
    }
  }
  if (part != Part::body)
    throw std::invalid_argument("listing line " + std::to_string(number) +
                                ": ends before \"Inputs:\" and \"Outputs:\"");

  Program<G> program(partitions);
  while (!title.empty() && title.back() == '\n') title.pop_back();
  program.set_title(std::move(title));
  for (const auto& [line, operand] : inputs)
    listing::at_line({{}, line}, [&, &input = operand] { program.add_input(input); });
  for (const auto& [line, operand] : outputs)
    listing::at_line({{}, line}, [&, &output = operand] { program.add_output(output); });
  int cycle = -1;
  for (const listing::Request& request : requests) {
    const listing::Line line({}, request.line);
    const bool same_cycle = request.cycle == cycle;
    if (!same_cycle && request.cycle != cycle + 1)
      line.fail("T" + std::to_string(request.cycle) + " does not follow T" + std::to_string(cycle));
    cycle = request.cycle;
    const auto gate = std::ranges::find(G::gates, request.gate, &gate::Gate::name);
    listing::at_line(line, [&] {
      if (request.gate == "INIT0" || request.gate == "INIT1") {
        if (!request.in.empty()) line.fail("INIT has no inputs");
        program.init(request.gate == "INIT1", request.out, request.where, same_cycle);
      } else if (gate == G::gates.end()) {
        line.fail(in_quotes(request.gate) + " is no gate of the set " + std::string(G::name));
      } else if (same_cycle) {
        line.fail("two gates in cycle T" + std::to_string(cycle));
      } else {
        program.apply(static_cast<std::size_t>(gate - G::gates.begin()), request.out, request.in, request.where);
      }
    });
  }
  return program;
}

}  // namespace pim::row
