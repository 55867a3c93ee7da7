#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/nn/buffer.hpp>
#include <pim/nn/lanes.hpp>
#include <pim/nn/mode.hpp>
#include <pim/nn/parameter.hpp>
#include <pim/nn/products.hpp>

namespace pim::nn {

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias of each column (channel). In inference, mean and variance
/// are the running ones; else they are the batch's (the variance biased), and the running ones change:
///
/// training     by momentum 0.1 towards the batch's mean and unbiased variance
/// calibration  to the average of these over all batches since start_calibration(), each with the same weight
///
/// shapes  x, y (M, C): a row per pixel of every image
/// state   weight, bias, running_mean, running_var (frozen parameters); of the last forward pass in training, the
///         batch's mean and deviation
/// ledger  under the layer's name: digital_norm M * C
/// throws  std::invalid_argument naming the operand whose shape is wrong; fewer than two rows, unless in inference
/// source  Ioffe and Szegedy 2015, arXiv 1502.03167, algorithms 1 and 2; names, momentum and the unbiased variance as
///         PyTorch's BatchNorm2d has them
template <class T>
class BatchNorm {
 public:
  static constexpr double momentum = 0.1;

  BatchNorm(std::string name, Index channels, double epsilon = 1e-5) : name_(std::move(name)), epsilon_(epsilon) {
    for (Matrix_<T>* m : {&weight_, &bias_, &running_mean_, &running_variance_}) m->resize(1, channels);
    initialise();
  }

  const std::string& name() const { return name_; }
  Index channels() const { return weight_.cols(); }
  double epsilon() const { return epsilon_; }

  /// Weight and running variance 1, bias and running mean 0.
  void initialise() {
    weight_.setOnes();
    bias_.setZero();
    running_mean_.setZero();
    running_variance_.setOnes();
  }
  /// The next forward pass for calibration is the first of an average.
  void start_calibration() { calibrated_ = 0; }

