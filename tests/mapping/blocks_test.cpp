#include <pim/mapping/blocks.hpp>

#include "support/catch.hpp"

using pim::Index;
using pim::mapping::Blocks;

TEST_CASE("Blocks: cover the length once, in order, the last one shorter", "[blocks]") {
  for (const Index length : {1, 2, 7, 63, 64, 65, 200}) {
    for (const Index size : {0, 1, 3, 64, 1000}) {
      const Blocks blocks{length, size};
      Index covered = 0;
      for (Index b = 0; b < blocks.count(); ++b) {
        CHECK(blocks.begin(b) == covered);
        CHECK(blocks.extent(b) >= 1);
        if (size > 0) CHECK(blocks.extent(b) <= size);
        covered += blocks.extent(b);
      }
      CHECK(covered == length);
    }
  }
}

TEST_CASE("Blocks: size zero is one block; nothing is one empty block", "[blocks]") {
  CHECK(Blocks{100, 0}.count() == 1);
  CHECK(Blocks{100, 0}.extent(0) == 100);
  CHECK(Blocks{0, 64}.count() == 1);
  CHECK(Blocks{0, 64}.extent(0) == 0);
}
