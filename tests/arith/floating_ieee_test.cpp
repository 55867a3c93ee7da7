#include <pim/arith/floating_ieee.hpp>

#include <bit>
#include <cmath>
#include <functional>

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

enum class Kind { add, subtract, multiply, divide };
static constexpr std::array kinds{Kind::add, Kind::subtract, Kind::multiply, Kind::divide};

static Float apply(SerialWords& w, Kind kind, const Float& x, const Float& y) {
  switch (kind) {
    case Kind::add:
      return ieee::add(w, x, y);
    case Kind::subtract:
      return ieee::subtract(w, x, y);
    case Kind::multiply:
      return ieee::multiply(w, x, y);
    default:
      return ieee::divide(w, x, y);
  }
}
static std::uint64_t expected(const IeeeFloat& oracle, Kind kind, std::uint64_t x, std::uint64_t y) {
  switch (kind) {
    case Kind::add:
      return oracle.add(x, y);
    case Kind::subtract:
      return oracle.subtract(x, y);
    case Kind::multiply:
      return oracle.multiply(x, y);
    default:
      return oracle.divide(x, y);
  }
}
static LogicRun logic(pim::Index rows, Kind kind, const Format& format) {
  return {rows, [&](SerialWords& w) {
            const Float x = floating::input(w, "x", format), y = floating::input(w, "y", format);
            floating::output(w, "z", apply(w, kind, x, y));
          }};
}
static int mismatches(Kind kind, const Format& format, const Codes& x, const Codes& y) {
  LogicRun run = logic(static_cast<pim::Index>(x.size()), kind, format);
  run.store(0, x), run.store(1, y);
  run.run();
  const Codes z = run.load();
  const IeeeFloat oracle(format);
  int wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) wrong += z[i] != expected(oracle, kind, x[i], y[i]) ? 1 : 0;
  return wrong;
}

TEST_CASE("IEEE floating point: all pairs of small formats", "[arith][floating]") {
  const auto [exponent_bits, mantissa_bits] =
      GENERATE(std::pair{4, 3}, std::pair{5, 2}, std::pair{3, 4}, std::pair{3, 3}, std::pair{2, 1}, std::pair{2, 5},
               std::pair{5, 1});
  const Format format = Format::floating(exponent_bits, mantissa_bits);
  const AllPairs pairs(format.bits());
  for (const Kind kind : kinds) {
    INFO(name(format) << " operation " << static_cast<int>(kind));
    CHECK(mismatches(kind, format, pairs.x, pairs.y) == 0);
  }
}

TEST_CASE("IEEE floating point: directed and random pairs of wide formats", "[arith][floating]") {
  const Format format =
      GENERATE(as<Format>{}, pim::arith::fp32, pim::arith::fp64, Format::floating(3, 24), Format::floating(8, 2));
  const FloatPairs pairs(format, 50000);
  for (const Kind kind : kinds) {
    INFO(name(format) << " operation " << static_cast<int>(kind));
    CHECK(mismatches(kind, format, pairs.x, pairs.y) == 0);
  }
}

/// Every 509th x with all y.
template <class Operation>
static int mismatches_of_16_bits(Kind kind, const Format& format, Operation on_doubles) {
  const IeeeFloat oracle(format);
  Codes y;
  std::vector<double> values;
  for (std::uint64_t code = 0; code < 65536; ++code) y.push_back(code), values.push_back(oracle.codec().decode(code));
  LogicRun run = logic(65536, kind, format);
  run.store(1, y);
  std::vector<std::uint16_t> codes(y.size());
  int wrong = 0;
  for (std::uint64_t x = 0; x < 65536; x += 509) {
    run.fill(0, x);
    run.run();
    oracle.run(on_doubles, x, std::span<const double>(values), std::span<std::uint16_t>(codes));
    if (run.load<std::uint16_t>() != codes) ++wrong;
  }
  return wrong;
}
TEST_CASE("IEEE floating point: a sample of all pairs of fp16 and bf16", "[arith][floating]") {
  const Format format = GENERATE(as<Format>{}, pim::arith::fp16, pim::arith::bf16);
  CHECK(mismatches_of_16_bits(Kind::add, format, std::plus<>()) == 0);
  CHECK(mismatches_of_16_bits(Kind::subtract, format, std::minus<>()) == 0);
  CHECK(mismatches_of_16_bits(Kind::multiply, format, std::multiplies<>()) == 0);
  CHECK(mismatches_of_16_bits(Kind::divide, format, std::divides<>()) == 0);
}

