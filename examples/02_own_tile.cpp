// Tiles of your own, with no edit of the library: a device of yours inside of the library's crossbar, and a tile that
// shares nothing with it. Both enter the same kernel as every other tile.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>

#include <pim/core/gemm.hpp>
#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/tile/crossbar_tile.hpp>

// A device says what conductance a target becomes. This one reaches it, unless the cell is stuck at zero.
struct StuckCellParams {
  float stuck = 0.0F;  ///< share of the cells that conduct nothing
};
class StuckCell {
 public:
  using Params = StuckCellParams;
  explicit StuckCell(const Params& params = {}) : stuck_(params.stuck) {}
  void program(std::span<const float> target, const pim::Rng& rng, std::uint64_t first, std::span<float> g) const {
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = rng.uniform(first + i) < stuck_ ? 0.0F : target[i];
  }
  pim::device::Moments moments(float target) const {
    return {(1.0F - stuck_) * target, std::sqrt(stuck_ * (1.0F - stuck_)) * target};
  }

 private:
  float stuck_;
};
using StuckCellTile = pim::tile::CrossbarTile<StuckCell>;
static_assert(pim::tile::verify_tile<StuckCellTile>());

// A tile stores one block of weights and multiplies by it. This one keeps -1, 0 or 1 and one scale a column, and books
// an action of its own.
struct TernaryTileParams {
  pim::Index core_size = 64;
};
class TernaryTile {
 public:
  using Params = TernaryTileParams;
  explicit TernaryTile(const Params& params = {}) : core_size_(params.core_size) {}
  pim::Index rows() const { return core_size_; }  // the largest block that it holds
  pim::Index cols() const { return core_size_; }

  // threshold 0.7 mean |w|, scale the mean of what exceeds it: Li, Zhang and Liu 2016, arXiv 1605.04711
  void program(pim::ConstMatrixRef w, const pim::Rng&, pim::cost::Ledger& ledger) {
    const pim::RowVector threshold = 0.7F * w.cwiseAbs().colwise().mean();
    signs_ = w;
    scale_ = pim::RowVector::Zero(w.cols());
    for (pim::Index c = 0; c < w.cols(); ++c) {
      const auto kept = (w.col(c).array().abs() > threshold(c)).cast<float>().eval();
      signs_.col(c) = w.col(c).array().sign() * kept;
      if (kept.sum() > 0.0F) scale_(c) = (w.col(c).array().abs() * kept).sum() / kept.sum();
    }
    ledger.add(pim::cost::action::cell_write, static_cast<std::uint64_t>(w.size()));
  }
  void multiply_add(const pim::Rows& x, pim::MatrixRef y, const pim::Rng&, pim::cost::Ledger& ledger) const {
    pim::Matrix sums(y.rows(), y.cols());
    pim::Gemm::multiply(x.values, signs_, sums);
    y += sums * scale_.asDiagonal();
    const auto batch = static_cast<std::uint64_t>(x.rows());
    ledger.add(ternary_add, batch * static_cast<std::uint64_t>(signs_.size()), batch);
  }
  void weights(pim::MatrixRef w) const { w = signs_ * scale_.asDiagonal(); }

  static constexpr pim::cost::Action ternary_add{"ternary_add"};

 private:
  pim::Index core_size_;
  pim::Matrix signs_;
  pim::RowVector scale_;
};
static_assert(pim::tile::verify_tile<TernaryTile>());  // says in words what is missing, if anything is

/// Relative error of a product of normal matrices on a tile.
template <class Tile>
static double relative_error(const typename Tile::Params& params, pim::cost::Ledger& ledger) {
  const pim::Rng rng(42);
  const pim::Matrix w = pim::normal_matrix(200, 150, rng.at(0)), x = pim::normal_matrix(64, 200, rng.at(1));
  pim::Matrix y(64, 150);
  pim::kernel::Matmul<Tile> matmul(params);
  matmul.program(w, rng.at(2), ledger);
  matmul.multiply(x, y, rng.at(3), ledger);
  return static_cast<double>((y - x * w).norm() / (x * w).norm());
}

int main() {
  pim::cost::Ledger ledger;
  StuckCellTile::Params crossbar{.core_size = 64};
  crossbar.dac.bits = crossbar.adc.bits = 0;  // ideal converters: what remains is the device
  const double healthy = relative_error<StuckCellTile>(crossbar, ledger);
  crossbar.device.stuck = 0.04F;
  const double stuck = relative_error<StuckCellTile>(crossbar, ledger);
  std::printf("stuck cells: none %.1e, 4 %%: %.3f (expected %.3f)\n", healthy, stuck, std::sqrt(0.04));

  const double ternary = relative_error<TernaryTile>({.core_size = 64}, ledger);
  const auto adds = ledger[TernaryTile::ternary_add];
  std::printf("ternary weights: %.3f, %llu ternary additions\n", ternary, static_cast<unsigned long long>(adds));

  const bool device_right = healthy < 1e-6 && std::fabs(stuck - 0.2) < 0.02;
  return device_right && ternary > 0.3 && ternary < 0.5 && adds == 64 * 200 * 150 ? 0 : 1;
}
