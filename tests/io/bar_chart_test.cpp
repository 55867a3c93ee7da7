#include <pim/io/bar_chart.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "support/catch.hpp"

using pim::io::bar_chart;
using pim::io::BarChartParams;
using pim::io::BarSeries;
using pim::io::Chart;
using pim::io::Scale;
using pim::io::stacked_bar_chart;

namespace {
const std::optional<double> none;
BarChartParams params(Scale scale) {
  return {.title = "t", .group_title = "workload", .value_title = "rate [1/s]", .scale = scale};
}
struct Box {
  double x, y, width, height;
};
/// The filled boxes whose title begins so; the legend's have the bare name of the series.
Box box(const Chart& chart, const std::string& title) {
  const std::regex rect(
      R"re(<rect x="([0-9.]+)" y="([0-9.]+)" width="([0-9.]+)" height="([0-9.]+)" class="fill"><title>)re" + title);
  std::smatch match;
  INFO(title);
  REQUIRE(std::regex_search(chart.body, match, rect));
  return {std::stod(match[1]), std::stod(match[2]), std::stod(match[3]), std::stod(match[4])};
}
int count(const std::string& text, const std::string& what) {
  int n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}
}  // namespace

TEST_CASE("bar_chart: a decade more is as much higher as any other decade", "[chart]") {
  const Chart chart = bar_chart(params(Scale::log), {"a"}, {{"x", {1e3}}, {"y", {1e5}}, {"z", {1e7}}, {"w", {5e3}}});
  const Box x = box(chart, "a, x: 1000<"), y = box(chart, "a, y: 1e\\+05<"), z = box(chart, "a, z: 1e\\+07<");
  CHECK(x.height > 10.0);  // it stands on 100, not on its own value
  CHECK(z.height - y.height == Approx(y.height - x.height).margin(0.03));
  CHECK(y.height - x.height == Approx(2.0 * x.height).margin(0.03));  // two decades against one
  CHECK(x.y + x.height == Approx(z.y + z.height).margin(0.02));
  CHECK(x.x + x.width <= y.x);
}

TEST_CASE("bar_chart: linear bars grow from 0, up and down", "[chart]") {
  const Chart chart = bar_chart(params(Scale::linear), {"a", "b"}, {{"x", {10.0, -5.0}}, {"y", {40.0, 0.0}}});
  const Box ten = box(chart, "a, x: 10<"), forty = box(chart, "a, y: 40<"), below = box(chart, "b, x: -5<");
  CHECK(forty.height == Approx(4.0 * ten.height).margin(0.05));
  CHECK(below.height == Approx(0.5 * ten.height).margin(0.02));
  CHECK(below.y == Approx(ten.y + ten.height).margin(0.02));
  CHECK(box(chart, "b, y: 0<").height == 0.0);
}

TEST_CASE("bar_chart: what has no value is a cross, not a bar of 0", "[chart]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<BarSeries> series = {{"x", {2.0, none, 0.0, std::nan(""), infinity}}};
  const Chart log = bar_chart(params(Scale::log), {"a", "b", "c", "d", "e"}, series);
  CHECK(count(log.body, "class=\"fill\"") == 1 + 1);  // and the legend's
  CHECK(count(log.body, "b, x: no value") == 1);
  CHECK(count(log.body, "c, x: 0, which has no place here") == 1);
  CHECK(count(log.body, "workload (×: no value)") == 1);
  CHECK(count(log.svg(), "nan") + count(log.svg(), "inf") == 0);
  CHECK_THAT(log.description, ContainsSubstring("x: 2 (a), 4 without a bar."));
  const std::vector<std::vector<std::string>> rows = {{"a", "2"}, {"b", ""}, {"c", "0"}, {"d", ""}, {"e", ""}};
  CHECK(log.numbers.rows == rows);
  CHECK(count(bar_chart(params(Scale::linear), {"a"}, {{"x", {0.0}}}).body, "no value") == 0);
}

