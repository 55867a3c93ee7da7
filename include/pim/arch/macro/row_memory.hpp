#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include <pim/arch/architecture.hpp>
#include <pim/arch/dram_timing.hpp>
#include <pim/arch/memory_machine.hpp>

/// Memories that compute with gates on whole rows: prices of row_cycle and row_gate, the actions of row programs.
namespace pim::arch::macro {

namespace detail {
inline Architecture row_memory(Time cycle, std::optional<Energy> gate, const std::string& cycle_source,
                               const std::string& gate_source, Basis basis) {
  Architecture memory;
  memory.prices = {{"row_cycle", Energy(), cycle, Time(), cycle_source + "; energy contained in row_gate", basis},
                   {"row_gate", gate, Time(), Time(), gate_source + "; time contained in row_cycle", basis}};
  return memory;
}
}  // namespace detail

/// source  ConvPIM (O. Leitersdorf et al., arXiv 2305.04122), parameters of its model: 333 MHz and 6.4 fJ a gate
inline Architecture convpim_memristive() {
  Architecture memory = detail::row_memory(arch::convpim_memristive.cycle, arch::convpim_memristive.gate,
                                           "ConvPIM: 3 ns a cycle", "ConvPIM: 6.4 fJ a gate", Basis::published);
  memory.name = "convpim-memristive";
  memory.title = "ConvPIM memristive PIM";
  memory.citation =
      "O. Leitersdorf, R. Ronen, S. Kvatinsky, ConvPIM: evaluating digital processing-in-memory through convolutional "
      "neural network acceleration, arXiv 2305.04122 (2023)";
  memory.organisation = {.array_rows = 0, .array_cols = 1024, .source = "ConvPIM: rows of 1024 bits, 48 GiB in all"};
  return memory;
}

/// source  as convpim_memristive: 0.5 MHz and 391 fJ a gate, for the same cycles as memristive programs
inline Architecture convpim_dram() {
  Architecture memory = detail::row_memory(arch::convpim_dram.cycle, arch::convpim_dram.gate, "ConvPIM: 2 us a cycle",
                                           "ConvPIM: 391 fJ a gate", Basis::published);
  memory.name = "convpim-dram";
  memory.title = "ConvPIM DRAM PIM";
  memory.citation = convpim_memristive().citation;
  memory.organisation = convpim_memristive().organisation;
  return memory;
}

/// Of one row of 65536 bits activated and precharged in eight DDR4-2400 chips: IDD0 less the background, 1.2 V.
/// source  DRAMsim3 DDR4_8Gb_x8_2400: IDD0 48 mA, IDD3N 43 mA for 39 cycles, IDD2N 34 mA for 17, of 0.83 ns
constexpr Energy ddr4_2400_activation() {
  constexpr double milliampere_ns = 0.83 * (48.0 * (39 + 17) - 43.0 * 39 - 34.0 * 17);
  return Energy(8 * 1.2 * milliampere_ns);
}

/// row_cycle as an AAP, the longer of the two commands: an upper bound where a program has APs; dram_timing.hpp has
/// both.
inline Architecture ddr4_2400_memory() {
  constexpr std::int64_t row_bits = 65536;  // 8 KiB
  Architecture memory = detail::row_memory(
      ddr4_2400.aap(), 2.0 * ddr4_2400_activation() / static_cast<double>(row_bits),
      "DDR4-2400 (MIMDRAM): AAP = tRAS 32 + 4 + tRP 14.16 ns; an AP is 4 ns shorter",
      "DRAMsim3, DDR4_8Gb_x8_2400: two activations of 8 chips at IDD0 less background, 1.2 V, over 65536 bits; that a "
      "triple-row activation takes more is left out",
      Basis::derived);
  memory.name = "ddr4-2400";
  memory.title = "DDR4-2400, triple-row activation";
  memory.citation = "MIMDRAM (G. F. Oliveira et al., HPCA 2024), configuration DDR4_2400_x64";
  memory.organisation = {.array_rows = 0, .array_cols = row_bits, .source = "8 KiB a row over eight x8 chips"};
  return memory;
}

}  // namespace pim::arch::macro
