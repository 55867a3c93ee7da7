// What accuracy survives? A transformer on GLUE tasks: trained in float32, put on in-memory hardware as it is, and
// fine-tuned through that hardware.
#include <algorithm>
#include <cstdint>
#include <filesystem>
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

#include "support/glue_study.hpp"
#include "support/program.hpp"
#include "support/study_costs.hpp"
#include "support/study_flags.hpp"
#include "support/tile_argument.hpp"

namespace {

using pim::app::Evaluation;
using pim::app::GlueStudy;
using pim::app::Setting;
using pim::io::OrderedJson;

struct Options : pim::app::StudyOptions {
  Options() {
    modes = {"original", "random", "post-training", "fine-tune"};
    batch = 16;
    rate = 0.0;
  }
  std::vector<std::string> tasks = {"sst2"};
  std::string data = "builtin", model = "builtin";
  pim::Index max_length = 128, max_eval = 0;
  // The tutorial's way to say which modes to run.
  bool do_train = false, do_eval = false, pim = false;
  std::string pim_config;
};

void add_flags(pim::app::Program& program, Options& o) {
  CLI::App& flags = program.flags();
  std::vector<std::string> tasks{"all"};
  for (const pim::task::GlueTask& task : pim::task::glue_tasks) tasks.emplace_back(task.name);
  flags.add_option("--task,--task_name", o.tasks, "GLUE tasks, or all")->delimiter(',')->check(pim::app::one_of(tasks));
  flags.add_option("--data", o.data, "folder in the official GLUE layout (MRPC/train.tsv ...), or builtin");
  flags.add_option("--model,--model_name_or_path", o.model,
                   "checkpoint folder as HuggingFace saves it, or builtin (from scratch on other data)");
  flags.add_option("--max-length,--max_length,--max_seq_length", o.max_length, "longest sequence [tokens]")
      ->check(CLI::Range(4, 1 << 20));
  flags.add_option("--max-eval", o.max_eval, "first evaluation examples to use; 0: all")->check(CLI::Range(0, 1 << 30));
  pim::app::add_study_flags(flags, o,
                            {.items = "examples",
                             .training_set = "training set",
                             .models = "models",
                             .rate = "peak learning rate; 0: 1e-3 for builtin, else 2e-5",
                             .script_names = true});
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
  pim::app::require_consistent(o);
  if (std::find(o.tasks.begin(), o.tasks.end(), "all") != o.tasks.end()) {
    o.tasks.clear();
    for (const pim::task::GlueTask& task : pim::task::glue_tasks) o.tasks.emplace_back(task.name);
  }
  if (o.rate == 0.0) o.rate = o.model == "builtin" ? 1e-3 : 2e-5;
}

OrderedJson row(const Setting& setting, const Evaluation& evaluation) {
  const auto or_null = [](const auto& value) { return value ? OrderedJson(*value) : OrderedJson(); };
  OrderedJson metrics = OrderedJson::object();
  for (const auto& [name, value] : evaluation.score.metrics) metrics[name] = value;
  return {{"task", evaluation.name},
          {"tile", setting.tile},
          {"mode", setting.mode},
          {"metric", evaluation.score.metric},
          {"score", evaluation.score.value},
          {"score_std", evaluation.score_std},
          {"metrics", metrics},
          {"seed", setting.seed},
          {"instances", evaluation.instances},
          {"time_s", or_null(setting.condition.t_s)},
          {"drift_compensation", or_null(setting.condition.compensated)},
          {"n_eval", evaluation.examples},
          {"train_s", setting.train_s},
          {"eval_s", evaluation.eval_s}};
}

/// A tile that covers a layer of the model.
pim::io::TileConfig load_tile(const std::string& argument, const std::vector<pim::io::Module>& modules) {
  const pim::io::TileConfig tile = pim::app::load_tile(argument, modules);
  if (tile.any([](const auto&) { return true; })) return tile;
  throw std::invalid_argument("--tile " + argument +
                              ": no linear layer of the model is on a tile; add linear: {config: ...}");
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

pim::app::StudyParams study_params(const Options& o) {
  pim::app::StudyParams params;
  params.train = {.epochs = o.epochs, .batch = o.batch, .learning_rate = o.rate};
  params.max_length = o.max_length;
  params.instances = o.instances;
  params.start_from_original = o.start == "original";
  params.output = o.output;
  params.resume = o.resume;
  return params;
}

void run(pim::app::Program& program, const Options& o, const pim::task::GlueTask& task, std::uint64_t seed,
         pim::app::StudyCosts& costs) {
  const pim::app::GlueData data =
      pim::app::load_glue(task, o.data, o.max_train, o.max_eval, pim::Rng(pim::app::builtin_data_seed));
  pim::app::Pretrained pretrained = pim::app::load_pretrained(o.model, task, data, o.data == "builtin");
  const auto modules = pim::io::linear_modules(pim::model::linear_names(pretrained.config));
  const std::vector<pim::io::TileConfig> tiles =
      pim::app::load_tiles(o, [&](const std::string& argument) { return load_tile(argument, modules); });
  GlueStudy study(task, data, std::move(pretrained), study_params(o), seed, program);
  if (seed == program.seed()) {
    for (const std::string& note : study.notes()) {
      program.print(note + "\n");
      program.config()["notes"].push_back(note);
    }
  }
  pim::app::run_modes(study, o, tiles, seed,
                      [&](const Setting& setting, const pim::io::TileConfig& tile, const Evaluation& evaluation) {
                        OrderedJson scored = row(setting, evaluation);
                        costs.price(scored, evaluation.work, tile);
                        program.results().push_back(std::move(scored));
                      });
}

std::string score_table(const OrderedJson& rows) {
  OrderedJson lines = rows;
  for (const OrderedJson& mean :
       pim::app::seed_means(rows, {"task", "tile", "mode", "time_s", "drift_compensation", "metric"}, "score"))
    lines.push_back(mean);
  std::vector<pim::io::Column> columns = {{.field = "task", .heading = "task"},
                                          {.field = "tile", .heading = "tile"},
                                          {.field = "mode", .heading = "mode"},
                                          {.field = "time_s", .heading = "time [s]", .digits = 0},
                                          {.field = "drift_compensation", .heading = "compensated"},
                                          {.field = "metric", .heading = "metric"},
                                          {.field = "score", .heading = "score"},
                                          {.field = "score_std", .heading = "std"},
                                          {.field = "seed", .heading = "seed"},
                                          {.field = "n_eval", .heading = "examples"},
                                          {.field = "train_s", .heading = "training [s]", .digits = 1},
                                          {.field = "eval_s", .heading = "evaluation [s]", .digits = 1}};
  const bool asked = std::any_of(rows.begin(), rows.end(),
                                 [](const OrderedJson& row) { return !row.at("drift_compensation").is_null(); });
  if (!asked) std::erase_if(columns, [](const auto& column) { return column.field == "drift_compensation"; });
  return pim::io::table(lines, columns);
}

int study(pim::app::Program& program, const Options& o, const std::vector<std::string>& words) {
  require_data(o);
  pim::app::StudyCosts costs(program, o,
                             {.subject = "task", .score = "score", .score_title = "score", .item = "sentence"});
  if (!o.output.empty()) pim::app::prepare_output(o.output);
  for (const std::string& name : o.tasks) {
    for (int s = 0; s < o.seeds; ++s)
      run(program, o, pim::task::glue_task(name), program.seed() + static_cast<std::uint64_t>(s), costs);
    if (!o.output.empty()) pim::io::write_json(std::filesystem::path(o.output) / "results.json", program.results());
  }
  program.print(score_table(program.results()));
  costs.finish(words);
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
    return study(program, options, {argv, argv + argc});
  });
}
