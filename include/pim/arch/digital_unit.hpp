#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <pim/arch/architecture.hpp>

namespace pim::arch {

struct DigitalUnitParams {
  int lanes = 64;                                 ///< float32 multiply-adders that work side by side
  Frequency clock = Frequency(1.0);               ///< one multiplication or addition of a lane a cycle
  Frequency lookup_bytes_rate = Frequency(19.2);  ///< bytes of embedding tables read in a time: DDR4-2400, 64 bit
};

/// A float32 vector unit beside the arrays, 45 nm at 0.9 V, and a DRAM for embedding tables: prices of all digital_*
/// actions. A multiply-add takes a lane one cycle, and so does each other multiplication or addition.
///
/// throws  std::invalid_argument: a parameter that is not positive
/// source  M. Horowitz, "Computing's energy problem", ISSCC 2014, 45 nm: float32 addition 0.9 pJ and 4184 um2,
///         multiplication 3.7 pJ and 7700 um2, 64 bits from DRAM 1.3 to 2.6 nJ. Nothing is scaled to another node.
inline Architecture digital_unit(const DigitalUnitParams& params = {}) {
  if (params.lanes < 1 || params.clock <= Frequency() || params.lookup_bytes_rate <= Frequency())
    throw std::invalid_argument("digital_unit: lanes, clock and lookup_bytes_rate must be positive");
  constexpr Energy addition(0.9), multiplication(3.7), dram_word(1950.0);
  constexpr Area adder(4184.0), multiplier(7700.0);
  const std::string horowitz = "Horowitz, ISSCC 2014, 45 nm float32: ";
  const Time cycle = 1.0 / params.clock / static_cast<double>(params.lanes);

  Architecture unit;
  unit.name = "digital-45nm";
  unit.title = "Vector unit of " + std::to_string(params.lanes) + " float32 lanes, 45 nm";
  unit.citation = "M. Horowitz, Computing's energy problem (and what we can do about it), ISSCC 2014";
  unit.organisation.digital_area = static_cast<double>(params.lanes) * (adder + multiplier);
  unit.organisation.clock = params.clock;
  unit.organisation.source =
      "Horowitz, ISSCC 2014, 45 nm: a float32 adder of 4184 um2 and a multiplier of 7700 um2 in each lane; "
      "registers, buffers and wires are left out; the number of lanes and the clock are assumed";
  const auto add = [&](std::string_view action, int additions, int multiplications, int cycles, Basis basis,
                       const std::string& why) {
    unit.prices.push_back({.action = std::string(action),
                           .energy = additions * addition + multiplications * multiplication,
                           .time_per_step = Time(),
                           .time_each = cycles * cycle,
                           .source = horowitz + why,
                           .basis = basis});
  };
  add("digital_add", 1, 0, 1, Basis::published, "an addition 0.9 pJ");
  add("digital_mac", 1, 1, 1, Basis::derived, "a multiplication and an addition");
  add("digital_scale", 0, 1, 1, Basis::published, "a multiplication 3.7 pJ");
  add("digital_compare", 1, 0, 1, Basis::derived, "a comparison as an addition");
  add("digital_softmax", 9, 7, 16, Basis::assumed,
      "9 additions and 7 multiplications: compare with the maximum, subtract it, exponential by range reduction and a "
      "polynomial of degree 5 (6 and 6), sum, times the reciprocal");
  add("digital_norm", 4, 3, 7, Basis::assumed,
      "4 additions and 3 multiplications: mean, difference, its square summed, two scales, a shift");
  add("digital_activation", 10, 14, 24, Basis::assumed,
      "10 additions and 14 multiplications: GELU by tanh, its cubic argument (1 and 4), an exponential (6 and 6), a "
      "reciprocal by two Newton steps (2 and 4 with the final products), 1 more addition");
  constexpr double bytes = 4.0;  // of a float32 value
  unit.prices.push_back(
      {.action = "digital_lookup",
       .energy = bytes / 8.0 * dram_word,
       .time_per_step = Time(),
       .time_each = bytes / params.lookup_bytes_rate,
       .source =
           "Horowitz, ISSCC 2014: 64 bits from DRAM 1.3 to 2.6 nJ, here the middle; a float32 value is half of them; "
           "19.2 GB/s of one DDR4-2400 channel",
       .basis = Basis::assumed});
  return unit;
}

}  // namespace pim::arch
