#pragma once
#include <pim/core/index.hpp>

namespace pim::mapping {

/// A size or a step along the rows and the columns of an image.  [pixels]
struct Extent {
  Index height = 1, width = 1;

  friend bool operator==(const Extent&, const Extent&) = default;
};

/// What stands around an image.  [pixels]
struct Padding {
  Index top = 0, left = 0, bottom = 0, right = 0;

  static Padding all(Index n) { return {n, n, n, n}; }
  friend bool operator==(const Padding&, const Padding&) = default;
};

/// One image, or one map of features: (C, H, W).
struct ImageShape {
  Index channels = 0, height = 0, width = 0;

  Index pixels() const { return height * width; }
  Index size() const { return channels * pixels(); }
  friend bool operator==(const ImageShape&, const ImageShape&) = default;
};

/// A window that slides over an image: of a convolution or of a pooling.
///
/// Its positions start at the padding's upper left corner and go in steps of `stride` as far as the whole window fits;
/// its pixels lie `dilation` apart.
struct Window {
  Extent kernel, stride, dilation;
  Padding padding;

  /// Positions of the window on an image; 0 where it does not fit once, or has a size or a step that is not positive.
  Extent positions(Index height, Index width) const {
    return {positions(height + padding.top + padding.bottom, kernel.height, stride.height, dilation.height),
            positions(width + padding.left + padding.right, kernel.width, stride.width, dilation.width)};
  }
  /// Whether it is one pixel that visits every pixel: a product of the pixels as they are.
  bool is_pointwise() const { return kernel == Extent{} && stride == Extent{} && padding == Padding{}; }
  friend bool operator==(const Window&, const Window&) = default;

 private:
  static Index positions(Index length, Index kernel, Index stride, Index dilation) {
    if (kernel < 1 || stride < 1 || dilation < 1) return 0;
    const Index span = (kernel - 1) * dilation + 1;
    return length < span ? 0 : (length - span) / stride + 1;
  }
};

/// A square window: square_window(3, 1, 1) is 3 x 3, stride 1, one pixel of padding on each side.
inline Window square_window(Index kernel, Index stride = 1, Index padding = 0) {
  return {.kernel = {kernel, kernel}, .stride = {stride, stride}, .dilation = {}, .padding = Padding::all(padding)};
}

}  // namespace pim::mapping
