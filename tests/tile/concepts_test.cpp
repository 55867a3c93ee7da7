#include <pim/tile/concepts.hpp>

using namespace pim;

/// A tile by the letter of the concept, each part of which the types below leave out.
struct Whole {
  struct Params {};
  explicit Whole(const Params&) {}
  Index rows() const { return 0; }
  Index cols() const { return 0; }
  void program(ConstMatrixRef, const Rng&, cost::Ledger&) {}
  void weights(MatrixRef) const {}
  void multiply_add(const Rows&, MatrixRef, const Rng&, cost::Ledger&) const {}
};
struct WithoutParams : Whole {
  using Whole::Params;
  WithoutParams() : Whole(Params{}) {}
};
struct WithoutWeights {
  using Params = Whole::Params;
  explicit WithoutWeights(const Params&) {}
  Index rows() const { return 0; }
  Index cols() const { return 0; }
  void program(ConstMatrixRef, const Rng&, cost::Ledger&) {}
  void multiply_add(const Rows&, MatrixRef, const Rng&, cost::Ledger&) const {}
};
struct ChangesWhenItMultiplies : WithoutWeights {
  using WithoutWeights::WithoutWeights;
  void weights(MatrixRef) const {}
  void multiply_add(const Rows&, MatrixRef, const Rng&, cost::Ledger&) {}
};
struct TakesMatrices : WithoutWeights {
  using WithoutWeights::WithoutWeights;
  void weights(MatrixRef) const {}
  void multiply_add(ConstMatrixRef, MatrixRef, const Rng&, cost::Ledger&) const {}
};
struct Refreshed : Whole {
  using Whole::Whole;
  void refresh(const Rng&) {}
};
struct Coupled : Whole {
  using Whole::Whole;
  Index rows_together(Index rows, Index) const { return rows; }
};

static_assert(tile::Tile<Whole> && tile::verify_tile<Whole>());
static_assert(tile::Tile<TakesMatrices> && tile::verify_tile<TakesMatrices>());
static_assert(!tile::Programmable<WithoutParams>);
static_assert(!tile::Programmable<WithoutWeights> && tile::Multiplies<WithoutWeights>);
static_assert(tile::Programmable<ChangesWhenItMultiplies> && !tile::Multiplies<ChangesWhenItMultiplies>);
static_assert(!tile::Tile<Matrix> && !tile::Tile<int> && !tile::Tile<cost::Ledger>);
static_assert(tile::Refreshable<Refreshed> && !tile::Refreshable<Whole>);
static_assert(tile::CouplesRows<Coupled> && !tile::CouplesRows<Whole>);
