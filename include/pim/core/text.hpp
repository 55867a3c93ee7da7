#pragma once
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Words for messages: what a user may have meant, and text from outside shown on one line.
namespace pim {

/// Bytes of the UTF-8 sequence that starts at text[at] (RFC 3629: no overlong forms, no surrogates); 0: none is valid.
inline std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint8_t>(text[at + k]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size() - at) return 0;
  const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if (byte(k) < 0x80 || byte(k) > 0xBF) return 0;
  }
  return length;
}

/// `text` as one line of valid UTF-8: control characters, line separators and stray bytes become \xNN; what is
/// then longer than `limit` bytes is cut and ends in "...".
inline std::string printable(std::string_view text, std::size_t limit = std::string_view::npos) {
  constexpr char digits[] = "0123456789abcdef";
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(length, 1));
    const auto lead = static_cast<std::uint8_t>(character[0]);
    const bool control = lead < 0x20 || lead == 0x7F || (lead == 0xC2 && character < "\xC2\xA0");
    const bool separator = character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9";
    std::string shown;
    if (length > 0 && !control && !separator) {
      shown = character;
    } else {
      for (const char c : character) {
        const auto bits = static_cast<std::uint8_t>(c);
        shown += {'\\', 'x', digits[bits >> 4], digits[bits & 15]};
      }
    }
    if (line.size() + shown.size() > limit) return line + "...";
    line += shown;
    at += character.size();
  }
  return line;
}

/// 'text', printable and at most 80 bytes of it
inline std::string in_quotes(std::string_view text) { return "'" + printable(text, 80) + "'"; }

/// "a, b, c" of any range of strings
template <class Names>
std::string join(const Names& names, std::string_view separator = ", ") {
  std::string line;
  for (bool first = true; const auto& name : names) {
    if (!std::exchange(first, false)) line += separator;
    line += name;
  }
  return line;
}

/// Letters inserted, deleted, replaced or swapped with their neighbour to make `a` into `b`; upper and lower case are
/// the same letter. Looks at the first 64 bytes of each. O(a b)
/// source  optimal string alignment: Damerau 1964, with Wagner and Fischer's table
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, 64), b = b.substr(0, 64);
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last), last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// The candidate fewest edits away from `name`, the first of equals; empty when there are none.
template <class Names>
std::string nearest(std::string_view name, const Names& candidates) {
  std::string best;
  std::size_t fewest = std::string_view::npos;
  for (const auto& candidate : candidates) {
    const std::size_t edits = edit_distance(name, candidate);
    if (edits < fewest) fewest = edits, best = candidate;
  }
  return best;
}
inline std::string nearest(std::string_view name, std::initializer_list<std::string_view> candidates) {
  return nearest<std::initializer_list<std::string_view>>(name, candidates);
}

/// "; did you mean 'x'?" with the nearest candidate, or nothing when there are none
template <class Names>
std::string did_you_mean(std::string_view name, const Names& candidates) {
  const std::string best = nearest(name, candidates);
  return best.empty() ? "" : "; did you mean " + in_quotes(best) + "?";
}

}  // namespace pim
