#pragma once
#include <array>
#include <utility>
#include <Eigen/Core>

#include <pim/core/matrix.hpp>

/// Products of matrices that fit the first cache (one attention head), where packing for a large GEMM would cost more
/// than it saves.
namespace pim::nn {

/// Columns are padded to a multiple of this: whole vectors on every instruction set.
inline constexpr Index column_multiple = 16;
inline constexpr Index padded_columns(Index n) { return (n + column_multiple - 1) / column_multiple * column_multiple; }

/// A factor whose element (i, p) stands at data[i * row + p * col]: a matrix or, with the strides swapped, its
/// transpose.
template <class T>
struct Strided {
  const T* data;
  Index row, col;
};

namespace detail {
#if EIGEN_MAX_STATIC_ALIGN_BYTES > 0
inline constexpr Index vector_bytes = EIGEN_MAX_STATIC_ALIGN_BYTES;
#else
inline constexpr Index vector_bytes = 16;
#endif
template <class T>
using Vector = Eigen::Array<T, vector_bytes / static_cast<Index>(sizeof(T)), 1>;

/// c (rows, one vector) = a (rows, k) b (k, one vector), held in registers
template <std::size_t rows, class T>
void multiply_tile(Index k, Strided<T> a, const T* b, Index ldb, T* c, Index ldc) {
  using Map = Eigen::Map<Vector<T>>;
  using ConstMap = Eigen::Map<const Vector<T>>;
  [&]<std::size_t... r>(std::index_sequence<r...>) {
    std::array<Vector<T>, rows> sum;
    (sum[r].setZero(), ...);
    for (Index p = 0; p < k; ++p) {
      const Vector<T> row = ConstMap(b + p * ldb);
      const T* const factor = a.data + p * a.col;
      ((sum[r] += row * factor[static_cast<Index>(r) * a.row]), ...);
    }
    ((Map(c + static_cast<Index>(r) * ldc) = sum[r]), ...);
  }
  (std::make_index_sequence<rows>{});
}
}  // namespace detail

/// c (m, n) = a (m, k) b (k, n); b and c row-major with rows ldb and ldc apart, n a multiple of column_multiple
template <class T>
void small_product(Index m, Index n, Index k, Strided<T> a, const T* b, Index ldb, T* c, Index ldc) {
  for (Index j = 0; j < n; j += detail::Vector<T>::RowsAtCompileTime) {
    Index i = 0;
    const auto rows = [&]<std::size_t count>(std::integral_constant<std::size_t, count>) {
      for (; i + static_cast<Index>(count) <= m; i += static_cast<Index>(count)) {
        detail::multiply_tile<count, T>(k, {a.data + i * a.row, a.row, a.col}, b + j, ldb, c + i * ldc + j, ldc);
      }
    };
    rows(std::integral_constant<std::size_t, 8>{});
    rows(std::integral_constant<std::size_t, 4>{});
    rows(std::integral_constant<std::size_t, 1>{});
  }
}

}  // namespace pim::nn
