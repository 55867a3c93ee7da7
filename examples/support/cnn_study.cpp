#include "support/cnn_study.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

#include <pim/core/hash.hpp>
#include <pim/core/text.hpp>
#include <pim/io/checkpoint.hpp>
#include <pim/io/int8_network_file.hpp>
#include <pim/kernel/library_matmul.hpp>
#include <pim/model/conv_net.hpp>
#include <pim/task/image/image_scores.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/tile/conditions.hpp>

#include "support/image_data.hpp"
#include "support/program.hpp"

namespace pim::app {

namespace {
using Net = model::ConvNet<float, kernel::LibraryMatmul>;
using Clock = std::chrono::steady_clock;

constexpr Index evaluation_batch = 100;

/// Convolutions and linear layers: what tiles compute.
bool has_weights(const model::Node& node) {
  return std::holds_alternative<model::op::Conv2d>(node.operation) ||
         std::holds_alternative<model::op::Linear>(node.operation);
}
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A network whose layers run on `tile`; layers it does not name stay digital.
std::unique_ptr<Net> net_on(const io::TileConfig& tile, const model::Graph& graph, const Weights& weights) {
  const auto make_kernel = [&](std::string_view path, model::ProductKind) {
    const tile::AnyParams* params = tile.find(path);
    return kernel::library_matmul(params != nullptr ? *params : tile::IdealTileParams{});
  };
  // The tutorial unfolds channel by channel, which decides what its blocks hold together.
  const auto order =
      tile.any(tile::is_literal) ? mapping::PatchOrder::channel_major : mapping::PatchOrder::position_major;
  auto net = std::make_unique<Net>(graph, make_kernel, nn::BackwardOperands::exact, order);
  set_weights(net->parameters(), weights);
  return net;
}
io::TileConfig ideal() { return io::TileConfig::preset("ideal"); }

std::vector<Index> numbers_from(Index begin, Index end) {
  std::vector<Index> numbers(static_cast<std::size_t>(end - begin));
  std::iota(numbers.begin(), numbers.end(), begin);
  return numbers;
}
/// The batch norms of a programmed network get the statistics of its own activations.
void recalibrate(Net& net, const task::ImageDataset& images, Index count, const Rng& rng) {
  net.start_calibration();
  cost::Ledger unread = cost::Ledger::off();
  for (Index begin = 0; begin < count; begin += evaluation_batch) {
    const auto numbers = numbers_from(begin, std::min(begin + evaluation_batch, count));
    const auto call = static_cast<std::uint64_t>(begin / evaluation_batch);
    net.forward(images.batch(numbers, rng.at(call, 1)), rng.at(call), unread, nn::Mode::calibration);
  }
}
/// |y - y_float| / |y_float| of the outputs y of each layer with weights, on the first batch.
std::vector<LayerError> layer_errors(Net& net, const Weights& weights, const task::ImageDataset& images,
                                     const Rng& rng) {
  const Matrix batch = images.batch(numbers_from(0, std::min(evaluation_batch, images.size())), rng);
  const std::unique_ptr<Net> exact = net_on(ideal(), net.graph(), weights);
  cost::Ledger unread = cost::Ledger::off();
  exact->program(Rng(0), unread);
  std::vector<Matrix> expected;
  exact->forward(batch, Rng(0), unread, nn::Mode::inference, [&](const model::Node& node, ConstMatrixRef y) {
    if (has_weights(node)) expected.push_back(y);
  });
  std::vector<LayerError> errors;
  net.forward(batch, rng.at(0), unread, nn::Mode::inference, [&](const model::Node& node, ConstMatrixRef y) {
    if (!has_weights(node)) return;
    const Matrix& exact_y = expected[errors.size()];
    errors.push_back({node.name, static_cast<double>((y - exact_y).norm() / exact_y.norm())});
  });
  return errors;
}

/// What a checkpoint has beyond the network, a line for people; PyTorch's counts of batches are nobody's loss.
/// throws std::runtime_error: a tensor of a part that the network has too, but smaller
std::vector<std::string> notes_of(io::LoadReport report, const std::string& file, const model::Network& network,
                                  const nn::Parameters<float>& parameters) {
  const auto part = [](std::string_view name) { return name.substr(0, name.find('.')); };
  std::erase_if(report.unused,
                [](const std::string& tensor) { return tensor.find(".num_batches_tracked (") != std::string::npos; });
  for (const std::string& tensor : report.unused) {
    for (const nn::Parameter<float>& parameter : parameters) {
      if (part(tensor) != part(parameter.name)) continue;
      throw std::runtime_error(printable(file) + ": " + network.name + " has no " + tensor +
                               "; these are the weights of another network, choose it with --model");
    }
  }
  return report.lines(file);
}

Matrix logits_of(Net& net, const task::ImageDataset& images, const Rng& rng, cost::Ledger& ledger,
                 Progress&& progress) {
  return task::predict(net, images, evaluation_batch, rng, ledger, [&](Index done) { progress.update(done); });
}
void add_answers(const Matrix& logits, const std::vector<int>& labels, CnnEvaluation& evaluation) {
  const std::vector<int> answers = task::answers(logits);
  const auto confusion = task::confusion(answers, labels, logits.cols());
  if (evaluation.top1.empty()) {
    evaluation.logits = logits;
    evaluation.confusion = confusion;
    evaluation.images = std::ssize(labels);
  } else {
    evaluation.confusion += confusion;
  }
  evaluation.top1.push_back(task::top1(answers, labels));
}
}  // namespace

io::TileConfig in_layers(const io::TileConfig& tile, const std::vector<std::string>& layers,
                         const model::Graph& graph) {
  const auto modules = modules_of(graph);
  const auto is_word = [](const std::string& layer) { return layer == "all" || layer == "inner"; };
  const auto restricted = [&] {
    if (layers == std::vector<std::string>{"all"}) return tile;
    if (layers == std::vector<std::string>{"inner"}) return tile.without({modules.front().path, modules.back().path});
    if (std::any_of(layers.begin(), layers.end(), is_word)) {
      throw std::invalid_argument("--layers: all and inner stand alone, without paths beside them");
    }
    try {
      return tile.only(layers);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(std::string("--layers: ") + error.what());
    }
  }();
  if (restricted.any([](const auto&) { return true; })) return restricted;
  throw std::invalid_argument("--tile " + tile.name() +
                              ": no layer is left on it; give it conv2d or linear layers that --layers takes");
}

bool has_batch_norms(const model::Graph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const model::Node& node) {
    return std::holds_alternative<model::op::BatchNorm>(node.operation);
  });
}

