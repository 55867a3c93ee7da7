#include <pim/model/conv_net.hpp>

#include <map>
#include <string>

#include <pim/kernel/exact_matmul.hpp>
#include <pim/model/fold_batch_norms.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::model;
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::mapping::square_window;
using NetD = ConvNet<double, pim::kernel::ExactMatmul<double>>;

namespace {
/// Every operation once, values with several readers, sums of a value with itself.
Graph everything() {
  Graph net({2, 6, 6});
  Value x = net.conv2d("conv1", net.input(), {.out = 4, .window = square_window(3, 1, 1), .bias = false});
  x = net.relu(net.batch_norm("bn1", x));
  const Value point = net.conv2d("point", x, {.out = 2});
  const Value joined = net.concat({point, net.max_pool(x, square_window(3, 1, 1)), point});
  Value y = net.conv2d("conv2", joined, {.out = 4, .window = square_window(3, 1, 1), .groups = 2});
  x = net.relu(net.add(net.batch_norm("bn2", y), x));
  y = net.conv2d("conv3", x, {.out = 8, .window = square_window(3, 2, 1)});
  const Value mean = net.average_pool(x, {.window = square_window(2, 2)});
  x = net.add(y, net.padded_shortcut(x, 8));
  x = net.concat({net.add(x, x), mean});
  x = net.flatten(net.adaptive_average_pool(net.dropout(x, {.p = 0.25}), {2, 2}));
  net.linear("fc2", net.relu(net.linear("fc1", x, {.out = 5})), {.out = 3});
  return net;
}
NetD exact_net(const Graph& graph, std::uint64_t seed = 7) {
  NetD net(graph, [](std::string_view, ProductKind) { return pim::kernel::ExactMatmul<double>(); });
  net.initialise(pim::Rng(seed));
  for (const auto& p : net.parameters()) {  // nothing stays at 0 or 1
    if (p.gradient != nullptr && p.layout == pim::nn::Layout::vector) {
      *p.value += random_matrix(1, p.value->cols(), ++seed, 0.2);
    }
  }
  return net;
}
}  // namespace

TEST_CASE("ConvNet: gradients of a whole network against central differences", "[model][conv_net]") {
  NetD net = exact_net(everything());
  MatrixD images = random_matrix(2 * 36, 2, 1);
  const MatrixD d_logits = random_matrix(2, 3, 2);
  pim::cost::Ledger ledger;
  const auto loss = [&] {
    net.program(pim::Rng(3), ledger);
    return net.forward(images, pim::Rng(4), ledger, Mode::training).cwiseProduct(d_logits).sum();
  };
  loss();
  const auto parameters = net.parameters();
  pim::nn::zero_gradients(parameters);
  net.backward(d_logits);
  const MatrixD d_images = net.d_images();
  std::map<std::string, MatrixD> gradients;
  for (const auto& p : parameters) {
    if (p.gradient != nullptr) gradients[p.name] = *p.gradient;
  }
  CHECK(relative_error(d_images, central_differences(images, loss, 1e-5)) < 1e-6);
  for (const auto& p : parameters) {
    if (p.gradient == nullptr) continue;
    CAPTURE(p.name);
    const double floor = p.name == "conv2.bias" ? 1e-3 : 1e-6;  // 0: the batch norm that follows takes it away
    CHECK(relative_error(gradients[p.name], central_differences(*p.value, loss, 1e-5), floor) < 1e-6);
  }

  loss();
  net.backward(d_logits);  // gradients add up
  for (const auto& p : parameters) {
    if (p.gradient != nullptr) CHECK(relative_error(*p.gradient, 2.0 * gradients[p.name]) < 1e-6);
  }
}

TEST_CASE("ConvNet: buffers that serve again hold the same values as those that stay", "[model][conv_net]") {
  Graph graph({2, 6, 6});  // without the layers that training changes
  Value x = graph.relu(graph.conv2d("a", Graph::input(), {.out = 4, .window = square_window(3, 1, 1)}));
  Value y = graph.relu(graph.conv2d("b", x, {.out = 4, .window = square_window(3, 1, 1)}));
  y = graph.add(graph.relu(graph.add(x, y)), x);
  x = graph.max_pool(graph.concat({y, x, graph.relu(y)}), square_window(2, 2));
  graph.linear("fc", graph.flatten(x), {.out = 3});
  NetD net = exact_net(graph);
  const MatrixD images = random_matrix(3 * 36, 2, 1);
  pim::cost::Ledger ledger;
  net.program(pim::Rng(1), ledger);
  std::vector<MatrixD> kept;
  std::size_t i = 0;
  net.forward(images, pim::Rng(1), ledger, Mode::training, [&](const Node&, const MatrixD& v) { kept.push_back(v); });
  net.forward(images, pim::Rng(1), ledger, Mode::inference, [&](const Node& node, const MatrixD& v) {
    CAPTURE(node.name);
    CHECK(v == kept[i++]);
  });
  CHECK(std::ssize(kept) == graph.size() - 1);
}

