#pragma once
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <pim/arch/quantity.hpp>

/// Bit-serial logic at the sense amplifiers of DRAM subarrays, as PIMeval's BitSIMD-V counts it.
/// source  PIMeval-PIMbench (UVA-LavaLab), performance tables of bit-serial commands
namespace pim::arch {

/// Steps of one command on all columns of a subarray.
struct BitSerialSteps {
  std::uint32_t rows_read, rows_written, logic;
};
struct BitSerialCommand {
  std::string_view name;  ///< "add", "popcount"
  int bits;
  BitSerialSteps steps;
};

/// Counts of BitSIMD-V for integers of 8, 16, 32 and 64 bits.
inline constexpr auto bit_simd_v = std::to_array<BitSerialCommand>({
    {"add", 8, {16, 8, 25}},
    {"add", 16, {32, 16, 49}},
    {"add", 32, {64, 32, 97}},
    {"add", 64, {128, 64, 193}},
    {"sub", 8, {16, 8, 25}},
    {"sub", 16, {32, 16, 49}},
    {"sub", 32, {64, 32, 97}},
    {"sub", 64, {128, 64, 193}},
    {"mul", 8, {72, 36, 136}},
    {"mul", 16, {272, 136, 528}},
    {"mul", 32, {1056, 528, 2080}},
    {"div", 8, {196, 137, 336}},
    {"div", 16, {772, 469, 1176}},
    {"div", 32, {3076, 1709, 4392}},
    {"and", 8, {16, 8, 16}},
    {"and", 16, {32, 16, 32}},
    {"and", 32, {64, 32, 64}},
    {"and", 64, {128, 64, 128}},
    {"or", 8, {16, 8, 16}},
    {"or", 16, {32, 16, 32}},
    {"or", 32, {64, 32, 64}},
    {"or", 64, {128, 64, 128}},
    {"xor", 8, {16, 8, 16}},
    {"xor", 16, {32, 16, 32}},
    {"xor", 32, {64, 32, 64}},
    {"xor", 64, {128, 64, 128}},
    {"gt", 8, {16, 1, 25}},
    {"gt", 16, {32, 1, 49}},
    {"gt", 32, {64, 1, 97}},
    {"gt", 64, {128, 1, 193}},
    {"lt", 8, {16, 1, 25}},
    {"lt", 16, {32, 1, 49}},
    {"lt", 32, {64, 1, 97}},
    {"lt", 64, {128, 1, 193}},
    {"min", 8, {32, 8, 41}},
    {"min", 16, {64, 16, 81}},
    {"min", 32, {128, 32, 161}},
    {"min", 64, {256, 64, 321}},
    {"max", 8, {32, 8, 41}},
    {"max", 16, {64, 16, 81}},
    {"max", 32, {128, 32, 161}},
    {"max", 64, {256, 64, 321}},
    {"popcount", 32, {114, 114, 218}},
});

/// throws std::invalid_argument: the table has no such command at this width
inline BitSerialSteps bit_serial_steps(std::string_view name, int bits) {
  for (const BitSerialCommand& command : bit_simd_v) {
    if (command.name == name && command.bits == bits) return command.steps;
  }
  throw std::invalid_argument("BitSIMD-V has no " + std::string(name) + " of " + std::to_string(bits) + " bits");
}

/// Times of the steps: of a row read or written, and of one logic step.
struct BitSerialTiming {
  Time row, logic;

  /// A subarray holds one batch of columns at a time: `passes` of them follow each other.
  constexpr Time time_of(BitSerialSteps steps, double passes = 1.0) const {
    return passes * ((static_cast<double>(steps.rows_read) + steps.rows_written) * row + steps.logic * logic);
  }
};

/// DDR4-2666 as PIMeval has it: tRAS + tRP = (43 + 19) x 0.75 ns, tCCD_S 3 ns.
inline constexpr BitSerialTiming pimeval_ddr4{.row = Time(46.5), .logic = Time(3.0)};

/// Currents of a DRAM chip  [mA], its supply  [V], and the cycles of an activation with its precharge.
struct DramCurrents {
  double idd0, idd2n, idd3n, supply;
  double row_active_cycles, row_precharge_cycles, cycle_ns;

  /// Activation and precharge of one chip above its background: IDD0 (tRAS + tRP) - IDD3N tRAS - IDD2N tRP, times the
  /// supply.  [mA ns V = pJ]
  constexpr Energy row_energy() const { return Energy(charge_in_cycles() * cycle_ns * supply); }
  /// The same with cycles taken for nanoseconds, as PIMeval calculates it: too high by 1 / cycle_ns.
  constexpr Energy row_energy_as_pimeval() const { return Energy(charge_in_cycles() * supply); }

 private:
  constexpr double charge_in_cycles() const {
    return idd0 * (row_active_cycles + row_precharge_cycles) - idd3n * row_active_cycles - idd2n * row_precharge_cycles;
  }
};
/// source  PIMeval's default DDR4-2666 chip
inline constexpr DramCurrents pimeval_chip{.idd0 = 65.0,
                                           .idd2n = 50.0,
                                           .idd3n = 65.0,
                                           .supply = 1.2,
                                           .row_active_cycles = 43.0,
                                           .row_precharge_cycles = 19.0,
                                           .cycle_ns = 0.75};

}  // namespace pim::arch
