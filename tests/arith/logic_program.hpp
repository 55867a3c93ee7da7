#pragma once
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <pim/arith/circuit.hpp>
#include <pim/row/executable.hpp>

namespace pim::arith {

/// A circuit as logic, before it is mapped to gates: one operation per node, one column per live value.
struct LogicProgram {
  std::vector<std::vector<std::uint16_t>> inputs, outputs;  ///< columns of each port's bits
  int columns = 0;
  row::Executable executable;
};

/// throws  std::invalid_argument: more than 65536 values live at once
inline LogicProgram logic_program(const Circuit& circuit) {
  const auto& nodes = circuit.nodes();
  const std::vector<bool> live = circuit.live();
  std::vector<std::size_t> last(nodes.size(), 0);
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    for (int i = 0; live[n] && i < nodes[n].fan_in(); ++i) last[nodes[n].in[static_cast<std::size_t>(i)].node()] = n;
  }
  for (const auto* ports : {&circuit.inputs(), &circuit.outputs()}) {
    for (const auto& port : *ports) {
      for (const Bit bit : port.bits) last[bit.node()] = nodes.size();
    }
  }
  LogicProgram program;
  std::vector<std::uint16_t> column(nodes.size(), 0), spare;
  const auto allocate = [&] {
    if (!spare.empty()) {
      const std::uint16_t c = spare.back();
      spare.pop_back();
      return c;
    }
    if (program.columns >= 65536) throw std::invalid_argument("logic_program: more than 65536 live values");
    return static_cast<std::uint16_t>(program.columns++);
  };
  std::vector<row::MicroOp> ops;
  const auto emit = [&](std::uint16_t out, std::uint8_t truth, std::vector<std::uint16_t> in) {
    row::MicroOp op{.truth = truth, .fan_in = static_cast<std::uint8_t>(in.size()), .out = out};
    std::copy(in.begin(), in.end(), op.in.begin());
    ops.push_back(op);
  };
  for (const auto& port : circuit.inputs()) {
    program.inputs.emplace_back();
    for (const Bit bit : port.bits) program.inputs.back().push_back(column[bit.node()] = allocate());
  }
  for (std::size_t n = 1; n < nodes.size(); ++n) {
    const Circuit::Node& node = nodes[n];
    if (!live[n] || node.fan_in() == 0) continue;
    constexpr std::array variables{gate::a, gate::b, gate::c};
    std::array<int, 3> v{};
    std::vector<std::uint16_t> in;
    for (std::size_t i = 0; i < static_cast<std::size_t>(node.fan_in()); ++i) {
      v[i] = node.in[i].inverted() ? ~variables[i] : variables[i];
      in.push_back(column[node.in[i].node()]);
    }
    column[n] = allocate();
    switch (node.kind) {
      case Circuit::Kind::and2:
        emit(column[n], gate::truth(v[0] & v[1]), in);
        break;
      case Circuit::Kind::xor2:
        emit(column[n], gate::truth(v[0] ^ v[1]), in);
        break;
      case Circuit::Kind::mux:
        emit(column[n], gate::truth((v[0] & v[1]) | (~v[0] & v[2])), in);
        break;
      case Circuit::Kind::sum3:
        emit(column[n], gate::truth(v[0] ^ v[1] ^ v[2]), in);
        break;
      default:
        emit(column[n], gate::truth((v[0] & v[1]) | (v[1] & v[2]) | (v[0] & v[2])), in);
        break;
    }
    std::sort(in.begin(), in.end());
    for (std::size_t i = 0; i < static_cast<std::size_t>(node.fan_in()); ++i) {
      const std::size_t source = node.in[i].node();
      if (last[source] == n && std::find(spare.begin(), spare.end(), column[source]) == spare.end())
        spare.push_back(column[source]);
    }
  }
  for (const auto& port : circuit.outputs()) {
    program.outputs.emplace_back();
    for (const Bit bit : port.bits) {
      const std::uint16_t out = allocate();
      program.outputs.back().push_back(out);
      if (bit.is_constant()) {
        emit(out, bit == one ? gate::one : gate::zero, {});
      } else {
        emit(out, bit.inverted() ? gate::not_.truth : gate::copy.truth, {column[bit.node()]});
      }
    }
  }
  std::vector<std::uint16_t> results;
  for (const auto& port : program.outputs) results.insert(results.end(), port.begin(), port.end());
  program.executable = row::Executable(ops, static_cast<std::size_t>(program.columns), results);
  return program;
}

}  // namespace pim::arith
