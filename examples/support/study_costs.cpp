#include "support/study_costs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <pim/io/file.hpp>
#include <pim/io/html_report.hpp>
#include <pim/io/number_text.hpp>
#include <pim/io/scatter_chart.hpp>

#include "support/bounds.hpp"
#include "support/costing.hpp"

namespace pim::app {

namespace {
using io::OrderedJson;

constexpr const char* bounds_note =
    "Bounds: exact arithmetic, all rows or units at work all the time, nothing is moved; latency is the time of one "
    "among many.";

bool varies(const OrderedJson& rows, const std::string& field) {
  return std::any_of(rows.begin(), rows.end(), [&](const OrderedJson& row) { return row[field] != rows[0][field]; });
}
/// A field of another name and unit; null stays null.
OrderedJson scaled(const OrderedJson& row, const char* field, double unit) {
  const auto value = row.find(field);
  return value != row.end() && value->is_number() ? OrderedJson(value->get<double>() / unit) : OrderedJson();
}
/// "pcm, 3600 s"
std::string label(const OrderedJson& row) {
  const bool timed = row.contains("time_s") && !row["time_s"].is_null();
  return row["tile"].get<std::string>() +
         (timed ? ", " + io::number_text(row["time_s"].get<double>(), 12) + " s" : std::string());
}
}  // namespace

TileArchitecture architecture_of(const io::TileConfig& tile, const std::optional<std::string>& argument) {
  TileArchitecture found;
  tile.any([&](const tile::AnyParams& params) {
    const std::optional<arch::Architecture> own = architecture_for(argument, params);
    if (!found.architecture) found.architecture = own;
    const bool other = own && own->name != found.architecture->name;
    if (other) found.note = "layers on tiles of several kinds are all priced as " + found.architecture->name;
    return other;
  });
  return found;
}

StudyCosts::StudyCosts(Program& program, const StudyOptions& options, const StudyFields& fields)
    : program_(program), options_(options), fields_(fields) {
  if (options_.architecture) (void)load_architecture(*options_.architecture);
  if (!options_.html.empty()) io::require_writable(options_.html);
}

void StudyCosts::price(OrderedJson& row, const Work& work, const io::TileConfig& tile) {
  if (work.items == 0) {
    const OrderedJson fields = cost_fields({}, {}, 1, std::nullopt);
    for (const auto& [field, value] : fields.items()) row[field] = nullptr;
    row["basis"] = nullptr;
    return;
  }
  const auto items = static_cast<std::uint64_t>(work.items);
  const auto [architecture, note] = architecture_of(tile, options_.architecture);
  row.update(cost_fields(work.programming, work.inference, items, architecture));
  row["basis"] = architecture ? OrderedJson("counted") : OrderedJson();
  if (!note.empty()) row["architecture_note"] = note;
  if (!architecture) return;
  architectures_.push_back(*architecture);
  const Breakdown parts{.subject = row[fields_.subject],
                        .tile = row["tile"],
                        .lines = cost_lines(work.inference, items, architecture),
                        .by_layer = cost_by_layer(work.inference, items, architecture),
                        .by_action = cost_by_action(work.inference, items, architecture)};
  if (options_.cost) {
    row["cost_by_layer"] = parts.by_layer;
    row["cost_by_action"] = parts.by_action;
  }
  const bool known = std::any_of(breakdowns_.begin(), breakdowns_.end(), [&](const Breakdown& b) {
    return b.subject == parts.subject && b.tile == parts.tile;
  });
  if (!known) breakdowns_.push_back(parts);
}

void StudyCosts::add_bounds() {
  OrderedJson& rows = program_.results();
  std::vector<const OrderedJson*> subjects;  // the row of each that has the score of exact arithmetic, or any
  for (const OrderedJson& row : rows) {
    if (!row["macs"].is_number()) continue;
    const auto same = std::find_if(subjects.begin(), subjects.end(), [&](const OrderedJson* other) {
      return (*other)[fields_.subject] == row[fields_.subject];
    });
    if (same == subjects.end()) {
      subjects.push_back(&row);
    } else if ((**same)["mode"] != "original" && row["mode"] == "original") {
      *same = &row;
    }
  }
  OrderedJson bounds = OrderedJson::array();
  for (const OrderedJson* subject : subjects) {
    const bool exact = (*subject)["mode"] == "original";
    for (const OrderedJson& bound : bound_rows(static_cast<std::uint64_t>((*subject)["macs"].get<double>()))) {
      OrderedJson& row = bounds.emplace_back(*subject);
      for (auto& [field, value] : row.items()) {
        const bool kept = field == fields_.subject || field == "metric" || field == "n" || field == "n_eval" ||
                          field == "seed" || (exact && field == fields_.score);
        if (!kept) value = nullptr;
      }
      row["tile"] = bound["system"];
      row["mode"] = row["basis"] = "bound";
      for (const auto& [field, value] : bound.items()) {
        if (field != "system") row[field] = value;
      }
    }
  }
  for (OrderedJson& row : bounds) rows.push_back(std::move(row));
}

OrderedJson StudyCosts::shown() const {
  OrderedJson rows = OrderedJson::array();
  for (const OrderedJson& row : program_.results()) {
    if (row["basis"].is_null()) continue;
    OrderedJson& line = rows.emplace_back(row);
    for (const char* part : {"", "_array"}) {
      const std::string suffix = part;
      line["energy_uJ" + suffix] = scaled(row, ("energy" + suffix + "_pJ").c_str(), 1e6);
      line["latency_us" + suffix] = scaled(row, ("latency" + suffix + "_ns").c_str(), 1e3);
    }
  }
  return rows;
}
std::vector<io::Column> StudyCosts::columns(const OrderedJson& rows) const {
  std::vector<io::Column> columns = {
      {.field = fields_.subject, .heading = fields_.subject},
      {.field = "tile", .heading = "tile"},
      {.field = "mode", .heading = "mode"},
      {.field = "time_s", .heading = "time [s]", .digits = 6, .significant = true},
      {.field = "seed", .heading = "seed"},
      {.field = fields_.score, .heading = fields_.score_title},
      {.field = "architecture", .heading = "built as"},
      {.field = "energy_uJ", .heading = "energy [uJ]", .digits = 4, .significant = true},
      {.field = "energy_uJ_array", .heading = "array [uJ]", .digits = 4, .significant = true},
      {.field = "latency_us", .heading = "latency [us]", .digits = 4, .significant = true},
      {.field = "latency_us_array", .heading = "array [us]", .digits = 4, .significant = true},
      {.field = "area_mm2", .heading = "area [mm2]", .digits = 3, .significant = true},
      {.field = "area_array_mm2", .heading = "array [mm2]", .digits = 3, .significant = true},
      {.field = "basis", .heading = "basis"}};
  std::erase_if(columns, [&](const io::Column& column) {
    const bool optional = column.field == fields_.subject || column.field == "time_s" || column.field == "seed";
    return optional && !varies(rows, column.field);
  });
  return columns;
}

void StudyCosts::finish(const std::vector<std::string>& words) {
  if (options_.bounds) add_bounds();
  const OrderedJson rows = shown();
  if (!rows.empty()) {
    program_.print("\nOne " + fields_.item + ", whole and without what happens outside of arrays:\n" +
                   io::table(rows, columns(rows)));
  }
  std::vector<std::string> said;
  for (const OrderedJson& row : rows) {
    for (const OrderedJson& action : row.value("unpriced", OrderedJson::array())) {
      const std::string line =
          row["architecture"].get<std::string>() + " has no price of " + action.get<std::string>() + "\n";
      if (std::find(said.begin(), said.end(), line) == said.end()) program_.print(said.emplace_back(line));
    }
  }
  if (options_.bounds) program_.print(std::string(bounds_note) + "\n");
  if (options_.cost) {
    for (const Breakdown& parts : breakdowns_) {
      const std::string title = "\nOne " + fields_.item + ", " + parts.subject + " on " + parts.tile;
      program_.print(title + ", by layer:\n" + cost_table(parts.by_layer));
      program_.print(title + ", by action:\n" + cost_table(parts.by_action));
    }
  }
  if (!options_.html.empty()) write_page(words);
}

std::string StudyCosts::answer() const {
  const OrderedJson rows = shown();
  const OrderedJson* least = nullptr;
  for (const OrderedJson& row : rows) {
    if (row["basis"] == "counted" && row["energy_uJ"].is_number() && row[fields_.score].is_number() &&
        (least == nullptr || row["energy_uJ"] < (*least)["energy_uJ"]))
      least = &row;
  }
  if (least == nullptr) return "No tile here has prices for all that it does.";
  std::string text = "Least energy per " + fields_.item + ": " +
                     io::number_text((*least)["energy_uJ"].get<double>(), 4) + " uJ on " + label(*least) + ", " +
                     (*least)["mode"].get<std::string>() + ", where " + fields_.score_title + " is " +
                     io::number_text((*least)[fields_.score].get<double>(), 4);
  for (const OrderedJson& row : program_.results()) {
    if (row["mode"] != "original" || row[fields_.subject] != (*least)[fields_.subject]) continue;
    return text + "; in float32 it is " + io::number_text(row[fields_.score].get<double>(), 4) + ".";
  }
  return text + ".";
}

void StudyCosts::write_page(const std::vector<std::string>& words) const {
  constexpr std::size_t most_breakdowns = 8;  // keeps the page small
  const OrderedJson rows = shown();
  io::HtmlReport page("What accuracy survives in memory, and what it costs", answer());
  page.section("Accuracy and cost", "Of one " + fields_.item +
                                        ". Array: without what happens outside of arrays. Nothing overlaps but what "
                                        "arrays do at the same time.");
  page.table(rows, columns(rows), "Score, energy, latency and area");
  std::vector<io::ScatterSeries> modes;
  for (const OrderedJson& row : rows) {
    if (!row["energy_uJ"].is_number() || !row[fields_.score].is_number()) continue;
    const std::string mode =
        (varies(rows, fields_.subject) ? row[fields_.subject].get<std::string>() + ", " : std::string()) +
        row["mode"].get<std::string>();
    auto series = std::find_if(modes.begin(), modes.end(), [&](const auto& s) { return s.label == mode; });
    if (series == modes.end()) series = modes.insert(modes.end(), {.label = mode});
    const OrderedJson deviation = row.value(fields_.score + "_std", OrderedJson());
    series->points.push_back({.label = label(row),
                              .x = row["energy_uJ"],
                              .y = row[fields_.score],
                              .y_deviation = deviation.is_number() ? deviation.get<double>() : 0.0});
  }
  if (!modes.empty()) {
    page.figure(io::scatter_chart({.title = "Accuracy against energy",
                                   .x_title = "energy of one " + fields_.item + " [uJ]",
                                   .y_title = fields_.score_title,
                                   .x_scale = io::Scale::log},
                                  modes),
                "Higher and further left is better.");
  }
  if (options_.bounds) {
    page.paragraph(bounds_note);
    std::vector<std::string> sources;
    for (const io::Source& source : bound_sources())
      sources.push_back(source.constant + ": " + source.value + " (" + source.citation + ")");
    page.list(sources);
  }
  if (!breakdowns_.empty()) page.section("Where it goes", "Parts without a price are not drawn.");
  for (std::size_t i = 0; i < std::min(breakdowns_.size(), most_breakdowns); ++i) {
    const Breakdown& parts = breakdowns_[i];
    const std::string name = parts.subject + " on " + parts.tile;
    page.figure(breakdown_chart(
                    {.title = name, .group_title = "layer", .value_title = "energy of one " + fields_.item + " [pJ]"},
                    parts.lines, {.group = "layer", .part = "action", .value = "energy_pJ"}),
                "Energy by layer and action, " + name + ".");
    page.table(parts.by_action, cost_columns(parts.by_action), "By action, " + name);
  }
  add_provenance(page, program_, words, architectures_);
  io::write_file(options_.html, page.text());
}

}  // namespace pim::app
