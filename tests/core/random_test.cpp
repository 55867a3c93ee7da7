#include <pim/core/random.hpp>

#include "support/catch.hpp"

TEST_CASE("uniform_matrix, normal_matrix: element i in row-major order is draw i", "[random]") {
  const pim::Rng rng(3);
  const pim::Matrix u = pim::uniform_matrix(3, 5, rng, -2.0F, 6.0F), z = pim::normal_matrix(3, 5, rng, 0.5F);
  for (pim::Index r = 0; r < 3; ++r) {
    for (pim::Index c = 0; c < 5; ++c) {
      const auto i = static_cast<std::uint64_t>(5 * r + c);
      CHECK(u(r, c) == 8.0F * rng.uniform(i) - 2.0F);
      CHECK(z(r, c) == 0.5F * rng.normal(i));
    }
  }
  CHECK(pim::uniform_matrix(0, 4, rng).size() == 0);
}
