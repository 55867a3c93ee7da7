#pragma once
#include <algorithm>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <pim/core/index.hpp>
#include <pim/task/glue/basic_tokenization.hpp>
#include <pim/task/glue/special_tokens.hpp>
#include <pim/task/glue/unicode.hpp>
#include <pim/task/glue/word_piece.hpp>

namespace pim::task {

/// A WordPiece vocabulary of at most `size` pieces for the words of `texts` (valid UTF-8), the same on every machine:
/// special tokens; every character, alone and inside a word (##); then the most frequent words and endings. An ending
/// counts once for each word of the texts that it ends, so that words not kept whole split into stem and ending.
///
/// throws  std::invalid_argument: size too small for the special tokens and characters
inline WordPieceVocabulary build_vocabulary(std::span<const std::string> texts, Index size,
                                            const BasicTokenizationParams& params = {}) {
  std::unordered_map<std::string, Index> word_counts;
  for (const std::string& text : texts) {
    for (std::string& word : basic_words(text, params)) ++word_counts[std::move(word)];
  }
  constexpr std::size_t shortest_ending = 2, longest_ending = 5;  // [characters]
  std::set<std::string> characters, inner_characters;
  std::unordered_map<std::string, Index> counts;
  for (const auto& [word, count] : word_counts) {
    std::vector<std::size_t> starts;
    for (std::size_t at = 0; at < word.size();) {
      starts.push_back(at);
      const char32_t code = unicode::next_code_point(word, at);
      const std::string character = word.substr(starts.back(), at - starts.back());
      characters.insert(character);
      const bool alone = is_bert_punctuation(code) || (params.split_ideographs && is_ideograph(code));
      if (!alone) inner_characters.insert("##" + character);
    }
    if (starts.size() < 2) continue;
    counts[word] += count;
    for (std::size_t length = shortest_ending; length <= longest_ending && length < starts.size(); ++length) {
      ++counts["##" + word.substr(starts[starts.size() - length])];
    }
  }

  const SpecialTokens special = bert_special_tokens();
  WordPieceVocabulary vocabulary;
  for (const SpecialToken* token : {&special.pad, &special.unk, &special.cls, &special.sep, &special.mask}) {
    vocabulary.pieces.push_back(token->text);
  }
  vocabulary.pieces.insert(vocabulary.pieces.end(), characters.begin(), characters.end());
  vocabulary.pieces.insert(vocabulary.pieces.end(), inner_characters.begin(), inner_characters.end());
  if (std::ssize(vocabulary.pieces) > size) {
    throw std::invalid_argument("build_vocabulary: size is " + std::to_string(size) + ", but special tokens and " +
                                "characters alone need " + std::to_string(vocabulary.pieces.size()));
  }
  std::vector<std::pair<Index, std::string>> ranking;  // the most frequent first, then in the order of their bytes
  ranking.reserve(counts.size());
  for (const auto& [piece, count] : counts) ranking.emplace_back(-count, piece);
  std::ranges::sort(ranking);
  for (const auto& [count, piece] : ranking) {
    if (std::ssize(vocabulary.pieces) == size) break;
    vocabulary.pieces.push_back(piece);
  }
  return vocabulary;
}

}  // namespace pim::task
