#pragma once
#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/model/buffer_plan.hpp>
#include <pim/model/graph.hpp>
#include <pim/nn/batch_norm.hpp>
#include <pim/nn/conv2d.hpp>
#include <pim/nn/dropout.hpp>
#include <pim/nn/elementwise.hpp>
#include <pim/nn/image_layout.hpp>
#include <pim/nn/linear.hpp>
#include <pim/nn/mode.hpp>
#include <pim/nn/pooling.hpp>

namespace pim::model {

using nn::Mode;

/// The layers whose products kernels compute.
enum class ProductKind { convolution, linear };

/// A network made of a graph. Each convolution (each of its groups) and each linear layer multiplies by a kernel of its
/// own; everything else is computed digitally in T.
///
/// shapes  images (N H W, C): a row per pixel, channels side by side;  logits (N, classes)
/// state   master weights (what training changes) and running statistics; in the kernels what `program` last carried
///         to them; the activations that the backward pass reads, after a forward pass in training
/// noise   `rng` is the key of one call (or of one programming): node i draws from rng.at(i). The caller owns the call
///         number: pass rng.at(place, call)
/// ledger  every layer books its forward work under its node's name; the backward pass runs on the host
template <class T, kernel::ConvolutionKernel<T> Kernel>
class ConvNet {
 public:
  using View = typename nn::Buffer<T>::View;
  using ConstView = typename nn::Buffer<T>::ConstView;

  /// make_kernel(std::string_view path, ProductKind) gives the kernel of the layer of that name. All weights are zero:
  /// call initialise, or load a checkpoint. order: of the inputs of one output of a convolution in its kernel.
  template <class MakeKernel>
  ConvNet(Graph graph, MakeKernel&& make_kernel, nn::BackwardOperands operands = nn::BackwardOperands::exact,
          mapping::PatchOrder order = mapping::PatchOrder::position_major)
      : graph_(std::move(graph)),
        inference_plan_(forward_plan(graph_, false)),
        training_plan_(forward_plan(graph_, true)),
        gradient_plan_(backward_plan(graph_)) {
    layers_.reserve(graph_.nodes().size());
    for (const Node& node : graph_.nodes()) layers_.push_back(make_layer(node, make_kernel, operands, order));
    values_.resize(std::max(inference_plan_.size.size(), training_plan_.size.size()));
    gradients_.resize(gradient_plan_.size.size());
  }

  const Graph& graph() const { return graph_; }

  /// Fresh weights: convolutions normal with variance 2 / fan-out, linear layers with variance 1 / (3 fan-in), as wide
  /// as PyTorch's uniform ones; batch norms the identity, biases 0.
  ///
  /// source  He et al. 2015, arXiv 1502.01852, equation 14, as torchvision initialises ResNets
  void initialise(const Rng& rng) {
    for (Index i = 0; i < graph_.size(); ++i) {
      const auto key = rng.at(static_cast<std::uint64_t>(i));
      if (auto* conv = std::get_if<Conv2d>(&layer(i))) {
        const auto& [height, width] = std::get<op::Conv2d>(graph_.node(i).operation).window.kernel;
        conv->initialise(std::sqrt(2.0 / static_cast<double>(conv->out_shape().channels * height * width)), key);
      } else if (auto* linear = std::get_if<Linear>(&layer(i))) {
        linear->initialise(std::sqrt(1.0 / (3.0 * static_cast<double>(linear->in()))), key);
      } else if (auto* norm = std::get_if<nn::BatchNorm<T>>(&layer(i))) {
        norm->initialise();
      }
    }
  }
  /// Carries the master weights to the kernels.
  void program(const Rng& rng, cost::Ledger& ledger) {
    for (Index i = 0; i < graph_.size(); ++i) {
      const auto key = rng.at(static_cast<std::uint64_t>(i));
      if (auto* conv = std::get_if<Conv2d>(&layer(i))) conv->program(key, ledger);
      if (auto* linear = std::get_if<Linear>(&layer(i))) linear->program(key, ledger);
    }
  }
  /// The running statistics become averages over the forward passes for calibration that follow.
  void start_calibration() {
    for (Layer& any : layers_) {
      if (auto* norm = std::get_if<nn::BatchNorm<T>>(&any)) norm->start_calibration();
    }
  }

