#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>
#include <pim/mapping/window.hpp>
#include <pim/nn/buffer.hpp>
#include <pim/nn/products.hpp>

namespace pim::nn {

/// The pixels along one axis that one output pixel of a pooling takes: first, first + step, ..., `count` of them.
struct PoolBin {
  Index first = 0, count = 0, step = 1;
  Index divisor = 1;  ///< of an average: `count`, or with the padding that lies in the window
};

/// Bins of a window along one axis; padding is left out.
inline std::vector<PoolBin> window_bins(Index length, Index positions, Index kernel, Index stride, Index dilation,
                                        Index before, bool counts_padding) {
  std::vector<PoolBin> bins;
  for (Index i = 0; i < positions; ++i) {
    const Index start = i * stride - before;
    const Index skipped = start < 0 ? ceil_div(-start, dilation) : 0;
    const Index end = start < length ? std::min(kernel, ceil_div(length - start, dilation)) : 0;
    const Index count = std::max<Index>(end - skipped, 0);
    bins.push_back({start + skipped * dilation, count, dilation, counts_padding ? kernel : count});
  }
  return bins;
}
/// PyTorch's bins of adaptive pooling: from floor(i length / count) to ceil((i + 1) length / count).
inline std::vector<PoolBin> adaptive_bins(Index length, Index count) {
  std::vector<PoolBin> bins;
  for (Index i = 0; i < count; ++i) {
    const Index first = i * length / count, end = ceil_div((i + 1) * length, count);
    bins.push_back({first, end - first, 1, end - first});
  }
  return bins;
}

/// Which pixels of an image (C, H, W) go into which output pixel of a pooling.
class PoolGrid {
 public:
  /// throws std::invalid_argument: a window that does not fit, or that lies in the padding alone somewhere
  PoolGrid(const mapping::ImageShape& in, const mapping::Window& window, bool counts_padding) : in_(in) {
    const auto [height, width] = window.positions(in.height, in.width);
    const auto& [kernel, stride, dilation, padding] = window;
    rows_ = window_bins(in.height, height, kernel.height, stride.height, dilation.height, padding.top, counts_padding);
    columns_ = window_bins(in.width, width, kernel.width, stride.width, dilation.width, padding.left, counts_padding);
    require(height > 0 && width > 0, "pooling: the window does not fit the image");
    const auto is_empty = [](const PoolBin& bin) { return bin.count == 0; };
    require(
        std::none_of(rows_.begin(), rows_.end(), is_empty) && std::none_of(columns_.begin(), columns_.end(), is_empty),
        "pooling: a window lies in the padding alone; pad less");
  }
  /// Adaptive, to `out` pixels.
  PoolGrid(const mapping::ImageShape& in, const mapping::Extent& out)
      : in_(in), rows_(adaptive_bins(in.height, out.height)), columns_(adaptive_bins(in.width, out.width)) {
    require(out.height > 0 && out.width > 0, "pooling: needs at least one pixel of output");
  }

  const mapping::ImageShape& in_shape() const { return in_; }
  mapping::ImageShape out_shape() const { return {in_.channels, std::ssize(rows_), std::ssize(columns_)}; }
  /// Elements that all outputs of one image take together.
  Index taps() const {
    const auto sum = [](Index count, const PoolBin& bin) { return count + bin.count; };
    return in_.channels * std::accumulate(rows_.begin(), rows_.end(), Index{0}, sum) *
           std::accumulate(columns_.begin(), columns_.end(), Index{0}, sum);
  }

  /// throws std::invalid_argument unless x holds images and y is of the outputs' shape
  template <class X, class Y>
  Index images(const X& x, const Y& y) const {
    const Index count = x.rows() / in_.pixels();
    require_shape("pooling: x", x, count * in_.pixels(), in_.channels);
    require_shape("pooling: y", y, count * out_shape().pixels(), in_.channels);
    return count;
  }
  /// visit(output row, divisor, each), where each(visit_pixel) calls visit_pixel(input row) for the pixels of that
  /// output, for the outputs of one image.
  template <class Visit>
  void for_each_output(Index image, const Visit& visit) const {
    Index out = image * out_shape().pixels();
    for (const PoolBin& row : rows_) {
      for (const PoolBin& column : columns_) {
        const auto each = [&](const auto& visit_pixel) {
          for (Index i = 0; i < row.count; ++i) {
            const Index line = (image * in_.height + row.first + i * row.step) * in_.width + column.first;
            for (Index j = 0; j < column.count; ++j) visit_pixel(line + j * column.step);
          }
        };
        visit(out++, row.divisor * column.divisor, each);
      }
    }
  }

 private:
  mapping::ImageShape in_;
  std::vector<PoolBin> rows_, columns_;
};

/// y (N Ho Wo, C) = the largest pixel under a window of x (N H W, C), channel by channel; padding is never the largest,
/// a NaN always is.
///
/// state   which pixels were the largest in the last forward pass that kept them; of equal ones the first, as PyTorch
/// throws  std::invalid_argument naming the operand whose shape is wrong
template <class T>
class MaxPool {
 public:
  MaxPool(const mapping::ImageShape& in, const mapping::Window& window) : grid_(in, window, false) {}

