#pragma once
#include <cstdint>
#include <string_view>

namespace pim::gate {

/// A Boolean function of up to three cells, as a truth table: bit a + 2 b + 4 c of `truth` is its value. A function of
/// fewer inputs ignores the others.
struct Gate {
  std::string_view name;  ///< as listings spell it
  int fan_in = 0;         ///< 1 to 3
  std::uint8_t truth = 0;

  friend constexpr bool operator==(const Gate& a, const Gate& b) { return a.fan_in == b.fan_in && a.truth == b.truth; }
};

/// Truth tables of the three inputs; every other table is an expression of them.
inline constexpr std::uint8_t a = 0b10101010, b = 0b11001100, c = 0b11110000;
constexpr std::uint8_t truth(int expression) { return static_cast<std::uint8_t>(expression); }

inline constexpr std::uint8_t zero = 0x00, one = 0xff;
inline constexpr Gate copy{"COPY", 1, a};
inline constexpr Gate not_{"NOT", 1, truth(~a)};
inline constexpr Gate nor{"NOR", 2, truth(~(a | b))};
inline constexpr Gate nand{"NAND", 2, truth(~(a& b))};
inline constexpr Gate or_{"OR", 2, truth(a | b)};
inline constexpr Gate min3{"MIN3", 3, truth(~((a & b) | (b & c) | (a & c)))};
inline constexpr Gate maj3{"MAJ3", 3, truth((a & b) | (b & c) | (a & c))};

}  // namespace pim::gate
