#pragma once
#include <cmath>
#include <string>
#include <utility>

#include <pim/nn/dropout.hpp>
#include <pim/nn/linear.hpp>

namespace pim::nn {

/// Where the low-rank update of a LoraLinear lives.
enum class LoraPath {
  digital,  ///< beside the hardware, y = x w + s dropout(x) A B; w and b frozen: programmed once, never again
  merged,   ///< in the hardware, y = x (w + s A B): programmed after each step; w and b are trained too
};

struct LoraParams {
  Index rank = 8;        ///< r
  double alpha = 16.0;   ///< s = alpha / r
  double dropout = 0.0;  ///< of the digital path's input  [probability]
  LoraPath path = LoraPath::digital;
};

/// A linear layer on hardware with a low-rank update A (in, r) B (r, out).
///
/// ledger  as Linear; the digital path also digital_mac M r (in + out), digital_scale M r, digital_add M out
///
/// throws  std::invalid_argument: rank below 1, dropout outside [0, 1) or with a merged path, which has no input of
///         its own
///
/// source  Hu et al. 2021, arXiv 2106.09685, section 4.1; `merged` as NewComputeBench's LoraPIMLinear, `digital` as
///         analog hardware-aware LoRA (Li et al. 2026)
template <class T, kernel::MatmulKernel<T> Kernel>
class LoraLinear {
 public:
  /// What the backward pass needs of one forward pass, besides x.
  struct Cache {
    Rng key{0};
    bool dropped = false;
  };

  LoraLinear(std::string name, Index in, Index out, Kernel kernel, const LoraParams& params = {}, bool bias = true)
      : name_(std::move(name)),
        kernel_(std::move(kernel)),
        path_(params.path),
        scale_(static_cast<T>(params.alpha / static_cast<double>(params.rank))),
        dropout_(params.dropout),
        weight_(Matrix_<T>::Zero(in, out)),
        bias_(Matrix_<T>::Zero(bias ? 1 : 0, bias ? out : 0)) {
    require(params.rank >= 1, "LoraLinear: the rank must be at least 1");
    require(path_ == LoraPath::digital || !dropout_.active(), "LoraLinear: dropout needs the digital path");
    a_ = Matrix_<T>::Zero(in, params.rank);
    b_ = Matrix_<T>::Zero(params.rank, out);
  }

  const std::string& name() const { return name_; }
  /// Off: y = x w + b, as if A B were zero. A merged path must be programmed again.
  void enable(bool on) { enabled_ = on; }

