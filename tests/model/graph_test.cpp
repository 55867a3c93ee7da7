#include <pim/model/graph.hpp>

#include <pim/model/buffer_plan.hpp>
#include <pim/model/layer_table.hpp>
#include <pim/model/networks.hpp>

#include "support/catch.hpp"
using namespace pim::model;
using pim::Index;
using pim::mapping::ImageShape;
using pim::mapping::square_window;

TEST_CASE("Graph: shapes, names and inputs of nodes", "[model][graph]") {
  Graph net({3, 32, 32});
  Value x = net.conv2d("stem.conv", net.input(), {.out = 16, .window = square_window(3, 2, 1), .bias = false});
  x = net.relu(net.batch_norm("stem.bn", x));
  const Value pooled = net.max_pool(x, square_window(2, 2));
  const Value joined = net.concat({pooled, net.average_pool(x, {.window = square_window(2, 2)})}, "joined");
  const Value sum = net.add(joined, net.padded_shortcut(x, 32));
  net.linear("fc", net.flatten(net.adaptive_average_pool(net.dropout(sum), {2, 1})), {.out = 10});

  std::vector<std::string> names;
  for (const Node& node : net.nodes()) names.push_back(node.name);
  CHECK(names == std::vector<std::string>{"input", "stem.conv", "stem.bn", "stem.relu", "stem.max_pool",
                                          "stem.average_pool", "joined", "stem.padded_shortcut", "add", "dropout",
                                          "adaptive_average_pool", "flatten", "fc"});
  CHECK(net.node(1).shape == ImageShape{16, 16, 16});
  CHECK(net.node(4).shape == ImageShape{16, 8, 8});
  CHECK(net.node(6).shape == ImageShape{32, 8, 8});
  CHECK(net.node(6).inputs == std::vector<Index>{4, 5});
  CHECK(net.node(7).shape == ImageShape{32, 8, 8});
  CHECK(net.node(11).shape == ImageShape{64, 1, 1});
  CHECK(net.output_shape() == ImageShape{10, 1, 1});
}

TEST_CASE("Graph: default names are counted", "[model][graph]") {
  Graph net({1, 4, 4});
  net.relu(net.relu(net.input()));
  CHECK(net.node(1).name == "relu");
  CHECK(net.node(2).name == "relu_2");
}

TEST_CASE("Graph: what does not fit is said in one line", "[model][graph]") {
  Graph net({3, 8, 8});
  const Value a = net.conv2d("a", net.input(), {.out = 4, .window = square_window(3, 1, 1)});
  const Value b = net.conv2d("b", net.input(), {.out = 4, .window = square_window(3, 2, 1)});
  CHECK_THROWS_WITH(net.add(a, b), "add: takes equal shapes, but 'a' gives (4, 8, 8) and 'b' gives (4, 4, 4)");
  CHECK_THROWS_WITH(net.concat({a, b}, "c"),
                    "c: takes images of one size, but 'a' gives (4, 8, 8) and 'b' gives (4, 4, 4)");
  CHECK_THROWS_WITH(net.linear("fc", a, {.out = 2}), "fc: takes features, but 'a' gives (4, 8, 8); flatten it first");
  CHECK_THROWS_WITH(net.conv2d("c", a, {.out = 6, .groups = 4}),
                    "c: groups (4) must divide the channels of input (4) and output (6)");
  CHECK_THROWS_WITH(net.conv2d("c", b, {.out = 6, .window = square_window(5)}),
                    "c: the window does not fit an image of 4 x 4 pixels");
  CHECK_THROWS_WITH(net.conv2d("c", b, {.out = 6, .window = square_window(3, 0)}),
                    "c: kernel, stride and dilation must be at least 1");
  CHECK_THROWS_WITH(net.max_pool(a, square_window(2, 2, 2), "pool"),
                    "pool: a window lies in the padding alone; pad less");
  CHECK_THROWS_WITH(net.padded_shortcut(a, 7),
                    "padded_shortcut: cannot pad 4 channels to 7 by as many in front as behind");
  CHECK_THROWS_WITH(net.dropout(a, {.p = 1.0}), "dropout: the probability must be at least 0 and below 1");
  CHECK_THROWS_WITH(net.batch_norm("a", a), "a: another node has this name");
  CHECK_THROWS_WITH(Graph({0, 8, 8}), "input: images have at least one channel and one pixel");
}

