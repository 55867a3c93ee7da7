#pragma once
#include <cstdint>

#include <pim/arch/quantity.hpp>

namespace pim::arch {

/// Times of the commands of which in-DRAM programs consist.
struct DramTiming {
  Time row_active;     ///< tRAS
  Time row_precharge;  ///< tRP
  Time overlap;        ///< tWLOV: from the first to the second activation of an AAP

  constexpr Time aap() const { return row_active + overlap + row_precharge; }
  constexpr Time ap() const { return row_active + row_precharge; }
  /// Commands one after the other.
  constexpr Time time_of(std::uint64_t aaps, std::uint64_t aps) const {
    return static_cast<double>(aaps) * aap() + static_cast<double>(aps) * ap();
  }
};

/// AAP 50.16 ns, AP 46.16 ns.
/// source  DDR4_2400_x64 of the gem5 tree of MIMDRAM (CMU-SAFARI/MIMDRAM): tRAS 32, tRP 14.16, tWLOV 4 ns
inline constexpr DramTiming ddr4_2400{.row_active = Time(32.0), .row_precharge = Time(14.16), .overlap = Time(4.0)};

}  // namespace pim::arch
