#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pim/core/text.hpp>

/// Lines of y over x as one SVG file that needs nothing else: no script, no font, no other file.
namespace pim::io {

enum class Scale {
  linear,
  log,
  log_time,  ///< logarithmic, of seconds: marked 1 s, 1 min, 1 h, 1 d, 1 y
};

struct Point {
  double x, y;
  double deviation = 0.0;  ///< standard deviation of y: a bar from y - deviation to y + deviation; 0 or NaN: none
};
struct Series {
  std::string label;
  std::vector<Point> points = {};
};
struct ChartParams {
  std::string title;
  std::string x_title, y_title;  ///< with units: "time since programming [s]"
  Scale x_scale = Scale::linear, y_scale = Scale::linear;
  double width = 720.0, height = 420.0;  ///< without the legend, which stands below  [px]
};

namespace detail {

/// The number with at most `digits` significant digits.
inline std::string number_text(double value, int digits = 4) {
  std::array<char, 32> text;  // to_chars: a point whatever the locale
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits).ptr};
}
inline std::string fixed_text(double value, int decimals) {
  std::array<char, 400> text;
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals).ptr};
}
/// 3600 s as "1 h"
inline std::string time_text(double seconds) {
  constexpr std::pair<double, const char*> units[] = {
      {31536000.0, " y"}, {86400.0, " d"}, {3600.0, " h"}, {60.0, " min"}, {1.0, " s"}, {1e-3, " ms"}, {1e-6, " µs"}};
  for (const auto& [unit, name] : units) {
    if (seconds >= unit) return number_text(seconds / unit, 3) + name;
  }
  return number_text(seconds * 1e9, 3) + " ns";
}
/// 10 to the power of `exponent`
inline std::string power_text(int exponent) {
  if (exponent >= -3 && exponent <= 5) return number_text(std::pow(10.0, exponent), 6);
  constexpr const char* raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "10⁻" : "10";
  for (const char digit : std::to_string(std::abs(exponent))) text += raised[digit - '0'];
  return text;
}
/// Text between tags, and between quotes.
inline std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

struct Tick {
  double at;
  std::string label;
};
/// Where values lie between two pixels, and what is marked there.
class Axis {
 public:
  /// Holds all values from low to high, of which there are none where low > high.
  Axis(Scale scale, double low, double high) : scale_(scale) {
    if (low > high) low = is_log() ? 1.0 : 0.0, high = is_log() ? 10.0 : 1.0;
    if (is_log()) {
      const double room = high > low * (1.0 + 1e-9) ? std::exp(0.03 * (std::log(high) - std::log(low))) : 2.0;
      low_ = low / room, high_ = high * room;
      if (scale == Scale::log_time) mark_times();
      if (ticks_.size() < 2) mark_powers();
    } else {
      mark_steps(low, high);
    }
  }

  const std::vector<Tick>& ticks() const { return ticks_; }
  /// Whether a value has a place at all.
  static bool takes(Scale scale, double value) {
    return std::abs(value) < 1e100 && (scale == Scale::linear || value > 1e-100);
  }
  /// 0 at the axis's low end, 1 at its high end.
  double fraction(double value) const {
    if (!is_log()) return (value - low_) / (high_ - low_);
    return (std::log(value) - std::log(low_)) / (std::log(high_) - std::log(low_));
  }
  std::string text(double value) const { return scale_ == Scale::log_time ? time_text(value) : number_text(value); }

