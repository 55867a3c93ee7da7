#pragma once
#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/mapping/window.hpp>

namespace pim::model {

/// What a node of a graph does to its inputs.
namespace op {
struct Input {
  static constexpr std::string_view kind = "input";
};
struct Conv2d {
  static constexpr std::string_view kind = "conv2d";
  Index out = 0;  ///< channels
  mapping::Window window = {};
  bool bias = true;
  Index groups = 1;
};
struct Linear {
  static constexpr std::string_view kind = "linear";
  Index out = 0;  ///< features
  bool bias = true;
};
struct BatchNorm {
  static constexpr std::string_view kind = "batch_norm";
  double epsilon = 1e-5;  ///< added to the variance
};
struct Relu {
  static constexpr std::string_view kind = "relu";
};
struct MaxPool {
  static constexpr std::string_view kind = "max_pool";
  mapping::Window window = {};
};
struct AveragePool {
  static constexpr std::string_view kind = "average_pool";
  mapping::Window window = {};
  bool counts_padding = true;  ///< pixels of the padding count as zeros; else they do not count
};
struct AdaptiveAveragePool {
  static constexpr std::string_view kind = "adaptive_average_pool";
  mapping::Extent out = {};
};
struct Add {
  static constexpr std::string_view kind = "add";
};
/// Channels side by side.
struct Concat {
  static constexpr std::string_view kind = "concat";
};
/// (C, H, W) to C H W features.
struct Flatten {
  static constexpr std::string_view kind = "flatten";
};
/// Every second pixel of every second row, with as many channels of zeros in front as behind.
/// source  He et al. 2016, arXiv 1512.03385, section 4.2: shortcuts of option A
struct PaddedShortcut {
  static constexpr std::string_view kind = "padded_shortcut";
  Index out = 0;  ///< channels
};
struct Dropout {
  static constexpr std::string_view kind = "dropout";
  double p = 0.5;  ///< probability that an element becomes 0 in training
};
}  // namespace op

using Operation =
    std::variant<op::Input, op::Conv2d, op::Linear, op::BatchNorm, op::Relu, op::MaxPool, op::AveragePool,
                 op::AdaptiveAveragePool, op::Add, op::Concat, op::Flatten, op::PaddedShortcut, op::Dropout>;

inline std::string_view kind(const Operation& operation) {
  return std::visit([](const auto& o) { return o.kind; }, operation);
}

/// One operation of a network and the shape of what it gives for one image: (C, H, W), or (features, 1, 1).
struct Node {
  std::string name;  ///< PyTorch's path of the module, where there is one
  Operation operation;
  std::vector<Index> inputs;  ///< nodes, all of them earlier
  mapping::ImageShape shape;
};

/// What a node gives: an input for others.
struct Value {
  Index node = 0;
};

/// A feed-forward network as data: nodes in an order in which they can be computed, the images first, the logits last.
///
///   Graph net({3, 32, 32});
///   auto x = net.conv2d("conv1", net.input(), {.out = 16, .window = mapping::square_window(3, 1, 1)});
///   x = net.relu(net.batch_norm("bn1", x));
///   net.linear("fc", net.flatten(net.adaptive_average_pool(x)), {.out = 10});
///
/// Operations without weights are named after the module that they follow and their kind ("layer1.0.relu") unless they
/// are given a name.
/// throws  std::invalid_argument, one line naming the node: inputs whose shapes do not fit, sizes that make no sense, a
///         name that is taken
class Graph {
 public:
  explicit Graph(const mapping::ImageShape& image) {
    check(image.channels >= 1 && image.pixels() >= 1, "input", "images have at least one channel and one pixel");
    nodes_.push_back({"input", op::Input{}, {}, image});
  }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(Index i) const { return nodes_[static_cast<std::size_t>(i)]; }
  Index size() const { return std::ssize(nodes_); }
  const mapping::ImageShape& input_shape() const { return nodes_.front().shape; }
  const mapping::ImageShape& output_shape() const { return nodes_.back().shape; }
  const mapping::ImageShape& shape(Value x) const { return nodes_.at(static_cast<std::size_t>(x.node)).shape; }

