#pragma once
#include <algorithm>
#include <string>

#include <pim/arch/macro/point.hpp>
#include <pim/core/check.hpp>

namespace pim::arch::macro {

/// Inputs are signed: `input_bits` with the sign. The chip was measured with outputs of two bits more.
struct NeurramParams {
  int input_bits = 7;
};

/// NeuRRAM: 48 cores of 256 x 256 ReRAM cells, two cells to a signed weight, 130 nm.
///
/// Inputs are applied a magnitude bit at a time, so time and each of the three components of energy are proportional to
/// max(1, input_bits - 1) pulse phases. The four slopes are fitted (least squares of relative errors) on the points of
/// 2, 4, 6 and 8 input bits; those of 1, 3, 5 and 7 bits test them.
///
/// throws  std::invalid_argument: input_bits outside 1..8
/// source  W. Wan et al., Nature 608, 504 (2022), Extended Data; digitised in CiMLoop, wan_nature_2022
inline Architecture neurram(const NeurramParams& params = {}) {
  require_range("neurram: input_bits", params.input_bits, 1, 8);
  constexpr Time phase(1568.1);                                              // of a read
  constexpr Energy word_line(7.502e-3), input(3.891e-3), neuron(10.692e-3);  // of an operation, in one phase
  constexpr double inputs = 128;
  const double phases = std::max(1, params.input_bits - 1);
  const std::string fit = ", Wan 2022, Extended Data; proportional to " +
                          std::to_string(std::max(1, params.input_bits - 1)) +
                          " pulse phases, fitted on 2, 4, 6 and 8 input bits";
  return {.name = "neurram",
          .title = "NeuRRAM, 130 nm ReRAM",
          .citation =
              "W. Wan et al., A compute-in-memory chip based on resistive random-access memory, Nature 608, 504 "
              "(2022)",
          .organisation = {.array_rows = 256,
                           .array_cols = 256,
                           .arrays = 48,
                           .cell_area = Area(1270.0 / 0.28 / 256.0),
                           .source = "Wan 2022, Extended Data: 1270 um2 to a neuron, 256 neurons, which are 28 % of a "
                                     "core"},
          .prices = {{"mac", 2.0 * phases * (word_line + input), Time(), Time(),
                      "word-line switching and input pulses, both by the cell" + fit, Basis::fitted},
                     contained("dac_conversion", "mac: what a line takes is by the cell on it"),
                     {"adc_conversion", 2.0 * inputs * phases * neuron, Time(), Time(),
                      "neurons and their control, of 128 inputs" + fit, Basis::fitted},
                     {"array_read", Energy(), phases * phase, Time(),
                      "energy contained in mac and adc_conversion; time" + fit, Basis::fitted},
                     {"cell_write", Energy(766.8), Time(8520.0), Time(),
                      "8.52 pulses of 1 us (Wan 2022, Methods, quoted from memory) at 1.5 V into a cell of 40 uS, an "
                      "upper bound; the cells of a word line at once; reads between pulses are left out",
                      Basis::assumed}}};
}

/// Throughput, efficiency and the energy of an operation by component, for 1 to 8 input bits.
inline Points neurram_points() {
  struct Measured {
    double tops, tops_per_watt, word_line, neuron, input;  // the last three in fJ an operation
  };
  constexpr Measured measured[] = {{2.122, 43.08, 8.990, 10.619, 3.446},   {1.793, 40.33, 8.271, 12.387, 3.956},
                                   {1.165, 23.09, 15.463, 20.118, 7.732},  {0.744, 15.95, 21.756, 29.108, 11.507},
                                   {0.525, 11.03, 30.926, 44.212, 14.025}, {0.418, 8.257, 37.219, 52.483, 19.239},
                                   {0.344, 7.750, 43.692, 61.833, 22.835}, {0.264, 6.437, 50.525, 75.857, 27.510}};
  Points points;
  for (int bits = 1; bits <= 8; ++bits) {
    const Measured& m = measured[bits - 1];
    const Architecture chip = neurram({.input_bits = bits});
    const std::string at = std::to_string(bits) + " bit in, " + std::to_string(bits + 2) + " bit out";
    const Role role = bits % 2 == 0 ? Role::fitted : Role::predicted;
    points.push_back({"NeuRRAM", at, "throughput", "TOPS", m.tops, tera_ops(chip, 128, 256), role});
    // the fit is on the components, which the efficiency contains with all else
    points.push_back({"NeuRRAM", at, "efficiency", "TOPS/W", m.tops_per_watt, tera_ops_per_watt(chip, 128, 256), role});
    points.push_back({"NeuRRAM", at, "neurons", "fJ/op", m.neuron,
                      chip.find("adc_conversion")->energy->in(Energy(1e-3)) / 256.0, role});
    points.push_back({"NeuRRAM", at, "word lines and inputs", "fJ/op", m.word_line + m.input,
                      chip.find("mac")->energy->in(Energy(1e-3)) / 2.0, role});
  }
  return points;
}

}  // namespace pim::arch::macro
