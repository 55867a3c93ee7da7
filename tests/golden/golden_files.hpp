#pragma once
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <pim/core/matrix.hpp>

#include "support/catch.hpp"
#include "support/data.hpp"

/// Golden vectors: JSON files that name their kind. Nothing here knows which files there are or what they hold.
namespace pim::test {

using Json = nlohmann::json;

struct GoldenFile {
  std::string name;
  std::string kind;  ///< "" where the file names none
  Json content;
};

/// Every *.json of golden_dir(), read once, in alphabetical order.
const std::vector<GoldenFile>& all_golden_files();
/// Those of one kind; where there are none, a warning or a failure as data_missing says.
std::vector<const GoldenFile*> golden_files(std::string_view kind);

/// A number, or one of the strings "NaN", "Infinity", "-Infinity".
double number(const Json& value);
/// The elements of a tensor {"shape", "data"} in row-major order, or of a plain list.
std::vector<double> numbers(const Json& value);
std::vector<Index> shape(const Json& tensor);

/// A tensor (..., M, K) as a matrix (... * M, K); one dimension is one row.
template <class T = float>
Matrix_<T> matrix(const Json& tensor) {
  const std::vector<double> elements = numbers(tensor);
  const Index cols = shape(tensor).back();
  Matrix_<T> m(static_cast<Index>(elements.size()) / cols, cols);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<T>(elements[static_cast<std::size_t>(i)]);
  return m;
}
template <class T>
std::vector<double> numbers(const Matrix_<T>& m) {
  return {m.data(), m.data() + m.size()};
}
/// M of (..., M, K): the rows that belong together.
inline Index group(const Json& tensor) {
  const std::vector<Index> s = shape(tensor);
  return s.size() < 2 ? 1 : s[s.size() - 2];
}

/// Largest finite |element|.
inline double max_abs(const std::vector<double>& elements) {
  double top = 0.0;
  for (const double v : elements) top = std::isfinite(v) ? std::max(top, std::fabs(v)) : top;
  return top;
}
inline double max_abs(const Json& tensor) { return max_abs(numbers(tensor)); }

/// Whether they are within absolute + relative * |want|, both not a number, or the same infinity.
inline bool agree(double got, double want, double absolute, double relative = 0.0) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got);
  return got == want || std::fabs(got - want) <= absolute + relative * std::fabs(want);
}

/// "" when all elements agree; else the first one that does not, and how many there are:
///   CHECK(differences(y, golden.at("out"), 1e-5 * max_abs(golden.at("out"))) == "");
template <class T>
std::string differences(std::span<T> got, std::span<const double> want, double absolute, double relative = 0.0) {
  if (got.size() != want.size()) {
    return "got " + std::to_string(got.size()) + " elements, want " + std::to_string(want.size());
  }
  char first[160] = "";
  std::size_t count = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto value = static_cast<double>(got[i]);
    if (agree(value, want[i], absolute, relative) || count++ > 0) continue;
    std::snprintf(first, sizeof first, "[%zu] got %.9g, want %.9g, off by %.3g", i, value, want[i], value - want[i]);
  }
  if (count == 0) return "";
  return std::string(first) + "; " + std::to_string(count) + " of " + std::to_string(got.size()) + " differ";
}
inline std::string differences(const std::vector<double>& got, const std::vector<double>& want, double absolute,
                               double relative = 0.0) {
  return differences(std::span(got), std::span(want), absolute, relative);
}
inline std::string differences(const std::vector<double>& got, const Json& want, double absolute,
                               double relative = 0.0) {
  return differences(got, numbers(want), absolute, relative);
}
template <class T>
std::string differences(const Matrix_<T>& got, const Json& want, double absolute, double relative = 0.0) {
  return differences(numbers(got), numbers(want), absolute, relative);
}

}  // namespace pim::test
