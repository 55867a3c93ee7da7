// What accuracy survives? A convolutional network on images: loaded or trained in float32, put on in-memory hardware as
// it is, watched over time, and fine-tuned through that hardware.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/io/file.hpp>
#include <pim/io/int8_network_file.hpp>
#include <pim/io/line_chart.hpp>
#include <pim/io/report.hpp>
#include <pim/io/safetensors.hpp>
#include <pim/model/layer_table.hpp>
#include <pim/model/networks.hpp>
#include <pim/task/image/image_scores.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/tile/conditions.hpp>

#include "support/cnn_study.hpp"
#include "support/image_data.hpp"
#include "support/program.hpp"
#include "support/tile_argument.hpp"

namespace {

using pim::Index;
using pim::app::CnnEvaluation;
using pim::app::CnnStudy;
using pim::app::Condition;
using pim::io::OrderedJson;

struct Options {
  std::string model = "lenet", weights, data = "builtin";
  std::vector<std::string> tiles = {"sram", "reram", "pcm"};
  std::vector<std::string> layers = {"all"};
  std::vector<std::string> modes = {"original", "post-training"};
  std::string start = "base";
  Index offset = 0, limit = 0, max_train = 0, epochs = 3, batch = 64, recalibrate = 0;
  double rate = 1e-3, distillation = 0.0, temperature = 4.0, clip = 0.0;
  bool augment = false;
  int seeds = 1, instances = 1;
  std::vector<double> times_s;
  std::vector<std::string> compensation = {"on"};
  std::string logits, svg, output;
  bool describe = false, confusion = false, per_layer = false, resume = false;
};

/// Computes in integers, by a program of its own.
constexpr const char* int8_model = "resnet8-int8";
constexpr pim::mapping::ImageShape int8_shape{.channels = 3, .height = 32, .width = 32};
std::vector<std::string> model_names() {
  std::vector<std::string> names{int8_model};
  for (const std::string_view name : pim::model::network_names()) names.emplace_back(name);
  return names;
}

void add_flags(pim::app::Program& program, Options& o) {
  CLI::App& flags = program.flags();
  const CLI::Range positive(1, 1 << 30), not_negative(0, 1 << 30);
  flags.add_option("--model", o.model, "the network")->check(pim::app::one_of(model_names()));
  flags.add_option(
      "--weights", o.weights,
      "trained weights, a safetensors file with PyTorch's names; builtin: lenet's for the built-in images; "
      "none: train from scratch");
  flags.add_option("--data", o.data,
                   "a CIFAR-10 file, a folder with CIFAR-10, MNIST (IDX) or PNG/PPM images and labels, or builtin");
  flags.add_option("--offset", o.offset, "first image to classify")->check(not_negative);
  flags.add_option("--limit", o.limit, "images to classify; 0: all")->check(not_negative);
  flags.add_option("--max-train", o.max_train, "first training images to use; 0: all")->check(not_negative);
  flags.add_option("--tile", o.tiles, "tiles: presets, or .yaml/.json files in the tutorial's schema")->delimiter(',');
  flags.add_option("--layers", o.layers, "layers in memory: all, inner (all but the first and the last), or paths")
      ->delimiter(',');
  flags.add_option("--mode", o.modes, "what to run")
      ->delimiter(',')
      ->check(pim::app::one_of({"original", "random", "post-training", "fine-tune"}));
  flags.add_option("--start", o.start, "fine-tuning starts where original started, or from its result")
      ->check(pim::app::one_of({"base", "original"}));
  flags.add_option("--epochs", o.epochs, "passes over the training images")->check(not_negative);
  flags.add_option("--batch", o.batch, "images of a training step")->check(positive);
  flags.add_option("--lr", o.rate, "peak learning rate")->check(CLI::Range(0.0, 10.0));
  flags.add_flag("--augment", o.augment, "training images shifted (black outside) and, in colour, mirrored at random");
  flags.add_option("--distill", o.distillation, "share of the float network's opinion in the loss of fine-tuning")
      ->check(CLI::Range(0.0, 1.0));
  flags.add_option("--temperature", o.temperature, "of the opinions compared by --distill")
      ->check(CLI::Range(0.1, 100.0));
  flags.add_option("--clip", o.clip, "training keeps weights within so many deviations of their layer; 0: does not")
      ->check(CLI::Range(0.0, 100.0));
  flags
      .add_option(
          "--recalibrate", o.recalibrate,
          "also evaluate with the batch norms of each programmed device recalibrated on so many training images")
      ->check(not_negative);
  flags.add_option("--seeds", o.seeds, "runs, with seeds --seed, --seed + 1, ...")->check(CLI::Range(1, 10000));
  flags.add_option("--instances", o.instances, "devices programmed for each evaluation; scores are means")
      ->check(CLI::Range(1, 10000));
  flags.add_option("--time-s", o.times_s, "read so long after programming; tiles that age only [s]")
      ->delimiter(',')
      ->check(CLI::Range(0.0, 1e12));
  flags.add_option("--drift-compensation", o.compensation, "on, off or both; tiles that age only")
      ->delimiter(',')
      ->check(pim::app::one_of({"on", "off"}));
  flags.add_flag("--describe", o.describe, "print the network's layers, parameters and multiply-accumulates, and end");
  flags.add_flag("--confusion", o.confusion, "print how often each class was taken for which");
  flags.add_flag("--per-layer", o.per_layer, "print the relative error of each layer's output against float");
  flags.add_option("--logits", o.logits, "write the logits [n, classes] of the first row to this safetensors file");
  flags.add_option("--svg", o.svg, "draw accuracy over time (--time-s) into this file");
  flags.add_option("--output", o.output, "keep networks and training states in this folder");
  flags.add_flag("--resume", o.resume, "continue from the training states in --output");
}

/// What flags say together.
void resolve(const CLI::App& flags, Options& o) {
  const auto given = [&](const char* flag) { return flags.get_option(flag)->count() > 0; };
  const auto refuse = [](const std::string& message) { throw std::invalid_argument(message); };
  if (o.resume && o.output.empty()) refuse("--resume needs --output, the folder of the run to continue");
  if (!o.svg.empty() && o.times_s.size() < 2)
    refuse("--svg draws accuracy over time; give --time-s at least two times");
  if (given("--temperature") && o.distillation == 0.0) refuse("--temperature needs --distill");
  if (o.weights.empty()) o.weights = o.model == "lenet" && o.data == "builtin" ? "builtin" : "none";
  if (o.weights == "builtin" && (o.model != "lenet" || o.data != "builtin")) {
    refuse("--weights builtin is lenet, trained on the built-in images; give --model lenet --data builtin, or a file");
  }
}

/// What the int8 network cannot do.
void resolve_int8(const CLI::App& flags, const Options& o) {
  if (o.weights == "none") {
    throw std::invalid_argument("--model resnet8-int8 needs --weights FILE, its model.safetensors beside graph.json");
  }
  for (const char* flag : {"--tile", "--mode"}) {
    const std::vector<std::string> only{flag == std::string("--tile") ? "ideal" : "original"};
    if (flags.get_option(flag)->count() == 0 || (flag == std::string("--tile") ? o.tiles : o.modes) == only) continue;
    throw std::invalid_argument(std::string(flag) + ": resnet8-int8 computes in integers of its own; leave out " +
                                flag + " or choose " + only.front());
  }
}

OrderedJson or_null(const auto& value) { return value ? OrderedJson(*value) : OrderedJson(); }

OrderedJson row(const CnnEvaluation& evaluation, const Options& o, const std::string& tile, const std::string& mode,
                const Condition& condition, std::uint64_t seed, double train_s) {
  OrderedJson row = {{"model", o.model},
                     {"tile", tile},
                     {"mode", mode},
                     {"time_s", or_null(condition.t_s)},
                     {"drift_compensation", or_null(condition.compensated)},
                     {"recalibrated", evaluation.recalibrated},
                     {"n", evaluation.images},
                     {"top1", evaluation.top1},
                     {"top1_std", evaluation.top1_std},
                     {"instances", evaluation.instances},
                     {"seed", seed},
                     {"train_s", train_s},
                     {"eval_s", evaluation.eval_s}};
  if (o.confusion) {
    OrderedJson& counts = row["confusion"] = OrderedJson::array();
    for (Index label = 0; label < evaluation.confusion.rows(); ++label) {
      const auto* answers = evaluation.confusion.row(label).data();
      counts.push_back(std::vector<std::int64_t>(answers, answers + evaluation.confusion.cols()));
    }
  }
  if (o.per_layer) {
    OrderedJson& layers = row["per_layer"] = OrderedJson::array();
    for (const auto& [layer, error] : evaluation.layer_errors) {
      layers.push_back({{"layer", layer}, {"relative_error", error}});
    }
  }
  return row;
}

/// "pcm, post-training, recalibrated, no drift compensation"
std::string description(const OrderedJson& row) {
  std::string text = row["tile"].get<std::string>() + ", " + row["mode"].get<std::string>();
  if (row["recalibrated"]) text += ", recalibrated";
  if (row["drift_compensation"] == false) text += ", no drift compensation";
  return text;
}

/// Accuracy over time since programming, a line for each tile and way to use it.
std::string chart(const OrderedJson& results, const Options& o) {
  std::vector<pim::io::Series> lines;
  for (const OrderedJson& row : results) {
    if (row["time_s"].is_null()) continue;
    const std::string label = description(row);
    auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& series) { return series.label == label; });
    if (line == lines.end()) line = lines.insert(lines.end(), {.label = label});
    const double deviation = row["top1_std"].is_number() ? row["top1_std"].get<double>() : 0.0;
    line->points.push_back({row["time_s"].get<double>(), 100.0 * row["top1"].get<double>(), 100.0 * deviation});
  }
  return pim::io::line_chart({.title = o.model + ": accuracy over time since programming",
                              .x_title = "time since programming [s]",
                              .y_title = "top-1 accuracy [%]",
                              .x_scale = pim::io::Scale::log_time},
                             lines);
}

