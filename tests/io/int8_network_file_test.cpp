#include <pim/io/int8_network_file.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <pim/io/file.hpp>

#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary.hpp"

using namespace pim;
using io::Json;
using io::Safetensors;

static const mapping::ImageShape image{2, 8, 8};

static Json small_graph() {
  return Json::parse(R"({
    "input": 0, "logits": 6,
    "tensors": {
      "0": {"scale": 1.0, "zero_point": -128},
      "1": {"scale": 4.0, "zero_point": -128},
      "2": {"scale": 4.0, "zero_point": 3},
      "3": {"scale": 8.0, "zero_point": -100},
      "4": {"scale": 8.0, "zero_point": -100},
      "5": {"scale": 8.0, "zero_point": -100},
      "6": {"scale": 8.0, "zero_point": 0},
      "7": {"scale": 0.00390625, "zero_point": -128}},
    "ops": [
      {"op": "conv2d", "name": "a", "input": 0, "output": 1, "stride": 1, "padding": "SAME", "relu": true},
      {"op": "conv2d", "name": "b", "input": 0, "output": 2, "stride": 1, "padding": "SAME", "relu": false},
      {"op": "add", "input": [1, 2], "output": 3, "relu": false},
      {"op": "avgpool8x8", "input": 3, "output": 4},
      {"op": "reshape", "input": 4, "output": 5},
      {"op": "fully_connected", "name": "fc", "input": 5, "output": 6},
      {"op": "softmax", "input": 6, "output": 7}]})");
}
/// Convolution a has weights 0 but for channel 1, one pixel to the right; b for channel 0, its own pixel.
static Safetensors small_weights() {
  Safetensors file;
  auto& t = file.tensors;
  t["a.weight"] = {.dtype = "I8", .shape = {1, 2, 3, 3}, .data = {}, .integers = std::vector<std::int32_t>(18, 0)};
  t["a.weight"].integers[9 + 5] = 1;
  t["a.weight_scale"] = {.shape = {1}, .data = {4.0F}};
  t["a.bias"] = {.dtype = "I32", .shape = {1}, .data = {}, .integers = {0}};
  t["b.weight"] = {.dtype = "I8", .shape = {1, 2, 1, 1}, .data = {}, .integers = {1, 0}};
  t["b.weight_scale"] = {.shape = {1}, .data = {4.0F}};
  t["b.bias"] = {.dtype = "I32", .shape = {1}, .data = {}, .integers = {-3}};
  t["fc.weight"] = {.dtype = "I8", .shape = {2, 1}, .data = {}, .integers = {1, -1}};
  t["fc.weight_scale"] = {.shape = {}, .data = {1.0F}};
  t["fc.bias"] = {.dtype = "I32", .shape = {2}, .data = {}, .integers = {0, 7}};
  return file;
}

TEST_CASE("parse_int8_network: operations, weights and codes of a small network", "[io][int8]") {
  const Json graph = small_graph();
  const Safetensors weights = small_weights();
  const model::Int8Network net = io::parse_int8_network({graph, weights}, image);
  REQUIRE(net.nodes().size() == 6);  // reshape and softmax compute nothing
  CHECK(net.nodes()[1].name == "a");
  CHECK(net.nodes()[3].inputs == std::vector<Index>{1, 2});
  CHECK(net.output().shape == mapping::ImageShape{2, 1, 1});

  Matrix_<std::uint8_t> pixels = Matrix_<std::uint8_t>::Zero(64, 2);
  pixels.row(9) << 40, 20;  // row 1, column 1
  const auto codes = net.activations(pixels);
  CHECK(codes[1](8, 0) == -128 + 20);  // the pixel to its left sees it
  CHECK(codes[1].cast<int>().sum() == 64 * -128 + 20);
  CHECK(codes[2](9, 0) == 3 - 3 + 40);
  CHECK(codes[2].cast<int>().sum() == 40);
  CHECK(codes[3](8, 0) == -100 + (20 - 3 + 1) / 2);  // 8.5 away from zero
  CHECK(codes[3](9, 0) == -100 + (40 - 3 + 1) / 2);
  CHECK(codes[3](0, 0) == -100 - 2);  // -1.5
  CHECK(codes[4](0, 0) == -102);      // -100 + (62 * -2 + 9 + 19) / 64 = -101.5
}

