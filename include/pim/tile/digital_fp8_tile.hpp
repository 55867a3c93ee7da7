#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/gemm.hpp>
#include <pim/numeric/align.hpp>
#include <pim/tile/book_weights.hpp>
#include <pim/tile/concepts.hpp>
#include <pim/tile/exact_sum.hpp>

namespace pim::tile {

/// Which elements share one exponent (and one scale): a row of x or a column of w inside a block, or the whole block.
enum class RescaleDim { vector, matrix };

/// How an operand becomes integers.
struct DigitalOperand {
  numeric::NumberFormat format = numeric::e4m3;
  int aligned_bits = 7;    ///< magnitude bits after alignment, without the sign; 0: as many as lose nothing  [bit]
  bool amax_scale = true;  ///< scale each group so that its largest element is the format's largest value
  float scale = 1.0F;      ///< the scale where amax_scale is off (integers always scale by amax)

  friend bool operator==(const DigitalOperand&, const DigitalOperand&) = default;
};

struct DigitalFP8TileParams {
  Index core_size = 64;  ///< inputs, and outputs, of one array; 0: the whole matrix in one array
  DigitalOperand input = {};
  DigitalOperand weight = {};
  RescaleDim rescale_dim = RescaleDim::vector;
  numeric::Rounding rounding = numeric::Rounding::nearest_even;  ///< of the bits shifted out by alignment
  bool approximate = false;  ///< approximate adders: Gaussian error, 5.3 % of the root of the summed squared products
};

/// Digital compute-in-memory: operands are rounded to FP8 (or BF16, INT8, INT4), aligned to a shared exponent,
/// multiplied and summed as integers, exactly; block sums are scaled and added in float32.
///
/// shapes  w (rows, cols), rows <= core_size, any cols: arrays of core_size columns side by side;  x (batch, rows)
/// noise   only in approximate mode: afresh at each call, keyed by row and column
/// ledger  program: cell_write and align rows*cols, array, array_cell;  multiply_add: align batch*rows, mac
/// batch*rows*cols,
///         array_read batch*arrays, digital_scale and digital_add batch*cols, in `batch` steps
///
/// throws  std::invalid_argument naming the parameter or the operand whose shape is wrong
///
/// Products: the GEMM policy.
///
/// source  numeric/align.hpp; the approximate mode's 5.3 %: AICrossSim/NewComputeBench, there on the block's sum
template <class Products>
class BasicDigitalTile {
 public:
  using Params = DigitalFP8TileParams;
  explicit BasicDigitalTile(const Params& params = {})
      : params_(validated(params)),
        input_(params.input.format, params.input.aligned_bits, params.rounding),
        weight_(params.weight.format, params.weight.aligned_bits, params.rounding) {}

  Index rows() const { return params_.core_size; }
  Index cols() const { return 0; }
  Index rows_together(Index rows, Index) const {
    if (params_.rescale_dim == RescaleDim::vector) return 1;
    return params_.core_size > 0 ? params_.core_size : rows;
  }

  void program(ConstMatrixRef w, const Rng&, cost::Ledger& ledger) {
    require_fits("DigitalFP8Tile::program: w", w, rows(), cols());
    const Matrix columns = w.transpose();  // (cols, rows): a column's elements side by side
    Matrix codes(columns.rows(), columns.cols());
    const Index together = params_.rescale_dim == RescaleDim::vector ? 1 : array_cols(w.cols());
    column_unit_ = encode(columns, together, params_.weight, weight_, codes);
    sum_.program(codes.transpose(), input_.magnitude_bits(), weight_.magnitude_bits());
    ledger.add(cost::action::align, static_cast<std::uint64_t>(w.size()), static_cast<std::uint64_t>(w.rows()));
    book_weights(w.rows(), w.cols(), params_.core_size, 1, ledger);
  }

  void multiply_add(const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) const {
    require_shape("DigitalFP8Tile::multiply_add: x", x.values, x.rows(), sum_.rows());
    require_shape("DigitalFP8Tile::multiply_add: y", y, x.rows(), sum_.cols());
    sum_.with_codes_of(x.rows(), [&](auto& codes) {
      const RowVector row_unit = encode(x.values, rows_together(x.rows(), 0), params_.input, input_, codes);
      if (params_.approximate) add_adder_error(codes.template cast<float>(), row_unit, x.first, y, rng);
      sum_.multiply_add(codes, row_unit, column_unit_, y);
    });
    const auto batch = static_cast<std::uint64_t>(x.rows()), cols = static_cast<std::uint64_t>(sum_.cols());
    const auto rows = static_cast<std::uint64_t>(sum_.rows());
    ledger.add(cost::action::align, batch * rows, batch);
    ledger.add(cost::action::array_read,
               batch * static_cast<std::uint64_t>(ceil_div(sum_.cols(), array_cols(sum_.cols()))), batch);
    ledger.add(cost::action::mac, batch * rows * cols, batch);
    ledger.add(cost::action::digital_scale, batch * cols, batch);
    ledger.add(cost::action::digital_add, batch * cols, batch);
  }