void print_tables(pim::app::Program& program, const Options& o, const std::vector<std::string>& classes) {
  const OrderedJson& results = program.results();
  program.print(pim::io::table(results, {{.field = "model", .heading = "model"},
                                         {.field = "tile", .heading = "tile"},
                                         {.field = "mode", .heading = "mode"},
                                         {.field = "time_s", .heading = "time [s]", .digits = 0},
                                         {.field = "drift_compensation", .heading = "compensated"},
                                         {.field = "recalibrated", .heading = "recalibrated"},
                                         {.field = "top1", .heading = "top-1"},
                                         {.field = "top1_std", .heading = "std"},
                                         {.field = "instances", .heading = "instances"},
                                         {.field = "seed", .heading = "seed"},
                                         {.field = "n", .heading = "images"},
                                         {.field = "train_s", .heading = "training [s]", .digits = 1},
                                         {.field = "eval_s", .heading = "evaluation [s]", .digits = 1}}));
  for (const OrderedJson& result : results) {
    if (o.confusion) {
      OrderedJson rows = OrderedJson::array();
      std::vector<pim::io::Column> columns = {{.field = "class", .heading = "class \\ taken for"}};
      for (std::size_t label = 0; label < classes.size(); ++label) {
        OrderedJson& row = rows.emplace_back(OrderedJson{{"class", classes[label]}});
        for (std::size_t answer = 0; answer < classes.size(); ++answer) {
          row[classes[answer]] = result["confusion"][label][answer];
        }
        columns.push_back({.field = classes[label], .heading = classes[label]});
      }
      program.print("\n" + description(result) + ", images of all instances:\n" + pim::io::table(rows, columns));
    }
    if (o.per_layer && !result["per_layer"].empty()) {
      program.print(
          "\n" + description(result) + ", first instance and batch:\n" +
          pim::io::table(result["per_layer"],
                         {{.field = "layer", .heading = "layer"},
                          {.field = "relative_error", .heading = "relative error", .digits = 3, .significant = true}}));
    }
  }
}

