#pragma once
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/io/json.hpp>

namespace pim::io {

namespace detail {
/// Walks a text and leaves in *position how far the parser has come.
struct Cursor {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  const char** position;

  reference operator*() const { return *at; }
  Cursor& operator++() {
    *position = ++at;
    return *this;
  }
  bool operator==(const Cursor& other) const { return at == other.at; }
};

/// "source:line:column", the place of the last character before `end`
inline std::string place(const std::string& source, std::string_view before) {
  std::size_t line = 1, column = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool starts_line = i > 0 && before[i - 1] == '\n';
    line += starts_line ? 1 : 0;
    column = starts_line ? 1 : column + 1;
  }
  return printable(source) + ":" + std::to_string(line) + ":" + std::to_string(column);
}
}  // namespace detail

/// Parses a JSON text; `source` is its name in messages.
/// throws std::runtime_error "source:line:column: what" when it is not JSON, or an object has a key twice
inline Json parse_json(std::string_view text, const std::string& source) {
  const char* position = text.data();
  const auto fail = [&](const std::string& what) {
    const std::string_view before(text.data(), static_cast<std::size_t>(position - text.data()));
    throw std::runtime_error(detail::place(source, before) + ": " + printable(what));
  };
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto watch = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      fail("key " + in_quotes(value.get<std::string>()) + " is given twice in one object; remove one");
    }
    return true;
  };
  try {
    return Json::parse(detail::Cursor{text.data(), &position}, detail::Cursor{text.data() + text.size(), &position},
                       watch);
  } catch (const Json::exception& error) {  // "[json.exception...] parse error at line 1, column 2: what"
    const std::string_view message = error.what();
    const std::size_t column = message.find(", column ");
    const std::size_t what = column == std::string_view::npos ? message.find("] ") : message.find(": ", column);
    fail("not JSON: " + std::string(what == std::string_view::npos ? message : message.substr(what + 2)));
  }
  return {};  // not reached
}

/// Reads a JSON file. throws std::runtime_error as read_file and parse_json
inline Json read_json(const std::filesystem::path& path) { return parse_json(read_file(path), path.string()); }

/// The text of a JSON value, two spaces to a level, with a final line end. Numbers that are not finite become null,
/// stray bytes in strings U+FFFD.
template <class AnyJson>
std::string json_text(const AnyJson& value) {
  return value.dump(2, ' ', false, AnyJson::error_handler_t::replace) + "\n";
}

/// Writes a JSON file whole or not at all. throws std::runtime_error as AtomicFile
template <class AnyJson>
void write_json(const std::filesystem::path& path, const AnyJson& value) {
  write_file(path, json_text(value));
}

}  // namespace pim::io
