#pragma once
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/json_file.hpp>
#include <pim/io/strict_object.hpp>
#include <pim/io/tile_params.hpp>
#include <pim/tile/presets.hpp>

namespace pim::io {

/// Which layers of a model run in memory, and on which tile.
///
///   by: type                                by: name
///   linear:                                 classifier.dense:
///     config:                                 config:
///       tile_type: digital                      tile_type: pcm
///       core_size: 64                           programming_noise: true
///
/// `by: type` takes linear and conv2d and puts every layer of the type on the tile. `by: name` takes exact paths of
/// linear layers; the others stay digital. `model: physical` (the default) or `newcomputebench` stands at the top, or
/// in a config for it alone. docs/io.md has the table of all keys.
class TileConfig {
 public:
  /// Every linear layer on the tile of a preset (tile/presets.hpp).
  /// throws std::invalid_argument: an unknown name, with the nearest known one
  static TileConfig preset(std::string_view name) {
    TileConfig config{std::string(name)};
    config.linear_ = tile::preset(name);
    config.content_ = name;
    return config;
  }
  /// The content of a file. modules: paths of all linear layers of the model; none: there is no model, only a product,
  /// and nothing to name.
  ///
  /// throws  std::invalid_argument, one line naming file, path and key: `by` missing or neither type nor name; a
  ///         layer type without a tile; a path that no linear layer has (with the nearest that one has); and as
  ///         read_tile_params
  static TileConfig parse(const Json& content, const std::string& file, const std::vector<std::string>& modules) {
    TileConfig config(std::filesystem::path(file).stem().string());
    StrictObject top(content, file);
    enum class By { type, name };
    constexpr Named<By> by_names[] = {{"type", By::type}, {"name", By::name}};
    const By by = top.choice("by", by_names);
    const TileModel model = top.choice("model", detail::tile_models, TileModel::physical);
    if (by == By::type) {
      config.read_types(top, file, model);
    } else {
      config.read_names(top, file, model, modules);
    }
    config.content_ = content.dump();
    return config;
  }

  /// The preset, or the file without folder and ending: what rows of results print.
  const std::string& name() const { return name_; }
  /// The preset's name, or the file's content as one line: equal only for the same tiles.
  const std::string& content() const { return content_; }
  /// The tile of the linear layer with this path; nullptr: it stays digital.
  const tile::AnyParams* find(std::string_view module) const& {
    if (linear_) return &*linear_;
    const auto at = named_.find(module);
    return at == named_.end() ? nullptr : &at->second;
  }
  const tile::AnyParams* find(std::string_view module) const&& = delete;  // would point into what is gone
  /// The same layers on the tiles that `change` makes of theirs:
  ///   config.transformed([](const tile::AnyParams& tile) { return tile::at_time(tile, 3600.0); })
  template <class Change>
  TileConfig transformed(const Change& change) const {
    TileConfig changed = *this;
    if (changed.linear_) changed.linear_ = change(*changed.linear_);
    for (auto& [module, params] : changed.named_) params = change(params);
    return changed;
  }
  /// Whether `predicate` holds for the tile of any linear layer: config.any(tile::ages)
  template <class Predicate>
  bool any(const Predicate& predicate) const {
    return (linear_ && predicate(*linear_)) ||
           std::any_of(named_.begin(), named_.end(), [&](const auto& entry) { return predicate(entry.second); });
  }

 private:
  explicit TileConfig(std::string name) : name_(std::move(name)) {}

  static tile::AnyParams read_entry(StrictObject& top, std::string_view key, TileModel model) {
    StrictObject entry = top.object(key);
    const tile::AnyParams params = read_tile_params(entry.object("config"), model);
    entry.finish();
    return params;
  }
  void read_types(StrictObject& top, const std::string& file, TileModel model) {
    if (top.contains("linear")) linear_ = read_entry(top, "linear", model);
    if (top.contains("conv2d")) read_entry(top, "conv2d", model);  // checked; a transformer has no such layers
    for (const char* digital : {"layer_norm", "attention", "attention_head", "gelu", "relu", "batch_norm"}) {
      if (!top.contains(digital)) continue;
      throw std::invalid_argument(printable(file) + ": " + digital +
                                  " layers have no tile; by: type takes linear and conv2d");
    }
    top.finish();
  }
  void read_names(StrictObject& top, const std::string& file, TileModel model,
                  const std::vector<std::string>& modules) {
    for (const std::string& key : top.keys()) {
      if (key == "by" || key == "model") continue;
      if (modules.empty()) throw std::invalid_argument(printable(file) + ": by: name needs a model; use by: type here");
      if (std::find(modules.begin(), modules.end(), key) == modules.end()) {
        throw std::invalid_argument(printable(file) + ": no linear layer has the path " + in_quotes(key) +
                                    did_you_mean(key, modules));
      }
      named_.emplace(key, read_entry(top, key, model));
    }
  }

  std::string name_, content_;
  std::optional<tile::AnyParams> linear_;  ///< of every linear layer
  std::map<std::string, tile::AnyParams, std::less<>> named_;
};

/// A preset's name or a .json file. modules: as for TileConfig::parse
/// throws  std::invalid_argument: neither; std::runtime_error: as read_json; and as TileConfig::parse
inline TileConfig read_tile_config(const std::string& name_or_json, const std::vector<std::string>& modules) {
  if (name_or_json.ends_with(".json")) return TileConfig::parse(read_json(name_or_json), name_or_json, modules);
  return TileConfig::preset(name_or_json);
}

}  // namespace pim::io
