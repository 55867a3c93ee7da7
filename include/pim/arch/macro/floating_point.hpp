#pragma once
#include <string>

#include <pim/arch/macro/point.hpp>

namespace pim::arch::macro {

namespace detail {
/// Bits of inputs two a cycle at 182 MHz, and the area of a weight, of another 28 nm macro.
inline constexpr const char* like_int8 =
    "not published for this macro; as ISSCC 2023 7.2, another digital macro of 28 nm: ";

inline Architecture floating_point_28nm(double tera_flops_per_watt, int input_bits, int weight_bits, Area cell,
                                        const std::string& where, const std::string& cell_source) {
  const Time cycle = 1.0 / Frequency(0.182);
  const int cycles = (input_bits + 1) / 2;
  Architecture macro;
  macro.organisation.cell_area = cell;
  macro.organisation.source = cell_source;
  macro.prices = {
      {"mac", Energy(2.0 / tera_flops_per_watt), static_cast<double>(cycles) * cycle, Time(),
       where + "; time " + like_int8 + "182 MHz, two of " + std::to_string(input_bits) + " aligned input bits a cycle",
       Basis::derived},
      contained("align", "mac, the efficiency is of the whole macro; behind the multiplications in a pipeline"),
      contained("array_read", "mac"),
      {"cell_write", Energy(weight_bits / 64.0 * 10.0), cycle, Time(),
       "Horowitz, ISSCC 2014: 64 bits in an SRAM of 8 KB 10 pJ, 45 nm; a word line a cycle", Basis::assumed}};
  return macro;
}
}  // namespace detail

/// A digital macro of 64 x 96 FP8 weights at fixed E5M7 alignment (an aligned operand is 8 bits with its sign), 28 nm.
/// source  L. Zhao, K. Shao et al., arXiv 2602.05743, abstract
inline Architecture fp8_28nm() {
  Architecture macro = detail::floating_point_28nm(
      20.4, 8, 8, Area(0.1462e6 / (8.0 * 128.0 * 8.0)), "Zhao and Shao 2026, abstract: 20.4 TFLOPS/W at fixed E5M7",
      std::string("arXiv 2602.05743, abstract: 64 x 96; area of a weight ") + detail::like_int8 +
          "0.1462 mm2 for 8 x 128 x 8 weights");
  macro.name = "fp8-28nm";
  macro.title = "FP8 digital macro, 28 nm";
  macro.citation =
      "L. Zhao, K. Shao et al., Balancing FP8 computation accuracy and efficiency on digital CIM via shift-aware "
      "on-the-fly aligned-mantissa bitwidth prediction, arXiv 2602.05743 (2026)";
  macro.organisation.array_rows = 64;
  macro.organisation.array_cols = 96;
  return macro;
}

/// A digital BF16 macro of 64 kb, 28 nm.
/// source  the abstract's 31.6 TFLOPS/W and 2.05 TFLOPS/mm2
inline Architecture bf16_28nm() {
  // 64 kb are 4096 weights of 16 bits; at 2 operations each, every cycle of a MAC, the area is that of the throughput
  const double mac_ns = 5.0 / 0.182;
  Architecture macro = detail::floating_point_28nm(
      31.6, 9, 16, Area(2e-3 / mac_ns / 2.05 * 1e6), "A 28 nm 64 kb digital BF16 macro, abstract: 31.6 TFLOPS/W",
      "2.05 TFLOPS/mm2 (abstract) with one weight's multiply-accumulate in the time of mac");
  macro.name = "bf16-28nm";
  macro.title = "BF16 digital macro, 28 nm";
  macro.citation = "A 28 nm 64 kb 31.6 TFLOPS/W digital-domain floating-point computing-in-memory macro, ISSCC 2023";
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
