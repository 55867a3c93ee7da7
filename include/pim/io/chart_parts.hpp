#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/number_text.hpp>

/// What every chart is made of: the finished picture, axes, signs, legends.
namespace pim::io {

enum class Scale {
  linear,
  log,
  log_time,  ///< logarithmic, of seconds: marked 1 s, 1 min, 1 h, 1 d, 1 y
};

/// Text for HTML and SVG, between tags and between double quotes.
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

/// Cells of text under headings; an empty cell has no value.
struct TextTable {
  std::vector<std::string> headings = {};
  std::vector<bool> numeric = {};  ///< of each column: numbers, which stand to the right
  std::vector<std::vector<std::string>> rows = {};
};

/// A drawn picture, with what tells the same without it.
struct Chart {
  std::string title, description;
  TextTable numbers;             ///< all that is drawn
  double width = 0, height = 0;  ///< [px]
  std::string body;              ///< SVG elements, which need style()

  /// The content of an SVG file; light or dark as the reader's screen is, light on paper.
  std::string svg() const {
    const std::string size = " width=\"" + fixed_text(width, 2) + "\" height=\"" + fixed_text(height, 2) + "\"";
    return element("chart", size, "<style>\n" + std::string(style()) + "</style>\n");
  }
  /// The `<svg>` for an HTML page that holds style() once; `id` is its own on the page.
  std::string figure(std::string_view id) const { return element(id, "", ""); }

  /// Colours that stay apart for the colour-blind, each at 3 to 1 or more against the paper (WCAG 2.1, 1.4.11).
  /// source  Okabe and Ito 2008, Color Universal Design, darkened or lightened where the paper asks for it
  static const char* style() {
    return ".chart text { font: 13px system-ui, 'DejaVu Sans', sans-serif; fill: #1d2329 }\n"
           ".chart .title { font-size: 15px; font-weight: 600 }\n"
           ".chart .small { font-size: 11px }\n"
           ".chart .paper { fill: #ffffff }\n"
           ".chart line, .chart polyline { stroke: currentColor; stroke-width: 2; fill: none; stroke-linejoin: round "
           "}\n"
           ".chart .grid { stroke: #dfe3e8; stroke-width: 1 }\n"
           ".chart .axis { stroke: #5b6570; stroke-width: 1 }\n"
           ".chart .bar { stroke-width: 1.2 }\n"
           ".chart .fill { fill: currentColor; stroke: currentColor; stroke-width: 1 }\n"
           ".chart .hatch { stroke: #ffffff; fill: none; pointer-events: none }\n"
           ".chart .s0 { color: #0072b2 } .chart .s1 { color: #d55e00 } .chart .s2 { color: #00805d }\n"
           ".chart .s3 { color: #a8437c } .chart .s4 { color: #8a6a00 } .chart .s5 { color: #30363d }\n"
           "@media screen and (prefers-color-scheme: dark) {\n"
           ".chart text { fill: #e6e9ec } .chart .paper { fill: #14181c } .chart .hatch { stroke: #14181c }\n"
           ".chart .grid { stroke: #333a42 } .chart .axis { stroke: #8d97a2 }\n"
           ".chart .s0 { color: #56b4e9 } .chart .s1 { color: #ff8a3d } .chart .s2 { color: #2fc79a }\n"
           ".chart .s3 { color: #e59ac4 } .chart .s4 { color: #e6c229 } .chart .s5 { color: #d5dae0 }\n"
           "}\n";
  }

 private:
  std::string element(std::string_view id, const std::string& size, const std::string& head) const {
    const std::string name(id);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\"" + size + " viewBox=\"0 0 " +
           fixed_text(width, 2) + " " + fixed_text(height, 2) + "\" role=\"img\" aria-labelledby=\"" + name +
           "-title " + name + "-desc\">\n<title id=\"" + name + "-title\">" + escaped(title) + "</title>\n<desc id=\"" +
           name + "-desc\">" + escaped(description) + "</desc>\n" + head +
           "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n" + body + "</svg>\n";
  }
};

namespace detail {

/// Characters of UTF-8 text.
inline double glyphs(std::string_view text) {
  return static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}
/// The first characters and "…", where there are more than `most`.
inline std::string shortened(std::string_view text, double most) {
  const std::string line = printable(text);
  if (glyphs(line) <= most) return line;
  std::size_t end = 0;
  for (double kept = 1.0; kept < most; ++kept) end += utf8_length(line, end);
  return line.substr(0, end) + "…";
}

struct Tick {
  double at;
  std::string label;
};
/// Where values lie between two pixels, and what is marked there.
class Axis {
 public:
  /// Holds all values from low to high, of which there are none where low > high. A logarithmic axis with_zero has a
  /// place for 0 at its low end, apart from the others.
  Axis(Scale scale, double low, double high, bool with_zero = false) : scale_(scale) {
    if (low > high) low = is_log() ? 1.0 : 0.0, high = is_log() ? 10.0 : 1.0;
    if (is_log()) {
      const double room = high > low * (1.0 + 1e-9) ? std::exp(0.03 * (std::log(high) - std::log(low))) : 2.0;
      mark_log(low / room, high * room);
      if (with_zero) {
        zero_ = 0.08;
        ticks_.insert(ticks_.begin(), {0.0, text(0.0)});
      }
    } else {
      mark_steps(low, high);
    }
  }
  /// An axis on which bars stand: a linear one holds 0, a logarithmic one begins at a power of ten at or below half of
  /// the lowest value.
  static Axis of_bars(Scale scale, double low, double high) {
    if (scale == Scale::linear)
      return low > high ? Axis(scale, 0.0, 1.0) : Axis(scale, std::min(low, 0.0), std::max(high, 0.0));
    Axis axis(scale, low, high);
    if (low > high) return axis;
    const double bottom = std::pow(10.0, std::floor(std::log10(low / 2.0)));
    axis.mark_log(bottom, high * std::pow(high / bottom, 0.08));
    return axis;
  }

