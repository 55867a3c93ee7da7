#pragma once
#include <cmath>
#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/json.hpp>

namespace pim::io {

/// The values that a key may have: min to max, both allowed.
template <class T>
struct Range {
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
  bool above_min = false;  ///< min itself is not allowed

  bool holds(T value) const { return (above_min ? value > min : value >= min) && value <= max; }  // NaN is outside
  /// " from 1 to 8", " of at least 1", " above 0", " of at most 8", or nothing
  std::string text() const {
    const bool low = min != std::numeric_limits<T>::lowest(), high = max != std::numeric_limits<T>::max();
    const auto shown = [](T value) { return Json(value).dump(); };
    if (above_min) return " above " + shown(min) + (high ? " and at most " + shown(max) : "");
    if (low && high) return " from " + shown(min) + " to " + shown(max);
    return low ? " of at least " + shown(min) : high ? " of at most " + shown(max) : "";
  }
};

/// A value and how files spell it.
template <class T>
struct Named {
  std::string_view name;
  T value;
};

/// What a null value means to a StrictObject.
enum class Null { error, absent };

/// Reads a JSON object key by key and refuses what was not asked for.
///
///   StrictObject config(json, "pcm.yaml", "linear.config");
///   params.core_size = config.integer("core_size", {.min = 1, .max = 4096}, 256);  // the last: when the key is absent
///   params.read_noise = config.boolean("read_noise", true);
///   config.finish();
///
/// Holds a reference to the JSON value. A key that was asked for is a valid one; finish() refuses all others.
/// throws  std::invalid_argument, one line naming source, path and key: the value is no object; the key is missing and
///         has no default; wrong type; out of range (with the allowed range); an unknown key (with the nearest valid
///         one)
class StrictObject {
 public:
  StrictObject(const Json& object, std::string source, std::string path = "", Null null = Null::error)
      : object_(object), source_(std::move(source)), path_(std::move(path)), null_(null) {
    if (!object.is_object()) {
      throw std::invalid_argument(printable(source_) + ": " + (path_.empty() ? "the content" : printable(path_)) +
                                  " is " + described(object) + ", expected an object of keys and values");
    }
  }
  StrictObject(const Json&& object, std::string source, std::string path = "", Null null = Null::error) = delete;

  /// The value of a key, for a type that has no method here; nullptr when absent.
  const Json* find(std::string_view key) {
    asked_.emplace(key);
    const auto at = object_.find(std::string(key));
    return at == object_.end() || (null_ == Null::absent && at->is_null()) ? nullptr : &*at;
  }
  bool contains(std::string_view key) { return find(key) != nullptr; }

  /// All keys, alphabetically.
  std::vector<std::string> keys() const {
    std::vector<std::string> names;
    for (const auto& item : object_.items()) names.push_back(item.key());
    return names;
  }

  template <std::integral T = std::ptrdiff_t>
  T integer(std::string_view key, std::type_identity_t<Range<T>> range = {},
            std::type_identity_t<std::optional<T>> otherwise = {}) {
    const Json* value = find_or(key, otherwise.has_value());
    if (value == nullptr) return *otherwise;
    const auto in_range = [&](auto wide) { return std::in_range<T>(wide) && range.holds(static_cast<T>(wide)); };
    const bool good = value->is_number_unsigned()  ? in_range(value->get<Json::number_unsigned_t>())
                      : value->is_number_integer() ? in_range(value->get<Json::number_integer_t>())
                                                   : false;
    if (!good) fail(key, "an integer" + range.text());
    return value->get<T>();
  }
  double number(std::string_view key, Range<double> range = {}, std::optional<double> otherwise = {}) {
    const Json* value = find_or(key, otherwise.has_value());
    if (value == nullptr) return *otherwise;
    if (!value->is_number() || !range.holds(value->get<double>())) fail(key, "a number" + range.text());
    return value->get<double>();
  }
  bool boolean(std::string_view key, std::optional<bool> otherwise = {}) {
    const Json* value = find_or(key, otherwise.has_value());
    if (value == nullptr) return *otherwise;
    if (!value->is_boolean()) fail(key, "true or false");
    return value->get<bool>();
  }
  std::string text(std::string_view key, std::optional<std::string> otherwise = {}) {
    const Json* value = find_or(key, otherwise.has_value());
    if (value == nullptr) return *otherwise;
    if (!value->is_string()) fail(key, "a text");
    return value->get<std::string>();
  }
  /// The value that one of these names stands for.
  template <class T, std::size_t n>
  T choice(std::string_view key, const Named<T> (&table)[n]) {
    const Json& value = *find_or(key, false);
    std::vector<std::string_view> names;
    for (const auto& [name, meaning] : table) {
      if (value.is_string() && value.get_ref<const std::string&>() == name) return meaning;
      names.push_back(name);
    }
    fail_choice(key, value, names);
  }
  template <class T, std::size_t n>
  T choice(std::string_view key, const Named<T> (&table)[n], std::type_identity_t<T> otherwise) {
    return contains(key) ? choice(key, table) : otherwise;
  }
  StrictObject object(std::string_view key) { return StrictObject(*find_or(key, false), source_, path_of(key), null_); }

  /// throws std::invalid_argument naming the first key that nobody asked for, its place and the nearest valid key
  void finish() const {
    for (const auto& item : object_.items()) {
      if (asked_.contains(item.key())) continue;
      throw std::invalid_argument(printable(source_) + ": unknown key " + in_quotes(item.key()) + place() +
                                  did_you_mean(item.key(), asked_));
    }
  }
  /// throws std::invalid_argument "source: path.key is <value>, expected <expected>"
  [[noreturn]] void fail(std::string_view key, const std::string& expected) const {
    const auto at = object_.find(std::string(key));
    throw std::invalid_argument(printable(source_) + ": " + printable(path_of(key), 200) + " is " +
                                (at == object_.end() ? "absent" : described(*at)) + ", expected " + expected);
  }

  const std::string& path() const { return path_; }

 private:
  [[noreturn]] void fail_choice(std::string_view key, const Json& value, const std::vector<std::string_view>& names) {
    fail(key, (names.size() > 1 ? "one of " : "") + join(names) +
                  (value.is_string() ? did_you_mean(value.get_ref<const std::string&>(), names) : ""));
  }
  static std::string described(const Json& value) {
    if (value.is_string()) return in_quotes(value.get_ref<const std::string&>());
    if (value.is_number_float() && !std::isfinite(value.get<double>())) return "not finite";
    return value.is_object() ? "an object" : value.is_array() ? "a list" : value.dump();
  }
  std::string path_of(std::string_view key) const { return (path_.empty() ? "" : path_ + ".") + std::string(key); }
  std::string place() const { return path_.empty() ? " at the top level" : " in " + printable(path_, 200); }

  const Json* find_or(std::string_view key, bool has_default) {
    const Json* value = find(key);
    if (value != nullptr || has_default) return value;
    std::vector<std::string> others;  // perhaps the key is there, misspelt
    for (const std::string& name : keys()) {
      if (!asked_.contains(name) && edit_distance(name, key) <= 1 + key.size() / 4) others.push_back(name);
    }
    const std::string other = nearest(key, others);
    throw std::invalid_argument(printable(source_) + ": key " + in_quotes(key) + " is missing" + place() +
                                (other.empty() ? "; add it" : "; is it " + in_quotes(other) + "?"));
  }

  const Json& object_;
  std::string source_, path_;
  Null null_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace pim::io
