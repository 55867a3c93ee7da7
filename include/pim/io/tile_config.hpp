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

/// A layer whose products a tile can compute: how checkpoints and ledgers name it, and what it is.
enum class LayerKind { linear, conv2d };
struct Module {
  std::string path;
  LayerKind kind = LayerKind::linear;
};
/// The linear layers of these paths.
inline std::vector<Module> linear_modules(const std::vector<std::string>& paths) {
  std::vector<Module> modules;
  for (const std::string& path : paths) modules.push_back({path, LayerKind::linear});
  return modules;
}

/// Which layers of a model run in memory, and on which tile.
///
///   by: type                                by: name
///   linear:                                 classifier.dense:
///     config:                                 config:
///       tile_type: digital                      tile_type: pcm
///       core_size: 64                           programming_noise: true
///
/// `by: type` takes linear and conv2d and puts every layer of the type on the tile. `by: name` takes exact paths of
/// layers of either; the others stay digital. `model: physical` (the default) or `newcomputebench` stands at the top,
/// or in a config for it alone. docs/io.md has the table of all keys.
class TileConfig {
 public:
  /// All layers on the tile of a preset (tile/presets.hpp). modules: all linear and conv2d layers of the model; none:
  /// whatever layer is asked for.
  /// throws std::invalid_argument: an unknown name, with the nearest known one
  static TileConfig preset(std::string_view name, const std::vector<Module>& modules = {}) {
    TileConfig config(std::string(name), modules);
    config.put_on(tile::preset(name), std::nullopt);
    config.content_ = name;
    return config;
  }
  /// The content of a file. modules: all linear and conv2d layers of the model; none: there is no model, only a linear
  /// layer's product, and nothing to name.
  ///
  /// throws  std::invalid_argument, one line naming file, path and key: `by` missing or neither type nor name; a
  ///         layer type without a tile; a path that no layer has (with the nearest that one has); and as
  ///         read_tile_params
  static TileConfig parse(const Json& content, const std::string& file, const std::vector<Module>& modules) {
    TileConfig config(std::filesystem::path(file).stem().string(), modules);
    StrictObject top(content, file);
    enum class By { type, name };
    constexpr Named<By> by_names[] = {{"type", By::type}, {"name", By::name}};
    const By by = top.choice("by", by_names);
    const TileModel model = top.choice("model", detail::tile_models, TileModel::physical);
    if (by == By::type) {
      config.read_types(top, file, model);
    } else {
      config.read_names(top, file, model);
    }
    config.content_ = content.dump();
    return config;
  }

  /// The preset, or the file without folder and ending: what rows of results print.
  const std::string& name() const { return name_; }
  /// The preset's name, or the file's content as one line, and a restriction: equal only for the same tiles.
  const std::string& content() const { return content_; }
  /// The tile of the layer with this path; nullptr: it stays digital.
  const tile::AnyParams* find(std::string_view path) const& {
    if (every_) return &*every_;
    const auto at = named_.find(path);
    return at == named_.end() ? nullptr : &at->second;
  }
  const tile::AnyParams* find(std::string_view path) const&& = delete;  // would point into what is gone
  /// The same tiles for these layers alone, or for all but these; the others stay digital.
  /// throws std::invalid_argument: a path that no layer of the model has, with the nearest that one has; no model
  TileConfig only(const std::vector<std::string>& paths) const { return restricted(paths, true); }
  TileConfig without(const std::vector<std::string>& paths) const { return restricted(paths, false); }
  /// The same layers on the tiles that `change` makes of theirs:
  ///   config.transformed([](const tile::AnyParams& tile) { return tile::at_time(tile, 3600.0); })
  template <class Change>
  TileConfig transformed(const Change& change) const {
    TileConfig changed = *this;
    if (changed.every_) changed.every_ = change(*changed.every_);
    for (auto& [path, params] : changed.named_) params = change(params);
    return changed;
  }
  /// Whether `predicate` holds for the tile of any layer: config.any(tile::ages)
  template <class Predicate>
  bool any(const Predicate& predicate) const {
    return (every_ && predicate(*every_)) ||
           std::any_of(named_.begin(), named_.end(), [&](const auto& entry) { return predicate(entry.second); });
  }

 private:
  TileConfig(std::string name, std::vector<Module> modules) : name_(std::move(name)), modules_(std::move(modules)) {}

  /// All layers of a kind, or of both, on a tile.
  void put_on(const tile::AnyParams& params, std::optional<LayerKind> kind) {
    if (modules_.empty() && kind != LayerKind::conv2d) every_ = params;
    for (const Module& module : modules_) {
      if (!kind || module.kind == *kind) named_.emplace(module.path, params);
    }
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> paths;
    for (const Module& module : modules_) paths.push_back(module.path);
    return paths;
  }
  TileConfig restricted(const std::vector<std::string>& chosen, bool keep) const {
    if (modules_.empty()) throw std::invalid_argument("tile " + name_ + ": to choose layers takes a model");
    const std::vector<std::string> known = paths();
    const auto contains = [](const std::vector<std::string>& list, const std::string& path) {
      return std::find(list.begin(), list.end(), path) != list.end();
    };
    for (const std::string& path : chosen) {
      if (contains(known, path)) continue;
      throw std::invalid_argument("no linear or conv2d layer has the path " + in_quotes(path) +
                                  did_you_mean(path, known));
    }
    TileConfig config = *this;
    std::erase_if(config.named_, [&](const auto& entry) { return contains(chosen, entry.first) != keep; });
    config.content_ += (keep ? " only " : " without ") + join(chosen);
    return config;
  }

  static tile::AnyParams read_entry(StrictObject& top, std::string_view key, TileModel model) {
    StrictObject entry = top.object(key);
    const tile::AnyParams params = read_tile_params(entry.object("config"), model);
    entry.finish();
    return params;
  }
  void read_types(StrictObject& top, const std::string& file, TileModel model) {
    if (top.contains("linear")) put_on(read_entry(top, "linear", model), LayerKind::linear);
    if (top.contains("conv2d")) put_on(read_entry(top, "conv2d", model), LayerKind::conv2d);
    for (const char* digital : {"layer_norm", "attention", "attention_head", "gelu", "relu", "batch_norm"}) {
      if (!top.contains(digital)) continue;
      throw std::invalid_argument(printable(file) + ": " + digital +
                                  " layers have no tile; by: type takes linear and conv2d");
    }
    top.finish();
  }
  void read_names(StrictObject& top, const std::string& file, TileModel model) {
    const std::vector<std::string> known = paths();
    for (const std::string& key : top.keys()) {
      if (key == "by" || key == "model") continue;
      if (known.empty()) throw std::invalid_argument(printable(file) + ": by: name needs a model; use by: type here");
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        throw std::invalid_argument(printable(file) + ": no linear or conv2d layer has the path " + in_quotes(key) +
                                    did_you_mean(key, known));
      }
      named_.emplace(key, read_entry(top, key, model));
    }
  }

  std::string name_, content_;
  std::vector<Module> modules_;
  std::optional<tile::AnyParams> every_;  ///< of every layer, where no model says which there are
  std::map<std::string, tile::AnyParams, std::less<>> named_;
};

/// A preset's name or a .json file. modules: as for TileConfig::parse
/// throws  std::invalid_argument: neither; std::runtime_error: as read_json; and as TileConfig::parse
inline TileConfig read_tile_config(const std::string& name_or_json, const std::vector<Module>& modules) {
  if (name_or_json.ends_with(".json")) return TileConfig::parse(read_json(name_or_json), name_or_json, modules);
  return TileConfig::preset(name_or_json, modules);
}

}  // namespace pim::io
