#include <pim/task/glue/build_vocabulary.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::task::build_vocabulary;
using pim::task::WordPiece;
using pim::task::WordPieceVocabulary;

namespace {
using Texts = std::vector<std::string>;
const Texts sentences = {"The movie was amazing , truly amazing !", "a boring movie", "the acting was boring",
                         "amazing acting \u4E2D\u6587", "I was bored"};
bool has(const WordPieceVocabulary& vocabulary, std::string_view piece) {
  return std::ranges::count(vocabulary.pieces, piece) == 1;
}
}  // namespace

TEST_CASE("tokenizer vocabulary: special tokens, characters, frequent words, endings", "[tokenizer][vocabulary]") {
  const WordPieceVocabulary vocabulary = build_vocabulary(sentences, 1000);
  const std::vector<std::string> first(vocabulary.pieces.begin(), vocabulary.pieces.begin() + 7);
  CHECK(first == Texts{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "!", ","});
  CHECK(has(vocabulary, "a"));
  CHECK(has(vocabulary, "##a"));
  CHECK(has(vocabulary, "\u4E2D"));
  CHECK_FALSE(has(vocabulary, "##\u4E2D"));  // nothing goes on with an ideograph or a comma
  CHECK_FALSE(has(vocabulary, "##,"));
  CHECK(has(vocabulary, "amazing"));
  CHECK(has(vocabulary, "##ing"));
  CHECK_FALSE(has(vocabulary, "The"));  // lower case
  auto sorted = vocabulary.pieces;
  std::ranges::sort(sorted);
  CHECK(std::ranges::adjacent_find(sorted) == sorted.end());  // each piece once
}

TEST_CASE("tokenizer vocabulary: the most frequent first, equals in the order of their bytes",
          "[tokenizer][vocabulary]") {
  const Texts texts = {"bb bb bb aa aa cc cc dd"};
  const WordPieceVocabulary all = build_vocabulary(texts, 100);
  CHECK(all.pieces == Texts{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d", "##a", "##b", "##c",
                            "##d", "bb", "aa", "cc", "dd"});
  const WordPieceVocabulary fifteen = build_vocabulary(texts, 15);
  CHECK(fifteen.pieces == Texts(all.pieces.begin(), all.pieces.begin() + 15));
}

TEST_CASE("tokenizer vocabulary: does not depend on the order of the texts", "[tokenizer][vocabulary]") {
  Texts reversed(sentences.rbegin(), sentences.rend());
  CHECK(build_vocabulary(sentences, 60) == build_vocabulary(reversed, 60));
  CHECK(build_vocabulary(sentences, 60).pieces.size() == 60);
}

TEST_CASE("tokenizer vocabulary: spells all words of its characters", "[tokenizer][vocabulary]") {
  for (const pim::Index size : {60, 80, 1000}) {
    const WordPiece model(build_vocabulary(sentences, size));
    for (const std::string& text : Texts{sentences[0], sentences[3], "moving", "dating", "gnizama", "\u6587!"}) {
      std::vector<std::int32_t> ids;
      model.append_pieces(text, ids);
      INFO(text << " with " << size);
      CHECK(std::ranges::count(ids, model.special_tokens().unk.id) == 0);
    }
  }
  const WordPiece model(build_vocabulary(sentences, 1000));
  std::vector<std::int32_t> ids;
  model.append_pieces("dating", ids);
  std::string joined;
  for (const std::int32_t id : ids) joined += model.vocabulary().pieces[static_cast<std::size_t>(id)] + " ";
  CHECK(joined == "d ##a ##ting ");
}

TEST_CASE("tokenizer vocabulary: a size below the characters is an error", "[tokenizer][vocabulary]") {
  CHECK(pim::test::message_of([] { build_vocabulary(Texts{"ab"}, 8); }) ==
        "build_vocabulary: size is 8, but special tokens and characters alone need 9");
  CHECK(build_vocabulary(Texts{"ab"}, 9).pieces.size() == 9);
  CHECK(build_vocabulary(Texts{}, 5).pieces.size() == 5);
}
