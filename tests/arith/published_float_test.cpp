#include <pim/arith/published/parallel_float.hpp>
#include <pim/arith/published/serial_float.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

#include <pim/arith/reference/published_float.hpp>

#include "published_support.hpp"
#include "support/catch.hpp"

namespace published = pim::arith::published;
using Operation = pim::arith::reference::FloatOperation;
using pim::arith::reference::published_float;
using published_test::columns;
using published_test::Program;
using published_test::Random;
using published_test::Rows;
using published_test::Values;

namespace {

struct Format {
  int ne, nm;
  std::uint64_t exponent(std::uint64_t code) const { return code >> nm & ((1ULL << ne) - 1); }
  std::uint64_t fraction(std::uint64_t code) const { return code & ((1ULL << nm) - 1); }
  bool subnormal(std::uint64_t code) const { return exponent(code) == 0 && fraction(code) != 0; }
};
constexpr std::array operations{Operation::add_unsigned, Operation::add, Operation::subtract, Operation::multiply,
                                Operation::divide};

Program program_of(Operation operation, const Format& f, bool parallel) {
  switch (operation) {
    case Operation::add_unsigned:
      return parallel ? published::parallel_float_add_unsigned(f.ne, f.nm) : published::float_add_unsigned(f.ne, f.nm);
    case Operation::add:
      return parallel ? published::parallel_float_add_signed(f.ne, f.nm) : published::float_add_signed(f.ne, f.nm);
    case Operation::subtract:
      return parallel ? published::parallel_float_subtract(f.ne, f.nm) : published::float_subtract(f.ne, f.nm);
    case Operation::multiply:
      return parallel ? published::parallel_float_multiply(f.ne, f.nm) : published::float_multiply(f.ne, f.nm);
    default:
      return parallel ? published::parallel_float_divide(f.ne, f.nm) : published::float_divide(f.ne, f.nm);
  }
}

struct Pairs {
  Values x, y;
};
bool is_specified(Operation operation, const Format& f, std::uint64_t x, std::uint64_t y) {
  return !f.subnormal(x) && !f.subnormal(y) && !(operation == Operation::divide && f.exponent(y) == 0);
}
int code_bits(Operation operation, const Format& f) {
  return f.ne + f.nm + (operation == Operation::add_unsigned ? 0 : 1);
}
Pairs all_pairs(Operation operation, const Format& f) {
  Pairs pairs;
  const std::uint64_t codes = 1ULL << code_bits(operation, f);
  for (std::uint64_t x = 0; x < codes; ++x) {
    for (std::uint64_t y = 0; y < codes; ++y) {
      if (is_specified(operation, f, x, y)) pairs.x.push_back(x), pairs.y.push_back(y);
    }
  }
  return pairs;
}
/// Random fields; half of the pairs with close exponents, some with equal fractions or zeros.
Pairs random_pairs(Operation operation, const Format& f, std::size_t count) {
  Random random(count + static_cast<std::uint64_t>(f.ne));
  const int bits = code_bits(operation, f);
  const std::uint64_t unit = 1ULL << f.nm, exponents = ((1ULL << f.ne) - 1) << f.nm;
  Pairs pairs;
  while (pairs.x.size() < count) {
    const std::uint64_t x = random.bits(bits), kind = random() % 16;
    std::uint64_t y = random.bits(bits);
    if (kind < 8) y = (y & ~exponents) | ((x + (random() % 5) * unit - 2 * unit) & exponents);
    if (kind < 2) y ^= f.fraction(y) ^ f.fraction(x) ^ (random() % 4);
    if (kind == 8) y &= ~(exponents | (unit - 1));
    if (is_specified(operation, f, x, y)) pairs.x.push_back(x), pairs.y.push_back(y);
  }
  return pairs;
}

std::size_t mismatches(Operation operation, const Format& f, const Pairs& pairs, bool parallel) {
  const Program program = program_of(operation, f, parallel);
  const bool with_sign = operation != Operation::add_unsigned;
  const auto code = [&](const char* mantissa, const char* exponent, const char* sign) {
    return with_sign ? columns(program, {mantissa, exponent, sign}) : columns(program, {mantissa, exponent});
  };
  Rows rows(program, pairs.x.size());
  rows.store(pairs.x, code("xm", "xe", "xs"));
  rows.store(pairs.y, code("ym", "ye", "ys"));
  rows.run();
  const Values z = rows.load(code("zm", "ze", "zs"));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < z.size(); ++i)
    wrong += z[i] != published_float(operation, f.ne, f.nm, pairs.x[i], pairs.y[i]);
  return wrong;
}

/// The contract once more, in double: exact for the small formats, but for quotients, which double rounds so finely
/// that rounding again is harmless.
std::uint64_t small_float(Operation operation, const Format& f, std::uint64_t x, std::uint64_t y) {
  const int bias = (1 << (f.ne - 1)) - 1;
  const bool with_sign = operation != Operation::add_unsigned;
  const auto value = [&](std::uint64_t code) {
    if (f.exponent(code) == 0) return 0.0;
    const double magnitude = std::ldexp(1.0 + std::ldexp(static_cast<double>(f.fraction(code)), -f.nm),
                                        static_cast<int>(f.exponent(code)) - bias);
    return with_sign && (code >> (f.ne + f.nm)) != 0 ? -magnitude : magnitude;
  };
  const double a = value(x), b = value(y);
  const double exact = operation == Operation::multiply   ? a * b
                       : operation == Operation::divide   ? a / b
                       : operation == Operation::subtract ? a - b
                                                          : a + b;
  if (exact == 0) return 0;
  int exponent = 0;
  double significand = std::nearbyint(std::ldexp(std::frexp(std::abs(exact), &exponent), f.nm + 1));
  if (significand == std::ldexp(1.0, f.nm + 1)) significand /= 2, ++exponent;
  const int biased = exponent - 1 + bias, top = (1 << f.ne) - 1;
  const std::uint64_t fraction = static_cast<std::uint64_t>(significand) - (1ULL << f.nm);
  if (!with_sign) return (static_cast<std::uint64_t>(biased) & static_cast<std::uint64_t>(top)) << f.nm | fraction;
  if (biased < 0 || biased > top) return 0;
  return std::uint64_t{exact < 0} << (f.ne + f.nm) | static_cast<std::uint64_t>(biased) << f.nm | fraction;
}

