#include <pim/io/tile_config.hpp>

#include <string>
#include <vector>

#include <pim/tile/conditions.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"

namespace ncb = pim::tile::newcomputebench;
namespace numeric = pim::numeric;
using pim::io::Json;
using pim::io::LayerKind;
using pim::io::Module;
using pim::io::read_tile_config;
using pim::io::TileConfig;
using pim::test::message_of;
using pim::tile::AnyParams;

static const std::vector<Module> modules = pim::io::linear_modules(
    {"bert.encoder.layer.0.attention.self.query", "bert.encoder.layer.0.output.dense", "bert.pooler.dense"});
static const std::vector<Module> network = {
    {"conv1", LayerKind::conv2d}, {"layer1.0.conv1", LayerKind::conv2d}, {"fc", LayerKind::linear}};

static TileConfig parse(const std::string& text) {
  return TileConfig::parse(Json::parse(text), "study/a.yaml", modules);
}
static std::string complaint(const std::string& text) {
  return message_of([&] { parse(text); });
}
/// A file that puts every linear layer on the tile of `config`.
static std::string by_type(const std::string& config) {
  return R"({"by": "type", "linear": {"config": )" + config + "}}";
}
/// The parameters that a config's text stands for.
template <class Tile>
static typename Tile::Params params(const std::string& config) {
  const TileConfig parsed = parse(by_type(config));
  const AnyParams* found = parsed.find("bert.pooler.dense");
  REQUIRE(found != nullptr);
  REQUIRE(std::holds_alternative<typename Tile::Params>(*found));
  return std::get<typename Tile::Params>(*found);
}
template <class Tile>
static typename Tile::Params literal(std::string config) {
  return params<Tile>(config.insert(1, R"("model": "newcomputebench", )"));
}
/// What is wrong with a config, without "a.yaml: ".
static std::string fault(const std::string& config) {
  const std::string message = complaint(by_type(config)), source = "study/a.yaml: ";
  return message.starts_with(source) ? message.substr(source.size()) : message;
}

TEST_CASE("TileConfig: a preset puts every layer on its tile", "[config]") {
  for (const std::string_view name : pim::tile::preset_names) {
    const TileConfig config = TileConfig::preset(name);
    CHECK(config.name() == name);
    REQUIRE(config.find("any.layer") != nullptr);
    CHECK(config.find("any.layer")->index() == pim::tile::preset(name).index());
  }
  CHECK(message_of([] { TileConfig::preset("srm"); }) == "unknown tile 'srm'; did you mean 'sram'?");
}

TEST_CASE("TileConfig: by type", "[config]") {
  const TileConfig config = parse(R"({"by": "type",
      "linear": {"config": {"tile_type": "original", "core_size": 16}},
      "conv2d": {"config": {"tile_type": "pcm", "core_size": 32}}})");
  CHECK(config.name() == "a");
  for (const Module& module : modules) {
    REQUIRE(config.find(module.path) != nullptr);
    CHECK(std::get<pim::tile::IdealTileParams>(*config.find(module.path)).core_size == 16);
  }
  const TileConfig convolutions = parse(R"({"by": "type", "conv2d": {"config": {"tile_type": "pcm"}}})");
  CHECK(convolutions.find(modules[0].path) == nullptr);
  CHECK(complaint(R"({"by": "type", "conv2d": {"config": {"tile_type": "pcm", "core_size": -1}}})") ==
        "study/a.yaml: conv2d.config.core_size is -1, expected an integer from 1 to 65536");
}

TEST_CASE("TileConfig: by name", "[config]") {
  const TileConfig config = parse(R"({"by": "name",
      "bert.pooler.dense": {"config": {"tile_type": "digital"}},
      "bert.encoder.layer.0.output.dense": {"config": {"tile_type": "original", "core_size": 8}}})");
  REQUIRE(config.find("bert.pooler.dense") != nullptr);
  CHECK(std::holds_alternative<pim::tile::DigitalFP8TileParams>(*config.find("bert.pooler.dense")));
  REQUIRE(config.find("bert.encoder.layer.0.output.dense") != nullptr);
  CHECK(config.find("bert.encoder.layer.0.attention.self.query") == nullptr);
}