  mapping::ImageShape out_shape() const { return grid_.out_shape(); }
  /// Elements that are compared for one image.
  Index taps() const { return grid_.taps(); }

  /// keeps: what the backward pass needs
  void forward(ConstMatrixRef_<T> x, MatrixRef_<T> y, bool keeps) {
    const Index n = x.cols();
    if (keeps) largest_.resize(y.rows(), n);
    parallel_for(grid_.images(x, y), [&](Index image) {
      const Index first_pixel = image * grid_.in_shape().pixels();
      grid_.for_each_output(image, [&](Index out, Index, const auto& each) {
        T* const top = y.row(out).data();
        std::fill_n(top, n, -std::numeric_limits<T>::infinity());
        if (!keeps) {
          each([&](Index pixel) { raise(n, x.row(pixel).data(), top); });
        } else {
          std::int32_t* const where = largest_.row(out);
          std::fill_n(where, n, -1);
          each([&](Index pixel) {
            raise(n, x.row(pixel).data(), static_cast<std::int32_t>(pixel - first_pixel), top, where);
          });
        }
      });
    });
  }
  /// dx (N H W, C) = or += the gradient of x
  void backward(ConstMatrixRef_<T> dy, MatrixRef_<T> dx, Into into = Into::overwrite) const {
    const Index count = grid_.images(dx, dy), pixels = grid_.in_shape().pixels(), outputs = out_shape().pixels();
    require_shape("MaxPool::backward: dy", dy, largest_.rows(), largest_.cols());
    parallel_for(count, [&](Index image) {
      auto d = dx.middleRows(image * pixels, pixels);
      if (into == Into::overwrite) d.setZero();
      for (Index out = image * outputs; out < (image + 1) * outputs; ++out) {
        for (Index c = 0; c < dy.cols(); ++c) d(largest_.row(out)[c], c) += dy(out, c);
      }
    });
  }

 private:
  /// A NaN counts as larger than any number.
  static bool is_larger(T x, T top) { return x > top || x != x; }
  static void raise(Index n, const T* x, T* top) {
    for (Index c = 0; c < n; ++c) top[c] = is_larger(x[c], top[c]) ? x[c] : top[c];
  }
  static void raise(Index n, const T* x, std::int32_t pixel, T* top, std::int32_t* where) {
    for (Index c = 0; c < n; ++c) {
      const bool larger = is_larger(x[c], top[c]) || where[c] < 0;
      top[c] = larger ? x[c] : top[c];
      where[c] = larger ? pixel : where[c];
    }
  }

  PoolGrid grid_;
  Buffer<std::int32_t> largest_;  // (N Ho Wo, C): the pixel within its image
};

/// y (N Ho Wo, C) = the mean of the pixels of x (N H W, C) under a window, or in PyTorch's bins of adaptive pooling.
///
/// throws  std::invalid_argument naming the operand whose shape is wrong
template <class T>
class AveragePool {
 public:
  /// counts_padding: pixels of the padding count as zeros; else they do not count
  AveragePool(const mapping::ImageShape& in, const mapping::Window& window, bool counts_padding)
      : grid_(in, window, counts_padding) {}
  /// Adaptive, to `out` pixels.
  AveragePool(const mapping::ImageShape& in, const mapping::Extent& out) : grid_(in, out) {}

  const mapping::ImageShape& in_shape() const { return grid_.in_shape(); }
  mapping::ImageShape out_shape() const { return grid_.out_shape(); }
  /// Elements that are added up for one image.
  Index taps() const { return grid_.taps(); }

  void forward(ConstMatrixRef_<T> x, MatrixRef_<T> y) const {
    parallel_for(grid_.images(x, y), [&](Index image) {
      grid_.for_each_output(image, [&](Index out, Index divisor, const auto& each) {
        auto mean = y.row(out);
        mean.setZero();
        each([&](Index pixel) { mean += x.row(pixel); });
        mean /= static_cast<T>(divisor);
      });
    });
  }
  /// dx (N H W, C) = or += the gradient of x
  void backward(ConstMatrixRef_<T> dy, MatrixRef_<T> dx, Into into = Into::overwrite) const {
    const Index pixels = in_shape().pixels();
    parallel_for(grid_.images(dx, dy), [&](Index image) {
      if (into == Into::overwrite) dx.middleRows(image * pixels, pixels).setZero();
      grid_.for_each_output(image, [&](Index out, Index divisor, const auto& each) {
        each([&](Index pixel) { dx.row(pixel) += dy.row(out) / static_cast<T>(divisor); });
      });
    });
  }

 private:
  PoolGrid grid_;
};

}  // namespace pim::nn
