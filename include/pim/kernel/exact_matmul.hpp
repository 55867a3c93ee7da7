#pragma once
#include <pim/core/check.hpp>
#include <pim/core/gemm.hpp>
#include <pim/core/parallel.hpp>
#include <pim/kernel/concepts.hpp>
#include <pim/kernel/panel.hpp>

namespace pim::kernel {

/// The product itself, by the library's GEMM policy, in any scalar: the baseline, and what gradients are checked with.
///
/// shapes  w (K, N);  x (M, K);  y (M, N)
/// throws  std::invalid_argument naming the operand whose shape is wrong
template <class T>
class ExactMatmul {
 public:
  void program(ConstMatrixRef_<T> w, const Rng&, cost::Ledger&) { w_ = w; }
  void multiply(const Rows_<T>& x, MatrixRef_<T> y, const Rng&, cost::Ledger&) const { multiply_panels(x, y); }
  void multiply(const mapping::Patches_<T>& x, MatrixRef_<T> y, const Rng&, cost::Ledger&) const {
    multiply_panels(x, y);
  }
  void weights(MatrixRef_<T> w) const {
    require_shape("ExactMatmul::weights: w", w, w_.rows(), w_.cols());
    w = w_;
  }

 private:
  template <class Input>
  void multiply_panels(const Input& x, MatrixRef_<T> y) const {
    require_shape("ExactMatmul::multiply: x", x, x.rows(), w_.rows());
    require_shape("ExactMatmul::multiply: y", y, x.rows(), w_.cols());
    parallel_for_ranges(x.rows(), panel_height(x), [&](Index begin, Index end) {
      Gemm::multiply(panel(x, begin, end - begin).values, w_, y.middleRows(begin, end - begin));
    });
  }

  Matrix_<T> w_;
};

}  // namespace pim::kernel
