#pragma once
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/io/json_file.hpp>
#include <pim/io/strict_object.hpp>
#include <pim/task/glue/byte_level_bpe.hpp>
#include <pim/task/glue/special_tokens.hpp>
#include <pim/task/glue/tokenizer.hpp>
#include <pim/task/glue/unicode.hpp>
#include <pim/task/glue/word_piece.hpp>

/// Tokenizers as HuggingFace keeps them beside a model: vocab.json and merges.txt (byte-level BPE) or vocab.txt
/// (WordPiece), and tokenizer_config.json.
namespace pim::io {

namespace detail {
/// The lines of a text file without their ends (LF or CRLF).
/// throws std::runtime_error "file:line: what": empty, invalid UTF-8; and as read_file
inline std::vector<std::string> read_lines(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  if (text.empty()) throw std::runtime_error(printable(path.string()) + ": the file is empty; copy it again");
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    if (const auto at = task::unicode::first_invalid_utf8(line)) {
      throw std::runtime_error(printable(path.string()) + ":" + std::to_string(lines.size()) +
                               ": invalid UTF-8 at byte " + std::to_string(*at + 1) + "; save the file as UTF-8");
    }
    begin = end + 1;
  }
  return lines;
}

/// make() with the file named in what it throws
template <class Make>
auto naming_file(const std::string& file, const Make& make) {
  try {
    return make();
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error(printable(file) + ": " + error.what());
  }
}

inline void read_special_token(StrictObject& config, std::string_view key, task::SpecialToken& token) {
  const Json* value = config.find(key);
  if (value == nullptr) return;
  if (value->is_object() && value->contains("content")) value = &value->at("content");
  if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
    config.fail(key, "a text or an object with its content");
  }
  token.text = value->get<std::string>();
}

inline void read_special_tokens(StrictObject& config, task::SpecialTokens& tokens) {
  read_special_token(config, "cls_token", tokens.cls);
  read_special_token(config, "sep_token", tokens.sep);
  read_special_token(config, "pad_token", tokens.pad);
  read_special_token(config, "unk_token", tokens.unk);
  read_special_token(config, "mask_token", tokens.mask);
}
}  // namespace detail

/// The vocabulary of a byte-level BPE: an object of pieces and their ids.
/// throws  std::runtime_error, one line naming the file: missing, no JSON object, an id that is no integer from 0
inline task::PieceIds read_bpe_vocabulary(const std::filesystem::path& vocab_json) {
  const Json json = read_json(vocab_json);
  const auto fail = [&](const std::string& what) {
    throw std::runtime_error(printable(vocab_json.string()) + ": " + what);
  };
  if (!json.is_object()) fail("expected an object of pieces and ids");
  task::PieceIds vocabulary;
  vocabulary.reserve(json.size());
  for (const auto& [piece, id] : json.items()) {
    constexpr int largest = std::numeric_limits<int>::max() - 1;
    if (!id.is_number_unsigned() || id.get<Json::number_unsigned_t>() > static_cast<unsigned>(largest)) {
      fail("the id of " + in_quotes(piece) + " is " +
           (id.is_structured() ? id.is_array() ? "a list" : "an object" : printable(id.dump(), 80)) +
           ", expected an integer from 0 to " + std::to_string(largest));
    }
    vocabulary.emplace(piece, id.get<int>());
  }
  return vocabulary;
}

/// Byte-level BPE from vocab.json and merges.txt, whose lines hold two pieces each (after a line "#version ...").
/// throws  std::runtime_error, one line naming file and line: as read_bpe_vocabulary; a line that is no merge, or one
///         whose pieces are not in vocab.json; special tokens that vocab.json lacks
inline task::ByteLevelBPE read_bpe(const std::filesystem::path& vocab_json, const std::filesystem::path& merges_txt,
                                   const task::ByteLevelBPE::Params& params = {}) {
  const task::PieceIds vocabulary = read_bpe_vocabulary(vocab_json);
  const std::vector<std::string> lines = detail::read_lines(merges_txt);
  std::vector<task::BPEMerge> merges;
  merges.reserve(lines.size());
  for (std::size_t i = lines[0].starts_with("#version") ? 1 : 0; i < lines.size(); ++i) {
    if (lines[i].empty() && i + 1 == lines.size()) break;
    const std::string place = merges_txt.string() + ":" + std::to_string(i + 1);
    const std::string_view line = lines[i];
    const std::size_t blank = line.find(' ');
    const std::string_view left = line.substr(0, blank);
    const std::string_view right = blank == std::string_view::npos ? "" : line.substr(blank + 1);
    if (left.empty() || right.empty() || right.find(' ') != std::string_view::npos) {
      throw std::runtime_error(printable(place) + ": " + in_quotes(line) +
                               " is no merge, expected two pieces with one blank between them");
    }
    merges.push_back(detail::naming_file(place, [&] { return task::find_merge(vocabulary, left, right); }));
  }
  return detail::naming_file(vocab_json.string(), [&] { return task::ByteLevelBPE(vocabulary, merges, params); });
}

