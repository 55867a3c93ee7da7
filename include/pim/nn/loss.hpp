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