  /// w normal with mean 0, b = 0; A Kaiming-normal (a = sqrt 5) with fan-in `in` (merged: r, as the tutorial's); B = 0
  void initialise(double sigma, const Rng& rng) {
    weight_ = normal_matrix(weight_.rows(), weight_.cols(), rng.at(0), static_cast<float>(sigma)).template cast<T>();
    const Index fan_in = path_ == LoraPath::merged ? a_.cols() : a_.rows();
    const double sigma_a = std::sqrt(1.0 / (3.0 * static_cast<double>(fan_in)));
    a_ = normal_matrix(a_.rows(), a_.cols(), rng.at(1), static_cast<float>(sigma_a)).template cast<T>();
    bias_.setZero();
    b_.setZero();
  }
  void program(const Rng& rng, cost::Ledger& ledger) {
    const cost::Ledger::Scope scope(ledger, name_);
    effective_ = weight_;
    if (merges()) effective_.noalias() += scale_ * (a_ * b_);
    kernel_.program(effective_, rng, ledger);
  }
  void forward(const Rows_<T>& x, MatrixRef_<T> y, Cache& cache, const Rng& rng, bool training, cost::Ledger& ledger) {
    const cost::Ledger::Scope scope(ledger, name_);
    kernel_.multiply(x, y, rng.at(0), ledger);
    const auto rows = static_cast<std::uint64_t>(x.rows());
    if (bias_.size() > 0) {
      add_bias<T>(bias_, y);
      ledger.add(cost::action::digital_add, static_cast<std::uint64_t>(y.size()));
    }
    if (!has_side_path()) return;
    cache = {rng.at(1), training && dropout_.active()};
    const auto inner = inner_product(x.values, cache);
    Gemm::multiply_add(inner, b_, y);
    const auto rank = static_cast<std::uint64_t>(a_.cols());
    ledger.add(cost::action::digital_mac, rows * rank * static_cast<std::uint64_t>(a_.rows() + b_.cols()));
    ledger.add(cost::action::digital_scale, rows * rank);
    ledger.add(cost::action::digital_add, static_cast<std::uint64_t>(y.size()));
  }
  /// dx (M, in) = gradient of x, straight through the hardware with the weights last programmed, before quantisers and
  /// noise; gradients of what is not frozen add up
  void backward(ConstMatrixRef_<T> x, ConstMatrixRef_<T> dy, const Cache& cache, MatrixRef_<T> dx) {
    require_shape("LoraLinear::backward: x", x, x.rows(), weight_.rows());
    require_shape("LoraLinear::backward: dy", dy, x.rows(), weight_.cols());
    require_shape("LoraLinear::backward: dx", dx, x.rows(), weight_.rows());
    if (d_a_.size() == 0) zero_gradients(parameters());
    if (path_ == LoraPath::merged) {
      Matrix_<T> d_effective = Matrix_<T>::Zero(weight_.rows(), weight_.cols());
      backward_products<T>(x, effective_, dy, dx, Into::overwrite, d_effective, d_bias_);
      d_weight_ += d_effective;
      if (!enabled_) return;
      d_a_.noalias() += scale_ * (d_effective * b_.transpose());
      d_b_.noalias() += scale_ * (a_.transpose() * d_effective);
      return;
    }
    Matrix_<T> none(0, 0);
    backward_products<T>(x, effective_, dy, dx, Into::overwrite, none, none);
    if (!enabled_) return;
    Gemm::multiply_add(inner_product(x, cache).transpose(), dy, d_b_);
    const Matrix_<T> d_inner = scale_ * (dy * b_.transpose());
    Gemm::multiply_add(x_dropped_.view().transpose(), d_inner, d_a_);
    Matrix_<T> d_dropped = d_inner * a_.transpose();
    if (cache.dropped) dropout_.apply(cache.key, d_dropped, d_dropped);
    dx += d_dropped;
  }

  Parameters<T> parameters() {
    const bool trains = path_ == LoraPath::merged;
    Parameters<T> list{{name_ + ".weight", Layout::transposed, &weight_, trains ? &d_weight_ : nullptr}};
    if (bias_.size() > 0) list.push_back({name_ + ".bias", Layout::vector, &bias_, trains ? &d_bias_ : nullptr});
    list.push_back({name_ + ".lora_A", Layout::matrix, &a_, &d_a_});
    list.push_back({name_ + ".lora_B", Layout::matrix, &b_, &d_b_});
    return list;
  }

 private:
  bool merges() const { return enabled_ && path_ == LoraPath::merged; }
  bool has_side_path() const { return enabled_ && path_ == LoraPath::digital; }
  /// (M, r) = s dropout(x) A; dropout(x) stays in x_dropped_
  typename Buffer<T>::View inner_product(ConstMatrixRef_<T> x, const Cache& cache) {
    auto dropped = x_dropped_.resize(x.rows(), x.cols());
    dropped = x;
    if (cache.dropped) dropout_.apply(cache.key, dropped, dropped);
    auto inner = inner_.resize(x.rows(), a_.cols());
    Gemm::multiply(dropped, a_, inner);
    inner *= scale_;
    return inner;
  }

  std::string name_;
  Kernel kernel_;
  LoraPath path_;
  T scale_;
  Dropout<T> dropout_;
  bool enabled_ = true;
  Matrix_<T> weight_, d_weight_;  // (in, out)
  Matrix_<T> bias_, d_bias_;      // (1, out)
  Matrix_<T> a_, d_a_;            // (in, r)
  Matrix_<T> b_, d_b_;            // (r, out)
  Matrix_<T> effective_;          // (in, out): as last programmed
  Buffer<T> x_dropped_;           // (M, in)
  Buffer<T> inner_;               // (M, r)
};

}  // namespace pim::nn
