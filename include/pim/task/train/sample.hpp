#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <pim/core/rng.hpp>
#include <pim/model/batch.hpp>
#include <pim/model/encoder_config.hpp>

namespace pim::task {

/// One tokenised example.
struct Sample {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;  ///< as long as ids, or empty: all 0
  float label = 0.0F;                  ///< class as a whole number, or the value to regress to
};

/// The samples of the given numbers, padded on the right to the longest of them.
inline model::Batch make_batch(std::span<const Sample> samples, std::span<const Index> numbers,
                               const model::EncoderConfig& config) {
  model::Batch batch;
  batch.examples = std::ssize(numbers);
  const auto sample = [&](Index i) -> const Sample& {
    return samples[static_cast<std::size_t>(numbers[static_cast<std::size_t>(i)])];
  };
  for (Index i = 0; i < batch.examples; ++i) batch.tokens = std::max(batch.tokens, std::ssize(sample(i).ids));
  const auto size = static_cast<std::size_t>(batch.examples * batch.tokens);
  batch.ids.assign(size, static_cast<std::int32_t>(config.pad_token_id));
  batch.real.assign(size, 0);
  if (config.type_vocab_size > 1) batch.types.assign(size, 0);
  for (Index i = 0; i < batch.examples; ++i) {
    const auto start = i * batch.tokens;
    std::copy(sample(i).ids.begin(), sample(i).ids.end(), batch.ids.begin() + start);
    std::fill_n(batch.real.begin() + start, std::ssize(sample(i).ids), std::uint8_t{1});
    if (!batch.types.empty()) {
      std::copy(sample(i).type_ids.begin(), sample(i).type_ids.end(), batch.types.begin() + start);
    }
  }
  return batch;
}

/// Samples as a set that task::Trainer and task::predict take (concepts.hpp). The samples must outlive it.
class TokenDataset {
 public:
  /// config: that of the network, which says how to pad
  TokenDataset(std::span<const Sample> samples, const model::EncoderConfig& config)
      : samples_(samples), config_(config) {}

  Index size() const { return std::ssize(samples_); }
  float label(Index i) const { return samples_[static_cast<std::size_t>(i)].label; }
  model::Batch batch(std::span<const Index> numbers, const Rng& /*no augmentation*/) const {
    return make_batch(samples_, numbers, config_);
  }

 private:
  std::span<const Sample> samples_;
  model::EncoderConfig config_;
};

}  // namespace pim::task
