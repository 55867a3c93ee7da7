#pragma once
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include <pim/core/text.hpp>
#include <pim/tile/library.hpp>

namespace pim::tile {

inline constexpr std::array<std::string_view, 7> preset_names{"ideal",    "sram",      "reram",  "pcm",
                                                              "ncb-sram", "ncb-reram", "ncb-pcm"};

/// The physical presets `sram`, `reram`, `pcm`, the tutorial's files in its own model as `ncb-*`, and `ideal`.
/// throws std::invalid_argument: an unknown name, with the nearest known one
inline AnyParams preset(std::string_view name) {
  if (name == "ideal") return IdealTileParams{};
  if (name == "sram") return DigitalFP8TileParams{};
  if (name == "reram") return reram_preset();
  if (name == "pcm") return pcm_preset();
  if (name == "ncb-sram") return newcomputebench::DigitalTileParams{};
  if (name == "ncb-reram") return newcomputebench::ReRAMTileParams{.num_bits = 3};
  if (name == "ncb-pcm") return newcomputebench::PCMTileParams{.programming_noise = true};
  throw std::invalid_argument("unknown tile " + in_quotes(name) + did_you_mean(name, preset_names));
}

}  // namespace pim::tile
