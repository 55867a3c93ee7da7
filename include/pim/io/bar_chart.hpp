#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pim/io/chart_parts.hpp>

/// Bars side by side to compare, or end to end to show what a whole is made of.
namespace pim::io {

struct BarSeries {
  std::string label;
  std::vector<std::optional<double>> values = {};  ///< one a group; nothing: not known
};
struct BarChartParams {
  std::string title;
  std::string group_title = {}, value_title = {};  ///< with units: "workload", "throughput [1/s]"
  Scale scale = Scale::linear;                     ///< of values
  double width = 720.0, height = 420.0;            ///< without the legend, which stands below  [px]
};

namespace detail {

/// What both kinds of bars have: the data, in words and in numbers.
struct BarData {
  const BarChartParams& params;
  const std::vector<std::string>& groups;
  const std::vector<BarSeries>& series;

  /// throws std::invalid_argument: a series has more or fewer values than there are groups
  void require_value_per_group(const std::string& who) const {
    for (const BarSeries& s : series) {
      if (s.values.size() != groups.size())
        throw std::invalid_argument(who + ": series " + in_quotes(s.label) + " has " + std::to_string(s.values.size()) +
                                    " values; give one for each of the " + std::to_string(groups.size()) +
                                    " groups, nothing where it is not known");
    }
  }
  /// Where a bar ends, or nothing: no value, or one that has no place on the scale.
  std::optional<double> placed(std::size_t s, std::size_t group) const {
    const std::optional<double> value = series[s].values[group];
    return value && Axis::takes(params.scale, *value) ? value : std::nullopt;
  }
  bool complete() const {
    for (std::size_t s = 0; s < series.size(); ++s) {
      for (std::size_t g = 0; g < groups.size(); ++g) {
        if (!placed(s, g)) return false;
      }
    }
    return true;
  }
  std::vector<std::string> labels() const {
    std::vector<std::string> names;
    for (const BarSeries& s : series) names.push_back(s.label);
    return names;
  }
  std::string name(std::size_t s, std::size_t group) const { return groups[group] + ", " + series[s].label; }
  /// Why there is no bar.
  std::string absence(std::size_t s, std::size_t group) const {
    const std::optional<double> value = series[s].values[group];
    return name(s, group) + ": " +
           (value && std::isfinite(*value) ? number_text(*value) + ", which has no place here" : "no value");
  }
  /// What the picture shows, for those who do not see it.
  std::string description(const std::string& kind) const {
    std::string sentence = kind + " of " + params.value_title + " by " + params.group_title + ".";
    for (std::size_t s = 0; s < series.size(); ++s) {
      std::vector<std::pair<double, std::size_t>> values;
      for (std::size_t g = 0; g < groups.size(); ++g) {
        if (const auto value = placed(s, g)) values.emplace_back(*value, g);
      }
      sentence += " " + series[s].label + ": ";
      if (values.empty()) {
        sentence += "no values.";
        continue;
      }
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      sentence += number_text(least->first) + " (" + groups[least->second] + ")";
      if (values.size() > 1) sentence += " to " + number_text(most->first) + " (" + groups[most->second] + ")";
      const std::size_t absent = groups.size() - values.size();
      if (absent > 0) sentence += ", " + std::to_string(absent) + " without a bar";
      sentence += ".";
    }
    return sentence;
  }
  TextTable numbers() const {
    TextTable table{.headings = {params.group_title}, .numeric = {false}};
    for (const BarSeries& s : series) table.headings.push_back(s.label), table.numeric.push_back(true);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      std::vector<std::string> cells = {groups[g]};
      for (const BarSeries& s : series)
        cells.push_back(s.values[g] && std::isfinite(*s.values[g]) ? number_text(*s.values[g], 6) : "");
      table.rows.push_back(cells);
    }
    return table;
  }
};

/// Writes groups of upright bars.
class GroupedBars {
 public:
  explicit GroupedBars(const BarData& data) : data_(data), axis_(axis(data)) {
    const auto count = [](const auto& list) { return static_cast<double>(std::max<std::size_t>(1, list.size())); };
    double longest = 0.0;
    for (const std::string& group : data.groups) longest = std::max(longest, glyphs(shortened(group, longest_group)));
    frame_ = {.left = room_for(axis_.ticks()), .right = data.params.width - 24.0, .bottom = data.params.height - 52.0};
    const auto slot = [&] { return (frame_.right - frame_.left) / count(data.groups); };
    turned_groups_ = 7.4 * longest + 6.0 > slot();
    drop_ = turned_groups_ ? 5.4 * longest : 0.0;
    if (turned_groups_) frame_.left = std::max(frame_.left, 20.0 + drop_ - slot() / 2.0);
    slot_ = slot();
    width_ = std::min(64.0, 0.84 * slot_ / count(data.series));
    label_values();
  }

