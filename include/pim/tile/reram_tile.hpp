#pragma once
#include <pim/device/gaussian_cell.hpp>
#include <pim/device/reram.hpp>
#include <pim/tile/crossbar_tile.hpp>

namespace pim::tile {

/// ReRAM crossbar with the programming spread measured on the NeuRRAM chip.
using ReRAMTile = CrossbarTile<device::Wan2022>;
/// ReRAM crossbar with Gaussian programming noise of a given size.
using GaussianReRAMTile = CrossbarTile<device::GaussianCell>;
/// CMO/HfOx ReRAM crossbar; one device a weight is `.encoding = Encoding::single_device`.
using CmoReRAMTile = CrossbarTile<device::CmoHfox>;

/// Preset `reram`: 4-bit weights one second after programming, 8-bit DAC and ADC, 1 % short-term read noise.
/// source  Wan et al., Nature 608, 504 (2022); the read noise as aihwkit pairs it with this model
inline ReRAMTile::Params reram_preset() { return {.core_size = 256, .weight_bits = 4, .additive_read_noise = 0.01F}; }

}  // namespace pim::tile
