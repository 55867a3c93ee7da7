// One million draws each (far tails: sixteen million), within the bounds of support/statistics.hpp; seeds are fixed.
#include <pim/core/rng.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "support/catch.hpp"
#include "support/statistics.hpp"

using pim::Rng;
using namespace pim::test;

static constexpr std::size_t n = 1'000'000;

static std::vector<float> normals(const Rng& rng, std::size_t count = n) {
  std::vector<float> x(count);
  rng.normals(0, x);
  return x;
}
static std::vector<float> uniforms(const Rng& rng) {
  std::vector<float> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = rng.uniform(i);
  return x;
}
/// The mean of (x / sigma)^power, whose standard error follows from the moments of a normal.
static Estimate moment(std::span<const float> x, int power, double variance_of_power) {
  double sum = 0.0;
  for (const float v : x) sum += std::pow(static_cast<double>(v), power);
  return {sum / static_cast<double>(x.size()), std::sqrt(variance_of_power / static_cast<double>(x.size()))};
}
static Estimate tail(std::span<const float> x, double beyond) {
  std::size_t count = 0;
  for (const float v : x) count += std::fabs(static_cast<double>(v)) > beyond ? 1U : 0U;
  return share_of(count, x.size(), std::erfc(beyond * 0.70710678118654752));
}

TEST_CASE("Rng::normal: moments, distribution and tails; 3 % off fails", "[rng][statistical]") {
  const std::vector<float> x = normals(Rng(1)), wider = three_percent_wider(x);
  CHECK(agrees(mean_of(x), 0.0));
  CHECK(agrees(variance_of(x), 1.0));
  CHECK(agrees(moment(x, 3, 15.0), 0.0));
  CHECK(agrees(moment(x, 4, 105.0 - 9.0), 3.0));
  CHECK(agrees(moment(x, 6, 10395.0 - 225.0), 15.0));
  CHECK(kolmogorov(x, normal_cdf) < kolmogorov_bound);
  for (const double beyond : {1.0, 2.0, 3.0, 4.0}) CHECK(agrees(tail(x, beyond), std::erfc(beyond / std::sqrt(2.0))));

  CHECK_FALSE(agrees(variance_of(wider), 1.0));
  CHECK_FALSE(agrees(moment(wider, 4, 105.0 - 9.0), 3.0));
  CHECK_FALSE(kolmogorov(wider, normal_cdf) < kolmogorov_bound);
  CHECK_FALSE(agrees(tail(wider, 2.0), std::erfc(std::sqrt(2.0))));
  CHECK_FALSE(agrees(tail(wider, 3.0), std::erfc(3.0 / std::sqrt(2.0))));
  std::vector<float> shifted(x);
  for (float& v : shifted) v += 0.03F;
  CHECK_FALSE(agrees(mean_of(shifted), 0.0));
}

TEST_CASE("Rng::normal: tails beyond five standard deviations, in sixteen million draws", "[rng][statistical]") {
  const std::vector<float> x = normals(Rng(2), 16 * n);
  CHECK(agrees(tail(x, 4.5), std::erfc(4.5 / std::sqrt(2.0))));
  CHECK(agrees(tail(x, 5.0), std::erfc(5.0 / std::sqrt(2.0))));
  CHECK(agrees(mean_of(x), 0.0));
  CHECK(agrees(variance_of(x), 1.0));
}

TEST_CASE("Rng::uniform: moments and distribution; 3 % off fails", "[rng][statistical]") {
  const std::vector<float> x = uniforms(Rng(3)), wider = three_percent_wider(x);
  const auto cdf = [](double u) { return std::min(std::max(u, 0.0), 1.0); };
  CHECK(agrees(mean_of(x), 0.5));
  CHECK(agrees(variance_of(x), 1.0 / 12.0));
  CHECK(kolmogorov(x, cdf) < kolmogorov_bound);
  CHECK_FALSE(agrees(variance_of(wider), 1.0 / 12.0));
  CHECK_FALSE(kolmogorov(wider, cdf) < kolmogorov_bound);
}

TEST_CASE("Rng::bits: each bit is set half of the time, and no pair of bits goes together", "[rng][statistical]") {
  const Rng rng(4);
  std::vector<std::uint32_t> bits(n);
  rng.bits(0, bits);
  for (int b = 0; b < 32; ++b) {
    std::size_t set = 0, with_next = 0;
    for (const std::uint32_t word : bits) {
      set += (word >> b) & 1U;
      with_next += ((word >> b) ^ (word >> ((b + 1) % 32))) & 1U;
    }
    INFO("bit " << b);
    CHECK(agrees(share_of(set, n, 0.5), 0.5));
    CHECK(agrees(share_of(with_next, n, 0.5), 0.5));
    CHECK_FALSE(agrees(share_of(set + set * 3 / 100, n, 0.5), 0.5));
  }
}

TEST_CASE("Rng::below: every value equally often", "[rng][statistical]") {
  const Rng rng(5);
  std::vector<std::size_t> counts(7);
  for (std::size_t i = 0; i < n; ++i) ++counts[rng.below(i, 7)];
  for (const std::size_t count : counts) {
    CHECK(agrees(share_of(count, n, 1.0 / 7.0), 1.0 / 7.0));
    CHECK_FALSE(agrees(share_of(count * 103 / 100, n, 1.0 / 7.0), 1.0 / 7.0));
  }
}

/// Values are uncorrelated, and so are squares.
static void check_independent(const std::vector<float>& x, const std::vector<float>& y) {
  const auto squares = [](std::vector<float> v) {
    for (float& s : v) s *= s;
    return v;
  };
  CHECK(agrees(correlation_of(x, y), 0.0));
  CHECK(agrees(correlation_of(squares(x), squares(y)), 0.0));
}

TEST_CASE("Rng: keys of different seeds, places and calls are independent", "[rng][statistical]") {
  const Rng rng(6);
  const std::vector<float> x = normals(rng.at(0));
  const std::vector<Rng> others = {
      rng, rng.at(1), rng.at(0, 1), rng.at(1, 1), rng.at(1ULL << 32), rng.at(0).at(0), Rng(7).at(0), Rng(7), Rng(0)};
  for (std::size_t i = 0; i < others.size(); ++i) {
    INFO("other key " << i);
    check_independent(x, normals(others[i]));
  }
  check_independent(normals(rng.at(1, 2)), normals(rng.at(2, 1)));
  check_independent(normals(rng.at(1).at(2)), normals(rng.at(2).at(1)));
  check_independent(x, uniforms(rng.at(0)));  // both kinds of draw of one key

  std::vector<float> leaked = normals(rng.at(1));
  std::copy_n(x.begin(), n * 3 / 100, leaked.begin());
  CHECK_FALSE(agrees(correlation_of(x, leaked), 0.0));
}

TEST_CASE("Rng::normal: draws of one key are independent at every distance of a chunk's lanes", "[rng][statistical]") {
  const std::vector<float> x = normals(Rng(8), n + 1024);
  const std::vector<float> start(x.begin(), x.begin() + n);
  for (const std::size_t distance : {1U, 2U, 3U, 4U, 63U, 64U, 65U, 127U, 128U, 192U, 255U, 256U, 257U, 1024U}) {
    INFO("distance " << distance);
    const auto from = x.begin() + static_cast<std::ptrdiff_t>(distance);
    check_independent(start, std::vector<float>(from, from + n));
  }
}