  Chart chart() {
    const BarChartParams& params = data_.params;
    const Legend legend(data_.labels(), frame_.left, frame_.right);
    canvas_.title(frame_.left, frame_.right, params.title);
    canvas_.y_axis(frame_, axis_, params.value_title);
    for (std::size_t s = 0; s < data_.series.size(); ++s) bars(s);
    groups();
    legend.draw(canvas_, params.height + drop_, [&](std::size_t s, double x, double y) {
      canvas_.open_series(s);
      canvas_.box(s, x + 8.0, y - 7.0, 26.0, 14.0, data_.series[s].label);
      canvas_.close_series();
    });
    return {.title = params.title,
            .description = data_.description("Bars"),
            .numbers = data_.numbers(),
            .width = params.width,
            .height = params.height + drop_ + legend.height(),
            .body = canvas_.take()};
  }

 private:
  static Axis axis(const BarData& data) {
    Extent extent;
    for (const BarSeries& s : data.series) {
      for (const auto& value : s.values) {
        if (value) extent.hold(data.params.scale, *value);
      }
    }
    return Axis::of_bars(data.params.scale, extent.low, extent.high);
  }
  /// Where bars grow from.
  double base() const { return data_.params.scale == Scale::linear ? frame_.y(axis_.fraction(0.0)) : frame_.bottom; }
  double middle(std::size_t group) const { return frame_.left + (static_cast<double>(group) + 0.5) * slot_; }

  void bars(std::size_t s) {
    const double base = this->base();
    canvas_.open_series(s);
    for (std::size_t g = 0; g < data_.groups.size(); ++g) {
      const double x = middle(g) + (static_cast<double>(s) - static_cast<double>(data_.series.size()) / 2.0) * width_;
      if (const auto value = data_.placed(s, g)) {
        const double end = frame_.y(axis_.fraction(*value));
        canvas_.box(s, x + 0.5, std::min(base, end), width_ - 1.0, std::abs(base - end),
                    data_.name(s, g) + ": " + number_text(*value));
        value_label(x + width_ / 2.0, end, base < end, number_text(*value, 3));
      } else {
        missing(x + width_ / 2.0, base, data_.absence(s, g));
      }
    }
    canvas_.close_series();
  }
  /// Values stand at the ends of their bars: lying, upright where bars are narrow, or not at all.
  void label_values() {
    double longest = 0.0;
    for (std::size_t s = 0; s < data_.series.size(); ++s) {
      for (std::size_t g = 0; g < data_.groups.size(); ++g) {
        if (const auto value = data_.placed(s, g)) longest = std::max(longest, glyphs(number_text(*value, 3)));
      }
    }
    labels_ = 6.8 * longest < width_ ? Labels::lying : width_ > 11.0 ? Labels::upright : Labels::none;
    if (labels_ == Labels::upright) frame_.top += 6.6 * longest;
  }
  void value_label(double x, double end, bool downwards, const std::string& label) {
    if (labels_ == Labels::lying)
      canvas_.text(x, downwards ? end + 13.0 : end - 5.0, "text-anchor=\"middle\" class=\"small\"", label);
    if (labels_ == Labels::upright)
      canvas_.turned_text(x + 4.0, downwards ? end + 5.0 : end - 5.0, -90,
                          downwards ? "text-anchor=\"end\" class=\"small\"" : "class=\"small\"", label);
  }
  /// A cross on the axis.
  void missing(double x, double y, const std::string& title) {
    canvas_.raw("<g><title>" + escaped(title) + "</title>\n");
    canvas_.stroke(x - 3.5, y - 10.5, x + 3.5, y - 3.5, "class=\"bar\"");
    canvas_.stroke(x - 3.5, y - 3.5, x + 3.5, y - 10.5, "class=\"bar\"");
    canvas_.raw("</g>\n");
  }
  void groups() {
    canvas_.stroke(frame_.left, base(), frame_.right, base(), "class=\"axis\"");
    for (std::size_t g = 0; g < data_.groups.size(); ++g) {
      const std::string label = shortened(data_.groups[g], longest_group);
      if (turned_groups_) {
        canvas_.turned_text(middle(g) + 4.0, frame_.bottom + 14.0, -45, "text-anchor=\"end\"", label);
      } else {
        canvas_.text(middle(g), frame_.bottom + 20.0, "text-anchor=\"middle\"", label);
      }
    }
    canvas_.text((frame_.left + frame_.right) / 2.0, frame_.bottom + drop_ + 42.0, "text-anchor=\"middle\"",
                 data_.params.group_title + (data_.complete() ? "" : " (×: no value)"));
  }

  static constexpr double longest_group = 24.0;  // characters
  const BarData& data_;
  Axis axis_;
  Frame frame_;
  double slot_, width_, drop_;  // of a group, of a bar, of the groups' names where they hang at 45 degrees  [px]
  bool turned_groups_;
  enum class Labels { none, lying, upright } labels_ = Labels::none;
  Canvas canvas_;
};

/// Writes a lying bar for each group, a line each.
class StackedBars {
 public:
  explicit StackedBars(const BarData& data) : data_(data), axis_(axis(data)) {
    double longest = 0.0;
    for (const std::string& group : data.groups) longest = std::max(longest, glyphs(shortened(group, longest_group)));
    frame_ = {.left = 44.0 + 7.2 * longest, .right = data.params.width - 84.0};
    frame_.bottom = frame_.top + pitch * static_cast<double>(data.groups.size()) + 6.0;
  }

