#pragma once
#include <cmath>
#include <cstdint>
#include <span>

#include <pim/core/matrix.hpp>
#include <pim/core/rng.hpp>

namespace pim {

/// (rows, cols), uniform in [low, high], high only by rounding: element i in row-major order is the i-th draw of `rng`
inline Matrix uniform_matrix(Index rows, Index cols, const Rng& rng, float low = -1.0F, float high = 1.0F) {
  Matrix m(rows, cols);
  for (Index i = 0; i < m.size(); ++i) {
    m.data()[i] = std::fma(high - low, rng.uniform(static_cast<std::uint64_t>(i)), low);
  }
  return m;
}

/// (rows, cols), normal with mean 0 and standard deviation sigma: element i is the i-th draw of `rng`
inline Matrix normal_matrix(Index rows, Index cols, const Rng& rng, float sigma = 1.0F) {
  Matrix m(rows, cols);
  rng.normals(0, {m.data(), static_cast<std::size_t>(m.size())});
  return m *= sigma;
}

}  // namespace pim
