#include <pim/core/rows.hpp>

#include "support/catch.hpp"

using pim::Index;

static Index sum_of_sizes(const pim::Rows& x) { return x.rows() * 100 + x.cols(); }
static float first_of(const pim::ConstMatrixRef& x) { return x(0, 0); }

TEST_CASE("Rows: views of a matrix, and back", "[rows]") {
  pim::Matrix m = pim::Matrix::Random(7, 5);
  CHECK(sum_of_sizes(m) == 705);
  CHECK(sum_of_sizes(m.middleRows(2, 3)) == 305);
  const pim::Rows rows(m, 10, 4);
  CHECK(first_of(rows) == m(0, 0));
  CHECK(rows.values.data() == m.data());

  const pim::Rows block = rows.block(2, 3, 1, 2);
  CHECK(block.first == 12);
  CHECK(block.group == 4);
  CHECK(block.values == m.block(2, 1, 3, 2));
  CHECK(block.values.data() == &m(2, 1));  // no copy
  CHECK(block.block(1, 1, 0, 1).first == 13);
  CHECK(block.block(1, 1, 0, 1).values(0, 0) == m(3, 1));
}
