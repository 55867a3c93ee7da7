#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <pim/io/line_chart.hpp>

/// Points with names: one quantity against another.
namespace pim::io {

struct LabelledPoint {
  std::string label;
  double x, y;
  double x_deviation = 0.0, y_deviation = 0.0;  ///< standard deviations, drawn as bars; 0 or NaN: none
};
struct ScatterSeries {
  std::string label;
  std::vector<LabelledPoint> points = {};
};

namespace detail {

/// Finds room for labels, one after another.
class LabelPlacer {
 public:
  struct Box {
    double left, top, right, bottom;
    double overlap(const Box& other) const {
      const double across = std::min(right, other.right) - std::max(left, other.left);
      const double down = std::min(bottom, other.bottom) - std::max(top, other.top);
      return across > 0.0 && down > 0.0 ? across * down : 0.0;
    }
  };
  explicit LabelPlacer(const Frame& frame) : frame_(frame) {}
  void occupy(const Box& box) { taken_.push_back(box); }
  /// The box of `glyphs` characters near (x, y) that covers least of what is there, the nearest of equals.
  Box place(double x, double y, double glyphs) {
    const double width = 6.4 * glyphs + 4.0, height = 14.0;
    Box best{};
    double least = std::numeric_limits<double>::infinity();
    for (const double away : {8.0, 20.0, 34.0, 50.0, 66.0, 82.0, 98.0}) {
      const double aslant = 0.7 * away;
      const std::array<std::pair<double, double>, 8> corners = {{{x + away, y - height / 2.0},
                                                                 {x - away - width, y - height / 2.0},
                                                                 {x - width / 2.0, y - away - height},
                                                                 {x - width / 2.0, y + away},
                                                                 {x + aslant, y - aslant - height},
                                                                 {x + aslant, y + aslant},
                                                                 {x - aslant - width, y - aslant - height},
                                                                 {x - aslant - width, y + aslant}}};
      for (const auto& [left, top] : corners) {
        const Box box{left, top, left + width, top + height};
        const double cost = covered(box) + 0.2 * away;
        if (cost < least) least = cost, best = box;
      }
    }
    occupy(best);
    return best;
  }

 private:
  double covered(const Box& box) const {
    const Box inside{frame_.left, frame_.top, frame_.right, frame_.bottom};
    double area = 4.0 * ((box.right - box.left) * (box.bottom - box.top) - box.overlap(inside));
    for (const Box& other : taken_) area += box.overlap(other);
    return area;
  }
  Frame frame_;
  std::vector<Box> taken_;
};

/// Writes one chart; the methods follow the order of the file.
class ScatterChart {
 public:
  ScatterChart(const ChartParams& params, const std::vector<ScatterSeries>& series)
      : params_(params),
        series_(placeable(params, series)),
        x_(axis(params.x_scale, &LabelledPoint::x, &LabelledPoint::x_deviation)),
        y_(axis(params.y_scale, &LabelledPoint::y, &LabelledPoint::y_deviation)),
        frame_{.left = room_for(y_.ticks()), .right = params.width - 24.0, .bottom = params.height - 52.0} {}

