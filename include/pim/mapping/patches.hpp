#pragma once
#include <algorithm>

#include <pim/core/check.hpp>
#include <pim/core/rows.hpp>
#include <pim/mapping/window.hpp>

namespace pim::mapping {

/// In which order the inputs of one output pixel stand, and with them the rows of the weights.
enum class PatchOrder {
  position_major,  ///< (kernel row, kernel column, channel): pixels are copied as they lie
  channel_major,   ///< (channel, kernel row, kernel column): as PyTorch's unfold
};

/// The matrix that a convolution multiplies by its weights (im2col): a row per output pixel, image after image, row
/// after row. It is not stored: panels of it are gathered when they are asked for.
///
/// shapes  images (N H W, C);  this matrix (N Ho Wo, kernel height * kernel width * C); zero where a window leaves the
///         image
/// A view: the images must outlive it.
template <class T>
class Patches_ {
 public:
  /// throws std::invalid_argument: images that do not hold whole images of this shape; a window that does not fit
  Patches_(const ConstMatrixRef_<T>& images, const ImageShape& shape, const Window& window,
           PatchOrder order = PatchOrder::position_major)
      : pixels_(images.data()),
        stride_(images.outerStride()),
        images_(shape.pixels() > 0 ? images.rows() / shape.pixels() : 0),
        shape_(shape),
        window_(window),
        out_(window.positions(shape.height, shape.width)),
        order_(order) {
    require_shape("Patches: images", images, images_ * shape.pixels(), shape.channels);
    require(out_.height > 0 && out_.width > 0, "Patches: the window does not fit the image");
  }

  Index rows() const { return images_ * out_.height * out_.width; }
  Index cols() const { return window_.kernel.height * window_.kernel.width * shape_.channels; }
  Index images() const { return images_; }
  /// Rows of one image.
  Index rows_per_image() const { return out_.height * out_.width; }
  bool is_pointwise() const { return window_.is_pointwise(); }

  /// Rows [begin, begin + count), gathered in `storage`, or the images themselves where the window is one pixel. Valid
  /// while both live unchanged.
  Rows_<T> panel(Index begin, Index count, Matrix_<T>& storage) const {
    if (window_.is_pointwise()) {
      using Pixels = Eigen::Map<const Matrix_<T>, 0, Eigen::OuterStride<>>;
      return {Pixels(pixels_ + begin * stride_, count, shape_.channels, Eigen::OuterStride<>(stride_)), begin};
    }
    if (storage.rows() < count || storage.cols() != cols()) storage.resize(count, cols());
    for_each_position(begin, count, [&](Index row, const Position& at) { gather(at, storage.row(row).data()); });
    return {storage.topRows(count), begin};
  }

  /// Adds rows [begin, begin + count) of a gradient of this matrix, in position_major order, to the gradient of the
  /// images (N H W, C).
  void scatter_add(Index begin, ConstMatrixRef_<T> panel, MatrixRef_<T> d_images) const {
    const Index c = shape_.channels;
    for_each_position(begin, panel.rows(), [&](Index row, const Position& at) {
      for_each_pixel(
          at, [&](Index position, Index pixel) { d_images.row(pixel) += panel.row(row).segment(position * c, c); });
    });
  }

 private:
  /// One position of the window: the upper left pixel, which may be outside of the image.
  struct Position {
    Index first_pixel;  ///< of the image in the batch
    Index y, x;
  };

  template <class Visit>
  void for_each_position(Index begin, Index count, const Visit& visit) const {
    Index image = begin / rows_per_image(), y = begin % rows_per_image() / out_.width, x = begin % out_.width;
    for (Index row = 0; row < count; ++row) {
      visit(row, Position{image * shape_.pixels(), y * window_.stride.height - window_.padding.top,
                          x * window_.stride.width - window_.padding.left});
      if (++x < out_.width) continue;
      x = 0;
      if (++y < out_.height) continue;
      y = 0;
      ++image;
    }
  }
  /// visit(position in the kernel, row of images) for the pixels of a window that are inside of the image
  template <class Visit>
  void for_each_pixel(const Position& at, const Visit& visit) const {
    for (Index i = 0; i < window_.kernel.height; ++i) {
      const Index y = at.y + i * window_.dilation.height;
      if (y < 0 || y >= shape_.height) continue;
      for (Index j = 0; j < window_.kernel.width; ++j) {
        const Index x = at.x + j * window_.dilation.width;
        if (x < 0 || x >= shape_.width) continue;
        visit(i * window_.kernel.width + j, at.first_pixel + y * shape_.width + x);
      }
    }
  }
  bool is_inside(const Position& at) const {
    return at.y >= 0 && at.x >= 0 && at.y + (window_.kernel.height - 1) * window_.dilation.height < shape_.height &&
           at.x + (window_.kernel.width - 1) * window_.dilation.width < shape_.width;
  }
  void gather(const Position& at, T* out) const {
    const Index c = shape_.channels, positions = window_.kernel.height * window_.kernel.width;
    const bool inside = is_inside(at);
    if (!inside) std::fill_n(out, cols(), T(0));
    if (order_ == PatchOrder::channel_major) {
      for_each_pixel(at, [&](Index position, Index pixel) {
        const T* in = pixels_ + pixel * stride_;
        for (Index channel = 0; channel < c; ++channel) out[channel * positions + position] = in[channel];
      });
    } else if (inside && stride_ == c && window_.dilation.width == 1) {  // a row of the window lies in one piece
      for (Index i = 0; i < window_.kernel.height; ++i) {
        const Index pixel = at.first_pixel + (at.y + i * window_.dilation.height) * shape_.width + at.x;
        std::copy_n(pixels_ + pixel * c, window_.kernel.width * c, out + i * window_.kernel.width * c);
      }
    } else {
      for_each_pixel(
          at, [&](Index position, Index pixel) { std::copy_n(pixels_ + pixel * stride_, c, out + position * c); });
    }
  }

  const T* pixels_;
  Index stride_;  ///< from one pixel to the next
  Index images_;
  ImageShape shape_;
  Window window_;
  Extent out_;
  PatchOrder order_;
};
using Patches = Patches_<float>;

}  // namespace pim::mapping
