#pragma once
#include <stdexcept>
#include <string>

#include <pim/core/index.hpp>

namespace pim {

/// throws std::invalid_argument with `message` unless `condition`
inline void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

/// throws std::invalid_argument "<where> is (r, c), expected (rows, cols)" unless the shapes agree
template <class M>
void require_shape(const char* where, const M& m, Index rows, Index cols) {
  if (m.rows() == rows && m.cols() == cols) return;
  const auto shape = [](Index r, Index c) { return "(" + std::to_string(r) + ", " + std::to_string(c) + ")"; };
  throw std::invalid_argument(std::string(where) + " is " + shape(m.rows(), m.cols()) + ", expected " +
                              shape(rows, cols));
}

/// throws std::invalid_argument "<where> is (r, c), expected (1 to rows, 1 to cols)" unless m fits; a limit of 0 is no
/// limit
template <class M>
void require_fits(const char* where, const M& m, Index rows, Index cols) {
  const auto fits = [](Index n, Index limit) { return n > 0 && (limit == 0 || n <= limit); };
  if (fits(m.rows(), rows) && fits(m.cols(), cols)) return;
  const auto range = [](Index limit) {
    return limit == 0 ? std::string("1 or more") : "1 to " + std::to_string(limit);
  };
  throw std::invalid_argument(std::string(where) + " is (" + std::to_string(m.rows()) + ", " +
                              std::to_string(m.cols()) + "), expected (" + range(rows) + ", " + range(cols) + ")");
}

/// throws std::invalid_argument "<where> is v, expected low to high" unless low <= value <= high (NaN is outside)
template <class T>
void require_range(const char* where, T value, T low, T high) {
  if (value >= low && value <= high) return;
  throw std::invalid_argument(std::string(where) + " is " + std::to_string(value) + ", expected " +
                              std::to_string(low) + " to " + std::to_string(high));
}

constexpr Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }

}  // namespace pim