  Chart chart() {
    std::vector<std::string> labels;
    for (const ScatterSeries& s : series_) labels.push_back(s.label);
    const Legend legend(labels, frame_.left, frame_.right);
    canvas_.title(frame_.left, frame_.right, params_.title);
    canvas_.y_axis(frame_, y_, params_.y_title);
    for (const Tick& tick : x_.ticks()) {
      const double x = frame_.x(x_.fraction(tick.at));
      canvas_.stroke(x, frame_.top, x, frame_.bottom, "class=\"grid\"");
    }
    canvas_.x_axis(frame_, x_, params_.x_title);
    for (std::size_t i = 0; i < series_.size(); ++i) points(i);
    names();
    legend.draw(canvas_, params_.height, [&](std::size_t i, double x, double y) {
      canvas_.open_series(i);
      canvas_.marker(i, x + 24.0, y, series_[i].label);
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
  /// The points that have a place; deviations that have none are 0.
  static std::vector<ScatterSeries> placeable(const ChartParams& params, std::vector<ScatterSeries> series) {
    for (ScatterSeries& s : series) {
      std::erase_if(s.points, [&](const LabelledPoint& p) {
        return !Axis::takes(params.x_scale, p.x) || !Axis::takes(params.y_scale, p.y);
      });
      for (LabelledPoint& p : s.points) {
        for (double* deviation : {&p.x_deviation, &p.y_deviation})
          *deviation = Axis::takes(Scale::linear, *deviation) ? std::abs(*deviation) : 0.0;
      }
    }
    return series;
  }
  Axis axis(Scale scale, double LabelledPoint::*value, double LabelledPoint::*deviation) const {
    Extent extent;
    for (const ScatterSeries& s : series_) {
      for (const LabelledPoint& p : s.points) {
        for (const double v : {p.*value, p.*value - p.*deviation, p.*value + p.*deviation}) extent.hold(scale, v);
      }
    }
    return Axis(scale, extent.low, extent.high);
  }
  double place_x(double x) const { return Axis::takes(params_.x_scale, x) ? frame_.x(x_.fraction(x)) : frame_.left; }
  double place_y(double y) const { return Axis::takes(params_.y_scale, y) ? frame_.y(y_.fraction(y)) : frame_.bottom; }

  static std::string told(double value, double deviation, const Axis& axis) {
    return axis.text(value) + (deviation > 0.0 ? " ± " + number_text(deviation, 2) : "");
  }
  static std::string name_of(const ScatterSeries& s, const LabelledPoint& p) {
    return p.label.empty() ? s.label : p.label;
  }
  /// What the picture shows, for those who do not see it.
  std::string description() const {
    std::string sentence = "Points of " + params_.y_title + " against " + params_.x_title + ".";
    for (const ScatterSeries& s : series_) {
      sentence += " " + s.label + ": ";
      if (s.points.empty()) sentence += "no values";
      for (std::size_t i = 0; i < std::min<std::size_t>(s.points.size(), 12); ++i) {
        const LabelledPoint& p = s.points[i];
        sentence += (i > 0 ? ", " : "") + p.label + (p.label.empty() ? "" : " ") + y_.text(p.y) + " at " + x_.text(p.x);
      }
      if (s.points.size() > 12) sentence += " and " + std::to_string(s.points.size() - 12) + " more";
      sentence += ".";
    }
    return sentence;
  }
  TextTable numbers() const {
    TextTable table{.headings = {"point", "series", params_.x_title, "± x", params_.y_title, "± y"},
                    .numeric = {false, false, true, true, true, true}};
    const auto deviation = [](double d) { return d > 0.0 ? number_text(d, 3) : ""; };
    for (const ScatterSeries& s : series_) {
      for (const LabelledPoint& p : s.points)
        table.rows.push_back({name_of(s, p), s.label, number_text(p.x, 6), deviation(p.x_deviation),
                              number_text(p.y, 6), deviation(p.y_deviation)});
    }
    return table;
  }

  void points(std::size_t i) {
    canvas_.open_series(i);
    for (const LabelledPoint& p : series_[i].points) {
      const double x = place_x(p.x), y = place_y(p.y);
      if (p.y_deviation > 0.0) {
        const double high = place_y(p.y + p.y_deviation), low = place_y(p.y - p.y_deviation);
        canvas_.stroke(x, high, x, low, "class=\"bar\"");
        for (const double end : {high, low}) canvas_.stroke(x - 4.0, end, x + 4.0, end, "class=\"bar\"");
      }
      if (p.x_deviation > 0.0) {
        const double left = place_x(p.x - p.x_deviation), right = place_x(p.x + p.x_deviation);
        canvas_.stroke(left, y, right, y, "class=\"bar\"");
        for (const double end : {left, right}) canvas_.stroke(end, y - 4.0, end, y + 4.0, "class=\"bar\"");
      }
      canvas_.marker(
          i, x, y,
          name_of(series_[i], p) + ": " + told(p.y, p.y_deviation, y_) + " at " + told(p.x, p.x_deviation, x_));
    }
    canvas_.close_series();
  }
  /// Labels beside their points; a thin line leads to one that stands apart.
  void names() {
    LabelPlacer placer(frame_);
    for (const ScatterSeries& s : series_) {
      for (const LabelledPoint& p : s.points) {
        const double x = place_x(p.x), y = place_y(p.y);
        placer.occupy({x - 5.0, y - 5.0, x + 5.0, y + 5.0});
        if (p.y_deviation > 0.0)
          placer.occupy({x - 2.0, place_y(p.y + p.y_deviation), x + 2.0, place_y(p.y - p.y_deviation)});
        if (p.x_deviation > 0.0)
          placer.occupy({place_x(p.x - p.x_deviation), y - 2.0, place_x(p.x + p.x_deviation), y + 2.0});
      }
    }
    for (const ScatterSeries& s : series_) {
      for (const LabelledPoint& p : s.points) {
        if (p.label.empty()) continue;
        const std::string label = shortened(p.label, 28.0);
        const double x = place_x(p.x), y = place_y(p.y);
        const LabelPlacer::Box box = placer.place(x, y, glyphs(label));
        const double near_x = std::clamp(x, box.left, box.right), near_y = std::clamp(y, box.top, box.bottom);
        if (std::hypot(near_x - x, near_y - y) > 16.0) canvas_.stroke(x, y, near_x, near_y, "class=\"axis\"");
        canvas_.text(box.left + 2.0, box.bottom - 3.5, "class=\"small\"", label);
      }
    }
  }

  const ChartParams& params_;
  std::vector<ScatterSeries> series_;
  Axis x_, y_;
  Frame frame_;
  Canvas canvas_;
};
}  // namespace detail

/// Points with their names beside them, placed so that they cover each other as little as can be, and bars of one
/// standard deviation.
///
/// Left out are points whose x or y is not finite, not above 0 on a logarithmic axis, or beyond 1e100; a bar that
/// reaches such values ends at the axis. Series differ by colour and sign; a legend below names them, the description
/// tells the points.
inline Chart scatter_chart(const ChartParams& params, const std::vector<ScatterSeries>& series) {
  return detail::ScatterChart(params, series).chart();
}

}  // namespace pim::io
