#pragma once
#include <cstdint>
#include <string>

#include <pim/arch/macro/floating_point.hpp>
#include <pim/arch/macro/point.hpp>
#include <pim/core/check.hpp>

namespace pim::arch::macro {

/// How a digital INT8 macro forms its products and adds them.
enum class Products {
  gates,         ///< each input bit ANDed with all eight weight bits; one tree adds the products
  booth,         ///< two input bits choose a multiple of the weight, nine bits; one tree
  column_trees,  ///< a tree for each weight bit; their sums are added with their weights
};

/// A digital SRAM macro of INT8 multiply-accumulates, 28 nm.
struct AdderTreeMacro {
  std::string name, title, citation;
  int inputs = 32;  ///< that one tree adds, a power of two
  int outputs = 1;  ///< trees of one array
  int arrays = 1;
  int input_bits_per_cycle = 1;
  Products products = Products::gates;
  Frequency clock = {};
  Area area = {};
  int weights = 0;  ///< stored
};

struct Activity {
  double input_toggle = 0.5;    ///< share of input bits that change from cycle to cycle
  double weight_density = 0.5;  ///< share of weight bits that are 1
  double volts = 0.9;
};

/// Energy from counted gates, with nothing fitted: each gate input's capacitance switches with its signal, C V^2.
///
/// A product bit toggles with input_toggle * weight_density; the sum of two signals that toggle with a toggles with
/// 2 a (1 - a). A tree of n inputs of w bits has n / 2^l adders of w + l - 1 bits in level l, the lowest a half adder.
/// A full adder is 3 NAND2 and 2 XOR2, a half adder one of each, a register bit as 3 NAND2, XOR2 as 1.5; an accumulator
/// of 8 bits more than the tree's sum follows each tree. Wires, clock tree, drivers and the SRAM are left out.
///
/// throws  std::invalid_argument: inputs no power of two, input_bits_per_cycle not 1 or 2, activities outside 0..1
/// source  NAND2 of 0.7 fF at 0.9 V, 28 nm: ZigZag-IMC (KU Leuven), which counts adders the same way
inline Architecture adder_tree(const AdderTreeMacro& macro, const Activity& activity = {}) {
  require(macro.inputs > 1 && (macro.inputs & (macro.inputs - 1)) == 0, "adder_tree: inputs must be a power of two");
  require_range("adder_tree: input_bits_per_cycle", macro.input_bits_per_cycle, 1, 2);
  require_range("adder_tree: input_toggle", activity.input_toggle, 0.0, 1.0);
  require_range("adder_tree: weight_density", activity.weight_density, 0.0, 1.0);
  constexpr double nand = 0.7, exclusive_or = 1.5 * nand;  // fF
  constexpr double full_adder = 3 * nand + 2 * exclusive_or, half_adder = nand + exclusive_or, flip_flop = 3 * nand;
  const bool booth = macro.products == Products::booth;
  const int trees = macro.products == Products::column_trees ? 8 : 1;
  const int leaf_bits = booth ? 9 : trees == 8 ? macro.input_bits_per_cycle : 7 + macro.input_bits_per_cycle;

  double toggle = activity.input_toggle * activity.weight_density;
  double switched = nand * toggle * (booth ? 2 * leaf_bits : 8 * macro.input_bits_per_cycle);  // of one input  [fF]
  int bits = leaf_bits;
  double adders = trees;
  for (int left = macro.inputs; left > 1; left /= 2, ++bits) {
    adders /= 2;
    switched += adders * toggle * ((bits - 1) * full_adder + half_adder);
    toggle = 2 * toggle * (1 - toggle);
  }
  const double columns = trees - 1, accumulated = bits + columns + 8;
  switched += toggle * (columns * bits * full_adder + accumulated * (full_adder + flip_flop)) / macro.inputs;

  const double cycles = 8 / macro.input_bits_per_cycle;
  const Time cycle = 1.0 / macro.clock;
  return {.name = macro.name,
          .title = macro.title,
          .citation = macro.citation,
          .organisation = {.array_rows = macro.inputs,
                           .array_cols = macro.outputs,
                           .arrays = macro.arrays,
                           .cell_area = macro.area / macro.weights,
                           .clock = macro.clock,
                           .source = "as ZigZag-IMC tabulates the publication; a cell is a weight of 8 bits"},
          .prices = {
              {"mac", Energy(cycles * switched * activity.volts * activity.volts * 1e-3), cycles * cycle, Time(),
               "gates counted, 0.7 fF to a NAND2 input at 28 nm (ZigZag-IMC); " +
                   std::to_string(macro.input_bits_per_cycle) + " input bit a cycle of the published clock",
               Basis::derived},
              contained("array_read", "mac"),
              {"align", Energy(), Time(), Time(), "integers: nothing to align", Basis::derived},
              {"cell_write", Energy(1.25), cycle, Time(),
               "Horowitz, ISSCC 2014: 64 bits in an SRAM of 8 KB 10 pJ, 45 nm; a word line a cycle", Basis::assumed}}};
}

inline AdderTreeMacro isscc_2022_15_5() {
  return {.name = "int8-booth-28nm",
          .title = "INT8 Booth macro, 28 nm (ISSCC 2022 15.5)",
          .citation =
              "F. Tu et al., A 28nm 29.2TFLOPS/W BF16 and 36.5TOPS/W INT8 reconfigurable digital CIM processor with "
              "unified FP/INT pipeline and bitwise in-memory Booth multiplication, ISSCC 2022, 15.5",
          .inputs = 32,
          .outputs = 6,
          .arrays = 64,
          .input_bits_per_cycle = 2,
          .products = Products::booth,
          .clock = Frequency(0.195),
          .area = Area(0.9408e6),
          .weights = 64 * 32 * 6};
}
inline AdderTreeMacro isscc_2023_7_2() {
  return {.name = "int8-columns-28nm",
          .title = "INT8 macro with a tree for each weight bit, 28 nm (ISSCC 2023 7.2)",
          .citation = bf16_28nm().citation,
          .inputs = 128,
          .outputs = 1,
          .arrays = 8,
          .input_bits_per_cycle = 2,
          .products = Products::column_trees,
          .clock = Frequency(0.182),
          .area = Area(0.1462e6),
          .weights = 8 * 128 * 8};
}
inline AdderTreeMacro isscc_2022_11_7() {
  return {.name = "int8-bitwise-28nm",
          .title = "INT8 bitwise macro, 28 nm (ISSCC 2022 11.7)",
          .citation =
              "B. Yan et al., A 1.041-Mb/mm2 27.38-TOPS/W signed-INT8 dynamic-logic-based ADC-less SRAM "
              "compute-in-memory macro in 28nm with reconfigurable bitwise operation, ISSCC 2022, 11.7",
          .inputs = 32,
          .outputs = 1,
          .arrays = 2,
          .input_bits_per_cycle = 1,
          .products = Products::gates,
          .clock = Frequency(0.333),
          .area = Area(0.03e6),
          .weights = 2 * 512 * 32 / 8};
}

/// The efficiencies at half of the input bits toggling and half of the weight bits 1 (11.7: its weights' sparsity is
/// not published), and the one throughput that is.
inline Points int8_points() {
  const auto efficiency = [](const AdderTreeMacro& macro, const char* name, double published) {
    return Point{name,
                 "50 % toggle, 50 % sparse",
                 "efficiency",
                 "TOPS/W",
                 published,
                 2.0 / adder_tree(macro).find("mac")->energy->in(Energy(1.0)),
                 Role::predicted,
                 25.0};
  };
  return {efficiency(isscc_2022_15_5(), "ISSCC'22 15.5", 36.63),
          efficiency(isscc_2023_7_2(), "ISSCC'23 7.2", 19.5),
          efficiency(isscc_2022_11_7(), "ISSCC'22 11.7", 22.0),
          {"ISSCC'22 15.5", "195 MHz", "throughput", "TOPS", 1.198,
           64.0 * 2e-3 * 32 * 6 / adder_tree(isscc_2022_15_5()).find("mac")->time_per_step->in(Time(1.0)),
           Role::predicted, 25.0}};
}

}  // namespace pim::arch::macro
