#pragma once
#include <cassert>
#include <span>

#include <pim/core/parallel.hpp>
#include <pim/nn/products.hpp>

/// Functions of the elements of one or two tensors of equal size. A result may stand in the place of an argument.
namespace pim::nn {

namespace detail {
/// y[i] = or += f(i)
template <class T, class F>
void write_elements(std::span<T> y, Into into, const F& f) {
  parallel_for_ranges(std::ssize(y), 16384, [&](Index begin, Index end) {
    const auto last = static_cast<std::size_t>(end);
    if (into == Into::add) {
      for (auto i = static_cast<std::size_t>(begin); i < last; ++i) y[i] += f(i);
    } else {
      for (auto i = static_cast<std::size_t>(begin); i < last; ++i) y[i] = f(i);
    }
  });
}
}  // namespace detail

/// y = or += x
template <class T>
void copy(std::span<const T> x, std::span<T> y, Into into = Into::overwrite) {
  assert(x.size() == y.size());
  detail::write_elements(y, into, [=](std::size_t i) { return x[i]; });
}
/// y = a + b: the end of a residual block. The gradient of either argument is that of y.
template <class T>
void add(std::span<const T> a, std::span<const T> b, std::span<T> y) {
  assert(a.size() == y.size() && b.size() == y.size());
  detail::write_elements(y, Into::overwrite, [=](std::size_t i) { return a[i] + b[i]; });
}
/// y = max(x, 0)
template <class T>
void relu(std::span<const T> x, std::span<T> y) {
  assert(x.size() == y.size());
  detail::write_elements(y, Into::overwrite, [=](std::size_t i) { return x[i] < T(0) ? T(0) : x[i]; });
}
/// dx = or += dy where y, the result, is above 0
template <class T>
void relu_backward(std::span<const T> y, std::span<const T> dy, std::span<T> dx, Into into = Into::overwrite) {
  assert(y.size() == dx.size() && dy.size() == dx.size());
  detail::write_elements(dx, into, [=](std::size_t i) { return y[i] > T(0) ? dy[i] : T(0); });
}

}  // namespace pim::nn
