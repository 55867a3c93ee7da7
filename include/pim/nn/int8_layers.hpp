#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/gemm.hpp>
#include <pim/core/matrix.hpp>
#include <pim/mapping/patches.hpp>
#include <pim/mapping/window.hpp>
#include <pim/numeric/quantized.hpp>

/// Layers whose weights and activations are int8 codes (N H W, C) and whose sums are integers of 32 bits. They run on
/// the calling thread.
namespace pim::nn {

using Int8Codes = Matrix_<std::int8_t>;

/// What a convolution's weights stand for: w = scale * code, one scale per output.
struct Int8Weights {
  Int8Codes codes;                 ///< (kernel height * kernel width * C, O): kernel row, kernel column, channel
  std::vector<double> scales;      ///< (O)
  std::vector<std::int32_t> bias;  ///< (O), in steps of input scale * weight scale
};

/// Throws unless scale and zero point can be a tensor's: std::invalid_argument naming `where`.
inline void require_quantization(const std::string& where, const numeric::Quantization& q) {
  if (!(q.scale > 0.0) || !std::isfinite(q.scale)) {
    throw std::invalid_argument(where + ": scale is " + std::to_string(q.scale) + ", expected a number above 0");
  }
  require_range((where + ": zero point").c_str(), q.zero_point, numeric::int8_min, numeric::int8_max);
}

/// y = sum ((x - zero point of x) * w) + bias, brought to the output's scale; padding counts as x - zero point = 0. On
/// images of one pixel it is a fully connected layer.
///
/// The products are summed in float32 where no input can bring a sum above 2^24, so that each is exact, else in int32.
///
/// shapes  x (N H W, C);  w (kernel height * kernel width * C, O);  y (N Ho Wo, O)
/// source  TensorFlow Lite: kernels/internal/reference/integer_ops/conv.h, kernels/kernel_util.cc
class Int8Conv2d {
 public:
  /// throws std::invalid_argument: a window that does not fit; sizes of codes, scales and bias that do not fit; scales
  ///        not positive, or so far from the output's that the factor is no FixedPointFactor; sums that could need more
  ///        than 32 bits
  Int8Conv2d(const mapping::ImageShape& in, const mapping::Window& window, const Int8Weights& weights,
             const numeric::Quantization& x, const numeric::Quantization& y, bool relu)
      : in_(in),
        window_(window),
        zero_point_(x.zero_point),
        weights_(weights.codes.cast<std::int32_t>()),
        bias_(Eigen::Map<const RowVector_<std::int32_t>>(weights.bias.data(), std::ssize(weights.bias))),
        out_(numeric::output_codes(y, relu)) {
    const auto positive = [](const mapping::Extent& e) { return e.height >= 1 && e.width >= 1; };
    require(positive(window.kernel) && positive(window.stride) && positive(window.dilation),
            "kernel, stride and dilation must be at least 1");
    require(positive(window.positions(in.height, in.width)), "the window does not fit the image");
    require(weights_.cols() >= 1, "needs at least one output");
    require_shape("weights", weights_, window.kernel.height * window.kernel.width * in.channels,
                  std::ssize(weights.scales));
    require_shape("bias", bias_, 1, weights_.cols());
    for (const double scale : weights.scales) {
      require_quantization("weights", {.scale = scale});
      factors_.push_back(numeric::fixed_point_factor(x.scale * scale / y.scale));
    }
    require_sums_fit();
  }

  const mapping::ImageShape& input_shape() const { return in_; }
  mapping::ImageShape output_shape() const {
    const auto [height, width] = window_.positions(in_.height, in_.width);
    return {weights_.cols(), height, width};
  }
  const mapping::Window& window() const { return window_; }
  /// Of the input.
  std::int32_t zero_point() const { return zero_point_; }
  const Matrix_<std::int32_t>& weights() const { return weights_; }
  const RowVector_<std::int32_t>& bias() const { return bias_; }
  /// Input scale * weight scale / output scale, one per output.
  const std::vector<numeric::FixedPointFactor>& factors() const { return factors_; }
  const numeric::OutputCodes& output_codes() const { return out_; }