 private:
  bool is_log() const { return scale_ != Scale::linear; }
  /// 1, 2 or 5 times a power of ten, about five of them from low to high, which become multiples of it.
  void mark_steps(double low, double high) {
    const double size = std::max(std::abs(low), std::abs(high));
    if (high - low <= 1e-9 * size) {
      const double room = size == 0.0 ? 1.0 : 0.1 * size;
      low -= room, high += room;
    }
    const double rough = (high - low) / 5.0, power = std::pow(10.0, std::floor(std::log10(rough)));
    const double step = power * (rough < 1.5 * power   ? 1.0
                                 : rough < 3.5 * power ? 2.0
                                 : rough < 7.5 * power ? 5.0
                                                       : 10.0);
    const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
    const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
    low_ = first * step, high_ = last * step;
    for (double i = first; i <= last; ++i) ticks_.push_back({i * step, fixed_text(i * step + 0.0, decimals)});
  }
  void mark_times() {
    constexpr double times_s[] = {1e-9,   1e-6,    1e-3,     1.0,       10.0,       60.0,       600.0,
                                  3600.0, 86400.0, 604800.0, 2592000.0, 31536000.0, 315360000.0};
    for (const double t_s : times_s) {
      if (t_s >= low_ && t_s <= high_) ticks_.push_back({t_s, time_text(t_s)});
    }
  }
  /// Powers of ten, not more than eight; with 2 and 5 times them over less than two decades.
  void mark_powers() {
    ticks_.clear();
    const int first = static_cast<int>(std::floor(std::log10(low_))), last = static_cast<int>(std::log10(high_)) + 1;
    const int every = std::max(1, (last - first) / 8);
    for (int exponent = first; exponent <= last; exponent += every) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double at = factor * std::pow(10.0, exponent);
        if (at < low_ || at > high_ || (factor > 1.0 && high_ / low_ > 100.0)) continue;
        const bool is_time = scale_ == Scale::log_time;
        ticks_.push_back({at, is_time ? time_text(at) : factor == 1.0 ? power_text(exponent) : number_text(at)});
      }
    }
  }

  Scale scale_;
  double low_ = 0.0, high_ = 1.0;
  std::vector<Tick> ticks_;
};

/// Writes one chart; the methods follow the order of the file.
class LineChart {
 public:
  LineChart(const ChartParams& params, const std::vector<Series>& series)
      : params_(params),
        series_(placeable(params, series)),
        x_(axis(params.x_scale, [](const Point& p) { return std::pair(p.x, p.x); })),
        y_(axis(params.y_scale, [](const Point& p) { return std::pair(p.y - p.deviation, p.y + p.deviation); })) {
    for (const Tick& tick : y_.ticks()) left_ = std::max(left_, 44.0 + 8.0 * glyphs(tick.label));
    right_ = params.width - 24.0;
    bottom_ = params.height - 52.0;
    double longest = 0.0;
    for (const Series& s : series_) longest = std::max(longest, glyphs(s.label));
    columns_ = std::max(1.0, std::floor((right_ - left_) / (56.0 + 7.2 * longest)));
  }

  std::string svg() {
    open();
    axes();
    for (std::size_t i = 0; i < series_.size(); ++i) line(i);
    for (std::size_t i = 0; i < series_.size(); ++i) legend(i);
    return svg_ + "</svg>\n";
  }

 private:
  static double glyphs(std::string_view text) {
    return static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  }
  /// The points that have a place, from left to right; deviations that have none are 0.
  static std::vector<Series> placeable(const ChartParams& params, std::vector<Series> series) {
    for (Series& s : series) {
      std::erase_if(s.points, [&](const Point& p) {
        return !Axis::takes(params.x_scale, p.x) || !Axis::takes(params.y_scale, p.y);
      });
      for (Point& p : s.points) p.deviation = Axis::takes(Scale::linear, p.deviation) ? std::abs(p.deviation) : 0.0;
      std::stable_sort(s.points.begin(), s.points.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
    }
    return series;
  }
  template <class Ends>
  Axis axis(Scale scale, const Ends& ends) const {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Series& s : series_) {
      for (const Point& p : s.points) {
        const auto [from, to] = ends(p);
        if (Axis::takes(scale, from)) low = std::min(low, from);
        if (Axis::takes(scale, to)) low = std::min(low, to), high = std::max(high, to);
      }
    }
    return Axis(scale, low, high);
  }

  static std::string at(double pixel) { return fixed_text(pixel, 2); }
  double place_x(double x) const { return left_ + x_.fraction(x) * (right_ - left_); }
  double place_y(double y) const { return bottom_ - y_.fraction(y) * (bottom_ - top_); }