/// How many layers run in memory is the tile's, restricted by --layers.
pim::io::TileConfig usable_tile(const std::string& argument, const Options& o, const pim::model::Network& network,
                                const std::vector<pim::io::TileConfig>& others) {
  const auto modules = pim::app::modules_of(network.graph);
  pim::io::TileConfig tile = pim::app::load_tile(argument, modules);
  if (o.layers.front() == "inner") {
    tile = tile.without({modules.front().path, modules.back().path});
  } else if (o.layers.front() != "all") {
    tile = tile.only(o.layers);
  }
  if (!tile.any([](const auto&) { return true; })) {
    throw std::invalid_argument("--tile " + argument + ": no layer of " + o.model +
                                " is on a tile; add conv2d: {config: ...} or linear: {config: ...}");
  }
  pim::app::require_usable(tile, o.times_s);
  for (const pim::io::TileConfig& other : others) {
    if (other.name() != tile.name()) continue;
    throw std::invalid_argument("--tile: two tiles are called " + pim::in_quotes(tile.name()) +
                                "; give files of different names");
  }
  return tile;
}

/// The network's layers in numbers.
int describe(pim::app::Program& program, const pim::model::Network& network) {
  auto layers = pim::model::layer_table(network.graph);
  layers.push_back(pim::model::total(layers));
  for (const pim::model::LayerRow& layer : layers) {
    const auto& [channels, height, width] = layer.shape;
    program.results().push_back({{"model", network.name},
                                 {"layer", layer.name},
                                 {"kind", layer.kind},
                                 {"shape", {channels, height, width}},
                                 {"parameters", layer.parameters},
                                 {"macs", layer.macs}});
  }
  OrderedJson rows = program.results();
  for (OrderedJson& row : rows) {
    const auto shape = row["shape"].get<std::vector<Index>>();
    row["shape"] = shape[0] == 0 ? "" : pim::io::shape_text(shape);
  }
  program.print(pim::io::table(rows, {{.field = "layer", .heading = "layer"},
                                      {.field = "kind", .heading = "kind"},
                                      {.field = "shape", .heading = "output [C, H, W]"},
                                      {.field = "parameters", .heading = "parameters"},
                                      {.field = "macs", .heading = "multiply-accumulates / image"}}));
  return 0;
}

