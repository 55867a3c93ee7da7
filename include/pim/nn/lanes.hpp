#pragma once
#include <algorithm>
#include <Eigen/Core>

#include <pim/core/matrix.hpp>

/// Sums and maxima over rows, 16 elements at a time: whole vectors without leave to re-associate, and the same bits
/// wherever a row starts and whichever thread asks.
namespace pim::nn {

inline constexpr Index lanes = 16;
template <class T>
using Lanes = Eigen::Array<T, lanes, 1>;

/// What a term is given: at(p) is element i of the row p, or elements i to i + 15.
struct ElementAt {
  Index i;
  template <class T>
  T operator()(const T* p) const {
    return p[i];
  }
};
struct LanesAt {
  Index i;
  template <class T>
  Eigen::Map<const Lanes<T>> operator()(const T* p) const {
    return Eigen::Map<const Lanes<T>>(p + i);
  }
};

/// Sum of n elements: lane_sum<T>(n, [=](auto at) { return at(x) * at(w); })
template <class T, class Term>
T lane_sum(Index n, const Term& term) {
  Lanes<T> sum = Lanes<T>::Zero();
  Index i = 0;
  for (; i + lanes <= n; i += lanes) sum += term(LanesAt{i});
  for (Index lane = 0; i < n; ++i, ++lane) sum[lane] += term(ElementAt{i});
  return sum.sum();
}

/// The largest of n elements and `low`.
template <class T, class Term>
T lane_max(Index n, T low, const Term& term) {
  Lanes<T> top = Lanes<T>::Constant(low);
  Index i = 0;
  for (; i + lanes <= n; i += lanes) top = top.max(term(LanesAt{i}));
  for (Index lane = 0; i < n; ++i, ++lane) top[lane] = std::max<T>(top[lane], term(ElementAt{i}));
  return top.maxCoeff();
}

}  // namespace pim::nn
