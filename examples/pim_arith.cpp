// How many cycles, gates and cells does in-memory arithmetic take, what does that cost, and is it right? One row per
// operation, format and kind of program: its counts, energy and latency, the host's speed at running it, and what an
// independent oracle says of its results.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/arch/dram_timing.hpp>
#include <pim/arch/evaluate.hpp>
#include <pim/arch/library.hpp>
#include <pim/io/bar_chart.hpp>
#include <pim/io/file.hpp>
#include <pim/io/html_report.hpp>
#include <pim/io/report.hpp>

#include "support/costing.hpp"
#include "support/program.hpp"
#include "support/row_study.hpp"

namespace {
using pim::app::RowProgram;
using pim::app::RowResult;
using pim::app::RowStudyOptions;
using pim::app::Verify;
using pim::arch::Architecture;
using pim::arith::Contract;
using pim::arith::Format;
using pim::arith::Operation;
using pim::arith::Request;
using pim::arith::Source;
using pim::arith::Variant;
using pim::io::OrderedJson;

/// What the flags ask for.
struct Flags {
  std::vector<std::string> operations = {"add", "sub", "mul", "div"}, formats = {"int32", "fp32"};
  std::vector<std::string> variants = {"serial"}, gates = {"nor"}, inits = {"one"}, contracts, programs = {"ours"};
  std::vector<std::string> to = {"fp16"};
  pim::Index rows = 1 << 20;
  std::string verify = "none", dump, fault_preset, html;
  std::optional<std::string> architecture;
  std::uint64_t every = 1;
  std::optional<double> error_rate;
  std::vector<std::string> stuck_cells, stuck_gates;
};

constexpr std::size_t most_bars = 24;  // of a chart

bool is_all(const std::vector<std::string>& names) { return names.size() == 1 && names.front() == "all"; }

std::vector<Operation> operations(const Flags& flags) {
  std::vector<Operation> found;
  if (is_all(flags.operations)) {
    for (const auto& entry : pim::arith::operations) found.push_back(entry.operation);
  } else {
    for (const std::string& name : flags.operations) found.push_back(pim::arith::parse_operation(name));
  }
  return found;
}
std::vector<Format> formats(const Flags& flags) {
  using namespace pim::arith;
  if (is_all(flags.formats)) return {int8, int16, int32, int64, uint8, uint16, uint32, uint64, fp16, bf16, fp32, fp64};
  std::vector<Format> found;
  for (const std::string& name : flags.formats) found.push_back(parse_format(name));
  return found;
}
/// Contracts to try: of integers one, of floating point those asked for, or the published one where it has the
/// operation.
std::vector<Contract> contracts(const Flags& flags, Operation operation, const Format& format) {
  if (!format.is_floating()) return {Contract::ieee};
  std::vector<Contract> found;
  for (const std::string& name : flags.contracts)
    found.push_back(name == "ieee" ? Contract::ieee : Contract::published);
  if (found.empty())
    found.push_back(pim::arith::is_defined(operation, format, Contract::published) ? Contract::published
                                                                                   : Contract::ieee);
  return found;
}

/// Every combination of the flags. Where `all` was asked for, combinations that do not exist are left out.
std::vector<RowProgram> programs(const Flags& flags) {
  const bool lenient = is_all(flags.operations) || is_all(flags.formats);
  std::vector<RowProgram> found;
  for (const Operation operation : operations(flags)) {
    for (const Format& format : formats(flags)) {
      for (const Contract contract : contracts(flags, operation, format)) {
        if (lenient && !pim::arith::is_defined(operation, format, contract)) continue;
        for (const std::string& to : operation == Operation::convert ? flags.to : std::vector<std::string>{"fp16"}) {
          for (const std::string& variant : flags.variants) {
            for (const std::string& gates : flags.gates) {
              for (const std::string& init : flags.inits) {
                for (const std::string& source : flags.programs) {
                  const bool published = source == "published", parallel = variant == "parallel";
                  const Request request{.operation = operation,
                                        .format = format,
                                        .variant = parallel ? Variant::parallel : Variant::serial,
                                        .contract = contract,
                                        .source = published ? Source::published : Source::ours,
                                        .to = pim::arith::parse_format(to)};
                  const RowProgram program{request, gates, init == "bulk"};
                  if (!lenient || pim::app::exists(program)) found.push_back(program);
                }
              }
            }
          }
        }
      }
    }
  }
  if (found.empty()) throw std::invalid_argument("no program exists for any combination of these flags");
  for (const RowProgram& program : found) {
    if (!lenient) pim::app::routine(program);  // says what is missing before anything takes long
  }
  return found;
}

/// "12:0" of --stuck-cell and --stuck-gate
std::pair<std::uint64_t, bool> parse_stuck(const char* flag, const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string place = text.substr(0, colon), value = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool numeric =
      !place.empty() && place.size() < 10 && std::ranges::all_of(place, [](char c) { return c >= '0' && c <= '9'; });
  if (!numeric || (value != "0" && value != "1"))
    throw std::invalid_argument(std::string(flag) + ": " + pim::in_quotes(text) +
                                " is not PLACE:VALUE, such as 12:0 or 12:1");
  return {std::stoull(place), value == "1"};
}
std::optional<pim::row::Faults> faults(const Flags& flags) {
  if (flags.fault_preset.empty() && !flags.error_rate && flags.stuck_cells.empty() && flags.stuck_gates.empty())
    return std::nullopt;
  if (flags.verify != "random") throw std::invalid_argument("faults are reported by --verify random; add it");
  if (!flags.fault_preset.empty() && flags.gates != std::vector<std::string>{"dram"})
    throw std::invalid_argument("--faults fcdram: measured in DRAM chips; add --gates dram");
  if (!flags.fault_preset.empty() && flags.error_rate)
    throw std::invalid_argument("--faults and --error-rate exclude each other; give one");
  pim::row::Faults found = flags.fault_preset.empty() ? pim::row::Faults::transient(flags.error_rate.value_or(0.0))
                                                      : pim::row::Faults::fcdram();
  for (const std::string& text : flags.stuck_cells) {
    const auto [place, value] = parse_stuck("--stuck-cell", text);
    if (place > 65535) throw std::invalid_argument("--stuck-cell: " + pim::in_quotes(text) + ", expected 0 to 65535");
    found.stuck_cells.push_back({static_cast<std::uint16_t>(place), value});
  }
  for (const std::string& text : flags.stuck_gates) {
    const auto [place, value] = parse_stuck("--stuck-gate", text);
    found.stuck_gates.push_back({static_cast<std::size_t>(place), value});
  }
  return found;
}

std::string label(const RowProgram& program) {
  const Request& r = program.request;
  return std::string(pim::arith::info(r.operation).name) + ' ' + name(r.format);
}

/// DDR4-2400 with a price of either command, in one column.
Architecture ddr4_commands() {
  namespace arch = pim::arch;
  Architecture memory = arch::find_architecture("ddr4-2400");
  const arch::Energy activation =
      arch::macro::ddr4_2400_activation() / static_cast<double>(memory.organisation.array_cols);
  memory.prices.push_back({std::string(pim::app::action::dram_aap.name),
                           2.0 * activation,
                           arch::ddr4_2400.aap(),
                           {},
                           "MIMDRAM: tRAS 32 + 4 + tRP 14.16 ns; energy: " + memory.find("row_gate")->source,
                           arch::Basis::derived});
  memory.prices.push_back({std::string(pim::app::action::dram_ap.name),
                           activation,
                           arch::ddr4_2400.ap(),
                           {},
                           "MIMDRAM: tRAS 32 + tRP 14.16 ns; energy: one activation, half of an AAP's",
                           arch::Basis::derived});
  return memory;
}
/// What --arch says; unless given, what the gates were published for.
Architecture architecture_of(const Flags& flags, const RowProgram& program) {
  const std::string name = flags.architecture.value_or(program.gates == "dram" ? "ddr4-2400" : "convpim-memristive");
  return name == "ddr4-2400" ? ddr4_commands() : pim::app::load_architecture(name);
}
/// Energy of one row's operation and of all rows, and the latency, which all rows share.
OrderedJson cost_fields(const RowResult& result, const Architecture& architecture) {
  using namespace pim::arch::literals;
  const pim::arch::Evaluation evaluation = pim::arch::evaluate(result.ledger, architecture);
  const pim::arch::Cost cost = evaluation.total(pim::arch::Part::whole);
  const auto energy = cost.energy ? std::optional(cost.energy->in(1_pJ)) : std::nullopt;
  const auto number = [](const std::optional<double>& value) { return value ? OrderedJson(*value) : OrderedJson(); };
  return {{"architecture", architecture.name},
          {"energy_pJ", number(energy)},
          {"latency_ns", number(cost.latency ? std::optional(cost.latency->in(1_ns)) : std::nullopt)},
          {"energy_all_rows_pJ", number(energy ? std::optional(*energy * static_cast<double>(result.rows)) : energy)},
          {"unpriced", evaluation.unpriced(pim::arch::Part::whole)}};
}

OrderedJson row_of(const RowProgram& program, const RowResult& result, const Architecture& architecture,
                   bool has_faults) {
  const Request& r = program.request;
  OrderedJson row;
  row["op"] = pim::arith::info(r.operation).name;
  row["format"] = name(r.format);
  if (r.operation == Operation::convert) row["to"] = name(r.to);
  row["operands"] = r.format.is_floating() ? "floating" : pim::app::is_signed(program) ? "signed" : "unsigned";
  row["variant"] = r.variant == Variant::serial ? "serial" : "parallel";
  row["gates"] = program.gates;
  row["init"] = program.bulk_init ? "bulk" : "one";
  row["contract"] = !r.format.is_floating() ? OrderedJson() : r.contract == Contract::ieee ? "ieee" : "published";
  row["program"] = r.source == Source::published ? "published" : "ours";
  row["cycles"] = result.counts.cycles;
  row["gate_count"] = result.counts.gates;
  row["cells"] = result.counts.cells;
  row["published_cycles"] = result.published ? OrderedJson(result.published->cycles) : OrderedJson();
  row["published_gate_count"] = result.published ? OrderedJson(result.published->gates) : OrderedJson();
  row["published_cells"] = result.published ? OrderedJson(result.published->cells) : OrderedJson();
  row["ratio"] =
      result.published
          ? OrderedJson(static_cast<double>(result.counts.cycles) / static_cast<double>(result.published->cycles))
          : OrderedJson();
  row["rows"] = result.rows;
  row["mismatches"] = result.is_verified ? OrderedJson(result.mismatches) : OrderedJson();
  row["excluded"] = result.is_verified ? OrderedJson(result.excluded) : OrderedJson();
  if (has_faults) {
    row["wrong_fraction"] = static_cast<double>(result.mismatches) /
                            static_cast<double>(std::max<std::uint64_t>(result.rows - result.excluded, 1));
    row["mean_relative_error"] = result.mean_relative_error;
    row["wrong_not_finite"] = result.not_finite;
  }
  row.update(cost_fields(result, architecture));
  row["row_gates_per_s"] = result.row_gates_per_s;
  return row;
}

void add_flags(CLI::App& app, Flags& flags) {
  const auto list = [&](const char* name, std::vector<std::string>& values, const std::string& help) {
    return app.add_option(name, values, help)->delimiter(',');
  };
  list("--op", flags.operations, "all, or some of " + pim::join(pim::arith::operation_names()));
  list("--format", flags.formats,
       "all, or some of int1 to int64, uint1 to uint64, fp16, bf16, fp32, fp64, e<2-11>m<1-52>");
  list("--to", flags.to, "formats that convert converts to");
  list("--variant", flags.variants, "serial: a gate a cycle; parallel: a bit per partition")
      ->check(pim::app::one_of({"serial", "parallel"}));
  list("--gates", flags.gates, "nor: NOT and NOR; min3: also NAND, OR, MIN3; dram: AAP and AP commands")
      ->check(pim::app::one_of({"nor", "min3", "dram"}));
  list("--init", flags.inits, "cells initialised in one cycle: one, or bulk")->check(pim::app::one_of({"one", "bulk"}));
  list("--contract", flags.contracts,
       "of floating point: published (no subnormals, infinities, NaN) or ieee; unless given, published for what it has")
      ->check(pim::app::one_of({"published", "ieee"}));
  list("--program", flags.programs, "AritPIM's published gates, or ours")
      ->check(pim::app::one_of({"published", "ours"}));
  app.add_option("--rows", flags.rows, "rows to run and to verify at random")->check(CLI::Range(1, 1 << 28));
  app.add_option("--verify", flags.verify, "none, random rows, or exhaustive: all operands")
      ->check(pim::app::one_of({"none", "random", "exhaustive"}));
  app.add_option("--every", flags.every, "exhaustive: one of so many combinations, spread over all")
      ->check(CLI::Range(1, 1 << 30));
  app.add_option("--dump", flags.dump, "file for the gate list of the one program asked for");
  app.add_option("--error-rate", flags.error_rate, "probability that a gate gives the wrong value in a row")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--faults", flags.fault_preset, "fcdram: error rates measured in DRAM chips")
      ->check(pim::app::one_of({"fcdram"}));
  app.add_option(
      "--arch", flags.architecture,
      "what the rows cost: a name or a .json file; unless given, convpim-memristive, and ddr4-2400 for dram");
  app.add_option("--html", flags.html, "write a table and charts into this file");
  list("--stuck-cell", flags.stuck_cells, "COLUMN:VALUE of cells that hold one value");
  list("--stuck-gate", flags.stuck_gates,
       "POSITION:VALUE of gates whose output is one value, counted in cells written");
}

/// What a chart calls the rows: operation and format, and what else tells them apart.
std::vector<std::string> bar_names(const OrderedJson& results) {
  std::vector<std::string> names;
  for (const OrderedJson& row : results) {
    std::string name = row["op"].get<std::string>() + ' ' + row["format"].get<std::string>();
    for (const char* field : {"to", "variant", "gates", "init", "contract", "program"}) {
      const auto differs = [&](const OrderedJson& other) { return other.value(field, OrderedJson()) != row[field]; };
      if (row.contains(field) && row[field].is_string() && std::any_of(results.begin(), results.end(), differs))
        name += ", " + row[field].get<std::string>();
    }
    names.push_back(name);
  }
  return names;
}
pim::io::HtmlReport report_of(const OrderedJson& results, const std::vector<pim::io::Column>& columns) {
  pim::io::HtmlReport report("Arithmetic in memory", std::to_string(results.size()) +
                                                         " programs that calculate in rows of memory: their cycles, "
                                                         "gates, cells, energy and latency.");
  report.section("Counts and costs",
                 "Energy is that of one row; the latency is that of the program, which all rows share.");
  report.table(results, columns, "A row for each program");
  std::vector<std::string> names = bar_names(results);
  names.resize(std::min(names.size(), most_bars));
  pim::io::BarSeries energy{"energy"}, latency{"latency"};
  const auto value = [](const OrderedJson& v) { return v.is_number() ? std::optional(v.get<double>()) : std::nullopt; };
  for (const OrderedJson& row : results) {
    if (energy.values.size() == names.size()) break;
    energy.values.push_back(value(row["energy_pJ"]));
    latency.values.push_back(value(row["latency_ns"]));
  }
  const std::string which = results.size() > most_bars ? " The first " + std::to_string(most_bars) + " programs." : "";
  report.figure(pim::io::bar_chart({.title = "Energy of one operation",
                                    .group_title = "program",
                                    .value_title = "energy [pJ]",
                                    .scale = pim::io::Scale::log},
                                   names, {energy}),
                "Energy of one operation in one row." + which);
  report.figure(
      pim::io::bar_chart(
          {.title = "Latency", .group_title = "program", .value_title = "latency [ns]", .scale = pim::io::Scale::log},
          names, {latency}),
      "Time of one operation in all rows at once." + which);
  return report;
}
}  // namespace

