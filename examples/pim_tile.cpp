// How wrong and how costly is one matrix product on a tile? Random operands x (m, k), w (k, n) against the product in
// double; a row for each tile, time since programming and device instance, with what the hardware asks for it.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/arch/schedule.hpp>
#include <pim/core/random.hpp>
#include <pim/io/file.hpp>
#include <pim/io/html_report.hpp>
#include <pim/io/report.hpp>
#include <pim/io/scatter_chart.hpp>
#include <pim/kernel/exact_matmul.hpp>
#include <pim/kernel/library_matmul.hpp>
#include <pim/tile/conditions.hpp>

#include "support/costing.hpp"
#include "support/program.hpp"
#include "support/tile_argument.hpp"

namespace {
using pim::Index;
using pim::Matrix;
using pim::cost::Ledger;
using pim::io::OrderedJson;

/// Normal operands, weights of a layer's usual size, and their product in double.
struct Operands {
  Operands(Index m, Index k, Index n, const pim::Rng& rng)
      : x(pim::normal_matrix(m, k, rng.at(0))),
        w(pim::normal_matrix(k, n, rng.at(1), 1.0F / std::sqrt(static_cast<float>(k)))),
        product(x.cast<double>() * w.cast<double>()) {}
  Matrix x, w;
  pim::Matrix_<double> product;
};

/// The shortest of three calls: call(0), call(1), call(2).  [ms]
template <class Call>
double shortest_ms(const Call& call) {
  double best = HUGE_VAL;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const auto start = std::chrono::steady_clock::now();
    call(i);
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

/// The float32 product of the same operands, by the same GEMM policy and threads.
double sgemm_ms(const Operands& operands, const pim::Rng& rng) {
  pim::kernel::ExactMatmul<float> exact;
  Ledger ledger = Ledger::off();
  exact.program(operands.w, rng, ledger);
  Matrix y(operands.x.rows(), operands.w.cols());
  return shortest_ms([&](std::uint64_t) { exact.multiply(operands.x, y, rng, ledger); });
}

/// A tile of --tile, the hardware it is built as, and the times of --time-s at which to read it; no value: its own
/// time.
struct Subject {
  std::string name;
  pim::tile::AnyParams params;
  std::optional<pim::arch::Architecture> architecture;
  std::vector<std::optional<double>> times_s;
};

/// Fields of a product on a chip with a number of arrays.
OrderedJson schedule_fields(const Ledger& programming, const Ledger& inference,
                            const std::optional<pim::arch::Architecture>& architecture, std::uint64_t arrays) {
  OrderedJson fields = {{"chip_arrays", arrays},     {"placement", nullptr},       {"rounds", nullptr},
                        {"chip_energy_pJ", nullptr}, {"chip_latency_ns", nullptr}, {"chip_products_per_s", nullptr}};
  if (!architecture) return fields;
  using namespace pim::arch::literals;
  const pim::arch::Schedule plan = pim::arch::schedule(programming, inference, *architecture, arrays);
  fields["placement"] = plan.placement == pim::arch::Placement::resident ? "resident" : "reloaded";
  fields["rounds"] = plan.rounds;
  if (plan.batch.energy) fields["chip_energy_pJ"] = plan.batch.energy->in(1_pJ);
  if (plan.batch.latency) fields["chip_latency_ns"] = plan.batch.latency->in(1_ns);
  if (plan.throughput) fields["chip_products_per_s"] = plan.throughput->in(1.0 / 1_s);
  return fields;
}

/// What one device instance of a tile does to the product, and what programming it and one product ask of hardware.
struct Measured {
  OrderedJson fields;
  Ledger programming, inference;
};
Measured measure(const pim::tile::AnyParams& tile, const Operands& operands, const pim::Rng& device,
                 const pim::Rng& reads) {
  Measured measured;
  Ledger unread = Ledger::off();
  pim::kernel::LibraryMatmul matmul = pim::kernel::library_matmul(tile);
  matmul.program(operands.w, device, measured.programming);
  Matrix y(operands.product.rows(), operands.product.cols());
  pim::Matrix_<double> error;
  const double host_ms = shortest_ms([&](std::uint64_t call) {
    matmul.multiply(operands.x, y, reads.at(0, call), call == 0 ? measured.inference : unread);
    if (call == 0) error = y.cast<double>() - operands.product;
  });
  const double relative = error.norm() / operands.product.norm();
  const double rms = operands.product.norm() / std::sqrt(static_cast<double>(operands.product.size()));
  Ledger both = measured.programming;
  both += measured.inference;
  OrderedJson actions = OrderedJson::object(), steps = OrderedJson::object();
  for (const auto& entry : both.entries()) {
    actions[std::string(entry.action.name)] = entry.tally.count;
    steps[std::string(entry.action.name)] = entry.tally.serial_steps;
  }
  measured.fields = {{"relative_error", relative}, {"snr_db", -20.0 * std::log10(relative)},
                     {"bias", error.mean() / rms}, {"host_ms", host_ms},
                     {"actions", actions},         {"serial_steps", steps}};
  return measured;
}

/// throws std::invalid_argument: no such tile or architecture, nothing in its file for a linear layer, or a time that
/// it does not know; std::runtime_error: an unreadable file
Subject subject(const std::string& argument, const std::vector<double>& times_s,
                const std::optional<std::string>& architecture) {
  const pim::io::TileConfig config = pim::app::load_tile(argument, {});
  const pim::tile::AnyParams* params = config.find("");
  if (params == nullptr)
    throw std::invalid_argument(argument + ": no tile for linear layers; add linear: {config: ...}");
  Subject found{config.name(), *params, pim::app::architecture_for(architecture, *params), {}};
  if (pim::tile::ages(*params)) found.times_s.assign(times_s.begin(), times_s.end());
  if (found.times_s.empty()) found.times_s.push_back(std::nullopt);
  pim::app::require_usable(config, times_s);
  return found;
}

/// What programming once and one product ask of hardware, a row for each action.
OrderedJson action_rows(const Subject& subject, const Measured& measured) {
  OrderedJson rows = OrderedJson::array();
  for (const auto& [work, ledger] :
       {std::pair("programming", &measured.programming), {"product", &measured.inference}}) {
    for (const OrderedJson& action : pim::app::cost_by_action(*ledger, 1, subject.architecture)) {
      OrderedJson row = {{"tile", subject.name}, {"work", work}};
      row.update(action);
      rows.push_back(row);
    }
  }
  return rows;
}

std::vector<pim::io::Column> result_columns(bool on_chip) {
  std::vector<pim::io::Column> columns = {
      {.field = "tile", .heading = "tile"},
      {.field = "time_s", .heading = "time [s]", .digits = 6, .significant = true},
      {.field = "instance", .heading = "instance"},
      {.field = "relative_error", .heading = "relative error", .digits = 3, .significant = true},
      {.field = "snr_db", .heading = "SNR [dB]", .digits = 1},
      {.field = "bias", .heading = "bias / rms", .digits = 2, .significant = true},
      {.field = "architecture", .heading = "architecture"},
      {.field = "energy_pJ", .heading = "energy [pJ]", .digits = 4, .significant = true},
      {.field = "latency_ns", .heading = "latency [ns]", .digits = 4, .significant = true},
      {.field = "area_mm2", .heading = "area [mm2]", .digits = 3, .significant = true}};
  if (on_chip) {
    columns.insert(columns.end(),
                   {{.field = "placement", .heading = "weights"},
                    {.field = "rounds", .heading = "rounds"},
                    {.field = "chip_energy_pJ", .heading = "chip energy [pJ]", .digits = 4, .significant = true},
                    {.field = "chip_latency_ns", .heading = "chip latency [ns]", .digits = 4, .significant = true}});
  }
  columns.insert(columns.end(), {{.field = "host_ms", .heading = "host [ms]", .digits = 2},
                                 {.field = "host_sgemm_ms", .heading = "float32 [ms]", .digits = 2}});
  return columns;
}
std::vector<pim::io::Column> action_columns(const OrderedJson& actions) {
  return pim::app::cost_columns(actions, {{.field = "tile", .heading = "tile"}, {.field = "work", .heading = "work"}});
}

pim::io::HtmlReport report_of(const std::string& shape, const OrderedJson& results,
                              const std::vector<pim::io::Column>& columns, const OrderedJson& actions) {
  pim::io::HtmlReport report("One matrix product on each tile", "How wrong and how costly a product of " + shape +
                                                                    " numbers is: " + std::to_string(results.size()) +
                                                                    " rows, one for each tile, time and device.");
  report.section("Error and cost");
  report.table(results, columns, "Error against the product in double, energy, latency and area of the whole");
  pim::io::ScatterSeries points{"tiles"};
  for (const OrderedJson& row : results) {
    if (row["energy_pJ"].is_number()) points.points.push_back({row["tile"], row["energy_pJ"], row["snr_db"]});
  }
  if (!points.points.empty()) {
    report.figure(pim::io::scatter_chart({.title = "Signal-to-noise ratio against energy",
                                          .x_title = "energy of one product [pJ]",
                                          .y_title = "SNR [dB]",
                                          .x_scale = pim::io::Scale::log},
                                         {points}),
                  "Higher and further left is better.");
  }
  report.section("What it is made of", "Programming happens once, a product as often as there are inputs.");
  OrderedJson product = OrderedJson::array();
  for (const OrderedJson& row : actions) {
    const bool is_priced = std::any_of(actions.begin(), actions.end(), [&](const OrderedJson& other) {
      return other["tile"] == row["tile"] && !other["energy_pJ"].is_null();
    });
    if (row["work"] == "product" && is_priced) product.push_back(row);
  }
  const auto draw = [&](const char* title, const char* value_title, const char* field) {
    if (product.empty()) return;
    report.figure(pim::app::breakdown_chart({.title = title, .group_title = "tile", .value_title = value_title},
                                            product, {.group = "tile", .part = "action", .value = field}),
                  "What has no price is not drawn.");
  };
  draw("Energy by action", "energy of one product [pJ]", "energy_pJ");
  draw("Latency by action", "latency of one product [ns]", "latency_ns");
  report.table(actions, action_columns(actions), "Programming once and one product, action by action");
  return report;
}
}  // namespace

int main(int argc, char** argv) {
  pim::app::Program program("pim_tile", "How wrong and how costly is one matrix product on a tile?");
  std::vector<std::string> tiles = {"sram", "reram", "pcm"};
  std::vector<double> times_s;
  std::optional<std::string> architecture;
  std::optional<std::uint64_t> chip_arrays;
  std::string html;
  Index m = 128, k = 768, n = 768;
  int repeat = 1;
  const CLI::Range size(1, 65536);
  program.flags()
      .add_option("--tile", tiles, "presets (" + pim::join(pim::tile::preset_names) + ") and .yaml or .json files")
      ->delimiter(',');
  program.flags().add_option("--m", m, "rows of x")->check(size);
  program.flags().add_option("--k", k, "columns of x, rows of w")->check(size);
  program.flags().add_option("--n", n, "columns of w")->check(size);
  program.flags().add_option("--repeat", repeat, "device instances of each tile")->check(CLI::Range(1, 100000));
  program.flags()
      .add_option("--time-s", times_s, "seconds since programming, for tiles that age (their own unless given)")
      ->delimiter(',')
      ->check(CLI::NonNegativeNumber);
  program.flags().add_option("--arch", architecture, pim::app::architecture_help());
  program.flags()
      .add_option("--arrays", chip_arrays, "arrays of a chip: with fewer than w needs, weights are reloaded")
      ->check(CLI::Range(1, 1 << 30));
  program.flags().add_option("--html", html, "write tables and charts into this file");

  return program.run(argc, argv, [&] {
    std::vector<Subject> subjects;
    for (const std::string& tile : tiles) subjects.push_back(subject(tile, times_s, architecture));
    if (!html.empty()) pim::io::require_writable(html);
    const pim::Rng rng(program.seed());
    const Operands operands(m, k, n, rng.at(0));
    const double host_sgemm_ms = sgemm_ms(operands, rng);
    OrderedJson actions = OrderedJson::array();
    for (const Subject& tile : subjects) {
      bool is_first = true;
      for (const std::optional<double>& time_s : tile.times_s) {
        const pim::tile::AnyParams params = time_s ? pim::tile::at_time(tile.params, *time_s) : tile.params;
        for (int instance = 0; instance < repeat; ++instance) {
          const auto number = static_cast<std::uint64_t>(instance);
          const Measured measured = measure(params, operands, rng.at(1, number), rng.at(2, number));
          OrderedJson row = {{"tile", tile.name}, {"m", m}, {"k", k}, {"n", n}, {"instance", instance}};
          row["time_s"] = time_s ? OrderedJson(*time_s) : OrderedJson();
          row.update(measured.fields);
          row.update(pim::app::cost_fields(measured.programming, measured.inference, 1, tile.architecture));
          if (chip_arrays)
            row.update(schedule_fields(measured.programming, measured.inference, tile.architecture, *chip_arrays));
          row["host_sgemm_ms"] = host_sgemm_ms;
          program.results().push_back(row);
          if (!std::exchange(is_first, false)) continue;
          for (const OrderedJson& action : action_rows(tile, measured)) actions.push_back(action);
        }
      }
    }
    const auto columns = result_columns(chip_arrays.has_value());
    program.print(pim::io::table(program.results(), columns));
    program.print("\nprogramming once and one product:\n" + pim::io::table(actions, action_columns(actions)));
    if (!html.empty()) {
      std::vector<pim::arch::Architecture> architectures;
      for (const Subject& tile : subjects) {
        if (tile.architecture) architectures.push_back(*tile.architecture);
      }
      const std::string shape = std::to_string(m) + " x " + std::to_string(k) + " x " + std::to_string(n);
      pim::io::HtmlReport report = report_of(shape, program.results(), columns, actions);
      pim::app::add_provenance(report, program, {argv, argv + argc}, architectures);
      pim::io::write_file(html, report.text());
    }
    return 0;
  });
}
