#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include <pim/circuit/ir_drop.hpp>
#include <pim/circuit/newcomputebench.hpp>
#include <pim/core/check.hpp>
#include <pim/core/gemm.hpp>
#include <pim/numeric/newcomputebench.hpp>
#include <pim/tile/book_weights.hpp>
#include <pim/tile/concepts.hpp>

/// The tutorial's tiles, literally, for comparison with its published tables; docs/tile.md lists where they depart from
/// the physics that they name. Each block is padded with zeros to core_size x core_size, and the rows of a block of
/// inputs are those of one group, padded likewise. core_size 0: one unpadded block.
/// source  AICrossSim/NewComputeBench, PIM package
namespace pim::tile::newcomputebench {

/// What the tutorial calls e4m3, e5m2, e8m7, int4 and int8; no value: not quantised.
using VectorQuantizer =
    std::variant<std::monostate, numeric::newcomputebench::BlockFixedPoint, numeric::newcomputebench::ScaleInteger>;

/// out = x, each row quantised as one vector
inline void quantize_rows(const VectorQuantizer& quantizer, ConstMatrixRef x, MatrixRef out) {
  const auto length = static_cast<std::size_t>(x.cols());
  for (Index r = 0; r < x.rows(); ++r) {
    const std::span<const float> in(x.row(r).data(), length);
    const std::span<float> to(out.row(r).data(), length);
    if (const auto* block = std::get_if<numeric::newcomputebench::BlockFixedPoint>(&quantizer)) {
      block->quantize(in, to);
    } else if (const auto* integer = std::get_if<numeric::newcomputebench::ScaleInteger>(&quantizer)) {
      integer->quantize(in, to);
    } else {
      std::copy(in.begin(), in.end(), to.begin());
    }
  }
}

struct DigitalTileParams {
  Index core_size = 64;  ///< 0: one block of any size
  VectorQuantizer input = numeric::newcomputebench::e4m3;
  VectorQuantizer weight = numeric::newcomputebench::e4m3;
  bool approximate = false;  ///< multiplies each partial sum by 1 + 0.053 xi
};

/// Both operands quantised along K, one scale a row of x and a column of w in each block.
///   y = Q(x) Q(w);  approximate: y += 0.053 y xi, afresh for each element of each block
/// ledger  program: cell_write rows*cols, array, array_cell;  multiply_add: mac batch*rows*cols in `batch` steps
template <class Products>
class BasicDigitalTile {
 public:
  using Params = DigitalTileParams;
  explicit BasicDigitalTile(const Params& params = {}) : params_(params) {
    require(params.core_size >= 0, "newcomputebench::DigitalTile: core_size must not be negative");
  }
  Index rows() const { return params_.core_size; }
  Index cols() const { return 0; }
  void program(ConstMatrixRef w, const Rng&, cost::Ledger& ledger) {
    require_fits("newcomputebench::DigitalTile::program: w", w, rows(), cols());
    const Matrix columns = w.transpose();
    Matrix quantized(columns.rows(), columns.cols());
    quantize_rows(params_.weight, columns, quantized);
    weights_ = quantized.transpose();
    book_weights(w.rows(), w.cols(), params_.core_size, 1, ledger);
  }
  void multiply_add(const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) const {
    require_shape("newcomputebench::DigitalTile::multiply_add: x", x.values, x.rows(), weights_.rows());
    require_shape("newcomputebench::DigitalTile::multiply_add: y", y, x.rows(), weights_.cols());
    Matrix inputs(x.rows(), x.cols());
    quantize_rows(params_.input, x.values, inputs);
    if (params_.approximate) {
      Matrix sums(y.rows(), y.cols()), xi(y.rows(), y.cols());
      Products::multiply(inputs, weights_, sums);
      rng.normals(static_cast<std::uint64_t>(x.first * y.cols()), {xi.data(), static_cast<std::size_t>(xi.size())});
      for (Index r = 0; r < y.rows(); ++r) {
        for (Index c = 0; c < y.cols(); ++c) y(r, c) += sums(r, c) * (1.0F + 0.053F * xi(r, c));
      }
    } else {
      Products::multiply_add(inputs, weights_, y);
    }
    const auto batch = static_cast<std::uint64_t>(x.rows());
    ledger.add(cost::action::mac, batch * static_cast<std::uint64_t>(weights_.size()), batch);
  }
  void weights(MatrixRef w) const {
    require_shape("newcomputebench::DigitalTile::weights: w", w, weights_.rows(), weights_.cols());
    w = weights_;
  }