  static Value input() { return {0}; }

  Value conv2d(std::string name, Value x, const op::Conv2d& conv) {
    const mapping::ImageShape in = shape(x);
    check_window(name, conv.window, in);
    check(conv.out >= 1 && conv.groups >= 1 && conv.out % conv.groups == 0 && in.channels % conv.groups == 0, name,
          "groups (" + std::to_string(conv.groups) + ") must divide the channels of input (" +
              std::to_string(in.channels) + ") and output (" + std::to_string(conv.out) + ")");
    return add_node(std::move(name), conv, {x}, windowed(conv.out, conv.window, in));
  }
  Value linear(std::string name, Value x, const op::Linear& linear) {
    check(shape(x).pixels() == 1, name, "takes features, but " + described(x) + "; flatten it first");
    check(linear.out >= 1, name, "needs at least one output");
    return add_node(std::move(name), linear, {x}, {linear.out, 1, 1});
  }
  Value batch_norm(std::string name, Value x, const op::BatchNorm& norm = {}) {
    check(norm.epsilon > 0.0, name, "epsilon must be above 0");
    return add_node(std::move(name), norm, {x}, shape(x));
  }
  Value relu(Value x, std::string name = "") { return add_node(std::move(name), op::Relu{}, {x}, shape(x)); }
  Value max_pool(Value x, const mapping::Window& window, std::string name = "") {
    const std::string title = name.empty() ? std::string(op::MaxPool::kind) : name;
    check_window(title, window, shape(x));
    check_no_empty_window(title, window, shape(x));
    return add_node(std::move(name), op::MaxPool{window}, {x}, windowed(shape(x).channels, window, shape(x)));
  }
  Value average_pool(Value x, const op::AveragePool& pool, std::string name = "") {
    const std::string title = name.empty() ? std::string(op::AveragePool::kind) : name;
    check_window(title, pool.window, shape(x));
    check_no_empty_window(title, pool.window, shape(x));
    return add_node(std::move(name), pool, {x}, windowed(shape(x).channels, pool.window, shape(x)));
  }
  /// To `out` pixels, whatever the input's size; without it the mean over the image.
  Value adaptive_average_pool(Value x, const mapping::Extent& out = {}, std::string name = "") {
    check(out.height >= 1 && out.width >= 1, name.empty() ? "adaptive_average_pool" : name,
          "needs at least one pixel of output");
    return add_node(std::move(name), op::AdaptiveAveragePool{out}, {x}, {shape(x).channels, out.height, out.width});
  }
  Value add(Value a, Value b, std::string name = "") {
    check(shape(a) == shape(b), name.empty() ? "add" : name,
          "takes equal shapes, but " + described(a) + " and " + described(b));
    return add_node(std::move(name), op::Add{}, {a, b}, shape(a));
  }
  Value concat(std::initializer_list<Value> parts, std::string name = "") {
    const std::string title = name.empty() ? "concat" : name;
    check(parts.size() > 0, title, "needs at least one input");
    mapping::ImageShape whole = shape(*parts.begin());
    whole.channels = 0;
    for (const Value x : parts) {
      check(shape(x).height == whole.height && shape(x).width == whole.width, title,
            "takes images of one size, but " + described(*parts.begin()) + " and " + described(x));
      whole.channels += shape(x).channels;
    }
    return add_node(std::move(name), op::Concat{}, parts, whole);
  }
  Value flatten(Value x, std::string name = "") {
    return add_node(std::move(name), op::Flatten{}, {x}, {shape(x).size(), 1, 1});
  }
  Value padded_shortcut(Value x, Index out, std::string name = "") {
    const auto [channels, height, width] = shape(x);
    check(out >= channels && (out - channels) % 2 == 0, name.empty() ? "padded_shortcut" : name,
          "cannot pad " + std::to_string(channels) + " channels to " + std::to_string(out) +
              " by as many in front as behind");
    return add_node(std::move(name), op::PaddedShortcut{out}, {x}, {out, (height + 1) / 2, (width + 1) / 2});
  }
  Value dropout(Value x, const op::Dropout& dropout = {}, std::string name = "") {
    check(dropout.p >= 0.0 && dropout.p < 1.0, name.empty() ? "dropout" : name,
          "the probability must be at least 0 and below 1");
    return add_node(std::move(name), dropout, {x}, shape(x));
  }
  /// A node of another graph, whose inputs are numbered as in this one.
  Value append(Node node) {
    check(std::all_of(node.inputs.begin(), node.inputs.end(), [&](Index x) { return x >= 0 && x < size(); }), node.name,
          "an input is no node of the graph");
    check(!is_taken(node.name), node.name, "another node has this name");
    nodes_.push_back(std::move(node));
    return {size() - 1};
  }