TEST_CASE("TileConfig: convolutions and linear layers of a network", "[config]") {
  const auto of_network = [](const std::string& text) {
    return TileConfig::parse(Json::parse(text), "study/a.yaml", network);
  };
  const TileConfig both = of_network(R"({"by": "type",
      "linear": {"config": {"tile_type": "digital"}}, "conv2d": {"config": {"tile_type": "pcm"}}})");
  CHECK(std::holds_alternative<pim::tile::PCMTile::Params>(*both.find("layer1.0.conv1")));
  CHECK(std::holds_alternative<pim::tile::DigitalFP8TileParams>(*both.find("fc")));
  CHECK(both.find("layer1.0") == nullptr);
  CHECK(both.any(pim::tile::ages));
  const TileConfig convolutions = of_network(R"({"by": "type", "conv2d": {"config": {"tile_type": "pcm"}}})");
  CHECK(convolutions.find("conv1") != nullptr);
  CHECK(convolutions.find("fc") == nullptr);
  const TileConfig named = of_network(R"({"by": "name",
      "conv1": {"config": {"tile_type": "digital"}}, "fc": {"config": {"tile_type": "pcm"}}})");
  CHECK(std::holds_alternative<pim::tile::DigitalFP8TileParams>(*named.find("conv1")));
  CHECK(named.find("layer1.0.conv1") == nullptr);
  const TileConfig preset = read_tile_config("pcm", network);
  for (const Module& module : network) CHECK(preset.find(module.path) != nullptr);
  // What no layer of the model is on counts for nothing.
  CHECK_FALSE(
      parse(R"({"by": "type", "conv2d": {"config": {"tile_type": "pcm"}}})").any([](const auto&) { return true; }));
}

TEST_CASE("TileConfig: restricted to some layers, or to all but some", "[config]") {
  const TileConfig all = TileConfig::preset("reram", network);
  const TileConfig inner = all.without({"conv1", "fc"}), first = all.only({"conv1"});
  CHECK(inner.find("conv1") == nullptr);
  CHECK(inner.find("fc") == nullptr);
  CHECK(inner.find("layer1.0.conv1") != nullptr);
  CHECK(first.find("conv1") != nullptr);
  CHECK(first.find("fc") == nullptr);
  CHECK(first.name() == "reram");
  CHECK(all.content() == "reram");
  CHECK(inner.content() != first.content());
  CHECK_FALSE(first.without({"conv1"}).any([](const auto&) { return true; }));
  CHECK(message_of([&] {
          all.only({"fc", "layer1.0.conv"});
        }) == "no linear or conv2d layer has the path 'layer1.0.conv'; did you mean 'layer1.0.conv1'?");
  CHECK(message_of([&] { all.without({"cf"}); }) == "no linear or conv2d layer has the path 'cf'; did you mean 'fc'?");
  CHECK(message_of([] { TileConfig::preset("pcm").only({"fc"}); }) == "tile pcm: to choose layers takes a model");
}

TEST_CASE("TileConfig: which model, at the top and in a config", "[config]") {
  const TileConfig config = parse(R"({"by": "name", "model": "newcomputebench",
      "bert.pooler.dense": {"config": {"tile_type": "pcm"}},
      "bert.encoder.layer.0.output.dense": {"config": {"tile_type": "pcm", "model": "physical"}}})");
  CHECK(std::holds_alternative<ncb::PCMTileParams>(*config.find("bert.pooler.dense")));
  CHECK(std::holds_alternative<pim::tile::PCMTile::Params>(*config.find("bert.encoder.layer.0.output.dense")));
  CHECK(complaint(R"({"by": "type", "model": "ncb"})") ==
        "study/a.yaml: model is 'ncb', expected one of physical, newcomputebench; did you mean 'physical'?");
}

