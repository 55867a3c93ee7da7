#include <pim/io/line_chart.hpp>

#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include "support/catch.hpp"

using pim::io::ChartParams;
using pim::io::Scale;
using pim::io::Series;

static std::string lines(const ChartParams& params, const std::vector<Series>& series) {
  return pim::io::line_chart(params, series).svg();
}
/// Empty for well-formed XML without declaration and comments, else what is wrong.
static std::string xml_fault(const std::string& text) {
  static const std::regex tag(R"re(<(/?)([a-zA-Z]+)((?:\s+[-a-zA-Z0-9:]+="[^"<]*")*)\s*(/?)>)re");
  static const std::regex characters(R"re((?:[^<&]|&(?:amp|lt|gt|quot);)*)re");
  std::vector<std::string> open;
  std::size_t at = 0;
  for (std::sregex_iterator i(text.begin(), text.end(), tag), end; i != end; ++i) {
    const auto begin = static_cast<std::size_t>(i->position());
    if (!std::regex_match(text.substr(at, begin - at), characters)) return "characters at " + std::to_string(at);
    if (!std::regex_match(i->str(3), characters)) return "attributes " + i->str(3);
    at = begin + i->str().size();
    if (i->str(1).empty() && i->str(4).empty()) open.push_back(i->str(2));
    if (i->str(1).empty()) continue;
    if (open.empty() || open.back() != i->str(2)) return "end of " + i->str(2);
    open.pop_back();
  }
  if (!open.empty()) return open.back() + " stays open";
  return text.substr(at) == "\n" ? "" : "characters at the end";
}
static double number_in(const std::string& svg, const std::string& pattern) {
  std::smatch match;
  INFO(pattern);
  REQUIRE(std::regex_search(svg, match, std::regex(pattern)));
  return std::stod(match[1]);
}
static const std::string number = R"re((-?[0-9.]+))re";
/// Where a mark of the x axis stands, and one of the y axis.
static double x_mark(const std::string& svg, const std::string& label) {
  return number_in(svg, "<text x=\"" + number + "\" y=\"[0-9.]+\" text-anchor=\"middle\">" + label + "</text>");
}
static double y_mark(const std::string& svg, const std::string& label) {
  return number_in(svg, "<text x=\"[0-9.]+\" y=\"" + number + "\" text-anchor=\"end\">" + label + "</text>") - 4.0;
}
/// The first series' point with this title.
static double point_x(const std::string& svg, const std::string& title) {
  return number_in(svg, "<circle cx=\"" + number + "\" [^>]*><title>" + title);
}
static double point_y(const std::string& svg, const std::string& title) {
  return number_in(svg, "<circle cx=\"[0-9.]+\" cy=\"" + number + "\" [^>]*><title>" + title);
}
static int count(const std::string& text, const std::string& what) {
  int n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST_CASE("line_chart: points stand at the marks of their values", "[chart]") {
  const std::string svg =
      lines({.title = "t", .x_title = "x", .y_title = "y"}, {{"a", {{0, 0}, {5, 20}, {7.5, 50}, {10, 100}}}});
  CHECK(xml_fault(svg) == "");
  CHECK(point_x(svg, "a: 20 at 5") == Approx((x_mark(svg, "4") + x_mark(svg, "6")) / 2).margin(0.02));
  CHECK(point_x(svg, "a: 100 at 10") == Approx(x_mark(svg, "10")).margin(0.01));
  CHECK(point_y(svg, "a: 20 at 5") == Approx(y_mark(svg, "20")).margin(0.01));
  CHECK(point_y(svg, "a: 50 at 7.5") == Approx((y_mark(svg, "0") + y_mark(svg, "100")) / 2).margin(0.02));
  CHECK(y_mark(svg, "0") > y_mark(svg, "100"));  // pixels count downwards
  CHECK(x_mark(svg, "0") < x_mark(svg, "10"));
}

TEST_CASE("line_chart: a year on a logarithmic axis of time", "[chart]") {
  const double year_s = 31536000.0;
  const std::string svg = lines(
      {.title = "t", .x_title = "time since programming [s]", .y_title = "accuracy [%]", .x_scale = Scale::log_time},
      {{"pcm", {{25, 92}, {3600, 91.5, 0.5}, {86400, 91}, {2592000, 90}, {year_s, 88}}}});
  CHECK(xml_fault(svg) == "");
  for (const char* mark : {"1 min", "1 h", "1 d", "30 d", "1 y"}) CHECK_NOTHROW(x_mark(svg, mark));
  CHECK(point_x(svg, "pcm: 91.5 ± 0.5 at 1 h") == Approx(x_mark(svg, "1 h")).margin(0.01));
  CHECK(point_x(svg, "pcm: 88 at 1 y") == Approx(x_mark(svg, "1 y")).margin(0.01));
  const double share = std::log(3600.0 / 25.0) / std::log(year_s / 25.0);
  const double left = point_x(svg, "pcm: 92 at 25 s"), right = point_x(svg, "pcm: 88 at 1 y");
  CHECK(point_x(svg, "pcm: 91.5") == Approx(left + share * (right - left)).margin(0.02));
  CHECK_THAT(svg, ContainsSubstring("pcm: 92 at 25 s, 88 at 1 y.</desc>"));
}

TEST_CASE("line_chart: bars reach one deviation up and down", "[chart]") {
  const std::string svg = lines({.title = "t", .x_title = "x", .y_title = "y"}, {{"a", {{0, 40, 20}, {1, 0}}}});
  const std::regex bar(R"re(<line x1="([0-9.]+)" y1="([0-9.]+)" x2="\1" y2="([0-9.]+)" class="bar"/>)re");
  std::smatch match;
  REQUIRE(std::regex_search(svg, match, bar));
  CHECK(std::stod(match[2]) == Approx(y_mark(svg, "60")).margin(0.01));
  CHECK(std::stod(match[3]) == Approx(y_mark(svg, "20")).margin(0.01));
  CHECK(count(svg, "class=\"bar\"") == 3);  // and two caps
  const std::string log = lines({.title = "t", .x_title = "x", .y_title = "y", .y_scale = Scale::log},
                                {{"a", {{0, 1, 2}, {1, 0.1, 0.05}}}});  // 1 - 2 is below 0
  CHECK(xml_fault(log) == "");
  CHECK(count(log, "class=\"bar\"") == 6);
}

TEST_CASE("line_chart: powers of ten", "[chart]") {
  const std::string svg = lines({.title = "t", .x_title = "x", .y_title = "y", .y_scale = Scale::log},
                                {{"a", {{0, 1e-6}, {1, 1e-3}, {2, 1}}}});
  CHECK(point_y(svg, "a: 1e-06 at 0") == Approx(y_mark(svg, "10⁻⁶")).margin(0.01));
  CHECK(point_y(svg, "a: 0.001 at 1") == Approx((y_mark(svg, "10⁻⁶") + y_mark(svg, "1")) / 2).margin(0.02));
  const std::string narrow =
      lines({.title = "t", .x_title = "x", .y_title = "y", .y_scale = Scale::log}, {{"a", {{0, 2}, {1, 9}}}});
  CHECK(y_mark(narrow, "5") < y_mark(narrow, "2"));
}

TEST_CASE("line_chart: what has no place is left out", "[chart]") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const std::vector<Series> series = {
      {"a", {{1, 5}, {nan, 5}, {2, nan}, {3, infinity}, {-infinity, 1}, {4, 7, nan}, {5, 6, infinity}}}, {"b", {}}};
  const std::string svg = lines({.title = "t", .x_title = "x", .y_title = "y"}, series);
  CHECK(xml_fault(svg) == "");
  CHECK(count(svg, "<circle") == 3 + 1);  // points and legend
  CHECK(count(svg, "<polyline") == 1);
  CHECK(count(svg, "class=\"bar\"") == 0);
  CHECK(count(svg, "nan") == 0);
  CHECK(count(svg, "\"inf") == 0);
  CHECK_THAT(svg, ContainsSubstring("b: no values."));
  const std::string log =
      lines({.title = "t", .x_title = "x", .y_title = "y", .x_scale = Scale::log}, {{"a", {{-1, 1}, {1, 1}, {10, 1}}}});
  CHECK(count(log, "<circle") == 2 + 1);
  for (const Scale scale : {Scale::linear, Scale::log, Scale::log_time}) {
    const ChartParams params{.title = "t", .x_title = "x", .y_title = "y", .x_scale = scale, .y_scale = scale};
    for (const std::vector<Series>& few : {std::vector<Series>{},
                                           {{"a", {{3, 3}}}},
                                           {{"a", {{1e17, 1e17}, {1e17 + 16, 1}}}},
                                           {{"a", {{1e99, -1e99}, {1e-99, 1e99}, {1e-320, 1e308}}}}}) {
      const std::string chart = lines(params, few);
      CHECK(xml_fault(chart) == "");
      CHECK(count(chart, "nan") + count(chart, "inf") == 0);
      CHECK(chart.size() < 20'000);
    }
  }
}

TEST_CASE("line_chart: text cannot break the file", "[chart]") {
  const std::string svg = lines({.title = "a < b & \"c\" </svg>", .x_title = "x\n]]>", .y_title = "\xFFy\x01"},
                                {{"<script>alert('1')</script>", {{1, 1}, {2, 2}}}});
  CHECK(xml_fault(svg) == "");
  CHECK_THAT(svg, ContainsSubstring("<title id=\"chart-title\">a &lt; b &amp; &quot;c&quot; &lt;/svg&gt;</title>"));
  CHECK(count(svg, "<script") == 0);
  CHECK(count(svg, "\x01") == 0);
}

TEST_CASE("line_chart: no two of twelve lines look alike; a line goes from left to right", "[chart]") {
  std::vector<Series> series;
  for (int i = 0; i < 12; ++i) series.push_back({std::to_string(i), {{2, 1.0 + i}, {1, 2.0 + i}}});
  const std::string svg = lines({.title = "t", .x_title = "x", .y_title = "y"}, series);
  const std::regex line(
      R"re(<g (class="s\d")>\s*<polyline points="([0-9.]+),[0-9.]+ ([0-9.]+),[0-9.]+" (stroke-[^/]*)/>)re");
  std::vector<std::string> looks;
  for (std::sregex_iterator i(svg.begin(), svg.end(), line), end; i != end; ++i) {
    looks.push_back(i->str(1) + i->str(4));
    CHECK(std::stod(i->str(2)) < std::stod(i->str(3)));
  }
  REQUIRE(looks.size() == 12);
  std::sort(looks.begin(), looks.end());
  CHECK(std::unique(looks.begin(), looks.end()) == looks.end());
}

TEST_CASE("line_chart: 0 stands at the left end of a logarithmic axis, which is broken there", "[chart]") {
  const ChartParams params{.title = "t", .x_title = "time [s]", .y_title = "y", .x_scale = Scale::log_time};
  const std::string svg = lines(params, {{"a", {{0, 92}, {25, 91}, {3600, 90}, {86400, 89}}}});
  CHECK(xml_fault(svg) == "");
  CHECK(point_x(svg, "a: 92 at 0 s") == Approx(x_mark(svg, "0 s")).margin(0.01));
  CHECK(point_x(svg, "a: 92 at 0 s") + 20.0 < point_x(svg, "a: 91 at 25 s"));
  CHECK(point_x(svg, "a: 90 at 1 h") == Approx(x_mark(svg, "1 h")).margin(0.01));
  CHECK(count(lines(params, {{"a", {{0, 1}}}}), "<circle") == 1 + 1);
}

TEST_CASE("line_chart: its numbers as a table", "[chart]") {
  const auto table = pim::io::line_chart({.title = "t", .x_title = "x", .y_title = "y"},
                                         {{"a", {{2, 0.125, 0.5}, {1, 3}}}, {"b", {{std::nan(""), 1}}}})
                         .numbers;
  CHECK(table.headings == std::vector<std::string>{"line", "x", "y", "standard deviation"});
  CHECK(table.rows == std::vector<std::vector<std::string>>{{"a", "1", "3", ""}, {"a", "2", "0.125", "0.5"}});
}
