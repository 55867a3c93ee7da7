#include "support/cnn_report.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"

using pim::app::CnnEvaluation;
using pim::app::Setting;
using pim::io::OrderedJson;

namespace {
OrderedJson row(const Setting& setting, const std::vector<double>& top1, bool recalibrated = false) {
  return pim::app::cnn_row("lenet", setting,
                           CnnEvaluation{.top1 = top1,
                                         .images = 100,
                                         .recalibrated = recalibrated,
                                         .eval_s = 1.0,
                                         .layer_errors = {{"conv1", 0.125}, {"fc", 0.25}}});
}
Setting pcm(double t_s, const std::string& mode = "post-training") {
  return {.tile = "pcm", .mode = mode, .condition = {.t_s = t_s}, .seed = 42};
}
const Setting original{.tile = "ideal", .mode = "original", .seed = 42};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}
}  // namespace

TEST_CASE("cnn_row: mean and standard deviation over instances", "[examples][cnn]") {
  const OrderedJson three = row(pcm(25.0), {0.5, 0.75, 1.0});
  CHECK(three["top1"] == 0.75);
  CHECK(three["top1_std"] == 0.25);
  CHECK(three["instances"] == 3);
  CHECK(three["n"] == 100);
  CHECK(three["drift_compensation"].is_null());
  CHECK(row(original, {0.5})["top1_std"].is_null());
}

TEST_CASE("score_table: leaves out columns that say nothing", "[examples][cnn]") {
  const auto plain = lines_of(pim::app::score_table(OrderedJson::array({row(original, {0.5})})));
  REQUIRE(plain.size() == 4);
  CHECK(plain[0] == "lenet, 100 images, seed 42:");
  CHECK(plain[1] == "tile   mode       top-1  evaluation [s]");

  Setting busy{.tile = "pcm", .mode = "post-training", .seed = 43, .train_s = 12.0};
  busy.condition = {.t_s = 31536000.0, .compensated = false};
  const auto full = lines_of(pim::app::score_table({row(original, {0.5}), row(busy, {0.5, 1.0}, true)}));
  REQUIRE(full.size() == 5);
  for (const char* heading : {"time [s]", "compensated", "recalibrated", "std", "instances", "seed", "training [s]"}) {
    CHECK_THAT(full[1], ContainsSubstring(heading));
  }
  for (const std::string& line : full) CHECK(line.size() <= 120);
  CHECK_THAT(full[4], ContainsSubstring("31536000  no           yes           0.7500  0.3536          2    43"));
  CHECK(pim::app::score_table(OrderedJson::array()).empty());
}

TEST_CASE("layer_error_tables: rows side by side, 120 characters wide", "[examples][cnn]") {
  OrderedJson rows = {row(original, {0.5}), row(pcm(25.0), {0.5}), row(pcm(25.0), {0.5}, true)};
  const auto one = lines_of(pim::app::layer_error_tables(rows));
  REQUIRE(one.size() == 6);
  CHECK(one[2] == "layer    pcm  pcm, recalibrated");
  CHECK(one[4] == "conv1  0.125              0.125");

  for (int i = 0; i < 10; ++i) rows.push_back(row(pcm(1000.0 * i, "fine-tune"), {0.5}));
  const auto many = lines_of(pim::app::layer_error_tables(rows));
  for (const std::string& line : many) CHECK(line.size() <= 120);
  CHECK(std::count_if(many.begin(), many.end(), [](const auto& line) { return line.starts_with("conv1 "); }) > 1);
  std::size_t values = 0;
  for (const std::string& line : many) {
    if (!line.starts_with("conv1 ")) continue;
    for (std::size_t at = 0; (at = line.find("0.125", at)) != std::string::npos; ++at) ++values;
  }
  CHECK(values == 12);  // all rows but the original
  CHECK(pim::app::layer_error_tables(OrderedJson::array({row(original, {0.5})})).empty());
}

TEST_CASE("confusion_tables: classes by name, many classes in the JSON only", "[examples][cnn]") {
  OrderedJson cats = row(original, {0.75});
  pim::Matrix_<std::int64_t> counts(3, 3);
  counts << 5, 1, 0, 2, 7, 0, 0, 0, 0;
  cats["confusion"] = pim::app::confusion_json(counts);
  CHECK(cats["confusion"] == OrderedJson({{5, 1, 0}, {2, 7, 0}, {0, 0, 0}}));
  const auto lines = lines_of(
      pim::app::confusion_tables(OrderedJson::array({cats}), {"cat", "dog"}));  // the data has two of the classes
  REQUIRE(lines.size() == 7);
  CHECK(lines[1] == "Confusion on ideal:");
  CHECK(lines[2] == "class \\ taken for  cat  dog  2");
  CHECK(lines[5] == "dog                  2    7  0");

  cats["confusion"] = pim::app::confusion_json(pim::Matrix_<std::int64_t>::Zero(21, 21));
  CHECK_THAT(pim::app::confusion_tables(OrderedJson::array({cats}), {}),
             ContainsSubstring("21 classes is in the JSON alone"));
}

TEST_CASE("accuracy_chart: a line for each way to use a tile", "[examples][cnn]") {
  Setting drifting = pcm(25.0);
  drifting.condition.compensated = false;
  const std::string chart = pim::app::accuracy_chart(
      {row(original, {0.5}), row(pcm(25.0), {0.5}), row(pcm(3600.0), {0.5}), row(drifting, {0.5})});
  CHECK_THAT(chart, ContainsSubstring("lenet: accuracy over time since programming"));
  CHECK_THAT(chart, ContainsSubstring("pcm, no drift compensation"));
  CHECK(chart.find("ideal") == std::string::npos);
}

TEST_CASE("layer_rows: LeNet-5's parameters and products", "[examples][cnn]") {
  const OrderedJson rows = pim::app::layer_rows(pim::model::make_network("lenet"));
  CHECK(rows[0]["layer"] == "conv1");
  CHECK(rows[0]["shape"] == OrderedJson({6, 28, 28}));
  CHECK(rows[0]["macs"] == 6 * 28 * 28 * 25);
  CHECK(rows.back()["layer"] == "total");
  CHECK(rows.back()["parameters"] == 61706);
  const auto lines = lines_of(pim::app::layer_table(rows));
  CHECK(lines.size() == rows.size() + 3);
  for (const std::string& line : lines) CHECK(line.size() <= 120);
}
