#pragma once
#include <numeric>
#include <span>
#include <vector>

#include <pim/model/sequence_classifier.hpp>
#include <pim/task/train/sample.hpp>

namespace pim::task {

/// Logits (samples, labels) of a programmed model, without dropout, in batches of consecutive samples.
///
/// noise   batch i draws from rng.at(i)
/// on_batch(samples done) is called after each batch
/// throws  std::invalid_argument: no samples, a batch below 1, what the model refuses
template <class T, class Kernel, class OnBatch>
Matrix_<T> predict(model::SequenceClassifier<T, Kernel>& model, std::span<const Sample> samples, Index batch_size,
                   const Rng& rng, cost::Ledger& ledger, const OnBatch& on_batch) {
  require(!samples.empty() && batch_size >= 1, "predict: needs at least one sample and batches of at least 1");
  const Index n = std::ssize(samples);
  Matrix_<T> logits(n, model.config().num_labels());
  std::vector<Index> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), Index{0});
  for (Index begin = 0; begin < n; begin += batch_size) {
    const Index count = std::min(batch_size, n - begin);
    const std::span which(numbers.data() + begin, static_cast<std::size_t>(count));
    const model::Batch batch = make_batch(samples, which, model.config());
    const auto call = static_cast<std::uint64_t>(begin / batch_size);
    logits.middleRows(begin, count) = model.forward(batch, rng.at(call), ledger, false);
    on_batch(begin + count);
  }
  return logits;
}
template <class T, class Kernel>
Matrix_<T> predict(model::SequenceClassifier<T, Kernel>& model, std::span<const Sample> samples, Index batch_size,
                   const Rng& rng, cost::Ledger& ledger) {
  return predict(model, samples, batch_size, rng, ledger, [](Index) {});
}

/// The class of each row: the first of its largest logits; a row of NaN is class 0.
template <class T>
std::vector<int> classes(const Matrix_<T>& logits) {
  std::vector<int> result(static_cast<std::size_t>(logits.rows()), 0);
  for (Index i = 0; i < logits.rows(); ++i) {
    int& best = result[static_cast<std::size_t>(i)];
    for (int c = 1; c < static_cast<int>(logits.cols()); ++c) {
      if (logits(i, c) > logits(i, best)) best = c;
    }
  }
  return result;
}
/// The first column: what a regression predicts.
template <class T>
std::vector<double> values(const Matrix_<T>& logits) {
  std::vector<double> result(static_cast<std::size_t>(logits.rows()));
  for (Index i = 0; i < logits.rows(); ++i) result[static_cast<std::size_t>(i)] = static_cast<double>(logits(i, 0));
  return result;
}

}  // namespace pim::task
