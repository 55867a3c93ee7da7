#pragma once
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "golden/golden_files.hpp"

namespace pim::test {

/// Sums of powers of several random quantities that are drawn together.
class SampleMoments {
 public:
  explicit SampleMoments(std::size_t size) : origin_(size), sums_(size) {}

  /// One draw of each.
  void add(std::span<const float> draw) {
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      const auto v = static_cast<double>(draw[i]);
      if (count_ == 0) origin_[i] = v;  // sums of powers lose digits far from the mean
      const double d = v - origin_[i], square = d * d;
      sums_[i].first += d;
      sums_[i].second += square;
      sums_[i].third += square * d;
      sums_[i].fourth += square * square;
    }
    ++count_;
  }

 private:
  struct Sums {
    double first = 0.0, second = 0.0, third = 0.0, fourth = 0.0;
  };
  std::size_t count_ = 0;
  std::vector<double> origin_;
  std::vector<Sums> sums_;
};

}  // namespace pim::test
