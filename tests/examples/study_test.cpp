#include "support/study.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/study_flags.hpp"
#include "support/temporary.hpp"

using pim::cost::Ledger;
using pim::io::OrderedJson;
using pim::io::TileConfig;
using pim::test::message_of;
namespace action = pim::cost::action;

TEST_CASE("as_built: a layer without a tile multiplies in the digital unit and takes up no array", "[examples]") {
  const TileConfig tile = TileConfig::preset("pcm", pim::io::linear_modules({"a", "b"})).only({"b"});
  Ledger booked;
  for (const char* layer : {"a", "b"}) {
    const Ledger::Scope scope(booked, layer);
    booked.add(action::array, 1);
    booked.add(action::cell_write, 64, 8);
    booked.add(action::mac, 100, 10);
    booked.add(action::digital_add, 5);
  }
  const Ledger built = pim::app::as_built(booked, tile);
  CHECK(built[action::array] == 1);
  CHECK(built[action::cell_write] == 64);
  CHECK(built[action::mac] == 100);
  CHECK(built[action::digital_mac] == 100);
  CHECK(built[action::digital_add] == 10);
  CHECK(built.total(action::mac).serial_steps == 10);
  REQUIRE(!built.entries().empty());
  CHECK((built.entries()[0].layer == "a" && built.entries()[0].action == action::digital_mac));
  CHECK(pim::app::as_built(booked, TileConfig::preset("pcm"))[action::mac] == 200);  // every layer is on it
}

TEST_CASE("seed_means: equal keys, several seeds, the deviation over seeds", "[examples]") {
  const auto row = [](const char* tile, int seed, double score) {
    return OrderedJson{{"tile", tile}, {"score", score}, {"score_std", 0.5}, {"seed", seed}};
  };
  const OrderedJson rows = {row("a", 1, 0.5), row("b", 1, 0.75), row("a", 2, 1.0), row("a", 3, 1.5)};
  const OrderedJson means = pim::app::seed_means(rows, {"tile"}, "score");
  REQUIRE(means.size() == 1);
  CHECK(means[0] == OrderedJson{{"tile", "a"}, {"seed", "mean of 3"}, {"score", 1.0}, {"score_std", 0.5}});
  CHECK(pim::app::seed_means(OrderedJson::array(), {"tile"}, "score").empty());
}

TEST_CASE("load_tiles: what cannot be read at a time, or stands for two, is refused with a way out", "[examples]") {
  const auto load = [](const std::string& name) { return TileConfig::preset(name); };
  pim::app::StudyOptions options;
  CHECK(pim::app::load_tiles(options, load).size() == 3);
  options.times_s = {86400.0};
  CHECK(pim::app::load_tiles(options, load).size() == 3);
  options.times_s = {3600.0};
  const std::string refusal = message_of([&] { (void)pim::app::load_tiles(options, load); });
  CHECK_THAT(refusal, ContainsSubstring("--tile reram: ") && ContainsSubstring("measured 1, 86400 and 172800 s") &&
                          ContainsSubstring("; give --time-s one of its times, or --tile without it"));
  options.tiles = {"sram", "pcm"};
  CHECK(pim::app::load_tiles(options, load).size() == 2);
  options.tiles = {"pcm", "pcm"};
  CHECK_THAT(message_of([&] { (void)pim::app::load_tiles(options, load); }),
             ContainsSubstring("two tiles are called 'pcm'"));
}
