#include <pim/arith/dram_map.hpp>

#include <functional>

#include "support/catch.hpp"
#include <pim/arith/compile.hpp>
#include <pim/arith/verify.hpp>
#include <pim/row/routine.hpp>

using namespace pim::arith;

namespace {

/// Commands of the published micro-programs for n bits.
/// source  counted in those of MIMDRAM (Oliveira et al., HPCA 2024), which are SIMDRAM's (Hajinazar et al., ASPLOS
/// 2021)
struct MicroProgram {
  Operation operation;
  bool is_signed;
  std::function<int(int)> commands;
};
const std::vector<MicroProgram>& simdram() {
  static const std::vector<MicroProgram> table{
      {Operation::add, false, [](int n) { return 8 * n + 1; }},
      {Operation::subtract, false, [](int n) { return 8 * n + 1; }},
      {Operation::multiply, false, [](int n) { return 11 * n * n - 5 * n - 1; }},
      {Operation::divide_narrow, false, [](int n) { return 33 * n * n / 4 + 12 * n; }},
      {Operation::minimum, false, [](int n) { return 10 * n + 2; }},
      {Operation::maximum, false, [](int n) { return 10 * n + 2; }},
      {Operation::greater, false, [](int n) { return 3 * n + 2; }},
      {Operation::greater_equal, false, [](int n) { return 3 * n + 2; }},
      {Operation::equal, false, [](int n) { return 4 * n + 3; }},
      {Operation::select, false, [](int n) { return 7 * n; }},
      {Operation::relu, true, [](int n) { return 3 * n + 1; }},
      {Operation::absolute, true, [](int n) { return 10 * n - 1; }},
      {Operation::reduce_xor, false, [](int n) { return 3 * n + 2; }},
      {Operation::reduce_and, false, [](int n) { return 5 * n / 2 + 2; }},
      {Operation::reduce_or, false, [](int n) { return 5 * n / 2 + 2; }},
      {Operation::is_positive, true, [](int n) { return 5 * n / 2 - 1; }},
      {Operation::is_nonnegative, true, [](int) { return 2; }},
      {Operation::population_count, false, [](int n) { return 8 * n - 8; }},
  };
  return table;
}

pim::row::DRAMProgram program_of(Operation operation, const Format& format, Contract contract = Contract::ieee) {
  return dram_program({.operation = operation, .format = format, .contract = contract});
}
Outcome verify(Operation operation, const Format& format, std::uint64_t rows, Contract contract = Contract::ieee) {
  const Request request{.operation = operation, .format = format, .contract = contract};
  const pim::row::Routine routine(dram_program(request));
  const Verifier verifier(routine, request);
  return rows == 0 ? verifier.exhaustive() : verifier.random(rows, pim::Rng(7));
}

/// A circuit of any nodes with inputs in any polarity, by choices that a seed makes.
Circuit random_circuit(const pim::Rng& rng) {
  Circuit circuit;
  Word bits = circuit.input("x", 8);
  std::uint64_t draw = 0;
  const auto any_bit = [&] {
    const Bit bit = bits[rng.below(draw++, static_cast<std::uint32_t>(bits.size()))];
    return rng.below(draw++, 2) == 0 ? bit : ~bit;
  };
  for (std::uint32_t size = 1 + rng.below(draw++, 40); size > 0; --size) {
    const Bit a = any_bit(), b = any_bit(), c = any_bit();
    switch (rng.below(draw++, 6)) {
      case 0:
        bits.push_back(circuit.and_(a, b));
        break;
      case 1:
        bits.push_back(circuit.xor_(a, b));
        break;
      case 2:
        bits.push_back(circuit.mux(a, b, c));
        break;
      case 3:
        bits.push_back(circuit.majority(a, b, c));
        break;
      case 4:
        bits.push_back(circuit.half_add(a, b).sum);
        bits.push_back(circuit.half_add(a, b).carry);
        break;
      default:
        bits.push_back(circuit.full_add(a, b, c).sum);
        if (rng.below(draw++, 2) == 0) bits.push_back(circuit.full_add(a, b, c).carry);
        break;
    }
  }
  Word out;
  for (int i = 0; i < 8; ++i) out.push_back(rng.below(draw++, 8) == 0 ? (i % 2 == 0 ? zero : one) : any_bit());
  circuit.output("z", out);
  return circuit;
}
std::uint32_t evaluate(const Circuit& circuit, std::uint32_t x) {
  std::vector<bool> values(circuit.nodes().size());
  const auto value = [&](Bit bit) { return values[bit.node()] != bit.inverted(); };
  for (std::size_t i = 0; i < 8; ++i) values[circuit.inputs()[0].bits[i].node()] = (x >> i & 1U) != 0;
  for (std::size_t n = 1; n < values.size(); ++n) {
    const auto& node = circuit.nodes()[n];
    const bool a = value(node.in[0]), b = value(node.in[1]), c = value(node.in[2]);
    switch (node.kind) {
      case Circuit::Kind::constant:
      case Circuit::Kind::input:
        break;
      case Circuit::Kind::and2:
        values[n] = a && b;
        break;
      case Circuit::Kind::xor2:
        values[n] = a != b;
        break;
      case Circuit::Kind::mux:
        values[n] = a ? b : c;
        break;
      case Circuit::Kind::sum3:
        values[n] = (a != b) != c;
        break;
      case Circuit::Kind::majority:
        values[n] = (a && b) || (b && c) || (a && c);
        break;
    }
  }
  std::uint32_t z = 0;
  for (std::size_t i = 0; i < 8; ++i) z |= (value(circuit.outputs()[0].bits[i]) ? 1U : 0U) << i;
  return z;
}

}  // namespace

