#pragma once
#include <cmath>
#include <span>

#include <pim/core/check.hpp>
#include <pim/core/matrix.hpp>
#include <pim/nn/activation.hpp>

/// Losses of a batch of logits (B, classes), and their gradients.
namespace pim::nn {

/// Mean over the batch of -log softmax(logits)[label]; d_logits (B, classes) is its gradient.
/// throws std::invalid_argument: a label is not a class
template <class T>
double cross_entropy(ConstMatrixRef_<T> logits, std::span<const float> labels, MatrixRef_<T> d_logits) {
  const auto batch = static_cast<T>(logits.rows());
  double loss = 0.0;
  for (Index b = 0; b < logits.rows(); ++b) {
    const float label = labels[static_cast<std::size_t>(b)];
    require(label >= 0.0F && label < static_cast<float>(logits.cols()) && label == std::floor(label),
            "cross_entropy: a label is not a class of the model");
    const auto target = static_cast<Index>(label);
    const T top = logits.row(b).maxCoeff();
    const T sum = (logits.row(b).array() - top).exp().sum();
    d_logits.row(b) = (logits.row(b).array() - top).exp() / (sum * batch);
    d_logits(b, target) -= T(1) / batch;
    loss += static_cast<double>(std::log(sum) + top - logits(b, target));
  }
  return loss / static_cast<double>(batch);
}

/// The defaults are ours: what brought networks back best on noisy tiles (docs/cnn.md).
struct DistillationParams {
  double temperature = 4.0;  ///< divides the logits of both: above 1, small probabilities count more
  double share = 0.9;        ///< of the teacher's opinion in the loss; the labels have the rest
};

/// share T^2 KL(softmax(teacher / T) || softmax(logits / T)) + (1 - share) cross_entropy(logits, labels), the mean over
/// the batch; d_logits (B, classes) is its gradient. T^2 keeps the gradient's size as T changes.
/// throws std::invalid_argument: the teacher's shape is another; share outside 0 to 1; a temperature of 0 or less; as
///        cross_entropy
/// source  Hinton, Vinyals and Dean 2015, arXiv 1503.02531, section 2
template <class T>
double distillation(ConstMatrixRef_<T> logits, ConstMatrixRef_<T> teacher, std::span<const float> labels,
                    const DistillationParams& params, MatrixRef_<T> d_logits) {
  require_shape("distillation: teacher", teacher, logits.rows(), logits.cols());
  require_range("distillation: share", params.share, 0.0, 1.0);
  require(params.temperature > 0.0, "distillation: temperature must be above 0");
  const auto log_softmax = [&](auto row) {
    const RowVector_<T> x = row / static_cast<T>(params.temperature);
    const T top = x.maxCoeff();
    return RowVector_<T>(x.array() - top - std::log((x.array() - top).exp().sum()));
  };
  const double hard = cross_entropy<T>(logits, labels, d_logits);
  d_logits *= static_cast<T>(1.0 - params.share);
  const auto scale = static_cast<T>(params.share * params.temperature / static_cast<double>(logits.rows()));
  double soft = 0.0;
  for (Index b = 0; b < logits.rows(); ++b) {
    const RowVector_<T> log_p = log_softmax(teacher.row(b)), log_q = log_softmax(logits.row(b));
    const RowVector_<T> p = log_p.array().exp();
    soft += static_cast<double>((p.array() * (log_p - log_q).array()).sum());
    d_logits.row(b).array() += scale * (log_q.array().exp() - p.array());
  }
  return params.share * params.temperature * params.temperature * soft / static_cast<double>(logits.rows()) +
         (1.0 - params.share) * hard;
}

/// Mean over the batch of (value - label)^2, value the only column of `values` (B, 1); d_values (B, 1) is its gradient.
template <class T>
double mean_squared_error(ConstMatrixRef_<T> values, std::span<const float> labels, MatrixRef_<T> d_values) {
  require_shape("mean_squared_error: values", values, static_cast<Index>(labels.size()), 1);
  const auto batch = static_cast<T>(values.rows());
  double loss = 0.0;
  for (Index b = 0; b < values.rows(); ++b) {
    const T error = values(b, 0) - static_cast<T>(labels[static_cast<std::size_t>(b)]);
    d_values(b, 0) = T(2) * error / batch;
    loss += static_cast<double>(error * error);
  }
  return loss / static_cast<double>(batch);
}

}  // namespace pim::nn