TEST_CASE("parse_int8_network: one line naming file and place", "[io][int8]") {
  const auto message = [](const std::function<void(Json&, Safetensors&)>& damage) {
    Json graph = small_graph();
    Safetensors weights = small_weights();
    damage(graph, weights);
    return test::message_of([&] { io::parse_int8_network({graph, weights}, image); });
  };
  const auto graph_message = [&](const std::function<void(Json&)>& damage) {
    return message([&](Json& graph, Safetensors&) { damage(graph); });
  };
  const auto weights_message = [&](const std::function<void(std::map<std::string, io::Tensor>&)>& damage) {
    return message([&](Json&, Safetensors& weights) { damage(weights.tensors); });
  };
  CHECK(message([](Json&, Safetensors&) {}) == "(no error)");

  CHECK(graph_message([](Json& g) { g["ops"][0]["op"] = "conv3d"; }) ==
        "graph.json: ops[0].op is 'conv3d', expected one of conv2d, add, avgpool8x8, reshape, fully_connected, "
        "softmax; did you mean 'conv2d'?");
  CHECK(graph_message([](Json& g) { g["ops"][0]["dilation"] = 2; }) ==
        "graph.json: unknown key 'dilation' in ops[0]; did you mean 'input'?");
  CHECK(graph_message([](Json& g) { g["ops"][0]["padding"] = "VALID"; }) ==
        "graph.json: ops[0].padding is 'VALID', expected SAME; did you mean 'SAME'?");
  CHECK(graph_message([](Json& g) { g["ops"][0]["stride"] = 0; }) ==
        "graph.json: ops[0].stride is 0, expected an integer from 1 to 1024");
  CHECK(graph_message([](Json& g) { g["ops"][2]["input"] = 1; }) ==
        "graph.json: ops[2].input is 1, expected a list of two tensors");
  CHECK(graph_message([](Json& g) {
          g["ops"][2]["input"] = {1, 5};
        }) == "graph.json: ops[2].input is tensor 5, which no operation before it gives");
  CHECK(graph_message([](Json& g) { g["ops"][3]["input"] = 99; }) ==
        "graph.json: ops[3].input is tensor 99, which no operation before it gives");
  CHECK(graph_message([](Json& g) { g["ops"][3]["output"] = 99; }) ==
        "graph.json: ops[3].output is tensor 99, which tensors does not list");
  CHECK(graph_message([](Json& g) { g["ops"][1]["output"] = 1; }) ==
        "graph.json: ops[1].output is tensor 1, which there is already");
  CHECK(graph_message([](Json& g) { g["tensors"]["2"]["scale"] = 0.0; }) ==
        "graph.json: tensors.2.scale is 0.0, expected a number above 0.0");
  CHECK(graph_message([](Json& g) { g["tensors"]["2"]["zero_point"] = 128; }) ==
        "graph.json: tensors.2.zero_point is 128, expected an integer from -128 to 127");
  CHECK(graph_message([](Json& g) { g["tensors"]["02"] = g["tensors"]["2"]; }) ==
        "graph.json: tensors has the key '02', expected the number of a tensor");
  CHECK(graph_message([](Json& g) { g["tensors"]["0"]["scale"] = 0.5; }) ==
        "graph.json: input is no tensor of pixels - 128: give it scale 1 and zero point -128");
  CHECK(graph_message([](Json& g) { g["tensors"]["4"]["scale"] = 4.0; }) ==
        "graph.json: ops[3] keeps codes as they are, but scale or zero point of its input and output differ");
  CHECK(graph_message([](Json& g) { g["ops"][4]["input"] = 3; }) ==
        "graph.json: ops[4] takes one pixel, but its input has more; pool it first");
  CHECK(graph_message([](Json& g) { g["ops"][1]["stride"] = 2; }) ==
        "graph.json: ops[2]: takes equal shapes, but a gives (1, 8, 8) and b gives (1, 4, 4)");
  CHECK(graph_message([](Json& g) {
          g["ops"][0]["stride"] = 2;
          g["ops"][1]["stride"] = 2;
        }) == "graph.json: ops[3] takes 8 x 8 pixels, but its input has 4 x 4");
  CHECK(graph_message([](Json& g) {
          g["logits"] = 8;
          g["ops"].erase(6);
        }) == "graph.json: logits is tensor 8, which no operation before it gives");
  CHECK(graph_message([](Json& g) {
          g["logits"] = 4;
          g["ops"].erase(6);
        }) == "graph.json: ops[4] stands behind the logits, where only softmax may");
  CHECK(graph_message([](Json& g) { g["ops"][6]["input"] = 5; }) ==
        "graph.json: ops[6] is a softmax of something else than the logits");
  CHECK(graph_message([](Json& g) { g["ops"] = 3; }) == "graph.json: ops is 3, expected a list of operations");
  CHECK(graph_message([](Json& g) { g["ops"] = Json::array({1}); }) ==
        "graph.json: ops[0] is 1, expected an object of keys and values");

  CHECK(weights_message([](auto& t) { t.erase("fc.bias"); }) ==
        "model.safetensors: tensor 'fc.bias' is missing; did you mean 'a.bias'?");
  CHECK(weights_message([](auto& t) { t["fc.weight"].dtype = "I32"; }) ==
        "model.safetensors: tensor 'fc.weight' is I32, expected I8");
  CHECK(weights_message([](auto& t) {
          t["a.weight"].shape = {2, 1, 3, 3};
        }) == "model.safetensors: tensor 'a.weight' has shape [2, 1, 3, 3], expected [outputs, 2, kernel, kernel]");
  CHECK(weights_message([](auto& t) {
          t["a.weight"].shape = {3, 2, 1, 3};
        }) == "model.safetensors: tensor 'a.weight' has shape [3, 2, 1, 3], expected [outputs, 2, kernel, kernel]");
  CHECK(weights_message([](auto& t) {
          t["fc.weight"].shape = {1, 2};
        }) == "model.safetensors: tensor 'fc.weight' has shape [1, 2], expected [outputs, 1]");
  CHECK(weights_message([](auto& t) { t["fc.bias"] = t["a.bias"]; }) ==
        "model.safetensors: tensor 'fc.bias' has shape [1], expected [2]");
  CHECK(weights_message([](auto& t) {
          t["fc.weight_scale"] = {.shape = {3}, .data = {1.0F, 1.0F, 1.0F}};
        }) == "model.safetensors: tensor 'fc.weight_scale' has shape [3], expected [2] or one number");
  CHECK(weights_message([](auto& t) { t["a.weight_scale"].data[0] = -1.0F; }) ==
        "graph.json: a: weights: scale is -1.000000, expected a number above 0");
  CHECK(weights_message([](auto& t) { t["fc.bias"].integers[1] = 2147483647; }) ==
        "graph.json: fc: the sum of output 1 could reach 2147483874 * 2^1, more than 32 bits hold");
}

