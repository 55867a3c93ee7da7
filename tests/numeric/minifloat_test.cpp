#include <pim/numeric/minifloat.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"

using pim::numeric::Minifloat;
using pim::numeric::Specials;

/// What a code means, by the definition of the formats.
template <int E, int M, Specials S>
static double meaning(std::uint32_t code) {
  const std::uint32_t mantissa = code % (1U << M), exponent = code / (1U << M) % (1U << E), top = (1U << E) - 1U;
  const double sign = code / (1U << (E + M)) == 0 ? 1.0 : -1.0, bias = std::pow(2.0, E - 1) - 1.0;
  if (exponent == top && S == Specials::ieee) return mantissa == 0 ? sign * INFINITY : std::nan("");
  if (exponent == top && S == Specials::nan_only && mantissa == (1U << M) - 1U) return std::nan("");
  const double fraction = mantissa / std::pow(2.0, M);
  return exponent == 0 ? sign * fraction * std::pow(2.0, 1.0 - bias)
                       : sign * (1.0 + fraction) * std::pow(2.0, exponent - bias);
}

/// Every code decodes to its meaning and back; midpoints of neighbours go to the even code, all else to the nearer one.
template <int E, int M, Specials S>
static void check_every_code() {
  using Number = Minifloat<E, M, S>;
  const auto code_of = [](double x) { return Number(static_cast<float>(x)).code(); };
  const std::uint32_t sign = 1U << (E + M);
  std::uint32_t largest = 0;  // code of the largest finite value
  std::size_t wrong = 0;
  for (std::uint32_t code = 0; code < 2U * sign; ++code) {
    const double value = meaning<E, M, S>(code);
    const auto decoded = static_cast<double>(static_cast<float>(Number::from_code(code)));
    if (std::isnan(value)) {
      wrong += std::isnan(decoded) && std::isnan(static_cast<float>(Number(static_cast<float>(decoded)))) ? 0U : 1U;
      continue;
    }
    wrong += decoded == value && std::signbit(decoded) == std::signbit(value) ? 0U : 1U;
    if (std::isinf(value)) continue;
    wrong += code_of(value) == code ? 0U : 1U;
    if (code < sign) largest = code;
  }
  for (std::uint32_t code = 0; code < largest; ++code) {
    const auto middle = static_cast<float>(0.5 * (meaning<E, M, S>(code) + meaning<E, M, S>(code + 1)));
    const std::uint32_t even = code % 2 == 0 ? code : code + 1;
    wrong += code_of(middle) == even && code_of(-middle) == (sign | even) ? 0U : 1U;
    wrong += code_of(std::nextafter(middle, 0.0F)) == code && code_of(std::nextafter(middle, INFINITY)) == code + 1
                 ? 0U
                 : 1U;
  }
  CHECK(wrong == 0);
  const double max = meaning<E, M, S>(largest);
  CHECK(max == Number::format.max());
  CHECK(code_of(1.01 * max) == largest);
  CHECK(code_of(-1e38) == (sign | (E == 8 ? code_of(1e38) : largest)));
  CHECK(code_of(INFINITY) == largest);
  CHECK(code_of(-INFINITY) == (sign | largest));
  CHECK(std::isnan(static_cast<float>(Number(std::nanf("")))) == (S != Specials::none));
}

TEST_CASE("Minifloat: every code of FP8, FP6, FP4", "[minifloat]") {
  check_every_code<4, 3, Specials::nan_only>();
  check_every_code<5, 2, Specials::ieee>();
  check_every_code<3, 2, Specials::none>();
  check_every_code<2, 3, Specials::none>();
  check_every_code<2, 1, Specials::none>();
}

TEST_CASE("Minifloat: every code of other widths", "[minifloat]") {
  check_every_code<4, 3, Specials::ieee>();
  check_every_code<3, 4, Specials::ieee>();
  check_every_code<6, 5, Specials::nan_only>();
  check_every_code<7, 1, Specials::none>();
  check_every_code<2, 12, Specials::ieee>();
}

TEST_CASE("Minifloat: all 65,536 codes of FP16 and of BF16", "[minifloat]") {
  check_every_code<5, 10, Specials::ieee>();
  check_every_code<8, 7, Specials::ieee>();
  std::size_t wrong = 0;
  for (std::uint32_t code = 0; code < 65536; ++code) {  // BF16 is the upper half of float32
    const auto upper_half = std::bit_cast<float>(code << 16);
    const auto decoded = static_cast<float>(pim::numeric::BF16::from_code(code));
    wrong += std::isnan(upper_half) ? !std::isnan(decoded) : upper_half != decoded;
  }
  CHECK(wrong == 0);
}

TEST_CASE("Minifloat: float32 itself comes back bit by bit", "[minifloat]") {
  const pim::Rng rng(1);
  std::size_t wrong = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const std::uint32_t bits = rng.bits(i);
    const auto x = std::bit_cast<float>(bits);
    if (std::isnan(x)) continue;
    wrong += Minifloat<8, 23>(x).code() != bits || static_cast<float>(Minifloat<8, 23>::from_code(bits)) != x;
  }
  CHECK(wrong == 0);
}

TEST_CASE("Minifloat: codes that the specifications print", "[minifloat]") {
  using pim::numeric::E4M3, pim::numeric::E5M2, pim::numeric::FP16;
  CHECK(E4M3(448.0F).code() == 0x7e);
  CHECK(E4M3(1.0F).code() == 0x38);
  CHECK(E4M3(-0x1p-6F).code() == 0x88);
  CHECK(E4M3(0x1p-9F).code() == 0x01);
  CHECK(E4M3(std::nanf("")).code() == 0x7f);
  CHECK(E5M2(57344.0F).code() == 0x7b);
  CHECK(E5M2(1.0F).code() == 0x3c);
  CHECK(E5M2(0x1p-16F).code() == 0x01);
  CHECK(std::isinf(static_cast<float>(E5M2::from_code(0x7c))));
  CHECK(FP16(65504.0F).code() == 0x7bff);
  CHECK(FP16(0x1p-24F).code() == 0x0001);
  CHECK(FP16(-2.0F).code() == 0xc000);
  CHECK(E4M3::from_code(0x138).code() == 0x38);  // bits above the format are not part of it
}
