#pragma once
#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>
#include <pim/mapping/window.hpp>
#include <pim/nn/products.hpp>

/// Layers that only move the pixels (N H W, C) of images. Each backward function is the transpose of the forward one.
namespace pim::nn {

/// y (N, C H W), channel by channel as PyTorch flattens, from x (N H W, C)
template <class T>
void flatten(ConstMatrixRef_<T> x, MatrixRef_<T> y) {
  const Index channels = x.cols(), pixels = y.cols() / channels;
  require_shape("flatten: y", y, x.rows() / pixels, channels * pixels);
  parallel_for(y.rows(), [&](Index n) {
    Eigen::Map<Matrix_<T>>(y.row(n).data(), channels, pixels) = x.middleRows(n * pixels, pixels).transpose();
  });
}
/// dx (N H W, C) = or += the gradient of x
template <class T>
void flatten_backward(ConstMatrixRef_<T> dy, MatrixRef_<T> dx, Into into = Into::overwrite) {
  const Index channels = dx.cols(), pixels = dy.cols() / channels;
  require_shape("flatten_backward: dy", dy, dx.rows() / pixels, channels * pixels);
  parallel_for(dy.rows(), [&](Index n) {
    const Eigen::Map<const Matrix_<T>> d(dy.row(n).data(), channels, pixels);
    auto rows = dx.middleRows(n * pixels, pixels);
    if (into == Into::add) {
      rows += d.transpose();
    } else {
      rows = d.transpose();
    }
  });
}

/// y = or += x, row by row: of the channels of a part into those of the whole, or back
template <class T>
void copy_channels(ConstMatrixRef_<T> x, MatrixRef_<T> y, Into into = Into::overwrite) {
  require_shape("copy_channels: y", y, x.rows(), x.cols());
  parallel_for_ranges(x.rows(), 256, [&](Index begin, Index end) {
    if (into == Into::add) {
      y.middleRows(begin, end - begin) += x.middleRows(begin, end - begin);
    } else {
      y.middleRows(begin, end - begin) = x.middleRows(begin, end - begin);
    }
  });
}

namespace detail {
/// visit(row of the input, row of the output) for each pixel that a padded shortcut keeps of images of shape `in`
template <class Visit>
void for_each_second_pixel(const mapping::ImageShape& in, Index images, const Visit& visit) {
  const Index height = ceil_div(in.height, 2), width = ceil_div(in.width, 2);
  parallel_for(images * height, [&](Index row) {
    const Index first = (row / height * in.height + 2 * (row % height)) * in.width;
    for (Index x = 0; x < width; ++x) visit(first + 2 * x, row * width + x);
  });
}
}  // namespace detail

/// y (N ceil(H / 2) ceil(W / 2), O) = every second pixel of every second row of x (N H W, C), with (O - C) / 2 channels
/// of zeros in front and behind
/// source  He et al. 2016, arXiv 1512.03385, section 4.2, option A
template <class T>
void padded_shortcut(const mapping::ImageShape& in, ConstMatrixRef_<T> x, MatrixRef_<T> y) {
  const Index images = x.rows() / in.pixels(), before = (y.cols() - in.channels) / 2;
  require_shape("padded_shortcut: x", x, images * in.pixels(), in.channels);
  require_shape("padded_shortcut: y", y, images * ceil_div(in.height, 2) * ceil_div(in.width, 2),
                in.channels + 2 * before);
  detail::for_each_second_pixel(in, images, [&](Index from, Index to) {
    y.row(to).setZero();
    y.row(to).segment(before, in.channels) = x.row(from);
  });
}
/// dx (N H W, C) = or += the gradient of x
template <class T>
void padded_shortcut_backward(const mapping::ImageShape& in, ConstMatrixRef_<T> dy, MatrixRef_<T> dx,
                              Into into = Into::overwrite) {
  const Index images = dx.rows() / in.pixels(), before = (dy.cols() - in.channels) / 2;
  require_shape("padded_shortcut_backward: dx", dx, images * in.pixels(), in.channels);
  require_shape("padded_shortcut_backward: dy", dy, images * ceil_div(in.height, 2) * ceil_div(in.width, 2),
                in.channels + 2 * before);
  if (into == Into::overwrite) dx.setZero();
  detail::for_each_second_pixel(in, images,
                                [&](Index to, Index from) { dx.row(to) += dy.row(from).segment(before, in.channels); });
}

}  // namespace pim::nn
