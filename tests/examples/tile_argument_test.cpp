#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <pim/io/file.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"
#include "support/tile_argument.hpp"

using pim::app::load_tile;
using pim::test::message_of;
namespace tile = pim::tile;

/// A file of examples/configs/.
static std::string shipped(const std::string& name) {
  const std::filesystem::path root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  return (root / "examples" / "configs" / name).string();
}
/// The tile that a shipped file gives to linear layers.
static tile::AnyParams linear_of(const std::string& name) {
  const pim::io::TileConfig config = load_tile(shipped(name), {});
  REQUIRE(config.find("") != nullptr);
  return *config.find("");
}

TEST_CASE("load_tile: the example configurations are the tutorial's, on physical tiles", "[tile]") {
  const auto sram = std::get<tile::DigitalFP8TileParams>(linear_of("sram.yaml"));
  CHECK(sram.core_size == 64);
  CHECK(sram.input == tile::DigitalOperand{});
  CHECK(sram.weight == tile::DigitalOperand{});
  const auto reram = std::get<tile::GaussianReRAMTile::Params>(linear_of("reram.yaml"));
  CHECK(reram.core_size == 256);
  CHECK(reram.weight_bits == 3);
  CHECK(reram.device.sigma == 0.1F);
  const auto pcm = std::get<tile::PCMTile::Params>(linear_of("pcm.yaml"));
  CHECK(pcm.core_size == 256);
  CHECK(pcm.device.programming_noise);
  CHECK_FALSE(pcm.device.read_noise);
  CHECK(pcm.output_noise == 0.0F);
  CHECK(pcm.adc.bits == 8);
  CHECK(load_tile(shipped("pcm.yaml"), {}).name() == "pcm");
}

TEST_CASE("load_tile: presets, YAML and JSON; what is wrong names the argument", "[tile]") {
  const pim::test::TemporaryFolder folder;
  const std::string yaml = (folder / "a.yaml").string(), json = (folder / "b.json").string();
  pim::io::write_file(yaml, "by: name\nclassifier.dense:\n  config: {tile_type: pcm, core_size: 32}\n");
  pim::io::write_file(json, R"({"by": "type", "linear": {"config": {"tile_type": "original"}}})");
  CHECK(load_tile("ncb-sram", {}).name() == "ncb-sram");
  CHECK(load_tile(json, {}).name() == "b");
  const auto modules = pim::io::linear_modules({"classifier.dense", "classifier.out_proj"});
  const pim::io::TileConfig named = load_tile(yaml, modules);
  CHECK(named.find("classifier.dense") != nullptr);
  CHECK(named.find("classifier.out_proj") == nullptr);
  CHECK(message_of([&] { load_tile(yaml, {}); }) == yaml + ": by: name needs a model; use by: type here");
  CHECK(message_of([] { load_tile("missing.yaml", {}); }) ==
        "cannot read missing.yaml: No such file or directory; check the path");
  CHECK(message_of([] { load_tile("nosuch", {}); }).starts_with("unknown tile 'nosuch'"));
}
