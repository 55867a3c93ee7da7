// What accuracy survives? A convolutional network on images: loaded or trained in float32, put on in-memory hardware as
// it is, watched over time, and fine-tuned through that hardware.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/io/json_file.hpp>
#include <pim/io/safetensors.hpp>
#include <pim/model/networks.hpp>
#include <pim/tile/conditions.hpp>

#include "support/cnn_report.hpp"
#include "support/cnn_study.hpp"
#include "support/image_data.hpp"
#include "support/program.hpp"
#include "support/study_costs.hpp"
#include "support/study_flags.hpp"
#include "support/tile_argument.hpp"

namespace {

using pim::Index;
using pim::app::CnnEvaluation;
using pim::app::CnnStudy;
using pim::app::Setting;
using pim::io::OrderedJson;

struct Options : pim::app::StudyOptions {
  std::string model = "lenet", weights, data = "builtin";
  std::vector<std::string> layers = {"all"};
  Index offset = 0, limit = 0, recalibrate = 0;
  double distillation = 0.0, temperature = 4.0, clip = 0.0;
  bool augment = false;
  std::string logits, svg;
  bool describe = false, confusion = false, per_layer = false;
};

/// Computes in integers, by a program of its own.
constexpr const char* int8_model = "resnet8-int8";
std::vector<std::string> model_names() {
  std::vector<std::string> names{int8_model};
  for (const std::string_view name : pim::model::network_names()) names.emplace_back(name);
  return names;
}

void add_flags(pim::app::Program& program, Options& o) {
  CLI::App& flags = program.flags();
  const CLI::Range not_negative(0, 1 << 30);
  flags.add_option("--model", o.model, "the network")->check(pim::app::one_of(model_names()));
  flags.add_option(
      "--weights", o.weights,
      "trained weights, a safetensors file with PyTorch's names; builtin: lenet's for the built-in images; "
      "none: train from scratch");
  flags.add_option("--data", o.data,
                   "a CIFAR-10 file, a folder with CIFAR-10, MNIST (IDX) or PNG/PPM images and labels, or builtin");
  flags.add_option("--offset", o.offset, "first image to classify")->check(not_negative);
  flags.add_option("--limit", o.limit, "images to classify; 0: all")->check(not_negative);
  pim::app::add_study_flags(flags, o, {.items = "images"});
  flags.add_option("--layers", o.layers, "layers in memory: all, inner (all but the first and the last), or paths")
      ->delimiter(',');
  flags.add_flag(
      "--augment", o.augment,
      "training images, and those of --recalibrate, shifted (black outside) and, in colour, mirrored at random");
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
  flags.add_flag("--describe", o.describe, "print the network's layers, parameters and multiply-accumulates, and end");
  flags.add_flag("--confusion", o.confusion, "print how often each class was taken for which");
  flags.add_flag("--per-layer", o.per_layer, "print the relative error of each layer's output against float");
  flags.add_option("--logits", o.logits, "write the logits [n, classes] of the first row to this safetensors file");
  flags.add_option("--svg", o.svg, "draw accuracy over time (--time-s) into this file");
}

[[noreturn]] void refuse(const std::string& message) { throw std::invalid_argument(message); }
/// What flags say together.
void resolve(const CLI::App& flags, Options& o) {
  pim::app::require_consistent(o);
  if (o.distillation > 0.0 && !o.runs("fine-tune")) refuse("--distill needs --mode fine-tune");
  if (flags.get_option("--temperature")->count() > 0 && o.distillation == 0.0) refuse("--temperature needs --distill");
  if (!o.svg.empty() && o.times_s.size() < 2) {
    refuse("--svg draws accuracy over time; give --time-s at least two times");
  }
  if (o.weights.empty()) o.weights = o.model == "lenet" && o.data == "builtin" ? "builtin" : "none";
  if (o.weights == "builtin" && (o.model != "lenet" || o.data != "builtin")) {
    refuse("--weights builtin is lenet, trained on the built-in images; give --model lenet --data builtin, or a file");
  }
}
/// What the int8 network can do.
void resolve_int8(const CLI::App& flags, const Options& o) {
  if (o.weights == "none") refuse("--model resnet8-int8 needs --weights FILE, its model.safetensors beside graph.json");
  const std::vector<std::string> known = {"--model",  "--weights", "--data", "--offset",  "--limit", "--confusion",
                                          "--logits", "--seed",    "--json", "--threads", "--quiet"};
  for (const CLI::Option* flag : flags.get_options([](const CLI::Option* option) { return option->count() > 0; })) {
    const std::string& name = flag->get_name();
    const bool usual = (name == "--tile" && flag->results() == std::vector<std::string>{"ideal"}) ||
                       (name == "--mode" && flag->results() == std::vector<std::string>{"original"});
    if (usual || std::find(known.begin(), known.end(), name) != known.end()) continue;
    refuse(name + ": resnet8-int8 only classifies, in integers of its own; leave out " + name);
  }
}

/// What flags say together with the network.
std::vector<pim::io::TileConfig> load_tiles(const Options& o, const pim::model::Network& network) {
  const std::vector<pim::io::TileConfig> tiles = pim::app::load_tiles(o, [&](const std::string& argument) {
    return pim::app::in_layers(pim::app::load_tile(argument, pim::app::modules_of(network.graph)), o.layers,
                               network.graph);
  });
  const bool aging =
      std::any_of(tiles.begin(), tiles.end(), [](const auto& tile) { return tile.any(pim::tile::ages); });
  if (!o.svg.empty() && !(aging && (o.runs("post-training") || o.runs("fine-tune")))) {
    refuse("--svg draws accuracy over time; give a --tile that ages, and --mode post-training or fine-tune");
  }
  return tiles;
}
void require_writable(const Options& o) {
  for (const std::string& file : {o.logits, o.svg}) {
    if (!file.empty()) pim::io::require_writable(file);
  }
  if (!o.output.empty()) pim::app::prepare_output(o.output);
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
pim::app::ImageData load_data(const Options& o, const pim::model::Network& network) {
  const bool loaded = o.weights != "none";
  const bool only_random =
      std::all_of(o.modes.begin(), o.modes.end(), [](const auto& mode) { return mode == "random"; });
  const bool trains = o.epochs > 0 && (o.runs("fine-tune") || !(loaded || only_random));
  std::optional<pim::io::ImageRange> train;
  if (trains || o.recalibrate > 0) train = {.offset = 0, .limit = o.max_train};
  pim::app::ImageData data = pim::app::load_images(o.data, {network.input_shape(), network.classes()},
                                                   {.offset = o.offset, .limit = o.limit}, train);
  if (o.recalibrate > data.train.size()) {
    refuse("--recalibrate " + std::to_string(o.recalibrate) + ": there are " + std::to_string(data.train.size()) +
           " training images; ask for fewer, or give --max-train more");
  }
  return data;
}
std::optional<std::filesystem::path> weights_file(const Options& o) {
  if (o.weights == "none") return std::nullopt;
  return o.weights == "builtin" ? pim::app::builtin_cnn_weights() : std::filesystem::path(o.weights);
}

/// Collects rows, and what is written and printed of them at the end.
class Results {
 public:
  /// words: the command line
  Results(pim::app::Program& program, const Options& options, const std::vector<std::string>& words)
      : program_(program),
        options_(options),
        words_(words),
        costs_(program, options, {.subject = "model", .score = "top1", .score_title = "top-1", .item = "image"}) {}

  void add(const Setting& setting, const pim::io::TileConfig& tile, const CnnEvaluation& evaluation) {
    OrderedJson row = pim::app::cnn_row(options_.model, setting, evaluation);
    costs_.price(row, evaluation.work, tile);
    if (options_.confusion) row["confusion"] = pim::app::confusion_json(evaluation.confusion);
    program_.results().push_back(std::move(row));
    if (first_logits_.size() == 0) first_logits_ = evaluation.logits;
  }
  void note(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      program_.print(line + "\n");
      program_.config()["notes"].push_back(line);
    }
  }
  void finish(const std::vector<std::string>& class_names) {
    if (!options_.logits.empty()) write_logits();
    const OrderedJson& rows = program_.results();
    if (!options_.svg.empty()) {
      pim::io::AtomicFile file(options_.svg);
      file.write(pim::app::accuracy_chart(rows));
      file.commit();
    }
    program_.print(pim::app::score_table(rows));
    if (options_.per_layer) program_.print(pim::app::layer_error_tables(rows));
    if (options_.confusion) program_.print(pim::app::confusion_tables(rows, class_names));
    costs_.finish(words_);
  }

 private:
  void write_logits() const {
    pim::io::Safetensors file;
    const float* values = first_logits_.data();
    file.tensors["logits"] = {.dtype = "F32",
                              .shape = {first_logits_.rows(), first_logits_.cols()},
                              .data = std::vector<float>(values, values + first_logits_.size())};
    pim::io::write_safetensors(options_.logits, file);
  }

  pim::app::Program& program_;
  const Options& options_;
  std::vector<std::string> words_;
  pim::app::StudyCosts costs_;
  pim::Matrix first_logits_;
};

int study_int8(pim::app::Program& program, const Options& o, const std::vector<std::string>& words) {
  Results results(program, o, words);
  require_writable(o);
  constexpr pim::mapping::ImageShape shape{.channels = 3, .height = 32, .width = 32};
  const pim::app::ImageData data =
      pim::app::load_images(o.data, {shape, 10}, {.offset = o.offset, .limit = o.limit}, std::nullopt);
  results.add({.tile = "ideal", .mode = "original", .seed = program.seed()}, pim::io::TileConfig::preset("ideal"),
              pim::app::evaluate_int8(o.weights, data.test, program));
  results.finish(data.test.class_names);
  return 0;
}

int study(pim::app::Program& program, const Options& o, const std::vector<std::string>& words) {
  const pim::model::Network network = pim::model::make_network(o.model);
  if (o.describe) {
    program.results() = pim::app::layer_rows(network);
    program.print(pim::app::layer_table(program.results()));
    return 0;
  }
  if (o.recalibrate > 0 && !pim::app::has_batch_norms(network.graph)) {
    refuse("--recalibrate: " + o.model + " has no batch norms; leave it out or choose a ResNet");
  }
  Results results(program, o, words);
  const std::vector<pim::io::TileConfig> tiles = load_tiles(o, network);
  require_writable(o);
  const pim::app::ImageData data = load_data(o, network);
  for (int s = 0; s < o.seeds; ++s) {
    const std::uint64_t seed = program.seed() + static_cast<std::uint64_t>(s);
    CnnStudy seeded(network, weights_file(o), data.test, data.train, study_params(o, network), seed, program);
    if (s == 0) results.note(seeded.notes());
    pim::app::run_modes(seeded, o, tiles, seed,
                        [&](const Setting& setting, const pim::io::TileConfig& tile, const CnnEvaluation& evaluation) {
                          results.add(setting, tile, evaluation);
                        });
    if (!o.output.empty()) pim::io::write_json(std::filesystem::path(o.output) / "results.json", program.results());
  }
  results.finish(data.test.class_names);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  pim::app::Program program("pim_cnn",
                            "What accuracy do images keep on in-memory hardware, as it is, over time, and fine-tuned?");
  Options options;
  add_flags(program, options);
  const std::vector<std::string> words(argv, argv + argc);
  return program.run(argc, argv, [&] {
    resolve(program.flags(), options);
    program.config()["weights"] = options.weights;
    if (options.model == int8_model) {
      resolve_int8(program.flags(), options);
      return study_int8(program, options, words);
    }
    return study(program, options, words);
  });
}
