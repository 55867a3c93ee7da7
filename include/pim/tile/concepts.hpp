#pragma once
#include <concepts>

#include <pim/core/matrix.hpp>
#include <pim/core/rng.hpp>
#include <pim/core/rows.hpp>
#include <pim/cost/ledger.hpp>

namespace pim::tile {

/// t.rows(), t.cols(): the largest weight block it holds; 0: any size. A tile that holds more columns than one physical
/// array stands for a row of arrays that share their word lines.
/// t.program(w, rng, ledger): stores w (rows, cols). t.weights(w): what it multiplies by now, in the units of w.
template <class T>
concept Programmable = requires(T t, const T c, ConstMatrixRef w, MatrixRef out, const Rng& rng, cost::Ledger& ledger) {
  typename T::Params;
  requires std::constructible_from<T, const typename T::Params&>;
  { c.rows() } -> std::convertible_to<Index>;
  { c.cols() } -> std::convertible_to<Index>;
  { t.program(w, rng, ledger) } -> std::same_as<void>;
  { c.weights(out) } -> std::same_as<void>;
};
/// t.multiply_add(x, y, rng, ledger): y (batch, cols) += x (batch, rows) * stored w: the partial sums of the blocks of
/// a column are added digitally, in ascending order. Const: panels of one batch run on several threads.
template <class T>
concept Multiplies = requires(const T t, const Rows& x, MatrixRef y, const Rng& rng, cost::Ledger& ledger) {
  { t.multiply_add(x, y, rng, ledger) } -> std::same_as<void>;
};
/// A physical array, or a row of arrays, that holds one weight block and multiplies by it.
template <class T>
concept Tile = Programmable<T> && Multiplies<T>;

/// t.refresh(rng): draws the noise of the weights anew, before each call (hardware-aware training).
template <class T>
concept Refreshable = requires(T t, const Rng& rng) {
  { t.refresh(rng) } -> std::same_as<void>;
};
/// t.rows_together(rows, group): how many consecutive inputs of a call (of `rows` inputs in groups of `group`) have to
/// be multiplied in one go because they share a scale. Tiles without it take their inputs one by one.
template <class T>
concept CouplesRows = requires(const T t, Index rows, Index group) {
  { t.rows_together(rows, group) } -> std::convertible_to<Index>;
};

/// Says in words what a type lacks to be a tile: static_assert(verify_tile<MyTile>()).
template <class T>
consteval bool verify_tile() {
  static_assert(
      Programmable<T>,
      "Tile: needs Params, a constructor from Params, rows(), cols(), void program(ConstMatrixRef w, const Rng&, "
      "cost::Ledger&) and void weights(MatrixRef w) const");
  static_assert(Multiplies<T>,
                "Tile: needs void multiply_add(const Rows& x, MatrixRef y, const Rng&, cost::Ledger&) const");
  return true;
}

}  // namespace pim::tile
