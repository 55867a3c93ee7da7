#include <pim/numeric/quantized.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"

using namespace pim::numeric;

static constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
static constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

/// Numbers of all sizes, the extremes, and both sides of powers of two.
static std::vector<std::int32_t> numbers() {
  std::vector<std::int32_t> all = {lowest, lowest + 1, highest - 1, highest, 0};
  const pim::Rng rng(3);
  for (int bit = 0; bit < 31; ++bit) {
    for (const std::int32_t near : {-1, 0, 1}) {
      all.push_back((std::int32_t{1} << bit) - 1 + near);
      all.push_back(-(std::int32_t{1} << bit) + 1 - near);
    }
    const auto draw =
        static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(bit), std::uint32_t{1} << 31) >> bit);
    all.push_back(draw);
    all.push_back(-draw);
  }
  return all;
}

TEST_CASE("rounding_doubling_high_multiply: a b / 2^31 to nearest, halves up", "[quantized]") {
  CHECK(rounding_doubling_high_multiply(1 << 30, 1 << 30) == 1 << 29);
  CHECK(rounding_doubling_high_multiply(1, 1 << 30) == 1);   // 0.5
  CHECK(rounding_doubling_high_multiply(-1, 1 << 30) == 0);  // -0.5
  CHECK(rounding_doubling_high_multiply(-3, 1 << 30) == -1);
  CHECK(rounding_doubling_high_multiply(highest, highest) == highest - 1);
  CHECK(rounding_doubling_high_multiply(lowest, highest) == -highest);
  int wrong = 0;
  for (const std::int32_t a : numbers()) {
    for (const std::int32_t b : numbers()) {
      if (a == lowest && b == lowest) continue;
      const std::int64_t product = std::int64_t{a} * b, unit = std::int64_t{1} << 31;
      std::int64_t floor = product / unit, rest = product % unit;
      if (rest < 0) --floor, rest += unit;
      wrong += rounding_doubling_high_multiply(a, b) != floor + (2 * rest >= unit ? 1 : 0);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("rounding_right_shift and rounding_divide: to nearest, halves away from zero", "[quantized]") {
  int wrong = 0;
  for (const std::int32_t x : numbers()) {
    for (int shift = 0; shift < 32; ++shift) {
      wrong += rounding_right_shift(x, shift) != std::lround(std::ldexp(static_cast<double>(x), -shift));
    }
    for (const std::int32_t count : {1, 2, 3, 7, 64, 1 << 20}) {
      if (std::abs(std::int64_t{x}) + count / 2 > highest) continue;
      wrong += rounding_divide(x, count) != std::lround(static_cast<double>(x) / count);
    }
  }
  CHECK(wrong == 0);
  CHECK(rounding_divide(-96, 64) == -2);
  CHECK(rounding_divide(95, 64) == 1);
}

TEST_CASE("fixed_point_factor: 31 bits of mantissa, and what it refuses", "[quantized]") {
  const auto is = [](double value, std::int32_t mantissa, int shift) {
    const FixedPointFactor factor = fixed_point_factor(value);
    return factor.mantissa == mantissa && factor.shift == shift;
  };
  CHECK(is(0.5, 1 << 30, 0));
  CHECK(is(1.0, 1 << 30, 1));
  CHECK(is(0.75, 3 << 29, 0));
  CHECK(is(1.0 - 0x1p-32, 1 << 30, 1));  // a tie, up to the next power of two
  CHECK(is(1.0 - 0x1p-31, highest, 0));
  CHECK(is(0x1p-32, 1 << 30, -31));
  CHECK(is(0x1p-33, 0, 0));
  CHECK(is(0x1.fffffffcp28, highest, 29));
  CHECK(is(0x1.fffffffffp28, 1 << 30, 30));
  CHECK(is(0.1, 1717986918, -3));  // 0.1 * 2^34 = 1717986918.4
  for (const double bad : {0.0, -1.0, 0x1p29, std::nan("")}) {
    CHECK_THROWS_WITH(fixed_point_factor(bad), ContainsSubstring("above 0 and below 2^29"));
  }
}

TEST_CASE("rescale rounds twice", "[quantized]") {
  CHECK(rescale(1, {1 << 30, -1}) == 1);    // 0.25: 0.5 is 1, half of it is 1
  CHECK(rescale(-1, {1 << 30, -1}) == 0);   // -0.25: -0.5 is 0
  CHECK(rescale(-3, {1 << 30, -1}) == -1);  // -0.75: -1.5 is -1, half of it is -1
  CHECK(rescale(100, fixed_point_factor(0.1)) == 10);
  CHECK(rescale(-12345, fixed_point_factor(1.0)) == -12345);
  CHECK(rescale(-12345, fixed_point_factor(3.0)) == -37035);
  CHECK(rescale(highest, fixed_point_factor(0x1p-33)) == 0);
}

TEST_CASE("OutputCodes: the zero point added, clamped to int8 and to the ReLU", "[quantized]") {
  const OutputCodes plain = output_codes({.scale = 1.0, .zero_point = 100}, false);
  CHECK(plain(0) == 100);
  CHECK(plain(27) == 127);
  CHECK(plain(28) == 127);
  CHECK(plain(-228) == -128);
  CHECK(plain(-229) == -128);
  CHECK(plain(highest) == 127);
  CHECK(plain(lowest) == -128);
  const OutputCodes relu = output_codes({.scale = 1.0, .zero_point = -100}, true);
  CHECK(relu(-1) == -100);
  CHECK(relu(1) == -99);
  CHECK(relu(highest) == 127);
  CHECK(relu(lowest) == -100);
}

TEST_CASE("QuantizedAdd: every pair of codes", "[quantized]") {
  const QuantizedAdd same = quantized_add({.scale = 0.3}, {.scale = 0.3}, {.scale = 0.3}, false);
  const QuantizedAdd half = quantized_add({.scale = 0.3}, {.scale = 0.3}, {.scale = 0.6}, false);
  const Quantization a{.scale = 0.039, .zero_point = -128}, b{.scale = 0.104, .zero_point = 4};
  const Quantization out{.scale = 0.051, .zero_point = -100};
  const QuantizedAdd mixed = quantized_add(a, b, out, true);
  int wrong_same = 0, wrong_half = 0;
  double largest_error = 0.0;
  for (int i = int8_min; i <= int8_max; ++i) {
    for (int j = int8_min; j <= int8_max; ++j) {
      const auto x = static_cast<std::int8_t>(i), y = static_cast<std::int8_t>(j);
      wrong_same += same(x, y) != std::clamp(i + j, int8_min, int8_max);
      wrong_half += half(x, y) != std::lround((i + j) / 2.0);
      const double real = (a.scale * (i - a.zero_point) + b.scale * (j - b.zero_point)) / out.scale;
      const double expected = std::clamp(real + out.zero_point, static_cast<double>(out.zero_point), 127.0);
      largest_error = std::max(largest_error, std::fabs(mixed(x, y) - expected));
    }
  }
  CHECK(wrong_same == 0);
  CHECK(wrong_half == 0);
  CHECK(largest_error < 0.5 + 1e-4);  // the roundings before the last are of 2^-20 and smaller
  CHECK(largest_error > 0.4);
  CHECK_THROWS_WITH(quantized_add({.scale = 1.0}, {.scale = 1.0}, {.scale = 0x1p-19}, false),
                    ContainsSubstring("too small for its inputs"));
}
