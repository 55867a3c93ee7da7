#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <pim/io/chart_parts.hpp>

/// Lines of y over x as a picture that needs nothing else: no script, no font, no other file.
namespace pim::io {

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
  std::string x_title = {}, y_title = {};  ///< with units: "time since programming [s]"
  Scale x_scale = Scale::linear, y_scale = Scale::linear;
  double width = 720.0, height = 420.0;  ///< without the legend, which stands below  [px]
};

namespace detail {

/// Writes one chart; the methods follow the order of the file.
class LineChart {
 public:
  LineChart(const ChartParams& params, const std::vector<Series>& series)
      : params_(params),
        series_(placeable(params, series)),
        x_(x_axis()),
        y_(y_axis()),
        frame_{.left = room_for(y_.ticks()), .right = params.width - 24.0, .bottom = params.height - 52.0} {}

  Chart chart() {
    std::vector<std::string> labels;
    for (const Series& s : series_) labels.push_back(s.label);
    const Legend legend(labels, frame_.left, frame_.right);
    canvas_.title(frame_.left, frame_.right, params_.title);
    canvas_.y_axis(frame_, y_, params_.y_title);
    canvas_.x_axis(frame_, x_, params_.x_title);
    for (std::size_t i = 0; i < series_.size(); ++i) line(i);
    legend.draw(canvas_, params_.height, [&](std::size_t i, double x, double y) {
      canvas_.open_series(i);
      canvas_.stroke(x, y, x + 34.0, y, Canvas::dashes(i));
      canvas_.marker(i, x + 17.0, y, series_[i].label);
      canvas_.close_series();
    });
    return {.title = params_.title,
            .description = description(),
            .numbers = numbers(),
            .width = params_.width,
            .height = params_.height + legend.height(),
            .body = canvas_.take()};
  }

 private:
  static bool has_x(Scale scale, double x) { return Axis::takes(scale, x) || x == 0.0; }
  /// The points that have a place, from left to right; deviations that have none are 0.
  static std::vector<Series> placeable(const ChartParams& params, std::vector<Series> series) {
    for (Series& s : series) {
      std::erase_if(s.points,
                    [&](const Point& p) { return !has_x(params.x_scale, p.x) || !Axis::takes(params.y_scale, p.y); });
      for (Point& p : s.points) p.deviation = Axis::takes(Scale::linear, p.deviation) ? std::abs(p.deviation) : 0.0;
      std::stable_sort(s.points.begin(), s.points.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
    }
    return series;
  }
  Axis x_axis() const {
    Extent extent;
    bool with_zero = false;
    for (const Series& s : series_) {
      for (const Point& p : s.points) {
        extent.hold(params_.x_scale, p.x);
        with_zero = with_zero || p.x == 0.0;
      }
    }
    return Axis(params_.x_scale, extent.low, extent.high, with_zero);
  }
  Axis y_axis() const {
    Extent extent;
    for (const Series& s : series_) {
      for (const Point& p : s.points) {
        for (const double y : {p.y, p.y - p.deviation, p.y + p.deviation}) extent.hold(params_.y_scale, y);
      }
    }
    return Axis(params_.y_scale, extent.low, extent.high);
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
  TextTable numbers() const {
    TextTable table{.headings = {"line", params_.x_title, params_.y_title}, .numeric = {false, true, true}};
    const auto deviates = [](const Series& s) {
      return std::any_of(s.points.begin(), s.points.end(), [](const Point& p) { return p.deviation > 0.0; });
    };
    const bool deviations = std::any_of(series_.begin(), series_.end(), deviates);
    if (deviations) table.headings.push_back("standard deviation"), table.numeric.push_back(true);
    for (const Series& s : series_) {
      for (const Point& p : s.points) {
        table.rows.push_back({s.label, number_text(p.x, 6), number_text(p.y, 6)});
        if (deviations) table.rows.back().push_back(p.deviation > 0.0 ? number_text(p.deviation, 3) : "");
      }
    }
    return table;
  }

  void line(std::size_t i) {
    const Series& s = series_[i];
    if (s.points.empty()) return;
    std::string corners;
    for (const Point& p : s.points) corners += (corners.empty() ? "" : " ") + at(place_x(p)) + "," + at(place_y(p.y));
    canvas_.open_series(i);
    canvas_.raw("<polyline points=\"" + corners + "\" " + Canvas::dashes(i) + "/>\n");
    for (const Point& p : s.points) {
      const double x = place_x(p), y = place_y(p.y);
      std::string title = s.label + ": " + y_.text(p.y);
      if (p.deviation > 0.0) {
        const double high = place_y(p.y + p.deviation), low = std::min(frame_.bottom, lower_end(p));
        canvas_.stroke(x, high, x, low, "class=\"bar\"");
        canvas_.stroke(x - 4.0, high, x + 4.0, high, "class=\"bar\"");
        canvas_.stroke(x - 4.0, low, x + 4.0, low, "class=\"bar\"");
        title += " ± " + number_text(p.deviation, 2);
      }
      canvas_.marker(i, x, y, title + " at " + x_.text(p.x));
    }
    canvas_.close_series();
  }
  double place_x(const Point& p) const { return frame_.x(x_.fraction(p.x)); }
  double place_y(double y) const { return frame_.y(y_.fraction(y)); }
  double lower_end(const Point& p) const {
    const double low = p.y - p.deviation;
    return Axis::takes(params_.y_scale, low) ? place_y(low) : frame_.bottom;
  }

  const ChartParams& params_;
  std::vector<Series> series_;
  Axis x_, y_;
  Frame frame_;
  Canvas canvas_;
};
}  // namespace detail

/// Lines that join their points from left to right.
///
/// Left out are points whose x or y is not finite, not above 0 on a logarithmic axis, or beyond 1e100. But an x of
/// exactly 0 on a logarithmic axis stands at the left end, marked "0", and two strokes break the axis there.
/// Lines differ by colour, sign and dashes; a legend below names them, the description tells their ends.
inline Chart line_chart(const ChartParams& params, const std::vector<Series>& series) {
  return detail::LineChart(params, series).chart();
}

}  // namespace pim::io
