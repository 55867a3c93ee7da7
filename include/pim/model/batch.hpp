#pragma once
#include <cstdint>
#include <vector>

#include <pim/core/matrix.hpp>
#include <pim/nn/attention.hpp>

namespace pim::model {

/// Token sequences of one batch, padded to the same length.
struct Batch {
  Index examples = 0;               ///< B
  Index tokens = 0;                 ///< T
  std::vector<std::int32_t> ids;    ///< (B, T)
  std::vector<std::int32_t> types;  ///< (B, T), token types; empty: all 0
  std::vector<std::uint8_t> real;   ///< (B, T), 1: a token, 0: padding

  nn::PaddingMask mask() const { return {examples, tokens, real}; }
};

}  // namespace pim::model