  /// Logits (N, classes), valid until the next call.
  /// throws std::invalid_argument: the rows of `images` are not whole images of the graph's shape
  ConstView forward(ConstMatrixRef_<T> images, const Rng& rng, cost::Ledger& ledger, Mode mode) {
    return forward(images, rng, ledger, mode, [](const Node&, ConstMatrixRef_<T>) {});
  }
  /// For training, or inference: what task::Trainer and task::predict ask for.
  ConstView forward(ConstMatrixRef_<T> images, const Rng& rng, cost::Ledger& ledger, bool training) {
    return forward(images, rng, ledger, training ? Mode::training : Mode::inference);
  }
  /// The same; observe(node, y) sees the output y (N H W, C) of every node but the images, in order, as soon as it is
  /// computed.
  template <class Observe>
  ConstView forward(ConstMatrixRef_<T> images, const Rng& rng, cost::Ledger& ledger, Mode mode,
                    const Observe& observe) {
    const mapping::ImageShape& in = graph_.input_shape();
    images_ = images.rows() / in.pixels();
    require_shape("ConvNet::forward: images", images, std::max<Index>(images_, 1) * in.pixels(), in.channels);
    mode_ = mode;
    rng_ = rng;
    for (std::size_t b = 0; b < plan().size.size(); ++b) values_[b].resize(images_, plan().size[b]);
    value(0) = images;
    for (Index i = 1; i < graph_.size(); ++i) {
      std::visit([&](auto& any) { forward(i, any, ledger); }, layer(i));
      observe(graph_.node(i), value(i));
    }
    return std::as_const(values_[plan().of(graph_.size() - 1)]).view();
  }
  /// Adds the gradients of all parameters, from that of the logits (N, classes) of the last forward pass.
  /// throws std::invalid_argument: that was not one for training; the shape of d_logits
  void backward(ConstMatrixRef_<T> d_logits) {
    require(mode_ == Mode::training, "ConvNet::backward: the last forward pass was not one for training");
    const Index last = graph_.size() - 1;
    require_shape("ConvNet::backward: d_logits", d_logits, value(last).rows(), value(last).cols());
    has_gradient_.assign(graph_.nodes().size(), false);
    d(last) = d_logits;
    has_gradient_.back() = true;
    for (Index i = last; i > 0; --i) {
      if (has_gradient_[static_cast<std::size_t>(i)]) std::visit([&](auto& any) { backward(i, any); }, layer(i));
    }
  }
  /// (N H W, C): the gradient of the images, after a backward pass
  ConstView d_images() const { return gradients_[gradient_plan_.of(0)].view(); }

  /// In the order of the graph, under PyTorch's names; they point into this network.
  nn::Parameters<T> parameters() {
    nn::Parameters<T> list;
    for (Layer& any : layers_) {
      const auto append = [&](auto& one) {
        if constexpr (requires { one.parameters(); }) nn::append(list, one);
      };
      std::visit(append, any);
    }
    return list;
  }

 private:
  using Conv2d = nn::Conv2d<T, Kernel>;
  using Linear = nn::Linear<T, Kernel>;
  using Layer = std::variant<op::Input, Conv2d, Linear, nn::BatchNorm<T>, op::Relu, nn::MaxPool<T>, nn::AveragePool<T>,
                             op::Add, op::Concat, op::Flatten, op::PaddedShortcut, nn::Dropout<T>>;

