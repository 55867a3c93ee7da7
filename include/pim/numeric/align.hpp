#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include <pim/core/check.hpp>
#include <pim/core/math.hpp>
#include <pim/numeric/number_format.hpp>

namespace pim::numeric {

enum class Rounding { nearest_even, toward_zero };

/// Pre-alignment of a group of numbers to one shared exponent, as digital compute-in-memory macros do before they
/// multiply mantissas as integers.
///
///   q_i = format(x_i / scale);   E = largest exponent of the non-zero q_i;   A_i = R(q_i * 2^(W - 1 - E))
///
/// |A_i| <= 2^W - 1, and x_i is represented by A_i * 2^(E - (W - 1)) * scale. W = `magnitude_bits` (the sign is extra);
/// W = mantissa_bits + 1 keeps the largest element exact, W = mantissa_bits + 1 + spread of exponents loses nothing.
/// An integer format has one exponent already: A_i = rne(x_i / scale), W its width without the sign.
/// A group of zeros has unit 1 and codes 0. Groups are finite: what holds a NaN or an infinity has no shared exponent.
///
/// source  aligned widths of 2 to 12 bits in published FP8 macros: arXiv 2602.05743; scaling to the largest value of
///         the format: arXiv 2209.05433
class Aligner {
 public:
  static constexpr int max_magnitude_bits = 40;

  /// magnitude_bits  0: as many as the format can ever need (no loss)
  /// throws std::invalid_argument: magnitude_bits (or what no loss takes) above 40, integers outside 2..16 bits
  Aligner(const NumberFormat& format, int magnitude_bits, Rounding rounding)
      : format_(format),
        round_(format.floating),
        width_(format.is_integer()  ? format.integer_bits - 1
               : magnitude_bits > 0 ? magnitude_bits
                                    : lossless_bits(format.floating)),
        rounding_(rounding),
        largest_(static_cast<float>(format.max())),
        limit_(width_ <= 24 ? std::ldexp(1.0F, width_) - 1.0F : std::ldexp(1.0F, width_)) {
    if (format.is_integer()) require_range("Aligner: integer bits", format.integer_bits, 2, 16);
    require_range("Aligner: magnitude bits", width_, 1, max_magnitude_bits);
  }

  static int lossless_bits(const FloatFormat& format) {
    return format.mantissa_bits + 1 + format.max_exponent() - format.min_exponent();
  }
  int magnitude_bits() const { return width_; }

  /// The scale that maps the largest |x| of a group onto the largest value of the format; 1 for a group of zeros, and
  /// for formats with float32's own range.
  float amax_scale(float amax) const {
    const bool as_wide_as_float = !format_.is_integer() && format_.floating.exponent_bits == 8;
    if (amax == 0.0F || as_wide_as_float) return 1.0F;
    return std::max(amax / largest_, std::numeric_limits<float>::min());
  }

  /// The power of two that one step of the codes stands for, before `scale`, in a group whose largest |x| is `amax`.
  float unit(float amax, float scale) const {
    if (format_.is_integer()) return 1.0F;
    const float largest = round_(amax / scale);
    if (!(largest > 0.0F)) return 1.0F;
    const int exponent = std::max(exponent_of(largest), format_.floating.min_exponent());
    return power_of_two(std::max(exponent - (width_ - 1), -126));
  }

  /// codes[i] = A_i, as whole numbers, for a group with this `scale` and `unit`. Code: float, or std::int8_t for widths
  /// up to 7.
  template <class Code>
  void encode(std::span<const float> x, float scale, float unit, std::span<Code> codes) const {
    const float limit = limit_, per_unit = 1.0F / unit;
    const bool integer = format_.is_integer(), nearest = rounding_ == Rounding::nearest_even;
    const auto loop = [&](auto quantise) {
      constexpr std::size_t run = 64;  // in two steps: a loop over floats and bytes vectorises only in runs of bytes
      std::array<float, run> whole;
      for (std::size_t begin = 0; begin < x.size(); begin += run) {
        const std::size_t count = std::min(run, x.size() - begin);
        for (std::size_t i = 0; i < count; ++i) whole[i] = quantise(x[begin + i] / scale);
        for (std::size_t i = 0; i < count; ++i) codes[begin + i] = static_cast<Code>(whole[i]);
      }
    };
    const auto clamped = [limit](float a) { return a > limit ? limit : (a < -limit ? -limit : a); };
    if (!integer && nearest && is_plain(unit)) {
      constexpr float magic = 0x1.8p23F;  // adding it leaves no fraction bits, of either sign
      loop([&, largest = largest_, round = round_](float v) {
        v = v > largest ? largest : v;
        v = v < -largest ? -largest : v;
        return (round.normal(v) * per_unit + magic) - magic;
      });
    } else if (integer) {
      loop([&](float v) { return clamped(round_half_even(v)); });
    } else if (nearest) {
      loop([&](float v) { return clamped(round_half_even(round_(v) * per_unit)); });
    } else {
      loop([&](float v) { return clamped(std::trunc(round_(v) * per_unit)); });
    }
  }

 private:
  /// Whether subnormal numbers of the format round to code 0, and no code leaves its range: a number of the largest
  /// exponent is whole in units, so that it cannot round up to 2^W.
  bool is_plain(float unit) const {
    const FloatFormat& f = format_.floating;
    return unit >= power_of_two(f.min_exponent() + 1) && width_ > f.mantissa_bits && width_ <= 22;
  }
  /// of a normal float; below -126 for others
  static int exponent_of(float x) { return static_cast<int>(std::bit_cast<std::uint32_t>(x) >> 23) - 127; }
  /// n: -126 to 127
  static float power_of_two(int n) { return std::bit_cast<float>(static_cast<std::uint32_t>(n + 127) << 23); }

  NumberFormat format_;
  FloatRounder round_;
  int width_;
  Rounding rounding_;
  float largest_;  ///< of the format
  float limit_;    ///< of the codes
};

}  // namespace pim::numeric
