#include <pim/io/tokenizer.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::io::read_tokenizer;
using pim::task::Tokenizer;
using pim::task::WordPiece;
using pim::task::WordPieceVocabulary;
using pim::test::message_of;
using pim::test::TemporaryFolder;

namespace {
using Ids = std::vector<std::int32_t>;
constexpr std::string_view vocab_json =
    R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5, "b": 6, "\u0120": 7, "ab": 8, "\u0120ab": 9})";
constexpr std::string_view merges_txt = "#version: 0.2\na b\n\u0120 ab\n";
constexpr std::string_view vocab_txt = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n##m\nThe\nete\n\u00E9t\u00E9\n";

/// A folder with files of these contents, and what read_tokenizer says of it.
struct Folder : TemporaryFolder {
  void put(const char* name, std::string_view content) const { pim::io::write_file(*this / name, content); }
  std::string file(const char* name) const { return (*this / name).string(); }
  std::string complaint() const {
    return message_of([&] { read_tokenizer(path()); });
  }
};
struct BPEFolder : Folder {
  explicit BPEFolder(std::string_view vocabulary = vocab_json, std::string_view merges = merges_txt) {
    put("vocab.json", vocabulary);
    put("merges.txt", merges);
  }
};
struct WordPieceFolder : Folder {
  explicit WordPieceFolder(std::string_view vocabulary = vocab_txt) { put("vocab.txt", vocabulary); }
};
}  // namespace

TEST_CASE("read tokenizer: byte-level BPE", "[tokenizer]") {
  CHECK(read_tokenizer(BPEFolder().path()).encode("ab ab", "ba").ids == Ids{0, 8, 9, 2, 2, 6, 5, 2});
  CHECK(read_tokenizer(BPEFolder(vocab_json, "a b\r\n\u0120 ab").path()).encode("ab ab").ids == Ids{0, 8, 9, 2});
  CHECK(read_tokenizer(BPEFolder(vocab_json, "\u0120 ab\na b\n\n").path()).encode("ab").ids == Ids{0, 8, 2});
  CHECK(read_tokenizer(BPEFolder(vocab_json, "#version: 0.2").path()).encode("ab").ids == Ids{0, 5, 6, 2});
}

TEST_CASE("read tokenizer: WordPiece", "[tokenizer]") {
  CHECK(read_tokenizer(WordPieceFolder().path()).encode("The them \u00E9t\u00E9").ids == Ids{2, 5, 5, 6, 8, 3});
  const Tokenizer crlf = read_tokenizer(WordPieceFolder("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\nthe").path());
  CHECK(crlf.encode("the").ids == Ids{2, 4, 3});
  const Tokenizer twice = read_tokenizer(WordPieceFolder("[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n\nthe\n").path());
  CHECK(twice.encode("the").ids == Ids{2, 6, 3});  // as HuggingFace's
}

TEST_CASE("read tokenizer: honours tokenizer_config.json", "[tokenizer]") {
  const auto words = [](std::string_view config) {
    const WordPieceFolder folder;
    folder.put("tokenizer_config.json", config);
    return read_tokenizer(folder.path()).encode("The \u00E9t\u00E9").ids;
  };
  CHECK(words(R"({"do_lower_case": true, "strip_accents": null, "model_max_length": 512})") == Ids{2, 5, 8, 3});
  CHECK(words(R"({"do_lower_case": false})") == Ids{2, 7, 9, 3});
  CHECK(words(R"({"strip_accents": false})") == Ids{2, 5, 9, 3});
  CHECK(words(R"({"cls_token": "the", "sep_token": {"content": "[MASK]", "lstrip": false}})") == Ids{5, 5, 8, 4});

  const BPEFolder folder;
  folder.put("tokenizer_config.json", R"({"add_prefix_space": true, "do_lower_case": true})");
  CHECK(read_tokenizer(folder.path()).encode("ab").ids == Ids{0, 9, 2});

  const WordPieceFolder wrong;
  wrong.put("tokenizer_config.json", R"({"do_lower_case": "yes"})");
  CHECK(wrong.complaint() == wrong.file("tokenizer_config.json") + ": do_lower_case is 'yes', expected true or false");
  wrong.put("tokenizer_config.json", R"({"pad_token": 3})");
  CHECK(wrong.complaint() ==
        wrong.file("tokenizer_config.json") + ": pad_token is 3, expected a text or an object with its content");
  wrong.put("tokenizer_config.json", R"({"pad_token": "<pad>"})");
  CHECK(wrong.complaint() == wrong.file("vocab.txt") + ": the vocabulary has no special token '<pad>'; add it");
}

TEST_CASE("read tokenizer: missing files", "[tokenizer]") {
  const Folder folder;
  CHECK(folder.complaint() ==
        "no tokenizer in " + folder.path().string() +
            ": it has neither vocab.json and merges.txt nor vocab.txt; put them beside the model");
  folder.put("vocab.json", vocab_json);
  CHECK(folder.complaint() ==
        "cannot read " + folder.file("merges.txt") + ": No such file or directory; check the path");
}