pim::app::CnnStudyParams study_params(const Options& o, const pim::model::Network& network) {
  pim::app::CnnStudyParams params;
  params.train = {.epochs = o.epochs, .batch = o.batch, .learning_rate = o.rate, .clip_deviations = o.clip};
  if (o.augment) params.augmentation = pim::app::augmentation_for(network.input_shape());
  params.distillation = o.distillation;
  params.temperature = o.temperature;
  params.instances = o.instances;
  params.recalibrate = o.recalibrate;
  params.start_from_original = o.start == "original";
  params.per_layer = o.per_layer;
  params.output = o.output;
  params.resume = o.resume;
  return params;
}

void write_logits(const std::string& path, const pim::Matrix& logits) {
  pim::io::Safetensors file;
  file.tensors["logits"] = {.dtype = "F32",
                            .shape = {logits.rows(), logits.cols()},
                            .data = std::vector<float>(logits.data(), logits.data() + logits.size())};
  pim::io::write_safetensors(path, file);
}

/// The int8 network by its own integer arithmetic, which takes the place of a tile.
CnnEvaluation evaluate_int8(const pim::app::Program& program, const Options& o, const pim::task::ImageSet& images) {
  const std::filesystem::path file = o.weights;
  const auto network =
      pim::io::read_int8_network(std::filesystem::is_directory(file) ? file : file.parent_path(), images.shape);
  const auto begin = std::chrono::steady_clock::now();
  const pim::app::Progress progress = program.progress(o.model, images.size());
  const Eigen::Map<const pim::Matrix_<std::uint8_t>> pixels(images.pixels.data(), images.size() * images.shape.pixels(),
                                                            images.shape.channels);
  CnnEvaluation evaluation;
  evaluation.logits = network.forward(pixels).cast<float>();
  const std::vector<int> answers = pim::task::classes(evaluation.logits);
  evaluation.top1 = pim::task::top1(answers, images.labels);
  evaluation.confusion = pim::task::confusion(answers, images.labels, evaluation.logits.cols());
  evaluation.images = images.size();
  evaluation.eval_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return evaluation;
}
int study_int8(pim::app::Program& program, const Options& o) {
  const pim::app::ImageData data =
      pim::app::load_images(o.data, int8_shape, {.offset = o.offset, .limit = o.limit}, std::nullopt);
  const CnnEvaluation evaluation = evaluate_int8(program, o, data.test);
  program.results().push_back(row(evaluation, o, "ideal", "original", {}, program.seed(), 0.0));
  if (!o.logits.empty()) write_logits(o.logits, evaluation.logits);
  print_tables(program, o, data.test.class_names);
  return 0;
}

