#include <cmath>
#include <string>
#include <vector>
#include <nlohmann/json.hpp>

#include <pim/task/glue/metrics.hpp>

#include "golden/golden_files.hpp"
#include "support/catch.hpp"
using nlohmann::json;

namespace {
/// Within 1e-9, or both not a number ("NaN" in the file).
bool agrees(double value, const json& expected) {
  if (expected.is_string()) return expected == "NaN" && std::isnan(value);
  return std::abs(value - expected.get<double>()) <= 1e-9;
}

void check_classes(const json& entry) {
  const auto predictions = entry["predictions"].get<std::vector<int>>();
  const auto labels = entry["labels"].get<std::vector<int>>();
  CHECK(agrees(pim::task::accuracy(predictions, labels), entry["accuracy"]));
  CHECK(agrees(pim::task::matthews_correlation(predictions, labels), entry["matthews_correlation"]));
  if (entry.contains("f1")) CHECK(agrees(pim::task::f1(predictions, labels), entry["f1"]));
}

void check_scores(const json& entry) {
  const auto predictions = entry["predictions"].get<std::vector<double>>();
  const auto labels = entry["labels"].get<std::vector<double>>();
  const double pearson = pim::task::pearson(predictions, labels), spearman = pim::task::spearman(predictions, labels);
  CHECK(agrees(pearson, entry["pearson"]));
  CHECK(agrees(spearman, entry["spearman"]));
  CHECK(agrees((pearson + spearman) / 2.0, entry["stsb_table_value"]));
}
}  // namespace

TEST_CASE("golden metrics: accuracy, F1, Matthews, Pearson, Spearman", "[golden][metrics]") {
  for (const pim::test::GoldenFile* file : pim::test::golden_files("metrics")) {
    const json& golden = file->content;
    INFO(file->name);
    for (const char* group : {"binary", "three_class", "regression"}) {
      for (std::size_t i = 0; i < golden.value(group, json::array()).size(); ++i) {
        INFO(group << " " << i);
        if (std::string(group) == "regression") {
          check_scores(golden[group][i]);
        } else {
          check_classes(golden[group][i]);
        }
      }
    }
  }
}
