#pragma once
#include <pim/device/pcm.hpp>
#include <pim/tile/crossbar_tile.hpp>

namespace pim::tile {

/// Phase-change crossbar with the device of Joshi 2020 / Nandakumar 2019.
using PCMTile = CrossbarTile<device::Pcm<device::JoshiPcm>>;
/// Phase-change crossbar with the device of the HERMES chip, one device a weight's sign.
using HermesPCMTile = CrossbarTile<device::Pcm<device::HermesSinglePcm>>;

/// Preset `pcm`: all terms, 25 s after programming, compensated, 8-bit DAC and ADC.
/// source  Rasch et al., Nat. Commun. 14, 5282 (2023), table of the standard hardware model
inline PCMTile::Params pcm_preset() {
  return {.core_size = 256, .read_noise = 0.0175F, .output_noise = 0.04F, .ir_drop = {.scale = 1.0F}};
}

}  // namespace pim::tile
