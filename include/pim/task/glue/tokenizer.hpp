#pragma once
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
#include <pim/core/index.hpp>
#include <pim/task/glue/byte_level_bpe.hpp>
#include <pim/task/glue/special_tokens.hpp>
#include <pim/task/glue/unicode.hpp>
#include <pim/task/glue/word_piece.hpp>

namespace pim::task {

/// One text or a pair as a model takes it; both have the same length.
struct Encoding {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;  ///< BERT: 0 in the first text, 1 in the second; RoBERTa: 0

  bool operator==(const Encoding&) const = default;
};

/// How many pieces two texts of a and b pieces keep when budget of them fit: the longer one is cut to the other's
/// length, then both alike; what does not halve goes to the second text, unless the first was the longer one.
/// source  'longest_first' of HuggingFace's tokenizers library 0.13 (the "fast" tokenizers, which scripts use by
///         default); the Python ("slow") ones give the odd piece to the first text in both cases
constexpr std::pair<Index, Index> truncate_longest_first(Index a, Index b, Index budget) {
  if (a + b <= budget) return {a, b};
  const Index shorter = std::min({a, b, budget / 2});
  return a <= b ? std::pair{shorter, budget - shorter} : std::pair{budget - shorter, shorter};
}

/// m.append_pieces(text, ids) appends the ids of a text's pieces; the constants say how pairs are put together.
template <class T>
concept SubwordModel = requires(const T m, std::string_view text, std::vector<std::int32_t>& ids) {
  { m.append_pieces(text, ids) } -> std::same_as<void>;
  { m.special_tokens() } -> std::convertible_to<SpecialTokens>;
  { m.size() } -> std::convertible_to<Index>;
  { T::separators_between } -> std::convertible_to<int>;
  { T::second_type } -> std::convertible_to<int>;
  { T::mask_takes_blanks } -> std::convertible_to<bool>;
};

/// Texts to ids, as HuggingFace's tokenizers do it, by either model. Its const members may run on many threads at once.
class Tokenizer {
 public:
  static constexpr Index unlimited = std::numeric_limits<Index>::max();

  explicit Tokenizer(ByteLevelBPE model) : model_(std::move(model)) {}
  explicit Tokenizer(WordPiece model) : model_(std::move(model)) {}

  const SpecialTokens& special_tokens() const {
    return std::visit([](const auto& model) -> const SpecialTokens& { return model.special_tokens(); }, model_);
  }
  int pad_id() const { return special_tokens().pad.id; }
  /// Rows that an embedding table needs.
  Index size() const {
    return std::visit([](const auto& model) { return model.size(); }, model_);
  }
  const std::variant<ByteLevelBPE, WordPiece>& model() const { return model_; }

  /// Ids of one text or a pair with special tokens, truncated 'longest_first' to at most max_length ids. An empty
  /// second text still makes a pair. The spelling of a special token in a text is that token. throws
  /// std::invalid_argument: text that is not UTF-8; max_length below the number of special tokens (2 to 4)
  Encoding encode(std::string_view a, std::optional<std::string_view> b = std::nullopt,
                  Index max_length = unlimited) const {
    return std::visit([&](const auto& model) { return encode_with(model, a, b, max_length); }, model_);
  }

 private:
  template <SubwordModel Model>
  static Encoding encode_with(const Model& model, std::string_view a, std::optional<std::string_view> b,
                              Index max_length) {
    const Index specials = b ? 2 + Model::separators_between : 2;
    if (max_length < specials) {
      throw std::invalid_argument("encode: max_length is " + std::to_string(max_length) + ", but the special tokens " +
                                  "alone need " + std::to_string(specials));
    }
    std::vector<std::int32_t> first = pieces(model, a);
    std::vector<std::int32_t> second = b ? pieces(model, *b) : std::vector<std::int32_t>();
    const auto [keep_first, keep_second] =
        truncate_longest_first(std::ssize(first), std::ssize(second), max_length - specials);

    const SpecialTokens& special = model.special_tokens();
    Encoding encoding;
    encoding.ids.push_back(special.cls.id);
    encoding.ids.insert(encoding.ids.end(), first.begin(), first.begin() + keep_first);
    encoding.ids.push_back(special.sep.id);
    encoding.type_ids.resize(encoding.ids.size(), 0);
    if (!b) return encoding;
    encoding.ids.resize(encoding.ids.size() + Model::separators_between - 1, special.sep.id);
    encoding.ids.insert(encoding.ids.end(), second.begin(), second.begin() + keep_second);
    encoding.ids.push_back(special.sep.id);
    encoding.type_ids.resize(encoding.ids.size(), Model::second_type);
    return encoding;
  }

  /// Ids of a text without tokens round it.
  template <SubwordModel Model>
  static std::vector<std::int32_t> pieces(const Model& model, std::string_view text) {
    if (const auto at = unicode::first_invalid_utf8(text)) {
      throw std::invalid_argument("encode: text " + in_quotes(text) + " is not UTF-8 at byte " +
                                  std::to_string(*at + 1) + "; convert it");
    }
    const SpecialTokens& special = model.special_tokens();
    std::vector<std::int32_t> ids;
    while (!text.empty()) {
      const auto [token, at] = find_special(special, text);
      std::string_view before = text.substr(0, at);
      if (token == &special.mask && Model::mask_takes_blanks) before = without_blanks_at_end(before);
      model.append_pieces(before, ids);
      if (token == nullptr) break;
      ids.push_back(token->id);
      text.remove_prefix(at + token->text.size());
    }
    return ids;
  }

  /// The first special token spelled in `text`, the longest of those that begin there, and its place; or null, npos.
  static std::pair<const SpecialToken*, std::size_t> find_special(const SpecialTokens& special, std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      const SpecialToken* longest = nullptr;
      for (const SpecialToken* token : {&special.cls, &special.sep, &special.pad, &special.unk, &special.mask}) {
        const bool here = token->id >= 0 && !token->text.empty() && text.substr(at).starts_with(token->text);
        if (here && (longest == nullptr || token->text.size() > longest->text.size())) longest = token;
      }
      if (longest != nullptr) return {longest, at};
    }
    return {nullptr, std::string_view::npos};
  }

  static std::string_view without_blanks_at_end(std::string_view text) {
    std::size_t end = 0;  // behind the last character that is no blank
    for (std::size_t at = 0; at < text.size();) {
      if (!unicode::is_white_space(unicode::next_code_point(text, at))) end = at;
    }
    return text.substr(0, end);
  }

  std::variant<ByteLevelBPE, WordPiece> model_;
};

}  // namespace pim::task
