// expect: Tile: needs void multiply_add(const Rows& x, MatrixRef y, const Rng&, cost::Ledger&) const
#include <pim/kernel/matmul.hpp>

/// Everything that a tile needs, but multiplying changes it.
struct Worn {
  struct Params {};
  explicit Worn(const Params& params);
  pim::Index rows() const;
  pim::Index cols() const;
  void program(pim::ConstMatrixRef w, const pim::Rng& rng, pim::cost::Ledger& ledger);
  void weights(pim::MatrixRef w) const;
  void multiply_add(const pim::Rows& x, pim::MatrixRef y, const pim::Rng& rng, pim::cost::Ledger& ledger);
};
pim::kernel::Matmul<Worn> refused({});
