#include <pim/arith/partitioned_fixed.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include <pim/core/rng.hpp>
#include <pim/row/routine.hpp>

namespace partitioned = pim::arith::partitioned;
using pim::gate::NotMin3;
using pim::gate::NotNor;
using Values = std::map<std::string, std::vector<std::uint64_t>>;

static std::uint64_t draw(const pim::Rng& rng, std::uint64_t i) {
  return std::uint64_t{rng.bits(2 * i)} << 32 | rng.bits(2 * i + 1);
}

/// The operands and outputs of a program in rows whose other cells hold garbage.
template <class Program>
static Values run(const Program& program, const Values& inputs) {
  const pim::row::Routine routine(program);
  const auto count = inputs.begin()->second.size();
  auto rows = routine.rows(static_cast<pim::Index>(count));
  const pim::Rng rng(3);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows.bytes()) / 8; ++i) rows.block(0)[i] = draw(rng, i);
  for (const auto& port : routine.inputs())
    rows.store(std::span<const std::uint64_t>(inputs.at(port.name)), port.columns);
  std::vector<std::uint16_t> kept;
  for (const auto* ports : {&routine.inputs(), &routine.outputs()}) {
    for (const auto& port : *ports) kept.insert(kept.end(), port.columns.begin(), port.columns.end());
  }
  pim::row::run({routine.micro_ops(), static_cast<std::size_t>(routine.columns()), kept}, rows);
  Values outputs;
  for (const auto* ports : {&routine.inputs(), &routine.outputs()}) {
    for (const auto& port : *ports) {
      auto& values = outputs[port.name];
      values.resize(count);
      rows.load(port.columns, std::span<std::uint64_t>(values));
    }
  }
  return outputs;
}

static Values pairs(int bits) {
  Values values;
  for (std::uint64_t x = 0; x >> bits == 0; ++x) {
    for (std::uint64_t y = 0; y >> bits == 0; ++y) values["x"].push_back(x), values["y"].push_back(y);
  }
  return values;
}
static std::uint64_t mask(int bits) { return ~0ULL >> (64 - bits); }
static std::vector<std::uint64_t> draws(int bits, std::uint64_t seed) {
  std::vector<std::uint64_t> values;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const std::uint64_t value = draw(pim::Rng(seed), i), width = i % 7 == 0 ? value >> 58 : 63;
    values.push_back(value & mask(bits) & ~0ULL >> (63 - width));
  }
  return values;
}
__extension__ using Wide = unsigned __int128;

template <class G>
static void check_sums_and_products(int bits, const Values& in) {
  const auto &x = in.at("x"), &y = in.at("y");
  const Values sum = run(partitioned::add<G>(bits), in), difference = run(partitioned::subtract<G>(bits), in),
               product = run(partitioned::multiply<G>(bits), in);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Wide exact = static_cast<Wide>(x[i]) * y[i];
    wrong += sum.at("z")[i] != ((x[i] + y[i]) & mask(bits));
    wrong += difference.at("z")[i] != ((x[i] - y[i]) & mask(bits));
    wrong += product.at("z")[i] != (static_cast<std::uint64_t>(exact) & mask(bits));
    wrong += product.at("w")[i] != (static_cast<std::uint64_t>(exact >> bits) & mask(bits));
  }
  INFO(bits << " bits");
  CHECK(wrong == 0);
  for (const Values& out : {sum, difference, product}) CHECK((out.at("x") == x && out.at("y") == y));
}

/// Dividends are made of the wanted quotients and remainders.
template <class G>
static void check_quotients(int bits, const std::vector<std::uint64_t>& d, std::vector<std::uint64_t> q,
                            std::vector<std::uint64_t> r) {
  Values in;
  for (std::size_t i = 0; i < d.size(); ++i) {
    const std::uint64_t divisor = d[i] == 0 ? 1 : d[i];
    r[i] %= divisor;
    const Wide dividend = static_cast<Wide>(divisor) * q[i] + r[i];
    in["d"].push_back(divisor);
    in["w"].push_back(static_cast<std::uint64_t>(dividend >> bits) & mask(bits));
    in["z"].push_back(static_cast<std::uint64_t>(dividend) & mask(bits));
  }
  const Values out = run(partitioned::divide<G>(bits), in);
  INFO(bits << " bits");
  CHECK(out.at("q") == q);
  CHECK(out.at("r") == r);
  for (const char* name : {"w", "z", "d"}) CHECK(out.at(name) == in.at(name));
}

TEST_CASE("partitioned: sums, differences and products of every pair of small numbers", "[arith][partitioned]") {
  for (const int bits : {1, 2, 3, 4, 5, 6, 7, 8}) check_sums_and_products<NotNor>(bits, pairs(bits));
  check_sums_and_products<NotMin3>(8, pairs(8));
}

TEST_CASE("partitioned: sums, differences and products of random numbers", "[arith][partitioned]") {
  for (const int bits : {9, 11, 13, 15, 16, 24, 27, 31, 32, 33, 53, 63, 64})
    check_sums_and_products<NotNor>(bits, {{"x", draws(bits, 1)}, {"y", draws(bits, 2)}});
}

TEST_CASE("partitioned: every 8-bit quotient and remainder", "[arith][partitioned]") {
  for (const int bits : {1, 2, 5, 8}) {
    std::vector<std::uint64_t> divisors, quotients, remainders;
    for (std::uint64_t d = 1; d >> bits == 0; ++d) {
      for (std::uint64_t q = 0; q >> bits == 0; ++q) {
        for (std::uint64_t r = 0; r < d; ++r) divisors.push_back(d), quotients.push_back(q), remainders.push_back(r);
      }
    }
    check_quotients<NotNor>(bits, divisors, quotients, remainders);
  }
}

TEST_CASE("partitioned: random quotients and remainders", "[arith][partitioned]") {
  for (const int bits : {7, 12, 16, 26, 32, 55, 64})
    check_quotients<NotNor>(bits, draws(bits, 3), draws(bits, 4), draws(bits, 5));
}
