#pragma once
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

/// Numbers as people read them, with a point whatever the locale.
namespace pim::io {

/// The number with at most `digits` significant digits: "0.125", "1e-09".
inline std::string number_text(double value, int digits = 4) {
  std::array<char, 400> text;
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits).ptr};
}
/// The number with `decimals` digits after the point.
inline std::string fixed_text(double value, int decimals) {
  std::array<char, 400> text;
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals).ptr};
}
/// 3600 s as "1 h"
inline std::string time_text(double seconds) {
  constexpr std::pair<double, const char*> units[] = {
      {31536000.0, " y"}, {86400.0, " d"}, {3600.0, " h"}, {60.0, " min"}, {1.0, " s"}, {1e-3, " ms"}, {1e-6, " µs"}};
  if (seconds == 0.0) return "0 s";
  for (const auto& [unit, name] : units) {
    if (seconds >= unit) return number_text(seconds / unit, 3) + name;
  }
  return number_text(seconds * 1e9, 3) + " ns";
}
/// 10 to the power of `exponent`: "0.001", "10⁶"
inline std::string power_text(int exponent) {
  if (exponent >= -3 && exponent <= 5) return number_text(std::pow(10.0, exponent), 6);
  constexpr const char* raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "10⁻" : "10";
  for (const char digit : std::to_string(std::abs(exponent))) text += raised[digit - '0'];
  return text;
}

}  // namespace pim::io
