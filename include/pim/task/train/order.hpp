#pragma once
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <pim/core/index.hpp>
#include <pim/core/rng.hpp>

namespace pim::task {

/// 0 ... n - 1 in an order that the key decides.
/// source  Fisher and Yates, as in Knuth, The Art of Computer Programming, volume 2, algorithm P
inline std::vector<Index> shuffled(Index n, const Rng& key) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[key.below(i, static_cast<std::uint32_t>(i))]);
  }
  return order;
}

}  // namespace pim::task
