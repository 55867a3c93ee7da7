#pragma once
#include <string>

#include <pim/arch/macro/point.hpp>

/// Digital floating-point macros of 28 nm: their efficiencies are the published ones, at no other operating point.
namespace pim::arch::macro {

namespace detail {
/// step: of one input vector
inline Architecture floating_point_28nm(double tera_flops_per_watt, const std::string& where, Time step, Basis basis,
                                        const std::string& step_source, int weight_bits) {
  Architecture macro;
  macro.prices = {{"mac", Energy(2.0 / tera_flops_per_watt), Time(), Time(), where, Basis::derived},
                  contained("align", "mac and array_read: the efficiency is that of the whole macro"),
                  {"array_read", Energy(), step, Time(), "energy contained in mac; " + step_source, basis},
                  {"cell_write", Energy(weight_bits / 64.0 * 10.0), step, Time(),
                   "Horowitz, ISSCC 2014: 64 bits in an SRAM of 8 KB 10 pJ, 45 nm; a word line in the time of a read",
                   Basis::assumed}};
  return macro;
}
}  // namespace detail

/// An array of 64 x 96 cells for FP8 weights at fixed E5M7 alignment; whether a cell holds a weight or a bit is not in
/// the abstract.
/// source  L. Zhao, K. Shao et al., arXiv 2602.05743, abstract: efficiency and size. Time and area are not in it: they
///         are those of the INT8 operands of ISSCC 2023 7.2, another digital macro of 28 nm
inline Architecture fp8_28nm() {
  Architecture macro = detail::floating_point_28nm(
      20.4, "Zhao 2026, abstract: 20.4 TFLOPS/W at fixed E5M7", 4.0 / Frequency(0.182), Basis::assumed,
      "time as of the 8-bit operands of ISSCC 2023 7.2: 4 cycles at 182 MHz", 8);
  macro.name = "fp8-28nm";
  macro.title = "FP8 digital macro, 28 nm";
  macro.citation =
      "L. Zhao, K. Shao et al., Balancing FP8 computation accuracy and efficiency on digital CIM via shift-aware "
      "on-the-fly aligned-mantissa bitwidth prediction, arXiv 2602.05743 (2026)";
  macro.organisation = {.array_rows = 64,
                        .array_cols = 96,
                        .cell_area = Area(0.1462e6 / 8192.0),
                        .source =
                            "Zhao 2026, abstract: 64 x 96 cells; the area of a weight is not in it, assumed as of "
                            "the 8192 bytes of ISSCC 2023 7.2 in 0.1462 mm2"};
  return macro;
}

/// 4096 BF16 weights, the chip of isscc_2023_7_2.
/// source  A. Guo et al., ISSCC 2023 7.2: 31.6 TFLOPS/W, 2.05 TFLOPS/mm2, 0.1462 mm2
inline Architecture bf16_28nm() {
  Architecture macro = detail::floating_point_28nm(
      31.6, "Guo 2023, abstract: 31.6 TFLOPS/W", Time(8.0 * 128.0 * 2e-3 / (2.05 * 0.1462)), Basis::derived,
      "time by 2.05 TFLOPS/mm2 on 0.1462 mm2, 8 x 128 products at once", 16);
  macro.name = "bf16-28nm";
  macro.title = "BF16 digital macro, 28 nm";
  macro.citation =
      "A. Guo et al., A 28nm 64-kb 31.6-TFLOPS/W digital-domain floating-point-computing-unit and double-bit 6T-SRAM "
      "computing-in-memory macro for floating-point CNNs, ISSCC 2023";
  macro.organisation = {.array_rows = 128,
                        .array_cols = 1,
                        .arrays = 8,
                        .cell_area = Area(0.1462e6 / 4096.0),
                        .source = "Guo 2023: 64 kb in 0.1462 mm2; a cell is a weight of 16 bits"};
  return macro;
}

inline Points floating_point_points() {
  const auto of = [](const Architecture& macro, const char* name, double published) {
    return Point{name,        "28 nm",   "efficiency",
                 "TFLOPS/W",  published, 2.0 / macro.find("mac")->energy->in(Energy(1.0)),
                 Role::stated};
  };
  return {of(fp8_28nm(), "FP8 28 nm", 20.4), of(bf16_28nm(), "BF16 28 nm", 31.6)};
}

}  // namespace pim::arch::macro
