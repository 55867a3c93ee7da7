#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pim/arch/architecture.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/io/bar_chart.hpp>
#include <pim/io/html_report.hpp>
#include <pim/io/json.hpp>
#include <pim/tile/library.hpp>

#include "support/program.hpp"

/// What a study cost: ledgers priced, as fields and rows of its results.
namespace pim::app {

/// The help of --arch, with all names.
std::string architecture_help();

/// What --arch says: the name of a built-in architecture, or a .json file.
/// throws std::invalid_argument or std::runtime_error, one line: as arch::find_architecture and io::read_architecture
arch::Architecture load_architecture(const std::string& argument);

/// What --arch says; unless given, what a tile is usually built as: digital ones fp8-28nm, ReRAM neurram, PCM hermes.
/// Nothing: the ideal tile, which stands for no hardware; unless --arch is given, ncb-reram too, which books no
/// conversions.
std::optional<arch::Architecture> architecture_for(const std::optional<std::string>& argument,
                                                   const tile::AnyParams& params);

/// Fields of a row of results. Energies, latencies and macs are those of one item, an inference; null: not known.
///
///   architecture           its name
///   energy_pJ, latency_ns  whole; energy_array_pJ, latency_array_ns: without the actions named digital_*
///   area_mm2, area_array_mm2
///   programming_energy_pJ, programming_latency_ns  of writing all weights once
///   macs                   multiply-accumulates in arrays and outside
///   arrays                 taken up by the weights
///   unpriced               names of actions that make a field null for want of a price
///
/// throws std::invalid_argument: no items
io::OrderedJson cost_fields(const cost::Ledger& programming, const cost::Ledger& inference, std::uint64_t items,
                            const std::optional<arch::Architecture>& architecture);

/// What one item costs, a row for each layer and action: layer, action, count, serial_steps, energy_pJ, latency_ns.
/// throws std::invalid_argument: no items
io::OrderedJson cost_lines(const cost::Ledger& inference, std::uint64_t items,
                           const std::optional<arch::Architecture>& architecture);
/// The same, a row for each layer: layer, energy_pJ, latency_ns.
io::OrderedJson cost_by_layer(const cost::Ledger& inference, std::uint64_t items,
                              const std::optional<arch::Architecture>& architecture);
/// The same, a row for each action: action, count, serial_steps, energy_pJ, latency_ns.
io::OrderedJson cost_by_action(const cost::Ledger& inference, std::uint64_t items,
                               const std::optional<arch::Architecture>& architecture);

/// Columns of rows of cost_lines, cost_by_layer or cost_by_action: the fields that the first row has, behind those of
/// `leading`.
std::vector<io::Column> cost_columns(const io::OrderedJson& rows, std::vector<io::Column> leading = {});
/// The rows as text.
std::string cost_table(const io::OrderedJson& rows);

/// Rows that have the field `group`, `part` and `value` as lying bars: a bar for each group, made of its parts. Groups
/// beyond `most_groups` with the least values become one, "other".
struct BreakdownFields {
  std::string group, part, value;
};
io::Chart breakdown_chart(const io::BarChartParams& params, const io::OrderedJson& rows, const BreakdownFields& fields,
                          std::size_t most_groups = 24);

/// Where the architectures' prices come from, each once.
std::vector<io::Source> price_sources(const std::vector<arch::Architecture>& architectures);

/// Ends the report with the program, its version and flags, the command line `words`, and price_sources.
void add_provenance(io::HtmlReport& report, Program& program, const std::vector<std::string>& words,
                    const std::vector<arch::Architecture>& architectures);

}  // namespace pim::app
