// What accuracy survives? A transformer on GLUE tasks: trained in float32, put on in-memory hardware as it is, and
// fine-tuned through that hardware.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/io/file.hpp>
#include <pim/io/report.hpp>
#include <pim/model/module_names.hpp>
#include <pim/task/glue/task.hpp>
#include <pim/tile/conditions.hpp>

#include "support/glue_study.hpp"
#include "support/program.hpp"
#include "support/tile_argument.hpp"

namespace {

using pim::app::Evaluation;
using pim::app::GlueStudy;

struct Options {
  std::vector<std::string> tasks = {"sst2"};
  std::string data = "builtin", model = "builtin";
  std::vector<std::string> tiles = {"sram", "reram", "pcm"};
  std::vector<std::string> modes = {"original", "random", "post-training", "fine-tune"};
  std::string start = "base";
  pim::Index epochs = 3, batch = 16, max_length = 128, max_train = 0, max_eval = 0;
  double rate = 0.0;
  int seeds = 1, instances = 1;
  std::vector<double> times_s;
  std::string output;
  bool resume = false;
  // The tutorial's way to say which modes to run.
  bool do_train = false, do_eval = false, pim = false;
  std::string pim_config;
};

void add_flags(pim::app::Program& program, Options& o) {
  CLI::App& flags = program.flags();
  std::vector<std::string> tasks{"all"};
  for (const pim::task::GlueTask& task : pim::task::glue_tasks) tasks.emplace_back(task.name);
  const CLI::Range positive(1, 1 << 30), not_negative(0, 1 << 30);
  flags.add_option("--task,--task_name", o.tasks, "GLUE tasks, or all")->delimiter(',')->check(pim::app::one_of(tasks));
  flags.add_option("--data", o.data, "folder in the official GLUE layout (MRPC/train.tsv ...), or builtin");
  flags.add_option("--model,--model_name_or_path", o.model,
                   "checkpoint folder as HuggingFace saves it, or builtin (from scratch on other data)");
  flags.add_option("--tile", o.tiles, "tiles: presets, or .yaml/.json files in the tutorial's schema")->delimiter(',');
  flags.add_option("--mode", o.modes, "what to run")
      ->delimiter(',')
      ->check(pim::app::one_of({"original", "random", "post-training", "fine-tune"}));
  flags.add_option("--start", o.start, "fine-tuning starts where original started, or from its result")
      ->check(pim::app::one_of({"base", "original"}));
  flags.add_option("--epochs,--num_train_epochs", o.epochs, "passes over the training set")->check(not_negative);
  flags.add_option("--batch,--per_device_train_batch_size", o.batch, "examples of a training step")->check(positive);
  flags.add_option("--lr,--learning_rate", o.rate, "peak learning rate; 0: 1e-3 for builtin, else 2e-5")
      ->check(CLI::Range(0.0, 10.0));
  flags.add_option("--max-length,--max_length,--max_seq_length", o.max_length, "longest sequence [tokens]")
      ->check(CLI::Range(4, 1 << 20));
  flags.add_option("--max-train", o.max_train, "first training examples to use; 0: all")->check(not_negative);
  flags.add_option("--max-eval", o.max_eval, "first evaluation examples to use; 0: all")->check(not_negative);
  flags.add_option("--seeds", o.seeds, "runs, with seeds --seed, --seed + 1, ...")->check(CLI::Range(1, 10000));
  flags.add_option("--instances", o.instances, "devices programmed for each evaluation; scores are means")
      ->check(CLI::Range(1, 10000));
  flags.add_option("--time-s", o.times_s, "read so long after programming; tiles that age only [s]")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 1e12));
  flags.add_option("--output,--output_dir", o.output, "keep models and training states in this folder");
  flags.add_flag("--resume", o.resume, "continue from the training states in --output");
  flags.add_flag("--do_train", o.do_train, "as the tutorial's script: train");
  flags.add_flag("--do_eval", o.do_eval, "as the tutorial's script: evaluate");
  flags.add_flag("--pim", o.pim, "as the tutorial's script: on the tile of --pim_config_path");
  flags.add_option("--pim_config_path", o.pim_config, "the tutorial's configuration file of a tile");
}

