#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/json.hpp>

/// What a program found: one JSON document for machines, a table of the same rows for people.
namespace pim::io {

/// {"program", "version", "config", "results"}; units are in the names of the fields.
struct ResultDocument {
  std::string program, version;
  OrderedJson config = OrderedJson::object();  ///< what was asked for
  OrderedJson results = OrderedJson::array();  ///< one object a row

  OrderedJson json() const {
    return {{"program", program}, {"version", version}, {"config", config}, {"results", results}};
  }
};

/// A column of a table: a field of the rows under a heading that says its unit, "time [s]".
struct Column {
  std::string field, heading;
  int digits = 4;            ///< of numbers that are not integers, after the point
  bool significant = false;  ///< digits counts significant ones instead
};

namespace detail {
inline std::string cell_text(const OrderedJson& value, const Column& column) {
  if (value.is_string()) return printable(value.get_ref<const std::string&>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_integer()) return value.dump();
  if (!value.is_number() || !std::isfinite(value.get<double>())) return "-";
  std::array<char, 512> text;
  const char* format = column.significant ? "%.*g" : "%.*f";
  const int length = std::snprintf(text.data(), text.size(), format, column.digits, value.get<double>());
  return {text.data(), std::min(static_cast<std::size_t>(length), text.size() - 1)};
}
/// Characters of UTF-8 text: bytes that continue one do not count.
inline std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}
}  // namespace detail

/// The rows (a list of objects) as an aligned table with a heading, a line a row. Numbers stand to the right; what is
/// null, missing or not finite is "-".
inline std::string table(const OrderedJson& rows, const std::vector<Column>& columns) {
  std::vector<std::vector<std::string>> lines(rows.size() + 2);
  std::vector<bool> numeric(columns.size(), true);
  std::vector<std::size_t> widths(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto put = [&](std::size_t line, const std::string& cell) {
      widths[c] = std::max(widths[c], detail::width(cell));
      lines[line].push_back(cell);
    };
    put(0, columns[c].heading);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const auto value = rows[r].find(columns[c].field);
      const bool present = value != rows[r].end();
      if (present && !value->is_number() && !value->is_null()) numeric[c] = false;
      put(r + 2, present ? detail::cell_text(*value, columns[c]) : "-");
    }
    put(1, std::string(widths[c], '-'));
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string blank(widths[c] - detail::width(line[c]), ' ');
      if (c > 0) text += "  ";
      text += numeric[c] ? blank + line[c] : line[c] + blank;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace pim::io