/// The ways to read a tile that the flags ask for.
std::vector<Condition> conditions(const pim::io::TileConfig& tile, const Options& o) {
  if (!tile.any(pim::tile::ages)) return {Condition{}};
  std::vector<Condition> all;
  for (const std::string& compensation : o.compensation) {
    const std::optional<bool> compensated = o.times_s.empty() && o.compensation.size() == 1 && compensation == "on"
                                                ? std::nullopt
                                                : std::optional(compensation == "on");
    if (o.times_s.empty()) all.push_back({.compensated = compensated});
    for (const double t_s : o.times_s) all.push_back({.t_s = t_s, .compensated = compensated});
  }
  return all;
}

int study(pim::app::Program& program, const Options& o) {
  const pim::model::Network network = pim::model::make_network(o.model);
  if (o.describe) return describe(program, network);
  std::vector<pim::io::TileConfig> tiles;
  for (const std::string& tile : o.tiles) tiles.push_back(usable_tile(tile, o, network, tiles));
  for (const std::string& file : {o.logits, o.svg}) {
    if (!file.empty()) pim::io::require_writable(file);
  }
  if (!o.output.empty()) pim::app::prepare_output(o.output);
  const std::set<std::string> modes(o.modes.begin(), o.modes.end());
  const bool evaluates_trained = modes != std::set<std::string>{"random"};
  const bool trains = o.epochs > 0 && (modes.contains("fine-tune") || (o.weights == "none" && evaluates_trained));
  std::optional<pim::io::ImageRange> train;
  if (trains || o.recalibrate > 0) train = {.offset = 0, .limit = o.max_train};
  const pim::app::ImageData data =
      pim::app::load_images(o.data, network.input_shape(), {.offset = o.offset, .limit = o.limit}, train);
  std::optional<std::filesystem::path> weights;
  if (o.weights != "none")
    weights = o.weights == "builtin" ? pim::app::builtin_cnn_weights() : std::filesystem::path(o.weights);
  std::optional<pim::Matrix> first_logits;
  for (int s = 0; s < o.seeds; ++s) {
    const std::uint64_t seed = program.seed() + static_cast<std::uint64_t>(s);
    CnnStudy run(network, weights, data.test, data.train, study_params(o, network), seed, program);
    if (s == 0) {
      for (const std::string& note : run.notes()) {
        program.print(note + "\n");
        program.config()["notes"].push_back(note);
      }
    }
    const auto add = [&](const std::vector<CnnEvaluation>& evaluations, const std::string& tile,
                         const std::string& mode, const Condition& condition, double train_s) {
      for (const CnnEvaluation& evaluation : evaluations) {
        if (!first_logits) first_logits = evaluation.logits;
        program.results().push_back(row(evaluation, o, tile, mode, condition, seed, train_s));
      }
    };
    if (modes.contains("original")) {
      const CnnEvaluation evaluation = run.original();
      add({evaluation}, "ideal", "original", {}, run.original_train_s());
    }
    if (modes.contains("random")) add({run.random()}, "ideal", "random", {}, 0.0);
    for (const pim::io::TileConfig& tile : tiles) {
      if (modes.contains("post-training")) {
        for (const Condition& condition : conditions(tile, o)) {
          add(run.post_training(tile, condition), tile.name(), "post-training", condition, 0.0);
        }
      }
      if (modes.contains("fine-tune")) {
        run.fine_tune(tile);
        for (const Condition& condition : conditions(tile, o)) {
          add(run.fine_tuned(tile, condition), tile.name(), "fine-tune", condition, run.tuned_train_s());
        }
      }
    }
    if (!o.output.empty()) pim::io::write_json(std::filesystem::path(o.output) / "results.json", program.results());
  }
  if (!o.logits.empty() && first_logits) write_logits(o.logits, *first_logits);
  if (!o.svg.empty()) {
    pim::io::AtomicFile file(o.svg);
    file.write(chart(program.results(), o));
    file.commit();
  }
  print_tables(program, o, data.test.class_names);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  pim::app::Program program("pim_cnn",
                            "What accuracy do images keep on in-memory hardware, as it is, over time, and fine-tuned?");
  Options options;
  add_flags(program, options);
  return program.run(argc, argv, [&] {
    resolve(program.flags(), options);
    program.config()["weights"] = options.weights;
    if (options.model == int8_model) {
      resolve_int8(program.flags(), options);
      return study_int8(program, options);
    }
    return study(program, options);
  });
}
