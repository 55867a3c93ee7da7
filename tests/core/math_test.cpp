#include <pim/core/math.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/catch.hpp"

static constexpr float infinity = std::numeric_limits<float>::infinity();

TEST_CASE("round_half_even: as nearbyint on ties, neighbours, large numbers and specials", "[math]") {
  std::size_t different = 0;
  for (std::uint64_t bits = 0; bits < (1ULL << 32); bits += 4099) {
    const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isnan(x)) continue;
    different +=
        std::bit_cast<std::uint32_t>(pim::round_half_even(x)) != std::bit_cast<std::uint32_t>(std::nearbyint(x)) ? 1U
                                                                                                                 : 0U;
  }
  for (int i = -2'000; i <= 2'000; ++i) {
    const float tie = 0.5F * static_cast<float>(i);
    for (const float x : {tie, std::nextafter(tie, -infinity), std::nextafter(tie, infinity)}) {
      different += pim::round_half_even(x) != std::nearbyint(x) ? 1U : 0U;
    }
  }
  CHECK(different == 0);
  CHECK(std::signbit(pim::round_half_even(-0.0F)));
  CHECK(std::signbit(pim::round_half_even(-0.5F)));
  CHECK(pim::round_half_even(-infinity) == -infinity);
  CHECK(std::isnan(pim::round_half_even(std::nanf(""))));
}

TEST_CASE("abs_max: largest magnitude, NaN where there is one", "[math]") {
  CHECK(pim::abs_max(std::vector<float>{}) == 0.0F);
  CHECK(pim::abs_max(std::vector<float>{0.0F, -0.0F}) == 0.0F);
  CHECK(pim::abs_max(std::vector<float>{1.0F, -3.0F, 2.0F}) == 3.0F);
  CHECK(pim::abs_max(std::vector<float>{1e-45F, -0.0F}) == 1e-45F);
  CHECK(pim::abs_max(std::vector<float>{1.0F, -infinity}) == infinity);
  CHECK(std::isnan(pim::abs_max(std::vector<float>{infinity, -std::nanf(""), 1.0F})));
}

TEST_CASE("portable_log: every exponent, and close to one", "[math]") {
  double worst = 0.0;
  const auto compare = [&](float x) {
    const double exact = std::log(static_cast<double>(x));
    worst = std::max(worst, std::fabs(pim::portable_log(x) - exact) / std::max(std::fabs(exact), 1e-30));
  };
  for (std::uint32_t bits = 0x00800000; bits < 0x7f800000; bits += 4099) compare(std::bit_cast<float>(bits));
  for (std::uint32_t bits = 0x3f7f0000; bits < 0x3f810000; bits += 1) compare(std::bit_cast<float>(bits));
  CHECK(worst < 1e-7);
  CHECK(pim::portable_log(1.0F) == 0.0F);
}

TEST_CASE("portable_exp: the whole range, clamped outside", "[math]") {
  double worst = 0.0;
  for (int i = -8'700'000; i <= 8'800'000; i += 7) {
    const auto x = static_cast<float>(1e-5 * i);
    const double exact = std::exp(static_cast<double>(x));
    worst = std::max(worst, std::fabs(pim::portable_exp(x) - exact) / exact);
  }
  CHECK(worst < 1.2e-7);
  CHECK(pim::portable_exp(0.0F) == 1.0F);
  CHECK(pim::portable_exp(-1e9F) == pim::portable_exp(-87.0F));
  CHECK(pim::portable_exp(-infinity) == pim::portable_exp(-87.0F));
  CHECK(pim::portable_exp(infinity) == pim::portable_exp(88.0F));
}

TEST_CASE("portable_sine_cosine: the whole turn", "[math]") {
  double worst = 0.0;
  for (std::uint64_t turn = 0; turn < (1ULL << 32); turn += 4099) {
    const double angle = 6.283185307179586 * static_cast<double>(turn) / 4294967296.0;
    const pim::SineCosine s = pim::portable_sine_cosine(static_cast<std::uint32_t>(turn));
    worst = std::max({worst, std::fabs(s.sine - std::sin(angle)), std::fabs(s.cosine - std::cos(angle))});
  }
  CHECK(worst < 1.3e-7);
  const std::array<std::array<float, 2>, 4> quarters = {{{0.0F, 1.0F}, {1.0F, 0.0F}, {0.0F, -1.0F}, {-1.0F, 0.0F}}};
  for (std::uint32_t q = 0; q < 4; ++q) {
    const pim::SineCosine s = pim::portable_sine_cosine(q << 30);
    CHECK(s.sine == quarters[q][0]);
    CHECK(s.cosine == quarters[q][1]);
  }
}

TEST_CASE("portable functions: the same bits from every compiler, flag and instruction set", "[math]") {
  std::uint64_t h = 0xcbf29ce484222325;
  const auto mix = [&](float v) { h = (h ^ std::bit_cast<std::uint32_t>(v)) * 0x100000001b3; };
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    mix(pim::portable_log(std::bit_cast<float>(0x00800000U + 2130U * i)));
    mix(pim::portable_exp(static_cast<float>(i) * 1.75e-4F));
    const pim::SineCosine s = pim::portable_sine_cosine(4294U * i);
    mix(s.sine);
    mix(s.cosine);
  }
  CHECK(h == 0x16849eb5a09a0397);
}
