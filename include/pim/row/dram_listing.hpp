#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <pim/row/dram_program.hpp>
#include <pim/row/listing.hpp>

/// DRAM programs as text, in the form of row/listing.hpp:
///
///   DRAM add of int8
///
///   Inputs:
///     x (8-bit): 0 1 2 ...                       rows of the D group
///   Outputs:
///     z (8-bit): 16 17 18 ...
///
///   T0:   AAP(D0, {~DCC0,T0})                    source, destination
///   T1:   AP({DCC0,T1,T2})
namespace pim::row {

/// The program as text.
inline std::string write_listing(const DRAMProgram& program) {
  std::string text = program.title() + "\n\n";
  for (const auto& [heading, operands] :
       {std::pair{"Inputs:\n", &program.inputs()}, std::pair{"Outputs:\n", &program.outputs()}}) {
    text += heading;
    for (const Operand& operand : *operands)
      text += "\t " + operand.name + " (" + std::to_string(operand.bits.size()) +
              "-bit): " + listing::bits_of(operand, false) + '\n';
  }
  text += '\n';
  std::size_t number = 0;
  for (const DRAMCommand& command : program.commands()) {
    text += listing::padded("T" + std::to_string(number++) + ":", 5) + '\t';
    text += command.destination ? "AAP(" + name(command.source) + ", " + name(*command.destination) + ")\n"
                                : "AP(" + name(command.source) + ")\n";
  }
  return text;
}

namespace listing {
inline gate::dram::Address read_address(Line& line) {
  for (std::uint32_t code = 0; code < gate::dram::data(0).code; ++code) {
    if (line.accept(name(gate::dram::Address{code}))) return {code};
  }
  line.expect("D");
  return gate::dram::data(line.number(0, DRAMProgram::max_rows - 1));
}
inline void read_command(Line& line, DRAMProgram& program) {
  const auto expected = static_cast<int>(program.commands().size());
  if (const int number = line.cycle(); number != expected)
    line.fail("T" + std::to_string(number) + " stands where T" + std::to_string(expected) + " is expected");
  line.expect(":");
  const bool copies = line.accept("AAP");
  if (!copies) line.expect("AP");
  line.expect("(");
  const gate::dram::Address source = read_address(line);
  if (copies) line.expect(",");
  const gate::dram::Address destination = copies ? read_address(line) : source;
  line.expect(")");
  line.expect_end();
  copies ? program.aap(source, destination) : program.ap(source);
}
}  // namespace listing

/// Reads what write_listing writes. The title is all text before "Inputs:".
///
/// throws  std::invalid_argument "listing line N: ...": syntax, a number out of range, an operand or a command that
///         breaks a rule of DRAMProgram
inline DRAMProgram read_dram_listing(std::string_view text, int data_rows = DRAMProgram::subarray_rows) {
  DRAMProgram program(data_rows);
  std::string title;
  enum class Part { heading, operands, body } part = Part::heading;
  int number = 0;
  while (!text.empty()) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    listing::Line line(whole, ++number);
    listing::at_line(line, [&] {
      if (part == Part::heading) {
        if (line.accept("Inputs:")) {
          part = Part::operands;
          line.expect_end();
        } else if (!line.at_end()) {
          title += (title.empty() ? "" : "\n") + std::string(whole);
        }
      } else if (line.at_end()) {
        return;
      } else if (part == Part::operands && line.accept("Outputs:")) {
        part = Part::body;
        line.expect_end();
      } else if (part == Part::body && listing::starts_command(whole)) {
        line.expect("T");
        read_command(line, program);
      } else if (part == Part::operands) {
        program.add_input(listing::read_operand(line));
      } else {
        program.add_output(listing::read_operand(line));
      }
    });
  }
  if (part != Part::body)
    throw std::invalid_argument("listing line " + std::to_string(number) +
                                ": ends before \"Inputs:\" and \"Outputs:\"");
  program.set_title(std::move(title));
  return program;
}

}  // namespace pim::row
