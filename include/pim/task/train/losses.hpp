#pragma once
#include <span>

#include <pim/nn/loss.hpp>
#include <pim/task/train/concepts.hpp>

namespace pim::task {

/// From labels alone: cross entropy, or the mean squared error of a network with one output that regresses.
struct LabelLoss {
  bool regression = false;

  template <class Batch, class T>
  double operator()(const Batch&, const ConstMatrixRef_<T>& logits, std::span<const float> labels,
                    MatrixRef_<T> d_logits) const {
    return regression ? nn::mean_squared_error<T>(logits, labels, d_logits)
                      : nn::cross_entropy<T>(logits, labels, d_logits);
  }
};

/// From labels and from what another network says of the same batch (nn::distillation).
///
/// The teacher must be programmed, outlive the loss and not be the network in training. Its draws, if it has noise, are
/// the same for each batch.
template <class Teacher>
class DistillationLoss {
 public:
  explicit DistillationLoss(Teacher& teacher, const nn::DistillationParams& params = {}, const Rng& rng = Rng(0))
      : teacher_(&teacher), params_(params), rng_(rng) {}

  template <class Batch, class T>
  double operator()(const Batch& batch, const ConstMatrixRef_<T>& logits, std::span<const float> labels,
                    MatrixRef_<T> d_logits) {
    cost::Ledger unread = cost::Ledger::off();
    return nn::distillation<T>(logits, teacher_->forward(batch, rng_, unread, false), labels, params_, d_logits);
  }

 private:
  Teacher* teacher_;
  nn::DistillationParams params_;
  Rng rng_;
};

}  // namespace pim::task
