#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include <pim/gate/gate.hpp>

namespace pim::gate {

/// The gates that a memristive array can execute: a stateless type with a name and an array of distinct gates. What a
/// concept cannot ask of them, verify_gate_set does.
///
/// The write rule is the same for all sets: INIT0 and INIT1 store a constant, and a gate ANDs its value into its output
/// cell (X-MAGIC), so that a fresh value takes an INIT1 and a gate.
/// source  Kvatinsky et al., MAGIC, TCAS-II 2014 (INIT and NOR); Peled et al., X-MAGIC, VLSI-SoC 2020 (accumulation)
template <class G>
concept GateSet = requires {
  { G::name } -> std::convertible_to<std::string_view>;
  { G::gates.size() } -> std::convertible_to<std::size_t>;
  { G::gates[0] } -> std::convertible_to<Gate>;
};

constexpr bool have_names(std::span<const Gate> gates) {
  return std::ranges::none_of(gates, [](const Gate& gate) { return gate.name.empty(); });
}
constexpr bool take_1_to_3_inputs(std::span<const Gate> gates) {
  return std::ranges::all_of(gates, [](const Gate& gate) { return gate.fan_in >= 1 && gate.fan_in <= 3; });
}
/// No truth table depends on an input that its gate does not take.
constexpr bool ignore_inputs_beyond_fan_in(std::span<const Gate> gates) {
  return std::ranges::all_of(gates, [](const Gate& gate) {
    for (int input = gate.fan_in; input < 3; ++input) {
      for (int row = 0; row < 8; ++row) {
        if ((gate.truth >> row & 1) != (gate.truth >> (row ^ 1 << input) & 1)) return false;
      }
    }
    return true;
  });
}
constexpr bool have_distinct_names(std::span<const Gate> gates) {
  return std::ranges::all_of(gates,
                             [&](const Gate& gate) { return std::ranges::count(gates, gate.name, &Gate::name) == 1; });
}
constexpr bool have_distinct_functions(std::span<const Gate> gates) {
  return std::ranges::all_of(gates, [&](const Gate& gate) { return std::ranges::count(gates, gate) == 1; });
}

/// Class templates open with static_assert(verify_gate_set<G>()).
template <class G>
consteval bool verify_gate_set() {
  static_assert(GateSet<G>, "GateSet: needs a static constexpr name and a static constexpr std::array of gates");
  if constexpr (GateSet<G>) {
    static_assert(have_names(G::gates), "GateSet: every gate needs a name");
    static_assert(take_1_to_3_inputs(G::gates), "GateSet: a gate takes 1 to 3 inputs");
    static_assert(!take_1_to_3_inputs(G::gates) || ignore_inputs_beyond_fan_in(G::gates),
                  "GateSet: the truth table of a gate must not depend on inputs beyond its fan-in");
    static_assert(have_distinct_names(G::gates), "GateSet: two gates must not have one name");
    static_assert(have_distinct_functions(G::gates), "GateSet: two gates must not be one function");
  }
  return true;
}

/// Position of `gate` in the set; a compile error where the set lacks it.
template <GateSet G>
consteval std::size_t index_of(Gate gate) {
  for (std::size_t i = 0; i < G::gates.size(); ++i) {
    if (G::gates[i] == gate) return i;
  }
  throw "the gate set lacks this gate";
}
template <GateSet G>
consteval bool has(Gate gate) {
  return std::ranges::find(G::gates, gate) != G::gates.end();
}

}  // namespace pim::gate
