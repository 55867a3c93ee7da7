#include <pim/task/glue/tokenizer.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::Index;
using pim::Rng;
using pim::task::basic_words;
using pim::task::BasicTokenizationParams;
using pim::task::BPEMerge;
using pim::task::ByteLevelBPE;
using pim::task::Encoding;
using pim::task::PieceIds;
using pim::task::SubwordModel;
using pim::task::Tokenizer;
using pim::task::truncate_longest_first;
using pim::task::WordPiece;
using pim::test::message_of;
static_assert(SubwordModel<ByteLevelBPE> && SubwordModel<WordPiece>);
static_assert(!SubwordModel<Tokenizer> && !SubwordModel<std::string>);

namespace {
using Ids = std::vector<std::int32_t>;
using Words = std::vector<std::string>;

/// Draws in a row.
struct Draws {
  Rng rng;
  std::uint64_t next = 0;
  std::size_t below(std::size_t bound) { return rng.bits(next++) % bound; }
};

/// RoBERTa's special tokens, all bytes, and merges of random pieces, each of which makes a new piece.
struct RandomBPE {
  std::vector<std::string> pieces = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"};
  std::vector<std::string> bytes = std::vector<std::string>(5);  // what a piece stands for
  PieceIds vocabulary;
  std::vector<BPEMerge> merges;

  RandomBPE(std::size_t count, Draws draws) {
    const auto spellings = pim::task::byte_spellings();
    for (std::size_t byte = 0; byte < 256; ++byte) {
      pieces.emplace_back();
      pim::task::unicode::append_utf8(pieces.back(), spellings[byte]);
      bytes.push_back(std::string(1, static_cast<char>(byte)));
    }
    for (std::size_t id = 0; id < pieces.size(); ++id) vocabulary[pieces[id]] = static_cast<int>(id);
    while (merges.size() < count) {
      const auto part = [&] {
        const bool merged = draws.below(2) == 0 && pieces.size() > 261;
        const auto byte = static_cast<std::size_t>(std::string_view(" abc'").at(draws.below(5)));
        return merged ? 261 + draws.below(pieces.size() - 261) : 5 + byte;
      };
      const std::size_t left = part(), right = part();
      const std::string piece = pieces[left] + pieces[right];
      if (vocabulary.contains(piece) || piece.size() > 8) continue;
      vocabulary[piece] = static_cast<int>(pieces.size());
      merges.push_back(pim::task::find_merge(vocabulary, pieces[left], pieces[right]));
      pieces.push_back(piece);
      bytes.push_back(bytes[left] + bytes[right]);
    }
  }
  /// Every merge wherever it applies, in the order of ranks: here a piece is made before any merge that needs it.
  Ids pieces_of(std::string_view word) const {
    Ids ids;
    for (const char c : word) ids.push_back(5 + static_cast<unsigned char>(c));
    for (const BPEMerge& merge : merges) {
      Ids merged;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const bool here = i + 1 < ids.size() && ids[i] == merge.left && ids[i + 1] == merge.right;
        merged.push_back(here ? merge.merged : ids[i]);
        i += here ? 1 : 0;
      }
      ids = merged;
    }
    return ids;
  }
};

std::string random_text(Draws& draws, std::u32string_view alphabet, std::size_t longest) {
  std::string text;
  for (std::size_t left = draws.below(longest + 1); left > 0; --left) {
    pim::task::unicode::append_utf8(text, alphabet[draws.below(alphabet.size())]);
  }
  return text;
}

Words gpt2_words(std::string_view text) {
  Words words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = pim::task::gpt2_word_end(text, begin);
    words.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

WordPiece small_word_piece() {
  return WordPiece({{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "##a", "the", "e", "!"}});
}
Ids pieces_of(const WordPiece& model, std::string_view text) {
  Ids ids;
  model.append_pieces(text, ids);
  return ids;
}
}  // namespace

