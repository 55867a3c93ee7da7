#include <pim/task/glue/unicode.hpp>

#include <cstdint>
#include <string>

#include "support/catch.hpp"

namespace unicode = pim::task::unicode;
using unicode::Category;

namespace {
constexpr char32_t last_code_point = 0x10FFFF;
bool is_surrogate(char32_t code) { return code >= 0xD800 && code < 0xE000; }
template <class Visit>
void for_each_code_point(const Visit& visit) {
  for (char32_t code = 0; code <= last_code_point; ++code) {
    if (!is_surrogate(code)) visit(code);
  }
}
/// FNV-1a over whole values, so that a million of them compare with one number
struct Digest {
  std::uint64_t value = 0xcbf29ce484222325U;
  void add(std::uint32_t item) { value = (value ^ item) * 0x100000001b3U; }
};
std::string utf8(char32_t code) {
  std::string text;
  unicode::append_utf8(text, code);
  return text;
}
std::u32string lower(char32_t code) {
  std::u32string text;
  unicode::append_lower_case(text, code);
  return text;
}
}  // namespace

TEST_CASE("tokenizer unicode: every code point goes through UTF-8 and back", "[tokenizer]") {
  bool same = true, valid = true;
  for_each_code_point([&](char32_t code) {
    const std::string text = utf8(code);
    std::size_t at = 0;
    valid = valid && unicode::is_valid_utf8(text);
    same = same && unicode::next_code_point(text, at) == code && at == text.size();
  });
  CHECK(valid);
  CHECK(same);
  CHECK(utf8(U'A') == "A");
  CHECK(utf8(0xE9) == "\xC3\xA9");
  CHECK(utf8(0x20AC) == "\xE2\x82\xAC");
  CHECK(utf8(0x1F600) == "\xF0\x9F\x98\x80");
}

TEST_CASE("tokenizer unicode: invalid UTF-8 is found at its first byte", "[tokenizer]") {
  const auto at = [](std::string_view text) { return unicode::first_invalid_utf8(text).value_or(999); };
  CHECK(unicode::is_valid_utf8(""));
  CHECK(at("ab\x80") == 2);                // a byte that continues nothing
  CHECK(at("\xC3\xA9\xC3") == 2);          // cut short
  CHECK(at("\xC0\xAF") == 0);              // overlong
  CHECK(at("\xE0\x80\xAF") == 0);          // overlong
  CHECK(at("a\xED\xA0\x80") == 1);         // surrogate
  CHECK(at("\xF4\x90\x80\x80") == 0);      // above U+10FFFF
  CHECK(at("\xF0\x9F\x98\x80\xFF") == 4);  // never a byte of UTF-8
  CHECK(at("\xF4\x8F\xBF\xBF\xEE\x80\x80") == 999);
}

// The three digests were calculated with Python 3.11's unicodedata and str.lower over the same code points.
TEST_CASE("tokenizer unicode: categories of all code points", "[tokenizer]") {
  Digest digest;
  for_each_code_point([&](char32_t code) { digest.add(static_cast<std::uint32_t>(unicode::category(code))); });
  CHECK(digest.value == 0xd3c598ae9626d3bcU);
  CHECK(unicode::category(U'a') == Category::letter);
  CHECK(unicode::category(0x4E2D) == Category::letter);
  CHECK(unicode::category(0xBD) == Category::number);  // one half
  CHECK(unicode::category(0x301) == Category::nonspacing_mark);
  CHECK(unicode::category(0x3001) == Category::punctuation);
  CHECK(unicode::category(0xA0) == Category::separator);
  CHECK(unicode::category(0x200D) == Category::control);  // zero-width joiner
  CHECK(unicode::category(U'$') == Category::other);
  CHECK(unicode::category(last_code_point) == Category::control);  // never assigned
}

TEST_CASE("tokenizer unicode: lower case of all code points", "[tokenizer]") {
  Digest digest;
  for_each_code_point([&](char32_t code) {
    for (const char32_t c : lower(code)) digest.add(c);
  });
  CHECK(digest.value == 0xce354a6bfdd44e2eU);
  CHECK(lower(U'Z') == U"z");
  CHECK(lower(0xC9) == U"\u00E9");
  CHECK(lower(0x100) == U"\u0101");
  CHECK(lower(0x101) == U"\u0101");
  CHECK(lower(0x130) == U"i\u0307");
  CHECK(lower(0x3A3) == U"\u03C3");
  CHECK(lower(0x10400) == U"\U00010428");
}

TEST_CASE("tokenizer unicode: canonical decomposition of all code points", "[tokenizer]") {
  Digest digest;
  for_each_code_point([&](char32_t code) {
    for (const char32_t c : unicode::canonical_decomposition({&code, 1})) digest.add(c);
  });
  CHECK(digest.value == 0xc8d35a4c41f1b43cU);
  CHECK(unicode::canonical_decomposition(U"\u00E9") == U"e\u0301");
  CHECK(unicode::canonical_decomposition(U"\u1EAD") == U"a\u0323\u0302");  // two steps
  CHECK(unicode::canonical_decomposition(U"\u212B") == U"A\u030A");        // Angstrom sign
  CHECK(unicode::canonical_decomposition(U"\uAC00") == U"\u1100\u1161");   // Hangul without a trail
  CHECK(unicode::canonical_decomposition(U"\uAC01") == U"\u1100\u1161\u11A8");
  CHECK(unicode::canonical_decomposition(U"\uFB01") == U"\uFB01");  // compatibility only
}

TEST_CASE("tokenizer unicode: marks are put in canonical order", "[tokenizer]") {
  CHECK(unicode::canonical_decomposition(U"a\u0301\u0323") == U"a\u0323\u0301");  // 230 after 220
  CHECK(unicode::canonical_decomposition(U"a\u0301\u0300") == U"a\u0301\u0300");  // equal classes stay
  CHECK(unicode::canonical_decomposition(U"\u0301b\u0323") == U"\u0301b\u0323");  // not across a letter
  CHECK(unicode::canonical_decomposition(U"\u00E9\u0323") == U"e\u0323\u0301");   // after decomposition
  std::u32string marks;  // all of them in one run, sorted by class
  for_each_code_point([&](char32_t code) {
    if (code >= 0x300 && unicode::detail::combining_class(code) != 0) marks += code;
  });
  CHECK(marks.size() == 912);
  Digest digest;
  for (const char32_t c : unicode::canonical_decomposition(marks)) digest.add(c);
  CHECK(digest.value == 0xc507e6f4b3459dbbU);  // Python's unicodedata.normalize
}

TEST_CASE("tokenizer unicode: white space is the 25 characters of White_Space", "[tokenizer]") {
  std::u32string found;
  for_each_code_point([&](char32_t code) {
    if (unicode::is_white_space(code)) found += code;
  });
  CHECK(found ==
        U"\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029"
        U"\u202F\u205F\u3000");
}
