#pragma once
#include <cstdint>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/parallel.hpp>
#include <pim/kernel/concepts.hpp>
#include <pim/kernel/panel.hpp>
#include <pim/mapping/blocks.hpp>
#include <pim/tile/concepts.hpp>

namespace pim::kernel {

/// A matrix product on tiles: w is cut into blocks of at most Tile::rows() x Tile::cols(), each held by one tile;
/// partial sums of the blocks of a column are added in float32 in ascending order.
///
/// shapes  w (K, N);  x (M, K);  y (M, N)
/// noise   block (i, j) draws from rng.at(i * column blocks + j), at programming and at each call; a refresh of its
///         weights draws from rng.at(i * column blocks + j, 1)
/// ledger  blocks work at the same time (counts add, the longest takes the time), panels of x one after the other
/// threads over blocks when programming, over panels of rows when multiplying; both are cut by shape, so results
///         are the same bits at any number of threads
///
/// throws  std::invalid_argument naming the operand whose shape is wrong, or that no weights were programmed
template <class TileT>
class Matmul {
  static_assert(tile::verify_tile<TileT>());

 public:
  using Params = typename TileT::Params;
  explicit Matmul(const Params& params = {}) : params_(params), prototype_(params) {}

  void program(ConstMatrixRef w, const Rng& rng, cost::Ledger& ledger) {
    require_fits("Matmul::program: w", w, 0, 0);
    k_ = {w.rows(), prototype_.rows()};
    n_ = {w.cols(), prototype_.cols()};
    tiles_.resize(static_cast<std::size_t>(k_.count() * n_.count()), prototype_);
    on_all_blocks(ledger, [&](Index i, Index j, TileT& tile, cost::Ledger& booked) {
      tile.program(w.block(k_.begin(i), n_.begin(j), k_.extent(i), n_.extent(j)), block_key(rng, i, j), booked);
    });
  }

  void multiply(const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) {
    multiply_panels(x, y, rng, ledger);
  }
  /// A convolution: x (N Ho Wo, K) gathered a panel at a time.
  void multiply(const mapping::Patches& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) {
    multiply_panels(x, y, rng, ledger);
  }

  void weights(MatrixRef w) const {
    require(!tiles_.empty(), "Matmul::weights: program the weights first");
    require_shape("Matmul::weights: w", w, k_.length, n_.length);
    for (Index i = 0; i < k_.count(); ++i) {
      for (Index j = 0; j < n_.count(); ++j) {
        block(i, j).weights(w.block(k_.begin(i), n_.begin(j), k_.extent(i), n_.extent(j)));
      }
    }
  }
  const Params& params() const { return params_; }

 private:
  template <class Input>
  void multiply_panels(const Input& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) {
    require(!tiles_.empty(), "Matmul::multiply: program the weights first");
    require_shape("Matmul::multiply: x", x, x.rows(), k_.length);
    require_shape("Matmul::multiply: y", y, x.rows(), n_.length);
    if constexpr (tile::Refreshable<TileT>) {
      on_all_blocks(ledger,
                    [&](Index i, Index j, TileT& tile, cost::Ledger&) { tile.refresh(block_key(rng, i, j, 1)); });
    }
    const Index height = whole_groups(panel_height(x), x.rows(), group_of(x));
    const Index panels = ceil_div(x.rows(), height);
    std::vector<cost::Ledger> booked(static_cast<std::size_t>(panels), ledger.like());
    parallel_for(panels, [&](Index p) {
      const Index begin = p * height, count = std::min(height, x.rows() - begin);
      const Rows x_panel = panel(x, begin, count);
      MatrixRef y_panel = y.middleRows(begin, count);
      y_panel.setZero();
      cost::Ledger& panel_ledger = booked[static_cast<std::size_t>(p)];
      cost::Ledger block_ledger = ledger.like();
      for (Index j = 0; j < n_.count(); ++j) {
        for (Index i = 0; i < k_.count(); ++i) {
          block_ledger.clear();
          block(i, j).multiply_add(x_panel.block(0, count, k_.begin(i), k_.extent(i)),
                                   y_panel.middleCols(n_.begin(j), n_.extent(j)), block_key(rng, i, j), block_ledger);
          panel_ledger.overlap(block_ledger);
        }
      }
    });
    for (const cost::Ledger& panel_ledger : booked) ledger += panel_ledger;
  }

  std::size_t index(Index i, Index j) const { return static_cast<std::size_t>(i * n_.count() + j); }
  const TileT& block(Index i, Index j) const { return tiles_[index(i, j)]; }
  Rng block_key(const Rng& rng, Index i, Index j, std::uint64_t event = 0) const { return rng.at(index(i, j), event); }

  /// The next multiple of what the tile needs together.
  Index whole_groups(Index height, Index rows, Index group) const {
    Index together = 1;
    if constexpr (tile::CouplesRows<TileT>) together = std::max<Index>(prototype_.rows_together(rows, group), 1);
    return ceil_div(height, together) * together;
  }
  template <class Task>
  void on_all_blocks(cost::Ledger& ledger, const Task& task) {
    std::vector<cost::Ledger> booked(tiles_.size(), ledger.like());
    parallel_for(static_cast<Index>(tiles_.size()), [&](Index b) {
      const auto slot = static_cast<std::size_t>(b);
      task(b / n_.count(), b % n_.count(), tiles_[slot], booked[slot]);
    });
    cost::Ledger together = ledger.like();
    for (const cost::Ledger& block_ledger : booked) together.overlap(block_ledger);
    ledger += together;
  }

  Params params_;
  TileT prototype_;
  mapping::Blocks k_, n_;
  std::vector<TileT> tiles_;  // row-major over (K blocks, N blocks)
};

}  // namespace pim::kernel
