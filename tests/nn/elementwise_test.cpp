#include <pim/nn/elementwise.hpp>

#include <vector>

#include "support/catch.hpp"
using namespace pim::nn;
using Values = std::vector<double>;

TEST_CASE("Elementwise: relu, its gradient, sums and copies", "[nn][elementwise]") {
  const Values x = {-1, 0, 2}, dy = {5, 6, 7};
  Values y(3), dx(3), sum = {1, 1, 1};
  relu<double>(x, y);
  CHECK(y == Values{0, 0, 2});
  relu_backward<double>(y, dy, dx);
  CHECK(dx == Values{0, 0, 7});
  relu_backward<double>(y, dy, sum, Into::add);
  CHECK(sum == Values{1, 1, 8});
  add<double>(x, dy, y);
  CHECK(y == Values{4, 6, 9});
  copy<double>(x, y, Into::add);
  CHECK(y == Values{3, 6, 11});
}

TEST_CASE("Elementwise: results in the place of arguments, of many elements", "[nn][elementwise]") {
  Values x(50001, -2.0);
  x.back() = 3.0;
  Values sum = x;
  relu<double>(x, x);
  CHECK(x.front() == 0.0);
  CHECK(x.back() == 3.0);
  add<double>(sum, sum, sum);
  CHECK(sum.front() == -4.0);
  CHECK(sum.back() == 6.0);
}