  /// y may be x.
  void forward(ConstMatrixRef_<T> x, MatrixRef_<T> y, Mode mode, cost::Ledger& ledger) {
    const cost::Ledger::Scope scope(ledger, name_);
    check("BatchNorm::forward: x", x, x.rows());
    check("BatchNorm::forward: y", y, x.rows());
    if (mode == Mode::inference) {
      mean_ = running_mean_;
      inverse_sigma_ = inverse_root(running_variance_.template cast<double>());
    } else {
      take_statistics(x, mode);
    }
    const Matrix_<T> scale = inverse_sigma_.cwiseProduct(weight_), shift = bias_ - mean_.cwiseProduct(scale);
    parallel_for_ranges(x.rows(), panel, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        scale_and_shift(channels(), x.row(r).data(), scale.data(), shift.data(), y.row(r).data());
      }
    });
    const auto elements = static_cast<std::uint64_t>(y.size());
    if (mode == Mode::inference) {  // a scale and a shift, known beforehand
      ledger.add(cost::action::digital_scale, elements);
      ledger.add(cost::action::digital_add, elements);
    } else {
      ledger.add(cost::action::digital_norm, elements);
    }
  }
  /// dx (M, C) = or += the gradient of x; those of weight and bias add up. x is what the last forward pass in training
  /// was given; dx may be dy.
  void backward(ConstMatrixRef_<T> x, ConstMatrixRef_<T> dy, MatrixRef_<T> dx, Into into = Into::overwrite) {
    check("BatchNorm::backward: x", x, x.rows());
    check("BatchNorm::backward: dy", dy, x.rows());
    check("BatchNorm::backward: dx", dx, x.rows());
    if (d_weight_.size() == 0) zero_gradients(parameters());
    const Index n = channels();
    const RowVector_<double> sums = sum_rows<2>(x.rows(), [&](Index r, auto at, auto& sum) {
      const auto g = at(dy.row(r).data());
      sum[0] += g * (at(x.row(r).data()) - at(mean_.data())) * at(inverse_sigma_.data());
      sum[1] += g;
    });
    const auto d_weight = sums.head(n), d_bias = sums.tail(n);
    d_weight_ += d_weight.template cast<T>();
    d_bias_ += d_bias.template cast<T>();

    const double rows = static_cast<double>(x.rows());  // dx = slope dy - along (x - mean) - constant
    const Matrix_<T> slope = weight_.cwiseProduct(inverse_sigma_);
    const Matrix_<T> along = (d_weight / rows).template cast<T>().cwiseProduct(slope).cwiseProduct(inverse_sigma_);
    const Matrix_<T> constant = (d_bias / rows).template cast<T>().cwiseProduct(slope);
    parallel_for_ranges(x.rows(), panel, [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        const auto run = into == Into::add ? backward_row<true> : backward_row<false>;
        run(n, x.row(r).data(), mean_.data(), slope.data(), along.data(), constant.data(), dy.row(r).data(),
            dx.row(r).data());
      }
    });
  }

  Parameters<T> parameters() {
    return {{name_ + ".weight", Layout::vector, &weight_, &d_weight_},
            {name_ + ".bias", Layout::vector, &bias_, &d_bias_},
            {name_ + ".running_mean", Layout::vector, &running_mean_, nullptr},
            {name_ + ".running_var", Layout::vector, &running_variance_, nullptr}};
  }

 private:
  static constexpr Index panel = 128;  ///< rows of one task: fixed, so that sums do not depend on the threads

  template <class M>
  void check(const char* where, const M& m, Index rows) const {
    require_shape(where, m, rows, channels());
  }
  Matrix_<T> inverse_root(const RowVector_<double>& variance) const {
    return (variance.array() + epsilon_).rsqrt().matrix().template cast<T>();
  }
  /// `count` sums of each column, side by side: add(r, at, sums) adds row r of the columns that `at` reads to them. In
  /// T within a panel, in double over the panels.
  template <std::size_t count, class AddRow>
  RowVector_<double> sum_rows(Index rows, const AddRow& add) {
    const Index panels = ceil_div(rows, panel), n = channels();
    partial_sums_.resize(panels, static_cast<Index>(count) * n);
    parallel_for(panels, [&](Index p) {
      const Index begin = p * panel, end = std::min(rows, begin + panel);
      T* const result = partial_sums_.row(p);
      Index c = 0;
      for (; c + lanes <= n; c += lanes) {
        std::array<Lanes<T>, count> sums;
        sums.fill(Lanes<T>::Zero());
        for (Index r = begin; r < end; ++r) add(r, LanesAt{c}, sums);
        for (std::size_t k = 0; k < count; ++k) {
          Eigen::Map<Lanes<T>>(result + static_cast<Index>(k) * n + c) = sums[k];
        }
      }
      for (; c < n; ++c) {
        std::array<T, count> sums{};
        for (Index r = begin; r < end; ++r) add(r, ElementAt{c}, sums);
        for (std::size_t k = 0; k < count; ++k) result[static_cast<Index>(k) * n + c] = sums[k];
      }
    });
    RowVector_<double> total = RowVector_<double>::Zero(static_cast<Index>(count) * n);
    for (Index p = 0; p < panels; ++p) total += partial_sums_.view().row(p).template cast<double>();
    return total;
  }
  void take_statistics(ConstMatrixRef_<T> x, Mode mode) {
    if (x.rows() < 2) throw std::invalid_argument(name_ + ": the statistics of a batch need at least two pixels");
    const double rows = static_cast<double>(x.rows());
    const RowVector_<double> mean =
        sum_rows<1>(x.rows(), [&](Index r, auto at, auto& sum) { sum[0] += at(x.row(r).data()); }) / rows;
    mean_ = mean.cast<T>();
    const RowVector_<double> squares = sum_rows<1>(x.rows(), [&](Index r, auto at, auto& sum) {
      const auto deviation = at(x.row(r).data()) - at(mean_.data());
      sum[0] += deviation * deviation;
    });
    inverse_sigma_ = inverse_root(squares / rows);

    if (mode == Mode::calibration) ++calibrated_;
    const double rate = mode == Mode::calibration ? 1.0 / static_cast<double>(calibrated_) : momentum;
    const auto follow = [&](Matrix_<T>& running, const RowVector_<double>& batch) {
      running = ((1.0 - rate) * running.template cast<double>() + rate * batch).template cast<T>();
    };
    follow(running_mean_, mean);
    follow(running_variance_, squares / (rows - 1.0));
  }

  static void scale_and_shift(Index n, const T* x, const T* scale, const T* shift, T* y) {
    for (Index c = 0; c < n; ++c) y[c] = x[c] * scale[c] + shift[c];
  }
  template <bool adds>
  static void backward_row(Index n, const T* x, const T* mean, const T* slope, const T* along, const T* constant,
                           const T* dy, T* dx) {
    for (Index c = 0; c < n; ++c) {
      const T gradient = slope[c] * dy[c] - along[c] * (x[c] - mean[c]) - constant[c];
      dx[c] = adds ? dx[c] + gradient : gradient;
    }
  }

  std::string name_;
  double epsilon_;
  Matrix_<T> weight_, d_weight_, bias_, d_bias_;  // (1, C), as all below
  Matrix_<T> running_mean_, running_variance_;
  Matrix_<T> mean_, inverse_sigma_;  // of the last forward pass
  Index calibrated_ = 0;             // batches in the running average
  Buffer<T> partial_sums_;           // (panels, C or 2 C)
};

}  // namespace pim::nn
