#pragma once
#include <algorithm>

#include <pim/core/check.hpp>
#include <pim/core/gemm.hpp>
#include <pim/core/matrix.hpp>
#include <pim/core/parallel.hpp>

/// The products of a linear layer's backward pass. Work is cut by shape into panels of rows of dx, of rows of dw and of
/// columns of db, all in one parallel loop: results do not depend on the number of threads.
namespace pim::nn {

/// What becomes of the old contents of a result.
enum class Into { overwrite, add };

namespace detail {
/// Up to four panels of equal height, whole vectors high and at least `least`: enough to keep threads busy, few enough
/// that the other factor, which a product packs once per panel, costs little.
inline Index panel_height(Index rows, Index least) {
  const Index panels = std::clamp<Index>(rows / least, 1, 4);
  return ceil_div(ceil_div(rows, panels), 16) * 16;
}
inline constexpr Index bias_columns = 256;
}  // namespace detail

/// dx (M, K) = or += dy (M, N) w (K, N)^T
/// dw (K, N) += x (M, K)^T dy (M, N); empty: none
/// db (1, N) += sums of the columns of dy; empty: none
template <class T>
void backward_products(ConstMatrixRef_<T> x, ConstMatrixRef_<T> w, ConstMatrixRef_<T> dy, MatrixRef_<T> dx, Into into,
                       MatrixRef_<T> dw, MatrixRef_<T> db) {
  const Index w_height = detail::panel_height(dw.rows(), 64), x_height = detail::panel_height(dy.rows(), 128);
  const Index w_panels = dw.size() == 0 ? 0 : ceil_div(dw.rows(), w_height), x_panels = ceil_div(dy.rows(), x_height);
  const Index b_panels = ceil_div(db.cols(), detail::bias_columns);
  parallel_for(w_panels + x_panels + b_panels, [&](Index task) {  // the longest first
    if (task < w_panels) {
      const Index begin = task * w_height, count = std::min(w_height, dw.rows() - begin);
      Gemm::multiply_add(x.middleCols(begin, count).transpose(), dy, dw.middleRows(begin, count));
    } else if (task < w_panels + x_panels) {
      const Index begin = (task - w_panels) * x_height, count = std::min(x_height, dy.rows() - begin);
      if (into == Into::add) {
        Gemm::multiply_add(dy.middleRows(begin, count), w.transpose(), dx.middleRows(begin, count));
      } else {
        Gemm::multiply(dy.middleRows(begin, count), w.transpose(), dx.middleRows(begin, count));
      }
    } else {
      const Index begin = (task - w_panels - x_panels) * detail::bias_columns;
      const Index count = std::min(detail::bias_columns, db.cols() - begin);
      for (Index r = 0; r < dy.rows(); ++r) db.row(0).segment(begin, count) += dy.row(r).segment(begin, count);
    }
  });
}

/// b (1, N) += the sums of the columns of y (M, N)
template <class T>
void add_column_sums(ConstMatrixRef_<T> y, MatrixRef_<T> b) {
  parallel_for_ranges(y.cols(), detail::bias_columns, [&](Index begin, Index end) {
    for (Index r = 0; r < y.rows(); ++r) b.row(0).segment(begin, end - begin) += y.row(r).segment(begin, end - begin);
  });
}

/// Adds b (1, N) to every row of y (M, N).
template <class T>
void add_bias(ConstMatrixRef_<T> b, MatrixRef_<T> y) {
  parallel_for_ranges(y.rows(), 64, [&](Index begin, Index end) {
    for (Index r = begin; r < end; ++r) y.row(r) += b.row(0);
  });
}

}  // namespace pim::nn
