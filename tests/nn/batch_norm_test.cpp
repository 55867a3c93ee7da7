#include <pim/nn/batch_norm.hpp>

#include "support/catch.hpp"
#include "support/gradient_check.hpp"
using namespace pim::test;
using pim::Index;
using pim::nn::Mode;
using BatchNorm = pim::nn::BatchNorm<double>;

namespace {
void fill_affine(BatchNorm& norm) {
  *norm.parameters()[0].value = random_matrix(1, norm.channels(), 11);
  *norm.parameters()[1].value = random_matrix(1, norm.channels(), 12);
}
}  // namespace

TEST_CASE("BatchNorm: columns have mean 0 and variance 1 in training", "[nn][batch_norm]") {
  const auto [rows, n] =
      GENERATE(std::pair<Index, Index>{2, 1}, std::pair<Index, Index>{130, 3}, std::pair<Index, Index>{300, 33});
  BatchNorm norm("bn", n, 1e-5);
  pim::cost::Ledger ledger;
  const MatrixD x = random_matrix(rows, n, 1, 3.0).array() + 2.0;
  MatrixD y(rows, n);
  norm.forward(x, y, Mode::training, ledger);
  for (Index c = 0; c < n; ++c) {
    const Eigen::VectorXd centred = x.col(c).array() - x.col(c).mean();
    const double variance = centred.squaredNorm() / static_cast<double>(rows);
    CHECK((y.col(c) - centred / std::sqrt(variance + 1e-5)).norm() < 1e-12 * std::sqrt(static_cast<double>(rows)));
  }
}

TEST_CASE("BatchNorm: gradients against central differences", "[nn][batch_norm]") {
  const auto [rows, n] =
      GENERATE(std::pair<Index, Index>{3, 1}, std::pair<Index, Index>{130, 3}, std::pair<Index, Index>{12, 17});
  BatchNorm norm("bn", n, 1e-5);
  fill_affine(norm);
  pim::cost::Ledger ledger;
  MatrixD x = random_matrix(rows, n, 1), y(rows, n);
  const MatrixD dy = random_matrix(rows, n, 2), before = random_matrix(rows, n, 3);
  const auto loss = [&] { return norm.forward(x, y, Mode::training, ledger), y.cwiseProduct(dy).sum(); };

  loss();
  MatrixD dx(rows, n);
  norm.backward(x, dy, dx);
  CHECK(gradient_error(x, dx, loss) < 1e-6);
  const auto parameters = norm.parameters();
  for (std::size_t p = 0; p < 2; ++p) CHECK(gradient_error(*parameters[p].value, *parameters[p].gradient, loss) < 1e-6);

  loss();
  MatrixD sum = before, in_place = dy;
  norm.backward(x, dy, sum, pim::nn::Into::add);
  CHECK(relative_error(sum - before, dx) < 1e-12);
  norm.backward(x, in_place, in_place);
  CHECK(in_place == dx);
}

TEST_CASE("BatchNorm: running statistics follow by a tenth, with the unbiased variance", "[nn][batch_norm]") {
  BatchNorm norm("bn", 1);
  pim::cost::Ledger ledger;
  MatrixD x(4, 1), y(4, 1);
  x << 1, 3, 5, 7;  // mean 4, squares of deviations 20
  norm.forward(x, y, Mode::training, ledger);
  CHECK((*norm.parameters()[2].value)(0) == Approx(0.4).epsilon(1e-14));
  CHECK((*norm.parameters()[3].value)(0) == Approx(0.9 + 0.1 * 20.0 / 3.0).epsilon(1e-14));
  norm.forward(x, y, Mode::inference, ledger);
  CHECK(y(2) == Approx((5.0 - 0.4) / std::sqrt(0.9 + 2.0 / 3.0 + 1e-5)).epsilon(1e-14));
  CHECK((*norm.parameters()[2].value)(0) == Approx(0.4).epsilon(1e-14));  // as it was
}

