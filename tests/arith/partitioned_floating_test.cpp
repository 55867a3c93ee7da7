#include <pim/arith/partitioned_floating.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include <pim/arith/reference/published_float.hpp>
#include <pim/core/rng.hpp>
#include <pim/row/routine.hpp>

namespace partitioned = pim::arith::partitioned;
using pim::arith::reference::FloatOperation;
using pim::arith::reference::published_float;
using pim::gate::NotMin3;
using pim::gate::NotNor;

struct Case {
  FloatOperation operation;
  int ne, nm;

  bool with_sign() const { return operation != FloatOperation::add_unsigned; }
  int bits() const { return ne + nm + (with_sign() ? 1 : 0); }
  std::uint64_t exponent(std::uint64_t code) const { return code >> nm & ((1ULL << ne) - 1); }
  bool takes(std::uint64_t x, std::uint64_t y) const {
    const auto subnormal = [&](std::uint64_t code) { return exponent(code) == 0 && (code & ((1ULL << nm) - 1)) != 0; };
    return !subnormal(x) && !subnormal(y) && (operation != FloatOperation::divide || exponent(y) != 0);
  }
};

template <class G>
static pim::row::Program<G> program(const Case& c) {
  switch (c.operation) {
    case FloatOperation::add_unsigned:
      return partitioned::float_add_unsigned<G>(c.ne, c.nm);
    case FloatOperation::add:
      return partitioned::float_add<G>(c.ne, c.nm);
    case FloatOperation::subtract:
      return partitioned::float_subtract<G>(c.ne, c.nm);
    case FloatOperation::multiply:
      return partitioned::float_multiply<G>(c.ne, c.nm);
    default:
      return partitioned::float_divide<G>(c.ne, c.nm);
  }
}

static std::uint64_t draw(const pim::Rng& rng, std::uint64_t i) {
  return std::uint64_t{rng.bits(2 * i)} << 32 | rng.bits(2 * i + 1);
}

/// Where the fields of a number lie: lowest mantissa bit first, sign last.
static std::vector<std::uint16_t> columns(const std::vector<pim::row::Port>& ports, char number) {
  std::vector<std::uint16_t> columns;
  for (const char field : {'m', 'e', 's'}) {
    for (const auto& port : ports) {
      if (port.name == std::string{number, field})
        columns.insert(columns.end(), port.columns.begin(), port.columns.end());
    }
  }
  return columns;
}

/// Rows of operands among garbage whose result differs from the contract's, or whose operands were changed.
template <class G>
static std::size_t wrong(const Case& c, const std::vector<std::uint64_t>& x, const std::vector<std::uint64_t>& y) {
  const pim::row::Routine routine(program<G>(c));
  auto rows = routine.rows(static_cast<pim::Index>(x.size()));
  const pim::Rng rng(3);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows.bytes()) / 8; ++i) rows.block(0)[i] = draw(rng, i);
  const auto x_columns = columns(routine.inputs(), 'x'), y_columns = columns(routine.inputs(), 'y'),
             z_columns = columns(routine.outputs(), 'z');
  rows.store(std::span<const std::uint64_t>(x), x_columns);
  rows.store(std::span<const std::uint64_t>(y), y_columns);
  std::vector<std::uint16_t> kept = x_columns;
  kept.insert(kept.end(), y_columns.begin(), y_columns.end());
  kept.insert(kept.end(), z_columns.begin(), z_columns.end());
  pim::row::run({routine.micro_ops(), static_cast<std::size_t>(routine.columns()), kept}, rows);
  std::vector<std::uint64_t> z(x.size()), x_after(x.size()), y_after(x.size());
  rows.load(x_columns, std::span(x_after));
  rows.load(y_columns, std::span(y_after));
  rows.load(z_columns, std::span(z));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    wrong += x_after[i] != x[i] || y_after[i] != y[i] || z[i] != published_float(c.operation, c.ne, c.nm, x[i], y[i]);
  return wrong;
}

constexpr std::array all_operations{FloatOperation::add_unsigned, FloatOperation::add, FloatOperation::subtract,
                                    FloatOperation::multiply, FloatOperation::divide};

template <class G>
static void check_every_pair(int ne, int nm) {
  for (const FloatOperation operation : all_operations) {
    const Case c{operation, ne, nm};
    std::vector<std::uint64_t> x, y;
    for (std::uint64_t i = 0; i >> c.bits() == 0; ++i) {
      for (std::uint64_t j = 0; j >> c.bits() == 0; ++j) {
        if (c.takes(i, j)) x.push_back(i), y.push_back(j);
      }
    }
    INFO("operation " << static_cast<int>(operation) << " (" << ne << ", " << nm << ")");
    CHECK(wrong<G>(c, x, y) == 0);
  }
}

TEST_CASE("partitioned floats: every pair of small numbers", "[arith][partitioned]") {
  check_every_pair<NotNor>(4, 3);
  check_every_pair<NotNor>(4, 2);
  check_every_pair<NotMin3>(4, 3);
}

/// Half of the pairs are close in exponent, half of the mantissas short: sums that cancel, ties, carries.
TEST_CASE("partitioned floats: random numbers", "[arith][partitioned]") {
  for (const auto& format : {std::pair(5, 10), {8, 7}, {8, 23}, {11, 52}, {4, 5}, {4, 11}, {6, 13}, {7, 29}}) {
    const int ne = format.first, nm = format.second;
    for (const FloatOperation operation : all_operations) {
      const Case c{operation, ne, nm};
      const pim::Rng rng(11);
      std::vector<std::uint64_t> x, y;
      for (std::uint64_t i = 0; i < 100000; ++i) {
        const std::uint64_t mask = ~0ULL >> (64 - c.bits()), kind = draw(rng.at(2), i);
        const auto shorten = [&](std::uint64_t code, std::uint64_t bits) {
          return code & ~((1ULL << bits % static_cast<std::uint64_t>(nm + 1)) - 1);
        };
        std::uint64_t a = draw(rng.at(0), i) & mask, b = draw(rng.at(1), i) & mask;
        if (kind % 2 != 0)
          b = (b & ~(((1ULL << (ne - 2)) - 1) << (nm + 2))) | (a & ((1ULL << (ne - 2)) - 1) << (nm + 2));
        if (kind % 4 > 1) a = shorten(a, kind >> 8), b = shorten(b, kind >> 16);
        if (kind % 64 == 0) b = a;
        if (kind % 64 == 1) b = a ^ 1;
        if (kind % 64 == 2) b = a ^ 1ULL << (c.bits() - 1);
        if (c.takes(a, b)) x.push_back(a), y.push_back(b);
      }
      INFO("operation " << static_cast<int>(operation) << " (" << ne << ", " << nm << ")");
      CHECK(wrong<NotNor>(c, x, y) == 0);
    }
  }
}
