#pragma once
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <span>

#include <pim/core/check.hpp>
#include <pim/core/matrix.hpp>
#include <pim/core/parallel.hpp>
#include <pim/core/rng.hpp>

namespace pim::nn {

/// Sets elements to zero with probability p and scales the others by 1 / (1 - p). Which ones is a pure function of the
/// key and the element's number: the backward pass is `apply` with the same key, and nothing is stored.
///
/// p is held as a multiple of 2^-16: two elements share one 32-bit draw
/// source  Srivastava et al., JMLR 15 (2014), "inverted" as in common use
template <class T>
class Dropout {
 public:
  /// throws std::invalid_argument: p not in [0, 1)
  explicit Dropout(double p) : threshold_(static_cast<std::uint32_t>(std::lround(p * 65536.0))) {
    require(p >= 0.0 && threshold_ < 65536, "Dropout: the probability must be at least 0 and below 1");
    scale_ = static_cast<T>(65536.0 / (65536.0 - threshold_));
  }
  bool active() const { return threshold_ > 0; }

  /// Elements that draw together: `first` below is a multiple of it.
  static constexpr Index block = 512;

  /// y[i] = x[i] after dropout, for elements first + i, i < n. y may be x.
  void apply(const Rng& key, std::uint64_t first, const T* x, T* y, Index n) const {
    assert(first % block == 0);
    std::array<std::uint32_t, block / 2> draws;  // element i of a block: low half of draw i, then the high halves
    for (Index done = 0; done < n; done += block) {
      key.bits((first + static_cast<std::uint64_t>(done)) / 2, draws);
      const Index low = std::min<Index>(block / 2, n - done), high = std::min<Index>(block, n - done) - low;
      keep_or_drop(low, draws.data(), threshold_ << 16, 16, x + done, y + done);
      keep_or_drop(high, draws.data(), threshold_ << 16, 0, x + done + low, y + done + low);
    }
  }
  /// The same of a whole matrix without gaps, whose first element is number 0.
  void apply(const Rng& key, ConstMatrixRef_<T> x, MatrixRef_<T> y) const {
    assert(x.outerStride() == x.cols() && y.outerStride() == y.cols());
    parallel_for_ranges(x.size(), 16 * block, [&](Index begin, Index end) {
      apply(key, static_cast<std::uint64_t>(begin), x.data() + begin, y.data() + begin, end - begin);
    });
  }

 private:
  void keep_or_drop(Index n, const std::uint32_t* draws, std::uint32_t threshold, int shift, const T* x, T* y) const {
    const T scale = scale_;
    for (Index i = 0; i < n; ++i) y[i] = draws[i] << shift < threshold ? T(0) : x[i] * scale;
  }

  std::uint32_t threshold_;  // [2^-16]
  T scale_ = T(1);
};

}  // namespace pim::nn
