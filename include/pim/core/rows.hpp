#pragma once
#include <pim/core/matrix.hpp>

namespace pim {

/// Input vectors of one call, or a panel of them: the rows of a matrix, and where they stand in the call.
/// A copy is a view of the same storage.
///
/// A tile that needs only the values takes a `ConstMatrixRef`: the conversion is implicit both ways.
template <class T>
struct Rows_ {
  ConstMatrixRef_<T> values;  ///< (rows, features)
  Index first = 0;            ///< position of the first row in the whole call: noise is keyed by it
  Index group = 0;            ///< rows that belong together (T of (B, T, C)); 0: all rows of the call

  template <class Derived>
  Rows_(const Eigen::MatrixBase<Derived>& x, Index first_row = 0,
        Index group_rows = 0)  // NOLINT(google-explicit-constructor)
      : values(x.derived()), first(first_row), group(group_rows) {}
  operator const ConstMatrixRef_<T>&() const { return values; }  // NOLINT(google-explicit-constructor)

  Index rows() const { return values.rows(); }
  Index cols() const { return values.cols(); }
  /// Rows [begin, begin + count) and columns [column, column + width) of this panel.
  Rows_ block(Index begin, Index count, Index column, Index width) const {
    return {values.block(begin, column, count, width), first + begin, group};
  }
};
using Rows = Rows_<float>;

}  // namespace pim
