#include <pim/tile/presets.hpp>

#include <pim/tile/conditions.hpp>

#include "support/catch.hpp"

using namespace pim;

/// The tile of each parameter type is the one that has it.
template <class... Tiles>
static constexpr bool each_found(std::type_identity<std::variant<Tiles...>>) {
  return (std::is_same_v<tile::Library::tile_of<typename Tiles::Params>, Tiles> && ...) && (tile::Tile<Tiles> && ...);
}
static_assert(each_found(std::type_identity<tile::Library::apply<std::variant>>()));

TEST_CASE("Library: ten tiles", "[tile]") { CHECK(std::variant_size_v<tile::Library::AnyParams> == 10); }

TEST_CASE("preset: each name is a tile; an unknown one names the nearest", "[tile][presets]") {
  for (const std::string_view name : tile::preset_names) CHECK_NOTHROW(tile::preset(name));
  CHECK(std::holds_alternative<tile::IdealTileParams>(tile::preset("ideal")));
  CHECK(std::get<tile::PCMTile::Params>(tile::preset("pcm")).device.t_s == 25.0);
  CHECK(std::get<tile::ReRAMTile::Params>(tile::preset("reram")).weight_bits == 4);
  CHECK(std::get<tile::newcomputebench::ReRAMTileParams>(tile::preset("ncb-reram")).num_bits == 3);
  CHECK(std::get<tile::newcomputebench::PCMTileParams>(tile::preset("ncb-pcm")).programming_noise);
  CHECK_THROWS_WITH(tile::preset("pmc"), "unknown tile 'pmc'; did you mean 'pcm'?");
  const auto sram = std::get<tile::DigitalFP8TileParams>(tile::preset("sram"));
  CHECK(sram.core_size == 64);
  CHECK(sram.input == tile::DigitalOperand{numeric::e4m3, 7, true, 1.0F});
  CHECK(sram.weight == sram.input);
}

TEST_CASE("at_time, ages, for_training: change what the tile has, and nothing else", "[tile][presets]") {
  const auto pcm = std::get<tile::PCMTile::Params>(tile::at_time(tile::preset("pcm"), 3600.0));
  CHECK(pcm.device.t_s == 3600.0);
  CHECK(pcm.read_noise == tile::pcm_preset().read_noise);
  const auto reram = std::get<tile::ReRAMTile::Params>(tile::at_time(tile::preset("reram"), 86400.0));
  CHECK(reram.device.time == device::WanTime::one_day);
  CHECK_THROWS_WITH(tile::at_time(tile::preset("reram"), 3600.0), ContainsSubstring("1, 86400 and 172800 s"));
  CHECK_NOTHROW(tile::at_time(tile::preset("sram"), 3600.0));
  for (const std::string_view name : tile::preset_names) {
    INFO(name);
    CHECK(tile::ages(tile::preset(name)) == (name == "pcm" || name == "reram"));
  }
  const auto trained = std::get<tile::PCMTile::Params>(tile::for_training(tile::preset("pcm")));
  CHECK(trained.refresh == tile::NoiseRefresh::each_forward);
  CHECK_NOTHROW(tile::for_training(tile::preset("ncb-pcm")));
}
TEST_CASE("with_drift_compensation: of tiles that age", "[tile][presets]") {
  const auto pcm = std::get<tile::PCMTile::Params>(tile::with_drift_compensation(tile::preset("pcm"), false));
  CHECK(!pcm.drift_compensation);
  CHECK(std::get<tile::PCMTile::Params>(tile::with_drift_compensation(pcm, true)).drift_compensation);
  CHECK_NOTHROW(tile::with_drift_compensation(tile::preset("sram"), false));
}
