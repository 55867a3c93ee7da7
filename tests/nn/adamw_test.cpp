#include <pim/nn/adamw.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::nn::AdamW;
using pim::nn::Parameters;

namespace {
struct Pair {
  MatrixD value, gradient;
};
}  // namespace

TEST_CASE("AdamW: the first step is rate * sign(gradient); decay shrinks weights, not biases", "[nn][adamw]") {
  Pair weight{MatrixD::Ones(2, 3), random_matrix(2, 3, 1)}, bias{MatrixD::Ones(1, 3), MatrixD::Zero(1, 3)};
  const Parameters<double> parameters{{"dense.weight", {}, &weight.value, &weight.gradient},
                                      {"dense.bias", pim::nn::Layout::vector, &bias.value, &bias.gradient}};
  AdamW<double> optimizer({.weight_decay = 0.1});
  optimizer.step(parameters, 0.01);
  const MatrixD expected = 0.999 - 0.01 * weight.gradient.array().sign();
  CHECK((weight.value - expected).cwiseAbs().maxCoeff() < 1e-8);
  CHECK(bias.value == MatrixD::Ones(1, 3));
  CHECK(optimizer.state().steps == 1);
}

TEST_CASE("AdamW: minimises a quadratic; resumes from its state to the bit; leaves frozen parameters", "[nn][adamw]") {
  Pair p{random_matrix(4, 5, 1), MatrixD::Zero(4, 5)}, frozen{random_matrix(2, 2, 2), {}};
  const MatrixD frozen_before = frozen.value;
  const Parameters<double> parameters{{"w", {}, &p.value, &p.gradient}, {"f", {}, &frozen.value, nullptr}};
  AdamW<double> optimizer, resumed;
  MatrixD at_half;
  for (int i = 0; i < 400; ++i) {
    if (i == 200) at_half = p.value, resumed.restore(optimizer.state());
    p.gradient = p.value;
    optimizer.step(parameters, 0.02);
  }
  const MatrixD end = p.value;
  CHECK(end.norm() < 1e-2);
  p.value = at_half;
  for (int i = 200; i < 400; ++i) {
    p.gradient = p.value;
    resumed.step(parameters, 0.02);
  }
  CHECK(p.value == end);
  CHECK(frozen.value == frozen_before);

  const Parameters<double> fewer{parameters[0]};
  CHECK_THROWS_WITH(resumed.step(fewer, 0.1), ContainsSubstring("another shape"));
}

TEST_CASE("clip_gradients: scales to the given norm, leaves smaller ones", "[nn][adamw]") {
  Pair a{MatrixD(100, 300), MatrixD::Constant(100, 300, 0.3)}, b{MatrixD(1, 1), MatrixD::Constant(1, 1, 4.0)};
  const Parameters<double> parameters{{"a", {}, &a.value, &a.gradient}, {"b", {}, &b.value, &b.gradient}};
  const double norm = std::sqrt(30000 * 0.09 + 16.0);
  CHECK(pim::nn::clip_gradients(parameters, 100.0) == Approx(norm));
  CHECK(b.gradient(0, 0) == 4.0);
  CHECK(pim::nn::clip_gradients(parameters, 1.0) == Approx(norm));
  CHECK(std::sqrt(a.gradient.squaredNorm() + b.gradient.squaredNorm()) == Approx(1.0).epsilon(1e-5));
}

TEST_CASE("decays: all but vectors, which are biases and scales of norms", "[nn][adamw]") {
  using pim::nn::Layout;
  const auto decays = [](Layout layout) { return pim::nn::decays(pim::nn::Parameter<float>{"w", layout}); };
  CHECK(decays(Layout::matrix));
  CHECK(decays(Layout::transposed));
  CHECK(decays(Layout::convolution));
  CHECK_FALSE(decays(Layout::vector));
}
