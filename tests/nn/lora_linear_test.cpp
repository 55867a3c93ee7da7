#include <pim/nn/lora_linear.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
#include <pim/kernel/exact_matmul.hpp>
using namespace pim::test;
using pim::Rng;
using pim::nn::LoraPath;
using Kernel = pim::kernel::ExactMatmul<double>;
using Lora = pim::nn::LoraLinear<double, Kernel>;

namespace {
Lora make(const pim::nn::LoraParams& params) {
  Lora layer("query", 6, 5, Kernel{}, params);
  layer.initialise(0.5, Rng(1));
  *layer.parameters()[1].value = random_matrix(1, 5, 2);
  *layer.parameters()[3].value = random_matrix(params.rank, 5, 3);  // B is zero at the start
  return layer;
}
MatrixD forward(Lora& layer, const MatrixD& x, Lora::Cache& cache, bool training = false) {
  pim::cost::Ledger ledger;
  MatrixD y(x.rows(), 5);
  layer.program(Rng(4), ledger);
  layer.forward(x, y, cache, Rng(5), training, ledger);
  return y;
}
}  // namespace

TEST_CASE("LoraLinear: y = x (w + s A B) + b on either path; gradients against central differences", "[nn][lora]") {
  const auto path = GENERATE(LoraPath::digital, LoraPath::merged);
  const double dropout = path == LoraPath::digital ? GENERATE(0.0, 0.5) : 0.0;
  Lora layer = make({.rank = 2, .alpha = 3.0, .dropout = dropout, .path = path});
  const auto parameters = layer.parameters();
  MatrixD x = random_matrix(7, 6, 6);
  const MatrixD dy = random_matrix(7, 5, 7);
  Lora::Cache cache;
  const MatrixD effective = *parameters[0].value + 1.5 * *parameters[2].value * *parameters[3].value;
  const MatrixD expected = (x * effective).rowwise() + parameters[1].value->row(0);
  CHECK(relative_error(forward(layer, x, cache), expected) < 1e-14);

  const auto loss = [&] { return forward(layer, x, cache, true).cwiseProduct(dy).sum(); };
  loss();
  MatrixD dx(7, 6);
  layer.backward(x, dy, cache, dx);
  CHECK(gradient_error(x, dx, loss) < 1e-6);
  for (const auto& p : parameters) {
    if (p.gradient != nullptr) CHECK(gradient_error(*p.value, *p.gradient, loss) < 1e-6);
  }
  CHECK((parameters[0].gradient == nullptr) == (path == LoraPath::digital));  // the base is frozen
}

TEST_CASE("LoraLinear: starts as the base layer; can be switched off", "[nn][lora]") {
  const auto path = GENERATE(LoraPath::digital, LoraPath::merged);
  Lora fresh("query", 6, 5, Kernel{}, {.rank = 3, .path = path});
  fresh.initialise(0.5, Rng(1));
  const MatrixD x = random_matrix(2, 6, 2);
  Lora::Cache cache;
  CHECK(relative_error(forward(fresh, x, cache), x * *fresh.parameters()[0].value) < 1e-14);
  CHECK(fresh.parameters()[2].value->norm() > 0.0);

  Lora trained = make({.rank = 3, .path = path});
  trained.enable(false);
  const MatrixD base = (x * *trained.parameters()[0].value).rowwise() + trained.parameters()[1].value->row(0);
  CHECK(relative_error(forward(trained, x, cache), base) < 1e-14);
}

TEST_CASE("LoraLinear: names, ledger, errors", "[nn][lora]") {
  Lora layer = make({.rank = 2});
  CHECK(layer.parameters()[2].name == "query.lora_A");
  CHECK(layer.parameters()[3].name == "query.lora_B");
  pim::cost::Ledger ledger;
  MatrixD y(4, 5);
  Lora::Cache cache;
  layer.program(Rng(1), ledger);
  layer.forward(random_matrix(4, 6, 1), y, cache, Rng(1), false, ledger);
  CHECK(ledger[pim::cost::action::digital_mac] == 4 * 2 * (6 + 5));
  CHECK_THROWS_AS(make({.rank = 0}), std::invalid_argument);
  CHECK_THROWS_AS(make({.rank = 2, .dropout = 0.1, .path = LoraPath::merged}), std::invalid_argument);
}
