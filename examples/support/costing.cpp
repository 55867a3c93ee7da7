#include "support/costing.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include <CLI/CLI.hpp>

#include <pim/arch/evaluate.hpp>
#include <pim/arch/library.hpp>
#include <pim/core/text.hpp>
#include <pim/io/architecture_file.hpp>
#include <pim/io/number_text.hpp>

namespace pim::app {
namespace {
using io::OrderedJson;
namespace action = cost::action;
using namespace arch::literals;

template <class Quantity>
OrderedJson number(const std::optional<Quantity>& quantity, Quantity unit) {
  return quantity ? OrderedJson(quantity->in(unit)) : OrderedJson();
}
/// A count of all items for each of them: an integer where it is one.
OrderedJson each(std::uint64_t count, std::uint64_t items) {
  if (count % items == 0) return count / items;
  return static_cast<double>(count) / static_cast<double>(items);
}
OrderedJson energy_of(const arch::Cost& cost, std::uint64_t items) {
  return number(cost.energy, static_cast<double>(items) * 1_pJ);
}
OrderedJson latency_of(const arch::Cost& cost, std::uint64_t items) {
  return number(cost.latency, static_cast<double>(items) * 1_ns);
}
void require_items(std::uint64_t items) {
  if (items == 0) throw std::invalid_argument("costs of one item: there are none; run at least one");
}

/// Without an architecture nothing has a price.
arch::Evaluation priced(const cost::Ledger& ledger, const std::optional<arch::Architecture>& architecture) {
  return arch::evaluate(ledger, architecture.value_or(arch::Architecture{.name = "none", .title = "", .citation = ""}));
}

/// The tile's own cells, whichever model computes them.
template <class Params, class... Tiles>
constexpr bool is_one_of = (std::is_same_v<Params, typename Tiles::Params> || ...);

const char* default_architecture(const tile::AnyParams& params) {
  return std::visit(
      [](const auto& p) -> const char* {
        using Params = std::remove_cvref_t<decltype(p)>;
        namespace ncb = tile::newcomputebench;
        if constexpr (is_one_of<Params, tile::DigitalFP8Tile, ncb::DigitalTile>) {
          return "fp8-28nm";
        } else if constexpr (is_one_of<Params, tile::ReRAMTile, tile::GaussianReRAMTile, tile::CmoReRAMTile>) {
          return "neurram";
        } else if constexpr (is_one_of<Params, tile::PCMTile, tile::HermesPCMTile, ncb::PCMTile>) {
          return "hermes";
        } else {
          return nullptr;
        }
      },
      params);
}

std::string price_text(const arch::ActionPrice& price) {
  std::vector<std::string> parts;
  if (price.energy) parts.push_back(io::number_text(price.energy->in(1_pJ), 6) + " pJ");
  const bool is_free = price.time_per_step == arch::Time() && price.time_each == arch::Time();
  const auto add_time = [&](const std::optional<arch::Time>& time, const char* unit) {
    if (time && (is_free || *time > arch::Time())) parts.push_back(io::number_text(time->in(1_ns), 6) + unit);
  };
  add_time(price.time_per_step, " ns a step");
  if (!is_free) add_time(price.time_each, " ns each");
  return parts.empty() ? "not known" : join(parts);
}
const char* basis_text(arch::Basis basis) {
  switch (basis) {
    case arch::Basis::published:
      return "published";
    case arch::Basis::fitted:
      return "fitted";
    case arch::Basis::derived:
      return "derived";
    case arch::Basis::assumed:
      return "assumed";
  }
  return "";
}

/// Values of a field in the order of their first appearance.
std::vector<std::string> names_of(const OrderedJson& rows, const std::string& field) {
  std::vector<std::string> names;
  for (const OrderedJson& row : rows) {
    const std::string name = row.at(field);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}
/// names.size(): it is none of them
std::size_t place(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}
std::optional<double> value_of(const OrderedJson& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}
}  // namespace

std::string architecture_help() {
  return "what hardware costs: " + join(arch::architecture_names()) + " or a .json file; unless given, each tile's own";
}

arch::Architecture load_architecture(const std::string& argument) {
  const bool is_file = argument.ends_with(".json") || argument.find('/') != std::string::npos;
  return is_file ? io::read_architecture(argument) : arch::find_architecture(argument);
}

std::optional<arch::Architecture> architecture_for(const std::optional<std::string>& argument,
                                                   const tile::AnyParams& params) {
  if (std::holds_alternative<tile::IdealTileParams>(params)) return std::nullopt;
  if (argument) return load_architecture(*argument);
  const char* own = default_architecture(params);
  return own != nullptr ? std::optional(arch::find_architecture(own)) : std::nullopt;
}

OrderedJson cost_fields(const cost::Ledger& programming, const cost::Ledger& inference, std::uint64_t items,
                        const std::optional<arch::Architecture>& architecture) {
  require_items(items);
  const arch::Evaluation written = priced(programming, architecture), run = priced(inference, architecture);
  const arch::Cost whole = run.total(arch::Part::whole), array = run.total(arch::Part::array_only);
  const arch::Cost writing = written.total(arch::Part::whole);
  const auto area = [&](arch::Part part) {
    return number(architecture ? arch::area_of(programming, *architecture, part) : std::nullopt, arch::Area(1_mm2));
  };
  std::vector<std::string> unpriced;
  if (architecture) {
    unpriced = run.unpriced(arch::Part::whole);
    for (const std::string& name : written.unpriced(arch::Part::whole)) {
      if (std::find(unpriced.begin(), unpriced.end(), name) == unpriced.end()) unpriced.push_back(name);
    }
  }
  return {{"architecture", architecture ? OrderedJson(architecture->name) : OrderedJson()},
          {"energy_pJ", energy_of(whole, items)},
          {"latency_ns", latency_of(whole, items)},
          {"energy_array_pJ", energy_of(array, items)},
          {"latency_array_ns", latency_of(array, items)},
          {"area_mm2", area(arch::Part::whole)},
          {"area_array_mm2", area(arch::Part::array_only)},
          {"programming_energy_pJ", energy_of(writing, 1)},
          {"programming_latency_ns", latency_of(writing, 1)},
          {"macs", each(inference[action::mac] + inference[action::digital_mac], items)},
          {"arrays", programming[action::array]},
          {"unpriced", unpriced}};
}

OrderedJson cost_lines(const cost::Ledger& inference, std::uint64_t items,
                       const std::optional<arch::Architecture>& architecture) {
  require_items(items);
  OrderedJson rows = OrderedJson::array();
  for (const arch::CostLine& line : priced(inference, architecture).lines) {
    rows.push_back({{"layer", line.layer},
                    {"action", line.action},
                    {"count", each(line.tally.count, items)},
                    {"serial_steps", each(line.tally.serial_steps, items)},
                    {"energy_pJ", energy_of(line.cost, items)},
                    {"latency_ns", latency_of(line.cost, items)}});
  }
  return rows;
}
OrderedJson cost_by_layer(const cost::Ledger& inference, std::uint64_t items,
                          const std::optional<arch::Architecture>& architecture) {
  require_items(items);
  OrderedJson rows = OrderedJson::array();
  for (const arch::CostLine& line : priced(inference, architecture).by_layer()) {
    rows.push_back({{"layer", line.layer},
                    {"energy_pJ", energy_of(line.cost, items)},
                    {"latency_ns", latency_of(line.cost, items)}});
  }
  return rows;
}
OrderedJson cost_by_action(const cost::Ledger& inference, std::uint64_t items,
                           const std::optional<arch::Architecture>& architecture) {
  require_items(items);
  OrderedJson rows = OrderedJson::array();
  for (const arch::CostLine& line : priced(inference, architecture).by_action()) {
    rows.push_back({{"action", line.action},
                    {"count", each(line.tally.count, items)},
                    {"serial_steps", each(line.tally.serial_steps, items)},
                    {"energy_pJ", energy_of(line.cost, items)},
                    {"latency_ns", latency_of(line.cost, items)}});
  }
  return rows;
}

std::vector<io::Column> cost_columns(const OrderedJson& rows, std::vector<io::Column> leading) {
  const io::Column all[] = {{.field = "layer", .heading = "layer"},
                            {.field = "action", .heading = "action"},
                            {.field = "count", .heading = "count", .digits = 6, .significant = true},
                            {.field = "serial_steps", .heading = "serial steps", .digits = 6, .significant = true},
                            {.field = "energy_pJ", .heading = "energy [pJ]", .digits = 5, .significant = true},
                            {.field = "latency_ns", .heading = "latency [ns]", .digits = 5, .significant = true}};
  for (const io::Column& column : all) {
    if (!rows.empty() && rows.front().contains(column.field)) leading.push_back(column);
  }
  return leading;
}
std::string cost_table(const OrderedJson& rows) { return io::table(rows, cost_columns(rows)); }

io::Chart breakdown_chart(const io::BarChartParams& params, const OrderedJson& rows, const BreakdownFields& fields,
                          std::size_t most_groups) {
  const std::vector<std::string> parts = names_of(rows, fields.part);
  std::vector<std::string> groups = names_of(rows, fields.group);
  if (groups.size() > most_groups) {
    std::vector<double> sums(groups.size());
    for (const OrderedJson& row : rows)
      sums[place(groups, row.at(fields.group))] += value_of(row.at(fields.value)).value_or(0.0);
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
    order.resize(most_groups);
    std::sort(order.begin(), order.end());
    std::vector<std::string> kept;
    for (const std::size_t g : order) kept.push_back(groups[g]);
    groups = kept;
    groups.emplace_back("other");
  }
  std::vector<io::BarSeries> series;
  for (const std::string& part : parts)
    series.push_back({part, std::vector<std::optional<double>>(groups.size(), 0.0)});
  for (const OrderedJson& row : rows) {
    const std::size_t g = std::min(place(groups, row.at(fields.group)), groups.size() - 1);
    std::optional<double>& sum = series[place(parts, row.at(fields.part))].values[g];
    const std::optional<double> value = value_of(row.at(fields.value));
    sum = sum && value ? std::optional(*sum + *value) : std::nullopt;
  }
  std::replace(groups.begin(), groups.end(), std::string(), std::string("(no layer)"));
  return io::stacked_bar_chart(params, groups, series);
}

std::vector<io::Source> price_sources(const std::vector<arch::Architecture>& architectures) {
  std::vector<io::Source> sources;
  std::vector<std::string> seen;
  for (const arch::Architecture& a : architectures) {
    if (std::find(seen.begin(), seen.end(), a.name) != seen.end()) continue;
    seen.push_back(a.name);
    sources.push_back({a.name, a.title, a.citation});
    for (const arch::ActionPrice& price : a.prices)
      sources.push_back(
          {a.name + ": " + price.action, price_text(price) + ", " + basis_text(price.basis), price.source});
    const arch::Organisation& o = a.organisation;
    std::vector<std::string> parts;
    if (o.cell_area) parts.push_back(io::number_text(o.cell_area->in(1_um2), 6) + " um2 a cell");
    if (o.digital_area) parts.push_back(io::number_text(o.digital_area->in(1_mm2), 6) + " mm2 outside of arrays");
    if (o.idle_power) parts.push_back(io::number_text(o.idle_power->in(1_mW), 6) + " mW idle");
    if (!parts.empty()) sources.push_back({a.name + ": organisation", join(parts), o.source});
  }
  return sources;
}

void add_provenance(io::HtmlReport& report, Program& program, const std::vector<std::string>& words,
                    const std::vector<arch::Architecture>& architectures) {
  const std::string name = program.flags().get_name(), version = program.flags().version();
  io::ResultDocument document;
  document.program = name;
  document.version = version.substr(std::min(version.size(), name.size() + 1));
  document.config = program.config();
  report.provenance(document, join(words, " "), price_sources(architectures));
}

}  // namespace pim::app