TEST_CASE("read tokenizer: malformed byte-level BPE files", "[tokenizer]") {
  const auto vocabulary_complaint = [](std::string_view vocabulary) {
    const BPEFolder folder(vocabulary);
    const std::string message = folder.complaint();
    CHECK_THAT(message, ContainsSubstring(folder.file("vocab.json")));
    return message.substr(std::min(message.size(), folder.file("vocab.json").size()));
  };
  CHECK(vocabulary_complaint("[1]") == ": expected an object of pieces and ids");
  CHECK_THAT(vocabulary_complaint(R"({"a": 1,)"), ContainsSubstring(":1:8: not JSON: syntax error"));
  CHECK(vocabulary_complaint(R"({"a": -1})") == ": the id of 'a' is -1, expected an integer from 0 to 2147483646");
  CHECK(vocabulary_complaint("{\"a\": " + std::string(300'000, '[') + std::string(300'000, ']') + "}") ==
        ": the id of 'a' is a list, expected an integer from 0 to 2147483646");
  CHECK(vocabulary_complaint(R"({"a": 1.5})") == ": the id of 'a' is 1.5, expected an integer from 0 to 2147483646");
  CHECK(vocabulary_complaint(R"({"a": 2147483647})") ==
        ": the id of 'a' is 2147483647, expected an integer from 0 to 2147483646");
  CHECK(vocabulary_complaint(R"({"a": "x"})") == ": the id of 'a' is \"x\", expected an integer from 0 to 2147483646");
  CHECK(vocabulary_complaint(R"({"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120ab": 4})") ==
        ": the vocabulary has no special token '<s>'; add it");

  const auto merges_complaint = [](std::string_view merges) {
    const BPEFolder folder(vocab_json, merges);
    const std::string message = folder.complaint();
    CHECK_THAT(message, ContainsSubstring(folder.file("merges.txt")));
    return message.substr(std::min(message.size(), folder.file("merges.txt").size()));
  };
  CHECK(merges_complaint("") == ": the file is empty; copy it again");
  CHECK(merges_complaint("#version\na b\nab\n") ==
        ":3: 'ab' is no merge, expected two pieces with one blank between them");
  CHECK(merges_complaint("a b c\n") == ":1: 'a b c' is no merge, expected two pieces with one blank between them");
  CHECK(merges_complaint(" a\n") == ":1: ' a' is no merge, expected two pieces with one blank between them");
  CHECK(merges_complaint("a b\n\na b\n") == ":2: '' is no merge, expected two pieces with one blank between them");
  CHECK(merges_complaint("a b\nb b\n") == ":2: merge 'b b': 'bb' is not in the vocabulary");
  CHECK(merges_complaint("a b\nx b\n") == ":2: merge 'x b': 'x' is not in the vocabulary");
  CHECK(merges_complaint("a b\na \xFF\n") == ":2: invalid UTF-8 at byte 3; save the file as UTF-8");
}

TEST_CASE("read tokenizer: malformed vocab.txt", "[tokenizer]") {
  const auto complaint = [](std::string_view vocabulary) {
    const WordPieceFolder folder(vocabulary);
    const std::string message = folder.complaint();
    CHECK_THAT(message, ContainsSubstring(folder.file("vocab.txt")));
    return message.substr(std::min(message.size(), folder.file("vocab.txt").size()));
  };
  CHECK(complaint("") == ": the file is empty; copy it again");
  CHECK(complaint("the\n") == ": the vocabulary has no special token '[CLS]'; add it");
  CHECK(complaint("[PAD]\n[UN\xC3\n") == ":2: invalid UTF-8 at byte 4; save the file as UTF-8");
}

TEST_CASE("write tokenizer: a WordPiece folder reads back the same", "[tokenizer]") {
  const WordPieceVocabulary vocabulary{{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "The", "##\u00E9", "\u4E2D"}};
  const WordPiece model(vocabulary, {.basic = {.lower_case = false, .strip_accents = false}});
  const TemporaryFolder folder;
  pim::io::write_wordpiece(folder.path(), model);
  CHECK(pim::io::read_wordpiece_vocabulary(folder / "vocab.txt") == vocabulary);
  const Tokenizer tokenizer = read_tokenizer(folder.path());
  CHECK(tokenizer.encode("The\u00E9 \u4E2D") == Tokenizer(model).encode("The\u00E9 \u4E2D"));
  CHECK(tokenizer.encode("The\u00E9 the").ids == Ids{2, 5, 6, 1, 3});
  CHECK(message_of([&] { pim::io::write_wordpiece_vocabulary(folder / "vocab.txt", {{"a\nb"}}); }) ==
        R"(write_wordpiece_vocabulary: piece 'a\x0ab' has a line end)");
  CHECK_THAT(message_of([&] { pim::io::write_wordpiece(folder / "absent", model); }),
             ContainsSubstring("cannot write " + (folder / "absent").string() + "/vocab.txt"));
}

TEST_CASE("write tokenizer: copies the files that are there", "[tokenizer]") {
  const BPEFolder from;
  const TemporaryFolder to;
  pim::io::copy_tokenizer(from.path(), to.path());
  CHECK(read_tokenizer(to.path()).encode("ab").ids == Ids{0, 8, 2});
  CHECK(pim::test::files_in(to.path()).size() == std::string_view("vocab.json merges.txt").size());
}
