#pragma once
#include <algorithm>
#include <cmath>

#include <pim/core/matrix.hpp>

namespace pim::test {

/// x (M, K) * w (K, N) in double precision, by three loops.
template <class X, class W>
Matrix_<double> plain_product(const X& x, const W& w) {
  Matrix_<double> y(x.rows(), w.cols());
  for (Index r = 0; r < x.rows(); ++r) {
    for (Index c = 0; c < w.cols(); ++c) {
      double sum = 0.0;
      for (Index k = 0; k < x.cols(); ++k) sum += static_cast<double>(x(r, k)) * static_cast<double>(w(k, c));
      y(r, c) = sum;
    }
  }
  return y;
}

/// max |y - expected| / max |expected|; NaN where y has one
template <class Expected>
double largest_error(const Matrix& y, const Expected& expected) {
  double difference = 0.0, size = 0.0;
  for (Index r = 0; r < y.rows(); ++r) {
    for (Index c = 0; c < y.cols(); ++c) {
      const double e = static_cast<double>(expected(r, c)), d = std::fabs(static_cast<double>(y(r, c)) - e);
      difference = std::isnan(d) ? d : std::max(difference, d);
      size = std::max(size, std::fabs(e));
    }
  }
  return difference / size;
}

}  // namespace pim::test
