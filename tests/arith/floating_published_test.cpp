#include <pim/arith/floating_published.hpp>

#include <functional>

#include <pim/arith/reference/published_codec.hpp>
#include <pim/arith/reference/published_float.hpp>

#include "arith/floating_harness.hpp"
#include "support/catch.hpp"

using pim::arith::Format;
using pim::arith::SerialWords;
using pim::arith::reference::FloatOperation;
using pim::arith::reference::published_float;
using pim::arith::reference::PublishedCodec;
namespace floating = pim::arith::floating;
using Float = floating::Float<SerialWords>;

static Float apply(SerialWords& w, FloatOperation operation, const Float& x, const Float& y) {
  switch (operation) {
    case FloatOperation::add_unsigned:
      return floating::published::add_unsigned(w, x, y);
    case FloatOperation::add:
      return floating::published::add(w, x, y);
    case FloatOperation::subtract:
      return floating::published::subtract(w, x, y);
    case FloatOperation::multiply:
      return floating::published::multiply(w, x, y);
    default:
      return floating::published::divide(w, x, y);
  }
}
static LogicRun logic(pim::Index rows, FloatOperation operation, const Format& format) {
  return {rows, [&](SerialWords& w) {
            if (operation == FloatOperation::add_unsigned) {
              const Float x = floating::input_unsigned(w, "x", format), y = floating::input_unsigned(w, "y", format);
              floating::output_unsigned(w, "z", apply(w, operation, x, y));
            } else {
              const Float x = floating::input(w, "x", format), y = floating::input(w, "y", format);
              floating::output(w, "z", apply(w, operation, x, y));
            }
          }};
}
static bool is_specified(FloatOperation operation, const Format& format, std::uint64_t x, std::uint64_t y) {
  const std::uint64_t ones = (1ULL << format.mantissa_bits) - 1, top = (1ULL << format.exponent_bits) - 1;
  const auto has_exponent = [&](std::uint64_t code) { return (code >> format.mantissa_bits & top) != 0; };
  const auto is_subnormal = [&](std::uint64_t code) { return !has_exponent(code) && (code & ones) != 0; };
  if (is_subnormal(x) || is_subnormal(y)) return false;
  return operation != FloatOperation::divide || has_exponent(y);
}
/// Rows whose result is wrong, and in `checked` rows whose result is specified.
static int mismatches(FloatOperation operation, const Format& format, const std::vector<std::uint64_t>& x,
                      const std::vector<std::uint64_t>& y, int& checked) {
  LogicRun run = logic(static_cast<pim::Index>(x.size()), operation, format);
  run.store(0, x), run.store(1, y);
  run.run();
  const auto z = run.load();
  int wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!is_specified(operation, format, x[i], y[i])) continue;
    ++checked;
    if (z[i] != published_float(operation, format.exponent_bits, format.mantissa_bits, x[i], y[i])) ++wrong;
  }
  return wrong;
}
static constexpr std::array operations{FloatOperation::add_unsigned, FloatOperation::add, FloatOperation::subtract,
                                       FloatOperation::multiply, FloatOperation::divide};

TEST_CASE("Published floating point: all pairs of small formats", "[arith][floating]") {
  const auto [exponent_bits, mantissa_bits] =
      GENERATE(std::pair{4, 3}, std::pair{5, 2}, std::pair{3, 4}, std::pair{3, 3}, std::pair{2, 1}, std::pair{2, 5});
  const Format format = Format::floating(exponent_bits, mantissa_bits);
  for (const FloatOperation operation : operations) {
    const AllPairs pairs(format.bits() - (operation == FloatOperation::add_unsigned ? 1 : 0));
    int checked = 0;
    INFO(name(format) << " operation " << static_cast<int>(operation));
    CHECK(mismatches(operation, format, pairs.x, pairs.y, checked) == 0);
    CHECK(checked > static_cast<int>(pairs.x.size() / 9));  // e2m5 has 31 subnormals of 64 magnitudes
  }
}

