#include <pim/arith/floating_convert.hpp>

#include <cmath>

#include <pim/arith/reference/ieee_float.hpp>

#include "arith/floating_harness.hpp"
#include "support/catch.hpp"

using pim::arith::Format;
using pim::arith::SerialWords;
using pim::arith::reference::ieee_from_integer;
using pim::arith::reference::ieee_to_integer;
using pim::arith::reference::IeeeCodec;
namespace floating = pim::arith::floating;
namespace ieee = pim::arith::floating::ieee;
using Codes = std::vector<std::uint64_t>;

/// All codes of up to 16 bits, else directed and random ones, many of them with few significant bits.
static Codes codes_of(const Format& format) {
  Codes codes;
  if (format.bits() <= 16) {
    for (std::uint64_t code = 0; code < 1ULL << format.bits(); ++code) codes.push_back(code);
    return codes;
  }
  codes = FloatPairs(format, 1).x;
  std::mt19937_64 random(2);
  const std::uint64_t top = (1ULL << format.exponent_bits) - 1, bias = top / 2;
  for (int i = 0; i < 50000; ++i) {
    const std::uint64_t exponent = std::min(top, bias - std::min<std::uint64_t>(bias, 160) + random() % 320);
    const std::uint64_t mantissa = random() << (random() % 64) & ((1ULL << format.mantissa_bits) - 1);
    codes.push_back(float_code(format, random() % 2 != 0, exponent, mantissa));
  }
  return codes;
}
static const std::vector<Format>& formats() {
  static const std::vector<Format> formats{Format::floating(2, 1),  Format::floating(4, 3), Format::floating(5, 2),
                                           Format::floating(3, 9),  Format::floating(2, 9), Format::floating(11, 3),
                                           Format::floating(6, 40), pim::arith::fp16,       pim::arith::bf16,
                                           pim::arith::fp32,        pim::arith::fp64};
  return formats;
}

TEST_CASE("IEEE conversions between formats: all codes up to 16 bits, directed and random ones", "[arith][floating]") {
  for (const Format& from : formats()) {
    const Codes x = codes_of(from);
    const IeeeCodec source(from);
    for (const Format& to : formats()) {
      LogicRun run(static_cast<pim::Index>(x.size()), [&](SerialWords& w) {
        floating::output(w, "z", ieee::convert(w, floating::input(w, "x", from), to));
      });
      run.store(0, x);
      run.run();
      const Codes z = run.load();
      const IeeeCodec target(to);
      int wrong = 0;
      for (std::size_t i = 0; i < x.size(); ++i) wrong += z[i] != target.encode(source.decode(x[i])) ? 1 : 0;
      INFO(name(from) << " to " << name(to));
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("IEEE conversions to and from integers: saturate, NaN is 0, one rounding", "[arith][floating]") {
  const bool is_signed = GENERATE(false, true);
  const int bits = GENERATE(1, 2, 3, 8, 16, 32, 63, 64);
  Codes integers;
  std::mt19937_64 random(3);
  for (std::uint64_t i = 0; i < 4096; ++i) {
    const std::uint64_t near_end = ~std::uint64_t{0} << (i % 64) ^ (random() % 4);
    const std::uint64_t value = i < 1024 ? i : i < 2048 ? near_end : random() >> random() % 64 << random() % 64;
    integers.push_back(value & ~0ULL >> (64 - bits));
  }
  for (const Format& format : formats()) {
    INFO(name(format) << ", " << bits << " bits, " << (is_signed ? "signed" : "unsigned"));
    LogicRun from(static_cast<pim::Index>(integers.size()), [&](SerialWords& w) {
      floating::output(w, "z", ieee::from_integer(w, w.input("x", bits), is_signed, format));
    });
    from.store(0, integers);
    from.run();
    const Codes made = from.load();
    int wrong = 0;
    for (std::size_t i = 0; i < integers.size(); ++i)
      wrong += made[i] != ieee_from_integer(format, integers[i], bits, is_signed) ? 1 : 0;
    CHECK(wrong == 0);

    const Codes x = codes_of(format);
    for (const auto rounding : {ieee::Rounding::toward_zero, ieee::Rounding::to_nearest_even}) {
      LogicRun to(static_cast<pim::Index>(x.size()), [&](SerialWords& w) {
        w.output("z", ieee::to_integer(w, floating::input(w, "x", format), bits, is_signed, rounding));
      });
      to.store(0, x);
      to.run();
      const Codes z = to.load();
      wrong = 0;
      for (std::size_t i = 0; i < x.size(); ++i)
        wrong += z[i] != ieee_to_integer(format, x[i], bits, is_signed, rounding == ieee::Rounding::to_nearest_even);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("IEEE conversion oracles: saturation, NaN, ties, one rounding of wide integers", "[arith][floating]") {
  using pim::arith::fp16, pim::arith::fp32, pim::arith::fp64;
  CHECK(ieee_to_integer(fp16, 0x7c00, 8, true, true) == 0x7f);                 // infinity
  CHECK(ieee_to_integer(fp16, 0xfc00, 8, true, true) == 0x80);                 // -infinity
  CHECK(ieee_to_integer(fp16, 0x7e00, 8, true, true) == 0);                    // NaN
  CHECK(ieee_to_integer(fp16, 0xbc00, 8, false, true) == 0);                   // -1
  CHECK(ieee_to_integer(fp16, 0x4100, 8, true, true) == 2);                    // 2.5
  CHECK(ieee_to_integer(fp16, 0x4300, 8, true, true) == 4);                    // 3.5
  CHECK(ieee_to_integer(fp16, 0xc300, 8, true, false) == 0xfd);                // -3.5
  CHECK(ieee_from_integer(fp16, 65520, 32, false) == 0x7c00);                  // a tie with infinity
  CHECK(ieee_from_integer(fp32, 0x7fffffbfffffffff, 64, true) == 0x5effffff);  // just below a tie
  CHECK(ieee_from_integer(fp64, ~0ULL, 64, true) == 0xbff0000000000000);
}