TEST_CASE("TileConfig: the same layers on changed tiles", "[config]") {
  const TileConfig config = parse(R"({"by": "name",
      "bert.pooler.dense": {"config": {"tile_type": "pcm", "time_s": 60}},
      "bert.encoder.layer.0.output.dense": {"config": {"tile_type": "digital"}}})");
  const TileConfig later = config.transformed([](const AnyParams& tile) { return pim::tile::at_time(tile, 3600.0); });
  CHECK(std::get<pim::tile::PCMTile::Params>(*config.find("bert.pooler.dense")).device.t_s == 60.0);
  CHECK(std::get<pim::tile::PCMTile::Params>(*later.find("bert.pooler.dense")).device.t_s == 3600.0);
  CHECK(later.find(modules[0].path) == nullptr);
  CHECK(later.name() == "a");
  CHECK(config.any(pim::tile::ages));
  CHECK_FALSE(TileConfig::preset("sram").any(pim::tile::ages));
  const TileConfig training = TileConfig::preset("reram").transformed(pim::tile::for_training);
  CHECK(std::get<pim::tile::ReRAMTile::Params>(*training.find("x")).refresh == pim::tile::NoiseRefresh::each_forward);
}

TEST_CASE("TileConfig: digital, every key", "[config]") {
  using Tile = pim::tile::DigitalFP8Tile;
  const Tile::Params preset = std::get<Tile::Params>(pim::tile::preset("sram"));
  const Tile::Params plain = params<Tile>(R"({"tile_type": "digital"})");
  CHECK(plain.core_size == 64);
  CHECK(plain.input == preset.input);
  CHECK(plain.weight == preset.weight);
  CHECK(plain.rescale_dim == preset.rescale_dim);
  CHECK(plain.rounding == preset.rounding);
  CHECK_FALSE(plain.approximate);

  const Tile::Params all = params<Tile>(R"({"tile_type": "digital", "core_size": 32, "rescale_dim": "matrix",
      "x_quant_type": "e5m2", "weight_quant_type": "int4", "x_aligned_bits": 9, "weight_aligned_bits": 0,
      "rounding": "truncate", "amax_scale": false, "approximate_mode": true})");
  CHECK(all.core_size == 32);
  CHECK(all.rescale_dim == pim::tile::RescaleDim::matrix);
  CHECK(all.input == pim::tile::DigitalOperand{.format = numeric::e5m2, .aligned_bits = 9, .amax_scale = false});
  CHECK(all.weight == pim::tile::DigitalOperand{.format = numeric::int4, .aligned_bits = 0, .amax_scale = false});
  CHECK(all.rounding == numeric::Rounding::toward_zero);
  CHECK(all.approximate);

  const Tile::Params others = params<Tile>(R"({"tile_type": "digital", "x_quant_type": "e8m7",
      "weight_quant_type": "int8", "rescale_dim": "vector", "rounding": "nearest"})");
  CHECK(others.input.format == numeric::NumberFormat(numeric::bf16));
  CHECK(others.input.aligned_bits == 11);  // 8 significant bits and room for 3 of spread, as in E4M3
  CHECK(others.weight.format == numeric::int8);
}