TEST_CASE("Published floating point: directed and random pairs of wide formats", "[arith][floating]") {
  const Format format =
      GENERATE(as<Format>{}, pim::arith::fp32, pim::arith::fp64, Format::floating(3, 40), Format::floating(11, 2));
  FloatPairs pairs(format, 20000);
  for (const FloatOperation operation : operations) {
    if (operation == FloatOperation::add_unsigned) {
      FloatPairs unsigned_pairs = pairs;
      for (auto* codes : {&unsigned_pairs.x, &unsigned_pairs.y}) {
        for (std::uint64_t& code : *codes) code &= (1ULL << (format.bits() - 1)) - 1;
      }
      int checked = 0;
      CHECK(mismatches(operation, format, unsigned_pairs.x, unsigned_pairs.y, checked) == 0);
      continue;
    }
    int checked = 0;
    INFO(name(format) << " operation " << static_cast<int>(operation));
    CHECK(mismatches(operation, format, pairs.x, pairs.y, checked) == 0);
    CHECK(checked > 20000);
  }
}

/// Every 509th x with all y.
template <class Operation>
static int mismatches_of_16_bits(FloatOperation operation, const Format& format, Operation on_doubles) {
  const PublishedCodec codec(format);
  const std::uint64_t one = static_cast<std::uint64_t>(format.bias()) << format.mantissa_bits;
  std::vector<std::uint64_t> y;
  for (std::uint64_t code = 0; code < 65536; ++code) {
    if (is_specified(operation, format, one, code)) y.push_back(code);
  }
  std::vector<double> values;
  for (const std::uint64_t code : y) values.push_back(codec.decode(code));
  LogicRun run = logic(static_cast<pim::Index>(y.size()), operation, format);
  run.store(1, y);
  std::vector<std::uint16_t> expected(y.size());
  int wrong = 0;
  for (std::uint64_t x = 0; x < 65536; x += 509) {
    if (!is_specified(operation, format, x, one)) continue;
    run.fill(0, x);
    run.run();
    codec.run(on_doubles, x, std::span<const double>(values), std::span<std::uint16_t>(expected));
    if (run.load<std::uint16_t>() != expected) ++wrong;
  }
  return wrong;
}
TEST_CASE("Published floating point: a sample of all pairs of fp16 and bf16", "[arith][floating]") {
  const Format format = GENERATE(as<Format>{}, pim::arith::fp16, pim::arith::bf16);
  CHECK(mismatches_of_16_bits(FloatOperation::add, format, std::plus<>()) == 0);
  CHECK(mismatches_of_16_bits(FloatOperation::subtract, format, std::minus<>()) == 0);
  CHECK(mismatches_of_16_bits(FloatOperation::multiply, format, std::multiplies<>()) == 0);
  CHECK(mismatches_of_16_bits(FloatOperation::divide, format, std::divides<>()) == 0);
}

TEST_CASE("PublishedCodec: agrees with exact integer arithmetic on all pairs", "[arith][floating][reference]") {
  const Format format = GENERATE(as<Format>{}, Format::floating(4, 3), Format::floating(3, 4), Format::floating(8, 1));
  const PublishedCodec codec(format);
  const AllPairs pairs(format.bits());
  std::vector<double> values;
  for (const std::uint64_t code : pairs.y) values.push_back(codec.decode(code));
  int wrong = 0;
  const auto check = [&](FloatOperation operation, auto on_doubles) {
    for (std::size_t i = 0; i < pairs.x.size(); ++i) {
      if (!is_specified(operation, format, pairs.x[i], pairs.y[i])) continue;
      const std::uint64_t code = codec.encode(on_doubles(codec.decode(pairs.x[i]), values[i]));
      if (code != published_float(operation, format.exponent_bits, format.mantissa_bits, pairs.x[i], pairs.y[i]))
        ++wrong;
    }
  };
  check(FloatOperation::add, std::plus<>());
  check(FloatOperation::subtract, std::minus<>());
  check(FloatOperation::multiply, std::multiplies<>());
  check(FloatOperation::divide, std::divides<>());
  CHECK(wrong == 0);
}

TEST_CASE("Floating point: formats out of range are named", "[arith][floating]") {
  pim::arith::Circuit circuit;
  SerialWords w(circuit);
  CHECK_THROWS_WITH(floating::input(w, "x", Format::floating(1, 3)),
                    ContainsSubstring("exponent bits is 1, expected 2"));
  CHECK_THROWS_WITH(floating::input(w, "x", Format::floating(12, 3)), ContainsSubstring("expected 2 to 11"));
  CHECK_THROWS_WITH(floating::input(w, "x", Format::floating(5, 0)), ContainsSubstring("mantissa bits is 0"));
  CHECK_THROWS_WITH(floating::input_unsigned(w, "x", Format::floating(5, 53)), ContainsSubstring("expected 1 to 52"));
  CHECK_THROWS_WITH(floating::input(w, "x", pim::arith::int8), ContainsSubstring("floating-point format"));
}
