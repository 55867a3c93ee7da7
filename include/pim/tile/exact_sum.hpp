#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <pim/core/gemm.hpp>
#include <pim/core/matrix.hpp>

namespace pim::tile {

/// Integer dot products of one weight block, exact at any width: by the narrowest arithmetic that holds the sums.
///
///   int8 codes, int32 sums     where the GEMM policy has them and both operands fit
///   float32                    sums below 2^24: each product and each partial sum is a whole number it can hold
///   float64                    sums below 2^53, by plain loops: only lossless alignment needs them
///   128-bit integers           the rest (lossless alignment of E5M2 needs 70 bits)
template <class Products>
class ExactSum {
 public:
  Index rows() const { return codes_.rows(); }
  Index cols() const { return codes_.cols(); }
  const Matrix& codes() const { return codes_; }  ///< (rows, cols), whole numbers

  /// codes (rows, cols), |code| < 2^weight_bits; inputs will be below 2^input_bits
  void program(ConstMatrixRef codes, int input_bits, int weight_bits) {
    codes_ = codes;
    const int bits =
        input_bits + weight_bits + static_cast<int>(std::ceil(std::log2(static_cast<double>(codes.rows()))));
    if (Products::has_int8() && input_bits <= 7 && weight_bits <= 7) {
      width_ = Width::int8;
      codes_int8_ = codes.cast<std::int8_t>();
    } else {
      width_ = bits <= 24 ? Width::float32 : bits <= 53 ? Width::float64 : Width::wide;
    }
  }

  /// Calls use(codes) with an empty matrix (batch, rows) of the code type that multiply_add wants.
  template <class Use>
  void with_codes_of(Index batch, Use&& use) const {
    if (width_ == Width::int8) {
      Matrix_<std::int8_t> x(batch, rows());
      use(x);
    } else {
      Matrix x(batch, rows());
      use(x);
    }
  }
  /// y(r, c) += row_unit(r) * column_unit(c) * sum_k x(r, k) codes(k, c)
  template <class Code>
  void multiply_add(const Matrix_<Code>& x, const RowVector& row_unit, const RowVector& column_unit,
                    MatrixRef y) const {
    if constexpr (std::is_same_v<Code, std::int8_t>) {
      Matrix_<std::int32_t> sums(y.rows(), y.cols());
      Products::multiply_codes(x, codes_int8_, sums);
      add(sums, row_unit, column_unit, y);
    } else if (width_ == Width::float32) {
      Matrix sums(y.rows(), y.cols());
      Products::multiply(x, codes_, sums);
      add(sums, row_unit, column_unit, y);
    } else if (width_ == Width::float64) {
      add(product<double>(x), row_unit, column_unit, y);
    } else {
      __extension__ using Wide = __int128;
      add(product<Wide>(x), row_unit, column_unit, y);
    }
  }

 private:
  enum class Width { int8, float32, float64, wide };

  template <class Sums>
  static void add(const Sums& sums, const RowVector& row_unit, const RowVector& column_unit, MatrixRef y) {
    const Index cols = y.cols();
    for (Index r = 0; r < y.rows(); ++r) {
      const auto* sum = sums.row(r).data();
      const float* column = column_unit.data();
      const float unit = row_unit(r);
      float* out = y.row(r).data();
      for (Index c = 0; c < cols; ++c) out[c] += static_cast<float>(sum[c]) * (unit * column[c]);
    }
  }
  template <class Sum>
  Matrix_<double> product(const Matrix& x) const {
    Matrix_<double> sums(x.rows(), cols());
    std::vector<Sum> row(static_cast<std::size_t>(cols()));
    for (Index r = 0; r < x.rows(); ++r) {
      std::fill(row.begin(), row.end(), Sum{});
      for (Index k = 0; k < rows(); ++k) {
        const auto factor = static_cast<Sum>(x(r, k));
        const float* code = codes_.row(k).data();
        for (std::size_t c = 0; c < row.size(); ++c) row[c] += factor * static_cast<Sum>(code[c]);
      }
      std::copy(row.begin(), row.end(), sums.row(r).data());
    }
    return sums;
  }

  Width width_ = Width::float32;
  Matrix codes_;
  Matrix_<std::int8_t> codes_int8_;
};

}  // namespace pim::tile
