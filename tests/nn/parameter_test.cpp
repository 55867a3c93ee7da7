#include <pim/nn/parameter.hpp>

#include <cmath>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::nn::Layout;

TEST_CASE("clip_weights: within k standard deviations of the layer, whatever its mean", "[nn][parameter]") {
  MatrixD w(2, 4), gradient;
  w << 1, 1, 1, 9, 1, 1, 1, 1;  // mean 2, variance 7
  const double bound = 1.5 * std::sqrt(7.0);
  MatrixD wanted = w;
  wanted(0, 3) = bound;
  const Layout layout = GENERATE(Layout::transposed, Layout::convolution);
  pim::nn::clip_weights<double>({{"w", layout, &w, &gradient}}, 1.5);
  CHECK((w - wanted).norm() < 1e-14);

  MatrixD negative = (MatrixD(1, 2) << 3, -5).finished();  // mean -1, variance 16
  pim::nn::clip_weights<double>({{"w", layout, &negative, &gradient}}, 1.0);
  CHECK(negative == (MatrixD(1, 2) << 3, -4).finished());
}

TEST_CASE("clip_weights: leaves what is frozen and what is no weight of a product", "[nn][parameter]") {
  const MatrixD before = random_matrix(3, 4, 1);
  MatrixD vector = before, embedding = before, frozen = before, clipped = before, gradient;
  pim::nn::clip_weights<double>({{"norm.weight", Layout::vector, &vector, &gradient},
                                 {"embeddings.weight", Layout::matrix, &embedding, &gradient},
                                 {"frozen.weight", Layout::transposed, &frozen, nullptr},
                                 {"fc.weight", Layout::transposed, &clipped, &gradient}},
                                0.5);
  CHECK(vector == before);
  CHECK(embedding == before);
  CHECK(frozen == before);
  CHECK(clipped != before);
}

TEST_CASE("zero_gradients: of the values' shapes; those without a gradient stay", "[nn][parameter]") {
  MatrixD a = MatrixD::Ones(2, 3), b = MatrixD::Ones(1, 4), d_a, d_b = random_matrix(1, 4, 1);
  pim::nn::zero_gradients<double>(
      {{"a", Layout::matrix, &a, &d_a}, {"b", Layout::vector, &b, &d_b}, {"c", Layout::vector, &b, nullptr}});
  CHECK(d_a == MatrixD::Zero(2, 3));
  CHECK(d_b == MatrixD::Zero(1, 4));
  CHECK(b == MatrixD::Ones(1, 4));
}