 private:
  Params params_;
  Matrix weights_;
};
using DigitalTile = BasicDigitalTile<Gemm>;

struct ReRAMTileParams {
  Index core_size = 256;      ///< 0: one block of any size
  int num_bits = 8;           ///< of the inputs
  float weight_noise = 0.0F;  ///< absolute, in units of w
};

/// Inputs quantised to num_bits; Gaussian noise on the weights, drawn afresh at each call.
/// ledger  program: cell_write rows*cols, array, array_cell;  multiply_add: mac batch*rows*cols in `batch` steps
template <class Products>
class BasicReRAMTile {
 public:
  using Params = ReRAMTileParams;
  explicit BasicReRAMTile(const Params& params = {}) : params_(params) {
    require(params.core_size >= 0, "newcomputebench::ReRAMTile: core_size must not be negative");
    require_range("newcomputebench::ReRAMTile: num_bits", params.num_bits, 1, 16);
  }
  Index rows() const { return params_.core_size; }
  Index cols() const { return 0; }
  void program(ConstMatrixRef w, const Rng&, cost::Ledger& ledger) {
    require_fits("newcomputebench::ReRAMTile::program: w", w, rows(), cols());
    exact_ = w;
    weights_ = w;
    book_weights(w.rows(), w.cols(), params_.core_size, 1, ledger);
  }
  void refresh(const Rng& rng) {
    if (params_.weight_noise == 0.0F) return;
    rng.normals(0, {weights_.data(), static_cast<std::size_t>(weights_.size())});
    for (Index i = 0; i < weights_.size(); ++i) {
      weights_.data()[i] = exact_.data()[i] + params_.weight_noise * weights_.data()[i];
    }
  }
  void multiply_add(const Rows& x, MatrixRef y, const Rng&, cost::Ledger& ledger) const {
    require_shape("newcomputebench::ReRAMTile::multiply_add: x", x.values, x.rows(), weights_.rows());
    require_shape("newcomputebench::ReRAMTile::multiply_add: y", y, x.rows(), weights_.cols());
    Matrix inputs(x.rows(), x.cols());
    quantize_rows(numeric::newcomputebench::ScaleInteger{params_.num_bits}, x.values, inputs);
    Products::multiply_add(inputs, weights_, y);
    const auto batch = static_cast<std::uint64_t>(x.rows());
    ledger.add(cost::action::mac, batch * static_cast<std::uint64_t>(weights_.size()), batch);
  }
  void weights(MatrixRef w) const {
    require_shape("newcomputebench::ReRAMTile::weights: w", w, weights_.rows(), weights_.cols());
    w = weights_;
  }

 private:
  Params params_;
  Matrix exact_, weights_;
};
using ReRAMTile = BasicReRAMTile<Gemm>;

struct PCMTileParams {
  Index core_size = 256;
  int width = 8;      ///< of the DAC  [bit]
  float gmax = 5.0F;  ///< weights are scaled to +-gmax
  bool programming_noise = false;
  bool read_noise = false;
  bool ir_drop = false;
  bool out_noise = false;
};

/// The analog core of PCMTile between its converters, on whole blocks.
template <class Products>
struct BasicPCMArray {
  PCMTileParams params;

  /// g such that g * w spans +-gmax: gmax / (max |w| + 1e-9)
  float weight_scale(ConstMatrixRef w) const { return params.gmax * (1.0F / (w.cwiseAbs().maxCoeff() + 1e-9F)); }
  /// signed and unclamped, as in the tutorial's code
  float programming_sigma(float w) const {
    const float u = w / params.gmax;
    return -1.1731F * u * u + 1.9650F * u + 0.2635F;
  }
  void program(MatrixRef w, const Rng& rng) const {
    if (!params.programming_noise) return;
    Matrix xi(w.rows(), w.cols());
    rng.normals(0, {xi.data(), static_cast<std::size_t>(xi.size())});
    for (Index r = 0; r < w.rows(); ++r) {
      for (Index c = 0; c < w.cols(); ++c) w(r, c) += programming_sigma(w(r, c)) * xi(r, c);
    }
  }
  /// delta of the IR drop, n = rows of w
  Matrix ir_drop(const Matrix& x, const Matrix& w) const {
    const auto n = static_cast<float>(w.rows());
    Matrix graded_x(x.rows(), x.cols()), graded(x.rows(), w.cols());
    for (Index j = 0; j < x.cols(); ++j) {
      graded_x.col(j) = circuit::IrDrop::position(static_cast<float>(j), n) * x.col(j);
    }
    Products::multiply(graded_x, w, graded);
    const Matrix magnitude = product_of_magnitudes(x, w);
    for (Index i = 0; i < graded.size(); ++i) {
      graded.data()[i] *= -circuit::IrDrop::loss(0.35F * 5e-6F * n * magnitude.data()[i]);
    }
    return graded;
  }
  /// y (batch, cols) = x w and the noises of one call; rows are keyed by `first`
  Matrix multiply(const Matrix& x, const Matrix& w, Index first, const Rng& rng) const {
    Matrix y(x.rows(), w.cols()), xi(x.rows(), w.cols());
    Products::multiply(x, w, y);
    const auto draw = [&](std::uint64_t place) {
      rng.at(place).normals(static_cast<std::uint64_t>(first * y.cols()),
                            {xi.data(), static_cast<std::size_t>(xi.size())});
    };
    if (params.read_noise) {
      draw(0);
      const Matrix squares = x.cwiseAbs2(), variance = product_of_magnitudes(squares, w);
      for (Index i = 0; i < y.size(); ++i) y.data()[i] += 0.0175F * std::sqrt(variance.data()[i]) * xi.data()[i];
    }
    if (params.ir_drop) y += ir_drop(x, w);
    if (params.out_noise) {
      draw(1);
      y += 0.04F * xi;
    }
    return y;
  }

