#pragma once
#include <pim/kernel/library_matmul.hpp>

/// The product on any tile, compiled once for all programs: pim::kernel::LibraryMatmul.
#ifndef PIM_INSTANCE
#define PIM_INSTANCE extern template
#endif

PIM_INSTANCE class pim::kernel::AnyMatmul<pim::tile::IdealTile, pim::tile::DigitalFP8Tile, pim::tile::ReRAMTile,
                                          pim::tile::GaussianReRAMTile, pim::tile::CmoReRAMTile, pim::tile::PCMTile,
                                          pim::tile::HermesPCMTile, pim::tile::newcomputebench::DigitalTile,
                                          pim::tile::newcomputebench::ReRAMTile, pim::tile::newcomputebench::PCMTile>;
PIM_INSTANCE pim::kernel::LibraryMatmul pim::kernel::library_matmul<pim::tile::Library>(const pim::tile::AnyParams&);