TEST_CASE("TileConfig: reram, every key", "[config]") {
  using pim::tile::Encoding;
  const auto preset = std::get<pim::tile::ReRAMTile::Params>(pim::tile::preset("reram"));
  const auto plain = params<pim::tile::ReRAMTile>(R"({"tile_type": "reram"})");
  CHECK(plain.core_size == preset.core_size);
  CHECK(plain.weight_bits == preset.weight_bits);
  CHECK(plain.device.time == preset.device.time);
  CHECK(plain.additive_read_noise == preset.additive_read_noise);
  CHECK(plain.dac.bits == preset.dac.bits);
  CHECK(plain.adc.bits == preset.adc.bits);

  const auto gaussian = params<pim::tile::GaussianReRAMTile>(R"({"tile_type": "reram", "core_size": 256, "num_bits": 3,
      "noise_magnitude": 0.1, "quantile": 0.99, "is_signed": true})");
  CHECK(gaussian.core_size == 256);
  CHECK(gaussian.weight_bits == 3);
  CHECK(gaussian.device.sigma == 0.1F);
  CHECK(gaussian.additive_read_noise == 0.0F);

  const auto wan = params<pim::tile::ReRAMTile>(R"({"tile_type": "reram", "device_model": "wan2022",
      "time_s": 86400, "read_noise_magnitude": 0.02, "dac_bits": 6, "adc_bits": 0, "adc_bound": 12,
      "bound_management": true, "encoding": "single_device", "noise_refresh": "each_forward"})");
  CHECK(wan.device.time == pim::device::WanTime::one_day);
  CHECK(wan.additive_read_noise == 0.02F);
  CHECK(wan.dac.bits == 6);
  CHECK(wan.adc.bits == 0);
  CHECK(wan.adc.bound == 12.0F);
  CHECK(wan.bound_management);
  CHECK(wan.encoding == Encoding::single_device);
  CHECK(wan.refresh == pim::tile::NoiseRefresh::each_forward);

  const auto cmo = params<pim::tile::CmoReRAMTile>(R"({"tile_type": "reram", "device_model": "cmo",
      "acceptance": "2%", "time_s": 0.5})");
  CHECK(cmo.device.acceptance == pim::device::CmoAcceptance::percent_2);
  CHECK(cmo.device.t_s == 0.5);
  CHECK(cmo.encoding == Encoding::differential_pair);
}

TEST_CASE("TileConfig: pcm, every key", "[config]") {
  const auto preset = std::get<pim::tile::PCMTile::Params>(pim::tile::preset("pcm"));
  const auto plain = params<pim::tile::PCMTile>(R"({"tile_type": "pcm"})");  // the terms of the schema are off
  CHECK(plain.core_size == preset.core_size);
  CHECK_FALSE(plain.device.programming_noise);
  CHECK_FALSE(plain.device.read_noise);
  CHECK(plain.read_noise == 0.0F);
  CHECK(plain.ir_drop.scale == 0.0F);
  CHECK(plain.output_noise == 0.0F);
  CHECK(plain.device.drift);
  CHECK(plain.drift_compensation);
  CHECK(plain.device.t_s == preset.device.t_s);

  const auto terms = params<pim::tile::PCMTile>(R"({"tile_type": "pcm", "core_size": 256, "num_bits": 8,
      "programming_noise": true, "read_noise": true, "ir_drop": true, "out_noise": true})");
  CHECK(terms.device.programming_noise);  // the preset, in full
  CHECK(terms.device.read_noise);
  CHECK(terms.read_noise == preset.read_noise);
  CHECK(terms.additive_read_noise == preset.additive_read_noise);
  CHECK(terms.ir_drop.scale == preset.ir_drop.scale);
  CHECK(terms.output_noise == preset.output_noise);
  CHECK(terms.weight_bits == preset.weight_bits);
  CHECK(terms.dac.bits == preset.dac.bits);
  CHECK(terms.adc.bound == preset.adc.bound);

  const auto others = params<pim::tile::PCMTile>(R"({"tile_type": "pcm", "core_size": 100, "num_bits": 6, "gmax": 5,
      "drift": false, "drift_compensation": false, "time_s": 3600, "adc_bound": 9.5, "bound_management": true,
      "quantile": 1.0, "is_signed": true, "device_model": "joshi"})");
  CHECK(others.core_size == 100);
  CHECK(others.dac.bits == 6);
  CHECK(others.adc.bits == 6);
  CHECK_FALSE(others.device.drift);
  CHECK_FALSE(others.drift_compensation);
  CHECK(others.device.t_s == 3600.0);
  CHECK(others.adc.bound == 9.5F);
  CHECK(others.bound_management);

  const auto width = params<pim::tile::PCMTile>(R"({"tile_type": "pcm", "num_bits": 6, "width": 7})");
  CHECK(width.dac.bits == 7);
  CHECK(width.adc.bits == 6);
  const auto each = params<pim::tile::PCMTile>(R"({"tile_type": "pcm", "num_bits": 6, "dac_bits": 0, "adc_bits": 5})");
  CHECK(each.dac.bits == 0);
  CHECK(each.adc.bits == 5);
  CHECK(params<pim::tile::HermesPCMTile>(R"({"tile_type": "pcm", "device_model": "hermes", "read_noise": true})")
            .device.read_noise);
}

