#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <pim/core/matrix.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/io/tile_config.hpp>
#include <pim/nn/parameter.hpp>
#include <pim/task/train/trainer.hpp>

#include "support/program.hpp"
#include "support/study_flags.hpp"
#include "support/training_state.hpp"

/// What the studies of all networks have in common.
namespace pim::app {

/// Values of a model's parameters, in their order.
using Weights = std::vector<Matrix>;
Weights weights_of(const nn::Parameters<float>& parameters);
void set_weights(const nn::Parameters<float>& parameters, const Weights& weights);
std::uint64_t hash_of(const Weights& weights, std::uint64_t hash);

/// Whether every layer that has a tile has the ideal one: nothing to repeat over instances.
bool is_ideal(const io::TileConfig& tile);

/// When and how programmed devices are read.
struct Condition {
  std::optional<double> t_s = {};        ///< since programming; nothing: as the tile says
  std::optional<bool> compensated = {};  ///< for drift; nothing: as the tile says
};
io::TileConfig under(const io::TileConfig& tile, const Condition& condition);
/// Every time with and without what --drift-compensation lists; of a choice that is empty or that does not change the
/// tile, only what the tile says.
std::vector<Condition> conditions(const io::TileConfig& tile, const std::vector<double>& times_s,
                                  const std::vector<std::string>& compensation);

/// What hardware did for one evaluation, counted on its first device: with layers that have no tile in the digital
/// unit.
struct Work {
  cost::Ledger programming = {}, inference = {};
  Index items = 0;  ///< inferences counted
};
/// What a network's layers booked, whose products without a tile ran on the ideal one: these become digital_mac, and
/// their weights take up no array.
cost::Ledger as_built(const cost::Ledger& booked, const io::TileConfig& tile);

/// Which evaluation of a study it is.
struct Setting {
  std::string tile = {}, mode = {};
  Condition condition = {};
  std::uint64_t seed = 0;
  double train_s = 0.0;  ///< of the training before it; 0: none
};
/// Runs all that is asked for, in order, and calls add(setting, tile, evaluation) for each result.
template <class Study, class Add>
void run_modes(Study& study, const StudyOptions& options, const std::vector<io::TileConfig>& tiles, std::uint64_t seed,
               const Add& add) {
  const auto add_all = [&](const io::TileConfig& tile, const char* mode, const Condition& condition, double train_s,
                           const auto& evaluations) {
    for (const auto& evaluation : evaluations)
      add(Setting{tile.name(), mode, condition, seed, train_s}, tile, evaluation);
  };
  const io::TileConfig ideal = io::TileConfig::preset("ideal");
  if (options.runs("original")) {
    const auto evaluations = study.original();
    add_all(ideal, "original", {}, study.original_train_s(), evaluations);
  }
  if (options.runs("random")) add_all(ideal, "random", {}, 0.0, study.random());
  for (const io::TileConfig& tile : tiles) {
    const std::vector<Condition> all = conditions(tile, options.times_s, options.compensation);
    if (options.runs("post-training")) {
      for (const Condition& condition : all)
        add_all(tile, "post-training", condition, 0.0, study.post_training(tile, condition));
    }
    if (options.runs("fine-tune")) {
      study.fine_tune(tile);
      for (const Condition& condition : all)
        add_all(tile, "fine-tune", condition, study.tuned_train_s(), study.fine_tuned(tile, condition));
    }
  }
}

/// Makes the folder of --output, in which results.json must be writable.
/// throws std::runtime_error: it cannot be made or written to
void prepare_output(const std::filesystem::path& folder);

/// Mean and sample standard deviation (NaN of a single value).
struct Spread {
  double mean, deviation;
};
Spread spread(const std::vector<double>& values);

/// For people: a row for each group of rows with equal `keys` and several seeds, with the mean of `score`, its
/// deviation over seeds in score + "_std", and "mean of N" as its seed.
io::OrderedJson seed_means(const io::OrderedJson& rows, const std::vector<std::string>& keys, const std::string& score);

/// Where a run of training keeps its state, and what it is.
struct TrainingRun {
  std::string label;             ///< for people
  std::string identity;          ///< all that it depends on: only an equal run may continue it
  std::filesystem::path folder;  ///< empty: nothing is kept
  bool resume = false;
};

/// Carries a run on to its end; at least once a minute and after each epoch its state is kept, and `save()` keeps the
/// network itself. Returns the seconds that took.
/// throws what load_training_state and save throw
template <class Trainer, class Save>
double carry_on(Trainer& trainer, const nn::Parameters<float>& parameters, const TrainingRun& run,
                const Program& program, const Save& save) {
  using Clock = std::chrono::steady_clock;
  constexpr double seconds_between_checkpoints = 60.0;
  const auto seconds_since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const Clock::time_point begin = Clock::now();
  const std::filesystem::path state_file = run.folder / "training_state.safetensors";
  if (!run.folder.empty()) std::filesystem::create_directories(run.folder);
  if (run.resume && std::filesystem::exists(state_file)) {
    trainer.restore(load_training_state(state_file, parameters, run.identity));
  } else if (run.resume) {
    program.print(run.label + ": nothing to continue in " + printable(run.folder.string()) +
                  ", starts from the beginning\n");
  }
  const auto keep = [&] {
    save();
    save_training_state(state_file, parameters, trainer.state(), run.identity);
  };
  cost::Ledger ledger = cost::Ledger::off();
  Progress progress = program.progress(run.label, trainer.steps());
  Clock::time_point saved = Clock::now();
  trainer.run(ledger, [&](const task::StepReport& step) {
    progress.update(step.step, step.loss);
    if (run.folder.empty() || (!step.ends_epoch && seconds_since(saved) < seconds_between_checkpoints)) return;
    keep();
    saved = Clock::now();
  });
  if (!run.folder.empty()) keep();
  return seconds_since(begin);
}

}  // namespace pim::app