  const std::vector<Tick>& ticks() const { return ticks_; }
  /// Whether a value has a place at all.
  static bool takes(Scale scale, double value) {
    return std::abs(value) < 1e100 && (scale == Scale::linear || value > 1e-100);
  }
  /// 0 at the axis's low end, 1 at its high end.
  double fraction(double value) const {
    if (!is_log()) return (value - low_) / (high_ - low_);
    if (value == 0.0) return 0.0;
    return zero_ + (1.0 - zero_) * (std::log(value) - std::log(low_)) / (std::log(high_) - std::log(low_));
  }
  /// The share of the axis that keeps 0 apart; 0: none does.
  double zero() const { return zero_; }
  std::string text(double value) const { return scale_ == Scale::log_time ? time_text(value) : number_text(value); }

 private:
  bool is_log() const { return scale_ != Scale::linear; }
  /// 1, 2 or 5 times a power of ten, about five of them from low to high, which become multiples of it.
  void mark_steps(double low, double high) {
    const double size = std::max(std::abs(low), std::abs(high));
    if (size < 1e-100) low = high = 0.0;  // no room for digits
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
    const bool plain = std::max(std::abs(low_), std::abs(high_)) < 1e6 && decimals <= 6;
    for (double i = first; i <= last; ++i) {
      const double at = i * step + 0.0;
      ticks_.push_back({at, plain ? fixed_text(at, decimals) : number_text(at, 6)});
    }
  }
  void mark_log(double low, double high) {
    low_ = low, high_ = high;
    ticks_.clear();
    if (scale_ == Scale::log_time) mark_times();
    if (ticks_.size() < 2) mark_powers();
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
  double low_ = 0.0, high_ = 1.0, zero_ = 0.0;
  std::vector<Tick> ticks_;
};
/// The least and the greatest of the values that have a place; least > greatest: none has.
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void hold(Scale scale, double value) {
    if (Axis::takes(scale, value)) low = std::min(low, value), high = std::max(high, value);
  }
};

/// Room around a plot, in pixels that count downwards.
struct Frame {
  double left = 0.0, top = 44.0, right = 0.0, bottom = 0.0;

  double x(double fraction) const { return left + fraction * (right - left); }
  double y(double fraction) const { return bottom - fraction * (bottom - top); }
};

inline std::string at(double pixel) { return fixed_text(pixel, 2); }

/// Writes SVG elements one after another.
class Canvas {
 public:
  std::string take() { return std::move(svg_); }

