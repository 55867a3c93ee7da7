#pragma once
#include <cstdint>

#include <pim/gate/concepts.hpp>

namespace pim::arith {

/// Which serial algorithms are cheapest on a gate set, from counted cycles of the mapped programs.
struct SerialTuning {
  int radix4_bits = 8;      ///< multiply: from this width on two bits at a time, with three times x at hand
  int karatsuba_bits = 28;  ///< multiply: from this width on three products of half the width
  /// divide: the step, in single NORs, or as a subtraction undone by multiplexers, or one of a masked divisor
  enum class Step : std::uint8_t { gates, adder, mask } division_step = Step::gates;
};
inline constexpr SerialTuning nor_tuning{};
inline constexpr SerialTuning min3_tuning{
    .radix4_bits = 11, .karatsuba_bits = 28, .division_step = SerialTuning::Step::adder};

/// DRAM: an adder costs two ANDs, so that a row per bit is never beaten.
inline constexpr SerialTuning dram_tuning{
    .radix4_bits = 65, .karatsuba_bits = 65, .division_step = SerialTuning::Step::mask};

template <gate::GateSet G>
constexpr const SerialTuning& serial_tuning() {
  return gate::has<G>(gate::min3) ? min3_tuning : nor_tuning;
}

}  // namespace pim::arith
