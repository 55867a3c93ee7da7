#pragma once
#include <string>

#include <pim/arch/macro/point.hpp>
#include <pim/core/check.hpp>

namespace pim::arch::macro {

struct SinangilParams {
  double volts = 0.8;
  double mean_output = 6.0;  ///< of the 4-bit outputs, 0..15: larger ones discharge bit lines further
};

/// A 64 x 64 SRAM macro of 4-bit inputs, weights and outputs, 7 nm: 64 inputs, 16 outputs.
///
/// Charge is taken by bit lines whose swing does not depend on the supply, so energy is proportional to volts, and the
/// time of a read to 1 / volts. Fitted: efficiencies of mean outputs 0 and 15, and the throughput, all at 0.8 V.
///
/// throws  std::invalid_argument: volts outside 0.8..1.0, mean_output outside 0..15
/// source  M. Sinangil et al., IEEE JSSC 56, 188 (2021); digitised in CiMLoop, sinangil_jssc_2021
inline Architecture sinangil_7nm(const SinangilParams& params = {}) {
  require_range("sinangil_7nm: volts", params.volts, 0.8, 1.0);
  require_range("sinangil_7nm: mean_output", params.mean_output, 0.0, 15.0);
  constexpr double inputs = 64, outputs = 16, operations = 2 * inputs * outputs;
  constexpr Energy empty(operations / 610.5), full(operations / 262.3);  // of a read
  const double supply = params.volts / 0.8;
  const std::string fit =
      "Sinangil 2021: 610.5 and 262.3 TOPS/W at mean outputs 0 and 15, 0.8 V; proportional to the supply";
  return {.name = "sinangil-7nm",
          .title = "Sinangil 2021, 7 nm analog SRAM",
          .citation =
              "M. E. Sinangil et al., A 7-nm compute-in-memory SRAM macro supporting multi-bit input, weight and "
              "output and achieving 351 TOPS/W and 372.4 GOPS, IEEE JSSC 56, 188 (2021)",
          .organisation = {.array_rows = 64, .array_cols = 16, .source = "Sinangil 2021: 64 x 64 cells, 4 to a weight"},
          .prices = {{"mac", supply * empty / (inputs * outputs), Time(), Time(), fit + "; a read that gives zeros",
                      Basis::fitted},
                     contained("dac_conversion", "mac"),
                     {"adc_conversion", supply * params.mean_output / 15.0 * (full - empty) / outputs, Time(), Time(),
                      fit + "; what grows with the output", Basis::fitted},
                     {"array_read", Energy(), Time(operations / 372.4 / supply), Time(),
                      "energy contained in mac and adc_conversion; time: 372.4 GOPS at 0.8 V, inverse to the supply",
                      Basis::fitted}}};
}

inline Points sinangil_7nm_points() {
  Points points;
  const auto add = [&](double volts, double mean_output, double tops_per_watt, Role role) {
    const std::string at =
        std::string(volts < 0.9 ? "0.8" : "1.0") + " V, mean output " + std::to_string(static_cast<int>(mean_output));
    points.push_back({"Sinangil 7 nm", at, "efficiency", "TOPS/W", tops_per_watt,
                      tera_ops_per_watt(sinangil_7nm({volts, mean_output}), 64, 16), role});
  };
  add(0.8, 15, 262.3, Role::fitted);
  add(0.8, 6, 351.0, Role::predicted);
  add(0.8, 0, 610.5, Role::fitted);
  add(1.0, 15, 189.3, Role::predicted);
  add(1.0, 6, 321.0, Role::predicted);
  add(1.0, 0, 435.5, Role::predicted);
  points.push_back({"Sinangil 7 nm", "0.8 V", "throughput", "GOPS", 372.4, 1e3 * tera_ops(sinangil_7nm({0.8}), 64, 16),
                    Role::fitted});
  points.push_back({"Sinangil 7 nm", "1.0 V", "throughput", "GOPS", 455.1, 1e3 * tera_ops(sinangil_7nm({1.0}), 64, 16),
                    Role::predicted});
  return points;
}

/// The published operating points are 0.85 V at 40 MHz and 1.2 V at 100 MHz.
struct JiaParams {
  double volts = 0.85;
  Frequency clock = Frequency(0.040);
};

/// A charge-domain SRAM macro of 1-bit inputs and weights, 65 nm: 2304 inputs, 256 columns.
///
/// Capacitors switch between ground and the supply: energies are proportional to volts^2. A read takes 54 cycles. Both
/// are fitted at 0.85 V, and 1.2 V tests them.
///
/// throws  std::invalid_argument: volts outside 0.85..1.2, no clock
/// source  H. Jia et al., IEEE JSSC 55, 2609 (2020), Tables I and II; tabulated in CiMLoop, jia_jssc_2020
inline Architecture jia_65nm(const JiaParams& params = {}) {
  require_range("jia_65nm: volts", params.volts, 0.85, 1.2);
  require(params.clock > Frequency(), "jia_65nm: clock must be positive");
  constexpr double inputs = 2304;
  constexpr Energy array(9.7), converter(1.79);  // of a column
  const double supply = params.volts * params.volts / (0.85 * 0.85);
  const std::string fit = " a column at 0.85 V, times the square of the supply";
  return {
      .name = "jia-65nm",
      .title = "Jia 2020, 65 nm analog SRAM",
      .citation =
          "H. Jia et al., A programmable heterogeneous microprocessor based on bit-scalable in-memory "
          "computing, IEEE JSSC 55, 2609 (2020)",
      .organisation = {.array_rows = 2304,
                       .array_cols = 256,
                       .cell_area = Area((2.91e6 + 0.497e6) / (2304.0 * 256.0)),
                       .clock = params.clock,
                       .source = "Jia 2020: array 2.91 mm2 and converters 0.497 mm2"},
      .prices = {
          {"mac", supply * array / inputs, Time(), Time(), "Jia 2020, Table I: array 9.7 pJ" + fit, Basis::fitted},
          contained("dac_conversion", "mac"),
          {"adc_conversion", supply * converter, Time(), Time(), "Jia 2020, Table I: ADC 1.79 pJ" + fit, Basis::fitted},
          {"array_read", Energy(), 54.0 / params.clock, Time(),
           "energy contained in mac and adc_conversion; 54 cycles, from 0.874 TOPS at 40 MHz", Basis::fitted}}};
}

inline Points jia_65nm_points() {
  Points points;
  const auto add = [&](const JiaParams& params, double tops, double tops_per_watt, double array, double converter,
                       Role role) {
    const Architecture macro = jia_65nm(params);
    const std::string at = role == Role::fitted ? "0.85 V, 40 MHz" : "1.2 V, 100 MHz";
    points.push_back({"Jia 65 nm", at, "throughput", "TOPS", tops, tera_ops(macro, 2304, 256), role});
    points.push_back(
        {"Jia 65 nm", at, "efficiency", "TOPS/W", tops_per_watt, tera_ops_per_watt(macro, 2304, 256), role});
    points.push_back(
        {"Jia 65 nm", at, "array", "pJ/column", array, 2304.0 * macro.find("mac")->energy->in(Energy(1.0)), role});
    points.push_back({"Jia 65 nm", at, "converter", "pJ/column", converter,
                      macro.find("adc_conversion")->energy->in(Energy(1.0)), role});
  };
  add({0.85, Frequency(0.040)}, 0.874, 400.0, 9.7, 1.79, Role::fitted);
  add({1.2, Frequency(0.100)}, 2.185, 192.0, 20.4, 3.56, Role::predicted);
  return points;
}

struct WangParams {
  double volts = 0.9;
};

/// A C-2C ladder SRAM macro of 8-bit inputs and weights, 22 nm, 64 x 128 active cells.
///
/// The energy of a multiply-accumulate is linear in the supply, 168.0 fJ/V (volts - 0.273 V): an empirical law between
/// its V^2 logic and its clocked converters, fitted on 0.8 and 1.0 V.
///
/// throws  std::invalid_argument: volts outside 0.7..1.1
/// source  H. Wang et al., Symposium on VLSI Technology and Circuits 2022; digitised in CiMLoop, wang_vlsi_2022
inline Architecture wang_22nm(const WangParams& params = {}) {
  require_range("wang_22nm: volts", params.volts, 0.7, 1.1);
  return {.name = "wang-22nm",
          .title = "Wang 2022, 22 nm C-2C SRAM",
          .citation =
              "H. Wang et al., A 32.2 TOPS/W SRAM compute-in-memory macro employing a linear 8-bit C-2C ladder for "
              "charge domain computation in 22 nm for edge inference, VLSI 2022",
          .organisation = {.array_rows = 64, .array_cols = 128, .source = "Wang 2022: 64 x 128 active cells"},
          .prices = {{"mac",
                      Energy(0.1680 * (params.volts - 0.2730)),
                      {},
                      {},
                      "Wang 2022: linear through 22.590 TOPS/W at 0.8 V and 16.376 at 1.0 V; time not published",
                      Basis::fitted},
                     contained("dac_conversion", "mac, 22 % of it at 1 V"),
                     contained("adc_conversion", "mac, 34 % of it at 1 V"),
                     contained("array_read", "mac")}};
}

inline Points wang_22nm_points() {
  Points points;
  const auto add = [&](const char* at, double volts, double tops_per_watt, Role role) {
    points.push_back({"Wang 22 nm", at, "efficiency", "TOPS/W", tops_per_watt,
                      2.0 / wang_22nm({volts}).find("mac")->energy->in(Energy(1.0)), role});
  };
  add("0.7 V", 0.7, 31.998, Role::predicted);
  add("0.8 V", 0.8, 22.590, Role::fitted);
  add("0.9 V", 0.9, 18.439, Role::predicted);
  add("1.0 V", 1.0, 16.376, Role::fitted);
  add("1.1 V", 1.1, 15.467, Role::predicted);
  return points;
}

}  // namespace pim::arch::macro
