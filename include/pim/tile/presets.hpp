#pragma once
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include <pim/core/text.hpp>
#include <pim/tile/library.hpp>

namespace pim::tile {

/// Parameters of one of the library's tiles.
using AnyParams = Library::AnyParams;

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

/// Whether time since programming changes this tile.
inline bool ages(const AnyParams& params) {
  return std::visit(
      [](const auto& p) {
        if constexpr (requires { p.device; }) {
          return requires { p.device.t_s; }
          || std::is_same_v<decltype(p.device), device::Wan2022Params>;
        }
        return false;
      },
      params);
}

/// The same tile, read t_s seconds after it was programmed; tiles that do not age stay as they are.
/// throws std::invalid_argument: a time for which the Wan 2022 model has no fit (1 s, 1 day and 2 days were published)
inline AnyParams at_time(AnyParams params, double t_s) {
  std::visit(
      [t_s](auto& p) {
        if constexpr (requires { p.device.t_s; }) {
          p.device.t_s = t_s;
        } else if constexpr (requires { p.device.time; }) {
          p.device.time = device::wan_time(t_s);
        }
      },
      params);
  return params;
}

/// The same tile with the noise of its weights drawn afresh at each forward pass, for training through it; tiles
/// without such a choice stay as they are.
inline AnyParams for_training(AnyParams params) {
  std::visit(
      [](auto& p) {
        if constexpr (requires { p.refresh; }) p.refresh = NoiseRefresh::each_forward;
      },
      params);
  return params;
}

}  // namespace pim::tile
