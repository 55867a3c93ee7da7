#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>
#include <pim/core/check.hpp>
#include <pim/core/index.hpp>
#include <pim/task/glue/basic_tokenization.hpp>
#include <pim/task/glue/special_tokens.hpp>

namespace pim::task {

/// Pieces in the order of their ids, as in vocab.txt; a piece that goes on within a word begins with ##.
struct WordPieceVocabulary {
  std::vector<std::string> pieces;

  bool operator==(const WordPieceVocabulary&) const = default;
};

struct WordPieceParams {
  BasicTokenizationParams basic = {};
  SpecialTokens special_tokens = bert_special_tokens();
};

/// WordPiece of BERT: basic tokenisation, then for each word the longest known piece from the left, again and again.
/// A word that cannot be spelled so, or is longer than 100 characters, is the unknown token.
///
/// throws  std::invalid_argument: special tokens that the vocabulary lacks
/// source  Wu et al. 2016, section 4.1; Devlin et al. 2019
class WordPiece {
 public:
  using Params = WordPieceParams;
  static constexpr int separators_between = 1;  ///< [CLS] A [SEP] B [SEP]
  static constexpr int second_type = 1;
  static constexpr bool mask_takes_blanks = false;
  static constexpr std::ptrdiff_t max_characters = 100;

  explicit WordPiece(WordPieceVocabulary vocabulary, const Params& params = {})
      : vocabulary_(std::move(vocabulary)), basic_(params.basic) {
    require(vocabulary_.pieces.size() < static_cast<std::size_t>(std::numeric_limits<int>::max()),
            "WordPiece: the vocabulary has more pieces than ids");
    for (int id = 0; const std::string& piece : vocabulary_.pieces) {
      whole_.insert_or_assign(piece, id);
      if (piece.starts_with("##")) continuing_.insert_or_assign(piece.substr(2), id);
      ++id;
    }
    special_ = with_ids(params.special_tokens, whole_);
  }

  const SpecialTokens& special_tokens() const { return special_; }
  const WordPieceVocabulary& vocabulary() const { return vocabulary_; }
  const BasicTokenizationParams& basic_tokenization() const { return basic_; }
  /// Rows that an embedding table needs.
  Index size() const { return static_cast<Index>(vocabulary_.pieces.size()); }

  /// Appends the ids of the pieces of `text` (valid UTF-8).
  void append_pieces(std::string_view text, std::vector<std::int32_t>& ids) const {
    for (const std::string& word : basic_words(text, basic_)) append_word(word, ids);
  }

 private:
  static bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

  void append_word(std::string_view word, std::vector<std::int32_t>& ids) const {
    const std::size_t before = ids.size();
    bool known = std::ranges::count_if(word, [](char c) { return !continues_character(c); }) <= max_characters;
    for (std::size_t begin = 0; known && begin < word.size();) {
      const PieceIds& pieces = begin == 0 ? whole_ : continuing_;
      std::size_t end = word.size();
      auto piece = pieces.find(word.substr(begin));
      while (piece == pieces.end() && end > begin + 1) {
        if (continues_character(word[--end])) continue;
        piece = pieces.find(word.substr(begin, end - begin));
      }
      known = piece != pieces.end();
      if (known) ids.push_back(piece->second);
      begin = end;
    }
    if (known) return;
    ids.resize(before);
    ids.push_back(special_.unk.id);
  }

  WordPieceVocabulary vocabulary_;
  BasicTokenizationParams basic_;
  PieceIds whole_;       ///< as spelled in the vocabulary
  PieceIds continuing_;  ///< without their ##
  SpecialTokens special_;
};

}  // namespace pim::task