TEST_CASE("bar_chart: nothing, one value, hundreds of bars", "[chart]") {
  for (const Scale scale : {Scale::linear, Scale::log}) {
    for (const double value : {1e-90, -3.0, 0.0, 1e90}) {
      const std::string svg = bar_chart(params(scale), {"a"}, {{"x", {value}}}).svg();
      CHECK(count(svg, "nan") + count(svg, "inf") == 0);
    }
    CHECK_NOTHROW(bar_chart(params(scale), {}, {}));
    CHECK_NOTHROW(bar_chart(params(scale), {}, {{"x", {}}}));
    CHECK_NOTHROW(bar_chart(params(scale), {"a"}, {}));
    const std::vector<std::string> groups(60, "a name that is much too long for its place");
    const std::vector<BarSeries> series(7, {"x", std::vector<std::optional<double>>(60, 3.0)});
    CHECK(bar_chart(params(scale), groups, series).svg().size() < 300'000);
  }
}

TEST_CASE("bar_chart: no two of 36 series look alike", "[chart]") {
  std::vector<BarSeries> series;
  for (int i = 0; i < 36; ++i) series.push_back({"series " + std::to_string(i), {1.0}});
  const Chart chart = bar_chart(params(Scale::linear), {"a"}, series);
  const std::regex group(
      R"re(<g class="(s\d)">\s*<rect [^>]*class="fill"><title>a, [^<]*</title></rect>([^]*?)</g>)re");
  const std::regex dashes(R"re(d="M[0-9. ]+([hv])[^>]*stroke-dasharray="([0-9. ]+)")re");
  std::vector<std::string> looks;
  for (std::sregex_iterator i(chart.body.begin(), chart.body.end(), group), end; i != end; ++i) {
    looks.push_back(i->str(1));
    const std::string hatching = i->str(2);
    for (std::sregex_iterator d(hatching.begin(), hatching.end(), dashes); d != end; ++d)
      looks.back() += " " + d->str(1) + d->str(2);
  }
  REQUIRE(looks.size() == 36);
  std::sort(looks.begin(), looks.end());
  CHECK(std::unique(looks.begin(), looks.end()) == looks.end());
}

TEST_CASE("stacked_bar_chart: parts lie end to end; their sum stands behind", "[chart]") {
  const Chart chart =
      stacked_bar_chart(params(Scale::log), {"conv1", "fc"}, {{"adc", {30.0, 1.0}}, {"dac", {10.0, none}}});
  const Box adc = box(chart, "conv1, adc: 30<"), dac = box(chart, "conv1, dac: 10<"), fc = box(chart, "fc, adc: 1<");
  CHECK(adc.x + adc.width == Approx(dac.x).margin(0.02));
  CHECK(adc.width == Approx(3.0 * dac.width).margin(0.05));
  CHECK(adc.width == Approx(30.0 * fc.width).margin(0.3));
  CHECK(adc.y == dac.y);
  CHECK(fc.y > adc.y + adc.height);
  CHECK(count(chart.body, ">40</text>") == 1 + 1);  // and the axis
  CHECK(count(chart.body, ">≥ 1</text>") == 1);
  CHECK_NOTHROW(stacked_bar_chart(params(Scale::linear), {"a"}, {{"x", {0.0}}}));
  CHECK_NOTHROW(stacked_bar_chart(params(Scale::linear), {}, {}));
}

TEST_CASE("bar charts: what does not fit together is refused", "[chart]") {
  CHECK_THROWS_WITH(
      bar_chart(params(Scale::log), {"a", "b"}, {{"x", {1.0}}}),
      "bar_chart: series 'x' has 1 values; give one for each of the 2 groups, nothing where it is not known");
  CHECK_THROWS_WITH(stacked_bar_chart(params(Scale::log), {"a"}, {{"x", {1.0}}, {"y", {-1.0}}}),
                    "stacked_bar_chart: 'a, y' is negative; stack parts of a whole");
}

TEST_CASE("bar charts: text cannot break the file", "[chart]") {
  const BarChartParams wicked{.title = "a < b & \"c\" </svg>", .group_title = "<b>", .value_title = "\xFF"};
  for (const std::string& svg : {bar_chart(wicked, {"<script>"}, {{"</svg>", {1.0}}}).svg(),
                                 stacked_bar_chart(wicked, {"<script>"}, {{"</svg>", {none}}}).svg()}) {
    CHECK(count(svg, "<script") + count(svg, "<b>") + count(svg, "\xFF") == 0);
    CHECK(count(svg, "</svg>") == 1);
  }
}
