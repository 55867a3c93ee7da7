#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/random.hpp>
#include <pim/kernel/concepts.hpp>
#include <pim/nn/conv2d_products.hpp>
#include <pim/nn/linear.hpp>

namespace pim::nn {

/// y (N Ho Wo, O) = patches of x (N H W, C) * w (kernel height * kernel width * C / groups, O) + b: a convolution as a
/// product whose patches are gathered a panel at a time; the product by `Kernel`, the bias added digitally.
///
/// state   the master weights w, rows in the order (kernel row, kernel column, channel), and b; output channels of
///         group g are columns [g O / groups, (g + 1) O / groups). Kernels multiply by what `program` last carried to
///         them, so call that after each change of w
/// noise   rng is the key of the call; the kernel of group g draws from rng.at(g)
/// ledger  under the layer's name: what the kernels book (groups one after the other); digital_add N Ho Wo O for the
///         bias. Forward only: the backward pass runs on the host
/// throws  std::invalid_argument naming the operand whose shape is wrong, or what the layer's sizes lack
template <class T, kernel::ConvolutionKernel<T> Kernel>
class Conv2d {
 public:
  /// in: one image; kernel: copied for each group; order: of the inputs of one output, which decides what shares a
  /// tile where the weights are cut into blocks
  Conv2d(std::string name, const mapping::ImageShape& in, Index out_channels, const mapping::Window& window,
         const Kernel& kernel, BackwardOperands operands = BackwardOperands::exact, bool bias = true, Index groups = 1,
         mapping::PatchOrder order = mapping::PatchOrder::position_major)
      : name_(std::move(name)), in_(in), window_(window), operands_(operands), order_(order) {
    const auto [height, width] = window.positions(in.height, in.width);
    const auto check = [&](bool condition, const char* message) {
      if (!condition) throw std::invalid_argument(name_ + ": " + message);
    };
    check(
        groups >= 1 && out_channels >= 1 && in.channels >= 1 && in.channels % groups == 0 && out_channels % groups == 0,
        "groups must divide the channels of input and output");
    check(in.pixels() >= 1 && height >= 1 && width >= 1, "the window does not fit the image");
    out_ = {out_channels, height, width};
    kernels_.assign(static_cast<std::size_t>(groups), kernel);
    weight_.setZero(window.kernel.height * window.kernel.width * in.channels / groups, out_channels);
    bias_.setZero(bias ? 1 : 0, bias ? out_channels : 0);
  }

  const std::string& name() const { return name_; }
  const mapping::ImageShape& in_shape() const { return in_; }
  const mapping::ImageShape& out_shape() const { return out_; }

  /// w normal with mean 0, b = 0
  void initialise(double sigma, const Rng& rng) {
    weight_ = normal_matrix(weight_.rows(), weight_.cols(), rng, static_cast<float>(sigma)).template cast<T>();
    bias_.setZero();
  }
  void program(const Rng& rng, cost::Ledger& ledger) {
    const cost::Ledger::Scope scope(ledger, name_);
    for (Index g = 0; g < groups(); ++g) {
      const auto w = group_columns(weight_, g);
      if (order_ == mapping::PatchOrder::position_major) {
        kernel(g).program(w, key(rng, g), ledger);
      } else {
        kernel(g).program(channel_major(w), key(rng, g), ledger);
      }
    }
  }
  void forward(ConstMatrixRef_<T> x, MatrixRef_<T> y, const Rng& rng, cost::Ledger& ledger) {
    const cost::Ledger::Scope scope(ledger, name_);
    require_shape("Conv2d::forward: y", y, images(x) * out_.pixels(), out_.channels);
    for (Index g = 0; g < groups(); ++g) {
      kernel(g).multiply(patches(x, g, order_), group_columns(y, g), key(rng, g), ledger);
    }
    if (bias_.size() == 0) return;
    add_bias<T>(bias_, y);
    ledger.add(cost::action::digital_add, static_cast<std::uint64_t>(y.size()));
  }
  /// dx (N H W, C) = or += the gradient of x; the gradients of w and b add up. x is what `forward` was given.
  void backward(ConstMatrixRef_<T> x, ConstMatrixRef_<T> dy, MatrixRef_<T> dx, Into into = Into::overwrite) {
    require_shape("Conv2d::backward: dy", dy, images(x) * out_.pixels(), out_.channels);
    require_shape("Conv2d::backward: dx", dx, x.rows(), in_.channels);
    if (d_weight_.size() == 0) zero_gradients(parameters());
    if (operands_ == BackwardOperands::programmed) read_programmed();
    const Matrix_<T>& w = operands_ == BackwardOperands::programmed ? programmed_ : weight_;
    for (Index g = 0; g < groups(); ++g) {
      const Index c = in_.channels / groups();
      conv2d_backward_products<T>(patches(x, g, mapping::PatchOrder::position_major), group_columns(w, g),
                                  group_columns(dy, g), dx.middleCols(g * c, c), into, group_columns(d_weight_, g));
    }
    if (bias_.size() > 0) add_column_sums<T>(dy, d_bias_);
  }

