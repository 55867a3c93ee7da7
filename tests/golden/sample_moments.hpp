#pragma once
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <pim/core/rng.hpp>

#include "golden/golden_files.hpp"

namespace pim::test {

/// Draws of several random quantities, held against the moments that they should have. Each comparison allows
/// `standard_errors` standard errors of the estimate and a given width, and returns "" or says what is off.
class SampleMoments {
 public:
  static constexpr double standard_errors = 4.0;

  /// draws (draws, quantities)
  explicit SampleMoments(const Matrix& draws) : draws_(draws.cast<double>()), mean_(draws_.colwise().mean()) {
    draws_.rowwise() -= mean_;
    variance_ = draws_.cwiseAbs2().colwise().mean();
    fourth_ = draws_.cwiseAbs2().cwiseAbs2().colwise().mean();
  }

  /// width: how far a mean may be off besides, in standard deviations
  std::string mean_differences(const std::vector<double>& want, const std::vector<double>& variance,
                               double width = 0.0) const {
    return differences("mean", want, [&](Index i) {
      const double sigma = std::sqrt(variance[static_cast<std::size_t>(i)]);
      return std::pair(mean_(i), sigma * (standard_errors / std::sqrt(n()) + width));
    });
  }
  /// width: how far a variance may be off besides, as a fraction. The standard error comes from the sample's fourth
  /// moment: sqrt(2 / n) of the variance for a Gaussian.
  std::string variance_differences(const std::vector<double>& want, double width = 0.0) const {
    return differences("variance", want, [&](Index i) {
      const double error = std::sqrt((fourth_(i) - variance_(i) * variance_(i)) / n());
      return std::pair(variance_(i), standard_errors * error + width * want[static_cast<std::size_t>(i)]);
    });
  }
  /// of quantity i and quantity offset + i
  std::string covariance_differences(Index offset, const std::vector<double>& want) const {
    return differences("covariance", want, [&](Index i) {
      const double covariance = draws_.col(i).dot(draws_.col(offset + i)) / n();
      const double square = variance_(i) * variance_(offset + i) + covariance * covariance;
      return std::pair(covariance, standard_errors * std::sqrt(square / n()));
    });
  }

 private:
  double n() const { return static_cast<double>(draws_.rows()); }
  /// estimate(i): the estimate and how far it may be off
  template <class Estimator>
  static std::string differences(const char* what, const std::vector<double>& want, const Estimator& estimate) {
    std::string text;
    for (std::size_t i = 0; i < want.size(); ++i) {
      const auto [value, bound] = estimate(static_cast<Index>(i));
      if (std::fabs(value - want[i]) <= bound) continue;
      char line[160];
      std::snprintf(line, sizeof line, "%s [%zu] got %.9g, want %.9g, off by %.3g, bound %.3g\n", what, i, value,
                    want[i], value - want[i], bound);
      text += line;
    }
    return text;
  }

  Matrix_<double> draws_;  // less their mean
  RowVector_<double> mean_, variance_, fourth_;
};

/// What compare(seed) says of a sample, or of a second, independent one where it has something to say of the first.
/// Chance leaves 4 standard errors once in 16,000 comparisons, so once in a few dozen files; not twice.
template <class Compare>
std::string in_two_samples(const Compare& compare) {
  const std::string first = compare(Rng(1));
  return first.empty() ? first : compare(Rng(2));
}

}  // namespace pim::test
