#include <pim/nn/attention.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::Index;
using pim::Rng;
using Attention = pim::nn::SelfAttention<double>;

namespace {
/// The definition, one score at a time.
MatrixD reference(const MatrixD& q, const MatrixD& k, const MatrixD& v, const pim::nn::PaddingMask& mask, Index heads) {
  const Index d = q.cols() / heads, tokens = mask.tokens;
  MatrixD context = MatrixD::Zero(q.rows(), q.cols());
  for (Index b = 0; b < mask.examples; ++b) {
    for (Index h = 0; h < heads; ++h) {
      for (Index i = 0; i < tokens; ++i) {
        double sum = 0.0;
        Eigen::RowVectorXd out = Eigen::RowVectorXd::Zero(d);
        for (Index j = 0; j < tokens; ++j) {
          if (!mask.is_real(b, j)) continue;
          const auto row = [&](const MatrixD& m, Index t) { return m.row(b * tokens + t).segment(h * d, d); };
          const double e = std::exp(row(q, i).dot(row(k, j)) / std::sqrt(static_cast<double>(d)));
          sum += e;
          out += e * row(v, j);
        }
        context.row(b * tokens + i).segment(h * d, d) = out / sum;
      }
    }
  }
  return context;
}
struct Case {
  Index heads, d, examples, tokens;
  std::vector<std::uint8_t> real;
};
const std::vector<Case> cases = {{1, 1, 1, 1, {1}},
                                 {2, 3, 2, 5, {1, 1, 1, 1, 1, 1, 1, 1, 0, 0}},
                                 {1, 16, 1, 18, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
                                 {3, 17, 2, 4, {0, 1, 0, 1, 1, 0, 0, 0}}};  // padding anywhere
}  // namespace

TEST_CASE("SelfAttention: forward as defined, gradients against central differences", "[nn][attention]") {
  const Case c = GENERATE(from_range(cases));
  const double dropout = GENERATE(0.0, 0.3);
  const pim::nn::PaddingMask mask{c.examples, c.tokens, c.real};
  const Attention attention("attention.self", c.heads, dropout);
  const Index rows = c.examples * c.tokens, cols = c.heads * c.d;
  MatrixD q = random_matrix(rows, cols, 1), k = random_matrix(rows, cols, 2), v = random_matrix(rows, cols, 3);
  const MatrixD dy = random_matrix(rows, cols, 4);
  MatrixD y(rows, cols), dq(rows, cols), dk(rows, cols), dv(rows, cols);
  Attention::Cache cache;
  pim::cost::Ledger ledger;
  const auto loss = [&] {
    attention.forward(q, k, v, mask, y, cache, Rng(9), true, ledger);
    return y.cwiseProduct(dy).sum();
  };
  loss();
  if (dropout == 0.0) CHECK(relative_error(y, reference(q, k, v, mask, c.heads)) < 1e-13);
  attention.backward(q, k, v, mask, dy, cache, dq, dk, dv);
  CHECK(gradient_error(q, dq, loss) < 1e-6);
  CHECK(gradient_error(k, dk, loss) < 1e-6);
  CHECK(gradient_error(v, dv, loss) < 1e-6);
}

TEST_CASE("SelfAttention: dropout only in training; books its products; float32 stays finite", "[nn][attention]") {
  const std::vector<std::uint8_t> real(6, 1);
  const pim::nn::PaddingMask mask{2, 3, real};
  const pim::nn::SelfAttention<float> attention("layer.attention.self", 2, 0.5), plain("self", 2, 0.0);
  const pim::Matrix q = pim::normal_matrix(6, 8, Rng(1), 100.0F);  // scores of +-10^4
  pim::Matrix y(6, 8), expected(6, 8);
  pim::nn::SelfAttention<float>::Cache cache;
  pim::cost::Ledger ledger, other;
  attention.forward(q, q, q, mask, y, cache, Rng(2), false, ledger);
  plain.forward(q, q, q, mask, expected, cache, Rng(2), false, other);
  CHECK(y == expected);
  CHECK(y.allFinite());
  attention.forward(q, q, q, mask, y, cache, Rng(2), true, other);
  CHECK(y != expected);
  CHECK(ledger[pim::cost::action::digital_mac] == 2 * 2 * 3 * 3 * 8);
  CHECK(ledger[pim::cost::action::digital_softmax] == 2 * 2 * 3 * 3);
  CHECK(ledger.entries()[0].layer == "layer.attention.self");
}

TEST_CASE("small_product: any shape, either factor order", "[nn][attention]") {
  const Index m = GENERATE(1, 3, 8, 13), k = GENERATE(1, 5, 20), n = GENERATE(16, 48);
  const MatrixD a = random_matrix(m, k, 1), b = random_matrix(k, n, 2), at = a.transpose();
  MatrixD c(m, n);
  pim::nn::small_product<double>(m, n, k, {a.data(), k, 1}, b.data(), n, c.data(), n);
  CHECK(relative_error(c, a * b) < 1e-14);
  c.setZero();
  pim::nn::small_product<double>(m, n, k, {at.data(), 1, m}, b.data(), n, c.data(), n);
  CHECK(relative_error(c, a * b) < 1e-14);
}
