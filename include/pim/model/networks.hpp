#pragma once
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/text.hpp>
#include <pim/model/graph.hpp>

/// Networks whose modules have the names of their PyTorch state dictionaries, so that checkpoints load.
namespace pim::model {

/// Images of 1 x 28 x 28 in, 10 classes out: LeNet-5 with ReLU and max pooling.
/// source  LeCun et al., Proceedings of the IEEE 86 (1998)
inline Graph lenet5() {
  Graph net({1, 28, 28});
  const auto stage = [&](const char* name, Value x, Index out, Index padding) {
    x = net.conv2d(name, x, {.out = out, .window = mapping::square_window(5, 1, padding)});
    return net.max_pool(net.relu(x), mapping::square_window(2, 2));
  };
  Value x = stage("conv2", stage("conv1", net.input(), 6, 2), 16, 0);
  x = net.relu(net.linear("fc1", net.flatten(x), {.out = 120}));
  x = net.relu(net.linear("fc2", x, {.out = 84}));
  net.linear("fc3", x, {.out = 10});
  return net;
}

/// The MNIST network of the ONNX model zoo: 1 x 28 x 28 in, 10 classes out.
inline Graph mnist_cnn() {
  Graph net({1, 28, 28});
  Value x = net.conv2d("conv1", net.input(), {.out = 8, .window = mapping::square_window(5, 1, 2)});
  x = net.max_pool(net.relu(x), mapping::square_window(2, 2));
  x = net.conv2d("conv2", x, {.out = 16, .window = mapping::square_window(5, 1, 2)});
  x = net.max_pool(net.relu(x), mapping::square_window(3, 3));
  net.linear("fc", net.flatten(x), {.out = 10});
  return net;
}

namespace detail {
/// TensorFlow's SAME padding: ceil(size / stride) outputs, an odd pixel of padding at the bottom and right.
inline mapping::Window same_window(Index kernel, Index stride, const mapping::ImageShape& in) {
  const auto pad = [&](Index length) {
    return std::max<Index>((ceil_div(length, stride) - 1) * stride + kernel - length, 0);
  };
  mapping::Window window = mapping::square_window(kernel, stride);
  const Index height = pad(in.height), width = pad(in.width);
  window.padding = {height / 2, width / 2, height - height / 2, width - width / 2};
  return window;
}
/// PyTorch's ceil_mode: padding at the bottom and right until the last, incomplete window fits.
inline mapping::Window ceil_window(Index kernel, Index stride, Index padding, const mapping::ImageShape& in) {
  mapping::Window window = mapping::square_window(kernel, stride, padding);
  const auto missing = [&](Index length) {
    const Index rest = (length + 2 * padding - kernel) % stride;
    return rest == 0 ? 0 : stride - rest;
  };
  window.padding.bottom += missing(in.height);
  window.padding.right += missing(in.width);
  return window;
}
}  // namespace detail

/// MLPerf Tiny's ResNet for CIFAR-10: 3 x 32 x 32 in, 10 classes out, a convolution in shortcuts that change the shape.
/// source  github.com/mlcommons/tiny, benchmark/training/image_classification
inline Graph resnet8() {
  Graph net({3, 32, 32});
  const auto conv_norm = [&](const std::string& prefix, const char* number, Value x, Index out, Index stride) {
    const mapping::Window window = detail::same_window(3, stride, net.shape(x));
    x = net.conv2d(prefix + "conv" + number, x, {.out = out, .window = window});
    return net.batch_norm(prefix + "bn" + number, x, {.epsilon = 1e-3});
  };
  const auto block = [&](const std::string& prefix, Value x, Index out) {
    const bool same = net.shape(x).channels == out;
    const Index stride = same ? 1 : 2;
    Value y = net.relu(conv_norm(prefix, "1", x, out, stride));
    y = conv_norm(prefix, "2", y, out, 1);
    if (!same) x = net.conv2d(prefix + "shortcut", x, {.out = out, .window = mapping::square_window(1, stride)});
    return net.relu(net.add(y, x));
  };
  Value x = net.relu(conv_norm("", "1", net.input(), 16, 1));
  x = block("layer1.", x, 16);
  x = block("layer2.", x, 32);
  x = block("layer3.", x, 64);
  net.linear("fc", net.flatten(net.adaptive_average_pool(x)), {.out = 10});
  return net;
}

/// The ResNets for CIFAR-10 of 6 n + 2 layers: 3 x 32 x 32 in, 10 classes out, shortcuts without weights.
/// source  He et al. 2016, arXiv 1512.03385, section 4.2; names of github.com/akamaster/pytorch_resnet_cifar10
inline Graph cifar_resnet(Index blocks_per_layer) {
  Graph net({3, 32, 32});
  const auto conv_norm = [&](const std::string& prefix, const char* number, Value x, Index out, Index stride) {
    const mapping::Window window = mapping::square_window(3, stride, 1);
    x = net.conv2d(prefix + "conv" + number, x, {.out = out, .window = window, .bias = false});
    return net.batch_norm(prefix + "bn" + number, x);
  };
  Value x = net.relu(conv_norm("", "1", net.input(), 16, 1));
  for (Index layer = 1, out = 16; layer <= 3; ++layer, out *= 2) {
    for (Index block = 0; block < blocks_per_layer; ++block) {
      const std::string prefix = "layer" + std::to_string(layer) + '.' + std::to_string(block) + '.';
      const bool same = net.shape(x).channels == out;
      Value y = net.relu(conv_norm(prefix, "1", x, out, same ? 1 : 2));
      y = conv_norm(prefix, "2", y, out, 1);
      x = net.relu(net.add(y, same ? x : net.padded_shortcut(x, out, prefix + "shortcut")));
    }
  }
  net.linear("linear", net.flatten(net.adaptive_average_pool(x)), {.out = 10});
  return net;
}
inline Graph resnet20() { return cifar_resnet(3); }
inline Graph resnet32() { return cifar_resnet(5); }

/// 3 x 224 x 224 in, 1000 classes out.
/// source  Krizhevsky 2014, arXiv 1404.5997; sizes and names of torchvision's alexnet
inline Graph alexnet() {
  Graph net({3, 224, 224});
  const auto conv = [&](const char* name, Value x, Index out, const mapping::Window& window) {
    return net.relu(net.conv2d(name, x, {.out = out, .window = window}));
  };
  const mapping::Window pool = mapping::square_window(3, 2);
  Value x = net.max_pool(conv("features.0", net.input(), 64, mapping::square_window(11, 4, 2)), pool);
  x = net.max_pool(conv("features.3", x, 192, mapping::square_window(5, 1, 2)), pool);
  x = conv("features.6", x, 384, mapping::square_window(3, 1, 1));
  x = conv("features.8", x, 256, mapping::square_window(3, 1, 1));
  x = net.max_pool(conv("features.10", x, 256, mapping::square_window(3, 1, 1)), pool);
  x = net.flatten(net.adaptive_average_pool(x, {6, 6}, "avgpool"));
  x = net.relu(net.linear("classifier.1", net.dropout(x, {}, "classifier.0"), {.out = 4096}));
  x = net.relu(net.linear("classifier.4", net.dropout(x, {}, "classifier.3"), {.out = 4096}));
  net.linear("classifier.6", x, {.out = 1000});
  return net;
}

/// 3 x 224 x 224 in, 1000 classes out, without the auxiliary heads of training; the third branch of a module has 3 x 3
/// windows where the paper has 5 x 5, as torchvision has.
/// source  Szegedy et al. 2015, arXiv 1409.4842; sizes and names of torchvision's googlenet
inline Graph googlenet() {
  Graph net({3, 224, 224});
  const auto conv = [&](const std::string& name, Value x, Index out, const mapping::Window& window) {
    x = net.conv2d(name + ".conv", x, {.out = out, .window = window, .bias = false});
    return net.relu(net.batch_norm(name + ".bn", x, {.epsilon = 1e-3}));
  };
  const auto pool = [&](const char* name, Value x, Index kernel) {
    return net.max_pool(x, detail::ceil_window(kernel, 2, 0, net.shape(x)), name);
  };
  struct Sizes {
    Index branch1, reduce2, branch2, reduce3, branch3, branch4;
  };
  const auto inception = [&](const char* module, Value x, const Sizes& out) {
    const std::string name = std::string("inception") + module;
    const mapping::Window point, square = mapping::square_window(3, 1, 1);
    const Value a = conv(name + ".branch1", x, out.branch1, point);
    const Value b = conv(name + ".branch2.1", conv(name + ".branch2.0", x, out.reduce2, point), out.branch2, square);
    const Value c = conv(name + ".branch3.1", conv(name + ".branch3.0", x, out.reduce3, point), out.branch3, square);
    const Value d = conv(name + ".branch4.1", net.max_pool(x, square, name + ".branch4.0"), out.branch4, point);
    return net.concat({a, b, c, d}, name);
  };
  Value x = pool("maxpool1", conv("conv1", net.input(), 64, mapping::square_window(7, 2, 3)), 3);
  x = conv("conv3", conv("conv2", x, 64, {}), 192, mapping::square_window(3, 1, 1));
  x = pool("maxpool2", x, 3);
  x = inception("3a", x, {64, 96, 128, 16, 32, 32});
  x = inception("3b", x, {128, 128, 192, 32, 96, 64});
  x = pool("maxpool3", x, 3);
  x = inception("4a", x, {192, 96, 208, 16, 48, 64});
  x = inception("4b", x, {160, 112, 224, 24, 64, 64});
  x = inception("4c", x, {128, 128, 256, 24, 64, 64});
  x = inception("4d", x, {112, 144, 288, 32, 64, 64});
  x = inception("4e", x, {256, 160, 320, 32, 128, 128});
  x = pool("maxpool4", x, 2);
  x = inception("5a", x, {256, 160, 320, 32, 128, 128});
  x = inception("5b", x, {384, 192, 384, 48, 128, 128});
  x = net.flatten(net.adaptive_average_pool(x, {}, "avgpool"));
  net.linear("fc", net.dropout(x, {.p = 0.2}, "dropout"), {.out = 1000});
  return net;
}

/// 3 x 224 x 224 in, 1000 classes out, version 1.5: the 3 x 3 convolution of a block has its stride.
/// source  He et al. 2016, arXiv 1512.03385; sizes and names of torchvision's resnet50
inline Graph resnet50() {
  Graph net({3, 224, 224});
  const auto conv_norm = [&](const std::string& conv, const std::string& norm, Value x, Index out, Index kernel,
                             Index stride) {
    const mapping::Window window = mapping::square_window(kernel, stride, kernel / 2);
    return net.batch_norm(norm, net.conv2d(conv, x, {.out = out, .window = window, .bias = false}));
  };
  const auto block = [&](const std::string& prefix, Value x, Index width, Index stride) {
    Value y = net.relu(conv_norm(prefix + "conv1", prefix + "bn1", x, width, 1, 1));
    y = net.relu(conv_norm(prefix + "conv2", prefix + "bn2", y, width, 3, stride));
    y = conv_norm(prefix + "conv3", prefix + "bn3", y, 4 * width, 1, 1);
    if (net.shape(x) != net.shape(y)) {
      x = conv_norm(prefix + "downsample.0", prefix + "downsample.1", x, 4 * width, 1, stride);
    }
    return net.relu(net.add(y, x));
  };
  Value x = net.relu(conv_norm("conv1", "bn1", net.input(), 64, 7, 2));
  x = net.max_pool(x, mapping::square_window(3, 2, 1), "maxpool");
  constexpr std::array<Index, 4> depths = {3, 4, 6, 3};
  for (std::size_t layer = 0; layer < depths.size(); ++layer) {
    for (Index i = 0; i < depths[layer]; ++i) {
      const std::string prefix = "layer" + std::to_string(layer + 1) + '.' + std::to_string(i) + '.';
      x = block(prefix, x, Index{64} << layer, i == 0 && layer > 0 ? 2 : 1);
    }
  }
  net.linear("fc", net.flatten(net.adaptive_average_pool(x, {}, "avgpool")), {.out = 1000});
  return net;
}

/// What the published weights of a network take a pixel as; v is its value, 0 to 255, of each channel.
enum class Preprocessing {
  raw,       ///< v
  unit,      ///< v / 255
  mnist,     ///< (v / 255 - 0.1307) / 0.3081
  centred,   ///< (v / 255 - 0.5) / 0.5
  imagenet,  ///< (v / 255 - mean) / deviation; mean (0.485, 0.456, 0.406), deviation (0.229, 0.224, 0.225)
};

/// A network of the table below.
struct Network {
  std::string name;
  Graph graph;
  Preprocessing preprocessing = Preprocessing::raw;

