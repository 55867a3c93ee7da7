#include "support/cnn_study.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <string_view>
#include <utility>

#include <pim/core/hash.hpp>
#include <pim/io/checkpoint.hpp>
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

/// The batch norms of a programmed network get the statistics of its own activations.
void recalibrate(Net& net, const task::ImageDataset& images, Index count, const Rng& rng) {
  net.start_calibration();
  cost::Ledger unread;
  std::vector<Index> numbers;
  for (Index begin = 0; begin < count; begin += evaluation_batch) {
    numbers.resize(static_cast<std::size_t>(std::min(evaluation_batch, count - begin)));
    std::iota(numbers.begin(), numbers.end(), begin);
    const auto call = static_cast<std::uint64_t>(begin / evaluation_batch);
    net.forward(images.batch(numbers, rng), rng.at(call), unread, nn::Mode::calibration);
    unread.clear();
  }
}
/// |y - y_float| / |y_float| of the outputs y of each layer with weights, on the first batch.
std::vector<LayerError> layer_errors(Net& net, const Weights& weights, const task::ImageDataset& images,
                                     const Rng& rng) {
  std::vector<Index> numbers(static_cast<std::size_t>(std::min(evaluation_batch, images.size())));
  std::iota(numbers.begin(), numbers.end(), Index{0});
  const Matrix batch = images.batch(numbers, rng);
  const std::unique_ptr<Net> exact = net_on(ideal(), net.graph(), weights);
  cost::Ledger unread;
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
}  // namespace

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
  notes_ = io::load_checkpoint(io::read_safetensors(*weights), file, net.parameters()).lines(file);
  loaded_ = weights_of(net.parameters());
}

CnnEvaluation CnnStudy::random() { return evaluate(ideal(), untrained_).front(); }
CnnEvaluation CnnStudy::original() { return evaluate(ideal(), original_weights()).front(); }
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
    cost::Ledger unread;
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
  for (const int label : train_.labels) hash = fnv1a(std::to_string(label), hash);
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
  const bool recalibrates = params_.recalibrate > 0 && !is_ideal(tile);
  const task::ImageDataset test(test_, normalisation_), train(recalibrates ? train_ : test_, normalisation_);
  std::vector<CnnEvaluation> evaluations(recalibrates ? 2 : 1);
  std::vector<std::vector<double>> scores(evaluations.size());
  const int instances = is_ideal(tile) ? 1 : params_.instances;
  for (int instance = 0; instance < instances; ++instance) {
    const Rng device = rng_.at(instance_place, static_cast<std::uint64_t>(instance));
    cost::Ledger ledger;
    set_weights(net->parameters(), weights);
    net->program(device.at(0), ledger);
    for (std::size_t e = 0; e < evaluations.size(); ++e) {
      CnnEvaluation& evaluation = evaluations[e];
      if (e == 1) recalibrate(*net, train, std::min(params_.recalibrate, train.size()), device.at(2));
      const Clock::time_point begin = Clock::now();
      Progress progress = program_.progress(network_.name + " on " + tile.name(), test_.size());
      const Matrix logits = task::predict(*net, test, evaluation_batch, device.at(1), ledger, [&](Index done) {
        ledger.clear();
        progress.update(done);
      });
      evaluation.eval_s += seconds_since(begin);
      const auto answers = task::classes(logits);
      scores[e].push_back(task::top1(answers, test_.labels));
      const auto confusion = task::confusion(answers, test_.labels, network_.classes());
      if (instance > 0) {
        evaluation.confusion += confusion;
        continue;
      }
      evaluation.confusion = confusion;
      evaluation.logits = logits;
      if (params_.per_layer) evaluation.layer_errors = layer_errors(*net, weights, test, device.at(1));
    }
  }
  for (std::size_t e = 0; e < evaluations.size(); ++e) {
    const auto [mean, deviation] = spread(scores[e]);
    evaluations[e].top1 = mean;
    evaluations[e].top1_std = deviation;
    evaluations[e].images = test_.size();
    evaluations[e].instances = instances;
    evaluations[e].recalibrated = e == 1;
  }
  return evaluations;
}

}  // namespace pim::app
