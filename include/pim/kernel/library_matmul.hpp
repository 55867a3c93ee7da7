#pragma once
#include <type_traits>
#include <variant>

#include <pim/kernel/any_matmul.hpp>
#include <pim/tile/library.hpp>

namespace pim::kernel {

/// A product on any tile of the library, chosen at run time.
using LibraryMatmul = tile::Library::apply<AnyMatmul>;

/// The product on the tile of a list that these parameters belong to.
/// throws std::invalid_argument: what the tile refuses
template <class Tiles = tile::Library>
typename Tiles::template apply<AnyMatmul> library_matmul(const typename Tiles::AnyParams& params) {
  return std::visit(
      [](const auto& p) -> typename Tiles::template apply<AnyMatmul> {
        return Matmul<typename Tiles::template tile_of<std::remove_cvref_t<decltype(p)>>>(p);
      },
      params);
}

}  // namespace pim::kernel
