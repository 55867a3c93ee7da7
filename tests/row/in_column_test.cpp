#include <pim/row/in_column.hpp>

#include "support/catch.hpp"
#include <pim/gate/memristive.hpp>

using pim::row::BitRows;
namespace gate = pim::gate;

TEST_CASE("in-column gates: every column computes MIN3 of three rows, and accumulates", "[row]") {
  BitRows rows(4000, 8);
  const std::array<pim::Index, 3> in{5, 2047, 3999};
  for (pim::Index c = 0; c < 8; ++c) {
    for (std::size_t i = 0; i < 3; ++i) rows.set(in[i], c, (c >> i & 1) != 0);
  }
  pim::row::init_in_column(rows, true, 70);
  pim::row::apply_in_column<gate::NotMin3>(rows, gate::min3, 70, {in[0], in[1], in[2]});
  for (pim::Index c = 0; c < 8; ++c) CHECK(rows.get(70, c) == ((c & 1) + (c >> 1 & 1) + (c >> 2) < 2));
  pim::row::apply_in_column<gate::NotMin3>(rows, gate::not_, 70, {in[0]});
  for (pim::Index c = 0; c < 8; ++c) CHECK(rows.get(70, c) == (c == 0 || c == 2 || c == 4));
  for (pim::Index c = 0; c < 8; ++c) CHECK_FALSE(rows.get(71, c));
}
TEST_CASE("in-column gates: illegal requests name the rule", "[row]") {
  BitRows rows(4, 2);
  CHECK_THROWS_WITH(pim::row::apply_in_column<gate::NotNor>(rows, gate::min3, 0, {1, 2, 3}),
                    ContainsSubstring("no gate of the set nor"));
  CHECK_THROWS_WITH(pim::row::apply_in_column<gate::NotNor>(rows, gate::nor, 0, {1}), ContainsSubstring("fan-in"));
  CHECK_THROWS_WITH(pim::row::apply_in_column<gate::NotNor>(rows, gate::nor, 0, {1, 1}),
                    ContainsSubstring("operand overlap"));
  CHECK_THROWS_WITH(pim::row::apply_in_column<gate::NotNor>(rows, gate::nor, 0, {1, 0}),
                    ContainsSubstring("operand overlap"));
  CHECK_THROWS_WITH(pim::row::apply_in_column<gate::NotNor>(rows, gate::not_, 0, {4}), ContainsSubstring("row is 4"));
  CHECK_THROWS_WITH(pim::row::init_in_column(rows, true, -1), ContainsSubstring("row is -1"));
}
