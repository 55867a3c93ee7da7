#pragma once
#include <string>

#include <pim/arch/macro/point.hpp>
#include <pim/core/check.hpp>

namespace pim::arch::macro {

/// phases: 1 (positive and negative inputs together, less exact) or 4
struct HermesParams {
  int phases = 4;
};

/// HERMES: 64 cores of 256 x 256 unit cells of phase-change memory, 14 nm, 8-bit inputs and outputs.
///
/// A read takes as many phases of the same length, at the same power. Both are fitted on one phase; four test them.
///
/// throws  std::invalid_argument: phases neither 1 nor 4
/// source  M. Le Gallo et al., Nature Electronics 6, 680 (2023), abstract
inline Architecture hermes(const HermesParams& params = {}) {
  require(params.phases == 1 || params.phases == 4, "hermes: phases must be 1 or 4");
  constexpr double cells = 256.0 * 256.0, cores = 64.0, tops = 63.1, tops_per_watt = 9.76;
  const double phases = params.phases;
  const std::string fit =
      "Le Gallo 2023: 63.1 TOPS at 9.76 TOPS/W in one phase, times " + std::to_string(params.phases);
  return {.name = "hermes",
          .title = "HERMES, 14 nm PCM",
          .citation =
              "M. Le Gallo et al., A 64-core mixed-signal in-memory compute chip based on phase-change memory, "
              "Nature Electronics 6, 680 (2023)",
          .organisation = {.array_rows = 256,
                           .array_cols = 256,
                           .arrays = 64,
                           .cell_area = Area(16.1 / 0.4 * 1e6 / cores / cells / 2.0),
                           .source = "400 GOPS/mm2 of cores at 16.1 TOPS, quoted from memory; half of a unit cell is a "
                                     "cell of a differential pair"},
          .prices = {{"mac", Energy(phases * 2.0 / tops_per_watt), Time(), Time(),
                      fit + "; converters contained, no split is published", Basis::fitted},
                     contained("dac_conversion", "mac"),
                     contained("adc_conversion", "mac"),
                     {"array_read", Energy(), Time(phases * 2.0 * cells * cores / tops * 1e-3), Time(),
                      "energy contained in mac; time: " + fit, Basis::fitted},
                     {"cell_write", Energy(900.0), Time(4660.0), Time(),
                      "20 iterations of a pulse of 100 ns, 300 uA and 1.5 V, each followed by a read of 133 ns; usual "
                      "for mushroom cells, not measured on this chip; the cells of a word line at once",
                      Basis::assumed}}};
}

inline Points hermes_points() {
  Points points;
  const auto add = [&](int phases, double tops, double tops_per_watt, Role role) {
    const Architecture chip = hermes({.phases = phases});
    const std::string at = std::to_string(phases) + (phases == 1 ? " phase" : " phases");
    points.push_back({"HERMES", at, "throughput", "TOPS", tops, tera_ops(chip, 256, 256), role});
    points.push_back({"HERMES", at, "efficiency", "TOPS/W", tops_per_watt, tera_ops_per_watt(chip, 256, 256), role});
  };
  add(1, 63.1, 9.76, Role::fitted);
  add(4, 16.1, 2.48, Role::predicted);
  return points;
}

}  // namespace pim::arch::macro
