#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <pim/io/json.hpp>
#include <pim/io/report.hpp>

/// Rows for spreadsheets and scripts.
namespace pim::io {

namespace detail {
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string(2, c) : std::string(1, c);
  return quoted + "\"";
}
inline std::string csv_value(const OrderedJson& value) {
  if (value.is_null() || (value.is_number_float() && !std::isfinite(value.get<double>()))) return "";
  return csv_field(value.is_string() ? value.get_ref<const std::string&>() : value.dump());
}
}  // namespace detail

/// The rows (a list of objects) as comma-separated values: a line of field names, then a line a row, all columns in
/// each. Numbers have all their digits, as in JSON; what is null, missing or not finite is empty; lines end in CR LF.
/// source  RFC 4180
inline std::string csv(const OrderedJson& rows, const std::vector<std::string>& fields) {
  std::string text;
  const auto put = [&](std::size_t column, std::string field) {
    if (fields.size() == 1 && field.empty()) field = "\"\"";  // an empty line would be no row
    text += (column > 0 ? "," : "") + field + (column + 1 == fields.size() ? "\r\n" : "");
  };
  for (std::size_t c = 0; c < fields.size(); ++c) put(c, detail::csv_field(fields[c]));
  for (const OrderedJson& row : rows) {
    for (std::size_t c = 0; c < fields.size(); ++c) {
      const auto value = row.find(fields[c]);
      put(c, value == row.end() ? "" : detail::csv_value(*value));
    }
  }
  return text;
}
/// The columns of a table, under the names of their fields.
inline std::string csv(const OrderedJson& rows, const std::vector<Column>& columns) {
  std::vector<std::string> fields;
  for (const Column& column : columns) fields.push_back(column.field);
  return csv(rows, fields);
}
/// All fields of all rows, in the order of their first appearance.
inline std::string csv(const OrderedJson& rows) {
  std::vector<std::string> fields;
  for (const OrderedJson& row : rows) {
    for (const auto& [field, value] : row.items()) {
      if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
    }
  }
  return csv(rows, fields);
}

}  // namespace pim::io
