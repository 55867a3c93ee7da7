#pragma once
#include <string>

#include <pim/arch/macro/point.hpp>
#include <pim/core/check.hpp>

namespace pim::arch::macro {

struct ColonnadeParams {
  int input_bits = 8;  ///< taken one after the other
  int weight_bits = 8;
  double volts = 0.8;
  int pipeline_registers = 1;  ///< of a column of 128 adders
};

/// Colonnade: a digital bit-serial SRAM macro of 128 x 128 cells, 65 nm.
///
/// A weight of w bits is w + 7 adders wide, so a row holds floor(128 / (w + 7)) weights, each of which takes up
/// c = 128 / floor(128 / (w + 7)) columns, and b input bits take b cycles.
///
/// energy  of a multiply-accumulate b c (5.406 + 0.0476 w) fJ at 0.7 V, fitted on the eight points of equal bits there,
///         times (V - V0) / (0.7 - V0), empirical: steeper than V^2, from 0.6 to 0.8 V only. V0 = 0.5347 V is fitted on
///         one number of another column: 1-bit inputs and weights at 0.8 V, 68.3 fJ, over the 42.56 fJ at 0.7 V
/// time    of a vector b (0.911 + 50.49 / r + 0.399 (w + 7)) ns with r pipeline registers: the carry down 128 rows and
///         along the weight; fitted on r = 1 and 16
/// throws  std::invalid_argument: bits outside 1..16, volts outside 0.6..0.8, registers outside 1..16
/// source  H. Kim et al., IEEE JSSC 56, 2221 (2021), Fig. 16; digitised in CiMLoop, colonnade_jssc_2021
inline Architecture colonnade(const ColonnadeParams& params = {}) {
  require_range("colonnade: input_bits", params.input_bits, 1, 16);
  require_range("colonnade: weight_bits", params.weight_bits, 1, 16);
  require_range("colonnade: volts", params.volts, 0.6, 0.8);
  require_range("colonnade: pipeline_registers", params.pipeline_registers, 1, 16);
  constexpr double v0 = 0.5347;
  const double bits = params.input_bits, adders = params.weight_bits + 7;
  const int weights_in_row = 128 / (params.weight_bits + 7);
  const double columns = 128.0 / weights_in_row;
  const double fj = bits * columns * (5.4056 + 0.0476 * params.weight_bits) * (params.volts - v0) / (0.7 - v0);
  const double ns = bits * (0.9113 + 50.4921 / params.pipeline_registers + 0.399 * adders);
  return {.name = "colonnade",
          .title = "Colonnade, 65 nm digital SRAM",
          .citation =
              "H. Kim et al., Colonnade: a reconfigurable SRAM-based digital bit-serial compute-in-memory macro for "
              "processing neural networks, IEEE JSSC 56, 2221 (2021)",
          .organisation = {.array_rows = 128,
                           .array_cols = weights_in_row,
                           .cell_area = Area(227200.0 / 128.0 / weights_in_row),
                           .source = "Kim 2021: 227200 um2 for 128 x 128 cells; a cell here is a weight"},
          .prices = {{"mac", Energy(fj * 1e-3), Time(ns), Time(),
                      "Kim 2021, Fig. 16a: fitted on equal bits at 0.7 V, voltage by 68.3 fJ at 0.8 V; time by the "
                      "throughputs at 1 and 16 registers",
                      Basis::fitted},
                     contained("array_read", "mac"),
                     {"align", Energy(), Time(), Time(), "integers: nothing to align", Basis::derived}}};
}

/// The energies of equal bits at 0.6, 0.7 and 0.8 V, of 1-bit inputs at 0.8 V, and the throughputs.
inline Points colonnade_points() {
  Points points;
  const auto energy = [&](const ColonnadeParams& at, double fj, Role role) {
    const std::string volts = at.volts < 0.65 ? "0.6" : at.volts < 0.75 ? "0.7" : "0.8";
    points.push_back({"Colonnade",
                      std::to_string(at.input_bits) + " x " + std::to_string(at.weight_bits) + " bit, " + volts + " V",
                      "energy", "fJ/MAC", fj, colonnade(at).find("mac")->energy->in(Energy(1e-3)), role, 10.0});
  };
  struct Row {
    int bits;
    double at_06, at_07, at_08;
  };
  constexpr Row table[] = {{1, 17.13, 42.56, 68.10},       {2, 39.75, 101.79, 161.64},
                           {4, 104.13, 260.63, 423.43},    {6, 198.37, 507.95, 788.53},
                           {8, 292.03, 725.43, 1169.65},   {10, 420.23, 1067.92, 1695.97},
                           {12, 613.97, 1536.77, 2422.11}, {16, 989.94, 2515.70, 3995.18}};
  for (const Row& row : table) {
    energy({row.bits, row.bits, 0.6}, row.at_06, Role::predicted);
    energy({row.bits, row.bits, 0.7}, row.at_07, Role::fitted);
    energy({row.bits, row.bits, 0.8}, row.at_08, row.bits == 1 ? Role::fitted : Role::predicted);
  }
  energy({1, 1, 0.8}, 68.3, Role::fitted);
  energy({1, 4, 0.8}, 105.3, Role::predicted);
  energy({1, 8, 0.8}, 144.4, Role::predicted);
  energy({1, 16, 0.8}, 243.2, Role::predicted);

  constexpr int widths[] = {1, 4, 8, 16}, registers[] = {1, 2, 4, 8, 16};
  constexpr double gops[4][5] = {{75.07, 138.51, 243.93, 391.42, 563.50},
                                 {12.52, 23.10, 39.45, 60.42, 83.03},
                                 {4.43, 7.92, 13.32, 19.48, 25.75},
                                 {1.34, 2.26, 3.51, 4.79, 5.99}};
  for (int w = 0; w < 4; ++w) {
    for (int r = 0; r < 5; ++r) {
      const Architecture macro = colonnade({widths[w], widths[w], 0.8, registers[r]});
      const auto weights = static_cast<std::uint64_t>(macro.organisation.array_cols);
      const std::string bits = std::to_string(widths[w]);
      points.push_back({"Colonnade", bits + " x " + bits + " bit, " + std::to_string(registers[r]) + " registers",
                        "throughput", "GOPS", gops[w][r],
                        256.0 * static_cast<double>(weights) / macro.find("mac")->time_per_step->in(Time(1.0)),
                        r == 0 || r == 4 ? Role::fitted : Role::predicted, 10.0});
    }
  }
  return points;
}

}  // namespace pim::arch::macro