/// Against the host's arithmetic, where operands and result are normal numbers of IEEE 754 too.
template <class Float, class Code>
void check_against_host(const Format& f) {
  Random random(1);
  std::size_t compared = 0, wrong = 0;
  const std::uint64_t top = (1ULL << f.ne) - 1;
  for (int i = 0; i < 200000; ++i) {
    const std::uint64_t x = random.bits(1 + f.ne + f.nm);
    std::uint64_t y = random.bits(1 + f.ne + f.nm);
    if (i % 2 == 0)
      y = f.fraction(y) | (((f.exponent(x) + random() % 5) & top) << f.nm) | (y >> (f.ne + f.nm)) << (f.ne + f.nm);
    if (f.exponent(x) % top == 0 || f.exponent(y) % top == 0) continue;
    const auto a = std::bit_cast<Float>(static_cast<Code>(x)), b = std::bit_cast<Float>(static_cast<Code>(y));
    const std::array<Float, 4> results{a + b, a - b, a * b, a / b};
    for (std::size_t k = 0; k < results.size(); ++k) {
      if (!std::isnormal(results[k])) continue;
      ++compared;
      wrong += published_float(operations[k + 1], f.ne, f.nm, x, y) != std::bit_cast<Code>(results[k]);
    }
  }
  CHECK(compared > 500000);
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("published_float: is the contract in double, and the host where that has no special values",
          "[arith][published]") {
  for (const Format& f : {Format{4, 3}, Format{3, 3}, Format{5, 2}}) {
    for (const Operation operation : operations) {
      const Pairs pairs = all_pairs(operation, f);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < pairs.x.size(); ++i)
        wrong += published_float(operation, f.ne, f.nm, pairs.x[i], pairs.y[i]) !=
                 small_float(operation, f, pairs.x[i], pairs.y[i]);
      CHECK(wrong == 0);
    }
  }
  check_against_host<float, std::uint32_t>({8, 23});
  check_against_host<double, std::uint64_t>({11, 52});
  CHECK_THROWS_AS(published_float(Operation::add, 4, 3, 1, 0x08), std::invalid_argument);
  CHECK_THROWS_AS(published_float(Operation::multiply, 4, 3, 0x08, 7), std::invalid_argument);
  CHECK_THROWS_AS(published_float(Operation::divide, 4, 3, 0x08, 0), std::invalid_argument);
}

TEST_CASE("published floating point, small formats: all pairs without subnormals", "[arith][published]") {
  for (const Format& f : {Format{4, 3}, Format{3, 3}}) {
    for (const Operation operation : operations) {
      const Pairs pairs = all_pairs(operation, f);
      CAPTURE(f.ne, f.nm, operation);
      CHECK(mismatches(operation, f, pairs, false) == 0);
      CHECK(mismatches(operation, f, pairs, true) == 0);
    }
  }
}

TEST_CASE("published floating point: random pairs of bf16, fp16, fp32, fp64", "[arith][published]") {
  for (const Format& f : {Format{8, 7}, Format{5, 10}, Format{8, 23}, Format{11, 52}}) {
    for (const Operation operation : operations) {
      const Pairs pairs = random_pairs(operation, f, 20000);
      CAPTURE(f.ne, f.nm, operation);
      CHECK(mismatches(operation, f, pairs, false) == 0);
      CHECK(mismatches(operation, f, pairs, true) == 0);
    }
  }
}

TEST_CASE("published floating point: exponents too narrow for some shifts of the mantissa", "[arith][published]") {
  for (const Operation operation : operations) {
    CAPTURE(operation);
    CHECK(mismatches(operation, {2, 5}, all_pairs(operation, {2, 5}), false) == 0);
    CHECK(mismatches(operation, {3, 9}, random_pairs(operation, {3, 9}, 50000), false) == 0);
    CHECK(mismatches(operation, {3, 5}, all_pairs(operation, {3, 5}), true) == 0);
    CHECK(mismatches(operation, {3, 20}, random_pairs(operation, {3, 20}, 50000), true) == 0);
  }
  // The documented limit of the serial sum.
  CHECK(mismatches(Operation::add, {2, 6}, all_pairs(Operation::add, {2, 6}), false) > 0);
  CHECK(mismatches(Operation::subtract, {2, 6}, all_pairs(Operation::subtract, {2, 6}), false) > 0);
}

TEST_CASE("published floating point: formats without a program", "[arith][published]") {
  const auto throws_for = [](bool parallel, const Format& f) {
    for (const Operation operation : operations)
      CHECK_THROWS_AS(program_of(operation, f, parallel), std::invalid_argument);
  };
  for (const Format& f : {Format{1, 3}, Format{12, 3}, Format{4, 0}, Format{4, 53}}) throws_for(false, f);
  for (const Format& f : {Format{2, 3}, Format{12, 3}, Format{4, 1}, Format{4, 53}}) throws_for(true, f);
}
