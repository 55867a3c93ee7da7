#include <pim/nn/int8_layers.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"

using namespace pim;
using nn::Int8Codes;

static Int8Codes random_codes(Index rows, Index cols, std::uint64_t seed, int low = -128, int high = 127) {
  const Rng rng(seed);
  Int8Codes codes(rows, cols);
  for (Index i = 0; i < codes.size(); ++i) {
    const auto draw = rng.below(static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(high - low + 1));
    codes.data()[i] = static_cast<std::int8_t>(low + static_cast<int>(draw));
  }
  return codes;
}
static nn::Int8Weights weights_of(const Int8Codes& codes, double scale, std::int32_t bias = 0) {
  const auto outputs = static_cast<std::size_t>(codes.cols());
  return {codes, std::vector<double>(outputs, scale), std::vector<std::int32_t>(outputs, bias)};
}

/// sum (x - zero) w over the pixels of the window that are inside of the image, by its definition
static std::int64_t plain_sum(const Int8Codes& x, const mapping::ImageShape& shape, const mapping::Window& window,
                              const Int8Codes& w, int zero, Index n, Index y, Index x_out, Index o) {
  std::int64_t sum = 0;
  for (Index i = 0; i < window.kernel.height; ++i) {
    for (Index j = 0; j < window.kernel.width; ++j) {
      const Index row = y * window.stride.height + i - window.padding.top;
      const Index col = x_out * window.stride.width + j - window.padding.left;
      if (row < 0 || row >= shape.height || col < 0 || col >= shape.width) continue;
      for (Index c = 0; c < shape.channels; ++c) {
        sum += (x((n * shape.height + row) * shape.width + col, c) - zero) *
               w((i * window.kernel.width + j) * shape.channels + c, o);
      }
    }
  }
  return sum;
}

TEST_CASE("Int8Conv2d: sums over the window, padding is the zero point", "[int8]") {
  const mapping::ImageShape shape{3, 6, 8};
  mapping::Window window = mapping::square_window(3, 2);
  window.padding = {0, 0, 1, 1};  // as SAME has it for stride 2
  const numeric::Quantization in{.scale = 0.25, .zero_point = -17}, out{.scale = 8.0, .zero_point = 5};
  const Int8Codes w = random_codes(27, 4, 1, -3, 3), x = random_codes(2 * 48, 3, 2);
  const nn::Int8Conv2d conv(shape, window, weights_of(w, 0.5, 7), in, out, false);
  const nn::Int8Conv2d rectified(shape, window, weights_of(w, 0.5, 7), in, out, true);
  CHECK(conv.output_shape() == mapping::ImageShape{4, 3, 4});
  const Int8Codes y = conv(x), positive = rectified(x);
  REQUIRE(y.rows() == 2 * 3 * 4);
  int wrong = 0, clamped = 0;
  for (Index r = 0; r < y.rows(); ++r) {
    for (Index o = 0; o < 4; ++o) {
      const std::int64_t sum = plain_sum(x, shape, window, w, -17, r / 12, r % 12 / 4, r % 4, o) + 7;
      const double product = std::floor(static_cast<double>(sum) / 2.0 + 0.5);  // the factor is 2^-6 = 2^-1 * 2^-5
      const int code = static_cast<int>(std::lround(product / 32.0)) + 5;
      wrong += y(r, o) != std::clamp(code, -128, 127);
      wrong += positive(r, o) != std::clamp(code, 5, 127);
      clamped += code < 5;
    }
  }
  CHECK(wrong == 0);
  CHECK(clamped > 10);
}

