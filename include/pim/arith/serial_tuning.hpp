#pragma once
#include <pim/gate/concepts.hpp>

namespace pim::arith {

/// Which serial algorithms are cheapest on a gate set, from counted cycles of the mapped programs.
struct SerialTuning {
  int radix4_bits = 8;           ///< multiply: from this width on two bits at a time, with three times x at hand
  int karatsuba_bits = 31;       ///< multiply: from this width on three products of half the width
  bool divides_by_gates = true;  ///< divide: steps of single NORs instead of adders and multiplexers
};
inline constexpr SerialTuning nor_tuning{};
inline constexpr SerialTuning min3_tuning{.radix4_bits = 12, .karatsuba_bits = 40, .divides_by_gates = false};

/// DRAM: an adder costs two ANDs, so that a row per bit is never beaten.
inline constexpr SerialTuning dram_tuning{.radix4_bits = 65, .karatsuba_bits = 65, .divides_by_gates = false};

template <gate::GateSet G>
constexpr const SerialTuning& serial_tuning() {
  return gate::has<G>(gate::min3) ? min3_tuning : nor_tuning;
}

}  // namespace pim::arith