TEST_CASE("tokenizer: words of GPT-2's pattern", "[tokenizer][bpe]") {
  CHECK(gpt2_words("it 's good") == Words{"it", " '", "s", " good"});
  CHECK(gpt2_words("it's we'll I'd 'tis") == Words{"it", "'s", " we", "'ll", " I", "'d", " '", "tis"});
  CHECK(gpt2_words("'t'LL''s") == Words{"'t", "'", "LL", "''", "s"});  // capitals are no contraction
  CHECK(gpt2_words("a1 b22!?") == Words{"a", "1", " b", "22", "!?"});
  CHECK(gpt2_words("a   b") == Words{"a", "  ", " b"});
  CHECK(gpt2_words("a   ") == Words{"a", "   "});
  CHECK(gpt2_words(" \n b\tc\n\nd") == Words{" \n", " b", "\t", "c", "\n", "\n", "d"});
  CHECK(gpt2_words("caf\u00E9 \u4E2D\u6587\u00BD\U0001F600") ==
        Words{"caf\u00E9", " \u4E2D\u6587", "\u00BD", "\U0001F600"});
  CHECK(gpt2_words("e\u0301a") == Words{"e", "\u0301", "a"});  // a mark is no letter
}

TEST_CASE("tokenizer: byte-level BPE agrees with merging rank by rank", "[tokenizer][bpe]") {
  const RandomBPE reference(200, {Rng(1)});
  const ByteLevelBPE model(reference.vocabulary, reference.merges);
  Draws draws{Rng(2)};
  for (int i = 0; i < 2000; ++i) {
    const std::string text = random_text(draws, U"aaabbbcc' ", 40);
    Ids expected, ids;
    for (const std::string& word : gpt2_words(text)) {
      for (const std::int32_t id : reference.pieces_of(word)) expected.push_back(id);
    }
    model.append_pieces(text, ids);
    INFO("text " << text);
    REQUIRE(ids == expected);
  }
  CHECK(model.size() == std::ssize(reference.pieces));
}

TEST_CASE("tokenizer: byte-level BPE loses no byte", "[tokenizer][bpe]") {
  const RandomBPE reference(100, {Rng(3)});
  const ByteLevelBPE model(reference.vocabulary, reference.merges);
  Draws draws{Rng(4)};
  for (int i = 0; i < 500; ++i) {
    const std::string text = random_text(draws, U"abc' \u00E9\u4E2D\U0001F600\n\t\u00A00", 60);
    Ids ids;
    model.append_pieces(text, ids);
    std::string back;
    for (const std::int32_t id : ids) back += reference.bytes[static_cast<std::size_t>(id)];
    REQUIRE(back == text);
  }
}

TEST_CASE("tokenizer: byte-level BPE: prefix blank, unknown bytes, missing pieces", "[tokenizer][bpe]") {
  const RandomBPE reference(50, {Rng(5)});
  const auto pieces = [](const ByteLevelBPE& model, std::string_view text) {
    Ids ids;
    model.append_pieces(text, ids);
    return ids;
  };
  const ByteLevelBPE plain(reference.vocabulary, reference.merges);
  const ByteLevelBPE prefixed(reference.vocabulary, reference.merges, {.add_prefix_space = true});
  CHECK(pieces(prefixed, "abc") == pieces(plain, " abc"));
  CHECK(pieces(prefixed, " abc") == pieces(plain, " abc"));
  CHECK(pieces(prefixed, "").empty());

  const PieceIds few = {{"<s>", 0}, {"<pad>", 1}, {"</s>", 2}, {"<unk>", 3}, {"a", 9}};
  CHECK(pieces(ByteLevelBPE(few, {}), "aba") == Ids{9, 3, 9});
  CHECK(ByteLevelBPE(few, {}).size() == 10);
  CHECK(message_of([&] { pim::task::find_merge(few, "a", "b"); }) == "merge 'a b': 'b' is not in the vocabulary");
  CHECK(message_of([&] { pim::task::find_merge(few, "a", "a"); }) == "merge 'a a': 'aa' is not in the vocabulary");
  CHECK(message_of([&] { ByteLevelBPE({{"<s>", 0}}, {}); }) == "the vocabulary has no special token '</s>'; add it");
}

