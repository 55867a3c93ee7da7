#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <queue>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <pim/core/index.hpp>
#include <pim/core/text.hpp>
#include <pim/task/glue/special_tokens.hpp>
#include <pim/task/glue/unicode.hpp>

namespace pim::task {

/// Two neighbouring pieces and what they become, as ids.
struct BPEMerge {
  int left, right, merged;
};
/// The merge of two pieces of a vocabulary.
/// throws std::invalid_argument naming the piece that is not in the vocabulary
inline BPEMerge find_merge(const PieceIds& vocabulary, std::string_view left, std::string_view right) {
  const auto id = [&](std::string_view piece) {
    const auto found = vocabulary.find(piece);
    if (found != vocabulary.end()) return found->second;
    throw std::invalid_argument("merge " + in_quotes(std::string(left) + " " + std::string(right)) + ": " +
                                in_quotes(piece) + " is not in the vocabulary");
  };
  return {id(left), id(right), id(std::string(left) + std::string(right))};
}

/// The printable character by which vocabularies spell a byte: itself, or U+0100 and up for blanks and controls.
inline std::array<char32_t, 256> byte_spellings() {
  std::array<char32_t, 256> spellings = {};
  for (char32_t byte = 0, others = 0x100; byte < 256; ++byte) {
    const bool printable = (byte > ' ' && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
    spellings[byte] = printable ? byte : others++;
  }
  return spellings;
}

/// End of the word that begins at text[begin], of GPT-2's pattern
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
inline std::size_t gpt2_word_end(std::string_view text, std::size_t begin) {
  enum class Kind { letter, number, space, other };
  const auto kind_at = [&](std::size_t at) {
    const char32_t code = unicode::next_code_point(text, at);
    const unicode::Category category = unicode::category(code);
    return category == unicode::Category::letter   ? Kind::letter
           : category == unicode::Category::number ? Kind::number
           : unicode::is_white_space(code)         ? Kind::space
                                                   : Kind::other;
  };
  if (text[begin] == '\'') {
    for (const std::string_view suffix : {"s", "t", "re", "ve", "m", "ll", "d"}) {
      if (text.substr(begin + 1).starts_with(suffix)) return begin + 1 + suffix.size();
    }
  }
  const bool leads = text[begin] == ' ' && begin + 1 < text.size() && kind_at(begin + 1) != Kind::space;
  std::size_t end = leads ? begin + 1 : begin;
  std::size_t last = end;  // where the last character of the run begins
  for (const Kind kind = kind_at(end); end < text.size() && kind_at(end) == kind;) {
    last = end;
    unicode::next_code_point(text, end);
  }
  const bool leaves_one = kind_at(begin) == Kind::space && !leads && end < text.size() && last > begin;
  return leaves_one ? last : end;  // of blanks before a word the last one is the word's
}

/// What a pair of neighbouring pieces becomes, and how early.
struct BPERule {
  static constexpr int none = -1;
  int rank = none;  ///< none: the pair stays
  int merged = 0;
};

/// The rules of all pairs: a hash table with linear probing, at most half full.
class BPERules {
 public:
  explicit BPERules(std::span<const BPEMerge> merges)
      : slots_(std::bit_ceil(2 * merges.size() + 2)), shift_(64 - std::countr_zero(slots_.size())) {
    for (int rank = 0; const BPEMerge& merge : merges) {
      Slot& slot = slots_[place(key(merge.left, merge.right))];
      slot = {key(merge.left, merge.right), {rank++, merge.merged}};  // of equal pairs the last counts
    }
  }
  BPERule find(int left, int right) const { return slots_[place(key(left, right))].rule; }

 private:
  struct Slot {
    std::uint64_t key = 0;
    BPERule rule;
  };
  static std::uint64_t key(int left, int right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
  }
  /// Where the key is, or where it would go.
  std::size_t place(std::uint64_t key) const {
    std::size_t at = key * 0x9E3779B97F4A7C15U >> shift_;  // Fibonacci hashing
    while (slots_[at].rule.rank != BPERule::none && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  std::vector<Slot> slots_;
  int shift_;
};

struct ByteLevelBPEParams {
  bool add_prefix_space = false;  ///< put a blank before a text that begins without one
  SpecialTokens special_tokens = roberta_special_tokens();
};

/// Byte-level byte-pair encoding of GPT-2 and RoBERTa: words by GPT-2's pattern, their UTF-8 bytes, then merges of
/// neighbours, the lowest rank first and the leftmost of equals.
///
/// throws  std::invalid_argument: special tokens that the vocabulary lacks
/// source  Sennrich et al. 2016; Radford et al. 2019, section 2.2; Liu et al. 2019
class ByteLevelBPE {
 public:
  using Params = ByteLevelBPEParams;
  static constexpr int separators_between = 2;  ///< <s> A </s></s> B </s>
  static constexpr int second_type = 0;
  static constexpr bool mask_takes_blanks = true;  ///< <mask> swallows the blanks before it

  /// vocabulary: pieces as vocab.json spells them (byte_spellings); merges: rank 0 first
  ByteLevelBPE(const PieceIds& vocabulary, std::span<const BPEMerge> merges, const Params& params = {})
      : special_(with_ids(params.special_tokens, vocabulary)),
        add_prefix_space_(params.add_prefix_space),
        rules_(merges) {
    const std::array<char32_t, 256> spellings = byte_spellings();
    for (std::size_t byte = 0; byte < 256; ++byte) {
      std::string spelling;
      unicode::append_utf8(spelling, spellings[byte]);
      const auto found = vocabulary.find(spelling);
      byte_ids_[byte] = found != vocabulary.end() ? found->second : special_.unk.id;
    }
    for (const auto& [piece, id] : vocabulary) size_ = std::max<Index>(size_, id + 1);
  }

  const SpecialTokens& special_tokens() const { return special_; }
  /// Rows that an embedding table needs: the largest id + 1.
  Index size() const { return size_; }

  /// Appends the ids of the pieces of `text` (valid UTF-8).
  void append_pieces(std::string_view text, std::vector<std::int32_t>& ids) const {
    std::string prefixed;
    if (add_prefix_space_ && !text.empty() && text.front() != ' ') {
      prefixed = " " + std::string(text);
      text = prefixed;
    }
    Word word;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = gpt2_word_end(text, begin);
      append_word(text.substr(begin, end - begin), word, ids);
      begin = end;
    }
  }

 private:
  struct Symbol {
    int id;
    BPERule rule;  ///< of this symbol and the next
    std::size_t previous, next;
  };
  struct Word {                                     // kept from word to word for its memory
    using Candidate = std::pair<int, std::size_t>;  // rank, left symbol
    std::vector<Symbol> symbols;
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
  };

  void find_rule(Word& word, std::size_t at) const {
    Symbol& symbol = word.symbols[at];
    const bool is_last = symbol.next == word.symbols.size();
    symbol.rule = is_last ? BPERule() : rules_.find(symbol.id, word.symbols[symbol.next].id);
    if (symbol.rule.rank != BPERule::none) word.candidates.push({symbol.rule.rank, at});
  }

  void append_word(std::string_view bytes, Word& word, std::vector<std::int32_t>& ids) const {
    std::vector<Symbol>& symbols = word.symbols;  // a linked list; symbols that were merged into their left are skipped
    symbols.clear();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      symbols.push_back({byte_ids_[static_cast<std::uint8_t>(bytes[at])], {}, at - 1, at + 1});
    }
    for (std::size_t at = 0; at < symbols.size(); ++at) find_rule(word, at);
    while (!word.candidates.empty()) {
      const auto [rank, at] = word.candidates.top();
      word.candidates.pop();
      Symbol& left = symbols[at];
      if (left.rule.rank != rank) continue;  // one of the two has been merged with another since
      left.id = left.rule.merged;
      symbols[left.next].rule = {};
      left.next = symbols[left.next].next;
      if (left.next < symbols.size()) symbols[left.next].previous = at;
      find_rule(word, at);
      if (at > 0) find_rule(word, left.previous);
    }
    for (std::size_t at = 0; at < symbols.size(); at = symbols[at].next) ids.push_back(symbols[at].id);
  }

  SpecialTokens special_;
  bool add_prefix_space_;
  BPERules rules_;
  std::array<int, 256> byte_ids_ = {};
  Index size_ = 0;
};

}  // namespace pim::task