  template <class MakeKernel>
  Layer make_layer(const Node& node, MakeKernel& make_kernel, nn::BackwardOperands operands,
                   mapping::PatchOrder order) const {
    const mapping::ImageShape in = node.inputs.empty() ? node.shape : graph_.node(node.inputs.front()).shape;
    const auto make = [&](const auto& operation) -> Layer {
      using Op = std::decay_t<decltype(operation)>;
      const std::string_view path = node.name;
      if constexpr (std::is_same_v<Op, op::Conv2d>) {
        return Conv2d(node.name, in, operation.out, operation.window, make_kernel(path, ProductKind::convolution),
                      operands, operation.bias, operation.groups, order);
      } else if constexpr (std::is_same_v<Op, op::Linear>) {
        return Linear(node.name, in.channels, operation.out, make_kernel(path, ProductKind::linear), operands,
                      operation.bias);
      } else if constexpr (std::is_same_v<Op, op::BatchNorm>) {
        return nn::BatchNorm<T>(node.name, in.channels, operation.epsilon);
      } else if constexpr (std::is_same_v<Op, op::MaxPool>) {
        return nn::MaxPool<T>(in, operation.window);
      } else if constexpr (std::is_same_v<Op, op::AveragePool>) {
        return nn::AveragePool<T>(in, operation.window, operation.counts_padding);
      } else if constexpr (std::is_same_v<Op, op::AdaptiveAveragePool>) {
        return nn::AveragePool<T>(in, operation.out);
      } else if constexpr (std::is_same_v<Op, op::Dropout>) {
        return nn::Dropout<T>(operation.p);
      } else {
        return operation;
      }
    };
    return std::visit(make, node.operation);
  }

  Layer& layer(Index i) { return layers_[static_cast<std::size_t>(i)]; }
  Index input(Index i, std::size_t k = 0) const { return graph_.node(i).inputs[k]; }
  const mapping::ImageShape& in_shape(Index i) const { return graph_.node(input(i)).shape; }
  Rng key(Index i) const { return rng_.at(static_cast<std::uint64_t>(i)); }

  const BufferPlan& plan() const { return mode_ == Mode::training ? training_plan_ : inference_plan_; }
  /// The output of node i, and its gradient: (N H W, C).
  View value(Index i) { return shaped(values_[plan().of(i)], i); }
  View d(Index i) { return shaped(gradients_[gradient_plan_.of(i)], i); }
  View shaped(nn::Buffer<T>& buffer, Index i) const {
    const mapping::ImageShape& shape = graph_.node(i).shape;
    return buffer.resize(images_ * shape.pixels(), shape.channels);
  }
  /// The gradient of input k of node i: the first of its readers overwrites it, the others add.
  struct Target {
    View d;
    nn::Into into;
  };
  Target target(Index i, std::size_t k = 0) {
    const Index x = input(i, k);
    const auto at = static_cast<std::size_t>(x);
    const nn::Into into = has_gradient_[at] ? nn::Into::add : nn::Into::overwrite;
    has_gradient_[at] = true;
    return {d(x), into};
  }
  static std::span<T> elements(View view) { return {view.data(), static_cast<std::size_t>(view.size())}; }
  void book(Index i, cost::Action action, Index count, cost::Ledger& ledger) const {
    const cost::Ledger::Scope scope(ledger, graph_.node(i).name);
    ledger.add(action, static_cast<std::uint64_t>(count));
  }
  bool drops(const nn::Dropout<T>& dropout) const { return mode_ == Mode::training && dropout.active(); }

  void forward(Index, op::Input&, cost::Ledger&) {}
  void forward(Index i, Conv2d& conv, cost::Ledger& ledger) { conv.forward(value(input(i)), value(i), key(i), ledger); }
  void forward(Index i, Linear& linear, cost::Ledger& ledger) {
    linear.forward(value(input(i)), value(i), key(i), ledger);
  }
  void forward(Index i, nn::BatchNorm<T>& norm, cost::Ledger& ledger) {
    norm.forward(value(input(i)), value(i), mode_, ledger);
  }
  void forward(Index i, op::Relu&, cost::Ledger& ledger) {
    nn::relu<T>(elements(value(input(i))), elements(value(i)));
    book(i, cost::action::digital_compare, value(i).size(), ledger);
  }
  void forward(Index i, nn::MaxPool<T>& pool, cost::Ledger& ledger) {
    pool.forward(value(input(i)), value(i), mode_ == Mode::training);
    book(i, cost::action::digital_compare, images_ * pool.taps(), ledger);
  }
  void forward(Index i, nn::AveragePool<T>& pool, cost::Ledger& ledger) {
    pool.forward(value(input(i)), value(i));
    book(i, cost::action::digital_add, images_ * pool.taps(), ledger);
    book(i, cost::action::digital_scale, value(i).size(), ledger);
  }
  void forward(Index i, op::Add&, cost::Ledger& ledger) {
    nn::add<T>(elements(value(input(i, 0))), elements(value(input(i, 1))), elements(value(i)));
    book(i, cost::action::digital_add, value(i).size(), ledger);
  }
  void forward(Index i, op::Concat&, cost::Ledger&) {
    for_each_part(i, [&](std::size_t k, Index begin, Index count) {
      nn::copy_channels<T>(value(input(i, k)), value(i).middleCols(begin, count));
    });
  }
  void forward(Index i, op::Flatten&, cost::Ledger&) { nn::flatten<T>(value(input(i)), value(i)); }
  void forward(Index i, op::PaddedShortcut&, cost::Ledger&) {
    nn::padded_shortcut<T>(in_shape(i), value(input(i)), value(i));
  }
  void forward(Index i, nn::Dropout<T>& dropout, cost::Ledger&) {
    if (drops(dropout)) {
      dropout.apply(key(i), value(input(i)), value(i));
    } else {
      nn::copy<T>(elements(value(input(i))), elements(value(i)));
    }
  }

