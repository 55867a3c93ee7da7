#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/nn/adamw.hpp>
#include <pim/nn/buffer.hpp>
#include <pim/task/train/concepts.hpp>
#include <pim/task/train/losses.hpp>
#include <pim/task/train/order.hpp>
#include <pim/task/train/schedule.hpp>

namespace pim::task {

struct TrainParams {
  Index epochs = 3;
  Index batch = 16;                ///< examples of one optimiser step; the last batch of an epoch may be smaller
  double learning_rate = 2e-5;     ///< peak of the linear schedule
  Index warmup_steps = 0;          ///< steps over which the rate rises from 0
  double weight_decay = 0.0;       ///< decoupled; spares biases and norms
  double max_gradient_norm = 0.0;  ///< larger gradients are scaled to this common norm; 0: never
  double clip_deviations = 0.0;    ///< weights of products are held within so many standard deviations; 0: they are not
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
/// scheduled rate.
///
/// state   weights, AdamW's moments and the number of steps done are all that a later run needs to continue to the bit:
///         every random number is a function of `rng` and the step or epoch
/// noise   order of examples: rng.at(0, epoch); programming: rng.at(1, step); forward pass: rng.at(2, step);
///         augmentation: rng.at(3, step)
template <class Model, Dataset Data, Loss<BatchOf<Data>, ScalarOf<Model>> Objective = LabelLoss>
class Trainer {
  static_assert(TrainableNetwork<Model, BatchOf<Data>>,
                "Trainer: the network needs program, forward of the data's batches, backward and parameters");

 public:
  using T = ScalarOf<Model>;
  /// AdamW's state, whose `steps` is the number of steps done.
  using State = typename nn::AdamW<T>::State;

  /// The model and the data must outlive the trainer, and the model must not move.
  /// throws std::invalid_argument: no examples; epochs, batch, warmup_steps, rate, decay, norm or clip out of range
  Trainer(Model& model, const Data& data, Objective loss, const TrainParams& params, const Rng& rng)
      : model_(model),
        data_(data),
        loss_(std::move(loss)),
        params_(params),
        rng_(rng),
        parameters_(model.parameters()),
        optimizer_({.weight_decay = params.weight_decay}) {
    require(data.size() >= 1, "Trainer: there are no training examples");
    require(params.epochs >= 0 && params.batch >= 1 && params.warmup_steps >= 0,
            "Trainer: epochs and warmup_steps must be at least 0, batch at least 1");
    require(params.learning_rate >= 0.0 && params.weight_decay >= 0.0 && params.max_gradient_norm >= 0.0 &&
                params.clip_deviations >= 0.0,
            "Trainer: learning_rate, weight_decay, max_gradient_norm and clip_deviations must be at least 0");
  }

  Index steps_per_epoch() const { return ceil_div(data_.size(), params_.batch); }
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
      order_ = shuffled(data_.size(), rng_.at(place_order, static_cast<std::uint64_t>(epoch)));
      order_epoch_ = epoch;
    }
    const Index count = std::min(params_.batch, std::ssize(order_) - begin);
    const std::span which(order_.data() + begin, static_cast<std::size_t>(count));
    labels_.clear();
    for (const Index i : which) labels_.push_back(static_cast<float>(data_.label(i)));

    model_.program(rng_.at(place_program, call), ledger);
    const auto batch = data_.batch(which, rng_.at(place_augment, call));
    const auto logits = model_.forward(batch, rng_.at(place_forward, call), ledger, true);
    MatrixRef_<T> d_logits = d_logits_.resize(logits.rows(), logits.cols());
    const double loss = loss_(batch, ConstMatrixRef_<T>(logits), std::span<const float>(labels_), d_logits);
    nn::zero_gradients(parameters_);
    model_.backward(d_logits);
    if (params_.max_gradient_norm > 0.0) nn::clip_gradients(parameters_, params_.max_gradient_norm);
    const double rate = linear_schedule(params_.learning_rate, params_.warmup_steps, steps(), step);
    optimizer_.step(parameters_, rate);
    if (params_.clip_deviations > 0.0) nn::clip_weights(parameters_, params_.clip_deviations);
    return {step + 1, steps(), epoch, (step + 1) % steps_per_epoch() == 0, loss, rate};
  }

  /// All steps that are left; on_step(report) after each, which may print, evaluate the model or save it.
  template <class OnStep>
  void run(cost::Ledger& ledger, const OnStep& on_step) {
    while (!done()) on_step(step(ledger));
  }

 private:
  static constexpr std::uint64_t place_order = 0, place_program = 1, place_forward = 2, place_augment = 3;

  Model& model_;
  const Data& data_;
  Objective loss_;
  TrainParams params_;
  Rng rng_;
  nn::Parameters<T> parameters_;
  nn::AdamW<T> optimizer_;
  std::vector<Index> order_;
  Index order_epoch_ = -1;
  std::vector<float> labels_;
  nn::Buffer<T> d_logits_;  // (B, outputs)
};

}  // namespace pim::task