 private:
  /// |x| |w|
  static Matrix product_of_magnitudes(const Matrix& x, const Matrix& w) {
    const Matrix x_magnitudes = x.cwiseAbs(), w_magnitudes = w.cwiseAbs();
    Matrix product(x.rows(), w.cols());
    Products::multiply(x_magnitudes, w_magnitudes, product);
    return product;
  }
};
using PCMArray = BasicPCMArray<Gemm>;

/// One DAC scale for a block of core_size rows, one weight scale a block, programming noise drawn afresh at each call,
/// and an 8-bit ADC that ranges over each row of a block's outputs, padding included.
/// ledger  program: cell_write core_size^2, array, array_cell;  multiply_add: dac_conversion batch*rows, array_read
/// batch, mac
///         batch*rows*cols, adc_conversion batch*core_size in `batch` steps
template <class Products>
class BasicPCMTile {
 public:
  using Params = PCMTileParams;
  explicit BasicPCMTile(const Params& params = {}) : array_{params} {
    require_range("newcomputebench::PCMTile: width", params.width, 2, 16);
    require(params.gmax > 0.0F, "newcomputebench::PCMTile: gmax must be positive");
    require(params.core_size > 0, "newcomputebench::PCMTile: core_size must be positive");
  }
  Index rows() const { return core(); }
  Index cols() const { return core(); }
  /// A block of inputs lies inside one group, so that a panel has to hold whole groups.
  Index rows_together(Index rows, Index group) const { return group > 0 ? group : rows; }

  void program(ConstMatrixRef w, const Rng&, cost::Ledger& ledger) {
    require_fits("newcomputebench::PCMTile::program: w", w, rows(), cols());
    used_rows_ = w.rows();
    used_cols_ = w.cols();
    exact_ = Matrix::Zero(core(), core());
    scale_ = array_.weight_scale(w);
    exact_.topLeftCorner(w.rows(), w.cols()) = scale_ * w;
    weights_ = exact_;
    book_weights(core(), core(), core(), 1, ledger);
  }
  void refresh(const Rng& rng) {
    if (!array_.params.programming_noise) return;
    weights_ = exact_;
    array_.program(weights_, rng.at(0));
  }
  void multiply_add(const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) const {
    require_shape("newcomputebench::PCMTile::multiply_add: x", x.values, x.rows(), used_rows_);
    require_shape("newcomputebench::PCMTile::multiply_add: y", y, x.rows(), used_cols_);
    const Index group = x.group > 0 ? x.group : x.rows();
    for (Index begin = 0; begin < x.rows(); begin += group) {
      const Index end = std::min(begin + group, x.rows());
      for (Index r = begin; r < end; r += core()) {
        multiply_block(x, r, std::min(core(), end - r), y, rng);
      }
    }
    const auto batch = static_cast<std::uint64_t>(x.rows()), rows = static_cast<std::uint64_t>(used_rows_);
    ledger.add(cost::action::dac_conversion, batch * rows, batch);
    ledger.add(cost::action::array_read, batch, batch);
    ledger.add(cost::action::mac, batch * rows * static_cast<std::uint64_t>(used_cols_), batch);
    ledger.add(cost::action::adc_conversion, batch * static_cast<std::uint64_t>(core()), batch);
  }
  void weights(MatrixRef w) const {
    require_shape("newcomputebench::PCMTile::weights: w", w, used_rows_, used_cols_);
    w = weights_.topLeftCorner(used_rows_, used_cols_) / scale_;
  }

 private:
  Index core() const { return array_.params.core_size; }

  void multiply_block(const Rows& x, Index first, Index count, MatrixRef y, const Rng& rng) const {
    Matrix inputs = Matrix::Zero(count, core());
    const float input_scale = circuit::newcomputebench::BlockDac{array_.params.width}.convert(
        x.values.middleRows(first, count), inputs.leftCols(used_rows_));
    const Matrix currents = array_.multiply(inputs, weights_, x.first + first, rng.at(1));
    const circuit::newcomputebench::RowAdc adc{8, 10.0F * array_.params.gmax};
    Matrix read(1, core());
    for (Index r = 0; r < count; ++r) {
      const auto length = static_cast<std::size_t>(core());
      adc.convert({currents.row(r).data(), length}, {read.data(), length});
      y.row(first + r) += read.leftCols(used_cols_) / input_scale / scale_;
    }
  }

  BasicPCMArray<Products> array_;
  Index used_rows_ = 0, used_cols_ = 0;
  float scale_ = 1.0F;
  Matrix exact_, weights_;  // (core, core), scaled to gmax, padded
};
using PCMTile = BasicPCMTile<Gemm>;

}  // namespace pim::tile::newcomputebench