  void text(double x, double y, std::string_view attributes, std::string_view content) {
    svg_ += "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" " + std::string(attributes) + ">" + escaped(content) +
            "</text>\n";
  }
  void stroke(double x1, double y1, double x2, double y2, std::string_view attributes) {
    svg_ += "<line x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\" " +
            std::string(attributes) + "/>\n";
  }

  void open() {
    const double rows = std::ceil(static_cast<double>(series_.size()) / columns_);
    const std::string width = at(params_.width), height = at(params_.height + 22.0 * rows + 8.0);
    svg_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height +
           "\" viewBox=\"0 0 " + width + " " + height +
           "\" role=\"img\" aria-labelledby=\"chart-title chart-desc\">\n<title id=\"chart-title\">" +
           escaped(params_.title) + "</title>\n<desc id=\"chart-desc\">" + escaped(description()) + "</desc>\n" +
           std::string(style) + "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
    text(left_, 26.0, "class=\"title\"", params_.title);
  }
  /// What the picture shows, for those who do not see it.
  std::string description() const {
    std::string sentence = "Lines of " + params_.y_title + " over " + params_.x_title + ".";
    for (const Series& s : series_) {
      sentence += " " + s.label + ": ";
      if (s.points.empty()) {
        sentence += "no values.";
        continue;
      }
      const Point &first = s.points.front(), &last = s.points.back();
      sentence += y_.text(first.y) + " at " + x_.text(first.x);
      if (s.points.size() > 1) sentence += ", " + y_.text(last.y) + " at " + x_.text(last.x);
      sentence += ".";
    }
    return sentence;
  }

  void axes() {
    for (const Tick& tick : y_.ticks()) {
      const double y = place_y(tick.at);
      stroke(left_, y, right_, y, "class=\"grid\"");
      text(left_ - 8.0, y + 4.0, "text-anchor=\"end\"", tick.label);
    }
    double free_from = 0.0;  // labels must not run into each other
    for (const Tick& tick : x_.ticks()) {
      const double x = place_x(tick.at), half = 4.0 * glyphs(tick.label);
      stroke(x, bottom_, x, bottom_ + 5.0, "class=\"axis\"");
      if (x - half < free_from) continue;
      text(x, bottom_ + 20.0, "text-anchor=\"middle\"", tick.label);
      free_from = x + half + 6.0;
    }
    stroke(left_, bottom_, right_, bottom_, "class=\"axis\"");
    text((left_ + right_) / 2.0, bottom_ + 42.0, "text-anchor=\"middle\"", params_.x_title);
    const double middle = (top_ + bottom_) / 2.0;
    text(18.0, middle, "text-anchor=\"middle\" transform=\"rotate(-90 18 " + at(middle) + ")\"", params_.y_title);
  }

