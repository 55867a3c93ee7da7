#pragma once
#include <array>
#include <cstdint>

namespace pim::row {

/// One Boolean operation on whole columns, which programs of all gate sets come down to:
/// out = f(in), or out &= f(in) where it accumulates.
struct MicroOp {
  std::uint8_t truth = 0;  ///< f as a truth table (gate/gate.hpp); 0x00 and 0xff are constants
  std::uint8_t fan_in = 0;
  bool accumulates = false;
  bool fails = false;  ///< something physical happens here that an error may strike
  std::uint16_t out = 0;
  std::array<std::uint16_t, 3> in{};

  friend bool operator==(const MicroOp&, const MicroOp&) = default;
};

}  // namespace pim::row
