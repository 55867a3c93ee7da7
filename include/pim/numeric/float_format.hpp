#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

namespace pim::numeric {

/// What the codes with all exponent bits set mean.
enum class Specials {
  ieee,      ///< infinities and NaNs, as in IEEE 754 (E5M2, BF16, FP16)
  nan_only,  ///< one NaN per sign, the other codes are finite (OCP E4M3)
  none,      ///< all codes are finite (OCP FP6, FP4)
};

/// A binary floating-point format with sign, subnormals and an IEEE bias, whose values float32 holds exactly.
/// limits  exponent_bits 2 to 8 (8: only with infinities, else float32 is too narrow), mantissa_bits 1 to 23
struct FloatFormat {
  int exponent_bits = 4;
  int mantissa_bits = 3;
  Specials specials = Specials::ieee;

  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  constexpr int min_exponent() const { return 1 - bias(); }  ///< of normal numbers; subnormals share it
  constexpr int max_exponent() const { return specials == Specials::ieee ? bias() : bias() + 1; }
  /// largest finite value
  double max() const {
    const double top = 2.0 - std::ldexp(specials == Specials::nan_only ? 2.0 : 1.0, -mantissa_bits);
    return std::ldexp(top, max_exponent());
  }
  double min_subnormal() const { return std::ldexp(1.0, min_exponent() - mantissa_bits); }

  friend bool operator==(const FloatFormat&, const FloatFormat&) = default;
};

/// source  OCP 8-bit floating point specification 1.0; Micikevicius et al., arXiv 2209.05433, table 1
inline constexpr FloatFormat e4m3{4, 3, Specials::nan_only};
inline constexpr FloatFormat e5m2{5, 2, Specials::ieee};
inline constexpr FloatFormat bf16{8, 7, Specials::ieee};  ///< also called E8M7
inline constexpr FloatFormat fp16{5, 10, Specials::ieee};

/// Rounds float32 values to a format: to nearest, ties to even, saturating; infinities become the largest value, NaN
/// stays NaN. Without branches, so that loops over it vectorise.
class FloatRounder {
 public:
  explicit FloatRounder(const FloatFormat& format)
      : drop_(23U - static_cast<std::uint32_t>(format.mantissa_bits)),
        keep_(~((1U << drop_) - 1U)),
        half_(drop_ == 0 ? 0U : (1U << (drop_ - 1U)) - 1U),
        odd_(drop_ == 0 ? 0U : 1U),
        min_normal_(std::ldexp(1.0F, format.min_exponent())),
        subnormal_step_(std::ldexp(1.0F, format.min_exponent() - format.mantissa_bits + 23)),
        max_(static_cast<float>(format.max())) {}

  [[gnu::always_inline]] float operator()(float x) const {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t magnitude_bits = bits & 0x7fffffffU;
    const auto magnitude = std::bit_cast<float>(magnitude_bits);
    const auto normal = std::bit_cast<float>((magnitude_bits + half_ + ((magnitude_bits >> drop_) & odd_)) & keep_);
    const float subnormal = (magnitude + subnormal_step_) - subnormal_step_;  // rounds to a multiple of the step
    float rounded = magnitude < min_normal_ ? subnormal : normal;
    rounded = rounded > max_ ? max_ : rounded;
    const auto result = std::bit_cast<float>(std::bit_cast<std::uint32_t>(rounded) | (bits & 0x80000000U));
    return magnitude_bits > 0x7f800000U ? x : result;
  }
  /// The same for numbers between the smallest normal and the largest; those below stay below the smallest normal or
  /// become it.
  [[gnu::always_inline]] float normal(float x) const {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    return std::bit_cast<float>((bits + half_ + ((bits >> drop_) & odd_)) & keep_);
  }

 private:
  std::uint32_t drop_, keep_, half_, odd_;
  float min_normal_, subnormal_step_, max_;
};

}  // namespace pim::numeric