TEST_CASE("tokenizer: BERT's basic words", "[tokenizer][wordpiece]") {
  CHECK(basic_words("").empty());
  CHECK(basic_words(" \t\r\n ").empty());
  CHECK(basic_words("Hello, WORLD!") == Words{"hello", ",", "world", "!"});
  CHECK(basic_words("a$b^c`d~e") == Words{"a", "$", "b", "^", "c", "`", "d", "~", "e"});
  CHECK(basic_words("na\u00EFve CAFE\u0301") == Words{"naive", "cafe"});
  CHECK(basic_words("\u0301").empty());  // only a mark
  CHECK(basic_words("a\u4E2D\u6587b") == Words{"a", "\u4E2D", "\u6587", "b"});
  CHECK(basic_words("\uF900") == Words{"\u8C48"});                  // compatibility ideograph
  CHECK(basic_words("a\u200Db\u00ADc\x01\uFFFD") == Words{"abc"});  // controls join
  CHECK(basic_words(std::string("a\0b", 3)) == Words{"ab"});
  CHECK(basic_words("a\u2028b\u3000c") == Words{"a", "b", "c"});
  CHECK(basic_words("\uAC01") == Words{"\u1100\u1161\u11A8"});  // Hangul is decomposed
  CHECK(basic_words("\u20AC5") == Words{"\u20AC5"});            // other symbols are no punctuation
  CHECK(basic_words("\u1FEF") == Words{"`"});                   // becomes punctuation
  const BasicTokenizationParams cased{.lower_case = false, .strip_accents = false, .split_ideographs = false};
  CHECK(basic_words("\u00C9t\u00E9 \u4E2D\u6587!", cased) == Words{"\u00C9t\u00E9", "\u4E2D\u6587", "!"});
}

TEST_CASE("tokenizer: WordPiece takes the longest piece from the left", "[tokenizer][wordpiece]") {
  const WordPiece model = small_word_piece();
  CHECK(pieces_of(model, "Unaffable!") == Ids{5, 6, 7, 11});
  CHECK(pieces_of(model, "una the") == Ids{5, 8, 9});
  CHECK(pieces_of(model, "unx the unaffablex") == Ids{1, 9, 1});  // one unknown piece, the whole word unknown
  CHECK(pieces_of(model, "aff") == Ids{1});                       // a piece that goes on begins no word
  CHECK(pieces_of(model, "").empty());
  CHECK(model.size() == 12);
}

TEST_CASE("tokenizer: WordPiece: 100 characters are a word, 101 are not", "[tokenizer][wordpiece]") {
  const WordPiece model({{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "\u00F8", "##\u00F8"}});
  const auto word = [](int characters) {
    std::string text;
    for (int i = 0; i < characters; ++i) text += "\u00F8";  // two bytes each
    return text;
  };
  CHECK(pieces_of(model, word(100)).size() == 100);
  CHECK(pieces_of(model, word(101)) == Ids{1});
}

TEST_CASE("tokenizer: WordPiece agrees with a search over all prefixes", "[tokenizer][wordpiece]") {
  Draws draws{Rng(6)};
  pim::task::WordPieceVocabulary vocabulary{{"[PAD]", "[UNK]", "[CLS]", "[SEP]"}};
  std::map<std::u32string, std::int32_t> ids;
  for (int i = 0; i < 60; ++i) {
    std::u32string piece;
    std::string spelled;
    if (i % 2 == 0) piece = U"##", spelled = "##";
    for (std::size_t length = 1 + draws.below(3); length > 0; --length) {
      piece += U"ab\u00F8"[draws.below(3)];
      pim::task::unicode::append_utf8(spelled, piece.back());
    }
    ids[piece] = static_cast<std::int32_t>(vocabulary.pieces.size());
    vocabulary.pieces.push_back(spelled);
  }
  const WordPiece model(vocabulary);
  const auto expected = [&](std::u32string rest) {
    Ids found;
    for (std::u32string mark; !rest.empty(); mark = U"##") {
      std::size_t length = rest.size();
      while (length > 0 && !ids.contains(mark + rest.substr(0, length))) --length;
      if (length == 0) return Ids{1};
      found.push_back(ids.at(mark + rest.substr(0, length)));
      rest.erase(0, length);
    }
    return found;
  };
  for (int i = 0; i < 2000; ++i) {
    std::u32string word;
    std::string text;
    for (std::size_t length = 1 + draws.below(9); length > 0; --length) {
      word += U"ab\u00F8"[draws.below(3)];
      pim::task::unicode::append_utf8(text, word.back());
    }
    INFO("word " << text);
    REQUIRE(pieces_of(model, text) == expected(word));
  }
}