TEST_CASE("DRAM programs: at most the published commands, 8 to 64 bits", "[arith][dram]") {
  for (const MicroProgram& entry : simdram()) {
    for (const int bits : {8, 16, 32, 64}) {
      INFO(info(entry.operation).name << ", " << bits << " bits");
      const auto program = program_of(entry.operation, Format::integer(bits, entry.is_signed));
      CHECK(program.counts().cycles <= static_cast<std::uint64_t>(entry.commands(bits)));
      CHECK(program.rows() <= pim::row::DRAMProgram::subarray_rows);
    }
  }
}

TEST_CASE("DRAM programs: a carry that stays in compute rows saves a command a bit", "[arith][dram]") {
  CHECK(program_of(Operation::add, uint32).counts().cycles <= 7 * 32);  // 8 * 32 + 1 published
  CHECK(program_of(Operation::multiply, uint32).counts().cycles <= 10 * 32 * 32 - 5 * 32);
}

TEST_CASE("DRAM programs: integers are right for all operands of 8 bits", "[arith][dram]") {
  for (const OperationInfo& entry : operations) {
    for (const Format& format : {int8, uint8}) {
      const bool has_it = is_defined(entry.operation, format, Contract::ieee) && entry.operation != Operation::convert;
      if (!has_it || entry.operation == Operation::divide) continue;  // 2^24 rows: below, at random
      INFO(entry.name << " of " << name(format));
      const Outcome outcome = verify(entry.operation, format, 0);
      INFO(outcome.first);
      CHECK(outcome.mismatches == 0);
      CHECK(outcome.rows >= 256);
    }
  }
}

TEST_CASE("DRAM programs: integers are right for random operands of 16 to 64 bits", "[arith][dram]") {
  for (const MicroProgram& entry : simdram()) {
    for (const int bits : {16, 32, 64}) {
      INFO(info(entry.operation).name << ", " << bits << " bits");
      const Outcome outcome = verify(entry.operation, Format::integer(bits, entry.is_signed), 1 << 14);
      INFO(outcome.first);
      CHECK(outcome.mismatches == 0);
    }
  }
  for (const Format& format : {int8, uint8, int16, uint32})
    CHECK(verify(Operation::divide, format, 1 << 14).mismatches == 0);
}

TEST_CASE("DRAM programs: floating point is right for random operands", "[arith][dram]") {
  for (const Contract contract : {Contract::ieee, Contract::published}) {
    for (const Format& format : {fp16, bf16, fp32}) {
      for (const Operation operation : {Operation::add, Operation::subtract, Operation::multiply, Operation::divide}) {
        INFO(info(operation).name << " of " << name(format));
        const Outcome outcome = verify(operation, format, 1 << 14, contract);
        INFO(outcome.first);
        CHECK(outcome.mismatches == 0);
      }
    }
  }
}

TEST_CASE("map_dram: any circuit gives what its nodes say, and leaves its inputs", "[arith][dram]") {
  std::vector<std::uint32_t> x(256), z(256), kept(256);
  for (std::uint32_t i = 0; i < 256; ++i) x[i] = i;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Circuit circuit = random_circuit(pim::Rng(seed));
    const auto program = map_dram(circuit);
    const pim::row::Routine routine(program);
    auto rows = routine.rows(256);
    for (pim::Index c = 0; c < rows.columns(); ++c) {
      for (pim::Index r = 0; r < 256; ++r) rows.set(r, c, (r * 7 + c * 13) % 5 < 2);  // scratch holds anything
    }
    rows.store<std::uint32_t>(x, routine.inputs()[0].columns);
    routine.run(rows, {}, pim::Rng(0));
    rows.load<std::uint32_t>(routine.outputs()[0].columns, z);
    rows.load<std::uint32_t>(routine.inputs()[0].columns, kept);
    CHECK(kept == x);
    for (std::uint32_t i = 0; i < 256; ++i) {
      INFO("seed " << seed << ", input " << i);
      REQUIRE(z[i] == evaluate(circuit, i));
    }
  }
}

TEST_CASE("map_dram: a circuit that needs more rows than there are is an error", "[arith][dram]") {
  Circuit circuit;
  circuit.output("z", circuit.input("x", 40));
  CHECK(map_dram(circuit, 80).rows() == 80);
  CHECK_THROWS_AS(map_dram(circuit, 79), std::invalid_argument);
}
