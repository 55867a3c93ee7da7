#include <pim/io/tile_config.hpp>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <pim/model/module_names.hpp>

#include "golden/golden_files.hpp"
#include "support/catch.hpp"

using pim::io::TileConfig;
using pim::test::Json;

/// The model that a file speaks of, by the names of its modules.
static pim::model::EncoderConfig encoder(const Json& file) {
  pim::model::EncoderConfig config;
  config.num_hidden_layers = file.at("num_hidden_layers").get<pim::Index>();
  const bool bert = file.at("category").contains("bert");
  config.architecture = bert ? pim::model::Architecture::bert : pim::model::Architecture::roberta;
  return config;
}

/// Whether NewComputeBench ignored an entry of the configuration: a type of layer that it never replaced, or a path
/// that no linear layer has.
static bool holds_ignored_entry(const Json& q_config, const std::vector<std::string>& linears) {
  for (const auto& [key, entry] : q_config.items()) {
    if (key == "by") continue;
    const bool replaced = q_config.at("by") == "type" ? key == "linear" || key == "conv2d"
                                                      : std::find(linears.begin(), linears.end(), key) != linears.end();
    if (!replaced) return true;
  }
  return false;
}
static pim::Index core_size(const pim::tile::AnyParams& params) {
  return std::visit([](const auto& p) { return p.core_size; }, params);
}

TEST_CASE("golden transform: the model's linear layers have the paths of its linear modules", "[golden][transform]") {
  for (const pim::test::GoldenFile* file : pim::test::golden_files("transform")) {
    INFO(file->name);
    std::set<std::string> want;
    for (const auto& [module, category] : file->content.at("category").items()) {
      if (category == "linear") want.insert(module);
    }
    const std::vector<std::string> got = pim::model::linear_names(encoder(file->content));
    CHECK(std::set<std::string>(got.begin(), got.end()) == want);
    CHECK(got.size() == want.size());
  }
}

TEST_CASE("golden transform: which layers a configuration puts on tiles, and of what size", "[golden][transform]") {
  for (const pim::test::GoldenFile* file : pim::test::golden_files("transform")) {
    const std::vector<std::string> linears = pim::model::linear_names(encoder(file->content));
    for (const Json& golden : file->content.at("cases")) {
      INFO(file->name << " " << golden.at("name"));
      const Json& q_config = golden.at("q_config");
      const auto parse = [&] { return TileConfig::parse(q_config, "q_config", pim::io::linear_modules(linears)); };
      if (golden.at("result").contains("error")) {
        CHECK_THROWS_AS(parse(), std::invalid_argument);
        continue;
      }
      if (holds_ignored_entry(q_config, linears)) {  // an error for a user's configuration
        std::printf("silently ignored by NewComputeBench, an error here: %s\n",
                    golden.at("name").get<std::string>().c_str());
        CHECK_THROWS_AS(parse(), std::invalid_argument);
        continue;
      }
      const TileConfig config = parse();
      const Json& replaced = golden.at("result").at("replaced");
      const Json& sizes = golden.at("result").at("core_size");
      for (const std::string& module : linears) {
        INFO(module);
        const pim::tile::AnyParams* found = config.find(module);
        CHECK((found != nullptr) == replaced.contains(module));
        const bool sized = found != nullptr && sizes.contains(module) && sizes.at(module).is_number();
        if (sized) CHECK(core_size(*found) == sizes.at(module).get<pim::Index>());
      }
    }
  }
}
