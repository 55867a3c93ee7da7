#include <pim/tile/ideal_tile.hpp>

#include "support/catch.hpp"
#include "support/tile_contract.hpp"

using pim::Matrix;
using pim::tile::IdealTile;

static_assert(pim::tile::Tile<IdealTile> && !pim::tile::Refreshable<IdealTile> && !pim::tile::CouplesRows<IdealTile>);

TEST_CASE("IdealTile: keeps the contract of tiles, exactly", "[tile]") {
  for (const pim::Index core : {0, 1, 16, 64}) pim::test::check_tile_contract<IdealTile>({.core_size = core}, 1e-6);
}

TEST_CASE("IdealTile: adds to what is there; books its actions; names what is wrong", "[tile]") {
  IdealTile tile({.core_size = 4});
  pim::cost::Ledger ledger;
  Matrix w(2, 3), x(2, 2), y = Matrix::Ones(2, 3);
  w << 1, 2, 3, 4, 5, 6;
  x << 1, 0, 10, 1;
  tile.program(w, pim::Rng(1), ledger);
  tile.multiply_add(x, y, pim::Rng(1), ledger);
  Matrix expected(2, 3);
  expected << 2, 3, 4, 15, 26, 37;
  CHECK(y == expected);
  CHECK(ledger[pim::cost::action::cell_write] == 6);
  CHECK(ledger[pim::cost::action::mac] == 12);
  CHECK(ledger.total(pim::cost::action::mac).serial_steps == 2);
  CHECK_THROWS_WITH(tile.program(Matrix(5, 2), pim::Rng(1), ledger), ContainsSubstring("program: w is (5, 2)"));
  CHECK_THROWS_WITH(tile.multiply_add(w, y, pim::Rng(1), ledger), ContainsSubstring("multiply_add: x is (2, 3)"));
  CHECK_THROWS_WITH(IdealTile({.core_size = -1}), ContainsSubstring("core_size"));
}