  void weights(MatrixRef w) const {
    require_shape("DigitalFP8Tile::weights: w", w, sum_.rows(), sum_.cols());
    w = sum_.codes() * column_unit_.asDiagonal();
  }

 private:
  static Params validated(const Params& params) {
    require(params.core_size >= 0, "DigitalFP8Tile: core_size must not be negative");
    for (const DigitalOperand* operand : {&params.input, &params.weight}) {
      require_range("DigitalFP8Tile: aligned_bits", operand->aligned_bits, 0, 40);
      require(operand->scale > 0.0F, "DigitalFP8Tile: scale must be positive");
    }
    return params;
  }
  Index array_cols(Index cols) const {
    return std::max<Index>(params_.core_size > 0 ? std::min(params_.core_size, cols) : cols, 1);
  }

  /// codes (vectors, elements) of x, with one scale and exponent for each `together` vectors; returns the value of one
  /// code step of each vector.
  template <class Codes>
  static RowVector encode(ConstMatrixRef x, Index together, const DigitalOperand& operand,
                          const numeric::Aligner& aligner, Codes& codes) {
    using Code = typename Codes::Scalar;
    RowVector units(x.rows());
    const auto length = static_cast<std::size_t>(x.cols());
    for (Index begin = 0; begin < x.rows(); begin += together) {
      const Index end = std::min(x.rows(), begin + together);
      std::uint32_t top = 0;  // NaN compares as the largest
      for (Index r = begin; r < end; ++r) {
        top = std::max(top, std::bit_cast<std::uint32_t>(abs_max({x.row(r).data(), length})));
      }
      const auto amax = std::bit_cast<float>(top);
      const bool scaled = operand.amax_scale || operand.format.is_integer();
      const float scale = scaled ? aligner.amax_scale(amax) : operand.scale;
      const float unit = aligner.unit(amax, scale);
      for (Index r = begin; r < end; ++r) {
        const std::span<Code> row(codes.row(r).data(), length);
        if (std::isfinite(amax)) {
          aligner.encode(std::span(x.row(r).data(), length), scale, unit, row);
          units(r) = unit * scale;
        } else {  // no shared exponent: every sum with this group is NaN
          std::fill(row.begin(), row.end(), Code{});
          units(r) = std::nanf("");
        }
      }
    }
    return units;
  }

  /// Codes are squared as fractions of their range: fourth powers of wide ones exceed float32.
  void add_adder_error(const Matrix& codes, const RowVector& row_unit, Index first, MatrixRef y, const Rng& rng) const {
    const auto squares = [](const Matrix& m, int bits) -> Matrix { return (m * std::ldexp(1.0F, -bits)).cwiseAbs2(); };
    Matrix power(y.rows(), y.cols()), xi(y.rows(), y.cols());
    Products::multiply(squares(codes, input_.magnitude_bits()), squares(sum_.codes(), weight_.magnitude_bits()), power);
    rng.normals(static_cast<std::uint64_t>(first * y.cols()), {xi.data(), static_cast<std::size_t>(xi.size())});
    const double sigma = std::ldexp(0.053, input_.magnitude_bits() + weight_.magnitude_bits());
    for (Index r = 0; r < y.rows(); ++r) {
      const double row_sigma = sigma * static_cast<double>(row_unit(r));
      for (Index c = 0; c < y.cols(); ++c) {
        const auto deviation = static_cast<float>(row_sigma * static_cast<double>(column_unit_(c)));
        y(r, c) += deviation * std::sqrt(power(r, c)) * xi(r, c);
      }
    }
  }

  Params params_;
  numeric::Aligner input_, weight_;
  ExactSum<Products> sum_;
  RowVector column_unit_;  // (cols): value of one weight code
};
using DigitalFP8Tile = BasicDigitalTile<Gemm>;

}  // namespace pim::tile