TEST_CASE("ConvNet: batches of any size after each other", "[model][conv_net]") {
  NetD net = exact_net(everything());
  const MatrixD images = random_matrix(5 * 36, 2, 1);
  pim::cost::Ledger ledger;
  net.program(pim::Rng(1), ledger);
  const auto run = [&](Index first, Index count) -> MatrixD {
    return net.forward(images.middleRows(first * 36, count * 36), pim::Rng(2), ledger, Mode::inference);
  };
  const MatrixD one = run(2, 1), all = run(0, 5), some = run(1, 3);
  CHECK((all.middleRows(1, 3) - some).norm() < 1e-12);
  CHECK((all.row(2) - one).norm() < 1e-12);
}

TEST_CASE("ConvNet: folded batch norms give the same logits", "[model][conv_net]") {
  const Graph graph = everything(), folded_graph = fold_batch_norms(graph);
  CHECK(folded_graph.size() == graph.size() - 2);
  NetD net = exact_net(graph), folded = exact_net(folded_graph, 99);
  const MatrixD images = random_matrix(3 * 36, 2, 1);
  pim::cost::Ledger ledger;
  net.program(pim::Rng(1), ledger);
  for (int i = 0; i < 3; ++i) net.forward(images, pim::Rng(2), ledger, Mode::training);  // statistics to fold
  fold_batch_norms(graph, net.parameters(), folded.parameters());
  folded.program(pim::Rng(1), ledger);
  const MatrixD wanted = net.forward(images, pim::Rng(2), ledger, Mode::inference);
  CHECK(relative_error(folded.forward(images, pim::Rng(2), ledger, Mode::inference), wanted) < 1e-12);
}

TEST_CASE("ConvNet: a norm whose convolution has other readers does not fold", "[model][conv_net]") {
  Graph graph({1, 2, 2});
  const Value x = graph.conv2d("conv", Graph::input(), {.out = 1});
  graph.add(graph.batch_norm("bn", x), x);
  CHECK(fold_batch_norms(graph).size() == graph.size());
}

TEST_CASE("ConvNet: folding names a parameter that is missing or of another shape", "[model][conv_net]") {
  const auto graph_of = [](Index channels, bool norm) {
    Graph graph({2, 3, 3});
    Value x = graph.conv2d("conv", Graph::input(), {.out = channels, .window = square_window(3), .bias = !norm});
    if (norm) x = graph.batch_norm("bn", x);
    graph.linear(norm ? "fc" : "last", x, {.out = 2});
    return graph;
  };
  const Graph graph = graph_of(4, true);
  NetD net = exact_net(graph), wide = exact_net(fold_batch_norms(graph_of(5, true))),
       other = exact_net(graph_of(4, false));
  CHECK_THROWS_WITH(fold_batch_norms(graph, net.parameters(), wide.parameters()),
                    "fold_batch_norms: conv.weight is (18, 4), expected (18, 5)");
  CHECK_THROWS_WITH(fold_batch_norms(graph, net.parameters(), other.parameters()),
                    "fold_batch_norms: no parameter 'last.weight'");
  CHECK_THROWS_WITH(fold_batch_norms(graph, other.parameters(), wide.parameters()),
                    "fold_batch_norms: no parameter 'bn.running_var'");
}

TEST_CASE("ConvNet: calibration makes inference on the same batch what calibration gave", "[model][conv_net]") {
  NetD net = exact_net(everything());
  const MatrixD images = random_matrix(20 * 36, 2, 1).array() * 3.0 + 1.0;
  pim::cost::Ledger ledger;
  net.program(pim::Rng(1), ledger);
  net.start_calibration();
  const MatrixD calibrated = net.forward(images, pim::Rng(2), ledger, Mode::calibration);
  const MatrixD inferred = net.forward(images, pim::Rng(2), ledger, Mode::inference);
  // but for the variance, which is unbiased in inference alone
  CHECK(relative_error(inferred, calibrated) < 1e-2);
  CHECK(relative_error(inferred, calibrated) > 1e-6);
}

