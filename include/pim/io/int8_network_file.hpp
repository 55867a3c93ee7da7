#pragma once
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/json_file.hpp>
#include <pim/io/safetensors.hpp>
#include <pim/io/strict_object.hpp>
#include <pim/model/int8_network.hpp>
#include <pim/model/networks.hpp>

/// Int8 networks: operations in a JSON file, weights in safetensors.
///
///   {"input": 0, "logits": 36,
///    "tensors": {"0": {"scale": 1.0, "zero_point": -128}, ...},
///    "ops": [{"op": "conv2d", "name": "conv1", "input": 0, "output": 22,
///             "stride": 1, "padding": "SAME", "relu": true},
///            {"op": "add", "input": [22, 24], "output": 25, "relu": true}, ...]}
///
/// Other operations: avgpool8x8, reshape (of one pixel), fully_connected, and softmax, which may only follow the
/// logits. A conv2d or fully_connected has NAME.weight (I8, [O, C, H, W] or [O, C]), NAME.weight_scale (F32, [O] or one
/// number) and NAME.bias (I32, [O]); other tensors are ignored.
namespace pim::io {

/// What the two files of an int8 network hold, and their names in messages.
struct Int8NetworkFiles {
  const Json& graph;
  const Safetensors& weights;
  std::string graph_source = "graph.json";
  std::string weights_source = "model.safetensors";
};

namespace detail {
enum class Int8Op { conv2d, add, avgpool8x8, reshape, fully_connected, softmax };
inline constexpr Named<Int8Op> int8_ops[] = {
    {"conv2d", Int8Op::conv2d},
    {"add", Int8Op::add},
    {"avgpool8x8", Int8Op::avgpool8x8},
    {"reshape", Int8Op::reshape},
    {"fully_connected", Int8Op::fully_connected},
    {"softmax", Int8Op::softmax},
};

/// Builds the network operation by operation, as the file lists them.
class Int8NetworkReader {
 public:
  Int8NetworkReader(const Int8NetworkFiles& files, const mapping::ImageShape& image) : files_(files), net_(image) {}

  model::Int8Network read() {
    StrictObject graph(files_.graph, files_.graph_source);
    read_tensors(graph);
    const auto input = graph.integer("input");
    logits_ = graph.integer("logits");
    check(quantization("input", input) == model::Int8Input::quantization, "input",
          "is no tensor of pixels - 128: give it scale 1 and zero point -128");
    values_.emplace(input, net_.input());
    const Json* ops = graph.find("ops");
    if (ops == nullptr || !ops->is_array()) graph.fail("ops", "a list of operations");
    graph.finish();
    for (std::size_t i = 0; i < ops->size(); ++i) {
      const std::string place = "ops[" + std::to_string(i) + "]";
      read_op(StrictObject((*ops)[i], files_.graph_source, place));
    }
    const model::Value logits = value("logits", logits_);
    check(&net_.node(logits) == &net_.output(), "logits", "is not what the last operation gives");
    return std::move(net_);
  }

 private:
  static constexpr Index pool_size = 8;

  void check(bool condition, const std::string& place, const std::string& what) const {
    if (!condition) throw std::invalid_argument(printable(files_.graph_source + ": " + place + " " + what));
  }
  const numeric::Quantization& quantization(const std::string& place, Index tensor) const {
    const auto at = quantizations_.find(tensor);
    check(at != quantizations_.end(), place, "is tensor " + std::to_string(tensor) + ", which tensors does not list");
    return at->second;
  }
  model::Value value(const std::string& place, Index tensor) const {
    const auto at = values_.find(tensor);
    check(at != values_.end(), place, "is tensor " + std::to_string(tensor) + ", which no operation before it gives");
    return at->second;
  }

  void read_tensors(StrictObject& graph) {
    StrictObject tensors = graph.object("tensors");
    for (const std::string& key : tensors.keys()) {
      Index number = -1;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
      check(error == std::errc() && end == key.data() + key.size() && std::to_string(number) == key, "tensors",
            "has the key " + in_quotes(key) + ", expected the number of a tensor");
      StrictObject tensor = tensors.object(key);
      quantizations_[number] = {
          .scale = tensor.number("scale", {.min = 0.0, .above_min = true}),
          .zero_point = tensor.integer<std::int32_t>("zero_point", {numeric::int8_min, numeric::int8_max})};
      tensor.finish();
    }
  }

