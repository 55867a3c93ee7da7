#pragma once
#include <array>
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

  /// y[i] = x[i] after dropout, for elements first + i, i < n; first must be even. y may be x.
  void apply(const Rng& key, std::uint64_t first, const T* x, T* y, Index n) const {
    std::array<std::uint32_t, 256> draws;
    for (Index done = 0; done < n; done += 512) {
      const Index count = std::min<Index>(512, n - done);
      const std::span words(draws.data(), static_cast<std::size_t>((count + 1) / 2));
      key.bits((first + static_cast<std::uint64_t>(done)) / 2, words);
      for (Index i = 0; i + 1 < count; i += 2) {
        const std::uint32_t word = draws[static_cast<std::size_t>(i / 2)];
        y[done + i] = (word & 0xffffU) < threshold_ ? T(0) : x[done + i] * scale_;
        y[done + i + 1] = word >> 16 < threshold_ ? T(0) : x[done + i + 1] * scale_;
      }
      if (count % 2 == 1) {
        y[done + count - 1] = (draws[words.size() - 1] & 0xffffU) < threshold_ ? T(0) : x[done + count - 1] * scale_;
      }
    }
  }
  /// The same of a whole matrix without gaps, whose first element is number 0.
  void apply(const Rng& key, ConstMatrixRef_<T> x, MatrixRef_<T> y) const {
    parallel_for_ranges(x.size(), 8192, [&](Index begin, Index end) {
      apply(key, static_cast<std::uint64_t>(begin), x.data() + begin, y.data() + begin, end - begin);
    });
  }

 private:
  std::uint32_t threshold_;
  T scale_ = T(1);
};

}  // namespace pim::nn
