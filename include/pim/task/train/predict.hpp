#pragma once
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/task/train/concepts.hpp>

namespace pim::task {

/// Logits (examples, outputs) of a programmed network, not in training, in batches of consecutive examples.
///
/// noise   batch i draws from rng.at(i); its data, should it augment, from rng.at(i, 1)
/// on_batch(examples done) is called after each batch
/// throws  std::invalid_argument: no examples, a batch below 1, what the network refuses
template <Dataset Data, Network<BatchOf<Data>> Model, class OnBatch>
Matrix_<ScalarOf<Model>> predict(Model& model, const Data& data, Index batch_size, const Rng& rng, cost::Ledger& ledger,
                                 const OnBatch& on_batch) {
  require(data.size() >= 1 && batch_size >= 1, "predict: needs at least one example and batches of at least 1");
  const Index n = data.size();
  Matrix_<ScalarOf<Model>> all;
  std::vector<Index> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), Index{0});
  for (Index begin = 0; begin < n; begin += batch_size) {
    const Index count = std::min(batch_size, n - begin);
    const std::span which(numbers.data() + begin, static_cast<std::size_t>(count));
    const auto call = static_cast<std::uint64_t>(begin / batch_size);
    const auto logits = model.forward(data.batch(which, rng.at(call, 1)), rng.at(call), ledger, false);
    if (begin == 0) all.resize(n, logits.cols());
    all.middleRows(begin, count) = logits;
    on_batch(begin + count);
  }
  return all;
}
template <Dataset Data, Network<BatchOf<Data>> Model>
Matrix_<ScalarOf<Model>> predict(Model& model, const Data& data, Index batch_size, const Rng& rng,
                                 cost::Ledger& ledger) {
  return predict(model, data, batch_size, rng, ledger, [](Index) {});
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