CnnEvaluation evaluate_int8(const std::filesystem::path& weights, const task::ImageSet& images,
                            const Program& program) {
  const bool folder = std::filesystem::is_directory(weights);
  if (!folder && weights.filename() != "model.safetensors") {
    throw std::invalid_argument("--weights " + printable(weights.string()) +
                                ": the int8 network takes its model.safetensors beside graph.json, or their folder");
  }
  const auto network = io::read_int8_network(folder ? weights : weights.parent_path(), images.shape);
  const Clock::time_point begin = Clock::now();
  const Progress progress = program.progress("int8 network", images.size());
  const Eigen::Map<const Matrix_<std::uint8_t>> pixels(images.pixels.data(), images.size() * images.shape.pixels(),
                                                       images.shape.channels);
  CnnEvaluation evaluation;
  add_answers(network.forward(pixels).cast<float>(), images.labels, evaluation);
  evaluation.eval_s = seconds_since(begin);
  return evaluation;
}

CnnStudy::CnnStudy(const model::Network& network, const std::optional<std::filesystem::path>& weights,
                   const task::ImageSet& test, const task::ImageSet& train, const CnnStudyParams& params,
                   std::uint64_t seed, const Program& program)
    : network_(network),
      test_(test),
      train_(train),
      params_(params),
      normalisation_(normalisation_of(network.preprocessing)),
      seed_(seed),
      rng_(seed),
      program_(program) {
  Net net(network.graph,
          [](std::string_view, model::ProductKind) { return kernel::library_matmul(tile::IdealTileParams{}); });
  net.initialise(rng_.at(start_place));
  untrained_ = weights_of(net.parameters());
  if (!weights) return;
  const std::string file = weights->string();
  const nn::Parameters<float> parameters = net.parameters();
  notes_ = notes_of(io::load_checkpoint(io::read_safetensors(*weights), file, parameters), file, network, parameters);
  loaded_ = weights_of(net.parameters());
}

std::vector<CnnEvaluation> CnnStudy::random() { return evaluate(ideal(), untrained_); }
std::vector<CnnEvaluation> CnnStudy::original() { return evaluate(ideal(), original_weights()); }
std::vector<CnnEvaluation> CnnStudy::post_training(const io::TileConfig& tile, const Condition& condition) {
  return evaluate(under(tile, condition), original_weights());
}
void CnnStudy::fine_tune(const io::TileConfig& tile) {
  const bool from_original = loaded_ || params_.start_from_original;
  tuned_ = train("fine-tune " + tile.name(), tile.transformed(tile::for_training),
                 from_original ? original_weights() : untrained_, params_.distillation, tuned_train_s_);
}
std::vector<CnnEvaluation> CnnStudy::fine_tuned(const io::TileConfig& tile, const Condition& condition) {
  return evaluate(under(tile, condition), tuned_);
}