TEST_CASE("ConvNet: the same bits at any number of threads", "[model][conv_net]") {
  const Matrix images = pim::normal_matrix(9 * 36, 2, pim::Rng(1)), d_logits = pim::normal_matrix(9, 3, pim::Rng(2));
  const auto run = [&](int threads) {
    pim::set_threads(threads);
    ConvNet<float, pim::kernel::ExactMatmul<float>> net(
        everything(), [](std::string_view, ProductKind) { return pim::kernel::ExactMatmul<float>(); });
    net.initialise(pim::Rng(3));
    pim::cost::Ledger ledger;
    net.program(pim::Rng(4), ledger);
    std::vector<Matrix> results = {net.forward(images, pim::Rng(5), ledger, Mode::training)};
    net.backward(d_logits);
    results.emplace_back(net.d_images());
    for (const auto& p : net.parameters()) results.push_back(p.gradient != nullptr ? *p.gradient : *p.value);
    pim::set_threads(1);
    return results;
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("ConvNet: kernels by path and kind; layers book under their names", "[model][conv_net]") {
  std::vector<std::string> convolutions, linears;
  NetD net(everything(), [&](std::string_view path, ProductKind kind) {
    (kind == ProductKind::convolution ? convolutions : linears).emplace_back(path);
    return pim::kernel::ExactMatmul<double>();
  });
  CHECK(convolutions == std::vector<std::string>{"conv1", "point", "conv2", "conv3"});
  CHECK(linears == std::vector<std::string>{"fc1", "fc2"});
  pim::cost::Ledger ledger;
  net.program(pim::Rng(1), ledger);
  net.forward(random_matrix(36, 2, 1), pim::Rng(1), ledger, Mode::inference);
  std::map<std::string, std::uint64_t> count;
  for (const auto& entry : ledger.entries())
    count[entry.layer + ' ' + std::string(entry.action.name)] = entry.tally.count;
  CHECK(count["bn1 digital_scale"] == 4 * 36);
  CHECK(count["relu digital_compare"] == 4 * 36);
  CHECK(count["max_pool digital_compare"] == 4 * 16 * 16);  // 3 x 3 windows, 2 wide at the edges
  CHECK(count["average_pool digital_add"] == 4 * 36);
  CHECK(count["average_pool digital_scale"] == 4 * 9);
  CHECK(count["add digital_add"] == 4 * 36);
  CHECK(count["fc2 digital_add"] == 3);
}

TEST_CASE("ConvNet: initial weights are as wide as documented", "[model][conv_net]") {
  Graph graph({64, 3, 3});
  const Value x = graph.conv2d("conv", Graph::input(), {.out = 32, .window = square_window(3)});
  graph.linear("fc", x, {.out = 500});
  NetD net(graph, [](std::string_view, ProductKind) { return pim::kernel::ExactMatmul<double>(); });
  net.initialise(pim::Rng(1));
  const auto parameters = net.parameters();
  const auto variance = [](const MatrixD& m) { return m.squaredNorm() / static_cast<double>(m.size()); };
  // standard error of a variance of n normal draws: sqrt(2 / n); 18,432 and 16,000 draws, four standard errors
  CHECK(variance(*parameters[0].value) == Approx(2.0 / (32 * 9)).epsilon(0.045));
  CHECK(variance(*parameters[2].value) == Approx(1.0 / (3 * 32)).epsilon(0.045));
  CHECK(parameters[1].value->norm() == 0.0);
}

TEST_CASE("ConvNet: errors name what is wrong", "[model][conv_net]") {
  NetD net = exact_net(everything());
  pim::cost::Ledger ledger;
  net.program(pim::Rng(1), ledger);
  CHECK_THROWS_WITH(net.forward(MatrixD::Zero(37, 2), pim::Rng(1), ledger, Mode::inference),
                    "ConvNet::forward: images is (37, 2), expected (36, 2)");
  CHECK_THROWS_WITH(net.forward(MatrixD::Zero(0, 2), pim::Rng(1), ledger, Mode::inference),
                    "ConvNet::forward: images is (0, 2), expected (36, 2)");
  net.forward(MatrixD::Zero(36, 2), pim::Rng(1), ledger, Mode::inference);
  CHECK_THROWS_WITH(net.backward(MatrixD::Zero(1, 3)),
                    "ConvNet::backward: the last forward pass was not one for training");
  net.forward(MatrixD::Zero(36, 2), pim::Rng(1), ledger, Mode::training);
  CHECK_THROWS_WITH(net.backward(MatrixD::Zero(1, 2)), "ConvNet::backward: d_logits is (1, 2), expected (1, 3)");
}
