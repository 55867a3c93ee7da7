#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>

/// The tutorial's quantisers, literally: what "e4m3" and "int8" mean in NewComputeBench's code. They differ from the
/// formats of the same name (numeric/float_format.hpp); docs/numeric.md lists how.
namespace pim::numeric::newcomputebench {

/// Fixed point with one power-of-two scale per vector: mantissa_bits magnitude bits and a sign, in two's complement.
///
///   E = clip(ceil(log2(max |x_i| + 1e-8)), -2^(e-1), 2^(e-1) - 1);  q_i = clip(rne(x_i / 2^E * 2^m), -2^m, 2^m - 1)
///
/// A NaN makes the whole vector NaN.
struct BlockFixedPoint {
  int exponent_bits;
  int mantissa_bits;

  int shared_exponent(std::span<const float> x) const {
    float top = 0.0F;
    for (const float v : x) top = std::max(top, std::fabs(v) + 1e-8F);
    const int low = -(1 << (exponent_bits - 1)), high = (1 << (exponent_bits - 1)) - 1;
    if (std::isinf(top)) return high;
    const auto bits = std::bit_cast<std::uint32_t>(top);  // at least 1e-8: a normal number
    const int floor = static_cast<int>(bits >> 23) - 127;
    return std::clamp(floor + ((bits & 0x007fffffU) != 0 ? 1 : 0), low, high);
  }
  void quantize(std::span<const float> x, std::span<float> out) const {
    const bool poisoned = std::any_of(x.begin(), x.end(), [](float v) { return std::isnan(v); });
    const int exponent = shared_exponent(x);
    const float levels = std::ldexp(1.0F, mantissa_bits), unit = std::ldexp(1.0F, exponent);
    const float per_scale = poisoned ? std::nanf("") : std::ldexp(1.0F, -exponent);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float q = std::nearbyint((x[i] * per_scale) * levels);
      const float clipped = std::isnan(q) ? q : std::clamp(q, -levels, levels - 1.0F);
      out[i] = clipped / levels * unit;
    }
  }
};
inline constexpr BlockFixedPoint e4m3{4, 3};
inline constexpr BlockFixedPoint e5m2{5, 2};
inline constexpr BlockFixedPoint e8m7{8, 7};

/// Integers of `bits` bits with one scale per vector: s = 2^(b-1) / (max |x_i| + 1e-9), q_i = clip(rne(x_i s)), x =
/// q/s. Unsigned: s = 2^b / (...), codes from 0. The largest positive value is one code short of the range. Vectors
/// with an infinity or a NaN become NaN.
struct ScaleInteger {
  int bits;
  bool is_signed = true;

  void quantize(std::span<const float> x, std::span<float> out) const {
    float top = 0.0F;
    bool poisoned = false;
    for (const float v : x) {
      top = std::max(top, std::fabs(v));
      poisoned = poisoned || !std::isfinite(v);
    }
    const float range = std::ldexp(1.0F, is_signed ? bits - 1 : bits);
    const float low = is_signed ? -range : 0.0F;
    const float scale = poisoned ? std::nanf("") : range * (1.0F / (top + 1e-9F));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float q = std::nearbyint(x[i] * scale);
      out[i] = (std::isnan(q) ? q : std::clamp(q, low, range - 1.0F)) / scale;
    }
  }
};

}  // namespace pim::numeric::newcomputebench
