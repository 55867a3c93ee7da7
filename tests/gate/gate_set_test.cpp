#include <pim/gate/memristive.hpp>

#include "support/catch.hpp"

namespace gate = pim::gate;
using gate::Gate;

struct Nameless {
  static constexpr std::array gates{gate::not_};
};
static_assert(gate::GateSet<gate::NotNor> && gate::GateSet<gate::NotMin3>);
static_assert(!gate::GateSet<Nameless> && !gate::GateSet<int>);
static_assert(gate::has<gate::NotNor>(gate::nor) && !gate::has<gate::NotNor>(gate::min3));
static_assert(gate::index_of<gate::NotMin3>(gate::min3) == 4);

constexpr std::array all_named{gate::copy, gate::not_, gate::nor, gate::nand, gate::or_, gate::min3, gate::maj3};
static_assert(gate::have_names(all_named));
static_assert(gate::take_1_to_3_inputs(all_named));
static_assert(gate::ignore_inputs_beyond_fan_in(all_named));
static_assert(gate::have_distinct_names(all_named));
static_assert(gate::have_distinct_functions(all_named));

constexpr std::array unnamed{gate::nor, Gate{"", 1, gate::a}};
static_assert(!gate::have_names(unnamed));
constexpr std::array no_input{Gate{"ONE", 0, gate::one}}, four_inputs{Gate{"NOR4", 4, 1}};
static_assert(!gate::take_1_to_3_inputs(no_input) && !gate::take_1_to_3_inputs(four_inputs));
constexpr std::array reads_b{Gate{"NOT", 1, gate::nor.truth}}, reads_one_corner{Gate{"NOR", 2, 0b00000001}};
constexpr std::array reads_c{gate::nor, Gate{"OR", 2, gate::maj3.truth}};
static_assert(!gate::ignore_inputs_beyond_fan_in(reads_b));
static_assert(!gate::ignore_inputs_beyond_fan_in(reads_c));
static_assert(!gate::ignore_inputs_beyond_fan_in(reads_one_corner));
constexpr std::array one_name{gate::nor, gate::not_, Gate{"NOR", 2, gate::or_.truth}};
static_assert(!gate::have_distinct_names(one_name));
constexpr std::array one_function{gate::nor, Gate{"NEITHER", 2, gate::nor.truth}};
static_assert(!gate::have_distinct_functions(one_function));

TEST_CASE("gates: every named gate's truth table is its function, on all inputs", "[gate]") {
  for (unsigned inputs = 0; inputs < 8; ++inputs) {
    const bool x = (inputs & 1U) != 0, y = (inputs & 2U) != 0, z = (inputs & 4U) != 0;
    const auto value = [&](const Gate& g) { return (g.truth >> inputs & 1U) != 0; };
    CAPTURE(inputs);
    CHECK(value(gate::copy) == x);
    CHECK(value(gate::not_) == !x);
    CHECK(value(gate::nor) == (!x && !y));
    CHECK(value(gate::nand) == (!x || !y));
    CHECK(value(gate::or_) == (x || y));
    CHECK(value(gate::min3) == (x + y + z <= 1));
    CHECK(value(gate::maj3) == (x + y + z >= 2));
    CHECK((gate::zero >> inputs & 1U) == 0);
    CHECK((gate::one >> inputs & 1U) == 1);
  }
}
TEST_CASE("gate sets: the names and fan-ins that listings and programs rely on", "[gate]") {
  const auto spelled = [](std::span<const Gate> gates) {
    std::string text;
    for (const Gate& g : gates) text += std::string(g.name) + std::to_string(g.fan_in) + ' ';
    return text;
  };
  CHECK(spelled(gate::NotNor::gates) == "NOT1 NOR2 ");
  CHECK(spelled(gate::NotMin3::gates) == "NOT1 NOR2 NAND2 OR2 MIN33 ");
}
