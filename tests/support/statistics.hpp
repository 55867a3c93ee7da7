#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace pim::test {

/// A number estimated from draws, and its standard deviation over repetitions.
struct Estimate {
  double value;
  double standard_error;
};

/// The bound of the statistical tests: 4.5 standard errors, which a right sampler exceeds once in 150,000 estimates.
/// Seeds are fixed, so that a test that passes once passes always.
inline constexpr double bound_standard_errors = 4.5;

inline bool agrees(const Estimate& estimate, double expected) {
  return std::fabs(estimate.value - expected) <= bound_standard_errors * estimate.standard_error;
}

inline Estimate mean_of(std::span<const float> x) {
  const auto n = static_cast<double>(x.size());
  double sum = 0.0, squares = 0.0;
  for (const float v : x) sum += v;
  for (const float v : x) squares += (v - sum / n) * (v - sum / n);
  return {sum / n, std::sqrt(squares / n / n)};
}
/// Standard error from the fourth moment, so that draws need not be normal.
inline Estimate variance_of(std::span<const float> x) {
  const auto n = static_cast<double>(x.size());
  const double mean = mean_of(x).value;
  double second = 0.0, fourth = 0.0;
  for (const float v : x) {
    const double square = (v - mean) * (v - mean);
    second += square / n;
    fourth += square * square / n;
  }
  return {second, std::sqrt(std::max(fourth - second * second, 0.0) / n)};
}
/// Correlation of independent pairs.
inline Estimate correlation_of(std::span<const float> x, std::span<const float> y) {
  const double mean_x = mean_of(x).value, mean_y = mean_of(y).value;
  double product = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) product += (x[i] - mean_x) * (y[i] - mean_y);
  const auto n = static_cast<double>(x.size());
  return {product / n / std::sqrt(variance_of(x).value * variance_of(y).value), 1.0 / std::sqrt(n)};
}
/// How often something of probability p happened in n independent trials, as a share.
inline Estimate share_of(std::size_t count, std::size_t n, double p) {
  return {static_cast<double>(count) / static_cast<double>(n), std::sqrt(p * (1.0 - p) / static_cast<double>(n))};
}

/// sqrt(n) * largest distance of the empirical distribution from `cdf`; above `kolmogorov_bound` once in 150,000 times.
inline constexpr double kolmogorov_bound = 2.5;
template <class Cdf>
double kolmogorov(std::vector<float> x, const Cdf& cdf) {
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double p = cdf(static_cast<double>(x[i])), rank = static_cast<double>(i);
    distance = std::max({distance, p - rank / n, (rank + 1.0) / n - p});
  }
  return std::sqrt(n) * distance;
}

/// The draws of a sampler whose spread is 3 % too wide: every statistical test has to refuse them.
inline std::vector<float> three_percent_wider(std::span<const float> x) {
  const auto mean = static_cast<float>(mean_of(x).value);
  std::vector<float> wider(x.begin(), x.end());
  for (float& v : wider) v = mean + 1.03F * (v - mean);
  return wider;
}

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x * 0.70710678118654752); }

}  // namespace pim::test
