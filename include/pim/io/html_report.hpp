#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pim/io/chart_parts.hpp>
#include <pim/io/json.hpp>
#include <pim/io/report.hpp>

/// What a program found as one HTML file that needs nothing else.
namespace pim::io {

/// Where a constant was read.
struct Source {
  std::string constant, value, citation;  ///< "energy of an ADC conversion", "2.5 pJ", "Khaddam-Aljameh 2022, Table I"
};

/// One page of headings, paragraphs, tables and charts, without script and without any other file.
///
/// Light or dark as the reader's screen is, light on paper; for phones and desktops, print and screen readers: tables
/// have captions and headers with a scope, charts a text alternative and their numbers as a table. All text given is
/// escaped. Of a table with more rows than most_rows the first ones are shown, with a note.
class HtmlReport {
 public:
  static constexpr std::size_t most_rows = 500;       ///< of each table
  static constexpr std::size_t most_bytes = 1 << 20;  ///< of the page

  /// answer: what was found, in a paragraph
  HtmlReport(std::string_view title, std::string_view answer) : title_(title), answer_(answer) {}

  /// What follows stands under this heading; `text` is its first paragraph, if any.
  void section(std::string_view heading, std::string_view text = "") {
    close_section();
    headings_.emplace_back(heading);
    const std::string id = "section-" + std::to_string(headings_.size());
    body_ += "<section aria-labelledby=\"" + id + "\">\n<h2 id=\"" + id + "\">" + escaped(heading) + "</h2>\n";
    if (!text.empty()) paragraph(text);
  }
  void paragraph(std::string_view text) { body_ += "<p>" + escaped(text) + "</p>\n"; }
  void list(const std::vector<std::string>& items) {
    if (items.empty()) return;
    body_ += "<ul>\n";
    for (const std::string& item : items) body_ += "<li>" + escaped(item) + "</li>\n";
    body_ += "</ul>\n";
  }
  /// The rows (a list of objects) under the columns' headings, which say the units; the first column names the row.
  void table(const OrderedJson& rows, const std::vector<Column>& columns, std::string_view caption) {
    TextTable text;
    for (const Column& column : columns) {
      text.headings.push_back(column.heading);
      text.numeric.push_back(std::all_of(rows.begin(), rows.end(), [&](const OrderedJson& row) {
        const auto value = row.find(column.field);
        return value == row.end() || value->is_number() || value->is_null();
      }));
    }
    for (const OrderedJson& row : rows) {
      std::vector<std::string> cells;
      for (const Column& column : columns) {
        const auto value = row.find(column.field);
        const bool absent = value == row.end() || value->is_null() ||
                            (value->is_number_float() && !std::isfinite(value->get<double>()));
        cells.push_back(absent ? "" : detail::cell_text(*value, column));
      }
      text.rows.push_back(std::move(cells));
    }
    table(text, caption);
  }
  void table(const TextTable& table, std::string_view caption) { add_table(body_, table, caption); }
  /// The chart, a caption below it, and its numbers to unfold.
  void figure(const Chart& chart, std::string_view caption) {
    const std::string id = "figure-" + std::to_string(++figures_);
    const std::string number = std::to_string(figures_);
    body_ += "<figure>\n<div class=\"scroll\" role=\"region\" aria-labelledby=\"" + id +
             "-caption\" tabindex=\"0\">\n" + chart.figure(id) + "</div>\n<figcaption id=\"" + id +
             "-caption\">Figure " + number + ". " + escaped(caption) +
             "</figcaption>\n</figure>\n<details>\n<summary>Numbers of figure " + number + "</summary>\n";
    add_table(body_, chart.numbers, chart.title);
    body_ += "</details>\n";
  }
  /// What made the page: program, version and config of the document, the command line, where constants come from.
  void provenance(const ResultDocument& document, std::string_view command, const std::vector<Source>& sources = {}) {
    provenance_ = "<p>Made by " + escaped(document.program) + ", version " + escaped(document.version) + ", as <code>" +
                  escaped(command) + "</code></p>\n";
    TextTable config{.headings = {"setting", "value"}, .numeric = {false, false}};
    for (const auto& [key, value] : document.config.items())
      config.rows.push_back({key, value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump()});
    if (!config.rows.empty()) add_table(provenance_, config, "Configuration");
    TextTable constants{.headings = {"constant", "value", "source"}, .numeric = {false, false, false}};
    for (const Source& source : sources) constants.rows.push_back({source.constant, source.value, source.citation});
    if (!constants.rows.empty()) add_table(provenance_, constants, "Sources of constants");
  }

  /// The page. throws std::invalid_argument: it is larger than most_bytes
  std::string text() const {
    std::string page =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
        escaped(title_) + "</title>\n<style>\n" + style() + Chart::style() + "</style>\n</head>\n<body>\n";
    page += "<header>\n<h1>" + escaped(title_) + "</h1>\n<p class=\"answer\">" + escaped(answer_) + "</p>\n" +
            contents() + "</header>\n<main>\n" + body_ + (headings_.empty() ? "" : "</section>\n") + "</main>\n";
    if (!provenance_.empty())
      page += "<footer>\n<section aria-labelledby=\"provenance\">\n<h2 id=\"provenance\">Provenance</h2>\n" +
              provenance_ + "</section>\n</footer>\n";
    page += "</body>\n</html>\n";
    if (page.size() > most_bytes)
      throw std::invalid_argument("HtmlReport: the page would be " + std::to_string(page.size()) +
                                  " bytes, at most 1 MiB is allowed; show fewer tables or figures");
    return page;
  }