TEST_CASE("BatchNorm: calibration averages the batches since its start", "[nn][batch_norm]") {
  BatchNorm norm("bn", 1);
  pim::cost::Ledger ledger;
  MatrixD a(2, 1), b(2, 1), y(2, 1);
  a << 1, 3;  // mean 2, unbiased variance 2
  b << 4, 8;  // mean 6, unbiased variance 8
  const auto statistics = [&] { return std::pair{(*norm.parameters()[2].value)(0), (*norm.parameters()[3].value)(0)}; };
  norm.forward(b, y, Mode::training, ledger);
  norm.start_calibration();
  norm.forward(a, y, Mode::calibration, ledger);
  CHECK(y(0) == Approx(-1.0 / std::sqrt(1.0 + 1e-5)));  // by the batch's own
  CHECK(statistics() == std::pair{2.0, 2.0});
  norm.forward(b, y, Mode::calibration, ledger);
  CHECK(statistics() == std::pair{4.0, 5.0});
  norm.start_calibration();
  norm.forward(b, y, Mode::calibration, ledger);
  CHECK(statistics() == std::pair{6.0, 8.0});
}

TEST_CASE("BatchNorm: float32 statistics of many rows far from zero", "[nn][batch_norm]") {
  const Index rows = 100000, n = 2;
  const pim::Matrix x = pim::normal_matrix(rows, n, pim::Rng(1)).array() + 100.0F;
  pim::nn::BatchNorm<float> norm("bn", n, 1e-5);
  pim::Matrix y(rows, n);
  pim::cost::Ledger ledger;
  norm.forward(x, y, Mode::training, ledger);
  const MatrixD exact = x.cast<double>();
  for (Index c = 0; c < n; ++c) {
    const double mean = exact.col(c).mean();
    const double unbiased = (exact.col(c).array() - mean).square().sum() / static_cast<double>(rows - 1);
    CHECK((*norm.parameters()[2].value)(c) == Approx(0.1 * mean).epsilon(3e-7));
    CHECK((*norm.parameters()[3].value)(c) == Approx(0.9 + 0.1 * unbiased).epsilon(1e-6));
  }
}

TEST_CASE("BatchNorm: the same bits at any number of threads", "[nn][batch_norm]") {
  const Index rows = 1000, n = 16;
  const pim::Matrix x = pim::normal_matrix(rows, n, pim::Rng(1)), dy = pim::normal_matrix(rows, n, pim::Rng(2));
  const auto run = [&](int threads) {
    pim::set_threads(threads);
    pim::nn::BatchNorm<float> norm("bn", n);
    pim::cost::Ledger ledger;
    pim::Matrix result(3 * rows + 2, n);
    pim::Matrix y(rows, n), dx(rows, n);
    norm.forward(x, y, Mode::training, ledger);
    norm.backward(x, dy, dx);
    result << y, dx, y - dx, *norm.parameters()[0].gradient, *norm.parameters()[1].gradient;
    pim::set_threads(1);
    return result;
  };
  CHECK(run(1) == run(3));
}

TEST_CASE("BatchNorm: names, bookings and errors", "[nn][batch_norm]") {
  BatchNorm norm("layer1.0.bn1", 3);
  pim::cost::Ledger ledger;
  MatrixD x = random_matrix(4, 3, 1), y(4, 3);
  norm.forward(x, y, Mode::inference, ledger);
  CHECK(relative_error(y, x / std::sqrt(1.0 + 1e-5)) < 1e-14);  // fresh statistics
  CHECK(ledger[pim::cost::action::digital_scale] == 12);
  CHECK(ledger[pim::cost::action::digital_add] == 12);
  CHECK(ledger.entries()[0].layer == "layer1.0.bn1");
  const auto parameters = norm.parameters();
  CHECK(parameters[2].name == "layer1.0.bn1.running_mean");
  CHECK(parameters[2].gradient == nullptr);
  CHECK(parameters[3].name == "layer1.0.bn1.running_var");
  CHECK_THROWS_WITH(norm.forward(MatrixD(4, 2), y, Mode::inference, ledger),
                    "BatchNorm::forward: x is (4, 2), expected (4, 3)");
  CHECK_THROWS_WITH(norm.forward(x.topRows(1), y.topRows(1), Mode::training, ledger),
                    "layer1.0.bn1: the statistics of a batch need at least two pixels");
}
