#include <pim/numeric/align.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"

using namespace pim::numeric;

struct Aligned {
  std::vector<float> codes;
  float scale, unit;
};
static Aligned align(const Aligner& aligner, const std::vector<float>& x, bool amax_scale = true) {
  const float amax = pim::abs_max(x);
  Aligned a{std::vector<float>(x.size()), 1.0F, 1.0F};
  if (amax_scale) a.scale = aligner.amax_scale(amax);
  a.unit = aligner.unit(amax, a.scale);
  aligner.encode<float>(x, a.scale, a.unit, a.codes);
  return a;
}
/// Numbers of very different sizes, all below the largest E4M3.
static std::vector<float> group(std::uint64_t seed, std::size_t n = 48) {
  const pim::Rng rng(seed);
  std::vector<float> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = std::min(std::ldexp(rng.normal(i), static_cast<int>(rng.below(1000 + i, 20)) - 13), 440.0F);
  }
  x[seed % n] = 0.0F;
  return x;
}

TEST_CASE("Aligner: shared exponent and codes by the definition in double precision", "[align]") {
  for (const FloatFormat& format : {e4m3, e5m2, fp16}) {
    const FloatRounder round(format);
    for (const int width : {2, 3, 4, 7, 8, 12, 24, 25, 0}) {
      for (const Rounding rounding : {Rounding::nearest_even, Rounding::toward_zero}) {
        const Aligner aligner(format, width, rounding);
        const int bits = aligner.magnitude_bits();
        std::size_t wrong = 0;
        for (std::uint64_t seed = 0; seed < 30; ++seed) {
          const std::vector<float> x = group(seed);
          const Aligned a = align(aligner, x, seed % 2 == 0);
          int shared = std::numeric_limits<int>::min();
          for (const float v : x) {
            const double q = std::fabs(static_cast<double>(round(v / a.scale)));
            if (q > 0.0) shared = std::max({shared, std::ilogb(q), format.min_exponent()});
          }
          wrong += static_cast<double>(a.unit) != std::ldexp(1.0, shared - (bits - 1));
          for (std::size_t i = 0; i < x.size(); ++i) {
            const double exact = std::ldexp(static_cast<double>(round(x[i] / a.scale)), bits - 1 - shared);
            const double whole = rounding == Rounding::nearest_even ? std::nearbyint(exact) : std::trunc(exact);
            const double limit = std::ldexp(1.0, bits) - 1.0;
            wrong += static_cast<double>(a.codes[i]) != std::min(std::max(whole, -limit), limit);
          }
        }
        INFO("mantissa bits " << format.mantissa_bits << ", width " << width);
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE("Aligner: the largest element is the format's largest value, exact from mantissa + 1 bits on", "[align]") {
  const std::vector<float> x = {0.3F, -1.7F, 0.002F};
  for (const int width : {4, 5, 9, 0}) {
    const Aligned a = align(Aligner(e4m3, width, Rounding::nearest_even), x);
    CHECK(a.scale == 1.7F / 448.0F);
    CHECK(a.codes[1] * a.unit == -448.0F);
  }
  const Aligned narrow = align(Aligner(e4m3, 3, Rounding::nearest_even), x);  // 14 / 8 to three bits: 7 / 4
  CHECK(narrow.codes[1] == -7.0F);
  const Aligned narrower = align(Aligner(e4m3, 2, Rounding::nearest_even), x);  // 3.5 rounds to 4: clipped to 3
  CHECK(narrower.codes[1] == -3.0F);
}

TEST_CASE("Aligner: the lossless width represents every rounded element, one bit less does not", "[align]") {
  CHECK(Aligner::lossless_bits(e4m3) == 18);
  CHECK(Aligner::lossless_bits(e5m2) == 32);
  CHECK(Aligner::lossless_bits(fp16) == 40);
  for (const FloatFormat& format : {e4m3, e5m2, fp16}) {
    const auto largest = static_cast<float>(format.max()), smallest = static_cast<float>(format.min_subnormal());
    const std::vector<float> x = {largest, smallest, -3.0F * smallest, 1.0F, 0.0F};
    const Aligned a = align(Aligner(format, 0, Rounding::toward_zero), x, false);
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(a.codes[i] * a.unit == x[i]);
    const Aligned less = align(Aligner(format, Aligner::lossless_bits(format) - 1, Rounding::toward_zero), x, false);
    CHECK(less.codes[1] == 0.0F);
  }
}

TEST_CASE("Aligner: integers share their exponent already", "[align]") {
  const std::vector<float> x = {1.0F, -0.51F, 0.0F, 0.126F, -1.0F};
  const Aligner aligner(int8, 3, Rounding::toward_zero);  // width and rounding of alignment do not concern them
  CHECK(aligner.magnitude_bits() == 7);
  const Aligned a = align(aligner, x);
  CHECK(a.unit == 1.0F);
  CHECK(a.scale == 1.0F / 127.0F);
  CHECK(a.codes == std::vector<float>{127.0F, -65.0F, 0.0F, 16.0F, -127.0F});  // 64.77, 16.002
  CHECK(align(Aligner(int4, 0, Rounding::nearest_even), x).codes == std::vector<float>{7.0F, -4.0F, 0.0F, 1.0F, -7.0F});
}

TEST_CASE("Aligner: int8 codes are the float codes", "[align]") {
  const std::vector<float> x = group(3);
  for (const NumberFormat& format : {NumberFormat(e4m3), NumberFormat(e5m2), int8}) {
    const Aligner aligner(format, 7, Rounding::nearest_even);
    const Aligned a = align(aligner, x);
    std::vector<std::int8_t> codes(x.size());
    aligner.encode<std::int8_t>(x, a.scale, a.unit, codes);
    CHECK(std::vector<float>(codes.begin(), codes.end()) == a.codes);
  }
}

TEST_CASE("Aligner: groups of zeros, of subnormals, of the largest floats; fixed scales saturate", "[align]") {
  for (const NumberFormat& format : {NumberFormat(e4m3), NumberFormat(e5m2), NumberFormat(bf16), int8}) {
    const Aligner aligner(format, 7, Rounding::nearest_even);
    const Aligned zeros = align(aligner, {0.0F, -0.0F});
    CHECK(zeros.scale == 1.0F);
    CHECK(zeros.unit == 1.0F);
    CHECK(zeros.codes == std::vector<float>{0.0F, 0.0F});
    for (const float amax : {1e-44F, 1e-38F, 1e-30F, 1.0F, 3.4e38F}) {
      const Aligned a = align(aligner, {amax, 0.0F, -0.5F * amax});
      const double step = static_cast<double>(a.unit) * static_cast<double>(a.scale);
      INFO("largest element " << amax);
      const double error = std::fabs(static_cast<double>(a.codes[0]) * step - static_cast<double>(amax));
      const double rounding = amax < 1e-35F ? 0.125 : 0.01;  // the scale of subnormals is the smallest normal number
      CHECK(error <= std::max(rounding * static_cast<double>(amax), step));
      CHECK(a.codes[1] == 0.0F);
      CHECK(std::fabs(a.codes[0]) <= 127.0F);
    }
  }
  const Aligned saturated = align(Aligner(e4m3, 7, Rounding::nearest_even), {1000.0F, -1.0F}, false);
  CHECK(saturated.codes[0] * saturated.unit == 448.0F);
}

TEST_CASE("Aligner: refuses what its codes cannot hold", "[align]") {
  CHECK_THROWS_WITH(Aligner(e4m3, 41, Rounding::nearest_even), ContainsSubstring("magnitude bits is 41"));
  CHECK_THROWS_WITH(Aligner(bf16, 0, Rounding::nearest_even), ContainsSubstring("expected 1 to 40"));
  CHECK_THROWS_AS(Aligner(NumberFormat::integer(1), 0, Rounding::nearest_even), std::invalid_argument);
  CHECK_THROWS_AS(Aligner(NumberFormat::integer(17), 0, Rounding::nearest_even), std::invalid_argument);
}
