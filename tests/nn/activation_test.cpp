#include <pim/nn/activation.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::Index;
using pim::nn::Activation;

TEST_CASE("standard_normal: float32 within 1e-7 of std::erfc, its lower tail within 1e-6 of itself",
          "[nn][activation]") {
  double worst = 0.0, worst_tail = 0.0, worst_density = 0.0;
  for (int i = -120000; i <= 120000; ++i) {
    const float x = static_cast<float>(i) * 1e-4F;
    const auto normal = pim::nn::standard_normal(x);
    const double exact = 0.5 * std::erfc(-static_cast<double>(x) / std::sqrt(2.0));
    const double error = std::abs(static_cast<double>(normal.cdf) - exact);
    worst = std::max(worst, error);
    if (x > -5.0F) worst_tail = std::max(worst_tail, error / exact);
    const double density = std::exp(-0.5 * static_cast<double>(x) * static_cast<double>(x)) / std::sqrt(2.0 * M_PI);
    worst_density = std::max(worst_density, std::abs(static_cast<double>(normal.density) - density));
  }
  CHECK(worst < 1e-7);
  CHECK(worst_tail < 1e-6);
  CHECK(worst_density < 1e-7);
  CHECK(pim::nn::standard_normal(0.0F).cdf == 0.5F);
  CHECK(pim::nn::standard_normal(40.0F).cdf == 1.0F);
  CHECK(pim::nn::standard_normal(-40.0F).cdf < 1e-37F);
}

TEST_CASE("Activations: values, and slopes against central differences", "[nn][activation]") {
  const auto kind = GENERATE(Activation::gelu, Activation::gelu_tanh, Activation::relu);
  MatrixD x = random_matrix(9, 7, 1, 2.0);
  const MatrixD dy = random_matrix(9, 7, 2);
  pim::nn::Buffer<double> slope, y;
  const auto loss = [&] {
    slope.resize(9, 7) = x;
    pim::nn::activate(kind, slope, y);
    return y.view().cwiseProduct(dy).sum();
  };
  loss();
  pim::nn::Buffer<double> d;
  d.resize(9, 7) = dy;
  pim::nn::activate_backward(slope, d);
  CHECK(gradient_error(x, d.view(), loss) < 1e-6);

  const double at = 0.7;
  const double expected[] = {at * 0.5 * (1.0 + std::erf(at / std::sqrt(2.0))),
                             0.5 * at * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (at + 0.044715 * at * at * at))), at};
  slope.resize(1, 1)(0, 0) = at;
  pim::nn::activate(kind, slope, y);
  CHECK(y.view()(0, 0) == Approx(expected[static_cast<int>(kind)]).epsilon(1e-14));
}

TEST_CASE("Activations: float32 agrees with double", "[nn][activation]") {
  const auto kind = GENERATE(Activation::gelu, Activation::gelu_tanh, Activation::relu);
  const pim::Matrix x = pim::normal_matrix(40, 1000, pim::Rng(1), 2.0F);
  pim::nn::Buffer<float> slope, y;
  pim::nn::Buffer<double> slope_d, y_d;
  slope.resize(40, 1000) = x;
  slope_d.resize(40, 1000) = x.cast<double>();
  pim::nn::activate(kind, slope, y);
  pim::nn::activate(kind, slope_d, y_d);
  CHECK((y.view().cast<double>() - y_d.view()).cwiseAbs().maxCoeff() < 1e-6);
  CHECK((slope.view().cast<double>() - slope_d.view()).cwiseAbs().maxCoeff() < 4e-6);
}

TEST_CASE("tanh: gradient against central differences", "[nn][activation]") {
  MatrixD x = random_matrix(3, 5, 1);
  const MatrixD dy = random_matrix(3, 5, 2);
  const auto forward = [&] {
    MatrixD y = x;
    pim::nn::tanh_forward<double>(y);
    return y;
  };
  MatrixD d = dy;
  pim::nn::tanh_backward<double>(forward(), d);
  CHECK(gradient_error(x, d, [&] { return forward().cwiseProduct(dy).sum(); }) < 1e-6);
}
