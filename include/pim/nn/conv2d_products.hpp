#pragma once
#include <algorithm>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/gemm.hpp>
#include <pim/core/parallel.hpp>
#include <pim/mapping/patches.hpp>
#include <pim/nn/products.hpp>

/// The products of a convolution's backward pass. Work is cut by shape into runs of images: results do not depend on
/// the number of threads.
namespace pim::nn {

/// dx (N H W, C) = or += the patches' gradient dy w^T, each element to the pixel it was gathered from
/// dw (K, O) += patches^T dy
///
/// shapes  patches (N Ho Wo, K) in position_major order;  w (K, O);  dy (N Ho Wo, O)
template <class T>
void conv2d_backward_products(const mapping::Patches_<T>& patches, ConstMatrixRef_<T> w, ConstMatrixRef_<T> dy,
                              MatrixRef_<T> dx, Into into, MatrixRef_<T> dw) {
  constexpr Index panel = 256, most_runs = 8;
  const Index rows = patches.rows_per_image(), pixels = dx.rows() / std::max<Index>(patches.images(), 1);
  const Index run = ceil_div(patches.images(), most_runs), runs = run > 0 ? ceil_div(patches.images(), run) : 0;
  std::vector<Matrix_<T>> partial(static_cast<std::size_t>(runs), Matrix_<T>::Zero(dw.rows(), dw.cols()));
  parallel_for(runs, [&](Index r) {
    const Index first = r * run, end = std::min(patches.images(), first + run);
    Matrix_<T>& sum = partial[static_cast<std::size_t>(r)];
    Matrix_<T> gathered, gradient(panel, w.rows());
    if (into == Into::overwrite) dx.middleRows(first * pixels, (end - first) * pixels).setZero();
    for (Index begin = first * rows; begin < end * rows; begin += panel) {
      const Index count = std::min(panel, end * rows - begin);
      const auto dy_panel = dy.middleRows(begin, count);
      Gemm::multiply_add(patches.panel(begin, count, gathered).values.transpose(), dy_panel, sum);
      Gemm::multiply(dy_panel, w.transpose(), gradient.topRows(count));
      patches.scatter_add(begin, gradient.topRows(count), dx);
    }
  });
  for (const Matrix_<T>& sum : partial) dw += sum;
}

}  // namespace pim::nn
