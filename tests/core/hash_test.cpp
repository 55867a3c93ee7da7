#include <pim/core/hash.hpp>

#include "support/catch.hpp"

TEST_CASE("fnv1a: its authors' test vectors, in one piece or in two", "[core]") {
  CHECK(pim::fnv1a("") == 0xcbf29ce484222325U);
  CHECK(pim::fnv1a("a") == 0xaf63dc4c8601ec8cU);
  CHECK(pim::fnv1a("foobar") == 0x85944171f73967e8U);
  CHECK(pim::fnv1a("bar", pim::fnv1a("foo")) == pim::fnv1a("foobar"));
}
