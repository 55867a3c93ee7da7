#include "support/study_flags.hpp"

#include <algorithm>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include <pim/core/text.hpp>

#include "support/costing.hpp"
#include "support/program.hpp"
#include "support/tile_argument.hpp"

namespace pim::app {

bool StudyOptions::runs(const std::string& mode) const {
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

void add_study_flags(CLI::App& flags, StudyOptions& o, const StudyWords& words) {
  const CLI::Range positive(1, 1 << 30), not_negative(0, 1 << 30), repeats(1, 10000);
  const auto names = [&](const char* own, const char* script) {
    return words.script_names ? std::string(own) + "," + script : own;
  };
  flags.add_option("--tile", o.tiles, "tiles: presets, or .yaml/.json files in the tutorial's schema")->delimiter(',');
  flags.add_option("--mode", o.modes, "what to run")
      ->delimiter(',')
      ->check(one_of({"original", "random", "post-training", "fine-tune"}));
  flags.add_option("--start", o.start, "fine-tuning starts where original started, or from its result")
      ->check(one_of({"base", "original"}));
  flags.add_option(names("--epochs", "--num_train_epochs"), o.epochs, "passes over the " + words.training_set)
      ->check(not_negative);
  flags.add_option(names("--batch", "--per_device_train_batch_size"), o.batch, words.items + " of a training step")
      ->check(positive);
  flags.add_option(names("--lr", "--learning_rate"), o.rate, words.rate)->check(CLI::Range(0.0, 10.0));
  flags.add_option("--max-train", o.max_train, "first training " + words.items + " to use; 0: all")
      ->check(not_negative);
  flags.add_option("--seeds", o.seeds, "runs, with seeds --seed, --seed + 1, ...")->check(repeats);
  flags.add_option("--instances", o.instances, "devices programmed for each evaluation; scores are means")
      ->check(repeats);
  flags.add_option("--time-s", o.times_s, "read so long after programming; tiles that age only [s]")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 1e12));
  flags
      .add_option("--drift-compensation", o.compensation,
                  "on, off or both, for tiles that drift; else as each tile says")
      ->delimiter(',')
      ->check(one_of({"on", "off"}));
  flags.add_option(names("--output", "--output_dir"), o.output,
                   "keep " + words.models + " and training states in this folder");
  flags.add_flag("--resume", o.resume, "continue from the training states in --output");
  flags.add_option("--arch", o.architecture, architecture_help());
  flags.add_flag("--cost", o.cost, "print what costs are made of, by layer and by action");
  flags.add_flag("--bounds", o.bounds,
                 "rows for what NOR rows, DRAM rows and GPUs need at best, at the score of original");
  flags.add_option("--html", o.html, "write tables and charts into this file");
}

void require_consistent(const StudyOptions& o) {
  if (o.resume && o.output.empty())
    throw std::invalid_argument("--resume needs --output, the folder of the run to continue");
}

std::vector<io::TileConfig> load_tiles(const StudyOptions& o,
                                       const std::function<io::TileConfig(const std::string&)>& load) {
  std::vector<io::TileConfig> tiles;
  for (const std::string& argument : o.tiles) {
    const io::TileConfig tile = load(argument);
    require_usable(tile, {});
    try {
      require_usable(tile, o.times_s);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(std::string(error.what()) + "; give --time-s one of its times, or --tile without it");
    }
    if (std::any_of(tiles.begin(), tiles.end(), [&](const auto& other) { return other.name() == tile.name(); }))
      throw std::invalid_argument("--tile: two tiles are called " + in_quotes(tile.name()) +
                                  "; give files of different names");
    tiles.push_back(tile);
  }
  return tiles;
}

}  // namespace pim::app