  Int8Codes operator()(const Int8Codes& x) const {
    constexpr std::int64_t exact_in_float = std::int64_t{1} << 24;
    return largest_sum_ <= exact_in_float ? multiply<float>(x) : multiply<std::int32_t>(x);
  }

 private:
  static constexpr Index panel_rows = 128;

  /// T: a scalar in which all sums are exact.
  template <class T>
  Int8Codes multiply(const Int8Codes& x) const {
    const Matrix_<T> steps = x.cast<T>().array() - static_cast<T>(zero_point_);  // (N H W, C)
    const Matrix_<T> weights = weights_.cast<T>();
    const mapping::Patches_<T> patches(steps, in_, window_);
    Int8Codes y(patches.rows(), weights.cols());
    Matrix_<T> gathered, sums;
    for (Index begin = 0; begin < y.rows(); begin += panel_rows) {
      const Index count = std::min(panel_rows, y.rows() - begin);
      sums.resize(count, y.cols());
      Gemm::multiply(patches.panel(begin, count, gathered).values, weights, sums);
      for (Index row = 0; row < count; ++row) {
        for (Index o = 0; o < y.cols(); ++o) {
          const std::int32_t sum = static_cast<std::int32_t>(sums(row, o)) + bias_[o];
          y(begin + row, o) = out_(numeric::rescale(sum, factors_[static_cast<std::size_t>(o)]));
        }
      }
    }
    return y;
  }

  /// Bounds the sums of each output, partial ones included, over all inputs.
  void require_sums_fit() {
    const std::int64_t largest_x = std::max(zero_point_ - numeric::int8_min, numeric::int8_max - zero_point_);
    for (Index o = 0; o < weights_.cols(); ++o) {
      const std::int64_t products = largest_x * weights_.col(o).cast<std::int64_t>().cwiseAbs().sum();
      const std::int64_t sum = products + std::abs(std::int64_t{bias_[o]});
      const int shift = std::max(factors_[static_cast<std::size_t>(o)].shift, 0);
      if (sum > std::numeric_limits<std::int32_t>::max() >> shift) {
        throw std::invalid_argument("the sum of output " + std::to_string(o) + " could reach " + std::to_string(sum) +
                                    (shift > 0 ? " * 2^" + std::to_string(shift) : "") + ", more than 32 bits hold");
      }
      largest_sum_ = std::max(largest_sum_, products);
    }
  }

  mapping::ImageShape in_;
  mapping::Window window_;
  std::int32_t zero_point_;
  Matrix_<std::int32_t> weights_;
  RowVector_<std::int32_t> bias_;
  std::vector<numeric::FixedPointFactor> factors_;
  numeric::OutputCodes out_;
  std::int64_t largest_sum_ = 0;  ///< without bias, of any output and input
};

/// y = a + b, element by element.
struct Int8Add {
  numeric::QuantizedAdd sum;

  Int8Codes operator()(const Int8Codes& a, const Int8Codes& b) const { return a.binaryExpr(b, sum); }
};

/// y (N, C) = the mean of x (N pixels, C) over the pixels of an image, with the scale of x.
/// source  TensorFlow Lite: kernels/internal/reference/integer_ops/pooling.h
struct Int8AveragePool {
  static constexpr Index most_pixels = Index{1} << 23;  ///< whose sum 32 bits hold

  Index pixels = 1;

  Int8Codes operator()(const Int8Codes& x) const {
    Int8Codes y(x.rows() / pixels, x.cols());
    for (Index n = 0; n < y.rows(); ++n) {
      const RowVector_<std::int32_t> sums = x.middleRows(n * pixels, pixels).cast<std::int32_t>().colwise().sum();
      y.row(n) = sums.unaryExpr([&](std::int32_t sum) {
        return static_cast<std::int8_t>(numeric::rounding_divide(sum, static_cast<std::int32_t>(pixels)));
      });
    }
    return y;
  }
};

}  // namespace pim::nn
