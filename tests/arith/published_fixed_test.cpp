#include <pim/arith/published/parallel_fixed.hpp>
#include <pim/arith/published/serial_fixed.hpp>

#include <algorithm>

#include "published_support.hpp"
#include "support/catch.hpp"

namespace published = pim::arith::published;
using published_test::Columns;
using published_test::columns;
using published_test::Program;
using published_test::Random;
using published_test::Rows;
using published_test::Values;
__extension__ using Wide = unsigned __int128;

namespace {

std::uint64_t mask(int n) { return ~0ULL >> (64 - n); }

/// Of two operands x and y: all pairs of 8 bits, or random ones.
struct Pairs {
  Values x, y;
};
Pairs all_pairs() {
  Pairs pairs;
  for (std::uint64_t i = 0; i < 65536; ++i) pairs.x.push_back(i & 255), pairs.y.push_back(i >> 8);
  return pairs;
}
Pairs random_pairs(int n, std::size_t count) {
  Random random(static_cast<std::uint64_t>(n));
  Pairs pairs{{0, mask(n), mask(n), 1}, {0, mask(n), 1, mask(n)}};
  while (pairs.x.size() < count) {
    pairs.x.push_back(random.bits(n) >> random() % static_cast<std::uint64_t>(n));
    pairs.y.push_back(random.bits(n));
  }
  return pairs;
}

/// `low` and, where it is not empty, `high` are the columns of the result; expected(x, y) is its value.
template <class F>
std::size_t mismatches(const Program& program, const Pairs& pairs, const Columns& low, const Columns& high,
                       F expected) {
  Rows rows(program, pairs.x.size());
  rows.store(pairs.x, columns(program, {"x"}));
  rows.store(pairs.y, columns(program, {"y"}));
  rows.run();
  const Values z = rows.load(low), w = rows.load(high);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const Wide found = z[i] | (high.empty() ? Wide{0} : Wide{w[i]} << low.size());
    wrong += found != expected(Wide{pairs.x[i]}, Wide{pairs.y[i]});
  }
  return wrong;
}
void check_add(const Program& program, const Pairs& pairs, int n) {
  CHECK(mismatches(program, pairs, columns(program, {"z"}), {}, [n](Wide x, Wide y) { return (x + y) & mask(n); }) ==
        0);
}
void check_subtract(const Program& program, const Pairs& pairs, int n) {
  CHECK(mismatches(program, pairs, columns(program, {"z"}), {}, [n](Wide x, Wide y) { return (x - y) & mask(n); }) ==
        0);
}
void check_multiply(const Program& program, const Pairs& pairs, bool parallel) {
  Columns low = columns(program, {"z"}), high;
  if (parallel) {
    high = columns(program, {"w"});
  } else {
    high.assign(low.begin() + static_cast<std::ptrdiff_t>(low.size() / 2), low.end());
    low.resize(low.size() / 2);
  }
  CHECK(mismatches(program, pairs, low, high, [](Wide x, Wide y) { return x * y; }) == 0);
}

/// Dividends in two halves, high below d.
struct Divisions {
  Values high, low, d;
};
Divisions random_divisions(int n, std::size_t count) {
  Random random(static_cast<std::uint64_t>(n) + 100);
  Divisions divisions{{0, mask(n) - 1}, {0, mask(n)}, {1, mask(n)}};
  while (divisions.d.size() < count) {
    const std::uint64_t d = std::max<std::uint64_t>(1, random.bits(n) >> random() % static_cast<std::uint64_t>(n));
    divisions.d.push_back(d);
    divisions.high.push_back(random() % d);
    divisions.low.push_back(random.bits(n));
  }
  return divisions;
}
std::size_t division_mismatches(const Program& program, const Divisions& divisions, int n, bool parallel) {
  Rows rows(program, divisions.d.size());
  Columns low = columns(program, {"z"}), high;
  if (parallel) {
    high = columns(program, {"w"});
  } else {
    high.assign(low.begin() + n, low.end());
    low.resize(static_cast<std::size_t>(n));
  }
  rows.store(divisions.low, low);
  rows.store(divisions.high, high);
  rows.store(divisions.d, columns(program, {"d"}));
  rows.run();
  const Values q = rows.load(columns(program, {"q"})), r = rows.load(columns(program, {"r"}));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < q.size(); ++i) {
    const Wide z = Wide{divisions.high[i]} << n | divisions.low[i];
    wrong += q[i] != z / divisions.d[i] || r[i] != z % divisions.d[i];
  }
  return wrong;
}

}  // namespace

