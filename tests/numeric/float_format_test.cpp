#include <pim/numeric/float_format.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"

using pim::numeric::FloatFormat;
using pim::numeric::FloatRounder;
using pim::numeric::Specials;

static const FloatFormat formats[] = {pim::numeric::e4m3,     pim::numeric::e5m2,      pim::numeric::bf16,
                                      pim::numeric::fp16,     {3, 2, Specials::none},  {2, 3, Specials::none},
                                      {2, 1, Specials::none}, {8, 23, Specials::ieee}, {7, 1, Specials::nan_only}};

TEST_CASE("FloatFormat: the ranges that the specifications print", "[format]") {
  const auto check = [](const FloatFormat& f, double max, int min_exponent, double min_subnormal) {
    CHECK(f.max() == max);
    CHECK(f.min_exponent() == min_exponent);
    CHECK(f.min_subnormal() == min_subnormal);
  };
  check(pim::numeric::e4m3, 448.0, -6, 0x1p-9);
  check(pim::numeric::e5m2, 57344.0, -14, 0x1p-16);
  check(pim::numeric::fp16, 65504.0, -14, 0x1p-24);
  check(pim::numeric::bf16, 0x1.fep127, -126, 0x1p-133);
  check({8, 23, Specials::ieee}, static_cast<double>(std::numeric_limits<float>::max()), -126, 0x1p-149);
  check({3, 2, Specials::none}, 28.0, -2, 0.0625);  // OCP FP6 E3M2
  check({2, 3, Specials::none}, 7.5, 0, 0.125);     // OCP FP6 E2M3
  check({2, 1, Specials::none}, 6.0, 0, 0.5);       // OCP FP4 E2M1
}

/// sign(x) min(rne(|x| / step) step, max), step = 2^(max(floor(log2 |x|), min_exponent) - m), in double precision.
static double reference(const FloatFormat& f, float x) {
  const double magnitude = std::fabs(static_cast<double>(x));
  if (magnitude == 0.0) return x;
  if (std::isinf(magnitude)) return std::copysign(f.max(), x);
  int exponent = 0;
  std::frexp(magnitude, &exponent);  // magnitude in [2^(exponent - 1), 2^exponent)
  const double step = std::ldexp(1.0, std::max(exponent - 1, f.min_exponent()) - f.mantissa_bits);
  return std::copysign(std::min(std::nearbyint(magnitude / step) * step, f.max()), static_cast<double>(x));
}
static bool same(double expected, float rounded) {
  return expected == static_cast<double>(rounded) && std::signbit(expected) == std::signbit(rounded);
}

TEST_CASE("FloatRounder: any float32, against the definition in double precision", "[format]") {
  const pim::Rng rng(1);
  for (std::size_t f = 0; f < std::size(formats); ++f) {
    const FloatRounder round(formats[f]);
    std::size_t wrong = 0;
    for (std::uint64_t i = 0; i < 300'000; ++i) {
      const auto x = std::bit_cast<float>(rng.at(f).bits(i));
      if (!std::isnan(x) && !same(reference(formats[f], x), round(x))) ++wrong;
    }
    const auto lowest = static_cast<float>(formats[f].min_subnormal());
    for (std::uint64_t i = 0; i < 300'000; ++i) {  // around the format's own range, with ties and their neighbours
      const float value = lowest * static_cast<float>(rng.at(f, 1).bits(i) >> (rng.at(f, 2).bits(i) % 32));
      const float tie = 0.5F * (value + round(value + lowest));
      for (const float x : {value, -tie, std::nextafter(tie, 0.0F), std::nextafter(tie, 1e38F)}) {
        if (!same(reference(formats[f], x), round(x))) ++wrong;
      }
    }
    INFO("exponent bits " << formats[f].exponent_bits << ", mantissa bits " << formats[f].mantissa_bits);
    CHECK(wrong == 0);
  }
}

TEST_CASE("FloatRounder: signed zeros, infinities saturate, every NaN stays one", "[format]") {
  for (const FloatFormat& format : formats) {
    const FloatRounder round(format);
    const auto max = static_cast<float>(format.max());
    CHECK(same(0.0, round(0.0F)));
    CHECK(same(-0.0, round(-0.0F)));
    CHECK(round(std::numeric_limits<float>::infinity()) == max);
    CHECK(round(-std::numeric_limits<float>::infinity()) == -max);
    for (const std::uint32_t nan : {0x7fc00000U, 0xffc00000U, 0x7fffffffU, 0xffffffffU, 0x7f800001U}) {
      CHECK(std::isnan(round(std::bit_cast<float>(nan))));
    }
  }
}
