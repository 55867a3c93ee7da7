#pragma once
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <pim/model/sequence_classifier.hpp>
#include <pim/nn/adamw.hpp>
#include <pim/nn/loss.hpp>
#include <pim/task/train/sample.hpp>
#include <pim/task/train/schedule.hpp>

namespace pim::task {

struct TrainParams {
  Index epochs = 3;
  Index batch = 16;                ///< samples of one optimiser step; the last batch of an epoch may be smaller
  double learning_rate = 2e-5;     ///< peak of the linear schedule
  Index warmup_steps = 0;          ///< steps over which the rate rises from 0
  double weight_decay = 0.0;       ///< decoupled; spares biases and norms
  double max_gradient_norm = 0.0;  ///< larger gradients are scaled to this common norm; 0: never
};

/// What one optimiser step was like.
struct StepReport {
  Index step = 0;   ///< 1 for the first
  Index steps = 0;  ///< of the whole run
  Index epoch = 0;  ///< 0 for the first
  bool ends_epoch = false;
  double loss = 0.0;  ///< mean over the batch, before the step
  double rate = 0.0;  ///< learning rate of the step
};

/// Fine-tuning through the hardware: each step programs the kernels with the weights as they stand, passes a batch
/// forward through them, passes gradients straight through, and moves the master weights by AdamW at a linearly
/// scheduled rate. The loss is cross entropy, or the mean squared error for a model with one output.
///
/// state   weights, AdamW's moments and the number of steps done are all that a later run needs to continue to the bit:
///         every random number is a function of `rng` and the step or epoch
/// noise   order of samples: rng.at(0, epoch); programming: rng.at(1, step); forward pass: rng.at(2, step)
template <class T, class Kernel>
class Trainer {
 public:
  using Model = model::SequenceClassifier<T, Kernel>;
  /// AdamW's state, whose `steps` is the number of steps done.
  using State = typename nn::AdamW<T>::State;

  /// The model and the samples must outlive the trainer, and the model must not move.
  /// throws std::invalid_argument: no samples; epochs, batch, warmup_steps, rate, decay or norm out of range
  Trainer(Model& model, std::span<const Sample> samples, const TrainParams& params, const Rng& rng)
      : model_(model),
        samples_(samples),
        params_(params),
        rng_(rng),
        parameters_(model.parameters()),
        optimizer_({.weight_decay = params.weight_decay}) {
    require(!samples.empty(), "Trainer: there are no training samples");
    require(params.epochs >= 0 && params.batch >= 1 && params.warmup_steps >= 0,
            "Trainer: epochs and warmup_steps must be at least 0, batch at least 1");
    require(params.learning_rate >= 0.0 && params.weight_decay >= 0.0 && params.max_gradient_norm >= 0.0,
            "Trainer: learning_rate, weight_decay and max_gradient_norm must be at least 0");
  }

  Index steps_per_epoch() const { return ceil_div(std::ssize(samples_), params_.batch); }
  Index steps() const { return params_.epochs * steps_per_epoch(); }
  bool done() const { return state().steps >= steps(); }

  const State& state() const { return optimizer_.state(); }
  /// Continues after the steps of `state`; the model must have the weights that belong to it.
  void restore(State state) { optimizer_.restore(std::move(state)); }

  /// One optimiser step. Not to be called when done().
  /// throws std::invalid_argument: a label that is no class, or what the model or AdamW refuses
  StepReport step(cost::Ledger& ledger) {
    const Index step = state().steps, epoch = step / steps_per_epoch(),
                begin = step % steps_per_epoch() * params_.batch;
    const auto call = static_cast<std::uint64_t>(step);
    if (epoch != order_epoch_) {
      order_ = shuffled(std::ssize(samples_), rng_.at(place_order, static_cast<std::uint64_t>(epoch)));
      order_epoch_ = epoch;
    }
    const Index count = std::min(params_.batch, std::ssize(order_) - begin);
    const std::span which(order_.data() + begin, static_cast<std::size_t>(count));
    labels_.clear();
    for (const Index i : which) labels_.push_back(samples_[static_cast<std::size_t>(i)].label);

    model_.program(rng_.at(place_program, call), ledger);
    const auto logits =
        model_.forward(make_batch(samples_, which, model_.config()), rng_.at(place_forward, call), ledger, true);
    auto d_logits = d_logits_.resize(logits.rows(), logits.cols());
    const double loss = model_.config().is_regression() ? nn::mean_squared_error<T>(logits, labels_, d_logits)
                                                        : nn::cross_entropy<T>(logits, labels_, d_logits);
    nn::zero_gradients(parameters_);
    model_.backward(d_logits);
    if (params_.max_gradient_norm > 0.0) nn::clip_gradients(parameters_, params_.max_gradient_norm);
    const double rate = linear_schedule(params_.learning_rate, params_.warmup_steps, steps(), step);
    optimizer_.step(parameters_, rate);
    return {step + 1, steps(), epoch, (step + 1) % steps_per_epoch() == 0, loss, rate};
  }

  /// All steps that are left; on_step(report) after each, which may print, evaluate the model or save it.
  template <class OnStep>
  void run(cost::Ledger& ledger, const OnStep& on_step) {
    while (!done()) on_step(step(ledger));
  }

 private:
  static constexpr std::uint64_t place_order = 0, place_program = 1, place_forward = 2;

  Model& model_;
  std::span<const Sample> samples_;
  TrainParams params_;
  Rng rng_;
  nn::Parameters<T> parameters_;
  nn::AdamW<T> optimizer_;
  std::vector<Index> order_;
  Index order_epoch_ = -1;
  std::vector<float> labels_;
  nn::Buffer<T> d_logits_;  // (B, labels)
};

}  // namespace pim::task
