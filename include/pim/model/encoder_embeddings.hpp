#pragma once
#include <string>
#include <vector>

#include <pim/model/batch.hpp>
#include <pim/model/module_names.hpp>
#include <pim/nn/dropout.hpp>
#include <pim/nn/embedding.hpp>
#include <pim/nn/layer_norm.hpp>

namespace pim::model {

/// Position of each token of a batch. RoBERTa counts the tokens that are not pad_token_id from pad_token_id + 1 on and
/// gives padding pad_token_id; BERT counts columns from 0.
/// source  HuggingFace transformers 4.30, create_position_ids_from_input_ids
inline std::vector<std::int32_t> position_ids(const EncoderConfig& config, const Batch& batch) {
  std::vector<std::int32_t> positions(batch.ids.size());
  const auto pad = static_cast<std::int32_t>(config.pad_token_id);
  const auto tokens = static_cast<std::size_t>(batch.tokens);
  for (std::size_t start = 0; start < positions.size(); start += tokens) {
    std::int32_t last = pad;
    for (std::size_t t = 0; t < tokens; ++t) {
      const bool counts = batch.ids[start + t] != pad;
      if (config.architecture == Architecture::bert) {
        positions[start + t] = static_cast<std::int32_t>(t);
      } else {
        positions[start + t] = counts ? ++last : pad;
      }
    }
  }
  return positions;
}

/// dropout(LayerNorm(word + token type + position)), (B, T) ids to (B T, C).
template <class T>
class EncoderEmbeddings {
 public:
  explicit EncoderEmbeddings(const EncoderConfig& config)
      : config_(config),
        word_(name("word_embeddings"), config.vocab_size, config.hidden_size, config.pad_token_id),
        position_(name("position_embeddings"), config.max_position_embeddings, config.hidden_size,
                  config.architecture == Architecture::roberta ? config.pad_token_id : -1),
        type_(name("token_type_embeddings"), config.type_vocab_size, config.hidden_size),
        norm_(name("LayerNorm"), config.hidden_size, config.layer_norm_eps),
        dropout_(config.hidden_dropout) {}

  void initialise(double sigma, const Rng& rng) {
    word_.initialise(sigma, rng.at(0));
    position_.initialise(sigma, rng.at(1));
    type_.initialise(sigma, rng.at(2));
    norm_.initialise();
  }
  /// The batch must be checked (SequenceClassifier does).
  void forward(const Batch& batch, const Rng& key, bool training, cost::Ledger& ledger) {
    const auto sum = cache_.normalised.resize(batch.examples * batch.tokens, config_.hidden_size);
    positions_ = position_ids(config_, batch);
    types_ = batch.types;
    types_.resize(batch.ids.size(), 0);
    ids_ = batch.ids;
    word_.forward(ids_, sum, nn::Into::overwrite, ledger);
    type_.forward(types_, sum, nn::Into::add, ledger);
    position_.forward(positions_, sum, nn::Into::add, ledger);
    norm_.forward(cache_, output_.resize(sum.rows(), sum.cols()), ledger);
    key_ = key;
    dropped_ = training && dropout_.active();
    if (dropped_) dropout_.apply(key_, output_.view(), output_.view());
  }
  typename nn::Buffer<T>::ConstView output() const { return output_.view(); }
  /// d (B T, C): the gradient of the output; what it holds afterwards is of no use
  void backward(MatrixRef_<T> d) {
    if (dropped_) dropout_.apply(key_, d, d);
    norm_.backward(cache_, d);
    word_.backward(ids_, d);
    type_.backward(types_, d);
    position_.backward(positions_, d);
  }

  nn::Parameters<T> parameters() {
    nn::Parameters<T> list;
    nn::append(list, word_, position_, type_, norm_);
    return list;
  }

 private:
  std::string name(const char* part) const { return encoder_name(config_) + ".embeddings." + part; }

  EncoderConfig config_;
  nn::Embedding<T> word_, position_, type_;
  nn::LayerNorm<T> norm_;
  nn::Dropout<T> dropout_;

  std::vector<std::int32_t> ids_, types_, positions_;  // of the last forward pass, as all below
  typename nn::LayerNorm<T>::Cache cache_;
  nn::Buffer<T> output_;
  Rng key_{0};
  bool dropped_ = false;
};

}  // namespace pim::model