TEST_CASE("TileConfig: the tutorial's own equations, every key", "[config]") {
  const auto digital = literal<ncb::DigitalTile>(R"({"tile_type": "digital", "core_size": 16, "rescale_dim": "vector",
      "x_quant_type": "e5m2", "weight_quant_type": "int8", "approximate_mode": true})");
  CHECK(digital.core_size == 16);
  CHECK(std::get<numeric::newcomputebench::BlockFixedPoint>(digital.input).exponent_bits == 5);
  CHECK(std::get<numeric::newcomputebench::ScaleInteger>(digital.weight).bits == 8);
  CHECK(digital.approximate);
  const auto bare = literal<ncb::DigitalTile>(R"({"tile_type": "digital", "x_quant_type": "none"})");
  CHECK(bare.core_size == 0);  // one block
  CHECK(std::holds_alternative<std::monostate>(bare.input));
  CHECK(std::holds_alternative<std::monostate>(bare.weight));
  for (const auto& [name, bits] : std::vector<std::pair<std::string, int>>{{"e4m3", 3}, {"e8m7", 7}}) {
    const auto format = literal<ncb::DigitalTile>(R"({"tile_type": "digital", "x_quant_type": ")" + name + "\"}");
    CHECK(std::get<numeric::newcomputebench::BlockFixedPoint>(format.input).mantissa_bits == bits);
  }
  const auto int4 = literal<ncb::DigitalTile>(R"({"tile_type": "digital", "x_quant_type": "int4"})");
  CHECK(std::get<numeric::newcomputebench::ScaleInteger>(int4.input).bits == 4);

  const auto reram = literal<ncb::ReRAMTile>(R"({"tile_type": "reram", "core_size": 256, "num_bits": 3,
      "weight_noise": 0.02, "noise_magnitude": 0.1, "quantile": 0.999})");
  CHECK(reram.core_size == 256);
  CHECK(reram.num_bits == 3);
  CHECK(reram.weight_noise == 0.02F);
  CHECK(literal<ncb::ReRAMTile>(R"({"tile_type": "reram", "noise_magnitude": 0.1})").weight_noise == 0.0F);  // as there
  CHECK(literal<ncb::ReRAMTile>(R"({"tile_type": "reram"})").num_bits == 8);

  const auto pcm = literal<ncb::PCMTile>(R"({"tile_type": "pcm", "core_size": 64, "num_bits": 6, "width": 4, "gmax": 25,
      "programming_noise": true, "read_noise": true, "ir_drop": true, "out_noise": true, "is_signed": false})");
  CHECK(pcm.core_size == 64);
  CHECK(pcm.width == 4);
  CHECK(pcm.gmax == 25.0F);
  CHECK((pcm.programming_noise && pcm.read_noise && pcm.ir_drop && pcm.out_noise));
  const auto off = literal<ncb::PCMTile>(R"({"tile_type": "pcm"})");
  CHECK(off.width == 8);
  CHECK(off.gmax == 5.0F);
  CHECK_FALSE((off.programming_noise || off.read_noise || off.ir_drop || off.out_noise));
}