TEST_CASE("published fixed point, 8 bits: all pairs", "[arith][published]") {
  const Pairs pairs = all_pairs();
  check_add(published::fixed_add(8), pairs, 8);
  check_add(published::parallel_fixed_add(8), pairs, 8);
  check_subtract(published::fixed_subtract(8), pairs, 8);
  check_subtract(published::parallel_fixed_subtract(8), pairs, 8);
  check_multiply(published::fixed_multiply(8), pairs, false);
  check_multiply(published::parallel_fixed_multiply(8), pairs, true);
}

TEST_CASE("published fixed point, 8 bits: every division whose quotient has 8 bits", "[arith][published]") {
  const Program serial = published::fixed_divide(8), parallel = published::parallel_fixed_divide(8);
  std::size_t wrong = 0, rows = 0;
  for (std::uint64_t d = 1; d < 256; ++d) {
    Divisions divisions;
    for (std::uint64_t z = 0; z < d << 8; ++z) {
      divisions.high.push_back(z >> 8);
      divisions.low.push_back(z & 255);
    }
    divisions.d.assign(divisions.low.size(), d);
    rows += divisions.d.size();
    wrong += division_mismatches(serial, divisions, 8, false) + division_mismatches(parallel, divisions, 8, true);
  }
  CHECK(rows == 255 * 256 / 2 * 256);
  CHECK(wrong == 0);
}

TEST_CASE("published fixed point: random rows of every width", "[arith][published]") {
  for (int n = 1; n <= 64; ++n) {
    CAPTURE(n);
    const Pairs pairs = random_pairs(n, 2000);
    const Divisions divisions = random_divisions(n, 2000);
    check_add(published::fixed_add(n), pairs, n);
    check_add(published::parallel_fixed_add(n), pairs, n);
    check_subtract(published::fixed_subtract(n), pairs, n);
    check_subtract(published::parallel_fixed_subtract(n), pairs, n);
    check_multiply(published::fixed_multiply(n), pairs, false);
    CHECK(division_mismatches(published::fixed_divide(n), divisions, n, false) == 0);
    if (n > 1) check_multiply(published::parallel_fixed_multiply(n), pairs, true);
    if (n > 2) CHECK(division_mismatches(published::parallel_fixed_divide(n), divisions, n, true) == 0);
  }
}

TEST_CASE("published fixed point: widths without a program", "[arith][published]") {
  for (const int n : {-1, 0, 65}) {
    CHECK_THROWS_AS(published::fixed_add(n), std::invalid_argument);
    CHECK_THROWS_AS(published::fixed_subtract(n), std::invalid_argument);
    CHECK_THROWS_AS(published::fixed_multiply(n), std::invalid_argument);
    CHECK_THROWS_AS(published::fixed_divide(n), std::invalid_argument);
    CHECK_THROWS_AS(published::parallel_fixed_add(n), std::invalid_argument);
    CHECK_THROWS_AS(published::parallel_fixed_subtract(n), std::invalid_argument);
  }
  for (const int n : {1, 65}) CHECK_THROWS_AS(published::parallel_fixed_multiply(n), std::invalid_argument);
  for (const int n : {2, 65}) CHECK_THROWS_AS(published::parallel_fixed_divide(n), std::invalid_argument);
}