TEST_CASE("tokenizer: truncation, longest first, as the tokenizers library does it", "[tokenizer]") {
  struct Case {
    Index a, b, budget, keep_a, keep_b;
  };
  // measured with transformers 4.30, tokenizers 0.13.3; the slow ones differ where both are cut to an odd budget, a <=
  // b
  for (const Case& c :
       {Case{5, 5, 4, 2, 2},   Case{1, 9, 4, 1, 3},   Case{0, 9, 4, 0, 4}, Case{5, 5, 5, 2, 3}, Case{6, 5, 5, 3, 2},
        Case{5, 6, 5, 2, 3},   Case{3, 9, 5, 2, 3},   Case{9, 3, 5, 3, 2}, Case{2, 9, 5, 2, 3}, Case{9, 2, 5, 3, 2},
        Case{20, 30, 5, 2, 3}, Case{30, 20, 5, 3, 2}, Case{9, 2, 6, 4, 2}, Case{3, 9, 7, 3, 4}, Case{9, 3, 7, 4, 3},
        Case{5, 6, 7, 3, 4},   Case{3, 3, 7, 3, 3},   Case{2, 2, 4, 2, 2}, Case{9, 0, 4, 4, 0}, Case{7, 7, 0, 0, 0}}) {
    INFO(c.a << " and " << c.b << " in " << c.budget);
    CHECK(truncate_longest_first(c.a, c.b, c.budget) == std::pair{c.keep_a, c.keep_b});
  }
  for (Index a = 0; a < 12; ++a) {
    for (Index b = 0; b < 12; ++b) {
      for (Index budget = 0; budget < 24; ++budget) {
        const auto [keep_a, keep_b] = truncate_longest_first(a, b, budget);
        INFO(a << " and " << b << " in " << budget);
        REQUIRE((keep_a >= 0 && keep_a <= a && keep_b >= 0 && keep_b <= b));
        REQUIRE(keep_a + keep_b == std::min(a + b, budget));
        if (keep_a < a) REQUIRE(keep_a + 1 >= keep_b);  // what is cut was the longer one
        if (keep_b < b) REQUIRE(keep_b + 1 >= keep_a);
      }
    }
  }
}

TEST_CASE("tokenizer: encodings of BERT", "[tokenizer]") {
  const Tokenizer tokenizer(small_word_piece());
  CHECK(tokenizer.encode("the") == Encoding{{2, 9, 3}, {0, 0, 0}});
  CHECK(tokenizer.encode("the", "una!") == Encoding{{2, 9, 3, 5, 8, 11, 3}, {0, 0, 0, 1, 1, 1, 1}});
  CHECK(tokenizer.encode("") == Encoding{{2, 3}, {0, 0}});
  CHECK(tokenizer.encode("the", "") == Encoding{{2, 9, 3, 3}, {0, 0, 0, 1}});
  CHECK(tokenizer.encode("the the the", std::nullopt, 4).ids == Ids{2, 9, 9, 3});
  CHECK(tokenizer.encode("the the the", std::nullopt, 2).ids == Ids{2, 3});
  CHECK(tokenizer.encode("the the the", "e e", 6) == Encoding{{2, 9, 9, 3, 10, 3}, {0, 0, 0, 0, 1, 1}});
  CHECK(tokenizer.encode("the the", "e e", 6).ids == Ids{2, 9, 3, 10, 10, 3});
  CHECK(tokenizer.encode("the[MASK]e [SEP] [sep]").ids == Ids{2, 9, 4, 10, 3, 1, 1, 1, 3});
  CHECK(tokenizer.pad_id() == 0);
  CHECK(tokenizer.special_tokens().cls.id == 2);
  CHECK(tokenizer.size() == 12);
}

