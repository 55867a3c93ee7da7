#include <pim/row/faults.hpp>

#include <bit>

#include "support/catch.hpp"
#include <pim/core/parallel.hpp>

using pim::row::BitRows;
using pim::row::Faults;
using pim::row::MicroOp;

namespace {

constexpr pim::Index row_count = 1 << 18;
const std::vector<MicroOp> invert{
    {.truth = pim::gate::not_.truth, .fan_in = 1, .fails = true, .out = 1, .in = {0, 0, 0}}};

/// Rows in which NOT of a 0 gave a 0.
pim::Index failures(const Faults& faults, std::uint64_t seed) {
  BitRows rows(row_count, 2);
  pim::row::run_with_faults(invert, rows, faults, pim::Rng(seed));
  pim::Index count = 0;
  for (pim::Index r = 0; r < row_count; ++r) count += rows.get(r, 1) ? 0 : 1;
  return count;
}

}  // namespace

TEST_CASE("Faults: errors come at the rate, within 4 standard errors of 2^18 rows, 3 % more would be seen",
          "[row][faults]") {
  for (const double rate : {0.0163, 0.0506, 0.3, 0.9}) {
    const double expected = rate * row_count, error = std::sqrt(expected * (1 - rate));
    CHECK(std::abs(static_cast<double>(failures(Faults::transient(rate), 5)) - expected) < 4 * error);
    if (rate > 0.05) CHECK(0.03 * expected > 3 * error);
  }
  CHECK(failures(Faults::transient(0.0), 5) == 0);
  CHECK(failures(Faults::transient(1.0), 5) == row_count);
}
TEST_CASE("Faults: the DRAM preset fails a NOT in 1.63 % of rows and no copy", "[row][faults]") {
  const double expected = 0.0163 * row_count;
  CHECK(std::abs(static_cast<double>(failures(Faults::fcdram(), 9)) - expected) < 4 * std::sqrt(expected));
  CHECK(Faults::fcdram().error_rate[pim::gate::copy.truth] == 0.0);
}
TEST_CASE("Faults: the same seed strikes the same rows at any thread count, another seed others", "[row][faults]") {
  const auto run = [](std::uint64_t seed, int threads) {
    pim::set_threads(threads);
    BitRows rows(10000, 2);
    pim::row::run_with_faults(invert, rows, Faults::transient(0.1), pim::Rng(seed));
    pim::set_threads(1);
    std::vector<bool> bits;
    for (pim::Index r = 0; r < rows.rows(); ++r) bits.push_back(rows.get(r, 1));
    return bits;
  };
  CHECK(run(1, 1) == run(1, 2));
  CHECK(run(1, 1) != run(2, 1));
}
TEST_CASE("Faults: stuck cells and stuck gates hold their value", "[row][faults]") {
  BitRows rows(100, 2);
  Faults faults;
  faults.stuck_cells.push_back({1, false});
  pim::row::run_with_faults(invert, rows, faults, pim::Rng(1));
  CHECK_FALSE(rows.get(7, 1));
  faults = {};
  faults.stuck_gates.push_back({0, false});
  pim::row::run_with_faults(invert, rows, faults, pim::Rng(1));
  CHECK_FALSE(rows.get(7, 1));
  faults = {};
  faults.stuck_cells.push_back({0, true});
  pim::row::run_with_faults(invert, rows, faults, pim::Rng(1));
  CHECK_FALSE(rows.get(7, 1));
  CHECK(rows.get(7, 0));
}
TEST_CASE("Faults: rates and places that do not exist are errors", "[row][faults]") {
  BitRows rows(1, 2);
  Faults faults;
  faults.stuck_cells.push_back({2, false});
  CHECK_THROWS_WITH(pim::row::run_with_faults(invert, rows, faults, pim::Rng(1)), ContainsSubstring("stuck cell 2"));
  faults = {};
  faults.stuck_gates.push_back({1, false});
  CHECK_THROWS_WITH(pim::row::run_with_faults(invert, rows, faults, pim::Rng(1)), ContainsSubstring("stuck gate 1"));
  CHECK_THROWS_WITH(pim::row::run_with_faults(invert, rows, Faults::transient(1.5), pim::Rng(1)),
                    ContainsSubstring("error rate"));
}
TEST_CASE("Faults: operations on columns that the rows lack are errors", "[row][faults]") {
  BitRows rows(1, 2);
  for (const MicroOp& op : {MicroOp{.out = 2}, MicroOp{.in = {2, 0, 0}}, MicroOp{.in = {0, 1, 65535}}}) {
    const std::vector<MicroOp> ops{invert[0], op};
    CHECK_THROWS_WITH(pim::row::run_with_faults(ops, rows, {}, pim::Rng(1)),
                      ContainsSubstring("of operation 1 is out of range, expected 0 to 1"));
  }
}
TEST_CASE("Faults: gaps have the geometric distribution at the rarest rates too", "[row][faults]") {
  for (const double rate : {1e-3, 1e-6, 1e-9}) {
    for (int n = 0; n < 2048; ++n) {  // u in the middle of ((1 - rate)^(n + 1), (1 - rate)^n)
      const double above = -std::expm1((n + 0.5) * std::log1p(-rate));
      REQUIRE(pim::row::faulty::gap(static_cast<std::uint64_t>((1.0 - above) * 0x1p53) << 11, rate) == n);
    }
  }
  CHECK(pim::row::faulty::gap(~0ULL, 1e-9) == 0);
  CHECK(pim::row::faulty::gap(0, 1.0) == 0);
  CHECK(pim::row::faulty::gap(0, 1e-9) > 3e10);  // 54 ln 2 / rate
}
TEST_CASE("Faults: rare errors fall on both halves of a block alike, within 5 standard errors of 2^31 bits",
          "[row][faults]") {
  std::array<std::uint64_t, BitRows::block_words> block{};
  std::array<double, 2> hits{};
  for (std::uint64_t key = 0; key < 1 << 20; ++key) {
    pim::row::faulty::flip(block, 1e-6, pim::Rng(3).at(key));
    for (std::size_t i = 0; i < block.size(); ++i) hits[i / (block.size() / 2)] += std::popcount(block[i]);
    block.fill(0);
  }
  const double expected = 1e-6 * 0x1p31;
  CHECK(std::abs(hits[0] + hits[1] - expected) < 5 * std::sqrt(expected));
  for (const double half : hits) CHECK(std::abs(half - expected / 2) < 5 * std::sqrt(expected / 2));
}