 private:
  void close_section() {
    if (!headings_.empty()) body_ += "</section>\n";
  }
  std::string contents() const {
    if (headings_.size() < 3) return "";
    std::string list = "<nav aria-label=\"Contents\">\n<ul>\n";
    for (std::size_t i = 0; i < headings_.size(); ++i)
      list += "<li><a href=\"#section-" + std::to_string(i + 1) + "\">" + escaped(headings_[i]) + "</a></li>\n";
    if (!provenance_.empty()) list += "<li><a href=\"#provenance\">Provenance</a></li>\n";
    return list + "</ul>\n</nav>\n";
  }
  void add_table(std::string& out, const TextTable& table, std::string_view caption) {
    const std::string id = "table-" + std::to_string(++tables_);
    const auto cell = [&](std::string_view tag, std::size_t column, const std::string& content) {
      const std::string_view kind = table.numeric[column]          ? " class=\"number\""
                                    : detail::glyphs(content) > 24 ? " class=\"long\""
                                                                   : "";
      const std::string shown = content.empty() ? "<abbr title=\"no value\">–</abbr>" : escaped(content);
      out += "<" + std::string(tag) + std::string(kind) + ">" + shown + "</" + std::string(tag.substr(0, 2)) + ">";
    };
    out += "<div class=\"scroll\" role=\"region\" aria-labelledby=\"" + id +
           "\" tabindex=\"0\">\n<table>\n<caption id=\"" + id + "\">" + escaped(caption) + "</caption>\n<thead>\n<tr>";
    for (std::size_t c = 0; c < table.headings.size(); ++c) cell("th scope=\"col\"", c, table.headings[c]);
    out += "</tr>\n</thead>\n<tbody>\n";
    for (std::size_t r = 0; r < std::min(table.rows.size(), most_rows); ++r) {
      out += "<tr>";
      for (std::size_t c = 0; c < table.rows[r].size(); ++c)
        cell(c == 0 ? "th scope=\"row\"" : "td", c, table.rows[r][c]);
      out += "</tr>\n";
    }
    out += "</tbody>\n</table>\n</div>\n";
    if (table.rows.size() > most_rows)
      out += "<p class=\"note\">The first " + std::to_string(most_rows) + " of " + std::to_string(table.rows.size()) +
             " rows; CSV and JSON have them all.</p>\n";
  }
  static const char* style() {
    return ":root { --ink: #1d2329; --paper: #ffffff; --quiet: #5b6570; --rule: #dfe3e8; --band: #f5f7f9;"
           " --link: #00568c }\n"
           "@media screen and (prefers-color-scheme: dark) {\n"
           ":root { --ink: #e6e9ec; --paper: #14181c; --quiet: #a7b0ba; --rule: #333a42; --band: #1b2026;"
           " --link: #7cc4f2 }\n}\n"
           "* { box-sizing: border-box }\n"
           "body { margin: 0 auto; padding: 1rem; max-width: 60rem; color: var(--ink); background: var(--paper);"
           " font: 1rem/1.5 system-ui, 'DejaVu Sans', sans-serif }\n"
           "h1 { font-size: 1.6rem; line-height: 1.25; margin: 1rem 0 .5rem }\n"
           "h2 { font-size: 1.25rem; line-height: 1.3; margin: 2rem 0 .5rem; padding-top: .5rem;"
           " border-top: 1px solid var(--rule) }\n"
           "h1, h2, p, li, figcaption, code { overflow-wrap: anywhere }\n"
           "p, ul { max-width: 44rem }\n"
           ".answer { font-size: 1.1rem }\n"
           "a { color: var(--link) }\n"
           "nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none }\n"
           "nav a { display: inline-block; padding: .25rem 0 }\n"
           ".scroll { overflow-x: auto; margin: 1rem 0 }\n"
           "table { border-collapse: collapse; font-size: .9rem; line-height: 1.35 }\n"
           "caption { text-align: left; font-weight: 600; padding: .25rem 0 }\n"
           "th, td { padding: .3rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid "
           "var(--rule) }\n"
           "thead th { vertical-align: bottom; border-bottom: 2px solid var(--quiet) }\n"
           "tbody th { font-weight: 400 }\n"
           "tbody th:not(.long) { white-space: nowrap }\n"
           ".long { min-width: 14rem }\n"
           "tbody tr:nth-child(even) { background: var(--band) }\n"
           ".number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }\n"
           "abbr { text-decoration: none }\n"
           "figure { margin: 1.5rem 0 0 }\n"
           "figure .scroll { margin: 0 }\n"
           ".chart { display: block; width: 100%; min-width: 34rem; max-width: 56rem; height: auto }\n"
           "figcaption, .note, footer { color: var(--quiet) }\n"
           "summary { cursor: pointer; padding: .25rem 0; color: var(--link) }\n"
           ":focus-visible { outline: 2px solid var(--link); outline-offset: 2px }\n"
           "@media print {\n"
           "body { max-width: none; padding: 0; font-size: 10pt }\n"
           "nav, details { display: none }\n"
           ".scroll { overflow: visible }\n"
           ".chart { min-width: 0; max-width: 18cm }\n"
           "h2, caption { break-after: avoid }\n"
           "figure, tr { break-inside: avoid }\n"
           "}\n";
  }

  std::string title_, answer_, body_, provenance_;
  std::vector<std::string> headings_;
  std::size_t tables_ = 0, figures_ = 0;
};

}  // namespace pim::io