TEST_CASE("TileConfig: errors of the file as a whole", "[config]") {
  CHECK(complaint("[1]") == "study/a.yaml: the content is a list, expected an object of keys and values");
  CHECK(complaint("{}") == "study/a.yaml: key 'by' is missing at the top level; add it");
  CHECK(complaint(R"({"By": "type"})") == "study/a.yaml: key 'by' is missing at the top level; is it 'By'?");
  CHECK(complaint(R"({"by": "regex"})") ==
        "study/a.yaml: by is 'regex', expected one of type, name; did you mean 'type'?");
  CHECK(complaint(R"({"by": 1})") == "study/a.yaml: by is 1, expected one of type, name");
  CHECK(complaint(R"({"by": "type", "liner": {}})") ==
        "study/a.yaml: unknown key 'liner' at the top level; did you mean 'linear'?");
  for (const char* digital : {"layer_norm", "attention", "attention_head", "gelu", "relu", "batch_norm"}) {
    CHECK(complaint(R"({"by": "type", ")" + std::string(digital) + R"(": {"config": {"tile_type": "digital"}}})") ==
          "study/a.yaml: " + std::string(digital) + " layers have no tile; by: type takes linear and conv2d");
  }
  CHECK(complaint(R"({"by": "type", "linear": 3})") ==
        "study/a.yaml: linear is 3, expected an object of keys and values");
  CHECK(complaint(R"({"by": "type", "linear": {"tile_type": "pcm"}})") ==
        "study/a.yaml: key 'config' is missing in linear; add it");
  CHECK(complaint(R"({"by": "type", "linear": {"config": {"tile_type": "pcm"}, "name": "x"}})") ==
        "study/a.yaml: unknown key 'name' in linear; did you mean 'config'?");
  CHECK(complaint(R"({"by": "type", "linear": {"config": {}}})") ==
        "study/a.yaml: key 'tile_type' is missing in linear.config; add it");
  CHECK(complaint(R"({"by": "name", "bert.poler.dense": {"config": {"tile_type": "pcm"}}})") ==
        "study/a.yaml: no linear or conv2d layer has the path 'bert.poler.dense'; did you mean 'bert.pooler.dense'?");
  CHECK(complaint(R"({"by": "name", "bert.pooler.dense": {"config": {"tile_type": "pcm", "coresize": 1}}})") ==
        "study/a.yaml: unknown key 'coresize' in bert.pooler.dense.config; did you mean 'core_size'?");
  CHECK(message_of([] { TileConfig::parse(Json::parse(R"({"by": "name", "x": {}})"), "a.json", {}); }) ==
        "a.json: by: name needs a model; use by: type here");
}