  Parameters<T> parameters() {
    Parameters<T> list{
        {name_ + ".weight", Layout::convolution, &weight_, &d_weight_, window_.kernel.height, window_.kernel.width}};
    if (bias_.size() > 0) list.push_back({name_ + ".bias", Layout::vector, &bias_, &d_bias_});
    return list;
  }

 private:
  Index groups() const { return std::ssize(kernels_); }
  Kernel& kernel(Index g) { return kernels_[static_cast<std::size_t>(g)]; }
  static Rng key(const Rng& rng, Index g) { return rng.at(static_cast<std::uint64_t>(g)); }
  Index images(ConstMatrixRef_<T> x) const {
    const Index count = x.rows() / in_.pixels();
    require_shape("Conv2d: x", x, count * in_.pixels(), in_.channels);
    return count;
  }
  template <class M>
  auto group_columns(M&& m, Index g) const {
    const Index columns = out_.channels / groups();
    return m.middleCols(g * columns, columns);
  }
  mapping::Patches_<T> patches(ConstMatrixRef_<T> x, Index g, mapping::PatchOrder order) const {
    const Index c = in_.channels / groups();
    return {x.middleCols(g * c, c), {c, in_.height, in_.width}, window_, order};
  }
  /// Rows of w (positions * channels, outputs) as PyTorch's unfold has them.
  Matrix_<T> channel_major(ConstMatrixRef_<T> w) const {
    const Index positions = window_.kernel.height * window_.kernel.width, channels = w.rows() / positions;
    Matrix_<T> result(w.rows(), w.cols());
    for (Index p = 0; p < positions; ++p) {
      for (Index c = 0; c < channels; ++c) result.row(c * positions + p) = w.row(p * channels + c);
    }
    return result;
  }
  /// programmed_ = what the kernels multiply by, rows in the order of the master weights
  void read_programmed() {
    const Index positions = window_.kernel.height * window_.kernel.width, channels = weight_.rows() / positions;
    programmed_.resize(weight_.rows(), weight_.cols());
    Matrix_<T> held(weight_.rows(), out_.channels / groups());
    for (Index g = 0; g < groups(); ++g) {
      kernel(g).weights(held);
      auto columns = group_columns(programmed_, g);
      for (Index p = 0; p < positions; ++p) {
        for (Index c = 0; c < channels; ++c) {
          const bool as_unfold = order_ == mapping::PatchOrder::channel_major;
          columns.row(p * channels + c) = held.row(as_unfold ? c * positions + p : p * channels + c);
        }
      }
    }
  }

  std::string name_;
  mapping::ImageShape in_, out_;
  mapping::Window window_;
  BackwardOperands operands_;
  mapping::PatchOrder order_;
  std::vector<Kernel> kernels_;   // one of each group
  Matrix_<T> weight_, d_weight_;  // (kernel height * kernel width * C / groups, O)
  Matrix_<T> bias_, d_bias_;      // (1, O)
  Matrix_<T> programmed_;         // as weight_
};

}  // namespace pim::nn
