#include <pim/arith/floating_compare.hpp>

#include <cmath>

#include <pim/arith/reference/ieee_float.hpp>

#include "arith/floating_harness.hpp"
#include "support/catch.hpp"

using pim::arith::Format;
using pim::arith::SerialWords;
using pim::arith::reference::IeeeFloat;
namespace floating = pim::arith::floating;
namespace ieee = pim::arith::floating::ieee;
using Float = floating::Float<SerialWords>;
using Codes = std::vector<std::uint64_t>;

static void check(const Format& format, const Codes& x, const Codes& y) {
  LogicRun run(static_cast<pim::Index>(x.size()), [&](SerialWords& w) {
    const Float a = floating::input(w, "x", format), b = floating::input(w, "y", format);
    const auto relation = ieee::compare(w, a, b);
    w.output("c", {relation.less, relation.equal, relation.greater, relation.unordered, ieee::less(w, a, b),
                   ieee::equal(w, a, b), ieee::less_equal(w, a, b), ieee::greater(w, a, b),
                   ieee::greater_equal(w, a, b), ieee::unordered(w, a, b)});
    floating::output(w, "l", ieee::minimum(w, a, b));
    floating::output(w, "h", ieee::maximum(w, a, b));
    floating::output(w, "r", ieee::relu(w, a));
    floating::output(w, "a", ieee::absolute(w, a));
    floating::output(w, "n", ieee::negate(w, a));
  });
  run.store(0, x), run.store(1, y);
  run.run();
  const Codes relations = run.load(0), low = run.load(1), high = run.load(2), relu = run.load(3),
              absolute = run.load(4), negated = run.load(5);
  const IeeeFloat oracle(format);
  const std::uint64_t sign = 1ULL << (format.bits() - 1);
  int wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = oracle.codec().decode(x[i]), b = oracle.codec().decode(y[i]);
    const bool unordered = std::isnan(a) || std::isnan(b);
    unsigned expected = 0, place = 0;
    for (const bool relation : {a<b, a == b, a> b, unordered, a<b, a == b, a <= b, a> b, a >= b, unordered})
      expected |= unsigned{relation} << place++;
    wrong += relations[i] != expected ? 1 : 0;
    wrong += low[i] != oracle.minimum(x[i], y[i]) ? 1 : 0;
    wrong += high[i] != oracle.maximum(x[i], y[i]) ? 1 : 0;
    wrong += relu[i] != oracle.maximum(x[i], 0) ? 1 : 0;
    wrong += absolute[i] != (x[i] & ~sign) ? 1 : 0;
    wrong += negated[i] != (x[i] ^ sign) ? 1 : 0;
  }
  CHECK(wrong == 0);
}

TEST_CASE("IEEE comparisons, minimum, maximum and signs: all pairs of small formats", "[arith][floating]") {
  const Format format = GENERATE(as<Format>{}, Format::floating(4, 3), Format::floating(5, 2), Format::floating(2, 1));
  const AllPairs pairs(format.bits());
  check(format, pairs.x, pairs.y);
}
TEST_CASE("IEEE comparisons, minimum, maximum and signs: directed and random pairs", "[arith][floating]") {
  const Format format = GENERATE(as<Format>{}, pim::arith::fp16, pim::arith::fp32, pim::arith::fp64);
  const FloatPairs pairs(format, 20000);
  check(format, pairs.x, pairs.y);
}
TEST_CASE("IEEE minimum and maximum: -0 is below +0, NaN is kept", "[arith][floating]") {
  const IeeeFloat oracle(pim::arith::fp16);
  CHECK(oracle.minimum(0x0000, 0x8000) == 0x8000);
  CHECK(oracle.maximum(0x8000, 0x0000) == 0x0000);
  CHECK(oracle.minimum(0xfc01, 0x3c00) == 0x7e00);
  CHECK(oracle.maximum(0x3c00, 0x7dff) == 0x7e00);
}
