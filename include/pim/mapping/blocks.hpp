#pragma once
#include <algorithm>

#include <pim/core/check.hpp>

namespace pim::mapping {

/// A length cut into blocks of `size` (the last one may be shorter); size 0: one block.
struct Blocks {
  Index length = 0;
  Index size = 0;

  Index count() const { return size > 0 ? std::max<Index>(ceil_div(length, size), 1) : 1; }
  Index begin(Index block) const { return block * size; }
  Index extent(Index block) const { return size > 0 ? std::min(size, length - begin(block)) : length; }
};

}  // namespace pim::mapping
