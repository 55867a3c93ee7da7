// Do the tests notice a wrong gate? Every command of the serial 8-bit programs is dropped, and every input of every
// gate exchanged for the next cell, one at a time; all operands are tried.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/row_study.hpp"
#include <pim/arith/verify.hpp>

using namespace pim::arith;
namespace row = pim::row;

namespace {

/// A routine's ports with other operations.
class Mutant {
 public:
  Mutant(const row::Routine& original, std::vector<row::MicroOp> ops) : original_(original), ops_(std::move(ops)) {
    for (const row::Port& port : original.inputs()) inputs_.push_back(operand(port));
    for (const row::Port& port : original.outputs()) outputs_.push_back(operand(port));
  }
  const std::string& title() const { return original_.title(); }
  row::Counts counts() const { return original_.counts(); }
  int columns() const { return original_.columns(); }
  std::uint16_t column(const row::Cell& cell) const { return static_cast<std::uint16_t>(cell.index); }
  std::vector<row::MicroOp> micro_ops() const { return ops_; }
  const std::vector<row::Operand>& inputs() const { return inputs_; }
  const std::vector<row::Operand>& outputs() const { return outputs_; }

 private:
  static row::Operand operand(const row::Port& port) {
    row::Operand operand{port.name, {}};
    for (const std::uint16_t column : port.columns) operand.bits.push_back({0, column});
    return operand;
  }
  const row::Routine& original_;
  std::vector<row::MicroOp> ops_;
  std::vector<row::Operand> inputs_, outputs_;
};

struct Survivors {
  int dropped = 0, exchanged = 0;
};

Survivors survivors(const pim::app::RowProgram& program) {
  const row::Routine original = pim::app::routine(program);
  const std::vector<row::MicroOp>& ops = original.micro_ops();
  const auto is_noticed = [&](std::vector<row::MicroOp> mutated) {
    const row::Routine routine{Mutant(original, std::move(mutated))};
    const Verifier verifier(routine, program.request);
    return verifier.random(4096, pim::Rng(1)).mismatches > 0 || verifier.exhaustive().mismatches > 0;
  };
  Survivors found;
  for (std::size_t k = 0; k < ops.size(); ++k) {
    auto mutated = ops;
    mutated.erase(mutated.begin() + static_cast<std::ptrdiff_t>(k));
    found.dropped += is_noticed(std::move(mutated)) ? 0 : 1;
    const row::MicroOp& op = ops[k];
    for (std::size_t i = 0; i < op.fan_in; ++i) {
      std::uint16_t other = op.in[i];
      const auto is_taken = [&] {
        return other == op.out ||
               std::find(op.in.begin(), op.in.begin() + op.fan_in, other) != op.in.begin() + op.fan_in;
      };
      while (is_taken()) other = static_cast<std::uint16_t>((other + 1) % original.columns());
      mutated = ops;
      mutated[k].in[i] = other;
      found.exchanged += is_noticed(std::move(mutated)) ? 0 : 1;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("mutation: a wrong gate is noticed, or computes the same for all operands of 8 bits", "[arith]") {
  // What survives was tried on all operands, so that it is no mistake. A dropped command survives in products whose
  // highest partial sums cannot carry, and in divisions whose last rest is not needed; an exchanged input survives
  // where the gate's other input leaves it no influence, as in NOR(a, NOR(a, b)), where b may stand for the second a's
  // complement.
  struct Case {
    Operation operation;
    Format format;
    Survivors most;
  };
  for (const auto& [operation, format, most] : {
           Case{Operation::add, uint8, {0, 6}},
           Case{Operation::subtract, uint8, {0, 6}},
           Case{Operation::multiply, uint8, {4, 7}},
           Case{Operation::divide, uint8, {4, 0}},
           Case{Operation::equal, uint8, {0, 0}},
           Case{Operation::less, int8, {0, 2}},
           Case{Operation::minimum, int8, {0, 1}},
           Case{Operation::absolute, int8, {0, 2}},
           Case{Operation::negate, uint8, {0, 7}},
           Case{Operation::relu, int8, {0, 0}},
           Case{Operation::shift_left, uint8, {0, 0}},
           Case{Operation::population_count, uint8, {0, 2}},
           Case{Operation::reduce_xor, uint8, {0, 0}},
       }) {
    const Survivors found = survivors({{operation, format, Variant::serial, Contract::ieee}, "nor", false});
    INFO(info(operation).name << " of " << name(format));
    CHECK(found.dropped <= most.dropped);
    CHECK(found.exchanged <= most.exchanged);
  }
}
