#include <pim/nn/loss.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;

TEST_CASE("cross_entropy: mean of -log softmax; gradient against central differences", "[nn][loss]") {
  MatrixD logits = random_matrix(4, 3, 1, 2.0), d(4, 3), unused(4, 3);
  const std::vector<float> labels = {0, 2, 1, 2};
  double expected = 0.0;
  for (pim::Index b = 0; b < 4; ++b) {
    const double label = logits(b, static_cast<pim::Index>(labels[static_cast<std::size_t>(b)]));
    expected += std::log(logits.row(b).array().exp().sum()) - label;
  }
  CHECK(pim::nn::cross_entropy<double>(logits, labels, d) == Approx(expected / 4.0).epsilon(1e-13));
  CHECK(gradient_error(logits, d, [&] { return pim::nn::cross_entropy<double>(logits, labels, unused); }) < 1e-6);

  logits.setConstant(1e4);
  CHECK(pim::nn::cross_entropy<double>(logits, labels, d) == Approx(std::log(3.0)));
  for (const float wrong : {3.0F, -1.0F, 0.5F}) {
    CHECK_THROWS_AS(pim::nn::cross_entropy<double>(logits, std::vector<float>(4, wrong), d), std::invalid_argument);
  }
}

TEST_CASE("distillation: by its formula; gradient against central differences", "[nn][loss]") {
  MatrixD logits = random_matrix(4, 3, 1, 2.0), d(4, 3), unused(4, 3);
  const MatrixD teacher = random_matrix(4, 3, 2, 3.0);
  const std::vector<float> labels = {0, 2, 1, 2};
  const pim::nn::DistillationParams params{.temperature = 3.0, .share = 0.7};
  double divergence = 0.0;
  for (pim::Index b = 0; b < 4; ++b) {
    const Eigen::ArrayXd q = (logits.row(b).array() / 3.0).exp(), p = (teacher.row(b).array() / 3.0).exp();
    for (pim::Index c = 0; c < 3; ++c) {
      divergence += p(c) / p.sum() * std::log(p(c) / p.sum() / (q(c) / q.sum()));
    }
  }
  const double hard = pim::nn::cross_entropy<double>(logits, labels, unused);
  CHECK(pim::nn::distillation<double>(logits, teacher, labels, params, d) ==
        Approx(0.7 * 9.0 * divergence / 4.0 + 0.3 * hard).epsilon(1e-13));
  CHECK(gradient_error(logits, d,
                       [&] { return pim::nn::distillation<double>(logits, teacher, labels, params, unused); }) < 1e-6);
}

TEST_CASE("distillation: nothing to learn from oneself; large logits; errors", "[nn][loss]") {
  MatrixD logits = random_matrix(2, 3, 1), d(2, 3);
  const std::vector<float> labels = {0, 2};
  const auto loss = [&](const MatrixD& teacher, const pim::nn::DistillationParams& params) {
    return pim::nn::distillation<double>(logits, teacher, labels, params, d);
  };
  CHECK(loss(logits, {.share = 1.0}) == 0.0);
  CHECK(d == MatrixD::Zero(2, 3));
  logits.setConstant(1e4);
  CHECK(std::isfinite(loss(-logits, {})));
  CHECK_THROWS_AS(loss(MatrixD(2, 2), {}), std::invalid_argument);
  CHECK_THROWS_AS(loss(logits, {.share = 1.5}), std::invalid_argument);
  CHECK_THROWS_AS(loss(logits, {.temperature = 0.0}), std::invalid_argument);
}

TEST_CASE("mean_squared_error: value and gradient", "[nn][loss]") {
  MatrixD values = random_matrix(3, 1, 1), d(3, 1), unused(3, 1);
  const std::vector<float> labels = {0.5F, -1.0F, 4.25F};
  const double loss = pim::nn::mean_squared_error<double>(values, labels, d);
  CHECK(loss == Approx((values - Eigen::Vector3d(0.5, -1.0, 4.25)).squaredNorm() / 3.0));
  CHECK(gradient_error(values, d, [&] { return pim::nn::mean_squared_error<double>(values, labels, unused); }) < 1e-6);
}