/// WordPiece pieces from vocab.txt, one a line. Of equal lines the last gives the id.
/// throws  std::runtime_error, one line naming file and line: missing, empty, invalid UTF-8
inline task::WordPieceVocabulary read_wordpiece_vocabulary(const std::filesystem::path& vocab_txt) {
  return {detail::read_lines(vocab_txt)};
}

/// WordPiece from vocab.txt.
/// throws  std::runtime_error as read_wordpiece_vocabulary; special tokens that vocab.txt lacks
inline task::WordPiece read_wordpiece(const std::filesystem::path& vocab_txt,
                                      const task::WordPiece::Params& params = {}) {
  return detail::naming_file(vocab_txt.string(),
                             [&] { return task::WordPiece(read_wordpiece_vocabulary(vocab_txt), params); });
}

/// The tokenizer of a model's folder: byte-level BPE where there is a vocab.json, WordPiece where there is a vocab.txt.
/// Of tokenizer_config.json, which may be absent, do_lower_case, strip_accents, tokenize_chinese_chars,
/// add_prefix_space and the names of the special tokens count; other keys are left alone. throws  std::runtime_error,
/// one line naming the file: no such files, and as read_bpe and read_wordpiece;
///         std::invalid_argument naming the key of tokenizer_config.json that has a wrong type
inline task::Tokenizer read_tokenizer(const std::filesystem::path& folder) {
  std::error_code absent;
  const auto exists = [&](const char* name) { return std::filesystem::exists(folder / name, absent); };
  const std::filesystem::path config_file = folder / "tokenizer_config.json";
  const Json json = exists("tokenizer_config.json") ? read_json(config_file) : Json::object();
  StrictObject config(json, config_file.string(), "", Null::absent);
  if (exists("vocab.json")) {
    task::ByteLevelBPE::Params params;
    params.add_prefix_space = config.boolean("add_prefix_space", false);
    detail::read_special_tokens(config, params.special_tokens);
    return task::Tokenizer(read_bpe(folder / "vocab.json", folder / "merges.txt", params));
  }
  if (exists("vocab.txt")) {
    task::WordPiece::Params params;
    params.basic.lower_case = config.boolean("do_lower_case", true);
    params.basic.strip_accents = config.boolean("strip_accents", params.basic.lower_case);
    params.basic.split_ideographs = config.boolean("tokenize_chinese_chars", true);
    detail::read_special_tokens(config, params.special_tokens);
    return task::Tokenizer(read_wordpiece(folder / "vocab.txt", params));
  }
  throw std::runtime_error("no tokenizer in " + printable(folder.string()) +
                           ": it has neither vocab.json and merges.txt nor vocab.txt; put them beside the model");
}

/// Writes pieces as vocab.txt, one a line.
/// throws  std::invalid_argument: a piece with a line end; std::runtime_error as AtomicFile
inline void write_wordpiece_vocabulary(const std::filesystem::path& vocab_txt,
                                       const task::WordPieceVocabulary& vocabulary) {
  std::string text;
  for (const std::string& piece : vocabulary.pieces) {
    if (piece.find_first_of("\r\n") != std::string::npos) {
      throw std::invalid_argument("write_wordpiece_vocabulary: piece " + in_quotes(piece) + " has a line end");
    }
    text += piece + "\n";
  }
  write_file(vocab_txt, text);
}

/// Writes vocab.txt and tokenizer_config.json into a model's folder, so that read_tokenizer and HuggingFace read them.
/// throws  std::runtime_error as AtomicFile
inline void write_wordpiece(const std::filesystem::path& folder, const task::WordPiece& word_piece) {
  const task::BasicTokenizationParams& basic = word_piece.basic_tokenization();
  const task::SpecialTokens& special = word_piece.special_tokens();
  Json config;
  config["tokenizer_class"] = "BertTokenizer";
  config["do_lower_case"] = basic.lower_case;
  config["strip_accents"] = basic.strip_accents;
  config["tokenize_chinese_chars"] = basic.split_ideographs;
  config["cls_token"] = special.cls.text;
  config["sep_token"] = special.sep.text;
  config["pad_token"] = special.pad.text;
  config["unk_token"] = special.unk.text;
  config["mask_token"] = special.mask.text;
  write_wordpiece_vocabulary(folder / "vocab.txt", word_piece.vocabulary());
  write_json(folder / "tokenizer_config.json", config);
}

/// Copies the tokenizer's files from one model's folder to another, for a model that keeps its tokenizer.
/// throws  std::runtime_error as read_file and AtomicFile
inline void copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const char* name : {"vocab.json", "merges.txt", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
                           "tokenizer.json"}) {
    if (std::filesystem::exists(from / name)) write_file(to / name, read_file(from / name));
  }
}

}  // namespace pim::io
