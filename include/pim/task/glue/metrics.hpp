#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>
#include <pim/core/matrix.hpp>
#include <pim/task/glue/task.hpp>

/// Metrics of the GLUE tasks, in double. All throw std::invalid_argument when the two lists differ in length or are
/// empty.
namespace pim::task {

namespace detail {
inline void require_same_length(const char* metric, std::size_t predictions, std::size_t labels) {
  if (predictions == labels && labels > 0) return;
  throw std::invalid_argument(std::string(metric) + ": " + std::to_string(predictions) + " predictions for " +
                              std::to_string(labels) + " labels; expected as many, and at least one");
}
}  // namespace detail

/// Share of predictions that equal their label.
inline double accuracy(std::span<const int> predictions, std::span<const int> labels) {
  detail::require_same_length("accuracy", predictions.size(), labels.size());
  double hits = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) hits += predictions[i] == labels[i] ? 1.0 : 0.0;
  return hits / static_cast<double>(labels.size());
}

/// 2 TP / (2 TP + FP + FN) of class 1; 0 when that class is neither predicted nor present.
inline double f1(std::span<const int> predictions, std::span<const int> labels) {
  detail::require_same_length("f1", predictions.size(), labels.size());
  double hits = 0.0, predicted_and_present = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    hits += predictions[i] == 1 && labels[i] == 1 ? 1.0 : 0.0;
    predicted_and_present += (predictions[i] == 1 ? 1.0 : 0.0) + (labels[i] == 1 ? 1.0 : 0.0);
  }
  return predicted_and_present > 0.0 ? 2.0 * hits / predicted_and_present : 0.0;
}

/// Matthews correlation of any number of classes; 0 when predictions or labels are all of one class.
/// source  Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004, equation 8;
///         with two classes it is Matthews' (TP TN - FP FN) / sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN))
inline double matthews_correlation(std::span<const int> predictions, std::span<const int> labels) {
  detail::require_same_length("matthews_correlation", predictions.size(), labels.size());
  struct Count {
    double predicted = 0.0, present = 0.0;
  };
  std::map<int, Count> classes;
  double hits = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    classes[predictions[i]].predicted += 1.0;
    classes[labels[i]].present += 1.0;
    hits += predictions[i] == labels[i] ? 1.0 : 0.0;
  }
  const double n = static_cast<double>(labels.size());
  double expected = 0.0, predicted_pairs = n * n, present_pairs = n * n;
  for (const auto& [id, count] : classes) {
    expected += count.predicted * count.present;
    predicted_pairs -= count.predicted * count.predicted;
    present_pairs -= count.present * count.present;
  }
  if (predicted_pairs == 0.0 || present_pairs == 0.0) return 0.0;
  return (hits * n - expected) / std::sqrt(predicted_pairs * present_pairs);
}

/// Pearson's linear correlation; NaN when either list is constant or holds a number that is not finite.
inline double pearson(std::span<const double> predictions, std::span<const double> labels) {
  detail::require_same_length("pearson", predictions.size(), labels.size());
  const auto constant = [](std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [&](double v) { return v == values[0]; });
  };
  if (constant(predictions) || constant(labels)) return std::numeric_limits<double>::quiet_NaN();
  const double n = static_cast<double>(labels.size());
  const double mean_p = std::accumulate(predictions.begin(), predictions.end(), 0.0) / n;
  const double mean_l = std::accumulate(labels.begin(), labels.end(), 0.0) / n;
  double covariance = 0.0, variance_p = 0.0, variance_l = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double p = predictions[i] - mean_p, l = labels[i] - mean_l;
    covariance += p * l;
    variance_p += p * p;
    variance_l += l * l;
  }
  return covariance / std::sqrt(variance_p * variance_l);
}

/// Ranks from 1 in ascending order; equal values share the average of their ranks.
inline std::vector<double> average_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t k = first; k < end; ++k) ranks[order[k]] = static_cast<double>(first + end + 1) / 2.0;
  }
  return ranks;
}

/// Spearman's rank correlation: Pearson's of average ranks; NaN when either list is constant or holds a NaN.
inline double spearman(std::span<const double> predictions, std::span<const double> labels) {
  detail::require_same_length("spearman", predictions.size(), labels.size());
  const auto has_nan = [](std::span<const double> values) {
    return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
  };
  if (has_nan(predictions) || has_nan(labels)) return std::numeric_limits<double>::quiet_NaN();
  return pearson(average_ranks(predictions), average_ranks(labels));
}

/// The result of one evaluation.
struct GlueScore {
  std::string metric;                     ///< name of the value that tables report
  double value = 0.0;                     ///< that value; NaN when it is not defined (stsb, constant predictions)
  std::map<std::string, double> metrics;  ///< every metric of the task by name, the table's among them
};

/// Scores the outputs of a classifier on a task: cola Matthews correlation; stsb Pearson, Spearman and their mean; mrpc
/// and qqp accuracy and F1; the others accuracy.
///
/// shapes  outputs (examples, task.outputs()); the prediction is the largest output, or the output itself for stsb;
///         labels (examples), class ids or scores as in Example::label
/// throws  std::invalid_argument: outputs and labels do not fit the task or each other
inline GlueScore glue_score(const GlueTask& task, ConstMatrixRef outputs, std::span<const float> labels) {
  detail::require_same_length("glue_score", static_cast<std::size_t>(outputs.rows()), labels.size());
  if (outputs.cols() != task.outputs()) {
    throw std::invalid_argument("glue_score: " + std::string(task.name) + " has " + std::to_string(task.outputs()) +
                                " outputs, got " + std::to_string(outputs.cols()));
  }
  GlueScore score{std::string(task.metric), 0.0, {}};
  const auto add = [&](std::string_view name, double value) { score.metrics[std::string(name)] = value; };
  if (task.is_regression()) {
    const std::vector<double> truth(labels.begin(), labels.end());
    std::vector<double> predictions(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      predictions[i] = static_cast<double>(outputs(static_cast<Index>(i), 0));
    }
    const double p = pearson(predictions, truth), s = spearman(predictions, truth);
    add(metric_name::pearson, p);
    add(metric_name::spearman, s);
    add(metric_name::pearson_spearman, (p + s) / 2.0);
  } else {
    std::vector<int> predictions(labels.size()), truth(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      Index best = 0;
      outputs.row(static_cast<Index>(i)).maxCoeff(&best);
      predictions[i] = static_cast<int>(best);
      truth[i] = static_cast<int>(labels[i]);
    }
    if (task.metric == metric_name::matthews) {
      add(metric_name::matthews, matthews_correlation(predictions, truth));
    } else {
      add(metric_name::accuracy, accuracy(predictions, truth));
    }
    if (task.name == "mrpc" || task.name == "qqp") add(metric_name::f1, f1(predictions, truth));
  }
  score.value = score.metrics.at(score.metric);
  return score;
}

}  // namespace pim::task