/// Turns the tutorial's flags into ours, and checks what flags say together.
void resolve(const CLI::App& flags, Options& o) {
  const auto given = [&](const char* flag) { return flags.get_option(flag)->count() > 0; };
  const auto refuse = [](const std::string& message) { throw std::invalid_argument(message); };
  if (o.do_train || o.do_eval || o.pim) {
    if (given("--mode"))
      refuse("--mode and the tutorial's --do_train, --do_eval, --pim exclude each other; use one way");
    if (!o.do_train && !o.do_eval) refuse("--pim needs --do_train, --do_eval or both");
    o.modes = {!o.pim ? "original" : o.do_train ? "fine-tune" : "post-training"};
    if (!o.do_train) o.epochs = 0;
    if (o.pim && o.pim_config.empty() && !given("--tile")) refuse("--pim needs --pim_config_path FILE, or --tile");
  }
  if (!o.pim_config.empty()) {
    if (!o.pim) refuse("--pim_config_path needs --pim");
    if (given("--tile")) refuse("--tile and --pim_config_path exclude each other; use one");
    o.tiles = {o.pim_config};
  }
  if (o.model != "builtin" && !std::filesystem::is_directory(o.model)) {
    refuse("--model: there is no folder " + pim::in_quotes(o.model) +
           "; give one with config.json, model.safetensors and the vocabulary, or builtin");
  }
  if (o.model != "builtin" && !given("--data")) {
    refuse("--model " + o.model + " needs --data DIR, a folder with the official GLUE files, or --data builtin");
  }
  if (o.resume && o.output.empty()) refuse("--resume needs --output, the folder of the run to continue");
  if (std::find(o.tasks.begin(), o.tasks.end(), "all") != o.tasks.end()) {
    o.tasks.clear();
    for (const pim::task::GlueTask& task : pim::task::glue_tasks) o.tasks.emplace_back(task.name);
  }
  if (o.rate == 0.0) o.rate = o.model == "builtin" ? 1e-3 : 2e-5;
}

pim::io::OrderedJson row(const Evaluation& evaluation, const std::string& tile, const std::string& mode,
                         std::uint64_t seed, double train_s, std::optional<double> t_s) {
  pim::io::OrderedJson metrics = pim::io::OrderedJson::object();
  for (const auto& [name, value] : evaluation.score.metrics) metrics[name] = value;
  pim::io::OrderedJson time_s;
  if (t_s) time_s = *t_s;
  return {{"task", evaluation.name},
          {"tile", tile},
          {"mode", mode},
          {"metric", evaluation.score.metric},
          {"score", evaluation.score.value},
          {"score_std", evaluation.score_std},
          {"metrics", metrics},
          {"seed", seed},
          {"instances", evaluation.instances},
          {"time_s", time_s},
          {"n_eval", evaluation.examples},
          {"train_s", train_s},
          {"eval_s", evaluation.eval_s}};
}

/// A tile that covers a layer of the model, can be read at all times, and is not among `others` under the same name.
pim::io::TileConfig usable_tile(const std::string& argument, const std::vector<pim::io::Module>& modules,
                                const std::vector<double>& times_s, const std::vector<pim::io::TileConfig>& others) {
  pim::io::TileConfig tile = pim::app::load_tile(argument, modules);
  if (!tile.any([](const auto&) { return true; })) {
    throw std::invalid_argument("--tile " + argument +
                                ": no linear layer of the model is on a tile; add linear: {config: ...}");
  }
  pim::app::require_usable(tile, times_s);
  for (const pim::io::TileConfig& other : others) {
    if (other.name() != tile.name()) continue;
    throw std::invalid_argument("--tile: two tiles are called " + pim::in_quotes(tile.name()) +
                                "; give files of different names");
  }
  return tile;
}

/// What is missing of the data of any task, before the first one is run.
void require_data(const Options& o) {
  if (o.data == "builtin") return;
  for (const std::string& name : o.tasks) {
    const pim::task::GlueTask& task = pim::task::glue_task(name);
    const auto require_file = [&](const pim::task::GlueFile& file) {
      const std::filesystem::path path = std::filesystem::path(o.data) / task.folder / file.name;
      std::error_code absent;
      if (std::filesystem::exists(path, absent)) return;
      throw std::invalid_argument("--data: there is no " + pim::printable(path.string()) + ", which " + name +
                                  " needs");
    };
    require_file(task.train);
    for (const pim::task::GlueFile& file : task.dev_files()) require_file(file);
  }
}

