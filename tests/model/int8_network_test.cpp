#include <pim/model/int8_network.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"
#include "support/threads.hpp"

using namespace pim;
using model::Int8Network;
using model::Value;
using nn::Int8Codes;

static nn::Int8Weights constant_weights(Index inputs, Index outputs, std::int8_t code, double scale = 1.0) {
  const auto n = static_cast<std::size_t>(outputs);
  return {Int8Codes::Constant(inputs, outputs, code), std::vector<double>(n, scale), std::vector<std::int32_t>(n, 0)};
}

/// Images of 1 x 2 x 2: sums over a row, the sum of those with themselves, their mean, and two features of it.
static Int8Network row_sums() {
  Int8Network net({1, 2, 2});
  const mapping::Window row{.kernel = {1, 2}, .stride = {1, 1}, .dilation = {}, .padding = {}};
  const Value sums = net.conv2d("sums", net.input(), row, constant_weights(2, 1, 1), {.scale = 1.0, .zero_point = -5});
  const Value twice = net.add("twice", sums, sums, {.scale = 2.0, .zero_point = 0});
  nn::Int8Weights weights = constant_weights(1, 2, 1);
  weights.codes(0, 1) = -2;
  net.fully_connected("features", net.average_pool("mean", twice), weights, {.scale = 2.0, .zero_point = 1});
  return net;
}

TEST_CASE("Int8Network: each node's codes, by hand", "[int8]") {
  const Int8Network net = row_sums();
  Matrix_<std::uint8_t> images(8, 1);
  images << 10, 20, 30, 41, 0, 255, 1, 2;
  const std::vector<Int8Codes> codes = net.activations(images);
  REQUIRE(codes.size() == net.nodes().size());
  const auto is = [&](std::size_t node, std::initializer_list<int> expected) {
    std::vector<int> found(codes[node].data(), codes[node].data() + codes[node].size());
    return found == std::vector<int>(expected);
  };
  CHECK(is(0, {-118, -108, -98, -87, -128, 127, -127, -126}));
  CHECK(is(1, {25, 66, 127, -2}));     // 30 - 5, 71 - 5, 255 - 5 above 127, 3 - 5
  CHECK(is(2, {30, 71, 127, 3}));      // in steps of 2
  CHECK(is(3, {51, 65}));              // 50.5, 65
  CHECK(is(4, {52, -101, 66, -128}));  // -129 does not exist
  CHECK(net.forward(images) == codes.back());
  CHECK(net.output().shape == mapping::ImageShape{2, 1, 1});
}

TEST_CASE("Int8Network: the same codes on any number of threads, image by image", "[int8]") {
  Int8Network net({3, 9, 7});
  const Rng rng(5);
  nn::Int8Weights weights = constant_weights(27, 4, 0, 0.01);
  for (Index i = 0; i < weights.codes.size(); ++i) {
    weights.codes.data()[i] =
        static_cast<std::int8_t>(static_cast<int>(rng.below(static_cast<std::uint64_t>(i), 255)) - 127);
  }
  net.conv2d("conv", net.input(), mapping::square_window(3, 2, 1), weights, {.scale = 4.0, .zero_point = -3});
  constexpr Index count = 21, pixels = 63;
  Matrix_<std::uint8_t> images(count * pixels, 3);
  for (Index i = 0; i < images.size(); ++i) {
    images.data()[i] = static_cast<std::uint8_t>(rng.below(1000 + static_cast<std::uint64_t>(i), 256));
  }
  const Int8Codes alone = net.forward(images);
  {
    const test::WithThreads three(3);
    CHECK(net.forward(images) == alone);
  }
  const Index rows = net.output().shape.pixels();
  CHECK(net.forward(images.middleRows(17 * pixels, pixels)) == alone.middleRows(17 * rows, rows));
  CHECK(net.forward(images.topRows(0)).rows() == 0);
}

TEST_CASE("Int8Network: one line naming the node", "[int8]") {
  Int8Network net({3, 8, 8});
  const numeric::Quantization out{.scale = 1.0};
  const mapping::Window window = mapping::square_window(3, 2, 1);
  const Value conv = net.conv2d("conv", net.input(), window, constant_weights(27, 4, 1), out);
  const auto message = [](auto&& action) { return test::message_of(action); };
  CHECK(message([&] { net.conv2d("c", conv, window, constant_weights(27, 4, 1), out); }) ==
        "c: weights is (27, 4), expected (36, 4)");
  CHECK(message([&] { net.add("a", net.input(), conv, out); }) ==
        "a: takes equal shapes, but input gives (3, 8, 8) and conv gives (4, 4, 4)");
  CHECK(message([&] { net.add("a", conv, conv, {.scale = 1.0, .zero_point = 128}); }) ==
        "a: zero point is 128, expected -128 to 127");
  CHECK(message([&] { net.add("a", conv, conv, {.scale = 0.0}); }) ==
        "a: scale is 0.000000, expected a number above 0");
  CHECK(message([&] { net.fully_connected("fc", conv, constant_weights(4, 2, 1), out); }) ==
        "fc: takes features, but conv gives (4, 4, 4)");
  CHECK(message([&] { net.forward(Matrix_<std::uint8_t>(65, 3)); }) ==
        "Int8Network: images is (65, 3), expected (64, 3)");
  CHECK(message([] { Int8Network({0, 8, 8}); }) == "input: images have at least one channel and one pixel");
  CHECK(net.nodes().size() == 2);
}
