#pragma once
#include <cstdint>

#include <pim/core/check.hpp>
#include <pim/core/gemm.hpp>
#include <pim/tile/book_weights.hpp>
#include <pim/tile/concepts.hpp>

namespace pim::tile {

struct IdealTileParams {
  Index core_size = 0;  ///< inputs and outputs of one block; 0: the whole matrix in one block
};
/// Multiplies exactly, in float32: the limit of every other tile.
///
/// shapes  w (rows, cols);  x (batch, rows);  y (batch, cols)
/// ledger  program: cell_write rows*cols, array, array_cell;  multiply_add: mac batch*rows*cols in `batch` steps
/// throws  std::invalid_argument naming the operand whose shape is wrong
template <class Products>
class BasicIdealTile {
 public:
  using Params = IdealTileParams;
  explicit BasicIdealTile(const Params& params = {}) : core_size_(params.core_size) {
    require(core_size_ >= 0, "IdealTile: core_size must not be negative");
  }
  Index rows() const { return core_size_; }
  Index cols() const { return 0; }
  void program(ConstMatrixRef w, const Rng&, cost::Ledger& ledger) {
    require_fits("IdealTile::program: w", w, rows(), cols());
    w_ = w;
    book_weights(w.rows(), w.cols(), core_size_, 1, ledger);
  }
  void multiply_add(const Rows& x, MatrixRef y, const Rng&, cost::Ledger& ledger) const {
    require_shape("IdealTile::multiply_add: x", x.values, x.rows(), w_.rows());
    require_shape("IdealTile::multiply_add: y", y, x.rows(), w_.cols());
    Products::multiply_add(x.values, w_, y);
    const auto batch = static_cast<std::uint64_t>(x.rows());
    ledger.add(cost::action::mac, batch * static_cast<std::uint64_t>(w_.size()), batch);
  }
  void weights(MatrixRef w) const {
    require_shape("IdealTile::weights: w", w, w_.rows(), w_.cols());
    w = w_;
  }

 private:
  Index core_size_;
  Matrix w_;
};
using IdealTile = BasicIdealTile<Gemm>;

}  // namespace pim::tile
