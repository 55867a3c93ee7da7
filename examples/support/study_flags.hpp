#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <pim/core/matrix.hpp>
#include <pim/io/tile_config.hpp>

namespace CLI {
class App;
}

/// Flags of programs that train a network, put it on tiles and fine-tune it through them.
namespace pim::app {

/// What flags say. Programs differ in what they say unless given.
struct StudyOptions {
  std::vector<std::string> tiles = {"sram", "reram", "pcm"};
  std::vector<std::string> modes = {"original", "post-training"};
  std::string start = "base";
  Index epochs = 3, batch = 64, max_train = 0;
  double rate = 1e-3;
  int seeds = 1, instances = 1;
  std::vector<double> times_s;
  std::vector<std::string> compensation;
  std::string output;
  bool resume = false;
  std::optional<std::string> architecture;
  bool cost = false, bounds = false;
  std::string html;

  bool runs(const std::string& mode) const;
};

/// How a program's help speaks of what it studies, and whether it also takes the names of HuggingFace's scripts.
struct StudyWords {
  std::string items;                             ///< "images"
  std::string training_set = "training images";  ///< what an epoch passes over
  std::string models = "networks";
  std::string rate = "peak learning rate";
  bool script_names = false;
};

void add_study_flags(CLI::App& flags, StudyOptions& options, const StudyWords& words);

/// throws std::invalid_argument: flags that exclude each other
void require_consistent(const StudyOptions& options);

/// The tiles of --tile, before any work. load: of one argument
/// throws std::invalid_argument: what load throws; parameters that a tile refuses, a time of --time-s for which it has
/// no model; two tiles of the same name
std::vector<io::TileConfig> load_tiles(const StudyOptions& options,
                                       const std::function<io::TileConfig(const std::string&)>& load);

}  // namespace pim::app
