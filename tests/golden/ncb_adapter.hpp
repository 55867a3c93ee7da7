#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <pim/kernel/any_matmul.hpp>
#include <pim/tile/ideal_tile.hpp>
#include <pim/tile/newcomputebench.hpp>

/// Literal NewComputeBench configurations, as the golden files hold them, read as NewComputeBench read them: what it
/// ignored (rescale_dim, quantile, noise_magnitude, num_bits of pcm, ...) is ignored, and a quantisation that it did
/// not know means none. The user's reader (pim/io) is strict instead.
namespace pim::test {

using AnyMatmul = kernel::AnyMatmul<tile::IdealTile, tile::newcomputebench::DigitalTile,
                                    tile::newcomputebench::ReRAMTile, tile::newcomputebench::PCMTile>;

inline tile::newcomputebench::VectorQuantizer ncb_quantizer(std::string_view name) {
  using numeric::newcomputebench::ScaleInteger;
  if (name == "e4m3") return numeric::newcomputebench::e4m3;
  if (name == "e5m2") return numeric::newcomputebench::e5m2;
  if (name == "e8m7") return numeric::newcomputebench::e8m7;
  if (name == "int8") return ScaleInteger{8};
  if (name == "int4") return ScaleInteger{4};
  return {};
}

/// The kernel that a configuration's tile_type and its keys ask for.
/// throws std::invalid_argument: unknown tile_type, or what the tile refuses
inline AnyMatmul ncb_matmul(const nlohmann::json& config) {
  namespace ncb = tile::newcomputebench;
  const std::string type = config.value("tile_type", "");
  const Index core_size = config.value("core_size", Index{0});
  if (type == "original") return kernel::Matmul<tile::IdealTile>({.core_size = core_size});
  if (type == "digital") {
    return kernel::Matmul<ncb::DigitalTile>({.core_size = core_size,
                                             .input = ncb_quantizer(config.value("x_quant_type", "")),
                                             .weight = ncb_quantizer(config.value("weight_quant_type", "")),
                                             .approximate = config.value("approximate_mode", false)});
  }
  if (type == "reram") {
    return kernel::Matmul<ncb::ReRAMTile>({.core_size = core_size,
                                           .num_bits = config.value("num_bits", 8),
                                           .weight_noise = config.value("weight_noise", 0.0F)});
  }
  if (type == "pcm") {
    return kernel::Matmul<ncb::PCMTile>({.core_size = core_size,
                                         .width = config.value("width", 8),
                                         .gmax = config.value("gmax", 5.0F),
                                         .programming_noise = config.value("programming_noise", false),
                                         .read_noise = config.value("read_noise", false),
                                         .ir_drop = config.value("ir_drop", false),
                                         .out_noise = config.value("out_noise", false)});
  }
  throw std::invalid_argument("unknown tile_type '" + type + "'");
}

}  // namespace pim::test

/// Compiled once, in core_golden_test.cpp: a test built by hand needs that file too.
extern template class pim::kernel::AnyMatmul<pim::tile::IdealTile, pim::tile::newcomputebench::DigitalTile,
                                             pim::tile::newcomputebench::ReRAMTile,
                                             pim::tile::newcomputebench::PCMTile>;
