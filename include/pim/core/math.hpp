#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>

/// Elementary functions with the same bits from every compiler, flag and instruction set: each multiply-add is a
/// written std::fma, and no product stands where a compiler could fuse it with a sum. They have no branches and are
/// always inlined, so that loops over them vectorise. Polynomials: Cephes (Moshier), single precision.
namespace pim {

/// Rounds to an integer, ties to even.
[[gnu::always_inline]] inline float round_half_even(float x) {
  constexpr float magic = 0x1p23F;  // adding it leaves no fraction bits
  const float magnitude = std::fabs(x);
  const float rounded = magnitude < magic ? (magnitude + magic) - magic : magnitude;
  return std::copysign(rounded, x);
}

/// Largest |x_i|, 0 for no elements; a NaN among them gives NaN.
inline float abs_max(std::span<const float> x) {
  std::uint32_t top = 0;  // bits of non-negative floats are ordered as the floats are
  for (const float v : x) top = std::max(top, std::bit_cast<std::uint32_t>(v) & 0x7fffffffU);
  return std::bit_cast<float>(top);
}

/// Natural logarithm of a positive normal number, to 1e-7 (relative).
[[gnu::always_inline]] inline float portable_log(float x) {
  const std::uint32_t shifted = std::bit_cast<std::uint32_t>(x) - 0x3f3504f3U;  // sqrt(1/2): m in [sqrt(1/2), sqrt(2))
  const auto exponent = static_cast<float>(static_cast<std::int32_t>(shifted) >> 23);
  const float f = std::bit_cast<float>((shifted & 0x007fffffU) + 0x3f3504f3U) - 1.0F;
  float p = 7.0376836292e-2F;
  p = std::fma(p, f, -1.1514610310e-1F);
  p = std::fma(p, f, 1.1676998740e-1F);
  p = std::fma(p, f, -1.2420140846e-1F);
  p = std::fma(p, f, 1.4249322787e-1F);
  p = std::fma(p, f, -1.6668057665e-1F);
  p = std::fma(p, f, 2.0000714765e-1F);
  p = std::fma(p, f, -2.4999993993e-1F);
  p = std::fma(p, f, 3.3333331174e-1F);
  const float square = f * f;
  const float cube = square * f;
  const float low = std::fma(p, cube, exponent * -2.12194440e-4F);  // ln 2 = 0.693359375 - 2.12194440e-4
  return std::fma(exponent, 0.693359375F, f + std::fma(square, -0.5F, low));
}

/// e^x for x in [-87, 88], clamped outside, to 1.2e-7 (relative).
[[gnu::always_inline]] inline float portable_exp(float x) {
  x = x < -87.0F ? -87.0F : x;
  x = x > 88.0F ? 88.0F : x;
  constexpr float round = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  const float n = std::fma(x, 1.44269504088896341F, round) - round;
  float r = std::fma(n, -0.693359375F, x);
  r = std::fma(n, 2.12194440e-4F, r);
  float p = 1.9875691500e-4F;
  p = std::fma(p, r, 1.3981999507e-3F);
  p = std::fma(p, r, 8.3334519073e-3F);
  p = std::fma(p, r, 4.1665795894e-2F);
  p = std::fma(p, r, 1.6666665459e-1F);
  p = std::fma(p, r, 5.0000001201e-1F);
  p = std::fma(p, r * r, r + 1.0F);
  const auto scale = static_cast<std::uint32_t>(static_cast<std::int32_t>(n) + 127) << 23;
  return p * std::bit_cast<float>(scale);
}

/// sine and cosine of 2 pi * turn / 2^32
struct SineCosine {
  float sine, cosine;
};
[[gnu::always_inline]] inline SineCosine portable_sine_cosine(std::uint32_t turn) {
  const std::uint32_t quadrant = (turn + 0x20000000U) >> 30;
  const auto rest = static_cast<std::int32_t>(turn - (quadrant << 30));  // [-2^29, 2^29]
  const float x = static_cast<float>(rest) * 1.46291807926715968e-9F;    // 2 pi / 2^32: [-pi/4, pi/4]
  const float z = x * x;
  float s = -1.9515295891e-4F;
  s = std::fma(s, z, 8.3321608736e-3F);
  s = std::fma(s, z, -1.6666654611e-1F);
  s = std::fma(s, z * x, x);
  float c = 2.443315711809948e-5F;
  c = std::fma(c, z, -1.388731625493765e-3F);
  c = std::fma(c, z, 4.166664568298827e-2F);
  c = std::fma(c, z * z, std::fma(z, -0.5F, 1.0F));
  const bool swapped = (quadrant & 1U) != 0;
  const std::uint32_t sine_sign = (quadrant & 2U) << 30;
  const std::uint32_t cosine_sign = ((quadrant + 1U) & 2U) << 30;
  const float sine = swapped ? c : s;
  const float cosine = swapped ? s : c;
  return {std::bit_cast<float>(std::bit_cast<std::uint32_t>(sine) ^ sine_sign),
          std::bit_cast<float>(std::bit_cast<std::uint32_t>(cosine) ^ cosine_sign)};
}

}  // namespace pim