TEST_CASE("TileConfig: errors of a config", "[config]") {
  CHECK(fault(R"({"tile_type": "digtal"})") ==
        "linear.config.tile_type is 'digtal', expected one of digital, reram, pcm, original; did you mean 'digital'?");
  CHECK(fault(R"({"tile_type": "original", "num_bits": 8})") ==
        "unknown key 'num_bits' in linear.config; did you mean 'core_size'?");
  const std::string formats = ", expected one of e4m3, e5m2, e8m7, int8, int4; did you mean ";
  CHECK(fault(R"({"tile_type": "digital", "x_quant_type": "e4m4"})") ==
        "linear.config.x_quant_type is 'e4m4'" + formats + "'e4m3'?");
  CHECK(fault(R"({"tile_type": "digital", "weight_quant_type": "none"})") ==
        "linear.config.weight_quant_type is 'none'" + formats + "'e4m3'?");
  CHECK(fault(R"({"tile_type": "digital", "rescale_dim": "element"})") ==
        "linear.config.rescale_dim is 'element', expected one of vector, matrix; did you mean 'vector'?");
  CHECK(fault(R"({"tile_type": "digital", "rounding": "up"})").find("nearest, truncate") != std::string::npos);
  CHECK(fault(R"({"tile_type": "digital", "approximate_mode": "yes"})") ==
        "linear.config.approximate_mode is 'yes', expected true or false");
  CHECK(fault(R"({"tile_type": "digital", "x_aligned_bits": 41})") ==
        "linear.config.x_aligned_bits is 41, expected an integer from 0 to 40");
  CHECK(fault(R"({"tile_type": "digital", "core_size": 64.5})") ==
        "linear.config.core_size is 64.5, expected an integer from 1 to 65536");
  CHECK(fault(R"({"tile_type": "digital", "noise_magnitude": 0.1})").starts_with("unknown key 'noise_magnitude'"));

  CHECK(fault(R"({"tile_type": "reram", "num_bits": 1})") ==
        "linear.config.num_bits is 1, expected an integer from 2 to 16");
  CHECK(fault(R"({"tile_type": "reram", "noise_magnitude": -0.1})") ==
        "linear.config.noise_magnitude is -0.1, expected a number from 0.0 to 1.0");
  CHECK(fault(R"({"tile_type": "reram", "noise_magnitude": 0.1, "device_model": "cmo"})") ==
        "linear.config.device_model is 'cmo', expected absent where noise_magnitude says the noise");
  CHECK(fault(R"({"tile_type": "reram", "device_model": "wan2023"})") ==
        "linear.config.device_model is 'wan2023', expected one of wan2022, cmo; did you mean 'wan2022'?");
  CHECK(fault(R"({"tile_type": "reram", "time_s": 60})") ==
        "linear.config.time_s is 60, expected 1, 86400 or 172800, the times after programming at which Wan 2022 "
        "measured");
  CHECK(fault(R"({"tile_type": "reram", "quantile": 1.5})") ==
        "linear.config.quantile is 1.5, expected a number from 0.0 to 1.0");
  CHECK(fault(R"({"tile_type": "reram", "weight_noise": 0.1})").starts_with("unknown key 'weight_noise'"));
  CHECK(fault(R"({"tile_type": "reram", "noise_magnitud": 0.1})") ==
        "unknown key 'noise_magnitud' in linear.config; did you mean 'noise_magnitude'?");

  CHECK(fault(R"({"tile_type": "pcm", "read_nois": true})") ==
        "unknown key 'read_nois' in linear.config; did you mean 'read_noise'?");
  CHECK(fault(R"({"tile_type": "pcm", "read_noise": 1})") == "linear.config.read_noise is 1, expected true or false");
  CHECK(fault(R"({"tile_type": "pcm", "adc_bits": 1})") ==
        "linear.config.adc_bits is 1, expected an integer from 2 to 16, or 0 for an ideal converter");
  CHECK(fault(R"({"tile_type": "pcm", "time_s": -1})") ==
        "linear.config.time_s is -1, expected a number of at least 0.0");
  CHECK(fault(R"({"tile_type": "pcm", "gmax": 0})") == "linear.config.gmax is 0, expected a number above 0.0");
  CHECK(fault(R"({"tile_type": "pcm", "is_signed": false})") ==
        "linear.config.is_signed is false, expected true: inputs of the physical model have a sign");
  CHECK(fault(R"({"tile_type": "pcm", "model": "newcomputebench", "time_s": 25})").starts_with("unknown key 'time_s'"));
  CHECK(fault(R"({"tile_type": "pcm", "model": "newcomputebench", "width": 17})") ==
        "linear.config.width is 17, expected an integer from 2 to 16");
}

TEST_CASE("read_tile_config: a preset or a JSON file", "[config]") {
  const pim::test::TemporaryFolder folder;
  const std::string file = (folder / "small.json").string();
  pim::io::write_json(file, Json::parse(by_type(R"({"tile_type": "digital", "core_size": 32})")));
  const TileConfig config = read_tile_config(file, {});
  CHECK(config.name() == "small");
  CHECK(std::get<pim::tile::DigitalFP8TileParams>(*config.find("")).core_size == 32);
  CHECK(read_tile_config("ncb-pcm", {}).name() == "ncb-pcm");
  CHECK(message_of([] { read_tile_config("nosuch.json", {}); }).find("nosuch.json") != std::string::npos);
  CHECK(message_of([] { read_tile_config("nosuch", {}); }).starts_with("unknown tile 'nosuch'"));
}
