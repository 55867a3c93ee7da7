#include "support/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <pim/core/text.hpp>

namespace pim::app {

namespace {
/// Builds the JSON value of one document from the parser's events.
class YamlToJson : public YAML::EventHandler {
 public:
  explicit YamlToJson(std::string source) : source_(printable(source)) {}

  int documents() const { return documents_; }
  const io::Json& result() const { return result_; }
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what) const {
    throw std::runtime_error(source_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) +
                             ": " + printable(what));
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(mark, "a second document begins, or the text does not end with the first; expected one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(mark, anchor, nullptr); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto at = anchors_.find(anchor);
    if (at == anchors_.end()) fail(mark, "an alias inside of what it stands for; write the value");
    copied_ += at->second.dump().size();
    if (copied_ > 1'000'000) fail(mark, "aliases make this too large for a configuration; write less");
    put(mark, 0, at->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    if (wants_key()) return begin_entry(mark, text);
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return put(mark, anchor, text);  // in quotes, or !!str
    refuse_tag(mark, tag);
    put(mark, anchor, plain(mark, text));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, io::Json::array());
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, io::Json::object());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  /// A list or an object that is not yet complete.
  struct Open {
    io::Json value;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    std::optional<std::string> key;  ///< of the entry whose value comes next
  };

  bool wants_key() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().key; }
  void begin_entry(const YAML::Mark& mark, const std::string& key) {
    if (open_.back().value.contains(key)) {
      fail(mark, "key " + in_quotes(key) + " is given twice in one object; remove one");
    }
    open_.back().key = key;
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, io::Json value) {
    refuse_tag(mark, tag);
    if (wants_key()) fail(mark, "a key must be a name");
    if (open_.size() > 64) fail(mark, "too many levels for a configuration");
    open_.push_back({std::move(value), mark, anchor, {}});
  }
  void close() {
    const Open done = std::move(open_.back());
    open_.pop_back();
    put(done.mark, done.anchor, done.value);
  }
  void put(const YAML::Mark& mark, YAML::anchor_t anchor, const io::Json& value) {
    if (wants_key()) fail(mark, "a key must be a name");
    if (anchor != 0) anchors_[anchor] = value;
    if (open_.empty()) {
      result_ = value;
    } else if (open_.back().value.is_object()) {
      open_.back().value[*std::exchange(open_.back().key, std::nullopt)] = value;
    } else {
      open_.back().value.push_back(value);
    }
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?") fail(mark, "tag " + in_quotes(tag) + " is not known; remove it");
  }

  /// A scalar without quotes: truth value, integer, number or text. Truth values are those of YAML 1.1 (yes, on), as
  /// Python reads them, numbers those of YAML 1.2. What these two read differently (010, 1_000, 1:30) stays text.
  io::Json plain(const YAML::Mark& mark, const std::string& text) const {
    for (const char* yes : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}) {
      if (text == yes) return true;
    }
    for (const char* no : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}) {
      if (text == no) return false;
    }
    const bool negative = text.starts_with('-');
    const std::string_view digits = std::string_view(text).substr(negative || text.starts_with('+') ? 1 : 0);
    if (digits.starts_with('-')) return text;
    if (digits == ".inf" || digits == ".Inf" || digits == ".INF") return negative ? -HUGE_VAL : HUGE_VAL;
    if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::nan("");
    if (digits.find_first_of("0123456789") > 1 ||
        digits.find_first_not_of("0123456789.eE+-xabcdfABCDF") < digits.size()) {
      return text;  // a number has a digit in front, or after its point
    }
    if (digits.starts_with("0x")) {
      std::int64_t value = 0;
      return whole(digits.substr(2), value, 16) ? io::Json(negative ? -value : value) : io::Json(text);
    }
    const bool leading_zero = digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
    if (leading_zero) return text;
    std::int64_t integer = 0;
    if (whole(digits, integer, 10)) return negative ? -integer : integer;
    double number = 0.0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (end != digits.data() + digits.size() || error == std::errc::invalid_argument) return text;
    if (error == std::errc::result_out_of_range) fail(mark, "number " + in_quotes(text) + " is out of range");
    return negative ? -number : number;
  }
  static bool whole(std::string_view digits, std::int64_t& value, int base) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return error == std::errc() && end == digits.data() + digits.size();
  }

  std::string source_;
  int documents_ = 0;
  std::size_t copied_ = 0;  ///< by aliases  [bytes]
  std::vector<Open> open_;
  std::map<YAML::anchor_t, io::Json> anchors_;
  io::Json result_;
};
}  // namespace

io::Json yaml_to_json(const std::string& text, const std::string& source) {
  YamlToJson events(source);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& error) {
    events.fail(error.mark, "not YAML: " + error.msg);
  }
  if (events.documents() == 0) throw std::runtime_error(printable(source) + ": no content, expected keys and values");
  return events.result();
}

io::Json read_configuration(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending == ".json") return io::read_json(path);
  if (ending == ".yaml" || ending == ".yml") return yaml_to_json(io::read_file(path), path.string());
  throw std::runtime_error(printable(path.string()) + ": a configuration ends in .yaml, .yml or .json");
}

}  // namespace pim::app