TEST_CASE("tokenizer: encodings of RoBERTa", "[tokenizer]") {
  const RandomBPE reference(0, {Rng(1)});
  const Tokenizer tokenizer{ByteLevelBPE(reference.vocabulary, reference.merges)};
  const std::int32_t a = 5 + 'a', b = 5 + 'b', blank = 5 + ' ';
  CHECK(tokenizer.encode("a") == Encoding{{0, a, 2}, {0, 0, 0}});
  CHECK(tokenizer.encode("a", "bb") == Encoding{{0, a, 2, 2, b, b, 2}, {0, 0, 0, 0, 0, 0, 0}});
  CHECK(tokenizer.encode("", "").ids == Ids{0, 2, 2, 2});
  CHECK(tokenizer.encode("aaa", "bbb", 7).ids == Ids{0, a, 2, 2, b, b, 2});
  CHECK(tokenizer.encode("aaa", "bbb", 4).ids == Ids{0, 2, 2, 2});
  CHECK(tokenizer.encode("a </s> b").ids == Ids{0, a, blank, 2, blank, b, 2});
  CHECK(tokenizer.encode("a \n<mask> b").ids == Ids{0, a, 4, blank, b, 2});  // the blanks before it are the mask's
  CHECK(tokenizer.pad_id() == 1);
}

TEST_CASE("tokenizer: what cannot be encoded is an error of one line", "[tokenizer]") {
  const Tokenizer tokenizer(small_word_piece());
  CHECK(message_of([&] { tokenizer.encode("a", std::nullopt, 1); }) ==
        "encode: max_length is 1, but the special tokens alone need 2");
  CHECK(message_of([&] { tokenizer.encode("a", "b", 2); }) ==
        "encode: max_length is 2, but the special tokens alone need 3");
  CHECK(message_of([&] { tokenizer.encode("ab\xFF\n"); }) ==
        R"(encode: text 'ab\xff\x0a' is not UTF-8 at byte 3; convert it)");
  CHECK(message_of([&] { tokenizer.encode("a", "\xC3"); }) ==
        R"(encode: text '\xc3' is not UTF-8 at byte 1; convert it)");
  CHECK(message_of([] {
          WordPiece({{"[PAD]", "[UNK]", "[CLS]"}});
        }) == "the vocabulary has no special token '[SEP]'; add it");
}

TEST_CASE("tokenizer: random bytes are encoded or refused", "[tokenizer]") {
  const RandomBPE reference(100, {Rng(7)});
  const Tokenizer both[] = {Tokenizer{ByteLevelBPE(reference.vocabulary, reference.merges)},
                            Tokenizer(small_word_piece())};
  Draws draws{Rng(8)};
  int encoded = 0, refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    for (std::size_t length = draws.below(12); length > 0; --length) {
      const std::size_t kind = draws.below(4);
      text +=
          kind == 0 ? std::string(1, static_cast<char>(draws.below(256))) : random_text(draws, U"a'\u0301\u4E2D ", 3);
    }
    for (const Tokenizer& tokenizer : both) {
      try {
        const Encoding encoding = tokenizer.encode(text, text, 16);
        REQUIRE(encoding.ids.size() <= 16);
        REQUIRE(encoding.ids.size() == encoding.type_ids.size());
        REQUIRE(pim::task::unicode::is_valid_utf8(text));
        ++encoded;
      } catch (const std::invalid_argument&) {
        REQUIRE(!pim::task::unicode::is_valid_utf8(text));
        ++refused;
      }
    }
  }
  CHECK(encoded > 1000);
  CHECK(refused > 1000);
}
