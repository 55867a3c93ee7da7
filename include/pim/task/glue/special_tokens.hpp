#pragma once
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <pim/core/text.hpp>

namespace pim::task {

namespace detail {
struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
}  // namespace detail

/// Piece of text -> its id, the row of the embedding table.
using PieceIds = std::unordered_map<std::string, int, detail::StringHash, std::equal_to<>>;

/// A token that stands for no text: how it is spelled and its id.
struct SpecialToken {
  std::string text;
  int id = -1;  ///< -1: not in the vocabulary
};

/// The tokens round the texts (cls, sep), for padding, for what the vocabulary cannot spell, and for masked words.
struct SpecialTokens {
  SpecialToken cls, sep, pad, unk, mask;
};
inline SpecialTokens bert_special_tokens() { return {{"[CLS]"}, {"[SEP]"}, {"[PAD]"}, {"[UNK]"}, {"[MASK]"}}; }
inline SpecialTokens roberta_special_tokens() { return {{"<s>"}, {"</s>"}, {"<pad>"}, {"<unk>"}, {"<mask>"}}; }

/// The same tokens with their ids. Only mask may be missing.
/// throws std::invalid_argument naming the token that is not in the vocabulary
inline SpecialTokens with_ids(SpecialTokens tokens, const PieceIds& vocabulary) {
  for (SpecialToken* token : {&tokens.cls, &tokens.sep, &tokens.pad, &tokens.unk, &tokens.mask}) {
    const auto found = vocabulary.find(token->text);
    if (found != vocabulary.end()) {
      token->id = found->second;
    } else if (token != &tokens.mask) {
      throw std::invalid_argument("the vocabulary has no special token " + in_quotes(token->text) + "; add it");
    }
  }
  return tokens;
}

}  // namespace pim::task