  void backward(Index, op::Input&) {}
  void backward(Index i, Conv2d& conv) {
    const auto [dx, into] = target(i);
    conv.backward(value(input(i)), d(i), dx, into);
  }
  void backward(Index i, Linear& linear) {
    const auto [dx, into] = target(i);
    linear.backward(value(input(i)), d(i), dx, into);
  }
  void backward(Index i, nn::BatchNorm<T>& norm) {
    const auto [dx, into] = target(i);
    norm.backward(value(input(i)), d(i), dx, into);
  }
  void backward(Index i, op::Relu&) {
    const auto [dx, into] = target(i);
    nn::relu_backward<T>(elements(value(i)), elements(d(i)), elements(dx), into);
  }
  template <class Pool>
  requires std::same_as<Pool, nn::MaxPool<T>> || std::same_as<Pool, nn::AveragePool<T>>
  void backward(Index i, Pool& pool) {
    const auto [dx, into] = target(i);
    pool.backward(d(i), dx, into);
  }
  void backward(Index i, op::Add&) {
    for (std::size_t k = 0; k < 2; ++k) {
      const auto [dx, into] = target(i, k);
      nn::copy<T>(elements(d(i)), elements(dx), into);
    }
  }
  void backward(Index i, op::Concat&) {
    for_each_part(i, [&](std::size_t k, Index begin, Index count) {
      const auto [dx, into] = target(i, k);
      nn::copy_channels<T>(d(i).middleCols(begin, count), dx, into);
    });
  }
  void backward(Index i, op::Flatten&) {
    const auto [dx, into] = target(i);
    nn::flatten_backward<T>(d(i), dx, into);
  }
  void backward(Index i, op::PaddedShortcut&) {
    const auto [dx, into] = target(i);
    nn::padded_shortcut_backward<T>(in_shape(i), d(i), dx, into);
  }
  void backward(Index i, nn::Dropout<T>& dropout) {
    if (drops(dropout)) dropout.apply(key(i), d(i), d(i));
    const auto [dx, into] = target(i);
    nn::copy<T>(elements(d(i)), elements(dx), into);
  }
  /// visit(k, first channel, channels) for each input of a concatenation
  template <class Visit>
  void for_each_part(Index i, const Visit& visit) const {
    Index begin = 0;
    for (std::size_t k = 0; k < graph_.node(i).inputs.size(); ++k) {
      const Index count = graph_.node(input(i, k)).shape.channels;
      visit(k, begin, count);
      begin += count;
    }
  }

  Graph graph_;
  std::vector<Layer> layers_;  // of each node
  BufferPlan inference_plan_, training_plan_, gradient_plan_;

  Index images_ = 0;  // of the last forward pass, as all below
  Mode mode_ = Mode::inference;
  Rng rng_{0};
  std::vector<nn::Buffer<T>> values_, gradients_;
  std::vector<bool> has_gradient_;  // of each node
};

}  // namespace pim::model
