#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include <pim/arith/format.hpp>
#include <pim/core/check.hpp>

namespace pim::arith::reference {

/// The contract of published_float on doubles and without branches that depend on values, for exhaustive runs.
///
/// Why rounding to double first changes nothing: as for IeeeFloat; results are never subnormal here. Subnormal operands
/// and divisions by zero give anything.
/// limits  2 to 8 exponent bits, 1 to 24 mantissa bits, so that double neither overflows nor becomes subnormal
class PublishedCodec {
 public:
  explicit PublishedCodec(const Format& format)
      : drop_(52U - static_cast<unsigned>(format.mantissa_bits)),
        sign_shift_(static_cast<unsigned>(format.bits() - 1)),
        rebias_(static_cast<std::uint64_t>(1023 - format.bias()) << format.mantissa_bits),
        scale_(std::bit_cast<double>(static_cast<std::uint64_t>(2046 - format.bias()) << 52U)) {
    require(format.is_floating(), "PublishedCodec: expected a floating-point format");
    require_range("PublishedCodec: exponent bits", format.exponent_bits, 2, 8);
    require_range("PublishedCodec: mantissa bits", format.mantissa_bits, 1, 24);
  }

  double decode(std::uint64_t code) const {
    const std::uint64_t magnitude = code & ((1ULL << sign_shift_) - 1);
    const double value = std::bit_cast<double>(magnitude << drop_) * scale_;
    return (code >> sign_shift_ & 1U) != 0 ? -value : value;
  }
  std::uint64_t encode(double value) const {
    const std::uint64_t code = magnitude_code(value);
    return code < 1ULL << sign_shift_ ? code | std::bit_cast<std::uint64_t>(value) >> 63U << sign_shift_ : 0;
  }
  /// of a sum without sign, whose exponent wraps
  std::uint64_t encode_unsigned(double value) const {
    return value == 0 ? 0 : magnitude_code(value) & ((1ULL << sign_shift_) - 1);
  }

  /// out[i] = operation(x, y[i]), for operations on doubles such as std::plus<>; y holds values, out codes
  template <class Operation, class Code>
  void run(Operation operation, std::uint64_t x, std::span<const double> y, std::span<Code> out) const {
    const PublishedCodec codec = *this;
    const double first = codec.decode(x);
    for (std::size_t i = 0; i < y.size(); ++i) out[i] = static_cast<Code>(codec.encode(operation(first, y[i])));
  }

 private:
  /// Rounded exponent and mantissa; exponents that are too low, and zero, give more than any code.
  std::uint64_t magnitude_code(double value) const {
    const std::uint64_t magnitude = std::bit_cast<std::uint64_t>(value) & ~(1ULL << 63U);
    return ((magnitude + ((1ULL << (drop_ - 1)) - 1) + (magnitude >> drop_ & 1U)) >> drop_) - rebias_;
  }

  unsigned drop_, sign_shift_;
  std::uint64_t rebias_;
  double scale_;
};

}  // namespace pim::arith::reference
