#pragma once
#include <algorithm>
#include <cmath>

#include <pim/core/random.hpp>

namespace pim::test {

using MatrixD = Matrix_<double>;

inline MatrixD random_matrix(Index rows, Index cols, std::uint64_t seed, double sigma = 1.0) {
  return sigma * normal_matrix(rows, cols, Rng(seed)).cast<double>();
}

/// Gradient of loss() by each element of `at`, by central differences of two widths, extrapolated (Richardson).
template <class Loss>
MatrixD central_differences(MatrixD& at, const Loss& loss, double h = 1e-3) {
  MatrixD gradient(at.rows(), at.cols());
  for (Index i = 0; i < at.size(); ++i) {
    const double before = at.data()[i];
    const auto difference = [&](double width) {
      at.data()[i] = before + width;
      const double up = loss();
      at.data()[i] = before - width;
      const double down = loss();
      return (up - down) / (2.0 * width);
    };
    gradient.data()[i] = (4.0 * difference(h / 2.0) - difference(h)) / 3.0;
    at.data()[i] = before;
  }
  return gradient;
}

/// |a - b| / max(|b|, floor), Frobenius norms
inline double relative_error(const MatrixD& a, const MatrixD& b, double floor = 1e-6) {
  return (a - b).norm() / std::max(b.norm(), floor);
}

/// Relative error of `gradient` against central differences of loss() by `at`.
template <class Loss>
double gradient_error(MatrixD& at, const MatrixD& gradient, const Loss& loss, double floor = 1e-6) {
  return relative_error(gradient, central_differences(at, loss), floor);
}

}  // namespace pim::test
