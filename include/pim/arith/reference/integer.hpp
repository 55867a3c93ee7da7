#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>

#include <pim/arith/format.hpp>
#include <pim/arith/operation.hpp>

/// What integer operations give, by the host's own arithmetic: the oracle of the row programs.
namespace pim::arith::reference {

__extension__ using Wide = unsigned __int128;  ///< bits of a number of up to 128 bits
__extension__ using SignedWide = signed __int128;

struct IntegerResult {
  Wide value = 0;      ///< result, or quotient
  Wide remainder = 0;  ///< of divisions
  bool is_defined = true;
};

constexpr Wide low_bits(Wide value, int bits) { return bits >= 128 ? value : value & ((Wide{1} << bits) - 1); }
constexpr SignedWide sign_extended(Wide value, int bits) {
  const int unused = 128 - bits;
  return static_cast<SignedWide>(value << unused) >> unused;
}

/// The result of an integer operation, of width `bits` unless said otherwise. x is 2 * bits wide for divide; of select,
/// x is the bit, y and z are the choices. Division by zero, and quotients that do not fit, are not defined.
/// throws  std::invalid_argument: an operation that integers do not have
inline IntegerResult integer(Operation operation, const Format& format, Wide x, Wide y, Wide z = 0) {
  const int bits = format.integer_bits;
  const bool is_signed = format.is_signed();
  const auto extend = [&](Wide value, int width) {
    return is_signed ? sign_extended(value, width) : static_cast<SignedWide>(value);
  };
  const auto result = [&](auto value, int width) {
    return IntegerResult{low_bits(static_cast<Wide>(value), width), 0};
  };
  const SignedWide a = extend(x, bits), b = extend(y, bits);
  const Wide top = Wide{1} << (bits - 1);
  switch (operation) {
    case Operation::add:
      return result(x + y, bits);
    case Operation::subtract:
      return result(x - y, bits);
    case Operation::multiply:
      return result(static_cast<Wide>(a) * static_cast<Wide>(b), 2 * bits);
    case Operation::multiply_low:
      return result(x * y, bits);
    case Operation::divide: {
      if (y == 0) return {0, 0, false};
      if (!is_signed) return {low_bits(x / y, bits), x % y, x >> bits < y};
      const SignedWide n = sign_extended(x, 2 * bits);
      if (2 * bits == 128 && x == Wide{1} << 127 && b == -1) return {0, 0, false};
      const SignedWide quotient = n / b;
      const bool fits = sign_extended(static_cast<Wide>(quotient), bits) == quotient;
      return {low_bits(static_cast<Wide>(quotient), bits), low_bits(static_cast<Wide>(n % b), bits), fits};
    }
    case Operation::divide_narrow:
      return y == 0 ? IntegerResult{0, 0, false} : IntegerResult{x / y, x % y};
    case Operation::equal:
      return result(x == y, 1);
    case Operation::less:
      return result(is_signed ? a < b : x < y, 1);
    case Operation::less_equal:
      return result(is_signed ? a <= b : x <= y, 1);
    case Operation::greater:
      return result(is_signed ? a > b : x > y, 1);
    case Operation::greater_equal:
      return result(is_signed ? a >= b : x >= y, 1);
    case Operation::minimum:
      return result((is_signed ? a < b : x < y) ? x : y, bits);
    case Operation::maximum:
      return result((is_signed ? a < b : x < y) ? y : x, bits);
    case Operation::absolute:
      return result(is_signed && (x & top) != 0 ? -x : x, bits);
    case Operation::negate:
      return result(-x, bits);
    case Operation::relu:
      return result(is_signed && (x & top) != 0 ? 0 : x, bits);
    case Operation::select:
      return result(x != 0 ? y : z, bits);
    case Operation::shift_left:
      return result(y >= static_cast<Wide>(bits) ? 0 : x << static_cast<int>(y), bits);
    case Operation::shift_right: {
      const int by = y >= static_cast<Wide>(bits) ? bits : static_cast<int>(y);
      return result(is_signed ? static_cast<Wide>(a >> by) : x >> by, bits);
    }
    case Operation::population_count:
      return result(std::popcount(static_cast<std::uint64_t>(x)),
                    static_cast<int>(std::bit_width(static_cast<unsigned>(bits))));
    case Operation::reduce_and:
      return result(x == low_bits(~Wide{0}, bits), 1);
    case Operation::reduce_or:
      return result(x != 0, 1);
    case Operation::reduce_xor:
      return result(std::popcount(static_cast<std::uint64_t>(x)) % 2, 1);
    case Operation::is_positive:
      return result(is_signed ? a > 0 : x > 0, 1);
    case Operation::is_nonnegative:
      return result(!is_signed || a >= 0, 1);
    default:
      throw std::invalid_argument("reference::integer: " + std::string(info(operation).name) + " of integers");
  }
}

}  // namespace pim::arith::reference
