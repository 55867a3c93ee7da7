#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/matrix.hpp>
#include <pim/core/parallel.hpp>
#include <pim/mapping/window.hpp>
#include <pim/model/graph.hpp>
#include <pim/nn/int8_layers.hpp>
#include <pim/numeric/quantized.hpp>

namespace pim::model {

/// The images: the code of a pixel is the pixel - 128, its scale 1.
struct Int8Input {
  static constexpr numeric::Quantization quantization = {.scale = 1.0, .zero_point = numeric::int8_min};

  nn::Int8Codes operator()(const ConstMatrixRef_<std::uint8_t>& pixels) const {
    return (pixels.cast<std::int32_t>().array() + quantization.zero_point).cast<std::int8_t>();
  }
};

/// One operation of an int8 network, and shape and meaning of the codes that it gives for one image.
struct Int8Node {
  using Operation = std::variant<Int8Input, nn::Int8Conv2d, nn::Int8Add, nn::Int8AveragePool>;

  std::string name;
  Operation operation;
  std::vector<Index> inputs;  ///< nodes, all of them earlier
  mapping::ImageShape shape;  ///< (C, H, W), or (features, 1, 1)
  numeric::Quantization quantization;
};

/// A network of int8 weights and activations as data, the images first, the logits last. It is computed with integers
/// alone; every code is that of TensorFlow Lite's reference kernels.
///
///   Int8Network net({3, 32, 32});
///   auto x = net.conv2d("conv1", net.input(), mapping::square_window(3, 1, 1), weights, {.scale = 0.04}, true);
///   net.fully_connected("fc", net.average_pool("pool", x), fc_weights, {.scale = 0.17, .zero_point = 24});
///   const nn::Int8Codes logits = net.forward(images);
///
/// throws  std::invalid_argument, one line naming the node: shapes that do not fit; a scale that is not positive; a
///         zero point that is no int8; weights whose sums could need more than 32 bits
class Int8Network {
 public:
  explicit Int8Network(const mapping::ImageShape& image) {
    require(image.channels >= 1 && image.height >= 1 && image.width >= 1,
            "input: images have at least one channel and one pixel");
    nodes_.push_back({"input", Int8Input{}, {}, image, Int8Input::quantization});
  }

  const std::vector<Int8Node>& nodes() const { return nodes_; }
  const Int8Node& node(Value x) const { return nodes_.at(static_cast<std::size_t>(x.node)); }
  const Int8Node& output() const { return nodes_.back(); }
  static Value input() { return {0}; }

  Value conv2d(const std::string& name, Value x, const mapping::Window& window, const nn::Int8Weights& weights,
               const numeric::Quantization& out, bool relu = false) {
    return add_node(name, {x}, out, [&] {
      const nn::Int8Conv2d conv(node(x).shape, window, weights, node(x).quantization, out, relu);
      return std::pair(Int8Node::Operation(conv), conv.output_shape());
    });
  }
  /// Of features, or of images of one pixel.
  Value fully_connected(const std::string& name, Value x, const nn::Int8Weights& weights,
                        const numeric::Quantization& out, bool relu = false) {
    check(node(x).shape.pixels() == 1, name, "takes features, but " + described(x));
    return conv2d(name, x, mapping::square_window(1), weights, out, relu);
  }
  Value add(const std::string& name, Value a, Value b, const numeric::Quantization& out, bool relu = false) {
    check(node(a).shape == node(b).shape, name, "takes equal shapes, but " + described(a) + " and " + described(b));
    return add_node(name, {a, b}, out, [&] {
      const auto sum = numeric::quantized_add(node(a).quantization, node(b).quantization, out, relu);
      return std::pair(Int8Node::Operation(nn::Int8Add{sum}), node(a).shape);
    });
  }
  /// The mean over the image, with the scale and zero point of x.
  Value average_pool(const std::string& name, Value x) {
    const Index pixels = node(x).shape.pixels();
    check(pixels <= nn::Int8AveragePool::most_pixels, name, "the image is too large for sums of 32 bits");
    return add_node(name, {x}, node(x).quantization, [&] {
      return std::pair(Int8Node::Operation(nn::Int8AveragePool{pixels}),
                       mapping::ImageShape{node(x).shape.channels, 1, 1});
    });
  }

  /// The codes of the last node (N H W, C), for logits (N, classes), of images (N H W, C) of pixels; on the pool's
  /// threads.
  /// throws std::invalid_argument: no whole images of the network's shape
  nn::Int8Codes forward(const ConstMatrixRef_<std::uint8_t>& images) const {
    constexpr Index run = 8;  // images whose codes are held at a time
    const Index pixels = nodes_.front().shape.pixels(), count = images.rows() / pixels;
    require_images(images);
    nn::Int8Codes logits(count * output().shape.pixels(), output().shape.channels);
    parallel_for_ranges(count, run, [&](Index begin, Index end) {
      const Index rows = output().shape.pixels();
      logits.middleRows(begin * rows, (end - begin) * rows) =
          activations(images.middleRows(begin * pixels, (end - begin) * pixels)).back();
    });
    return logits;
  }

  /// The codes of every node (N H W, C); on this thread.
  /// throws as forward
  std::vector<nn::Int8Codes> activations(const ConstMatrixRef_<std::uint8_t>& images) const {
    require_images(images);
    std::vector<nn::Int8Codes> codes;
    for (const Int8Node& node : nodes_) {
      const auto in = [&](std::size_t i) -> const nn::Int8Codes& {
        return codes[static_cast<std::size_t>(node.inputs[i])];
      };
      codes.push_back(std::visit(
          [&](const auto& operation) {
            using Kind = std::decay_t<decltype(operation)>;
            if constexpr (std::is_same_v<Kind, Int8Input>) {
              return operation(images);
            } else if constexpr (std::is_same_v<Kind, nn::Int8Add>) {
              return operation(in(0), in(1));
            } else {
              return operation(in(0));
            }
          },
          node.operation));
    }
    return codes;
  }

 private:
  static void check(bool condition, const std::string& name, const std::string& message) {
    if (!condition) throw std::invalid_argument(name + ": " + message);
  }
  void require_images(const ConstMatrixRef_<std::uint8_t>& images) const {
    const auto& shape = nodes_.front().shape;
    require_shape("Int8Network: images", images, images.rows() / shape.pixels() * shape.pixels(), shape.channels);
  }
  std::string described(Value x) const {
    const auto& [channels, height, width] = node(x).shape;
    return node(x).name + " gives (" + std::to_string(channels) + ", " + std::to_string(height) + ", " +
           std::to_string(width) + ")";
  }
  /// make() gives the operation and the shape of its output.
  template <class Make>
  Value add_node(const std::string& name, const std::vector<Value>& inputs, const numeric::Quantization& out,
                 const Make& make) {
    nn::require_quantization(name, out);
    std::vector<Index> numbers;
    for (const Value x : inputs) numbers.push_back(x.node);
    try {
      auto [operation, shape] = make();
      nodes_.push_back({name, std::move(operation), std::move(numbers), shape, out});
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(name + ": " + error.what());
    }
    return {std::ssize(nodes_) - 1};
  }

  std::vector<Int8Node> nodes_;
};

}  // namespace pim::model
