#pragma once
#include <variant>

#include <pim/kernel/any_matmul.hpp>
#include <pim/tile/presets.hpp>

namespace pim::kernel {

/// A product on any tile of the library, chosen at run time.
using LibraryMatmul = tile::Library::apply<AnyMatmul>;

/// The product on the tile that these parameters belong to.
/// throws std::invalid_argument: what the tile refuses
inline LibraryMatmul library_matmul(const tile::AnyParams& params) {
  return std::visit(
      [](const auto& p) {
        using Tile = tile::Library::tile_of<std::remove_cvref_t<decltype(p)>>;
        return LibraryMatmul(Matmul<Tile>(p));
      },
      params);
}

}  // namespace pim::kernel