static int fma_mismatches(const Format& format, const Codes& x, const Codes& y, const Codes& z) {
  LogicRun run(static_cast<pim::Index>(x.size()), [&](SerialWords& w) {
    const Float a = floating::input(w, "x", format), b = floating::input(w, "y", format),
                c = floating::input(w, "z", format);
    floating::output(w, "r", ieee::fused_multiply_add(w, a, b, c));
  });
  run.store(0, x), run.store(1, y), run.store(2, z);
  run.run();
  const Codes r = run.load();
  const IeeeFloat oracle(format);
  int wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) wrong += r[i] != oracle.fused_multiply_add(x[i], y[i], z[i]) ? 1 : 0;
  return wrong;
}
TEST_CASE("IEEE fused multiply-add: all triples of formats of up to six bits", "[arith][floating]") {
  const auto [exponent_bits, mantissa_bits] =
      GENERATE(std::pair{3, 2}, std::pair{2, 3}, std::pair{4, 1}, std::pair{2, 1});
  const Format format = Format::floating(exponent_bits, mantissa_bits);
  const int bits = format.bits();
  Codes x, y, z;
  for (std::uint64_t i = 0; i < 1ULL << (3 * bits); ++i) {
    const std::uint64_t mask = (1ULL << bits) - 1;
    x.push_back(i >> (2 * bits)), y.push_back(i >> bits & mask), z.push_back(i & mask);
  }
  CHECK(fma_mismatches(format, x, y, z) == 0);
}
TEST_CASE("IEEE fused multiply-add: directed and random triples", "[arith][floating]") {
  const Format format = GENERATE(as<Format>{}, pim::arith::fp16, pim::arith::bf16, pim::arith::fp32, pim::arith::fp64);
  FloatPairs pairs(format, 50000);
  const IeeeFloat oracle(format);
  std::mt19937_64 random(1);
  Codes z = directed_codes(format);
  const std::size_t directed = z.size();
  z.resize(pairs.x.size());
  for (std::size_t i = directed; i < z.size(); ++i) {
    const std::uint64_t product = oracle.multiply(pairs.x[i], pairs.y[i]);
    const std::uint64_t sign = 1ULL << (format.bits() - 1);
    // all distances from the product, also where z cancels it to its last bits
    const std::uint64_t near =
        product + (random() % static_cast<unsigned>(2 * format.mantissa_bits + 8) << format.mantissa_bits) -
        (static_cast<std::uint64_t>(format.mantissa_bits + 4) << format.mantissa_bits);
    z[i] = i % 4 == 0 ? product ^ sign : i % 4 == 1 ? z[random() % directed] : (near ^ random() % 16) & (2 * sign - 1);
  }
  CHECK(fma_mismatches(format, pairs.x, pairs.y, z) == 0);
}

TEST_CASE("IeeeFloat: is the host's float and double where those exist", "[arith][floating][reference]") {
  const IeeeFloat oracle(pim::arith::fp32);
  const FloatPairs pairs(pim::arith::fp32, 100000);
  const auto value = [](std::uint64_t code) { return std::bit_cast<float>(static_cast<std::uint32_t>(code)); };
  const auto code = [](float x) -> std::uint64_t {
    return std::isnan(x) ? 0x7fc00000U : std::bit_cast<std::uint32_t>(x);
  };
  int wrong = 0;
  for (std::size_t i = 0; i < pairs.x.size(); ++i) {
    const float x = value(pairs.x[i]), y = value(pairs.y[i]), z = value(pairs.x[pairs.x.size() - 1 - i]);
    wrong += oracle.add(pairs.x[i], pairs.y[i]) != code(x + y) ? 1 : 0;
    wrong += oracle.subtract(pairs.x[i], pairs.y[i]) != code(x - y) ? 1 : 0;
    wrong += oracle.multiply(pairs.x[i], pairs.y[i]) != code(x * y) ? 1 : 0;
    wrong += oracle.divide(pairs.x[i], pairs.y[i]) != code(x / y) ? 1 : 0;
    wrong += oracle.fused_multiply_add(pairs.x[i], pairs.y[i], code(z)) != code(std::fma(x, y, z)) ? 1 : 0;
  }
  CHECK(wrong == 0);
}
TEST_CASE("IeeeCodec: codes are values and values are codes", "[arith][floating][reference]") {
  const auto [format, one, max, least] = GENERATE(std::tuple{pim::arith::fp16, 0x3c00U, 65504.0, 0x1p-24},
                                                  std::tuple{pim::arith::bf16, 0x3f80U, 0x1.fep127, 0x1p-133},
                                                  std::tuple{Format::floating(4, 3), 0x38U, 240.0, 0x1p-9});
  const pim::arith::reference::IeeeCodec codec(format);
  const std::uint64_t infinity = ((1ULL << format.exponent_bits) - 1) << format.mantissa_bits;
  CHECK(codec.decode(one) == 1.0);
  CHECK(codec.decode(infinity - 1) == max);
  CHECK(codec.decode(1) == least);
  CHECK(codec.encode(least / 2) == 0);  // a tie to even
  CHECK(codec.encode(std::nextafter(least / 2, 1.0)) == 1);
  CHECK(codec.encode(1e300) == infinity);
  CHECK(codec.encode(std::nan("7")) == (infinity | 1U << (format.mantissa_bits - 1)));
  int wrong = 0;
  for (std::uint64_t c = 0; c < 1ULL << format.bits(); ++c)
    wrong += !std::isnan(codec.decode(c)) && codec.encode(codec.decode(c)) != c ? 1 : 0;
  CHECK(wrong == 0);
}