  void raw(std::string_view elements) { svg_ += elements; }
  void text(double x, double y, std::string_view attributes, std::string_view content) {
    svg_ += "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\"" + (attributes.empty() ? "" : " ") +
            std::string(attributes) + ">" + escaped(content) + "</text>\n";
  }
  void turned_text(double x, double y, int degrees, std::string_view attributes, std::string_view content) {
    text(x, y,
         std::string(attributes) + " transform=\"rotate(" + std::to_string(degrees) + " " + at(x) + " " + at(y) + ")\"",
         content);
  }
  void stroke(double x1, double y1, double x2, double y2, std::string_view attributes) {
    svg_ += "<line x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\" " +
            std::string(attributes) + "/>\n";
  }
  void title(double left, double right, std::string_view content) {
    text(left, 26.0, "class=\"title\"", shortened(content, (right - left) / 8.4));
  }
  /// What follows has the colour of a series, up to close_series().
  void open_series(std::size_t series) { svg_ += "<g class=\"s" + std::to_string(series % colours) + "\">\n"; }
  void close_series() { svg_ += "</g>\n"; }
  static std::string dashes(std::size_t series) {
    constexpr const char* patterns[] = {"none", "7 3", "2 3", "9 3 2 3"};
    return "stroke-dasharray=\"" + std::string(patterns[series % std::size(patterns)]) + "\"";
  }
  /// A sign of its own for each series, with a title that pointing at it shows.
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
  /// A box in a series' colour and hatching, of 36 series no two alike; its title shows when pointed at.
  void box(std::size_t series, double x, double y, double width, double height, std::string_view title) {
    svg_ += "<rect x=\"" + at(x) + "\" y=\"" + at(y) + "\" width=\"" + at(width) + "\" height=\"" + at(height) +
            "\" class=\"fill\"><title>" + escaped(title) + "</title></rect>\n";
    constexpr struct {
      const char *lying, *upright;  // strokes across the box and the gaps between them
    } hatchings[colours] = {{"", ""}, {"1.6 4", ""}, {"", "1.6 4"}, {"1.6 5", "1.6 5"}, {"4 4", ""}, {"", "3 3"}};
    const auto& [lying, upright] = hatchings[(series + series / colours) % colours];
    const auto hatch = [&](std::string_view dashes, const std::string& path, double across) {
      if (!dashes.empty())
        svg_ += "<path class=\"hatch\" d=\"" + path + "\" stroke-width=\"" + at(across) + "\" stroke-dasharray=\"" +
                std::string(dashes) + "\" stroke-dashoffset=\"-3\"/>\n";
    };
    hatch(lying, "M" + at(x + width / 2.0) + " " + at(y + height) + "v" + at(-height), width);
    hatch(upright, "M" + at(x) + " " + at(y + height / 2.0) + "h" + at(width), height);
  }

  /// Marks of y at the left, with lines across.
  void y_axis(const Frame& frame, const Axis& axis, std::string_view title) {
    for (const Tick& tick : axis.ticks()) {
      const double y = frame.y(axis.fraction(tick.at));
      stroke(frame.left, y, frame.right, y, "class=\"grid\"");
      text(frame.left - 8.0, y + 4.0, "text-anchor=\"end\"", tick.label);
    }
    turned_text(18.0, (frame.top + frame.bottom) / 2.0, -90, "text-anchor=\"middle\"", title);
  }
  /// Marks of x below, as many labels as do not run into each other.
  void x_axis(const Frame& frame, const Axis& axis, std::string_view title) {
    double free_from = 0.0;
    for (const Tick& tick : axis.ticks()) {
      const double x = frame.x(axis.fraction(tick.at)), half = 4.0 * glyphs(tick.label);
      stroke(x, frame.bottom, x, frame.bottom + 5.0, "class=\"axis\"");
      if (x - half < free_from) continue;
      text(x, frame.bottom + 20.0, "text-anchor=\"middle\"", tick.label);
      free_from = x + half + 6.0;
    }
    stroke(frame.left, frame.bottom, frame.right, frame.bottom, "class=\"axis\"");
    if (axis.zero() > 0.0) {  // two strokes across: the axis is broken
      const double x = frame.x(axis.zero() / 2.0);
      for (const double shift : {-3.0, 3.0})
        stroke(x + shift - 3.0, frame.bottom + 6.0, x + shift + 3.0, frame.bottom - 6.0, "class=\"axis\"");
    }
    text((frame.left + frame.right) / 2.0, frame.bottom + 42.0, "text-anchor=\"middle\"", title);
  }

 private:
  static constexpr std::size_t colours = 6;
  std::string svg_;
};

/// Room at the left for the labels of y.
inline double room_for(const std::vector<Tick>& ticks) {
  double room = 0.0;
  for (const Tick& tick : ticks) room = std::max(room, 44.0 + 8.0 * glyphs(tick.label));
  return room;
}

/// The names of series below a plot, in columns.
class Legend {
 public:
  Legend(std::vector<std::string> labels, double left, double right) : labels_(std::move(labels)), left_(left) {
    double longest = 0.0;
    for (const std::string& label : labels_) longest = std::max(longest, glyphs(label));
    columns_ = std::max(1.0, std::floor((right - left) / (56.0 + 7.2 * longest)));
    pitch_ = (right - left) / columns_;
  }
  double height() const { return 22.0 * std::ceil(static_cast<double>(labels_.size()) / columns_) + 8.0; }
  /// draw_sign(i, x, y) draws 34 px of the i-th sign from x on, y being its middle.
  template <class Sign>
  void draw(Canvas& canvas, double top, const Sign& draw_sign) const {
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const double row = std::floor(static_cast<double>(i) / columns_);
      const double x = left_ + (static_cast<double>(i) - row * columns_) * pitch_, y = top + 22.0 * row + 10.0;
      draw_sign(i, x, y);
      canvas.text(x + 42.0, y + 4.5, "class=\"label\"", labels_[i]);
    }
  }

 private:
  std::vector<std::string> labels_;
  double left_, columns_, pitch_;
};

}  // namespace detail
}  // namespace pim::io
