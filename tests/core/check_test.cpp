#include <pim/core/check.hpp>

#include <limits>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::test::message_of;

TEST_CASE("require: the message as given", "[check]") {
  CHECK(message_of([] { pim::require(true, "x must be even"); }) == "(no error)");
  CHECK(message_of([] { pim::require(false, "x must be even"); }) == "x must be even");
  CHECK_THROWS_AS(pim::require(false, "x"), std::invalid_argument);
}

TEST_CASE("require_shape: names the operand, what it is, and what is wanted", "[check]") {
  const pim::Matrix m(2, 3);
  CHECK(message_of([&] { pim::require_shape("f: x", m, 2, 3); }) == "(no error)");
  CHECK(message_of([&] { pim::require_shape("f: x", m, 3, 2); }) == "f: x is (2, 3), expected (3, 2)");
  CHECK_THROWS_AS(pim::require_shape("f: x", m.transpose(), 2, 3), std::invalid_argument);
}

TEST_CASE("require_range: both ends belong to it, NaN does not", "[check]") {
  CHECK(message_of([] { pim::require_range("bits", 2, 2, 16); }) == "(no error)");
  CHECK(message_of([] { pim::require_range("bits", 16, 2, 16); }) == "(no error)");
  CHECK(message_of([] { pim::require_range("bits", 17, 2, 16); }) == "bits is 17, expected 2 to 16");
  CHECK_THROWS_AS(pim::require_range("sigma", std::numeric_limits<float>::quiet_NaN(), 0.0F, 1.0F),
                  std::invalid_argument);
}

TEST_CASE("ceil_div", "[check]") {
  CHECK(pim::ceil_div(0, 4) == 0);
  CHECK(pim::ceil_div(1, 4) == 1);
  CHECK(pim::ceil_div(4, 4) == 1);
  CHECK(pim::ceil_div(5, 4) == 2);
}
