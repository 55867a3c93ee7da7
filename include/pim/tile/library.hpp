#pragma once
#include <variant>

#include <pim/tile/digital_fp8_tile.hpp>
#include <pim/tile/ideal_tile.hpp>
#include <pim/tile/newcomputebench.hpp>
#include <pim/tile/pcm_tile.hpp>
#include <pim/tile/reram_tile.hpp>

namespace pim::tile {

/// The library's tile types, as a pack: `Library::apply<kernel::AnyMatmul>`.
template <class... Tiles>
struct TileList {
  template <template <class...> class Use>
  using apply = Use<Tiles...>;
  using AnyParams = std::variant<typename Tiles::Params...>;
};
using Library = TileList<IdealTile, DigitalFP8Tile, ReRAMTile, GaussianReRAMTile, CmoReRAMTile, PCMTile, HermesPCMTile,
                         newcomputebench::DigitalTile, newcomputebench::ReRAMTile, newcomputebench::PCMTile>;

}  // namespace pim::tile