  Chart chart() {
    const BarChartParams& params = data_.params;
    const double height = frame_.bottom + 52.0;
    const Legend legend(data_.labels(), 44.0, params.width - 24.0);
    canvas_.title(44.0, params.width - 24.0, params.title);
    for (const Tick& tick : axis_.ticks()) {
      const double x = frame_.x(axis_.fraction(tick.at));
      canvas_.stroke(x, frame_.top, x, frame_.bottom, "class=\"grid\"");
    }
    canvas_.x_axis(frame_, axis_, params.value_title);
    canvas_.turned_text(18.0, (frame_.top + frame_.bottom) / 2.0, -90, "text-anchor=\"middle\"", params.group_title);
    for (std::size_t g = 0; g < data_.groups.size(); ++g) bar(g);
    legend.draw(canvas_, height, [&](std::size_t s, double x, double y) {
      canvas_.open_series(s);
      canvas_.box(s, x + 8.0, y - 7.0, 26.0, 14.0, data_.series[s].label);
      canvas_.close_series();
    });
    return {.title = params.title,
            .description = data_.description("Stacked bars"),
            .numbers = data_.numbers(),
            .width = params.width,
            .height = height + legend.height(),
            .body = canvas_.take()};
  }

 private:
  static double total(const BarData& data, std::size_t group) {
    double sum = 0.0;
    for (std::size_t s = 0; s < data.series.size(); ++s) sum += data.placed(s, group).value_or(0.0);
    return sum;
  }
  static Axis axis(const BarData& data) {
    double most = 0.0;
    for (std::size_t g = 0; g < data.groups.size(); ++g) most = std::max(most, total(data, g));
    return Axis(Scale::linear, 0.0, most > 0.0 ? most : 1.0);
  }
  void bar(std::size_t g) {
    const double y = frame_.top + 6.0 + pitch * static_cast<double>(g), height = pitch - 6.0;
    double sum = 0.0;
    bool incomplete = false;
    for (std::size_t s = 0; s < data_.series.size(); ++s) {
      const auto value = data_.placed(s, g);
      incomplete = incomplete || !value;
      if (!value || *value == 0.0) continue;
      const double from = frame_.x(axis_.fraction(sum)), to = frame_.x(axis_.fraction(sum += *value));
      canvas_.open_series(s);
      canvas_.box(s, from, y, to - from, height, data_.name(s, g) + ": " + number_text(*value));
      canvas_.close_series();
    }
    canvas_.text(frame_.left - 8.0, y + height / 2.0 + 4.5, "text-anchor=\"end\"",
                 shortened(data_.groups[g], longest_group));
    canvas_.text(frame_.x(axis_.fraction(sum)) + 6.0, y + height / 2.0 + 4.0, "class=\"small\"",
                 (incomplete ? "≥ " : "") + number_text(sum, 3));
  }

  static constexpr double longest_group = 32.0;  // characters
  static constexpr double pitch = 24.0;          // of bars  [px]
  const BarData& data_;
  Axis axis_;
  Frame frame_;
  Canvas canvas_;
};
}  // namespace detail

/// Upright bars: for each group, one bar a series, each with its value at its end where there is room.
///
/// On a linear scale bars grow from 0, on a logarithmic one from the axis's low end, a power of ten. Where there is no
/// value, or one that has no place on the scale, a cross stands on the axis.
/// Series differ by colour and hatching and stand in the order of the legend.
/// throws std::invalid_argument: a series has more or fewer values than there are groups
inline Chart bar_chart(const BarChartParams& params, const std::vector<std::string>& groups,
                       const std::vector<BarSeries>& series) {
  const detail::BarData data{params, groups, series};
  data.require_value_per_group("bar_chart");
  return detail::GroupedBars(data).chart();
}

/// Lying bars: a line for each group, made up of the series end to end, with their sum behind: "≥ 12" where a part is
/// not known. Linear; as high as the number of groups asks for: params.height and params.scale are not used.
///
/// throws std::invalid_argument: a series has more or fewer values than there are groups, or a negative one
inline Chart stacked_bar_chart(const BarChartParams& params, const std::vector<std::string>& groups,
                               const std::vector<BarSeries>& series) {
  BarChartParams linear = params;
  linear.scale = Scale::linear;
  const detail::BarData data{linear, groups, series};
  data.require_value_per_group("stacked_bar_chart");
  for (std::size_t s = 0; s < series.size(); ++s) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (series[s].values[g] && *series[s].values[g] < 0.0)
        throw std::invalid_argument("stacked_bar_chart: " + in_quotes(data.name(s, g)) +
                                    " is negative; stack parts of a whole");
    }
  }
  return detail::StackedBars(data).chart();
}

}  // namespace pim::io
