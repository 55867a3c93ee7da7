#include <pim/circuit/converter.hpp>

#include <cmath>
#include <limits>
#include <set>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::circuit::Conversion;
using pim::circuit::Converter;
using pim::test::message_of;

TEST_CASE("Converter: 2^bits - 2 steps from -bound to +bound", "[converter]") {
  CHECK(Converter{.bits = 8, .bound = 1.0F}.steps() == 254.0F);
  CHECK(Converter{.bits = 9, .bound = 12.0F}.steps() == 510.0F);
  CHECK(Converter{.bits = 2, .bound = 1.0F}.steps() == 2.0F);
  CHECK(Converter{.bits = 8, .bound = 12.7F}.step() == Approx(0.1));
  for (const int bits : {2, 3, 8}) {
    const Conversion convert(Converter{.bits = bits, .bound = 1.5F});
    std::set<float> values;
    for (int i = -20'000; i <= 20'000; ++i) values.insert(convert(1e-4F * static_cast<float>(i)));
    CHECK(values.size() == static_cast<std::size_t>((1 << bits) - 1));
    CHECK(*values.begin() == -*values.rbegin());
    CHECK(*values.rbegin() == Approx(1.5).epsilon(1e-6));
    CHECK(values.count(0.0F) == 1);
  }
}

TEST_CASE("Conversion: the definition in double precision, at any size", "[converter]") {
  for (const Converter& c : {Converter{.bits = 8, .bound = 1.0F}, Converter{.bits = 5, .bound = 10.0F}}) {
    const Conversion convert(c);
    const double step = 2.0 * static_cast<double>(c.bound) / (std::pow(2.0, c.bits) - 2.0);
    double worst = 0.0;
    for (int i = -30'000; i <= 30'000; ++i) {
      const float v = 0.37e-3F * static_cast<float>(i);
      const double code = std::nearbyint(static_cast<double>(v) / step), limit = std::pow(2.0, c.bits - 1) - 1.0;
      const double exact = std::min(std::max(code, -limit), limit) * step;
      if (std::fabs(static_cast<double>(v) / step - std::floor(static_cast<double>(v) / step) - 0.5) < 1e-4) continue;
      worst = std::max(worst, std::fabs(static_cast<double>(convert(v)) - exact));
    }
    CHECK(worst < 1e-6 * static_cast<double>(c.bound));
  }
}

TEST_CASE("Conversion: ties to even, saturation, specials", "[converter]") {
  const Conversion convert(Converter{.bits = 4, .bound = 7.0F});  // step 1
  CHECK(convert(0.5F) == 0.0F);
  CHECK(convert(1.5F) == 2.0F);
  CHECK(convert(-2.5F) == -2.0F);
  CHECK(convert(6.5F) == 6.0F);
  CHECK(convert(100.0F) == 7.0F);
  CHECK(convert(-std::numeric_limits<float>::infinity()) == -7.0F);
  CHECK(std::isnan(convert(std::nanf(""))));
  CHECK_FALSE(convert.ideal());
  CHECK(Conversion(Converter{.bits = 0}).ideal());
}

TEST_CASE("Converter: refuses what has no codes or no range", "[converter]") {
  CHECK(message_of([] { Converter{.bits = 0, .bound = 1.0F}.validate("adc"); }) == "(no error)");
  CHECK(message_of([] { Converter{.bits = 1, .bound = 1.0F}.validate("adc"); }) == "adc bits is 1, expected 2 to 16");
  CHECK(message_of([] { Converter{.bits = 17, .bound = 1.0F}.validate("adc"); }) == "adc bits is 17, expected 2 to 16");
  CHECK(message_of([] { Converter{.bits = 8, .bound = 0.0F}.validate("adc"); }) == "adc bound must be positive");
  CHECK(message_of([] { Converter{.bits = 8, .bound = std::nanf("")}.validate("adc"); }) ==
        "adc bound must be positive");
}
