#pragma once
#include <string>
#include <utility>

#include <pim/core/check.hpp>
#include <pim/core/random.hpp>
#include <pim/kernel/concepts.hpp>
#include <pim/nn/buffer.hpp>
#include <pim/nn/parameter.hpp>
#include <pim/nn/products.hpp>

namespace pim::nn {

/// Which weights the input gradient dx = dy w^T takes. Both pass the quantisers and the noise of the hardware as
/// identity (straight-through); dw = x^T dy always.
enum class BackwardOperands {
  exact,       ///< the master weights: a digital backward pass
  programmed,  ///< what the hardware multiplies by, noise included
};

/// y (M, out) = x (M, in) w (in, out) + b, the product by `Kernel`, the bias added digitally.
///
/// state   the master weights w (HuggingFace's weight transposed) and b. The kernel multiplies by what `program` last
///         carried to it, so call that after each change of w
/// noise   rng is the key of the call; the kernel alone draws from it
/// ledger  under the layer's name: what the kernel books; digital_add M * out for the bias. Forward only: the backward
///         pass runs on the host
/// throws  std::invalid_argument naming the operand whose shape is wrong
template <class T, kernel::MatmulKernel<T> Kernel>
class Linear {
 public:
  Linear(std::string name, Index in, Index out, Kernel kernel, BackwardOperands operands = BackwardOperands::exact,
         bool bias = true)
      : name_(std::move(name)),
        kernel_(std::move(kernel)),
        operands_(operands),
        weight_(Matrix_<T>::Zero(in, out)),
        bias_(Matrix_<T>::Zero(bias ? 1 : 0, bias ? out : 0)) {}

  const std::string& name() const { return name_; }
  Index in() const { return weight_.rows(); }
  Index out() const { return weight_.cols(); }
  Kernel& kernel() { return kernel_; }

  /// w normal with mean 0, b = 0
  void initialise(double sigma, const Rng& rng) {
    weight_ = normal_matrix(in(), out(), rng, static_cast<float>(sigma)).template cast<T>();
    bias_.setZero();
  }
  void program(const Rng& rng, cost::Ledger& ledger) {
    const cost::Ledger::Scope scope(ledger, name_);
    kernel_.program(weight_, rng, ledger);
  }
  void forward(const Rows_<T>& x, MatrixRef_<T> y, const Rng& rng, cost::Ledger& ledger) {
    const cost::Ledger::Scope scope(ledger, name_);
    kernel_.multiply(x, y, rng, ledger);
    if (bias_.size() == 0) return;
    add_bias<T>(bias_, y);
    ledger.add(cost::action::digital_add, static_cast<std::uint64_t>(y.size()));
  }
  /// dx (M, in) = or += dy w^T; the gradients of w and b add up. x is what `forward` was given.
  void backward(ConstMatrixRef_<T> x, ConstMatrixRef_<T> dy, MatrixRef_<T> dx, Into into = Into::overwrite) {
    require_shape("Linear::backward: x", x, x.rows(), in());
    require_shape("Linear::backward: dy", dy, x.rows(), out());
    require_shape("Linear::backward: dx", dx, x.rows(), in());
    if (d_weight_.size() == 0) zero_gradients(parameters());
    if (operands_ == BackwardOperands::exact) {
      backward_products<T>(x, weight_, dy, dx, into, d_weight_, d_bias_);
    } else {
      kernel_.weights(programmed_.resize(in(), out()));
      backward_products<T>(x, programmed_.view(), dy, dx, into, d_weight_, d_bias_);
    }
  }

  Parameters<T> parameters() {
    Parameters<T> list{{name_ + ".weight", Layout::transposed, &weight_, &d_weight_}};
    if (bias_.size() > 0) list.push_back({name_ + ".bias", Layout::vector, &bias_, &d_bias_});
    return list;
  }

 private:
  std::string name_;
  Kernel kernel_;
  BackwardOperands operands_;
  Matrix_<T> weight_, d_weight_;  // (in, out)
  Matrix_<T> bias_, d_bias_;      // (1, out)
  Buffer<T> programmed_;          // (in, out)
};

}  // namespace pim::nn
