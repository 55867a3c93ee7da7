#pragma once
#include <algorithm>
#include <array>

#include <pim/core/matrix.hpp>

/// Sums and maxima over a row in a fixed order of 32 interleaved lanes: they vectorise without leave to re-associate,
/// and give the same bits wherever the row starts and whichever thread asks.
namespace pim::nn {

inline constexpr Index lanes = 32;

/// term(0) + ... + term(n - 1)
template <class T, class Term>
T lane_sum(Index n, const Term& term) {
  std::array<T, lanes> lane{};
  Index i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (Index j = 0; j < lanes; ++j) lane[static_cast<std::size_t>(j)] += term(i + j);
  }
  for (Index j = 0; i + j < n; ++j) lane[static_cast<std::size_t>(j)] += term(i + j);
  for (std::size_t half = lanes / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) lane[j] += lane[j + half];
  }
  return lane[0];
}

/// max(low, term(0), ..., term(n - 1))
template <class T, class Term>
T lane_max(Index n, T low, const Term& term) {
  std::array<T, lanes> lane;
  lane.fill(low);
  const auto raise = [](T& m, T v) { m = m < v ? v : m; };
  Index i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (Index j = 0; j < lanes; ++j) raise(lane[static_cast<std::size_t>(j)], term(i + j));
  }
  for (Index j = 0; i + j < n; ++j) raise(lane[static_cast<std::size_t>(j)], term(i + j));
  return *std::max_element(lane.begin(), lane.end());
}

}  // namespace pim::nn