TEST_CASE("Layer table: parameters and multiply-accumulates in closed form", "[model][graph]") {
  Graph net({8, 9, 9});
  Value x = net.conv2d("conv", net.input(), {.out = 4, .window = square_window(3, 2, 1), .groups = 2});
  x = net.batch_norm("bn", x);
  net.linear("fc", net.flatten(x), {.out = 7, .bias = false});
  const auto table = layer_table(net);
  REQUIRE(table.size() == 4);
  CHECK(table[0].name == "conv");
  CHECK(table[0].kind == "conv2d");
  CHECK(table[0].parameters == 4 * (8 / 2 * 9) + 4);
  CHECK(table[0].macs == 25 * 4 * (8 / 2 * 9));
  CHECK(table[1].parameters == 8);
  CHECK(table[2].parameters + table[2].macs == 0);
  CHECK(table[3].parameters == 7 * 100);
  CHECK(table[3].macs == 7 * 100);
  CHECK(total(table).parameters == 148 + 8 + 700);
}

/// Whether element i of the result depends on element i of the inputs alone.
static bool is_elementwise(const Operation& operation) {
  return std::holds_alternative<op::BatchNorm>(operation) || std::holds_alternative<op::Relu>(operation) ||
         std::holds_alternative<op::Add>(operation) || std::holds_alternative<op::Dropout>(operation);
}

TEST_CASE("Buffer plans: what is read later is not overwritten", "[model][graph]") {
  for (const auto name : network_names()) {
    const Graph graph = make_network(name).graph;
    for (const bool keeps : {false, true}) {
      const BufferPlan plan = forward_plan(graph, keeps);
      std::vector<Index> holds(plan.size.size(), -1);  // the node whose output each buffer holds
      for (Index i = 0; i < graph.size(); ++i) {
        for (const Index x : graph.node(i).inputs) {
          REQUIRE(holds[plan.of(x)] == x);
          if (!is_elementwise(graph.node(i).operation)) REQUIRE(plan.of(x) != plan.of(i));
        }
        REQUIRE(plan.size[plan.of(i)] >= graph.node(i).shape.size());
        holds[plan.of(i)] = i;
      }
      if (!keeps) continue;
      for (Index i = 0; i < graph.size(); ++i) {  // the backward pass
        const Node& node = graph.node(i);
        if (std::holds_alternative<op::Relu>(node.operation)) REQUIRE(holds[plan.of(i)] == i);
        const bool reads_input = std::holds_alternative<op::Conv2d>(node.operation) ||
                                 std::holds_alternative<op::Linear>(node.operation) ||
                                 std::holds_alternative<op::BatchNorm>(node.operation);
        if (!reads_input) continue;
        REQUIRE(holds[plan.of(node.inputs.front())] == node.inputs.front());
      }
    }
    const BufferPlan plan = backward_plan(graph);
    std::vector<Index> holds(plan.size.size(), -1);  // the node whose gradient each buffer holds
    holds[plan.of(graph.size() - 1)] = graph.size() - 1;
    std::vector<bool> begun(graph.nodes().size(), false);
    for (Index i = graph.size() - 1; i > 0; --i) {
      REQUIRE(holds[plan.of(i)] == i);
      for (const Index x : graph.node(i).inputs) {
        if (begun[static_cast<std::size_t>(x)]) REQUIRE(holds[plan.of(x)] == x);
        if (!is_elementwise(graph.node(i).operation)) REQUIRE(plan.of(x) != plan.of(i));
        begun[static_cast<std::size_t>(x)] = true;
        holds[plan.of(x)] = x;
      }
    }
  }
}

TEST_CASE("Buffer plans: inference through ResNet-20 takes three large buffers", "[model][graph]") {
  const BufferPlan plan = forward_plan(resnet20(), false);
  Index elements = 0;
  for (const Index size : plan.size) elements += size;
  CHECK(elements <= 3 * 16 * 32 * 32);
}
