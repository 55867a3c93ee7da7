#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>
#include <pim/task/glue/unicode.hpp>

namespace pim::task {

struct BasicTokenizationParams {
  bool lower_case = true;
  bool strip_accents = true;     ///< decompose and drop nonspacing marks
  bool split_ideographs = true;  ///< each Chinese character is a word of its own
};

/// The CJK ideographs, as BERT lists their blocks.
constexpr bool is_ideograph(char32_t code) {
  return (code >= 0x4E00 && code <= 0x9FFF) || (code >= 0x3400 && code <= 0x4DBF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0x20000 && code <= 0x2A6DF) ||
         (code >= 0x2A700 && code <= 0x2CEAF) || (code >= 0x2F800 && code <= 0x2FA1F);
}

/// Category P and every ASCII character that is neither letter, digit, blank nor control.
inline bool is_bert_punctuation(char32_t code) {
  const unicode::Category category = unicode::category(code);
  return category == unicode::Category::punctuation || (code < 0x80 && category == unicode::Category::other);
}

namespace detail {
/// Appends one blank-separated word, without accents if asked, cut before and after each punctuation character.
inline void append_parts(std::u32string_view word, bool strip_accents, std::vector<std::string>& parts) {
  std::u32string bare;
  if (strip_accents && std::ranges::any_of(word, [](char32_t code) { return code >= 0xC0; })) {
    bare = unicode::canonical_decomposition(word);
    std::erase_if(bare, [](char32_t code) { return unicode::category(code) == unicode::Category::nonspacing_mark; });
    word = bare;
  }
  bool inside = false;  // the last part can go on
  for (const char32_t code : word) {
    const bool punctuation = is_bert_punctuation(code);
    if (punctuation || !inside) parts.emplace_back();
    unicode::append_utf8(parts.back(), code);
    inside = !punctuation;
  }
}
}  // namespace detail

/// BERT's basic tokenisation: the words and punctuation characters of `text` (valid UTF-8), without control characters.
/// source  Devlin et al. 2019, the tokenizer published with BERT
inline std::vector<std::string> basic_words(std::string_view text, const BasicTokenizationParams& params = {}) {
  std::vector<std::string> words;
  std::u32string word;
  const auto finish = [&] {
    detail::append_parts(word, params.strip_accents, words);
    word.clear();
  };
  const auto append = [&](char32_t code) {
    if (params.lower_case) {
      unicode::append_lower_case(word, code);
    } else {
      word += code;
    }
  };
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = unicode::next_code_point(text, at);
    const unicode::Category category = unicode::category(code);
    if (category == unicode::Category::separator || code == '\t' || code == '\n' || code == '\r') {
      finish();
    } else if (category == unicode::Category::control || code == 0xFFFD) {
      continue;  // dropped, so that what stands beside it joins
    } else if (params.split_ideographs && is_ideograph(code)) {
      finish();
      append(code);
      finish();
    } else {
      append(code);
    }
  }
  finish();
  return words;
}

}  // namespace pim::task
