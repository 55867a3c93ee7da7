#pragma once
#ifndef EIGEN_DONT_PARALLELIZE
#define EIGEN_DONT_PARALLELIZE  // products run on our threads (core/parallel.hpp), never on OpenMP's as well
#endif
#include <Eigen/Core>

#include <pim/core/index.hpp>

/// pim: processing-in-memory simulators. Rooms and their order: docs/README.md.
namespace pim {

/// Row-major matrix of any scalar: one row is one input vector, one token or one image.
template <class T>
using Matrix_ = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using RowVector_ = Eigen::Matrix<T, 1, Eigen::Dynamic>;

/// A view of a row-major matrix whose rows may lie apart (a block of a larger matrix). It never copies a block of a
/// float matrix; an expression is evaluated into it.
template <class T>
using ConstMatrixRef_ = Eigen::Ref<const Matrix_<T>, 0, Eigen::OuterStride<>>;
template <class T>
using MatrixRef_ = Eigen::Ref<Matrix_<T>, 0, Eigen::OuterStride<>>;

/// float32 is the host type of tensors.
using Matrix = Matrix_<float>;
using RowVector = RowVector_<float>;
using ConstMatrixRef = ConstMatrixRef_<float>;
using MatrixRef = MatrixRef_<float>;

}  // namespace pim
