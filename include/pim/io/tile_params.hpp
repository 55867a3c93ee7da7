#pragma once
#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <variant>

#include <pim/io/strict_object.hpp>
#include <pim/tile/library.hpp>

/// The `config` of one layer in a tile configuration; docs/io.md has the table of all keys.
namespace pim::io {

/// Which equations a configuration asks for.
enum class TileModel {
  physical,         ///< devices and circuits as published
  newcomputebench,  ///< the tutorial's code, literally
};

namespace detail {
enum class TileType { digital, reram, pcm, original };
enum class PcmDevice { joshi, hermes };
enum class ReRAMDevice { wan2022, cmo };

inline constexpr Named<TileModel> tile_models[] = {{"physical", TileModel::physical},
                                                   {"newcomputebench", TileModel::newcomputebench}};
inline constexpr Named<TileType> tile_types[] = {{"digital", TileType::digital},
                                                 {"reram", TileType::reram},
                                                 {"pcm", TileType::pcm},
                                                 {"original", TileType::original}};
inline constexpr Named<tile::RescaleDim> rescale_dims[] = {{"vector", tile::RescaleDim::vector},
                                                           {"matrix", tile::RescaleDim::matrix}};
inline constexpr Named<numeric::NumberFormat> number_formats[] = {{"e4m3", numeric::e4m3},
                                                                  {"e5m2", numeric::e5m2},
                                                                  {"e8m7", numeric::bf16},
                                                                  {"int8", numeric::int8},
                                                                  {"int4", numeric::int4}};
inline constexpr Named<numeric::Rounding> roundings[] = {{"nearest", numeric::Rounding::nearest_even},
                                                         {"truncate", numeric::Rounding::toward_zero}};
inline constexpr Named<tile::Encoding> encodings[] = {{"differential_pair", tile::Encoding::differential_pair},
                                                      {"single_device", tile::Encoding::single_device}};
inline constexpr Named<tile::NoiseRefresh> refreshes[] = {{"at_programming", tile::NoiseRefresh::at_programming},
                                                          {"each_forward", tile::NoiseRefresh::each_forward}};
inline constexpr Named<PcmDevice> pcm_devices[] = {{"joshi", PcmDevice::joshi}, {"hermes", PcmDevice::hermes}};
inline constexpr Named<ReRAMDevice> reram_devices[] = {{"wan2022", ReRAMDevice::wan2022}, {"cmo", ReRAMDevice::cmo}};
inline constexpr Named<device::CmoAcceptance> cmo_acceptances[] = {{"0.2%", device::CmoAcceptance::percent_0_2},
                                                                   {"2%", device::CmoAcceptance::percent_2}};
inline constexpr Named<tile::newcomputebench::VectorQuantizer> vector_quantizers[] = {
    {"e4m3", numeric::newcomputebench::e4m3},
    {"e5m2", numeric::newcomputebench::e5m2},
    {"e8m7", numeric::newcomputebench::e8m7},
    {"int8", numeric::newcomputebench::ScaleInteger{8}},
    {"int4", numeric::newcomputebench::ScaleInteger{4}},
    {"none", std::monostate{}}};

inline Index core_size(StrictObject& config, Index otherwise, Index most = 65536) {
  return config.integer<Index>("core_size", {.min = 1, .max = most}, otherwise);
}
/// bits of a DAC or ADC; 0: ideal
inline int converter_bits(StrictObject& config, std::string_view key, int otherwise) {
  const int bits = config.integer<int>(key, {.min = 0, .max = 16}, otherwise);
  if (bits == 1) config.fail(key, "an integer from 2 to 16, or 0 for an ideal converter");
  return bits;
}
/// Keys of the tutorial's schema that have no effect on a crossbar: inputs are signed, and their range is their
/// maximum.
inline void accept_input_range(StrictObject& config, TileModel model) {
  config.number("quantile", {.min = 0.0, .max = 1.0}, 1.0);
  if (!config.boolean("is_signed", true) && model == TileModel::physical) {
    config.fail("is_signed", "true: inputs of the physical model have a sign");
  }
}

inline tile::DigitalOperand read_operand(StrictObject& config, std::string_view format_key, std::string_view bits_key) {
  tile::DigitalOperand operand;
  operand.format = config.choice(format_key, number_formats, operand.format);
  const int otherwise = std::max(operand.aligned_bits, operand.format.floating.mantissa_bits + 4);
  operand.aligned_bits =
      config.integer<int>(bits_key, {.min = 0, .max = numeric::Aligner::max_magnitude_bits}, otherwise);
  return operand;
}
inline tile::DigitalFP8TileParams read_digital(StrictObject& config) {
  tile::DigitalFP8TileParams params;
  params.core_size = core_size(config, params.core_size);
  params.input = read_operand(config, "x_quant_type", "x_aligned_bits");
  params.weight = read_operand(config, "weight_quant_type", "weight_aligned_bits");
  params.rescale_dim = config.choice("rescale_dim", rescale_dims, params.rescale_dim);
  params.rounding = config.choice("rounding", roundings, params.rounding);
  params.input.amax_scale = params.weight.amax_scale = config.boolean("amax_scale", true);
  params.approximate = config.boolean("approximate_mode", false);
  return params;
}

/// What all crossbars have in common.
template <class Device>
void read_crossbar(StrictObject& config, tile::CrossbarTileParams<Device>& params) {
  params.core_size = core_size(config, params.core_size);
  params.encoding = config.choice("encoding", encodings, params.encoding);
  params.refresh = config.choice("noise_refresh", refreshes, params.refresh);
  params.dac.bits = converter_bits(config, "dac_bits", params.dac.bits);
  params.adc.bits = converter_bits(config, "adc_bits", params.adc.bits);
  const double bound = config.number("adc_bound", {.min = 0.0, .max = 1e6, .above_min = true}, params.adc.bound);
  params.adc.bound = static_cast<float>(bound);
  params.bound_management = config.boolean("bound_management", params.bound_management);
  accept_input_range(config, TileModel::physical);
}

template <class Device>
tile::CrossbarTileParams<Device> read_reram_cells(StrictObject& config, typename Device::Params device,
                                                  float read_noise) {
  tile::CrossbarTileParams<Device> params;
  params.weight_bits = config.integer<int>("num_bits", {.min = 2, .max = 16}, tile::reram_preset().weight_bits);
  params.device = device;
  const double noise = config.number("read_noise_magnitude", {.min = 0.0, .max = 1.0}, read_noise);
  params.additive_read_noise = static_cast<float>(noise);
  read_crossbar(config, params);
  return params;
}
inline device::WanTime read_wan_time(StrictObject& config) {
  const double time_s = config.number("time_s", {.min = 0.0}, 1.0);
  if (time_s != 1.0 && time_s != 86400.0 && time_s != 172800.0) {
    config.fail("time_s", "1, 86400 or 172800, the times after programming at which Wan 2022 measured");
  }
  return device::wan_time(time_s);
}
inline tile::AnyParams read_reram(StrictObject& config) {
  if (config.contains("noise_magnitude")) {
    if (config.contains("device_model")) config.fail("device_model", "absent where noise_magnitude says the noise");
    const double sigma = config.number("noise_magnitude", {.min = 0.0, .max = 1.0});
    return read_reram_cells<device::GaussianCell>(config, {.sigma = static_cast<float>(sigma)}, 0.0F);
  }
  if (config.choice("device_model", reram_devices, ReRAMDevice::wan2022) == ReRAMDevice::cmo) {
    device::CmoHfoxParams cmo;
    cmo.acceptance = config.choice("acceptance", cmo_acceptances, cmo.acceptance);
    cmo.t_s = config.number("time_s", {.min = 0.0}, cmo.t_s);
    return read_reram_cells<device::CmoHfox>(config, cmo, 0.0F);
  }
  const device::Wan2022Params wan{.time = read_wan_time(config)};
  return read_reram_cells<device::Wan2022>(config, wan, tile::reram_preset().additive_read_noise);
}

/// The terms that the schema names are off unless named; all else is as in the preset.
template <class Device>
tile::CrossbarTileParams<Device> read_pcm_cells(StrictObject& config) {
  const tile::PCMTile::Params preset = tile::pcm_preset();
  tile::CrossbarTileParams<Device> params;
  params.device = preset.device;
  params.device.programming_noise = config.boolean("programming_noise", false);
  params.device.read_noise = config.boolean("read_noise", false);
  params.read_noise = params.device.read_noise ? preset.read_noise : 0.0F;
  params.ir_drop.scale = config.boolean("ir_drop", false) ? preset.ir_drop.scale : 0.0F;
  params.output_noise = config.boolean("out_noise", false) ? preset.output_noise : 0.0F;
  params.device.drift = config.boolean("drift", preset.device.drift);
  params.drift_compensation = config.boolean("drift_compensation", preset.drift_compensation);
  params.device.t_s = config.number("time_s", {.min = 0.0}, preset.device.t_s);
  const int bits = config.integer<int>("num_bits", {.min = 2, .max = 16}, preset.adc.bits);
  params.adc.bits = bits;
  params.dac.bits = config.integer<int>("width", {.min = 2, .max = 16}, bits);
  config.number("gmax", {.min = 0.0, .above_min = true}, 25.0);  // noise is in fractions of it
  read_crossbar(config, params);
  return params;
}
inline tile::AnyParams read_pcm(StrictObject& config) {
  if (config.choice("device_model", pcm_devices, PcmDevice::joshi) == PcmDevice::hermes) {
    return read_pcm_cells<device::Pcm<device::HermesSinglePcm>>(config);
  }
  return read_pcm_cells<device::Pcm<device::JoshiPcm>>(config);
}

/// As the tutorial's code reads them: what is absent is off, without core_size a matrix is one block. Keys that it read
/// and did not use are checked and have no effect.
namespace literal {
inline tile::newcomputebench::DigitalTileParams read_digital(StrictObject& config) {
  tile::newcomputebench::DigitalTileParams params;
  params.core_size = core_size(config, 0);
  params.input = config.choice("x_quant_type", vector_quantizers, std::monostate{});
  params.weight = config.choice("weight_quant_type", vector_quantizers, std::monostate{});
  params.approximate = config.boolean("approximate_mode", false);
  config.choice("rescale_dim", rescale_dims, tile::RescaleDim::vector);
  return params;
}
inline tile::newcomputebench::ReRAMTileParams read_reram(StrictObject& config) {
  tile::newcomputebench::ReRAMTileParams params;
  params.core_size = core_size(config, 0);
  params.num_bits = config.integer<int>("num_bits", {.min = 1, .max = 16}, params.num_bits);
  params.weight_noise = static_cast<float>(config.number("weight_noise", {.min = 0.0, .max = 1e6}, 0.0));
  config.number("noise_magnitude", {.min = 0.0, .max = 1.0}, 0.0);
  accept_input_range(config, TileModel::newcomputebench);
  return params;
}
inline tile::newcomputebench::PCMTileParams read_pcm(StrictObject& config) {
  tile::newcomputebench::PCMTileParams params;
  params.core_size = core_size(config, params.core_size, 4096);
  params.width = config.integer<int>("width", {.min = 2, .max = 16}, params.width);
  params.gmax = static_cast<float>(config.number("gmax", {.min = 0.0, .max = 1e6, .above_min = true}, params.gmax));
  params.programming_noise = config.boolean("programming_noise", false);
  params.read_noise = config.boolean("read_noise", false);
  params.ir_drop = config.boolean("ir_drop", false);
  params.out_noise = config.boolean("out_noise", false);
  config.integer<int>("num_bits", {.min = 2, .max = 16}, 8);
  accept_input_range(config, TileModel::newcomputebench);
  return params;
}
}  // namespace literal

inline tile::AnyParams read_params(StrictObject& config, TileType type, TileModel model) {
  const bool physical = model == TileModel::physical;
  switch (type) {
    case TileType::original:
      return tile::IdealTileParams{.core_size = core_size(config, 0)};
    case TileType::digital:
      return physical ? tile::AnyParams(read_digital(config)) : literal::read_digital(config);
    case TileType::reram:
      return physical ? read_reram(config) : literal::read_reram(config);
    case TileType::pcm:
      return physical ? read_pcm(config) : literal::read_pcm(config);
  }
  throw std::invalid_argument("read_params: a tile type without a reader");
}
}  // namespace detail

/// The tile that one `config` asks for: tile_type, optionally model, and that tile's keys.
/// throws  std::invalid_argument as StrictObject: no tile_type; an unknown key, a wrong type, a value out of range
inline tile::AnyParams read_tile_params(StrictObject config, TileModel otherwise = TileModel::physical) {
  const TileModel model = config.choice("model", detail::tile_models, otherwise);
  const tile::AnyParams params = detail::read_params(config, config.choice("tile_type", detail::tile_types), model);
  config.finish();
  return params;
}

}  // namespace pim::io