TEST_CASE("read_int8_network: files as they are written", "[io][int8]") {
  const test::TemporaryFolder folder;
  io::write_safetensors(folder / "model.safetensors", small_weights());
  CHECK_THROWS_WITH(io::read_int8_network(folder.path(), image), ContainsSubstring("graph.json"));
  io::write_json(folder / "graph.json", small_graph());
  CHECK(io::read_int8_network(folder.path(), image).nodes().size() == 6);
  CHECK_THROWS_WITH(io::read_int8_network(folder.path(), {3, 8, 8}),
                    ContainsSubstring((folder / "model.safetensors").string() + ": tensor 'a.weight' has shape"));
}

TEST_CASE("read_int8_network: ResNet-8, every code of the logits of 256 images", "[io][int8]") {
  const auto folder = test::data_dir() / "models" / "resnet8-cifar10-int8";
  const auto images = test::data_dir() / "cifar10" / "test_batch.bin";
  if (!test::has_data(folder) || !test::has_data(images)) return;
  const model::Int8Network net = io::read_int8_network(folder);
  CHECK(net.nodes().size() == 15);

  constexpr Index count = 256, pixels = 1024, record = 1 + 3 * pixels;
  const std::string bytes = io::read_file(images);
  Matrix_<std::uint8_t> x(count * pixels, 3);
  for (Index n = 0; n < count; ++n) {
    for (Index i = 0; i < 3 * pixels; ++i) {
      x(n * pixels + i % pixels, i / pixels) =
          static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(n * record + 1 + i)]);
    }
  }
  const nn::Int8Codes logits = net.forward(x);
  const io::Tensor golden = io::read_safetensors(folder / "golden.safetensors").tensors.at("logits");
  REQUIRE(golden.shape == std::vector<Index>{count, 10});
  CHECK(std::vector<std::int32_t>(logits.data(), logits.data() + logits.size()) == golden.integers);
}
