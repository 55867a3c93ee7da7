#pragma once
#include <vector>

#include <pim/mapping/window.hpp>

#include "support/gradient_check.hpp"

namespace pim::test {

/// A convolution's sizes.
struct ConvolutionCase {
  mapping::ImageShape in;
  Index out_channels = 1;
  mapping::Window window;
  Index groups = 1;
  Index images = 2;
};

/// Strides, paddings on one side only, dilations, groups, windows of one pixel and of the whole image.
inline const std::vector<ConvolutionCase>& convolution_cases() {
  static const std::vector<ConvolutionCase> cases{
      {{1, 1, 1}, 1, {{1, 1}, {1, 1}, {1, 1}, {}}, 1, 1},
      {{3, 6, 5}, 4, {{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}}},
      {{2, 7, 8}, 3, {{3, 2}, {2, 2}, {1, 1}, {}}},
      {{5, 3, 4}, 3, {{1, 1}, {1, 1}, {1, 1}, {}}, 1, 3},
      {{5, 5, 4}, 2, {{1, 1}, {2, 2}, {1, 1}, {}}},
      {{2, 5, 6}, 2, {{2, 3}, {1, 2}, {1, 1}, {0, 2, 1, 0}}},
      {{2, 8, 7}, 2, {{3, 2}, {1, 1}, {2, 3}, {2, 0, 1, 3}}},
      {{4, 5, 5}, 6, {{3, 3}, {2, 1}, {1, 2}, {1, 2, 1, 2}}, 2},
      {{4, 4, 4}, 4, {{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}}, 4},
      {{6, 4, 3}, 3, {{1, 1}, {1, 1}, {1, 1}, {}}, 3},
      {{3, 8, 8}, 2, {{4, 4}, {4, 4}, {1, 1}, {}}, 1, 9},
      {{2, 3, 4}, 3, {{3, 4}, {1, 1}, {1, 1}, {}}},
      {{1, 2, 2}, 2, {{5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}}},
      {{2, 9, 9}, 2, {{3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}}, 1, 4},
  };
  return cases;
}

/// y (N Ho Wo, O) of x (N H W, C) and w (kernel height * kernel width * C / groups, O), by seven loops.
inline MatrixD plain_convolution(const MatrixD& x, const MatrixD& w, const ConvolutionCase& sizes) {
  const auto& [in, out_channels, window, groups, images] = sizes;
  const auto& [kernel, stride, dilation, padding] = window;
  const Index height =
      (in.height + padding.top + padding.bottom - dilation.height * (kernel.height - 1) - 1) / stride.height + 1;
  const Index width =
      (in.width + padding.left + padding.right - dilation.width * (kernel.width - 1) - 1) / stride.width + 1;
  const Index channels = in.channels / groups, outputs = out_channels / groups;
  MatrixD y = MatrixD::Zero(images * height * width, out_channels);
  for (Index n = 0; n < images; ++n) {
    for (Index o = 0; o < out_channels; ++o) {
      for (Index row = 0; row < height; ++row) {
        for (Index column = 0; column < width; ++column) {
          double& sum = y((n * height + row) * width + column, o);
          for (Index i = 0; i < kernel.height; ++i) {
            for (Index j = 0; j < kernel.width; ++j) {
              const Index at_row = row * stride.height + i * dilation.height - padding.top;
              const Index at_column = column * stride.width + j * dilation.width - padding.left;
              if (at_row < 0 || at_row >= in.height || at_column < 0 || at_column >= in.width) continue;
              for (Index c = 0; c < channels; ++c) {
                sum += x((n * in.height + at_row) * in.width + at_column, o / outputs * channels + c) *
                       w((i * kernel.width + j) * channels + c, o);
              }
            }
          }
        }
      }
    }
  }
  return y;
}

}  // namespace pim::test
