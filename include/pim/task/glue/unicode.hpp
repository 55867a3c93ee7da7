#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <pim/core/text.hpp>
#include <pim/task/glue/unicode_tables.hpp>

/// What tokenisers ask about characters: UTF-8, categories, lower case, canonical decomposition.
/// source  Unicode 14: the general categories, simple lower-casing, and normalisation form D of annex 15
namespace pim::task::unicode {

/// Offset of the first byte that does not continue valid UTF-8 (RFC 3629: no overlong forms, no surrogates).
inline std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}
inline bool is_valid_utf8(std::string_view text) { return !first_invalid_utf8(text); }

/// Reads the code point at text[at] of valid UTF-8 and moves `at` behind it.
inline char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t code = lead & (0x3FU >> more);
  for (int i = 0; i < more; ++i) code = code << 6 | (static_cast<std::uint8_t>(text[at++]) & 0x3FU);
  return code;
}

/// Appends the UTF-8 bytes of a code point.
inline void append_utf8(std::string& text, char32_t code) {
  const int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr std::array<std::uint8_t, 4> lead = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(lead[static_cast<std::size_t>(more)] | code >> (6 * more));
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80U | (code >> (6 * i) & 0x3FU));
}

namespace detail {
constexpr Category category_in_table(char32_t code) {
  const auto* const after = std::upper_bound(std::begin(category_starts), std::end(category_starts), 8 * code + 7);
  return static_cast<Category>(*std::prev(after) & 7U);
}
inline constexpr auto ascii_categories = [] {
  std::array<Category, 128> categories = {};
  for (char32_t code = 0; code < 128; ++code) categories[code] = category_in_table(code);
  return categories;
}();

/// The entry of a sorted table of ranges that holds `code`, or null.
template <class Range, std::size_t Size>
const Range* find_range(const Range (&ranges)[Size], char32_t code) {
  const Range* const range =
      std::lower_bound(ranges, ranges + Size, code, [](const Range& r, char32_t c) { return r.last < c; });
  return range != ranges + Size && range->first <= code ? range : nullptr;
}

inline unsigned combining_class(char32_t code) {
  const CombiningClassRange* const range = find_range(combining_class_ranges, code);
  return range == nullptr ? 0 : range->combining_class;
}

inline void append_decomposition(std::u32string& text, char32_t code) {
  constexpr char32_t syllables = 0xAC00, leads = 0x1100, vowels = 0x1161, trails = 0x11A7;
  if (code >= syllables && code < syllables + 11172) {  // Hangul: 19 leads x 21 vowels x (no trail + 27 trails)
    const char32_t syllable = code - syllables;
    text.push_back(leads + syllable / (21 * 28));
    text.push_back(vowels + syllable / 28 % 21);
    if (syllable % 28 != 0) text.push_back(trails + syllable % 28);
    return;
  }
  const auto* const step = std::lower_bound(std::begin(decompositions), std::end(decompositions), code,
                                            [](const Decomposition& d, char32_t c) { return d.code < c; });
  if (step == std::end(decompositions) || step->code != code) {
    text += code;
    return;
  }
  append_decomposition(text, step->first);
  if (step->second != 0) text.push_back(step->second);  // is never decomposed further
}
}  // namespace detail

inline Category category(char32_t code) {
  return code < 128 ? detail::ascii_categories[code] : detail::category_in_table(code);
}

/// Unicode's White_Space property.
inline bool is_white_space(char32_t code) {
  return code == ' ' || (code >= 9 && code <= 13) || code == 0x85 || category(code) == Category::separator;
}

/// Appends the lower case of one code point, whatever stands beside it (a capital sigma gives U+03C3 everywhere).
inline void append_lower_case(std::u32string& text, char32_t code) {
  if (code < 128) {
    text += code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
  } else if (code == 0x130) {  // I with dot above: the only one with two
    text += U"i\u0307";
  } else {
    const LowerCaseRange* const range = detail::find_range(lower_case_ranges, code);
    const bool moves = range != nullptr && (code - range->first) % range->step == 0;
    text += moves ? static_cast<char32_t>(static_cast<std::int32_t>(code) + range->shift) : code;
  }
}

/// Canonical decomposition with combining marks in canonical order (NFD).
inline std::u32string canonical_decomposition(std::u32string_view text) {
  std::u32string decomposed;
  decomposed.reserve(text.size());
  for (const char32_t code : text) {
    if (code < 0xC0) {
      decomposed += code;
    } else {
      detail::append_decomposition(decomposed, code);
    }
  }
  const auto is_starter = [](char32_t code) { return code < 0x300 || detail::combining_class(code) == 0; };
  for (auto run = decomposed.begin(); run != decomposed.end();) {
    run = std::find_if_not(run, decomposed.end(), is_starter);
    const auto end = std::find_if(run, decomposed.end(), is_starter);
    std::stable_sort(run, end,
                     [](char32_t a, char32_t b) { return detail::combining_class(a) < detail::combining_class(b); });
    run = end;
  }
  return decomposed;
}

}  // namespace pim::task::unicode
