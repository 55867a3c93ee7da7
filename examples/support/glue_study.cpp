#include "support/glue_study.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include <pim/core/hash.hpp>
#include <pim/core/text.hpp>
#include <pim/io/model_folder.hpp>
#include <pim/kernel/library_matmul.hpp>
#include <pim/model/sequence_classifier.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/task/train/sample.hpp>
#include <pim/tile/conditions.hpp>

#include "support/program.hpp"

namespace pim::app {

namespace {
using Classifier = model::SequenceClassifier<float, kernel::LibraryMatmul>;
using Clock = std::chrono::steady_clock;

constexpr Index evaluation_batch = 32;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
/// A model whose linear layers run on `tile`; layers it does not name stay digital.
std::unique_ptr<Classifier> model_on(const io::TileConfig& tile, const model::EncoderConfig& config,
                                     const Weights& weights) {
  auto model = std::make_unique<Classifier>(config, [&](std::string_view path) {
    const tile::AnyParams* params = tile.find(path);
    return kernel::library_matmul(params != nullptr ? *params : tile::IdealTileParams{});
  });
  set_weights(model->parameters(), weights);
  return model;
}
template <class T>
std::string_view bytes_of(const T* values, Index count) {
  return {reinterpret_cast<const char*>(values), static_cast<std::size_t>(count) * sizeof(T)};
}
}  // namespace

GlueStudy::GlueStudy(const task::GlueTask& task, const GlueData& data, Pretrained pretrained, const StudyParams& params,
                     std::uint64_t seed, const Program& program)
    : task_(task), pretrained_(std::move(pretrained)), params_(params), seed_(seed), rng_(seed), program_(program) {
  params_.max_length = std::min(params_.max_length, pretrained_.config.max_length());
  train_ = tokenised(data.train, pretrained_.tokenizer, params_.max_length);
  for (const DevSet& dev : data.dev) {
    dev_.push_back(
        {dev.name, tokenised(dev.examples, pretrained_.tokenizer, params_.max_length), labels_of(dev.examples)});
  }
  Classifier model(pretrained_.config,
                   [](std::string_view) { return kernel::library_matmul(tile::IdealTileParams{}); });
  model.initialise(rng_.at(start_place));
  untrained_ = weights_of(model.parameters());
  if (!pretrained_.weights.tensors.empty()) {
    const std::string file = (pretrained_.source / "model.safetensors").string();
    notes_ = io::load_checkpoint(pretrained_.weights, file, model.parameters(),
                                 model::encoder_name(pretrained_.config) + ".")
                 .lines(file);
  }
  start_ = weights_of(model.parameters());
  for (std::size_t i = 0; const nn::Parameter<float>& p : model.parameters()) {
    const bool in_head = p.name.starts_with("bert.pooler.") || p.name.starts_with("classifier.");
    if (!in_head) untrained_[i] = start_[i];
    ++i;
  }
}

std::vector<Evaluation> GlueStudy::random() { return evaluate(io::TileConfig::preset("ideal"), untrained_); }
std::vector<Evaluation> GlueStudy::original() {
  train_original();
  return evaluate(io::TileConfig::preset("ideal"), *original_);
}
std::vector<Evaluation> GlueStudy::post_training(const io::TileConfig& tile, const Condition& condition) {
  train_original();
  return evaluate(under(tile, condition), *original_);
}
void GlueStudy::fine_tune(const io::TileConfig& tile) {
  if (params_.start_from_original) train_original();
  const io::TileConfig training = tile.transformed(tile::for_training);
  tuned_ = train("fine-tune " + tile.name(), training, params_.start_from_original ? *original_ : start_);
}
std::vector<Evaluation> GlueStudy::fine_tuned(const io::TileConfig& tile, const Condition& condition) {
  return evaluate(under(tile, condition), tuned_);
}

void GlueStudy::train_original() {
  if (original_) return;
  original_ = train("original", io::TileConfig::preset("ideal"), start_);
  original_train_s_ = train_s_;
}
Weights GlueStudy::train(const std::string& name, const io::TileConfig& tile, const Weights& start) {
  const std::unique_ptr<Classifier> model = model_on(tile, pretrained_.config, start);
  const task::TokenDataset data(train_, pretrained_.config);
  task::Trainer<Classifier, task::TokenDataset> trainer(*model, data, {.regression = task_.is_regression()},
                                                        params_.train, rng_.at(training_place));
  const std::string label = std::string(task_.name) + " seed " + std::to_string(seed_) + " " + name;
  const TrainingRun run{
      .label = label, .identity = description(label, tile, start), .folder = folder_of(name), .resume = params_.resume};
  train_s_ = carry_on(trainer, model->parameters(), run, program_, [&] {
    io::write_model_folder(run.folder, pretrained_.config, model->parameters(), pretrained_.tokenizer,
                           pretrained_.source);
  });
  return weights_of(model->parameters());
}
std::string GlueStudy::description(const std::string& run, const io::TileConfig& tile, const Weights& start) const {
  std::uint64_t hash = hash_of(start, fnv1a(tile.content()));
  for (const task::Sample& sample : train_) {
    hash = fnv1a(bytes_of(sample.ids.data(), std::ssize(sample.ids)), hash);
    hash = fnv1a(bytes_of(&sample.label, 1), hash);
  }
  return run + " epochs " + std::to_string(params_.train.epochs) + " batch " + std::to_string(params_.train.batch) +
         " rate " + io::Json(params_.train.learning_rate).dump() + " length " + std::to_string(params_.max_length) +
         " examples " + std::to_string(train_.size()) + ", start, data and tile " + std::to_string(hash);
}
std::filesystem::path GlueStudy::folder_of(std::string name) const {
  if (params_.output.empty()) return {};
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '/'; }, '-');
  return params_.output / (std::string(task_.name) + "-seed" + std::to_string(seed_) + "-" + name);
}