  void read_op(StrictObject op) {
    const auto kind = op.choice("op", int8_ops);
    const auto output = op.integer("output");
    const numeric::Quantization& out = quantization(op.path() + ".output", output);
    if (kind == Int8Op::softmax) {
      check(op.integer("input") == logits_ && values_.contains(logits_), op.path(),
            "is a softmax of something else than the logits");
    } else {
      check(!values_.contains(logits_), op.path(), "stands behind the logits, where only softmax may");
      const bool is_new = values_.emplace(output, read_result(op, kind, out)).second;
      check(is_new, op.path() + ".output", "is tensor " + std::to_string(output) + ", which there is already");
    }
    op.finish();
  }
  model::Value read_result(StrictObject& op, Int8Op kind, const numeric::Quantization& out) {
    switch (kind) {
      case Int8Op::conv2d:
        return read_conv2d(op, out);
      case Int8Op::fully_connected:
        return read_fully_connected(op, out);
      case Int8Op::add:
        return read_add(op, out);
      case Int8Op::avgpool8x8:
        return read_average_pool(op, out);
      default:
        return read_reshape(op, out);
    }
  }
  model::Value read_conv2d(StrictObject& op, const numeric::Quantization& out) {
    const std::string name = op.text("name");
    const model::Value x = read_input(op);
    const auto stride = op.integer("stride", {.min = 1, .max = 1024});
    op.choice("padding", {Named<bool>{"SAME", true}});
    const bool relu = op.boolean("relu");
    const mapping::ImageShape& in = net_.node(x).shape;
    const Tensor& weights = tensor(name + ".weight", "I8");
    const std::vector<Index>& shape = weights.shape;
    check_shape(shape.size() == 4 && shape[1] == in.channels && shape[2] == shape[3] && shape[2] > 0, name + ".weight",
                weights, "[outputs, " + std::to_string(in.channels) + ", kernel, kernel]");
    const mapping::Window window = model::detail::same_window(shape[2], stride, in);
    const nn::Int8Weights w = read_weights(name, weights, in.channels);
    return built([&] { return net_.conv2d(name, x, window, w, out, relu); });
  }
  model::Value read_fully_connected(StrictObject& op, const numeric::Quantization& out) {
    const std::string name = op.text("name");
    const model::Value x = read_input(op);
    const Index inputs = net_.node(x).shape.channels;
    const Tensor& weights = tensor(name + ".weight", "I8");
    check_shape(weights.shape.size() == 2 && weights.shape[1] == inputs, name + ".weight", weights,
                "[outputs, " + std::to_string(inputs) + "]");
    const nn::Int8Weights w = read_weights(name, weights, inputs);
    return built([&] { return net_.fully_connected(name, x, w, out); });
  }
  model::Value read_add(StrictObject& op, const numeric::Quantization& out) {
    const Json* inputs = op.find("input");
    if (inputs == nullptr || !inputs->is_array() || inputs->size() != 2 || !(*inputs)[0].is_number_integer() ||
        !(*inputs)[1].is_number_integer()) {
      op.fail("input", "a list of two tensors");
    }
    const bool relu = op.boolean("relu");
    const std::string place = op.path() + ".input";
    const model::Value a = value(place, (*inputs)[0].get<Index>()), b = value(place, (*inputs)[1].get<Index>());
    return built([&] { return net_.add(op.path(), a, b, out, relu); });
  }
  model::Value read_average_pool(StrictObject& op, const numeric::Quantization& out) {
    const model::Value x = read_input(op);
    const mapping::ImageShape& in = net_.node(x).shape;
    check(in.height == pool_size && in.width == pool_size, op.path(),
          "takes 8 x 8 pixels, but its input has " + std::to_string(in.height) + " x " + std::to_string(in.width));
    check_same_codes(op, x, out);
    return built([&] { return net_.average_pool(op.path(), x); });
  }
  /// Features are images of one pixel, so there is nothing to compute.
  model::Value read_reshape(StrictObject& op, const numeric::Quantization& out) {
    const model::Value x = read_input(op);
    check(net_.node(x).shape.pixels() == 1, op.path(), "takes one pixel, but its input has more; pool it first");
    check_same_codes(op, x, out);
    return x;
  }

