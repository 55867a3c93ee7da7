#include <pim/nn/dropout.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;

TEST_CASE("Dropout: drops the stated share and keeps the mean", "[nn][dropout]") {
  const double p = GENERATE(0.1, 0.5);
  const pim::nn::Dropout<float> dropout(p);
  const Matrix x = Matrix::Ones(1000, 1000);
  Matrix y(1000, 1000);
  dropout.apply(Rng(7), x, y);
  const double dropped = static_cast<double>((y.array() == 0.0F).count()) / 1e6;
  CHECK(std::abs(dropped - p) < 4.0 * std::sqrt(p * (1.0 - p) / 1e6));  // 4 standard errors of 10^6 draws
  CHECK(y.maxCoeff() == Approx(1.0 / (1.0 - p)).epsilon(1e-4));         // p is a multiple of 2^-16
}

TEST_CASE("Dropout: the key and the element's number decide, not how the work is cut", "[nn][dropout]") {
  const pim::nn::Dropout<float> dropout(0.3);
  const Index n = GENERATE(1, 2, 511, 512, 513, 2001);
  const Matrix x = pim::normal_matrix(1, n, Rng(1));
  Matrix whole(1, n), pieces(1, n), other(1, n);
  dropout.apply(Rng(2), x, whole);
  for (Index begin = 0; begin < n; begin += 512) {
    dropout.apply(Rng(2), static_cast<std::uint64_t>(begin), x.data() + begin, pieces.data() + begin,
                  std::min<Index>(512, n - begin));
  }
  CHECK(whole == pieces);
  dropout.apply(Rng(3), x, other);
  if (n > 100) CHECK(whole != other);
}

TEST_CASE("Dropout: the same key again is the backward pass", "[nn][dropout]") {
  const pim::nn::Dropout<double> dropout(0.4);
  MatrixD x = random_matrix(5, 9, 1);
  const MatrixD dy = random_matrix(5, 9, 2);
  MatrixD y(5, 9), d(5, 9);
  const auto loss = [&] { return dropout.apply(Rng(3), x, y), y.cwiseProduct(dy).sum(); };
  dropout.apply(Rng(3), dy, d);
  CHECK(gradient_error(x, d, loss) < 1e-6);
}

TEST_CASE("Dropout: refuses what is not a probability below 1", "[nn][dropout]") {
  CHECK_THROWS_AS(pim::nn::Dropout<float>(1.0), std::invalid_argument);
  CHECK_THROWS_AS(pim::nn::Dropout<float>(-0.1), std::invalid_argument);
  CHECK_FALSE(pim::nn::Dropout<float>(0.0).active());
}
