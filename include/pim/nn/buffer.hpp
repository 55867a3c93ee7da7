#pragma once
#include <pim/core/matrix.hpp>

namespace pim::nn {

/// A matrix whose memory only grows: activations of batches of changing shape reuse it.
template <class T>
class Buffer {
 public:
  using View = Eigen::Map<Matrix_<T>, Eigen::AlignedMax>;
  using ConstView = Eigen::Map<const Matrix_<T>, Eigen::AlignedMax>;

  /// Makes it (rows, cols). What it holds is undefined.
  View resize(Index rows, Index cols) {
    if (rows * cols > storage_.size()) storage_.resize(rows * cols);
    rows_ = rows;
    cols_ = cols;
    return view();
  }
  View view() { return {storage_.data(), rows_, cols_}; }
  ConstView view() const { return {storage_.data(), rows_, cols_}; }
  T* row(Index r) { return storage_.data() + r * cols_; }
  const T* row(Index r) const { return storage_.data() + r * cols_; }
  T* data() { return storage_.data(); }
  const T* data() const { return storage_.data(); }
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }

 private:
  Eigen::Matrix<T, Eigen::Dynamic, 1> storage_;
  Index rows_ = 0, cols_ = 0;
};

}  // namespace pim::nn
