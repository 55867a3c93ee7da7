#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <pim/core/text.hpp>
#include <pim/io/file.hpp>
#include <pim/task/glue/example.hpp>
#include <pim/task/glue/task.hpp>

/// GLUE files: UTF-8, one example a line, fields separated by tabs. A quotation mark is an ordinary character. A byte
/// order mark, CRLF line ends and empty lines at the end are tolerated.
namespace pim::io {

namespace detail {
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

/// throws std::runtime_error "<path>:<line>: <what>", without line 0
[[noreturn]] inline void glue_error(const std::filesystem::path& path, std::size_t line, const std::string& what) {
  throw std::runtime_error(printable(path.string()) + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what);
}

/// How class `id` is written in the files of `task`.
inline std::string glue_label_text(const task::GlueTask& task, std::size_t id) {
  return task.labels_are_ids ? std::to_string(id) : std::string(task.labels()[id]);
}

/// The class id or score that `field` stands for; none when the task has no such label.
inline std::optional<float> glue_label(const task::GlueTask& task, std::string_view field) {
  if (task.is_regression()) {
    float score = 0.0F;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), score);
    const bool whole = error == std::errc() && end == field.data() + field.size();
    if (!whole || !(score >= 0.0F && score <= 5.0F)) return std::nullopt;
    return score;
  }
  for (std::size_t id = 0; id < task.labels().size(); ++id) {
    if (field == glue_label_text(task, id)) return static_cast<float>(id);
  }
  return std::nullopt;
}

inline std::string expected_labels(const task::GlueTask& task) {
  if (task.is_regression()) return "a score from 0 to 5";
  std::vector<std::string> texts;
  for (std::size_t id = 0; id < task.labels().size(); ++id) texts.push_back(glue_label_text(task, id));
  return "one of " + join(texts);
}
}  // namespace detail

/// Reads one labelled GLUE file.
///
/// Columns are found by name in the header line; CoLA, which has none, has fixed places. Further columns are ignored.
/// throws  std::runtime_error, one line naming the file (and line): file missing or unreadable, empty, without a row; a
///         column that the task needs is not in the header; a row with too few columns; an unknown label; a score
///         outside 0 to 5; invalid UTF-8
inline std::vector<task::Example> read_glue_file(const std::filesystem::path& path, const task::GlueTask& task) {
  const std::string name(task.name);
  const std::string bytes = read_file(path);
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) detail::glue_error(path, 0, "the file is empty, expected the data of " + name);

  std::vector<std::string_view> lines = detail::split(text, '\n');
  for (std::string_view& line : lines) {
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  const std::vector<std::string_view> columns = detail::split(task.has_header ? lines[0] : task.train.columns, '\t');
  const auto place_of = [&](std::string_view column) {
    const auto found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end()) {
      detail::glue_error(path, 1, "no column " + in_quotes(column) + " in the header, which " + name + " needs");
    }
    return static_cast<std::size_t>(found - columns.begin());
  };
  const std::size_t a = place_of(task.sentence1);
  const std::size_t b = task.is_pair() ? place_of(task.sentence2) : a;
  const std::size_t label = place_of(task.label);
  const std::size_t needed = std::max({a, b, label}) + 1;

  std::vector<task::Example> examples;
  examples.reserve(lines.size());
  for (std::size_t row = task.has_header ? 1 : 0; row < lines.size(); ++row) {
    const std::string_view line = lines[row];
    for (std::size_t at = 0, length = 0; at < line.size(); at += length) {
      length = utf8_length(line, at);
      if (length > 0) continue;
      detail::glue_error(path, row + 1, "invalid UTF-8 at byte " + std::to_string(at + 1) + "; save the file as UTF-8");
    }
    const std::vector<std::string_view> fields = detail::split(line, '\t');
    if (fields.size() < needed && task.has_broken_rows) continue;
    if (fields.size() < needed) {
      detail::glue_error(path, row + 1,
                         std::to_string(fields.size()) + " columns, expected " + std::to_string(columns.size()) +
                             " separated by tabs");
    }
    const std::optional<float> value = detail::glue_label(task, fields[label]);
    if (!value) {
      detail::glue_error(
          path, row + 1,
          "label " + in_quotes(fields[label]) + " of " + name + " is not " + detail::expected_labels(task));
    }
    examples.push_back({std::string(fields[a]), std::nullopt, *value});
    if (task.is_pair()) examples.back().b = std::string(fields[b]);
  }
  if (examples.empty()) detail::glue_error(path, 0, "no rows after the header, expected the data of " + name);
  return examples;
}

/// Reads `which` (task.train or one of task.dev_files()) from a folder in the official layout: root/MRPC/train.tsv.
/// throws  as read_glue_file, and std::runtime_error naming the folder when root or the task's folder is missing
inline std::vector<task::Example> read_glue(const std::filesystem::path& root, const task::GlueTask& task,
                                            const task::GlueFile& which) {
  const std::filesystem::path folder = root / task.folder;
  for (const std::filesystem::path& needed : {root, folder}) {
    std::error_code absent;
    if (std::filesystem::is_directory(needed, absent)) continue;
    detail::glue_error(
        needed, 0,
        "no such folder; expected " + std::string(task.name) + " as " + printable((folder / which.name).string()));
  }
  return read_glue_file(folder / which.name, task);
}

/// Writes examples in the official layout, root/MRPC/train.tsv, creating folders. Columns that an example does not know
/// stay empty, but for a running number where one is called index or id.
/// throws  std::invalid_argument: a sentence with a tab or line end, a label that the task lacks, a second sentence too
///         many or too few; std::runtime_error: folder or file cannot be written
inline void write_glue(const std::filesystem::path& root, const task::GlueTask& task, const task::GlueFile& which,
                       std::span<const task::Example> examples) {
  const std::vector<std::string_view> columns = detail::split(which.columns, '\t');
  std::string text = task.has_header ? std::string(which.columns) + "\n" : std::string();
  for (std::size_t row = 0; row < examples.size(); ++row) {
    const task::Example& example = examples[row];
    const auto bad = [&](const std::string& what) {
      throw std::invalid_argument("write_glue: " + std::string(task.name) + " example " + std::to_string(row) + " " +
                                  what);
    };
    std::array<char, 32> digits;  // of a score, as few as tell it from every other float
    std::string label(digits.data(), std::to_chars(digits.begin(), digits.end(), example.label).ptr);
    for (std::size_t id = 0; id < task.labels().size(); ++id) {
      if (example.label == static_cast<float>(id)) label = detail::glue_label_text(task, id);
    }
    if (!detail::glue_label(task, label)) bad("has label " + label + ", not " + detail::expected_labels(task));
    if (task.is_pair() != example.b.has_value()) {
      bad(task.is_pair() ? "lacks its second sentence" : "has a second sentence");
    }
    for (const std::string& sentence : {example.a, example.b.value_or("")}) {
      if (sentence.find_first_of("\t\r\n") != std::string::npos) bad("has a tab or line end in a sentence");
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string_view column = columns[c];
      if (c > 0) text += '\t';
      if (column == task.sentence1) text += example.a;
      if (task.is_pair() && column == task.sentence2) text += *example.b;
      if (column == task.label) text += label;
      if (column == "index" || column == "id") text += std::to_string(row);
    }
    text += '\n';
  }
  const std::filesystem::path path = root / task.folder / which.name;
  std::error_code reported_by_write_file;
  std::filesystem::create_directories(path.parent_path(), reported_by_write_file);
  write_file(path, text);
}

}  // namespace pim::io
