#include <pim/nn/image_layout.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::Index;
using pim::nn::Into;

namespace {
/// <forward(x), dy> = <x, backward(dy)>: what makes backward the transpose of a linear function, here and when it adds.
template <class Forward, class Backward>
void check_transpose(Index x_rows, Index x_cols, Index y_rows, Index y_cols, const Forward& forward,
                     const Backward& backward) {
  const MatrixD x = random_matrix(x_rows, x_cols, 1), dy = random_matrix(y_rows, y_cols, 2);
  MatrixD y(y_rows, y_cols), dx(x_rows, x_cols), sum = x;
  forward(x, y);
  backward(dy, dx, Into::overwrite);
  backward(dy, sum, Into::add);
  CHECK(y.cwiseProduct(dy).sum() == Approx(x.cwiseProduct(dx).sum()).epsilon(1e-12));
  CHECK((sum - x - dx).norm() < 1e-12 * dx.norm());
}
}  // namespace

TEST_CASE("flatten: channel by channel, as PyTorch", "[nn][image_layout]") {
  MatrixD x(4, 3), y(2, 6);  // two images of two pixels and three channels
  x << 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;
  pim::nn::flatten<double>(x, y);
  MatrixD wanted(2, 6);
  wanted << 1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12;
  CHECK(y == wanted);
  check_transpose(
      12, 5, 3, 20, [](const MatrixD& a, MatrixD& b) { pim::nn::flatten<double>(a, b); },
      [](const MatrixD& d, MatrixD& dx, Into into) { pim::nn::flatten_backward<double>(d, dx, into); });
  MatrixD wrong(3, 6);
  CHECK_THROWS_WITH(pim::nn::flatten<double>(x, wrong), "flatten: y is (3, 6), expected (2, 6)");
}

TEST_CASE("padded_shortcut: every second pixel between channels of zeros", "[nn][image_layout]") {
  MatrixD x(9, 2), y(4, 4);
  for (Index p = 0; p < 9; ++p) x.row(p) << static_cast<double>(p), static_cast<double>(10 + p);
  pim::nn::padded_shortcut<double>({2, 3, 3}, x, y);
  MatrixD wanted(4, 4);
  wanted << 0, 0, 10, 0, 0, 2, 12, 0, 0, 6, 16, 0, 0, 8, 18, 0;
  CHECK(y == wanted);
  check_transpose(
      2 * 20, 4, 2 * 6, 8,
      [](const MatrixD& a, MatrixD& b) {
        pim::nn::padded_shortcut<double>({4, 4, 5}, a, b);
      },
      [](const MatrixD& d, MatrixD& dx, Into into) {
        pim::nn::padded_shortcut_backward<double>({4, 4, 5}, d, dx, into);
      });
  MatrixD wrong(3, 4);
  CHECK_THROWS_WITH(pim::nn::padded_shortcut<double>({2, 3, 3}, x, wrong),
                    "padded_shortcut: y is (3, 4), expected (4, 4)");
}

TEST_CASE("copy_channels: into a part of the columns and out of it", "[nn][image_layout]") {
  const MatrixD x = random_matrix(5, 2, 1);
  MatrixD whole = MatrixD::Zero(5, 6), twice = x;
  pim::nn::copy_channels<double>(x, whole.middleCols(3, 2));
  CHECK(whole.middleCols(3, 2) == x);
  CHECK(whole.squaredNorm() == Approx(x.squaredNorm()));
  pim::nn::copy_channels<double>(whole.middleCols(3, 2), twice, Into::add);
  CHECK(twice == 2.0 * x);
}