  static std::string kind(std::size_t series) { return "class=\"s" + std::to_string(series % colours) + "\""; }
  static std::string dashes(std::size_t series) {
    constexpr const char* patterns[] = {"none", "7 3", "2 3", "9 3 2 3"};
    return "stroke-dasharray=\"" + std::string(patterns[series % std::size(patterns)]) + "\"";
  }
  /// A sign of its own for each line, with a title that pointing at it shows.
  void marker(std::size_t series, double x, double y, std::string_view title) {
    constexpr const char* outlines[] = {"m-3.5-3.5h7v7h-7z", "m0-5 5 8.5h-10z", "m0-5 5 5-5 5-5-5z", "m0 5 5-8.5h-10z"};
    const std::size_t shape = series % (std::size(outlines) + 1);
    const std::string label = "<title>" + escaped(title) + "</title>";
    if (shape == 0) {
      svg_ +=
          "<circle cx=\"" + at(x) + "\" cy=\"" + at(y) + "\" r=\"4\" fill=\"currentColor\">" + label + "</circle>\n";
    } else {
      svg_ +=
          "<path d=\"M" + at(x) + " " + at(y) + outlines[shape - 1] + "\" fill=\"currentColor\">" + label + "</path>\n";
    }
  }
  void line(std::size_t i) {
    const Series& s = series_[i];
    if (s.points.empty()) return;
    std::string corners;
    for (const Point& p : s.points) corners += (corners.empty() ? "" : " ") + at(place_x(p.x)) + "," + at(place_y(p.y));
    svg_ += "<g " + kind(i) + ">\n<polyline points=\"" + corners + "\" " + dashes(i) + "/>\n";
    for (const Point& p : s.points) {
      const double x = place_x(p.x), y = place_y(p.y);
      std::string title = s.label + ": " + y_.text(p.y);
      if (p.deviation > 0.0) {
        const double high = place_y(p.y + p.deviation), low = std::min(bottom_, lower_end(p));
        stroke(x, high, x, low, "class=\"bar\"");
        stroke(x - 4.0, high, x + 4.0, high, "class=\"bar\"");
        stroke(x - 4.0, low, x + 4.0, low, "class=\"bar\"");
        title += " ± " + number_text(p.deviation, 2);
      }
      marker(i, x, y, title + " at " + x_.text(p.x));
    }
    svg_ += "</g>\n";
  }
  double lower_end(const Point& p) const {
    const double low = p.y - p.deviation;
    return Axis::takes(params_.y_scale, low) ? place_y(low) : bottom_;
  }
  void legend(std::size_t i) {
    const double row = std::floor(static_cast<double>(i) / columns_), column = static_cast<double>(i) - row * columns_;
    const double x = left_ + column * (right_ - left_) / columns_, y = params_.height + 22.0 * row + 10.0;
    svg_ += "<g " + kind(i) + ">\n";
    stroke(x, y, x + 34.0, y, dashes(i));
    marker(i, x + 17.0, y, series_[i].label);
    svg_ += "</g>\n";
    text(x + 42.0, y + 4.5, "class=\"label\"", series_[i].label);
  }

  /// Colours that stay apart for the colour-blind, each at 3 to 1 or more against the paper (WCAG 2.1, 1.4.11).
  /// source  Okabe and Ito 2008, Color Universal Design, darkened or lightened where the paper asks for it
  static constexpr std::size_t colours = 6;
  static constexpr std::string_view style =
      "<style>\n"
      "text { font: 13px system-ui, 'DejaVu Sans', sans-serif; fill: #1d2329 }\n"
      ".title { font-size: 15px; font-weight: 600 }\n"
      ".paper { fill: #ffffff }\n"
      "line, polyline { stroke: currentColor; stroke-width: 2; fill: none; stroke-linejoin: round }\n"
      ".grid { stroke: #dfe3e8; stroke-width: 1 }\n"
      ".axis { stroke: #5b6570; stroke-width: 1 }\n"
      ".bar { stroke-width: 1.2 }\n"
      ".s0 { color: #0072b2 } .s1 { color: #d55e00 } .s2 { color: #00805d }\n"
      ".s3 { color: #a8437c } .s4 { color: #8a6a00 } .s5 { color: #30363d }\n"
      "@media screen and (prefers-color-scheme: dark) {\n"
      "text { fill: #e6e9ec } .paper { fill: #14181c }\n"
      ".grid { stroke: #333a42 } .axis { stroke: #8d97a2 }\n"
      ".s0 { color: #56b4e9 } .s1 { color: #ff8a3d } .s2 { color: #2fc79a }\n"
      ".s3 { color: #e59ac4 } .s4 { color: #e6c229 } .s5 { color: #d5dae0 }\n"
      "}\n"
      "</style>\n";

  const ChartParams& params_;
  std::vector<Series> series_;
  Axis x_, y_;
  double left_ = 0.0, right_, top_ = 44.0, bottom_, columns_;  // of the plot  [px]
  std::string svg_;
};
}  // namespace detail

/// The chart as the content of an SVG file; light or dark as the reader's screen is, light on paper.
///
/// Points whose x or y is not finite, not above 0 on a logarithmic axis, or beyond 1e100, are left out; a line joins
/// the others from left to right. Lines differ by colour, sign and dashes; a legend below names them, `<desc>` tells
/// their ends.
inline std::string line_chart(const ChartParams& params, const std::vector<Series>& series) {
  return detail::LineChart(params, series).svg();
}

}  // namespace pim::io
