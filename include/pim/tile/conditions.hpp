#pragma once
#include <type_traits>
#include <variant>

#include <pim/tile/library.hpp>

/// The same tile under other conditions: at another time, in training.
namespace pim::tile {

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

/// Whether it is a tile of the tutorial's, taken literally.
inline bool is_literal(const AnyParams& params) {
  return std::holds_alternative<newcomputebench::DigitalTileParams>(params) ||
         std::holds_alternative<newcomputebench::ReRAMTileParams>(params) ||
         std::holds_alternative<newcomputebench::PCMTileParams>(params);
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

/// The same tile with or without global drift compensation; tiles that do not age stay as they are.
inline AnyParams with_drift_compensation(AnyParams params, bool on) {
  if (!ages(params)) return params;
  std::visit(
      [on](auto& p) {
        if constexpr (requires { p.drift_compensation; }) p.drift_compensation = on;
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
