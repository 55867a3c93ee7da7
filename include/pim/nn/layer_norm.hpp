#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <pim/core/parallel.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/nn/buffer.hpp>
#include <pim/nn/lanes.hpp>
#include <pim/nn/parameter.hpp>

namespace pim::nn {

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias over each row; variance is the mean square (biased).
///
/// shapes  x, y (M, C)
/// ledger  under the layer's name: digital_norm M * C
/// source  Ba, Kiros and Hinton 2016, arXiv 1607.06450, equation 4
template <class T>
class LayerNorm {
 public:
  /// What the backward pass needs of one forward pass.
  struct Cache {
    Buffer<T> normalised;     // (M, C): (x - mean) / sqrt(variance + epsilon)
    Buffer<T> inverse_sigma;  // (M, 1)
  };

  LayerNorm(std::string name, Index features, double epsilon)
      : name_(std::move(name)),
        epsilon_(static_cast<T>(epsilon)),
        weight_(Matrix_<T>::Ones(1, features)),
        bias_(Matrix_<T>::Zero(1, features)) {}

  void initialise() {
    weight_.setOnes();
    bias_.setZero();
  }
  /// x stands in cache.normalised and is normalised there.
  void forward(Cache& cache, MatrixRef_<T> y, cost::Ledger& ledger) const { run<false>(nullptr, 0, cache, y, ledger); }
  /// The same of x + residual (M, C).
  void forward(ConstMatrixRef_<T> residual, Cache& cache, MatrixRef_<T> y, cost::Ledger& ledger) const {
    run<true>(residual.data(), residual.outerStride(), cache, y, ledger);
  }
  /// d (M, C), the gradient of y, becomes the gradient of x.
  void backward(const Cache& cache, MatrixRef_<T> d) {
    if (d_weight_.size() == 0) zero_gradients(parameters());
    const Index rows = d.rows(), n = d.cols(), panels = (rows + panel - 1) / panel;
    sums_.resize(2 * panels, n).setZero();
    parallel_for(panels, [&](Index p) {
      for (Index r = p * panel; r < std::min(rows, (p + 1) * panel); ++r) {
        backward_row(n, cache.normalised.row(r), *cache.inverse_sigma.row(r), weight_.data(), sums_.row(2 * p),
                     sums_.row(2 * p + 1), &d(r, 0));
      }
    });
    for (Index p = 0; p < panels; ++p) {
      d_weight_ += sums_.view().row(2 * p);
      d_bias_ += sums_.view().row(2 * p + 1);
    }
  }

  Parameters<T> parameters() {
    return {{name_ + ".weight", Layout::vector, &weight_, &d_weight_},
            {name_ + ".bias", Layout::vector, &bias_, &d_bias_}};
  }

 private:
  static constexpr Index panel = 64;  ///< rows of one task: fixed, so that sums do not depend on the threads

  template <bool has_residual>
  void run(const T* residual, Index stride, Cache& cache, MatrixRef_<T> y, cost::Ledger& ledger) const {
    const cost::Ledger::Scope scope(ledger, name_);
    ledger.add(cost::action::digital_norm, static_cast<std::uint64_t>(y.size()));
    const Index n = y.cols();
    cache.inverse_sigma.resize(y.rows(), 1);
    parallel_for_ranges(y.rows(), panel, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        T* const x = cache.normalised.row(r);
        if constexpr (has_residual) add(n, residual + r * stride, x);
        *cache.inverse_sigma.row(r) = normalise(n, epsilon_, x);
        scale_and_shift(n, x, weight_.data(), bias_.data(), &y(r, 0));
      }
    });
  }
  static void add(Index n, const T* residual, T* x) {
    for (Index i = 0; i < n; ++i) x[i] += residual[i];
  }
  /// x becomes (x - mean) / sigma; returns 1 / sigma
  static T normalise(Index n, T epsilon, T* x) {
    const T mean = lane_sum<T>(n, [=](auto at) { return at(x); }) / static_cast<T>(n);
    const T variance = lane_sum<T>(n, [=](auto at) { return (at(x) - mean) * (at(x) - mean); }) / static_cast<T>(n);
    const T scale = T(1) / std::sqrt(variance + epsilon);
    for (Index i = 0; i < n; ++i) x[i] = (x[i] - mean) * scale;
    return scale;
  }
  static void scale_and_shift(Index n, const T* x, const T* weight, const T* bias, T* y) {
    for (Index i = 0; i < n; ++i) y[i] = x[i] * weight[i] + bias[i];
  }
  /// Adds one row to the gradients of weight and bias; g, the gradient of y, becomes that of x.
  static void backward_row(Index n, const T* x, T scale, const T* weight, T* d_weight, T* d_bias, T* g) {
    const T mean = lane_sum<T>(n, [=](auto at) { return at(g) * at(weight); }) / static_cast<T>(n);
    const T along = lane_sum<T>(n, [=](auto at) { return at(g) * at(weight) * at(x); }) / static_cast<T>(n);
    for (Index i = 0; i < n; ++i) {
      d_weight[i] += g[i] * x[i];
      d_bias[i] += g[i];
      g[i] = scale * (g[i] * weight[i] - mean - x[i] * along);
    }
  }

  std::string name_;
  T epsilon_;
  Matrix_<T> weight_, d_weight_;  // (1, C)
  Matrix_<T> bias_, d_bias_;      // (1, C)
  Buffer<T> sums_;                // (2 panels, C): gradients of weight and bias, panel by panel
};

}  // namespace pim::nn
