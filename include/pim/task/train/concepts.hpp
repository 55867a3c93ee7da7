#pragma once
#include <concepts>
#include <span>
#include <utility>

#include <pim/core/matrix.hpp>
#include <pim/core/rng.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/nn/parameter.hpp>

/// What training and prediction ask of networks, data and losses.
namespace pim::task {

/// data.batch(numbers, rng): the examples of these numbers, in their order, as the network takes them; rng is the key
/// of one batch, for augmentation. data.label(i): example i's class as a whole number, or its value to regress to.
template <class D>
concept Dataset = requires(const D data, Index i, std::span<const Index> numbers, const Rng& rng) {
  { data.size() } -> std::convertible_to<Index>;
  { data.label(i) } -> std::convertible_to<float>;
  data.batch(numbers, rng);
};
template <Dataset D>
using BatchOf = decltype(std::declval<const D&>().batch(std::span<const Index>(), std::declval<const Rng&>()));

/// model.program(rng, ledger) carries the weights to the kernels; model.forward(batch, rng, ledger, training): logits
/// (examples, outputs), valid until the next call.
template <class M, class Batch>
concept Network = requires(M model, const Batch& batch, const Rng& rng, cost::Ledger& ledger, bool training) {
  model.program(rng, ledger);
  { model.forward(batch, rng, ledger, training).cols() } -> std::convertible_to<Index>;
  model.parameters();
};

namespace detail {
template <class T>
T scalar_of(const nn::Parameters<T>&);
}  // namespace detail
/// The type of a network's numbers.
template <class M>
using ScalarOf = decltype(detail::scalar_of(std::declval<M&>().parameters()));

/// model.backward(d_logits): adds the gradients of all parameters, from that of the last forward pass's logits.
template <class M, class Batch>
concept TrainableNetwork = Network<M, Batch> && requires(M model, ConstMatrixRef_<ScalarOf<M>> d_logits) {
  model.backward(d_logits);
};

/// loss(batch, logits, labels, d_logits): mean over the batch; fills d_logits (examples, outputs) with its gradient.
template <class L, class Batch, class T>
concept Loss = requires(L loss, const Batch& batch, ConstMatrixRef_<T> logits, std::span<const float> labels,
                        MatrixRef_<T> d_logits) {
  { loss(batch, logits, labels, d_logits) } -> std::convertible_to<double>;
};

}  // namespace pim::task