std::vector<Evaluation> GlueStudy::evaluate(const io::TileConfig& tile, const Weights& weights) {
  std::vector<Evaluation> evaluations;
  const std::unique_ptr<Classifier> model = model_on(tile, pretrained_.config, weights);
  std::vector<std::vector<task::GlueScore>> scores(dev_.size());
  std::vector<double> spent_s(dev_.size());
  std::vector<Work> work(dev_.size());
  const int instances = is_ideal(tile) ? 1 : params_.instances;
  for (int instance = 0; instance < instances; ++instance) {
    const Rng device = rng_.at(instance_place, static_cast<std::uint64_t>(instance));
    cost::Ledger programming = instance == 0 ? cost::Ledger() : cost::Ledger::off();
    model->program(device.at(0), programming);
    for (std::size_t d = 0; d < dev_.size(); ++d) {
      const Clock::time_point begin = Clock::now();
      Progress progress = program_.progress(dev_[d].name + " on " + tile.name(), std::ssize(dev_[d].samples));
      cost::Ledger inference = programming.like();
      const Matrix logits =
          task::predict(*model, task::TokenDataset(dev_[d].samples, pretrained_.config), evaluation_batch,
                        device.at(1 + d), inference, [&](Index done) { progress.update(done); });
      scores[d].push_back(task::glue_score(task_, logits, dev_[d].labels));
      spent_s[d] += seconds_since(begin);
      if (inference.collects())
        work[d] = {as_built(programming, tile), as_built(inference, tile), std::ssize(dev_[d].samples)};
    }
  }
  for (std::size_t d = 0; d < dev_.size(); ++d) {
    evaluations.push_back(summary(dev_[d], scores[d]));
    evaluations.back().eval_s = spent_s[d];
    evaluations.back().work = std::move(work[d]);
  }
  return evaluations;
}
Evaluation GlueStudy::summary(const Dev& dev, const std::vector<task::GlueScore>& scores) {
  const auto n = static_cast<double>(scores.size());
  Evaluation evaluation{.name = dev.name,
                        .score = scores.front(),
                        .examples = std::ssize(dev.samples),
                        .instances = static_cast<int>(std::ssize(scores))};
  const auto mean = [&](const auto& value) {
    double sum = 0.0;
    for (const task::GlueScore& score : scores) sum += value(score);
    return sum / n;
  };
  evaluation.score.value = mean([](const task::GlueScore& s) { return s.value; });
  for (auto& [metric, value] : evaluation.score.metrics) {
    value = mean([&name = metric](const task::GlueScore& s) { return s.metrics.at(name); });
  }
  std::vector<double> values;
  for (const task::GlueScore& score : scores) values.push_back(score.value);
  evaluation.score_std = spread(values).deviation;
  return evaluation;
}

}  // namespace pim::app
