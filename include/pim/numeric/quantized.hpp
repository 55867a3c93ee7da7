#pragma once
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <string>

#include <pim/core/check.hpp>

/// The integer arithmetic of networks quantised to int8: a real number is scale * (code - zero_point), sums have 32
/// bits, and a change of scale is a multiplication by a fixed-point number.
///
/// source  Jacob et al. 2018, arXiv 1712.05877, section 2; the roundings are those of TensorFlow Lite's reference
///         kernels (kernels/internal/common.h) and of gemmlowp (fixedpoint/fixedpoint.h)
namespace pim::numeric {

inline constexpr std::int32_t int8_min = -128, int8_max = 127;

/// What the codes of a tensor stand for.
struct Quantization {
  double scale = 1.0;           ///< real value of one step, above 0
  std::int32_t zero_point = 0;  ///< code of the real number 0, int8

  friend bool operator==(const Quantization&, const Quantization&) = default;
};

/// mantissa * 2^(shift - 31); the mantissa is in [2^30, 2^31), or 0.
struct FixedPointFactor {
  std::int32_t mantissa = 0;
  int shift = 0;  ///< -31 to 30
};

/// The nearest FixedPointFactor, halves away from zero; 0 below 2^-32.
/// throws std::invalid_argument: value not above 0, or not below 2^29
inline FixedPointFactor fixed_point_factor(double value) {
  require(value > 0.0 && value < 0x1p29, "fixed_point_factor: the factor must be above 0 and below 2^29");
  int shift = 0;
  auto mantissa = static_cast<std::int64_t>(std::round(std::frexp(value, &shift) * 0x1p31));
  if (mantissa == std::int64_t{1} << 31) {
    mantissa /= 2;
    ++shift;
  }
  return shift < -31 ? FixedPointFactor{} : FixedPointFactor{static_cast<std::int32_t>(mantissa), shift};
}

/// a * b / 2^31, rounded to nearest, halves up. Not for a = b = -2^31, whose result has no code.
inline std::int32_t rounding_doubling_high_multiply(std::int32_t a, std::int32_t b) {
  const std::int64_t product = std::int64_t{a} * b;
  assert(product < std::int64_t{1} << 62);
  return static_cast<std::int32_t>((product + (std::int64_t{1} << 30)) >> 31);
}

/// x / 2^shift, rounded to nearest, halves away from zero; shift 0 to 31.
inline std::int32_t rounding_right_shift(std::int32_t x, int shift) {
  const auto mask = static_cast<std::int32_t>((std::uint32_t{1} << shift) - 1);
  const std::int32_t half = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> shift) + ((x & mask) > half ? 1 : 0);
}

/// x / count, rounded to nearest, halves away from zero; count above 0 and |x| + count / 2 in 32 bits.
inline std::int32_t rounding_divide(std::int32_t x, std::int32_t count) {
  return (x > 0 ? x + count / 2 : x - count / 2) / count;
}

/// x * factor, rounded twice: to a multiple of 2^shift by the product, to an integer by the shift.
/// x * 2^shift must fit in 32 bits where the shift is above 0.
inline std::int32_t rescale(std::int32_t x, const FixedPointFactor& factor) {
  const std::int32_t wide = x * (std::int32_t{1} << std::max(factor.shift, 0));
  return rounding_right_shift(rounding_doubling_high_multiply(wide, factor.mantissa), std::max(-factor.shift, 0));
}

/// The codes that a result may have: lowest to 127.
struct OutputCodes {
  std::int32_t zero_point = 0;
  std::int32_t lowest = int8_min;  ///< the zero point, where a ReLU follows

  /// The code of a result in steps of the output's scale, the nearest that there is.
  std::int8_t operator()(std::int32_t steps) const {  // clamped first: the sum cannot overflow
    return static_cast<std::int8_t>(std::clamp(steps, lowest - zero_point, int8_max - zero_point) + zero_point);
  }
};
inline OutputCodes output_codes(const Quantization& out, bool relu) {
  return {out.zero_point, relu ? out.zero_point : int8_min};
}

/// The sum of two tensors with scales of their own: both are brought to a common scale, twice the larger one, with 20
/// bits of fraction, and their sum to the output's scale. Every intermediate result is below 2^28.
/// source  TensorFlow Lite: kernels/add.cc, kernels/internal/reference/integer_ops/add.h
struct QuantizedAdd {
  static constexpr int fraction_bits = 20;

  std::int32_t zero_a = 0, zero_b = 0;
  FixedPointFactor factor_a, factor_b, factor_sum;
  OutputCodes out;

  std::int8_t operator()(std::int8_t a, std::int8_t b) const {
    return out(rescale(widened(a, zero_a, factor_a) + widened(b, zero_b, factor_b), factor_sum));
  }
  /// An input in the common scale.
  static std::int32_t widened(std::int8_t code, std::int32_t zero_point, const FixedPointFactor& factor) {
    return rescale((code - zero_point) * (std::int32_t{1} << fraction_bits), factor);
  }
};
/// throws std::invalid_argument: an input's scale is 2^19 times the output's, or more
inline QuantizedAdd quantized_add(const Quantization& a, const Quantization& b, const Quantization& out, bool relu) {
  const double common = 2.0 * std::max(a.scale, b.scale);
  const double sum = common / (std::ldexp(1.0, QuantizedAdd::fraction_bits) * out.scale);
  require(sum < 1.0, "quantized_add: the output's scale is too small for its inputs'");
  return {a.zero_point,
          b.zero_point,
          fixed_point_factor(a.scale / common),
          fixed_point_factor(b.scale / common),
          fixed_point_factor(sum),
          output_codes(out, relu)};
}

}  // namespace pim::numeric
