#include <pim/nn/layer_norm.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::Index;
using LayerNorm = pim::nn::LayerNorm<double>;

TEST_CASE("LayerNorm: moments of a row, and gradients against central differences", "[nn][layer_norm]") {
  const auto [rows, n] = GENERATE(std::pair<Index, Index>{1, 2}, std::pair<Index, Index>{5, 7},
                                  std::pair<Index, Index>{130, 33}, std::pair<Index, Index>{3, 64});
  LayerNorm norm("LayerNorm", n, 1e-5);
  LayerNorm::Cache cache;
  pim::cost::Ledger ledger;
  const auto parameters = norm.parameters();
  MatrixD x = random_matrix(rows, n, 1), residual = random_matrix(rows, n, 2), y(rows, n);
  const MatrixD dy = random_matrix(rows, n, 3);
  const auto run = [&] {
    cache.normalised.resize(x.rows(), x.cols()) = x;
    norm.forward(residual, cache, y, ledger);
  };
  const auto loss = [&] { return run(), y.cwiseProduct(dy).sum(); };

  run();
  for (Index r = 0; r < rows; ++r) {
    const Eigen::RowVectorXd sum = x.row(r) + residual.row(r), centred = sum.array() - sum.mean();
    const double variance = centred.squaredNorm() / static_cast<double>(n);
    CHECK((y.row(r) - centred / std::sqrt(variance + 1e-5)).norm() < 1e-12 * std::sqrt(static_cast<double>(n)));
  }
  *parameters[0].value = random_matrix(1, n, 4);
  *parameters[1].value = random_matrix(1, n, 5);
  run();
  MatrixD d = dy;
  norm.backward(cache, d);
  const double h = n == 2 ? 1e-4 : 1e-3;  // two features: nearly a step function of their difference
  CHECK(relative_error(d, central_differences(x, loss, h)) < 1e-6);
  CHECK(relative_error(d, central_differences(residual, loss, h)) < 1e-6);
  for (const auto& p : parameters) CHECK(gradient_error(*p.value, *p.gradient, loss) < 1e-6);
}

TEST_CASE("LayerNorm: a constant row gives the bias; books an element each", "[nn][layer_norm]") {
  LayerNorm norm("encoder.LayerNorm", 4, 1e-12);
  LayerNorm::Cache cache;
  pim::cost::Ledger ledger;
  MatrixD y(2, 4);
  cache.normalised.resize(2, 4).setConstant(3.0);
  norm.forward(cache, y, ledger);
  CHECK(y.norm() == 0.0);
  CHECK(ledger[pim::cost::action::digital_norm] == 8);
  CHECK(ledger.entries()[0].layer == "encoder.LayerNorm");
}
