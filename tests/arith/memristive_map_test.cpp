#include <pim/arith/memristive_map.hpp>

#include <set>

#include <pim/arith/serial_words.hpp>
#include <pim/core/rng.hpp>
#include <pim/gate/memristive.hpp>

#include "arith/memristive_support.hpp"
#include "support/catch.hpp"

using namespace pim;
using namespace pim::arith;
using gate::NotMin3;
using gate::NotNor;
using memristive_test::Column;

namespace {

/// NOT, NOR and OR, as a user might add it.
struct NotNorOr {
  static constexpr std::string_view name = "nor_or";
  static constexpr std::array gates{gate::or_, gate::not_, gate::nor};
};

/// The value of every letter of a recipe, a bit per assignment of a, b and c.
std::array<std::uint8_t, Recipe::letters + 1> executed(const Recipe& recipe) {
  std::array<std::uint8_t, Recipe::letters + 1> value{};
  const std::array inputs{gate::a, gate::b, gate::c};
  for (std::size_t i = 0; i < 3; ++i) value[2 * i] = inputs[i], value[2 * i + 1] = gate::truth(~inputs[i]);
  for (const auto& step : recipe.steps) {
    unsigned result = 0;
    for (unsigned row = 0; row < 8; ++row) {
      unsigned index = 0;
      for (std::size_t i = 0; i < step.fan_in; ++i) index |= (value[step.in[i]] >> row & 1U) << i;
      result |= (step.gate.truth >> index & 1U) << row;
    }
    value[step.out] = static_cast<std::uint8_t>(step.is_fresh ? result : value[step.out] & result);
  }
  return value;
}
std::array<int, 2> expected(Recipe::Block block) {
  const int a = gate::a, b = gate::b, c = gate::c, majority = (a & b) | (b & c) | (a & c);
  switch (block) {
    case Recipe::Block::and2:
      return {a & b, 0};
    case Recipe::Block::and3:
      return {a & b & c, 0};
    case Recipe::Block::xor2:
      return {a ^ b, 0};
    case Recipe::Block::half_add:
      return {a ^ b, a & b};
    case Recipe::Block::mux:
      return {(a & b) | (~a & c), 0};
    case Recipe::Block::sum:
      return {a ^ b ^ c, 0};
    case Recipe::Block::majority:
      return {0, majority};
    default:
      return {a ^ b ^ c, majority};
  }
}

/// A circuit of all kinds of nodes over three inputs, with constants, repeated and complemented outputs.
void fill(Circuit& circuit, std::uint64_t seed) {
  const Rng rng(seed);
  std::uint64_t draw = 0;
  Word known{zero, one};
  for (const char* name : {"x", "y", "z"}) {
    const Word word = circuit.input(name, 3);
    known.insert(known.end(), word.begin(), word.end());
  }
  const auto any = [&] {
    const Bit bit = known[rng.below(draw++, static_cast<std::uint32_t>(known.size()))];
    return rng.below(draw++, 2) == 0 ? bit : ~bit;
  };
  for (int i = 0; i < 40; ++i) {
    const Bit a = any(), b = any(), c = any();
    switch (rng.below(draw++, 6)) {
      case 0:
        known.push_back(circuit.and_(a, b));
        break;
      case 1:
        known.push_back(circuit.xor_(a, b));
        break;
      case 2:
        known.push_back(circuit.mux(a, b, c));
        break;
      case 3:
        known.push_back(circuit.majority(a, b, c));
        break;
      case 4: {
        const auto sum = circuit.half_add(a, b);
        known.push_back(sum.sum), known.push_back(sum.carry);
        break;
      }
      default: {
        const auto sum = circuit.full_add(a, b, c);
        known.push_back(sum.sum), known.push_back(sum.carry);
        break;
      }
    }
  }
  for (const char* name : {"s", "t"}) {
    Word word;
    for (int i = 0; i < 8; ++i) word.push_back(any());
    circuit.output(name, word);
  }
}

/// The circuit for one row, node by node.
std::vector<std::uint64_t> evaluated(const Circuit& circuit, const std::vector<std::uint64_t>& inputs) {
  std::vector<bool> value(circuit.nodes().size(), false);
  const auto at = [&](Bit bit) { return value[bit.node()] != bit.inverted(); };
  for (std::size_t p = 0; p < inputs.size(); ++p) {
    for (std::size_t i = 0; i < circuit.inputs()[p].bits.size(); ++i)
      value[circuit.inputs()[p].bits[i].node()] = (inputs[p] >> i & 1U) != 0;
  }
  for (std::size_t n = 0; n < value.size(); ++n) {
    const auto& node = circuit.nodes()[n];
    const bool a = at(node.in[0]), b = at(node.in[1]), c = at(node.in[2]);
    if (node.kind == Circuit::Kind::and2) value[n] = a && b;
    if (node.kind == Circuit::Kind::xor2) value[n] = a != b;
    if (node.kind == Circuit::Kind::mux) value[n] = a ? b : c;
    if (node.kind == Circuit::Kind::sum3) value[n] = (a != b) != c;
    if (node.kind == Circuit::Kind::majority) value[n] = a + b + c >= 2;
  }
  std::vector<std::uint64_t> outputs;
  for (const auto& port : circuit.outputs()) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < port.bits.size(); ++i) word |= std::uint64_t{at(port.bits[i])} << i;
    outputs.push_back(word);
  }
  return outputs;
}