  const mapping::ImageShape& input_shape() const { return graph.input_shape(); }
  Index classes() const { return graph.output_shape().channels; }
};

namespace detail {
struct NetworkEntry {
  std::string_view name;
  Graph (*make)();
  Preprocessing preprocessing;
};
/// torchvision's weights of GoogLeNet take images that its transform_input brought to (v / 255 - 0.5) / 0.5.
inline constexpr auto networks = std::to_array<NetworkEntry>({
    {"lenet", lenet5, Preprocessing::mnist},
    {"mnist-cnn", mnist_cnn, Preprocessing::unit},
    {"resnet8", resnet8, Preprocessing::raw},
    {"resnet20", resnet20, Preprocessing::imagenet},
    {"resnet32", resnet32, Preprocessing::imagenet},
    {"alexnet", alexnet, Preprocessing::imagenet},
    {"googlenet", googlenet, Preprocessing::centred},
    {"resnet50", resnet50, Preprocessing::imagenet},
});
}  // namespace detail

/// "lenet", "mnist-cnn", "resnet8", "resnet20", "resnet32", "alexnet", "googlenet", "resnet50"
inline std::vector<std::string_view> network_names() {
  std::vector<std::string_view> names;
  for (const auto& entry : detail::networks) names.push_back(entry.name);
  return names;
}

/// throws std::invalid_argument: no network has this name; the message has the nearest that one has
inline Network make_network(std::string_view name) {
  for (const auto& entry : detail::networks) {
    if (entry.name == name) return {std::string(name), entry.make(), entry.preprocessing};
  }
  throw std::invalid_argument("there is no network " + in_quotes(name) + did_you_mean(name, network_names()));
}

}  // namespace pim::model
