#pragma once
#include <cstdint>
#include <string_view>

#include <pim/arch/quantity.hpp>

namespace pim::arch {

using Efficiency = Quantity<-1, 0, 0>;  ///< per energy

/// A memory whose rows calculate: in each cycle all rows execute the same gate. The model of ConvPIM: nothing but its
/// capacity, the width of a row, and the time and energy of a gate; no limit on rows at work, no movement of data.
/// source  Leitersdorf, Ronen, Kvatinsky, "ConvPIM", arXiv 2305.04122, and its workbooks (oleitersdorf/ConvPIM,
/// 87fc2d7)
struct MemoryMachine {
  std::string_view name, title;
  double memory_bits = 0.0;  ///< S
  double row_bits = 1024.0;  ///< c
  Time cycle = {};           ///< tau
  Energy gate = {};          ///< e, of one gate in one row

  constexpr double rows() const { return memory_bits / row_bits; }  ///< R = S / c
  constexpr Power power() const { return rows() * gate / cycle; }   ///< P = R e / tau
  constexpr MemoryMachine with_row_bits(double bits) const {        ///< of the same capacity
    MemoryMachine machine = *this;
    machine.row_bits = bits;
    return machine;
  }
};

/// 48 GiB, 333 MHz, 6.4 fJ a gate (RACER's and AritPIM's NOT/NOR crossbars).
inline constexpr MemoryMachine convpim_memristive{.name = "memristive",
                                                  .title = "memristive PIM",
                                                  .memory_bits = 48.0 * 1024 * 1024 * 1024 * 8,
                                                  .cycle = Time(3.0),
                                                  .gate = Energy(6.4e-3)};
/// 48 GiB, 0.5 MHz, 391 fJ a gate: as an in-DRAM AND or OR of 3.2 nJ per KiB.
inline constexpr MemoryMachine convpim_dram{.name = "dram",
                                            .title = "DRAM PIM",
                                            .memory_bits = 48.0 * 1024 * 1024 * 1024 * 8,
                                            .cycle = Time(2000.0),
                                            .gate = Energy(0.391)};

/// Energy of one AAP or AP in one column: a quarter of the gate's, since an in-DRAM AND or OR is four AAPs.
/// source  command lists of Ambit in CMU-SAFARI/MIMDRAM's gem5 model
inline constexpr Energy convpim_dram_command = convpim_dram.gate / 4.0;

/// What one operation takes in one row.
struct RowWork {
  Time time = {};
  Energy energy = {};

  friend constexpr RowWork operator+(RowWork a, RowWork b) { return {a.time + b.time, a.energy + b.energy}; }
};

/// So many cycles of a gate each.
constexpr RowWork work_of_cycles(const MemoryMachine& machine, double cycles) {
  return {cycles * machine.cycle, cycles * machine.gate};
}

/// How often something is done, and how often per energy.
struct Rate {
  Frequency throughput = {};
  Efficiency efficiency = {};
};

/// Items of `operations` operations each, in all rows: T = R / (time operations), T / P = 1 / (energy operations).
constexpr Rate rate_of(const MemoryMachine& machine, RowWork operation, double operations = 1.0) {
  return {machine.rows() / (operations * operation.time), 1.0 / (operations * operation.energy)};
}

/// Cycles per bit of input and output of an operation with two operands and a result of `bits` bits each.
/// source  ConvPIM, section 3 (compute complexity)
constexpr double compute_complexity(double cycles, int bits) { return cycles / (3.0 * bits); }

}  // namespace pim::arch
