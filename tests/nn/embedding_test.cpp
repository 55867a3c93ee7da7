#include <pim/nn/embedding.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::nn::Into;

TEST_CASE("Embedding: rows of the table; gradients add up where ids repeat; none for padding", "[nn][embedding]") {
  pim::nn::Embedding<double> table("words", 6, 70, 1);
  table.initialise(1.0, pim::Rng(1));
  const auto parameters = table.parameters();
  CHECK(parameters[0].name == "words.weight");
  CHECK(parameters[0].value->row(1).norm() == 0.0);
  const std::vector<std::int32_t> ids = {3, 1, 3, 0, 5};
  pim::cost::Ledger ledger;
  MatrixD y(5, 70);
  table.forward(ids, y, Into::overwrite, ledger);
  CHECK(y.row(2) == parameters[0].value->row(3));
  CHECK(ledger[pim::cost::action::digital_lookup] == static_cast<std::uint64_t>(y.size()));
  const MatrixD once = y;
  table.forward(ids, y, Into::add, ledger);
  CHECK(y == 2.0 * once);

  const MatrixD dy = random_matrix(5, 70, 2);
  table.backward(ids, dy);
  MatrixD expected = central_differences(*parameters[0].value, [&] {
    table.forward(ids, y, Into::overwrite, ledger);
    return y.cwiseProduct(dy).sum();
  });
  expected.row(1).setZero();
  CHECK(relative_error(*parameters[0].gradient, expected) < 1e-6);
}