const Weights& CnnStudy::original_weights() {
  if (loaded_) return *loaded_;
  if (!original_) original_ = train("original", ideal(), untrained_, 0.0, original_train_s_);
  return *original_;
}

Weights CnnStudy::train(const std::string& name, const io::TileConfig& tile, const Weights& start, double distillation,
                        double& train_s) {
  if (params_.train.epochs == 0) return start;
  const std::unique_ptr<Net> net = net_on(tile, network_.graph, start);
  const task::ImageDataset data(train_, normalisation_, params_.augmentation);
  const TrainingRun run{.label = network_.name + " seed " + std::to_string(seed_) + " " + name,
                        .identity = description(name, tile, start, distillation),
                        .folder = folder_of(name),
                        .resume = params_.resume};
  const auto train_with = [&](auto loss) {
    task::Trainer trainer(*net, data, std::move(loss), params_.train, rng_.at(training_place));
    train_s = carry_on(trainer, net->parameters(), run, program_, [&] {
      io::write_safetensors(run.folder / "model.safetensors", io::save_checkpoint(net->parameters()));
    });
  };
  if (distillation > 0.0) {
    const std::unique_ptr<Net> teacher = net_on(ideal(), network_.graph, original_weights());
    cost::Ledger unread = cost::Ledger::off();
    teacher->program(Rng(0), unread);
    train_with(task::DistillationLoss(*teacher, {.temperature = params_.temperature, .share = distillation}));
  } else {
    train_with(task::LabelLoss{});
  }
  return weights_of(net->parameters());
}
std::string CnnStudy::description(const std::string& name, const io::TileConfig& tile, const Weights& start,
                                  double distillation) const {
  std::uint64_t hash = hash_of(start, fnv1a(tile.content()));
  hash = fnv1a({reinterpret_cast<const char*>(train_.pixels.data()), train_.pixels.size()}, hash);
  for (const int label : train_.labels) hash = fnv1a(std::to_string(label) + ' ', hash);
  const io::Json numbers = {{"epochs", params_.train.epochs},
                            {"batch", params_.train.batch},
                            {"rate", params_.train.learning_rate},
                            {"clip", params_.train.clip_deviations},
                            {"shift", params_.augmentation.shift},
                            {"mirror", params_.augmentation.mirror},
                            {"distillation", distillation},
                            {"temperature", params_.temperature},
                            {"images", train_.size()}};
  return network_.name + " seed " + std::to_string(seed_) + " " + name + " " + numbers.dump() +
         ", start, data and tile " + std::to_string(hash);
}
std::filesystem::path CnnStudy::folder_of(std::string name) const {
  if (params_.output.empty()) return {};
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '/'; }, '-');
  return params_.output / (network_.name + "-seed" + std::to_string(seed_) + "-" + name);
}

std::vector<CnnEvaluation> CnnStudy::evaluate(const io::TileConfig& tile, const Weights& weights) {
  const std::unique_ptr<Net> net = net_on(tile, network_.graph, weights);
  const int instances = is_ideal(tile) ? 1 : params_.instances;
  const bool recalibrates = params_.recalibrate > 0 && !is_ideal(tile);
  // Running statistics are those of training images, varied as in training.
  const task::ImageDataset test(test_, normalisation_);
  const task::ImageDataset train(recalibrates ? train_ : test_, normalisation_, params_.augmentation);
  std::vector<CnnEvaluation> evaluations(1);
  if (recalibrates) evaluations.push_back({.recalibrated = true});
  for (int instance = 0; instance < instances; ++instance) {
    const Rng device = rng_.at(instance_place, static_cast<std::uint64_t>(instance));
    cost::Ledger programming = instance == 0 ? cost::Ledger() : cost::Ledger::off(), inference = programming.like();
    set_weights(net->parameters(), weights);
    net->program(device.at(0), programming);
    for (CnnEvaluation& evaluation : evaluations) {
      if (evaluation.recalibrated) recalibrate(*net, train, std::min(params_.recalibrate, train.size()), device.at(2));
      const std::string name = network_.name + " on " + tile.name() +
                               (instances > 1 ? ", device " + std::to_string(instance + 1) : std::string());
      if (params_.per_layer && instance == 0) evaluation.layer_errors = layer_errors(*net, weights, test, device.at(1));
      const Clock::time_point begin = Clock::now();
      const Matrix logits = logits_of(*net, test, device.at(1), inference, program_.progress(name, test.size()));
      add_answers(logits, test_.labels, evaluation);
      evaluation.eval_s += seconds_since(begin);
      if (!inference.collects()) continue;
      evaluation.work = {as_built(programming, tile), as_built(inference, tile), test.size()};
      inference.clear();
    }
  }
  return evaluations;
}

}  // namespace pim::app
