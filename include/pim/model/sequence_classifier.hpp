#pragma once
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <pim/model/classification_head.hpp>
#include <pim/model/encoder_embeddings.hpp>
#include <pim/model/encoder_layer.hpp>

namespace pim::model {

/// A RoBERTa or BERT encoder with a classification (or one-output regression) head on the first token. Each linear
/// layer multiplies by a kernel of its own; everything else is computed digitally in T.
///
/// state   master weights (what training changes), and in the kernels what `program` last carried to them
/// noise   `rng` is the key of one call (or of one programming): layer i draws from rng.at(1 + i), embeddings from
///         rng.at(0), the head from rng.at(1 + layers). The caller owns the call number: pass rng.at(place, call)
/// ledger  every layer books its forward work under its HuggingFace path; the backward pass runs on the host
template <class T, kernel::MatmulKernel<T> Kernel>
class SequenceClassifier {
 public:
  static constexpr double initial_sigma = 0.02;  ///< HuggingFace's initializer_range

  /// make_kernel(std::string_view path) gives the kernel of the linear layer of that path (module_names.hpp lists
  /// them). All weights are zero: call initialise, or load a checkpoint.
  ///
  /// throws std::invalid_argument: a configuration whose parts do not fit each other
  template <class MakeKernel>
  SequenceClassifier(const EncoderConfig& config, MakeKernel&& make_kernel,
                     nn::BackwardOperands operands = nn::BackwardOperands::exact)
      : config_(validated(config)), embeddings_(config_), head_(config_, make_kernel, operands) {
    layers_.reserve(static_cast<std::size_t>(config_.num_hidden_layers));
    for (Index i = 0; i < config_.num_hidden_layers; ++i) layers_.emplace_back(config_, i, make_kernel, operands);
    caches_.resize(layers_.size());
  }

  const EncoderConfig& config() const { return config_; }

  /// Fresh weights, normal(0, 0.02); biases 0, norms 1.
  void initialise(const Rng& rng) {
    embeddings_.initialise(initial_sigma, rng.at(0));
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].initialise(initial_sigma, rng.at(1 + i));
    head_.initialise(initial_sigma, rng.at(1 + layers_.size()));
  }
  /// Carries the master weights to the kernels.
  void program(const Rng& rng, cost::Ledger& ledger) {
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].program(rng.at(1 + i), ledger);
    head_.program(rng.at(1 + layers_.size()), ledger);
  }
  /// Logits (B, labels), valid until the next call.
  ///
  /// throws std::invalid_argument: shapes of the batch that do not fit, an id outside the vocabulary or the token
  ///        types, a sequence too long for the position table, an example of padding only
  typename nn::Buffer<T>::ConstView forward(const Batch& batch, const Rng& rng, cost::Ledger& ledger, bool training) {
    check(batch);
    embeddings_.forward(batch, rng.at(0), training, ledger);
    real_ = batch.real;
    mask_ = {batch.examples, batch.tokens, real_};
    keeps_all_ = training;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      layers_[i].forward(hidden(static_cast<Index>(i)), mask_, rng.at(1 + i), training, cache(i), ledger);
    }
    head_.forward(hidden(config_.num_hidden_layers), batch.tokens, rng.at(1 + layers_.size()), training, ledger);
    return head_.logits();
  }
  /// Adds the gradients of all parameters, from that of the logits (B, labels) of the last forward pass.
  /// throws std::invalid_argument: that was not one for training
  void backward(ConstMatrixRef_<T> d_logits) {
    require(keeps_all_, "SequenceClassifier::backward: the last forward pass was not one for training");
    const auto d = d_hidden_.resize(mask_.examples * mask_.tokens, config_.hidden_size);
    head_.backward(d_logits, mask_.tokens, d);
    for (Index i = config_.num_hidden_layers - 1; i >= 0; --i) {
      layers_[static_cast<std::size_t>(i)].backward(hidden(i), mask_, cache(static_cast<std::size_t>(i)), d, scratch_);
    }
    embeddings_.backward(d);
  }
  /// (B T, C) of the last forward pass: 0 the embeddings' output, i + 1 that of layer i; the last two only where that
  /// pass was not one for training
  typename nn::Buffer<T>::ConstView hidden(Index i) const {
    return i == 0 ? embeddings_.output() : cache(static_cast<std::size_t>(i - 1)).y.view();
  }

  /// In the order of HuggingFace's state dictionary; they point into this model.
  nn::Parameters<T> parameters() {
    nn::Parameters<T> list = embeddings_.parameters();
    for (auto& layer : layers_) nn::append(list, layer);
    nn::append(list, head_);
    return list;
  }

 private:
  using Layer = EncoderLayer<T, Kernel>;
  /// Each layer's own where the backward pass will need it, else two by turns.
  typename Layer::Cache& cache(std::size_t i) { return caches_[keeps_all_ ? i : i % 2]; }
  const typename Layer::Cache& cache(std::size_t i) const { return caches_[keeps_all_ ? i : i % 2]; }

  void check(const Batch& batch) const {
    const auto fail = [](const std::string& message) { throw std::invalid_argument("batch: " + message); };
    const auto count = static_cast<std::size_t>(batch.examples * batch.tokens);
    if (batch.examples < 1 || batch.tokens < 1) fail("no tokens");
    if (batch.ids.size() != count || batch.real.size() != count ||
        (!batch.types.empty() && batch.types.size() != count)) {
      fail("ids, types and real must each hold examples * tokens = " + std::to_string(count) + " entries");
    }
    if (batch.tokens > config_.max_length()) {
      fail("sequences of " + std::to_string(batch.tokens) + " tokens, but the model takes at most " +
           std::to_string(config_.max_length()));
    }
    const auto in_range = [&](const char* what, const std::vector<std::int32_t>& ids, Index bound) {
      for (const std::int32_t id : ids) {
        if (id < 0 || id >= bound) {
          fail(std::string(what) + ' ' + std::to_string(id) + ", expected 0 to " + std::to_string(bound - 1));
        }
      }
    };
    in_range("token id", batch.ids, config_.vocab_size);
    in_range("token type", batch.types, config_.type_vocab_size);
    for (Index b = 0; b < batch.examples; ++b) {
      if (batch.mask().length(b) == 0) fail("example " + std::to_string(b) + " is padding only");
    }
  }

  EncoderConfig config_;
  EncoderEmbeddings<T> embeddings_;
  std::vector<Layer> layers_;
  ClassificationHead<T, Kernel> head_;

  std::vector<typename Layer::Cache> caches_;
  bool keeps_all_ = true;
  std::vector<std::uint8_t> real_;  // of the last forward pass, as the mask
  nn::PaddingMask mask_;
  nn::Buffer<T> d_hidden_;  // (B T, C)
  EncoderScratch<T> scratch_;
};

}  // namespace pim::model