int study(pim::app::Program& program, const Options& o) {
  require_data(o);
  const std::set<std::string> modes(o.modes.begin(), o.modes.end());
  pim::app::StudyParams params;
  params.train = {.epochs = o.epochs, .batch = o.batch, .learning_rate = o.rate};
  params.max_length = o.max_length;
  params.instances = o.instances;
  params.start_from_original = o.start == "original";
  params.output = o.output;
  params.resume = o.resume;
  if (!o.output.empty()) pim::app::prepare_output(o.output);

  for (const std::string& name : o.tasks) {
    const pim::task::GlueTask& task = pim::task::glue_task(name);
    for (int s = 0; s < o.seeds; ++s) {
      const std::uint64_t seed = program.seed() + static_cast<std::uint64_t>(s);
      const pim::app::GlueData data =
          pim::app::load_glue(task, o.data, o.max_train, o.max_eval, pim::Rng(pim::app::builtin_data_seed));
      pim::app::Pretrained pretrained = pim::app::load_pretrained(o.model, task, data, o.data == "builtin");
      const auto modules = pim::io::linear_modules(pim::model::linear_names(pretrained.config));
      std::vector<pim::io::TileConfig> tiles;
      for (const std::string& tile : o.tiles) tiles.push_back(usable_tile(tile, modules, o.times_s, tiles));
      GlueStudy run(task, data, std::move(pretrained), params, seed, program);
      if (s == 0) {
        for (const std::string& note : run.notes()) {
          program.print(note + "\n");
          program.config()["notes"].push_back(note);
        }
      }
      const auto add = [&](const std::vector<Evaluation>& evaluations, const std::string& tile, const std::string& mode,
                           double train_s, std::optional<double> t_s) {
        for (const Evaluation& e : evaluations) {
          program.results().push_back(row(e, tile, mode, seed, train_s, t_s));
        }
      };
      const auto at_each_time = [&](const pim::io::TileConfig& tile, const auto& use) {
        if (o.times_s.empty() || !tile.any(pim::tile::ages)) return use(std::optional<double>());
        for (const double t_s : o.times_s) use(std::optional(t_s));
      };
      if (modes.contains("original")) {
        const auto evaluations = run.original();
        add(evaluations, "ideal", "original", run.original_train_s(), {});
      }
      if (modes.contains("random")) add(run.random(), "ideal", "random", 0.0, {});
      for (const pim::io::TileConfig& tile : tiles) {
        if (modes.contains("post-training")) {
          at_each_time(tile, [&](std::optional<double> t_s) {
            add(run.post_training(tile, t_s), tile.name(), "post-training", 0.0, t_s);
          });
        }
        if (modes.contains("fine-tune")) {
          run.fine_tune(tile);
          at_each_time(tile, [&](std::optional<double> t_s) {
            add(run.fine_tuned(tile, t_s), tile.name(), "fine-tune", run.tuned_train_s(), t_s);
          });
        }
      }
    }
    if (!o.output.empty()) pim::io::write_json(std::filesystem::path(o.output) / "results.json", program.results());
  }
  program.print(pim::io::table(program.results(), {{.field = "task", .heading = "task"},
                                                   {.field = "tile", .heading = "tile"},
                                                   {.field = "mode", .heading = "mode"},
                                                   {.field = "time_s", .heading = "time [s]", .digits = 0},
                                                   {.field = "metric", .heading = "metric"},
                                                   {.field = "score", .heading = "score"},
                                                   {.field = "score_std", .heading = "std"},
                                                   {.field = "seed", .heading = "seed"},
                                                   {.field = "n_eval", .heading = "examples"},
                                                   {.field = "train_s", .heading = "training [s]", .digits = 1},
                                                   {.field = "eval_s", .heading = "evaluation [s]", .digits = 1}}));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  pim::app::Program program("pim_glue", "What accuracy survives in-memory hardware, before and after fine-tuning?");
  Options options;
  add_flags(program, options);
  return program.run(argc, argv, [&] {
    resolve(program.flags(), options);
    auto& config = program.config();  // as it runs: flags of the tutorial stand for others
    config["task"] = options.tasks;
    config["tile"] = options.tiles;
    config["mode"] = options.modes;
    config["epochs"] = options.epochs;
    config["lr"] = options.rate;
    return study(program, options);
  });
}
