#pragma once
#include <cmath>
#include <numbers>
#include <type_traits>

#include <pim/core/check.hpp>
#include <pim/core/math.hpp>
#include <pim/core/matrix.hpp>
#include <pim/core/parallel.hpp>
#include <pim/nn/activation_kind.hpp>
#include <pim/nn/buffer.hpp>

namespace pim::nn {

/// e^x: portable and without branches in float32, so that loops vectorise; std::exp in other scalars.
template <class T>
[[gnu::always_inline]] inline T exponential(T x) {
  if constexpr (std::is_same_v<T, float>) {
    return portable_exp(x);
  } else {
    return std::exp(x);
  }
}

/// Standard normal distribution function and density at one point.
template <class T>
struct Normal {
  T cdf, density;
};

/// float32: to 1e-7 (absolute), the lower tail to 1e-6 (relative); double: as std::erfc.
/// source  minimax fits of our own, of (cdf - 1/2) / z in z^2 below 1.25, and above of Mills' ratio in 1 / (1 + 0.34 z)
template <class T>
[[gnu::always_inline]] inline Normal<T> standard_normal(T x) {
  constexpr T inverse_sqrt_2pi = std::numbers::inv_sqrtpi_v<T> / std::numbers::sqrt2_v<T>;
  if constexpr (std::is_same_v<T, float>) {
    const float z = std::abs(x);
    const float square = z * z;
    const float e = portable_exp(-0.5F * square);
    float near = -6.80949142e-6F;
    near = near * square + 1.11041125e-4F;
    near = near * square - 1.18383719e-3F;
    near = near * square + 9.97228269e-3F;
    near = near * square - 6.64902106e-2F;
    near = (near * square + 3.98942262e-1F) * x;
    const float t = 1.0F / (1.0F + 0.34F * z);
    float far = -2.61205230e-2F;
    far = far * t + 1.39499709e-1F;
    far = far * t - 2.73133129e-1F;
    far = far * t + 2.02183068e-1F;
    far = far * t - 4.47186902e-2F;
    far = far * t + 1.15359247e-1F;
    far = far * t + 1.15197614e-1F;
    far = far * t + 1.36112198e-1F;
    far = (far * t + 1.35620505e-1F) * t * e;  // upper tail
    const float outside = x < 0.0F ? far : 1.0F - far;
    return {z < 1.25F ? 0.5F + near : outside, e * inverse_sqrt_2pi};
  } else {
    return {T(0.5) * std::erfc(-x / std::numbers::sqrt2_v<T>), std::exp(T(-0.5) * x * x) * inverse_sqrt_2pi};
  }
}

/// Value and slope at one point.
template <class T>
struct ValueSlope {
  T value, slope;
};
template <Activation kind, class T>
[[gnu::always_inline]] inline ValueSlope<T> activate(T x) {
  if constexpr (kind == Activation::gelu) {
    const Normal<T> normal = standard_normal(x);
    return {x * normal.cdf, normal.cdf + x * normal.density};
  } else if constexpr (kind == Activation::gelu_tanh) {  // (1 + tanh u) / 2 = 1 / (1 + e^-2u)
    constexpr T scale = T(2) * std::numbers::sqrt2_v<T> * std::numbers::inv_sqrtpi_v<T>;
    const T s = T(1) / (T(1) + exponential(-scale * (x + T(0.044715) * x * x * x)));
    return {x * s, s + x * s * (T(1) - s) * scale * (T(1) + T(3 * 0.044715) * x * x)};
  } else {
    return {x < T(0) ? T(0) : x, x < T(0) ? T(0) : T(1)};
  }
}

/// y = f(x), of x's shape; x becomes the slope f'(x), which is all that the backward pass needs.
template <class T>
void activate(Activation kind, Buffer<T>& slope, Buffer<T>& result) {
  T* const x = slope.data();
  T* const y = result.resize(slope.rows(), slope.cols()).data();
  const Index n = slope.rows() * slope.cols();
  const auto run = [&]<Activation k>(std::integral_constant<Activation, k>) {
    parallel_for_ranges(n, 16384, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const ValueSlope<T> at = activate<k>(x[i]);
        y[i] = at.value;
        x[i] = at.slope;
      }
    });
  };
  switch (kind) {
    case Activation::gelu:
      return run(std::integral_constant<Activation, Activation::gelu>{});
    case Activation::gelu_tanh:
      return run(std::integral_constant<Activation, Activation::gelu_tanh>{});
    case Activation::relu:
      return run(std::integral_constant<Activation, Activation::relu>{});
  }
}

/// The gradient d of the result becomes that of the argument.
template <class T>
void activate_backward(const Buffer<T>& slope, Buffer<T>& d) {
  parallel_for_ranges(slope.rows() * slope.cols(), 16384, [s = slope.data(), g = d.data()](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) g[i] *= s[i];
  });
}

/// x becomes tanh(x)
template <class T>
void tanh_forward(MatrixRef_<T> x) {
  x = x.unaryExpr([](T v) { return std::tanh(v); });
}
/// dy becomes dx = dy (1 - y^2)
template <class T>
void tanh_backward(ConstMatrixRef_<T> y, MatrixRef_<T> dy) {
  dy.array() *= T(1) - y.array().square();
}

}  // namespace pim::nn
