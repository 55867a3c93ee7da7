#include <pim/nn/linear.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
#include <pim/kernel/exact_matmul.hpp>
using namespace pim::test;
using pim::Index;
using pim::Rng;
using Kernel = pim::kernel::ExactMatmul<double>;
using Linear = pim::nn::Linear<double, Kernel>;

namespace {
/// Multiplies by twice the weights: tells what was programmed from what is the master weight.
class DoublingKernel {
 public:
  void program(pim::ConstMatrixRef_<double> w, const Rng&, pim::cost::Ledger&) { w_ = 2.0 * w; }
  void multiply(const pim::Rows_<double>& x, pim::MatrixRef_<double> y, const Rng&, pim::cost::Ledger&) {
    y = x.values * w_;
  }
  void weights(pim::MatrixRef_<double> w) const { w = w_; }

 private:
  MatrixD w_;
};
static_assert(pim::kernel::MatmulKernel<DoublingKernel, double>);

MatrixD forward(Linear& layer, const MatrixD& x) {
  pim::cost::Ledger ledger;
  MatrixD y(x.rows(), layer.out());
  layer.program(Rng(1), ledger);
  layer.forward(x, y, Rng(2), ledger);
  return y;
}
}  // namespace

TEST_CASE("Linear: y = x w + b, and its gradients against central differences", "[nn][linear]") {
  const auto [rows, in, out] = GENERATE(std::array<Index, 3>{1, 1, 1}, std::array<Index, 3>{7, 5, 3},
                                        std::array<Index, 3>{150, 9, 4}, std::array<Index, 3>{3, 140, 2});
  Linear layer("dense", in, out, Kernel{});
  layer.initialise(0.5, Rng(3));
  const auto parameters = layer.parameters();
  *parameters[1].value = random_matrix(1, out, 4);
  MatrixD x = random_matrix(rows, in, 5);
  const MatrixD dy = random_matrix(rows, out, 6);
  const auto loss = [&] { return forward(layer, x).cwiseProduct(dy).sum(); };

  const MatrixD expected = (x * *parameters[0].value).rowwise() + parameters[1].value->row(0);
  CHECK(relative_error(forward(layer, x), expected) < 1e-14);
  MatrixD dx(rows, in);
  layer.backward(x, dy, dx);
  CHECK(gradient_error(x, dx, loss) < 1e-6);
  for (const auto& p : parameters) CHECK(gradient_error(*p.value, *p.gradient, loss) < 1e-6);

  const MatrixD once = dx, d_weight = *parameters[0].gradient;
  layer.backward(x, dy, dx, pim::nn::Into::add);
  CHECK(relative_error(dx, 2.0 * once) < 1e-14);
  CHECK(relative_error(*parameters[0].gradient, 2.0 * d_weight) < 1e-14);  // gradients add up
}

TEST_CASE("Linear: the weights of the input gradient are a policy", "[nn][linear]") {
  using pim::nn::BackwardOperands;
  const auto operands = GENERATE(BackwardOperands::exact, BackwardOperands::programmed);
  pim::nn::Linear<double, DoublingKernel> layer("dense", 4, 3, DoublingKernel{}, operands);
  layer.initialise(1.0, Rng(1));
  pim::cost::Ledger ledger;
  layer.program(Rng(2), ledger);
  const MatrixD x = random_matrix(2, 4, 3), dy = random_matrix(2, 3, 4);
  MatrixD dx(2, 4);
  layer.backward(x, dy, dx);
  const auto parameters = layer.parameters();
  const double factor = operands == BackwardOperands::exact ? 1.0 : 2.0;
  CHECK(relative_error(dx, factor * dy * parameters[0].value->transpose()) < 1e-14);
  CHECK(relative_error(*parameters[0].gradient, x.transpose() * dy) < 1e-14);
}

TEST_CASE("Linear: without bias; names; books its work; refuses wrong shapes", "[nn][linear]") {
  Linear plain("head.out_proj", 4, 3, Kernel{}, pim::nn::BackwardOperands::exact, false),
      biased("dense", 4, 3, Kernel{});
  CHECK(plain.parameters().size() == 1);
  CHECK(plain.parameters()[0].name == "head.out_proj.weight");
  CHECK(plain.parameters()[0].layout == pim::nn::Layout::transposed);
  CHECK(biased.parameters()[1].name == "dense.bias");

  pim::cost::Ledger ledger;
  biased.program(Rng(1), ledger);
  MatrixD y(5, 3);
  biased.forward(random_matrix(5, 4, 1), y, Rng(1), ledger);
  REQUIRE(ledger.entries().size() == 1);
  CHECK(ledger.entries()[0].layer == "dense");
  CHECK(ledger[pim::cost::action::digital_add] == 15);

  const MatrixD x(5, 3);
  CHECK_THROWS_WITH(biased.forward(x, y, Rng(1), ledger), ContainsSubstring("expected (5, 4)"));
  MatrixD dx(5, 3);
  CHECK_THROWS_WITH(biased.backward(MatrixD(5, 4), y, dx), ContainsSubstring("dx is (5, 3), expected (5, 4)"));
}