 private:
  static void check(bool condition, const std::string& name, const std::string& message) {
    if (!condition) throw std::invalid_argument(name + ": " + message);
  }
  static void check_window(const std::string& name, const mapping::Window& window, const mapping::ImageShape& in) {
    const auto positive = [](const mapping::Extent& e) { return e.height >= 1 && e.width >= 1; };
    check(positive(window.kernel) && positive(window.stride) && positive(window.dilation), name,
          "kernel, stride and dilation must be at least 1");
    const auto& [top, left, bottom, right] = window.padding;
    check(std::min({top, left, bottom, right}) >= 0, name, "padding must be at least 0");
    check(positive(window.positions(in.height, in.width)), name,
          "the window does not fit an image of " + std::to_string(in.height) + " x " + std::to_string(in.width) +
              " pixels");
  }
  static void check_no_empty_window(const std::string& name, const mapping::Window& window,
                                    const mapping::ImageShape& in) {
    const auto meets = [](Index length, Index kernel, Index stride, Index dilation, Index before, Index positions) {
      for (Index i = 0; i < positions; ++i) {
        bool any = false;
        for (Index k = 0; k < kernel; ++k) {
          const Index at = i * stride - before + k * dilation;
          any = any || (at >= 0 && at < length);
        }
        if (!any) return false;
      }
      return true;
    };
    const auto& [kernel, stride, dilation, padding] = window;
    const auto [height, width] = window.positions(in.height, in.width);
    check(meets(in.height, kernel.height, stride.height, dilation.height, padding.top, height) &&
              meets(in.width, kernel.width, stride.width, dilation.width, padding.left, width),
          name, "a window lies in the padding alone; pad less");
  }
  static mapping::ImageShape windowed(Index channels, const mapping::Window& window, const mapping::ImageShape& in) {
    const auto [height, width] = window.positions(in.height, in.width);
    return {channels, height, width};
  }
  std::string described(Value x) const {
    const auto& [channels, height, width] = shape(x);
    return in_quotes(node(x.node).name) + " gives (" + std::to_string(channels) + ", " + std::to_string(height) + ", " +
           std::to_string(width) + ")";
  }
  bool is_taken(std::string_view name) const {
    return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.name == name; });
  }
  /// "layer1.0.relu" for a node that follows "layer1.0.bn1"; with a number where that is taken.
  std::string default_name(Value x, std::string_view kind) const {
    const std::string& before = node(x.node).name;
    const std::size_t dot = before.rfind('.');
    const std::string stem = (dot == std::string::npos ? "" : before.substr(0, dot + 1)) + std::string(kind);
    std::string name = stem;
    for (int n = 2; is_taken(name); ++n) name = stem + '_' + std::to_string(n);
    return name;
  }
  Value add_node(std::string name, const Operation& operation, std::vector<Value> inputs,
                 const mapping::ImageShape& shape) {
    if (name.empty()) name = default_name(inputs.front(), kind(operation));
    Node node{std::move(name), operation, {}, shape};
    for (const Value x : inputs) node.inputs.push_back(x.node);
    return append(std::move(node));
  }

  std::vector<Node> nodes_;
};

}  // namespace pim::model