TEST_CASE("Int8Conv2d: sums above 2^24 are exact", "[int8]") {
  const Int8Codes w = Int8Codes::Constant(600, 1, 127);
  Int8Codes x = Int8Codes::Constant(2, 600, 127);
  x(1, 599) = 126;
  const std::int32_t sum = 600 * 255 * 127;  // 19431000, and 127 less
  const auto code = [&](std::int32_t bias, Index row) {
    const nn::Int8Conv2d fc({600, 1, 1}, mapping::square_window(1), weights_of(w, 1.0, bias),
                            {.scale = 1.0, .zero_point = -128}, {.scale = 1.0}, false);
    return static_cast<int>(fc(x)(row, 0));
  };
  CHECK(code(1 - sum, 0) == 1);
  CHECK(code(-5 - sum, 0) == -5);
  CHECK(code(128 - sum, 1) == 1);
}

TEST_CASE("Int8Conv2d: refuses what does not fit and what could overflow", "[int8]") {
  const Int8Codes w = Int8Codes::Constant(9, 2, 1);
  const auto make = [&](const nn::Int8Weights& weights, const mapping::Window& window = mapping::square_window(3),
                        numeric::Quantization x = {.scale = 1.0, .zero_point = -128}) {
    return nn::Int8Conv2d({1, 4, 4}, window, weights, x, {.scale = 1.0}, false);
  };
  CHECK_NOTHROW(make(weights_of(w, 1.0)));
  CHECK_THROWS_WITH(make(weights_of(w, 1.0), mapping::square_window(5)), ContainsSubstring("does not fit the image"));
  CHECK_THROWS_WITH(make(weights_of(w, 1.0), mapping::square_window(3, 0)), ContainsSubstring("at least 1"));
  CHECK_THROWS_WITH(make(weights_of(w.topRows(8), 1.0)), ContainsSubstring("weights is (8, 2), expected (9, 2)"));
  CHECK_THROWS_WITH(make(weights_of(w, 0.0)), ContainsSubstring("expected a number above 0"));
  CHECK_THROWS_WITH(make(weights_of(Int8Codes(9, 0), 1.0)), ContainsSubstring("at least one output"));
  nn::Int8Weights short_bias = weights_of(w, 1.0);
  short_bias.bias.pop_back();
  CHECK_THROWS_WITH(make(short_bias), ContainsSubstring("bias is (1, 1), expected (1, 2)"));

  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t most = 9 * 255;                     // of the products
  CHECK_NOTHROW(make(weights_of(w, 0.25, highest - most)));  // factor 2^-2: not shifted left
  CHECK_NOTHROW(make(weights_of(w, 0.25, -(highest - most))));
  CHECK_THROWS_WITH(make(weights_of(w, 0.25, highest - most + 1)), ContainsSubstring("more than 32 bits"));
  CHECK_THROWS_WITH(make(weights_of(w, 0.25, -highest - 1)), ContainsSubstring("more than 32 bits"));
  CHECK_NOTHROW(make(weights_of(w, 1.0, highest / 2 - most)));  // factor 2^-1 * 2^1
  CHECK_THROWS_WITH(make(weights_of(w, 1.0, highest / 2 - most + 1)), ContainsSubstring("* 2^1, more than 32 bits"));
}

TEST_CASE("Int8Add: element by element", "[int8]") {
  const nn::Int8Add add{numeric::quantized_add({.scale = 0.5}, {.scale = 0.5}, {.scale = 0.5}, false)};
  const Int8Codes a = random_codes(10, 3, 3, -60, 60), b = random_codes(10, 3, 4, -60, 60);
  CHECK(add(a, b) == a + b);
}

TEST_CASE("Int8AveragePool: the mean of each image, halves away from zero", "[int8]") {
  Int8Codes x(4, 3);
  x << 1, -1, 127, 2, -2, 127, -128, 10, 3, -128, 11, 4;
  Int8Codes y(2, 3);
  y << 2, -2, 127, -128, 11, 4;  // 1.5, -1.5, 127; -128, 10.5, 3.5
  CHECK(nn::Int8AveragePool{2}(x) == y);
  CHECK(nn::Int8AveragePool{64}(Int8Codes::Constant(64, 1, -128)) == Int8Codes::Constant(1, 1, -128));
}