  model::Value read_input(StrictObject& op) const { return value(op.path() + ".input", op.integer("input")); }
  void check_same_codes(const StrictObject& op, model::Value x, const numeric::Quantization& out) const {
    check(net_.node(x).quantization == out, op.path(),
          "keeps codes as they are, but scale or zero point of its input and output differ");
  }
  /// What build() adds to the network; its errors name the file.
  template <class Build>
  model::Value built(const Build& build) const {
    try {
      return build();
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(printable(files_.graph_source) + ": " + printable(error.what()));
    }
  }

  const Tensor& tensor(const std::string& name, const char* dtype) const {
    const auto& tensors = files_.weights.tensors;
    const auto at = tensors.find(name);
    if (at == tensors.end()) {
      std::vector<std::string> names;
      for (const auto& entry : tensors) names.push_back(entry.first);
      throw std::invalid_argument(printable(files_.weights_source) + ": tensor " + in_quotes(name) + " is missing" +
                                  did_you_mean(name, names));
    }
    if (at->second.dtype != dtype) fail_tensor(name, "is " + at->second.dtype + ", expected " + dtype);
    return at->second;
  }
  [[noreturn]] void fail_tensor(const std::string& name, const std::string& what) const {
    throw std::invalid_argument(printable(files_.weights_source) + ": tensor " + in_quotes(name) + " " + what);
  }
  void check_shape(bool fits, const std::string& name, const Tensor& tensor, const std::string& expected) const {
    if (!fits) fail_tensor(name, "has shape " + shape_text(tensor.shape) + ", expected " + expected);
  }
  /// From [O, C, positions] to (positions * C, O), with the scales and the bias that belong to them.
  nn::Int8Weights read_weights(const std::string& name, const Tensor& codes, Index channels) const {
    const Index outputs = codes.shape[0];
    const Index inputs = std::ssize(codes.integers) / std::max<Index>(outputs, 1);
    const Index positions = inputs / channels;
    nn::Int8Weights weights{nn::Int8Codes(inputs, outputs), {}, {}};
    for (Index o = 0; o < outputs; ++o) {
      for (Index c = 0; c < channels; ++c) {
        for (Index p = 0; p < positions; ++p) {
          const auto at = static_cast<std::size_t>((o * channels + c) * positions + p);
          weights.codes(p * channels + c, o) = static_cast<std::int8_t>(codes.integers[at]);
        }
      }
    }
    const Tensor& scale = tensor(name + ".weight_scale", "F32");
    const std::string expected = "[" + std::to_string(outputs) + "]";
    check_shape(scale.data.size() == 1 || std::ssize(scale.data) == outputs, name + ".weight_scale", scale,
                expected + " or one number");
    for (Index o = 0; o < outputs; ++o) {
      weights.scales.push_back(
          static_cast<double>(scale.data[scale.data.size() == 1 ? 0 : static_cast<std::size_t>(o)]));
    }
    const Tensor& bias = tensor(name + ".bias", "I32");
    check_shape(bias.shape == std::vector<Index>{outputs}, name + ".bias", bias, expected);
    weights.bias = bias.integers;
    return weights;
  }

  const Int8NetworkFiles& files_;
  model::Int8Network net_;
  std::map<Index, numeric::Quantization> quantizations_;  ///< by the file's number of the tensor
  std::map<Index, model::Value> values_;                  ///< of the tensors that are there already
  Index logits_ = 0;
};
}  // namespace detail

/// The network that the files describe, for images of this shape.
/// throws  std::invalid_argument, one line naming file and place: an unknown operation or key; a tensor number that no
///         operation before gives, or two give; a scale that is not positive; a weight that is missing, has another
///         type or a shape that does not fit; as model::Int8Network
inline model::Int8Network parse_int8_network(const Int8NetworkFiles& files, const mapping::ImageShape& image) {
  return detail::Int8NetworkReader(files, image).read();
}

/// Reads graph.json and model.safetensors of a folder. throws as read_json, read_safetensors and parse_int8_network
inline model::Int8Network read_int8_network(const std::filesystem::path& folder,
                                            const mapping::ImageShape& image = {3, 32, 32}) {
  const Json graph = read_json(folder / "graph.json");
  const Safetensors weights = read_safetensors(folder / "model.safetensors");
  return parse_int8_network({graph, weights, (folder / "graph.json").string(), (folder / "model.safetensors").string()},
                            image);
}

}  // namespace pim::io