int main(int argc, char** argv) {
  pim::app::Program program("pim_arith",
                            "How many cycles, gates and cells does in-memory arithmetic take, and is it right?");
  Flags flags;
  add_flags(program.flags(), flags);

  return program.run(argc, argv, [&] {
    const std::vector<RowProgram> wanted = programs(flags);
    RowStudyOptions options{.rows = flags.rows, .every = flags.every, .seed = program.seed(), .faults = faults(flags)};
    options.verify = flags.verify == "none"     ? Verify::none
                     : flags.verify == "random" ? Verify::random
                                                : Verify::exhaustive;
    if (!flags.dump.empty() && wanted.size() != 1)
      throw std::invalid_argument("--dump: " + std::to_string(wanted.size()) +
                                  " programs asked for, expected one; name one of each flag");
    std::vector<Architecture> architectures;
    for (const RowProgram& one : wanted) architectures.push_back(architecture_of(flags, one));
    if (!flags.html.empty()) pim::io::require_writable(flags.html);
    std::string first_mismatch;
    bool is_wrong = false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const RowProgram& one = wanted[i];
      pim::app::Progress line = program.progress(label(one) + " [%]", 100);
      options.progress = [&](std::uint64_t done, std::uint64_t total) {
        line.update(static_cast<pim::Index>(100 * done / total));
      };
      const RowResult result = pim::app::study(one, options);
      program.results().push_back(row_of(one, result, architectures[i], options.faults.has_value()));
      if (result.mismatches > 0 && !options.faults) {
        is_wrong = true;
        if (first_mismatch.empty()) first_mismatch = label(one) + ": " + result.first_mismatch;
      }
    }
    if (!flags.dump.empty()) pim::io::write_file(flags.dump, pim::app::listing(wanted.front()));
    std::vector<pim::io::Column> columns = {{.field = "op", .heading = "operation"},
                                            {.field = "format", .heading = "format"},
                                            {.field = "operands", .heading = "operands"},
                                            {.field = "variant", .heading = "variant"},
                                            {.field = "gates", .heading = "gates"},
                                            {.field = "init", .heading = "init"},
                                            {.field = "contract", .heading = "contract"},
                                            {.field = "program", .heading = "program"},
                                            {.field = "cycles", .heading = "cycles"},
                                            {.field = "gate_count", .heading = "gates"},
                                            {.field = "cells", .heading = "cells"},
                                            {.field = "published_cycles", .heading = "published cycles"},
                                            {.field = "ratio", .heading = "ratio", .digits = 3},
                                            {.field = "rows", .heading = "rows"},
                                            {.field = "mismatches", .heading = "wrong"}};
    if (options.faults) {
      columns.push_back({.field = "wrong_fraction", .heading = "wrong [fraction]", .digits = 4, .significant = true});
      columns.push_back(
          {.field = "mean_relative_error", .heading = "mean error [relative]", .digits = 4, .significant = true});
    }
    columns.push_back({.field = "energy_pJ", .heading = "energy [pJ]", .digits = 4, .significant = true});
    columns.push_back({.field = "latency_ns", .heading = "latency [ns]", .digits = 6, .significant = true});
    columns.push_back({.field = "row_gates_per_s", .heading = "row-gates [1/s]", .digits = 3, .significant = true});
    program.print(pim::io::table(program.results(), columns));
    if (!flags.html.empty()) {
      pim::io::HtmlReport report = report_of(program.results(), columns);
      pim::app::add_provenance(report, program, {argv, argv + argc}, architectures);
      pim::io::write_file(flags.html, report.text());
    }
    if (is_wrong) program.print("\nfirst wrong row: " + first_mismatch + '\n');
    return is_wrong ? 1 : 0;
  });
}
