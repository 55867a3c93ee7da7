// expect: constraints not satisfied
// expect: moments
#include <pim/tile/crossbar_tile.hpp>

/// A device that cannot say what a programmed cell is like.
struct Unmeasured {
  struct Params {};
  explicit Unmeasured(const Params& params);
  void program(std::span<const float> target, const pim::Rng& rng, std::uint64_t first, std::span<float> g) const;
};
using Refused = pim::tile::CrossbarTile<Unmeasured>;
