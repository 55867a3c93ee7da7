#pragma once
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/matrix.hpp>

/// How good the answers of an image classifier are. All throw std::invalid_argument when answers and labels differ in
/// number and when there are none; top_k and confusion, which know the classes, also when a label or an answer is none.
namespace pim::task {

/// In the place of a class: the classifier gave none.
inline constexpr int no_answer = -1;

/// The class of each row of logits (N, classes), the first of its largest; no_answer where one is NaN.
inline std::vector<int> answers(ConstMatrixRef logits) {
  std::vector<int> result;
  for (Index i = 0; i < logits.rows(); ++i) {
    const auto row = logits.row(i);
    Index best = 0;
    if (row.size() > 0) row.maxCoeff(&best);
    result.push_back(row.hasNaN() ? no_answer : static_cast<int>(best));
  }
  return result;
}

namespace detail {
inline void require_scorable(const char* score, Index answers, std::span<const int> labels) {
  if (answers == std::ssize(labels) && answers > 0) return;
  throw std::invalid_argument(std::string(score) + ": " + std::to_string(answers) + " answers for " +
                              std::to_string(labels.size()) + " labels; expected as many, and at least one");
}
inline void require_class(const char* score, int id, Index classes) {
  if (id >= 0 && id < classes) return;
  throw std::invalid_argument(std::string(score) + ": class " + std::to_string(id) + " of " + std::to_string(classes) +
                              "; does the network fit the data?");
}
}  // namespace detail

/// Share of answers that equal their label.
inline double top1(std::span<const int> answers, std::span<const int> labels) {
  detail::require_scorable("top1", std::ssize(answers), labels);
  Index right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += answers[i] == labels[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

/// Share of images whose label is among the k largest logits (N, classes); of equal logits the lower class comes first.
/// A NaN is never right.
inline double top_k(ConstMatrixRef logits, std::span<const int> labels, Index k) {
  detail::require_scorable("top_k", logits.rows(), labels);
  require_range("top_k: k", k, Index{1}, logits.cols());
  Index right = 0;
  for (Index i = 0; i < logits.rows(); ++i) {
    const int label = labels[static_cast<std::size_t>(i)];
    detail::require_class("top_k", label, logits.cols());
    const float own = logits(i, label);
    Index ahead = 0;
    for (Index c = 0; c < logits.cols(); ++c) ahead += logits(i, c) > own || (logits(i, c) == own && c < label) ? 1 : 0;
    right += own == own && ahead < k ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

/// (classes, classes): in row r and column c, how many images of class r were taken for c; those with no_answer stand
/// in no column
inline Matrix_<std::int64_t> confusion(std::span<const int> answers, std::span<const int> labels, Index classes) {
  detail::require_scorable("confusion", std::ssize(answers), labels);
  Matrix_<std::int64_t> counts = Matrix_<std::int64_t>::Zero(classes, classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    detail::require_class("confusion", labels[i], classes);
    if (answers[i] == no_answer) continue;
    detail::require_class("confusion", answers[i], classes);
    ++counts(labels[i], answers[i]);
  }
  return counts;
}

}  // namespace pim::task
