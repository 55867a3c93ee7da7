#pragma once
#include <type_traits>
#include <variant>

#include <pim/tile/digital_fp8_tile.hpp>
#include <pim/tile/ideal_tile.hpp>
#include <pim/tile/newcomputebench.hpp>
#include <pim/tile/pcm_tile.hpp>
#include <pim/tile/reram_tile.hpp>

namespace pim::tile {

namespace detail {
template <class Params, class First, class... Rest>
struct TileOf : std::conditional_t<std::is_same_v<Params, typename First::Params>, std::type_identity<First>,
                                   TileOf<Params, Rest...>> {};
template <class Params, class Last>
struct TileOf<Params, Last> : std::type_identity<Last> {};
}  // namespace detail

/// Tile types as a pack: `Library::apply<kernel::AnyMatmul>`, the parameters of any of them, and the tile that given
/// parameters belong to.
template <class... Tiles>
struct TileList {
  template <template <class...> class Use>
  using apply = Use<Tiles...>;
  using AnyParams = std::variant<typename Tiles::Params...>;
  template <class Params>
  using tile_of = typename detail::TileOf<Params, Tiles...>::type;
};

/// The tiles that this library comes with: what a configuration file picks from.
using Library = TileList<IdealTile, DigitalFP8Tile, ReRAMTile, GaussianReRAMTile, CmoReRAMTile, PCMTile, HermesPCMTile,
                         newcomputebench::DigitalTile, newcomputebench::ReRAMTile, newcomputebench::PCMTile>;

/// Parameters of one of the library's tiles.
using AnyParams = Library::AnyParams;

}  // namespace pim::tile