template <gate::GateSet G>
std::uint64_t cycles(auto build) {
  Circuit circuit;
  SerialWords w(circuit);
  build(w);
  return map_memristive<G>(circuit).counts().cycles;
}

}  // namespace

TEST_CASE("Recipes: each computes its block, whatever the operands are", "[arith][memristive]") {
  const auto check = [](const std::vector<Recipe>& all) {
    for (const Recipe& recipe : all) {
      const auto value = executed(recipe);
      const auto [sum, carry] = expected(recipe.block);
      const std::array wanted{gate::truth(sum), gate::truth(~sum), gate::truth(carry), gate::truth(~carry)};
      for (std::size_t i = 0; i < 4; ++i) {
        INFO("block " << static_cast<int>(recipe.block) << ", cycles " << recipe.cycles << ", result " << i);
        if (recipe.results[i] != Recipe::absent) CHECK(value[recipe.results[i]] == wanted[i]);
      }
      const bool has_sum = recipe.gives(Recipe::sum, false) || recipe.gives(Recipe::sum, true);
      const bool has_carry = recipe.gives(Recipe::carry, false) || recipe.gives(Recipe::carry, true);
      CHECK(has_sum == (recipe.block != Recipe::Block::majority));
      CHECK(has_carry == (recipe.block == Recipe::Block::majority || recipe.block == Recipe::Block::half_add ||
                          recipe.block == Recipe::Block::full_add));
    }
  };
  check(recipes<NotNor>());
  check(recipes<NotMin3>());
  CHECK(recipes<NotNor>().size() < recipes<NotNorOr>().size());
  CHECK(recipes<NotNorOr>().size() < recipes<NotMin3>().size());
}

TEST_CASE("Recipes: steps read what was written before, and write neither a cell they read nor one that must stay",
          "[arith][memristive]") {
  for (const Recipe& recipe : recipes<NotMin3>()) {
    std::array<bool, Recipe::letters> written{};
    for (std::size_t i = 0; i < 6; ++i) written[i] = recipe.reads[i];
    for (const auto& step : recipe.steps) {
      for (std::size_t i = 0; i < step.fan_in; ++i) {
        CHECK(written[step.in[i]]);
        CHECK(step.in[i] != step.out);
      }
      CHECK(written[step.out] != step.is_fresh);
      written[step.out] = true;
    }
  }
}

TEMPLATE_TEST_CASE("map_memristive: random circuits, all inputs, ports, cells and untouched inputs",
                   "[arith][memristive]", NotNor, NotMin3, NotNorOr) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Circuit circuit;
    fill(circuit, seed);
    const auto program = map_memristive<TestType>(circuit);
    std::vector<Column> in(3, Column(512));
    for (unsigned row = 0; row < 512; ++row) in[0][row] = row % 8, in[1][row] = row / 8 % 8, in[2][row] = row / 64;
    const auto out = memristive_test::run(program, in);
    int wrong = 0;
    for (unsigned row = 0; row < 512; ++row) {
      const auto expected = evaluated(circuit, {row % 8, row / 8 % 8, row / 64});
      wrong += expected[0] != out[0][row] || expected[1] != out[1][row];
    }
    INFO("seed " << seed);
    CHECK(wrong == 0);
    CHECK(program.inputs()[1].name == "y");
    CHECK(program.inputs()[1].bits[2] == row::Cell{0, 5});
    CHECK(program.outputs()[1].name == "t");
    std::set<int> cells;
    for (const auto& operand : program.outputs()) {
      for (const auto& cell : operand.bits) cells.insert(cell.index);
    }
    CHECK(cells.size() == 16);
    CHECK(*cells.begin() >= 9);
    for (const auto& command : program.commands()) REQUIRE(command.out >= 9);
    CHECK(program.commands() == map_memristive<TestType>(circuit).commands());
  }
}

TEST_CASE("map_memristive: a wide OR takes a cycle for two bits", "[arith][memristive]") {
  for (const int bits : {4, 10, 32}) {
    const auto wide_nor = [&](SerialWords& w) { w.output("z", {~w.any(w.input("x", bits))}); };
    CHECK(cycles<NotNor>(wide_nor) == static_cast<std::uint64_t>(1 + bits / 2));  // INIT, NOR of each pair
  }
}

TEST_CASE("map_memristive: one-bit blocks cost what the searches found", "[arith][memristive]") {
  const auto block = [](auto function) {
    return [function](SerialWords& w) {
      const Word x = w.input("x", 3);
      function(w, x[0], x[1], x[2]);
    };
  };
  const auto exclusive = block([](auto& w, Bit a, Bit b, Bit) { w.output("z", {w.xor_(a, b)}); });
  const auto choice = block([](auto& w, Bit a, Bit b, Bit c) { w.output("z", {w.mux(a, b, c)}); });
  const auto adder = block([](auto& w, Bit a, Bit b, Bit c) {
    const auto sum = w.circuit().full_add(a, b, c);
    w.output("z", {sum.sum, sum.carry});
  });
  CHECK(cycles<NotNor>(exclusive) == 9);
  CHECK(cycles<NotMin3>(exclusive) == 3);
  CHECK(cycles<NotNor>(choice) <= 8);
  CHECK(cycles<NotMin3>(choice) <= 5);
  CHECK(cycles<NotNor>(adder) == 17);
  CHECK(cycles<NotMin3>(adder) <= 9);
}
