#include <pim/io/scatter_chart.hpp>

#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include "support/catch.hpp"

using pim::io::Chart;
using pim::io::ChartParams;
using pim::io::LabelledPoint;
using pim::io::Scale;
using pim::io::scatter_chart;
using pim::io::ScatterSeries;

namespace {
const ChartParams energy{.title = "t", .x_title = "energy [uJ]", .y_title = "accuracy [%]", .x_scale = Scale::log};
struct Place {
  double x, y;
};
Place circle(const Chart& chart, const std::string& title) {
  const std::regex circle(R"re(<circle cx="([0-9.]+)" cy="([0-9.]+)"[^>]*><title>)re" + title);
  std::smatch match;
  INFO(title);
  REQUIRE(std::regex_search(chart.body, match, circle));
  return {std::stod(match[1]), std::stod(match[2])};
}
int count(const std::string& text, const std::string& what) {
  int n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}
}  // namespace

TEST_CASE("scatter_chart: points stand where their logarithms are", "[chart]") {
  const Chart chart = scatter_chart(energy, {{"tiles", {{"a", 1, 90}, {"b", 100, 80}, {"c", 10, 85}}}});
  const Place a = circle(chart, "a: 90 at 1<"), b = circle(chart, "b: 80 at 100<"), c = circle(chart, "c: 85 at 10<");
  CHECK(c.x == Approx((a.x + b.x) / 2).margin(0.02));
  CHECK(c.y == Approx((a.y + b.y) / 2).margin(0.02));
  CHECK(a.x < b.x);
  CHECK(a.y < b.y);
  CHECK_THAT(chart.description, ContainsSubstring("tiles: a 90 at 1, b 80 at 100, c 85 at 10."));
}

TEST_CASE("scatter_chart: bars of deviations, to the axis where they reach beyond it", "[chart]") {
  const Chart chart = scatter_chart(energy, {{"tiles", {{"a", 10, 90, 20, 2}, {"b", 30, 94}, {"c", 1, 86}}}});
  const Place a = circle(chart, "a: 90 ± 2 at 10 ± 20<"), b = circle(chart, "b: 94 at 30<");
  const std::regex across(R"re(<line x1="([0-9.]+)" y1="([0-9.]+)" x2="([0-9.]+)" y2="\2" class="bar"/>)re");
  double left = a.x, right = a.x;
  for (std::sregex_iterator i(chart.body.begin(), chart.body.end(), across), end; i != end; ++i) {
    if (std::abs(std::stod(i->str(2)) - a.y) > 0.02) continue;
    left = std::min(left, std::stod(i->str(1))), right = std::max(right, std::stod(i->str(3)));
  }
  CHECK(right == Approx(b.x).margin(0.02));
  CHECK(left < circle(chart, "c: 86 at 1<").x);  // 10 - 20 is below 0
  CHECK(count(chart.body, "class=\"bar\"") == 6);
}

TEST_CASE("scatter_chart: labels of a crowd do not cover each other", "[chart]") {
  std::vector<LabelledPoint> points;
  for (int i = 0; i < 12; ++i) points.push_back({"tile number " + std::to_string(i), 10.0 + i % 4, 90.0 + 0.1 * i});
  points.push_back({"far away", 1000, 50});
  const Chart chart = scatter_chart(energy, {{"tiles", points}});
  const std::regex label(R"re(<text x="([0-9.]+)" y="([0-9.]+)" class="small">([^<]*)</text>)re");
  std::vector<std::pair<Place, double>> boxes;  // and widths: at least 5 px a character
  for (std::sregex_iterator i(chart.body.begin(), chart.body.end(), label), end; i != end; ++i)
    boxes.push_back({{std::stod(i->str(1)), std::stod(i->str(2))}, 5.0 * static_cast<double>(i->str(3).size())});
  REQUIRE(boxes.size() == 13);
  int covered = 0;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    CHECK(boxes[i].first.x > 0.0);
    CHECK(boxes[i].first.x + boxes[i].second < chart.width);
    for (std::size_t j = 0; j < i; ++j) {
      const auto& [a, a_width] = boxes[i];
      const auto& [b, b_width] = boxes[j];
      if (std::abs(a.y - b.y) < 10.0 && a.x < b.x + b_width && b.x < a.x + a_width) ++covered;
    }
  }
  CHECK(covered == 0);
}

TEST_CASE("scatter_chart: what has no place is left out; text cannot break the file", "[chart]") {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const Chart chart = scatter_chart(
      energy, {{"</svg>", {{"<b>", 1, 2, nan, infinity}, {"", 0, 1}, {"", nan, 1}, {"", 1, infinity}}}, {"empty", {}}});
  CHECK(chart.numbers.rows.size() == 1);
  CHECK(count(chart.svg(), "nan") + count(chart.svg(), "inf") + count(chart.svg(), "<b>") == 0);
  CHECK(count(chart.svg(), "</svg>") == 1);
  CHECK_THAT(chart.description, ContainsSubstring("empty: no values."));
  CHECK_NOTHROW(scatter_chart(energy, {}));
}
