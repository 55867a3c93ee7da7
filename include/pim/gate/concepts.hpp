#pragma once
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string_view>

#include <pim/gate/gate.hpp>

namespace pim::gate {

/// The gates that a memristive array can execute: a stateless type with a name and an array of distinct gates.
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

template <class G>
consteval bool verify_gate_set() {
  static_assert(GateSet<G>, "GateSet: needs a static constexpr name and a static constexpr std::array of gates");
  if constexpr (GateSet<G>) {
    for (const Gate& gate : G::gates) {
      if (gate.fan_in < 1 || gate.fan_in > 3 || gate.name.empty()) return false;
      if (std::ranges::count(G::gates, gate) != 1) return false;
    }
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
