#include <cmath>
#include <limits>
#include <vector>
#include <pim/task/glue/metrics.hpp>

#include "support/catch.hpp"
using pim::task::glue_score;
using pim::task::glue_task;

namespace {
// 6 true positives, 2 false positives, 1 false negative, 3 true negatives
const std::vector<int> predictions = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
const std::vector<int> labels = {1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0};
bool near(double a, double b) { return std::abs(a - b) < 1e-12; }
}  // namespace

TEST_CASE("metrics: counts by hand", "[task][metrics]") {
  CHECK(near(pim::task::accuracy(predictions, labels), 9.0 / 12.0));
  CHECK(near(pim::task::f1(predictions, labels), 12.0 / 15.0));
  CHECK(near(pim::task::matthews_correlation(predictions, labels),
             (6.0 * 3.0 - 2.0 * 1.0) / std::sqrt(8.0 * 7.0 * 5.0 * 4.0)));
}

TEST_CASE("metrics: Matthews correlation of three classes is 1, 0 or a hand-made value", "[task][metrics]") {
  const std::vector<int> truth = {0, 0, 1, 1, 2, 2};
  CHECK(near(pim::task::matthews_correlation(truth, truth), 1.0));
  CHECK(pim::task::matthews_correlation(std::vector<int>(6, 2), truth) == 0.0);
  // hits 4, each class present twice, predicted 2, 3, 1: (4*6 - 2*2 - 3*2 - 1*2) / sqrt(36 - 14) / sqrt(36 - 12)
  CHECK(
      near(pim::task::matthews_correlation(std::vector<int>{0, 1, 1, 1, 2, 0}, truth), 12.0 / std::sqrt(22.0 * 24.0)));
}

TEST_CASE("metrics: degenerate classes give 0, degenerate correlations NaN", "[task][metrics]") {
  const std::vector<int> zeros(4, 0), mixed = {0, 1, 0, 1};
  CHECK(pim::task::f1(zeros, zeros) == 0.0);
  CHECK(pim::task::matthews_correlation(zeros, mixed) == 0.0);
  CHECK(pim::task::matthews_correlation(mixed, zeros) == 0.0);
  const std::vector<double> line = {1.0, 2.0, 3.0, 4.0}, tenths(4, 0.1);
  CHECK(std::isnan(pim::task::pearson(tenths, line)));  // 0.1 is not exact: its mean must not make a variance
  CHECK(std::isnan(pim::task::spearman(line, tenths)));
  std::vector<double> broken = line;
  broken[2] = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(pim::task::pearson(broken, line)));
  CHECK(std::isnan(pim::task::spearman(broken, line)));
}

TEST_CASE("metrics: correlations of a line, a monotone curve and ties", "[task][metrics]") {
  const std::vector<double> x = {1.0, 2.0, 3.0, 4.0, 5.0};
  const std::vector<double> falling = {8.0, 6.0, 4.0, 2.0, 0.0}, cubes = {1.0, 8.0, 27.0, 64.0, 125.0};
  CHECK(near(pim::task::pearson(x, falling), -1.0));
  CHECK(near(pim::task::spearman(x, cubes), 1.0));
  CHECK(pim::task::pearson(x, cubes) < 0.96);
  CHECK(pim::task::average_ranks(std::vector<double>{3.0, 1.0, 3.0, 2.0, 3.0}) ==
        std::vector<double>{4.0, 1.0, 4.0, 2.0, 4.0});
}

TEST_CASE("metrics: glue_score predicts the largest output and reports the table's value", "[task][metrics]") {
  pim::Matrix outputs(4, 3);
  outputs << 2.0F, 1.0F, 0.0F, 0.0F, 3.0F, 1.0F, 0.0F, 1.0F, 5.0F, 9.0F, 1.0F, 5.0F;
  const auto mnli = glue_score(glue_task("mnli"), outputs, std::vector<float>{0.0F, 1.0F, 2.0F, 1.0F});
  CHECK(mnli.metric == "accuracy");
  CHECK(mnli.value == 0.75);
  const auto mrpc = glue_score(glue_task("mrpc"), outputs.leftCols(2), std::vector<float>{0.0F, 1.0F, 1.0F, 1.0F});
  CHECK(mrpc.value == 0.75);
  CHECK(near(mrpc.metrics.at("f1"), 0.8));
  const auto cola = glue_score(glue_task("cola"), outputs.leftCols(2), std::vector<float>{0.0F, 1.0F, 1.0F, 0.0F});
  CHECK(cola.metric == "matthews_correlation");
  CHECK(cola.value == 1.0);
  const auto stsb = glue_score(glue_task("stsb"), outputs.leftCols(1), std::vector<float>{2.0F, 1.0F, 0.5F, 5.0F});
  CHECK(near(stsb.value, (stsb.metrics.at("pearson") + stsb.metrics.at("spearmanr")) / 2.0));
}

TEST_CASE("metrics: lists that do not match are errors", "[task][metrics]") {
  CHECK_THROWS_AS(pim::task::accuracy(predictions, std::vector<int>{1}), std::invalid_argument);
  CHECK_THROWS_AS(pim::task::pearson(std::vector<double>{}, std::vector<double>{}), std::invalid_argument);
  CHECK_THROWS_AS(glue_score(glue_task("mnli"), pim::Matrix::Zero(1, 2), std::vector<float>{0.0F}),
                  std::invalid_argument);
}
