#include <pim/core/text.hpp>

#include <array>
#include <string>
#include <vector>

#include "support/catch.hpp"

TEST_CASE("edit_distance: insert, delete, replace, swap, case", "[text]") {
  CHECK(pim::edit_distance("", "") == 0);
  CHECK(pim::edit_distance("kitten", "sitting") == 3);
  CHECK(pim::edit_distance("core_size", "core_sise") == 1);
  CHECK(pim::edit_distance("core_size", "core_szie") == 1);
  CHECK(pim::edit_distance("E4M3", "e4m3") == 0);
  CHECK(pim::edit_distance("abc", "") == 3);
  CHECK(pim::edit_distance("", "abc") == 3);
  CHECK(pim::edit_distance("ca", "abc") == 3);  // optimal string alignment, not full Damerau-Levenshtein (2)
  CHECK(pim::edit_distance(std::string(1'000'000, 'a'), std::string(1'000'000, 'b')) == 64);
}

TEST_CASE("nearest: the first of the closest, nothing of nothing", "[text]") {
  CHECK(pim::nearest("pmc", {"sram", "pcm", "reram"}) == "pcm");
  CHECK(pim::nearest("x", {"a", "b"}) == "a");
  CHECK(pim::nearest("x", std::vector<std::string>{}).empty());
  CHECK(pim::did_you_mean("rream", std::array{"sram", "reram"}) == "; did you mean 'reram'?");
  CHECK(pim::did_you_mean("rream", std::vector<std::string>{}).empty());
}

TEST_CASE("printable: one line of valid UTF-8, whatever the bytes", "[text]") {
  CHECK(pim::printable("plain text") == "plain text");
  CHECK(pim::printable("a\nb\tc\x7f") == "a\\x0ab\\x09c\\x7f");
  CHECK(pim::printable("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80") == "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
  CHECK(pim::printable("\xFF\xC3") == "\\xff\\xc3");           // no lead byte; a sequence cut short
  CHECK(pim::printable("\xC0\xAF") == "\\xc0\\xaf");           // overlong
  CHECK(pim::printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");  // surrogate
  CHECK(pim::printable("\xC2\x85") == "\\xc2\\x85");           // next line
  CHECK(pim::printable("\xE2\x80\xA8") == "\\xe2\\x80\\xa8");  // line separator
  CHECK(pim::printable("0123456789", 4) == "0123...");
  CHECK(pim::printable("0123", 4) == "0123");
  CHECK(pim::printable("abc\xE2\x82\xAC", 5) == "abc...");  // no character is cut in two
  CHECK(pim::printable("a\n\n\n", 9) == "a\\x0a\\x0a...");  // the limit is of what is shown
  CHECK(pim::in_quotes(std::string(200, 'x')).size() == 80 + 3 + 2);
  CHECK(pim::in_quotes(std::string(200, '\n')).size() == 80 + 3 + 2);
}

TEST_CASE("utf8_length: every code point of every length, and its neighbours outside", "[text]") {
  const auto encode = [](unsigned code) {
    std::string s;
    if (code < 0x80) {
      s += static_cast<char>(code);
    } else if (code < 0x800) {
      s += static_cast<char>(0xC0 | (code >> 6));
      s += static_cast<char>(0x80 | (code & 63));
    } else if (code < 0x10000) {
      s += static_cast<char>(0xE0 | (code >> 12));
      s += static_cast<char>(0x80 | ((code >> 6) & 63));
      s += static_cast<char>(0x80 | (code & 63));
    } else {
      s += static_cast<char>(0xF0 | (code >> 18));
      s += static_cast<char>(0x80 | ((code >> 12) & 63));
      s += static_cast<char>(0x80 | ((code >> 6) & 63));
      s += static_cast<char>(0x80 | (code & 63));
    }
    return s;
  };
  int wrong = 0;
  for (unsigned code = 0; code < 0x110800; ++code) {
    const bool valid = code < 0x110000 && !(code >= 0xD800 && code < 0xE000);
    const std::string s = encode(code);
    if (pim::utf8_length(s, 0) != (valid ? s.size() : 0)) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("join", "[text]") {
  CHECK(pim::join(std::vector<std::string>{}).empty());
  CHECK(pim::join(std::array{"a", "b", "c"}) == "a, b, c");
  CHECK(pim::join(std::array{"a", "b"}, " or ") == "a or b");
}
