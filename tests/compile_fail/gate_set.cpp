// expect: GateSet: the truth table of a gate must not depend on inputs beyond its fan-in
// expect: GateSet: two gates must not have one name
#include <array>
#include <string_view>

#include <pim/row/program.hpp>

/// A NOT that is a NOR in truth, and another gate of its name.
struct Careless {
  static constexpr std::string_view name = "careless";
  static constexpr std::array gates{pim::gate::Gate{"NOT", 1, pim::gate::nor.truth}, pim::gate::not_};
};
pim::row::Program<Careless> refused;
