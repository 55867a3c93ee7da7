#include <pim/nn/pooling.hpp>

#include <cmath>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::Index;
using pim::mapping::ImageShape;
using pim::mapping::square_window;
using pim::mapping::Window;
using AveragePool = pim::nn::AveragePool<double>;
using MaxPool = pim::nn::MaxPool<double>;

namespace {
/// One image of one channel.
MatrixD column(std::initializer_list<double> values) {
  MatrixD m(std::ssize(values), 1);
  std::copy(values.begin(), values.end(), m.data());
  return m;
}
template <class Pool>
MatrixD pooled(const Pool& pool, const MatrixD& x, Index images) {
  MatrixD y(images * pool.out_shape().pixels(), x.cols());
  pool.forward(x, y);
  return y;
}
Window uneven_window() { return {.kernel = {2, 3}, .stride = {1, 2}, .dilation = {2, 1}, .padding = {0, 1, 1, 0}}; }
}  // namespace

TEST_CASE("MaxPool: the largest under the window, the padding never", "[nn][pooling]") {
  MaxPool pool({1, 3, 3}, square_window(2, 2, 1));
  CHECK(pool.out_shape() == ImageShape{1, 2, 2});
  MatrixD y(4, 1);
  pool.forward(column({-1, -2, -3, -4, -5, -6, -7, -8, -9}), y, false);
  CHECK(y == column({-1, -2, -4, -5}));
}

TEST_CASE("MaxPool: of equal pixels the first has the gradient", "[nn][pooling]") {
  MaxPool pool({1, 2, 2}, square_window(2));
  MatrixD y(1, 1), dx(4, 1);
  pool.forward(column({1, 7, 7, 7}), y, true);
  pool.backward(column({3}), dx);
  CHECK(dx == column({0, 3, 0, 0}));
}

TEST_CASE("MaxPool: a NaN reaches the result, wherever it stands", "[nn][pooling]") {
  const bool keeps = GENERATE(false, true);
  const double nan = std::nan("");
  MaxPool pool({1, 1, 3}, {.kernel = {1, 3}, .stride = {}, .dilation = {}, .padding = {}});
  MatrixD y(1, 1);
  for (const auto& x : {column({nan, 2, 1}), column({1, nan, 2}), column({1, 2, nan})}) {
    pool.forward(x, y, keeps);
    CHECK(std::isnan(y(0)));
  }
}

TEST_CASE("AveragePool: padding counted as zeros, or not at all", "[nn][pooling]") {
  const MatrixD x = column({1, 2, 3, 4});
  CHECK(pooled(AveragePool({1, 2, 2}, square_window(2, 2, 1), true), x, 1) == column({0.25, 0.5, 0.75, 1}));
  CHECK(pooled(AveragePool({1, 2, 2}, square_window(2, 2, 1), false), x, 1) == x);
}

TEST_CASE("AveragePool: adaptive bins overlap where sizes do not divide", "[nn][pooling]") {
  // PyTorch: 5 to 3 takes [0, 2), [1, 4), [3, 5)
  CHECK(pooled(AveragePool({1, 1, 5}, {1, 3}), column({1, 2, 3, 4, 5}), 1) == column({1.5, 3, 4.5}));
  CHECK(pooled(AveragePool({1, 1, 2}, {1, 4}), column({1, 2}), 1) == column({1, 1, 2, 2}));  // more than there are
  CHECK(pooled(AveragePool({1, 2, 2}, {1, 1}), column({1, 2, 3, 6, 5, 5, 5, 5}), 2) == column({3, 5}));
}

TEST_CASE("Pooling: gradients against central differences", "[nn][pooling]") {
  const ImageShape shape{3, 5, 7};
  const Index images = 2;
  MatrixD x(images * shape.pixels(), 3);  // no two elements close to each other, where the maximum has an edge
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(i * 89 % x.size()) * 0.01;
  MatrixD dx(x.rows(), 3), sum = random_matrix(x.rows(), 3, 4);
  const MatrixD before = sum;
  const auto check = [&](auto& pool, const auto& forward) {
    MatrixD y(images * pool.out_shape().pixels(), 3);
    const MatrixD dy = random_matrix(y.rows(), 3, 2);
    const auto loss = [&] { return forward(y), y.cwiseProduct(dy).sum(); };
    loss();
    pool.backward(dy, dx);
    pool.backward(dy, sum, pim::nn::Into::add);
    CHECK(relative_error(sum - before, dx) < 1e-12);
    CHECK(gradient_error(x, dx, loss) < 1e-6);
  };
  const Window window = GENERATE(uneven_window(), square_window(3, 2, 1), square_window(2, 2));
  SECTION("max") {
    MaxPool pool(shape, window);
    check(pool, [&](MatrixD& y) { pool.forward(x, y, true); });
  }
  SECTION("average") {
    const bool counts_padding = GENERATE(true, false);
    AveragePool pool(shape, window, counts_padding);
    check(pool, [&](MatrixD& y) { pool.forward(x, y); });
  }
  SECTION("adaptive") {
    AveragePool pool(shape, {2, 3});
    check(pool, [&](MatrixD& y) { pool.forward(x, y); });
  }
}

TEST_CASE("MaxPool: keeps or not, the same values", "[nn][pooling]") {
  const MatrixD x = random_matrix(2 * 35, 3, 1);
  MaxPool pool({3, 5, 7}, uneven_window());
  MatrixD kept(2 * pool.out_shape().pixels(), 3), not_kept = kept;
  pool.forward(x, kept, true);
  pool.forward(x, not_kept, false);
  CHECK(kept == not_kept);
}

TEST_CASE("Pooling: shapes that do not fit are named", "[nn][pooling]") {
  MaxPool pool({1, 2, 2}, square_window(2));
  MatrixD y(1, 1);
  CHECK_THROWS_WITH(pool.forward(MatrixD::Zero(5, 1), y, false), "pooling: x is (5, 1), expected (4, 1)");
  CHECK_THROWS_WITH(pool.forward(MatrixD::Zero(8, 1), y, false), "pooling: y is (1, 1), expected (2, 1)");
  CHECK_THROWS_WITH(MaxPool({1, 2, 2}, square_window(3)), "pooling: the window does not fit the image");
  CHECK_THROWS_WITH(MaxPool({1, 4, 4}, square_window(2, 2, 2)),
                    "pooling: a window lies in the padding alone; pad less");
}
