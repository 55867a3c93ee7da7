// How wrong and how costly is one matrix product on a tile? Random operands x (m, k), w (k, n) against the product in
// double; a row for each tile, time since programming and device instance.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/core/random.hpp>
#include <pim/io/report.hpp>
#include <pim/kernel/exact_matmul.hpp>
#include <pim/kernel/library_matmul.hpp>
#include <pim/tile/conditions.hpp>

#include "support/program.hpp"
#include "support/tile_argument.hpp"

namespace {
using pim::Index;
using pim::Matrix;
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
  pim::cost::Ledger ledger;
  exact.program(operands.w, rng, ledger);
  Matrix y(operands.x.rows(), operands.w.cols());
  return shortest_ms([&](std::uint64_t) { exact.multiply(operands.x, y, rng, ledger); });
}

/// What one device instance of a tile does to the product. Fields without a price are null.
OrderedJson measure(const pim::tile::AnyParams& tile, const Operands& operands, const pim::Rng& device,
                    const pim::Rng& reads) {
  pim::cost::Ledger ledger, repeated;
  pim::kernel::LibraryMatmul matmul = pim::kernel::library_matmul(tile);
  matmul.program(operands.w, device, ledger);
  Matrix y(operands.product.rows(), operands.product.cols());
  pim::Matrix_<double> error;
  const double host_ms = shortest_ms([&](std::uint64_t call) {
    matmul.multiply(operands.x, y, reads.at(0, call), call == 0 ? ledger : repeated);
    if (call == 0) error = y.cast<double>() - operands.product;
  });
  const double relative = error.norm() / operands.product.norm();
  const double rms = operands.product.norm() / std::sqrt(static_cast<double>(operands.product.size()));
  OrderedJson actions = OrderedJson::object(), steps = OrderedJson::object();
  for (const auto& entry : ledger.entries()) {
    actions[std::string(entry.action.name)] = entry.tally.count;
    steps[std::string(entry.action.name)] = entry.tally.serial_steps;
  }
  return {{"relative_error", relative}, {"snr_db", -20.0 * std::log10(relative)},
          {"bias", error.mean() / rms}, {"host_ms", host_ms},
          {"actions", actions},         {"serial_steps", steps},
          {"energy_pJ", nullptr},       {"latency_ns", nullptr}};
}

/// A tile of --tile, and the times of --time-s at which to read it; no value: its own time.
struct Subject {
  std::string name;
  pim::tile::AnyParams params;
  std::vector<std::optional<double>> times_s;
};
/// throws std::invalid_argument: no such tile, nothing in its file for a linear layer, or a time that it does not know
Subject subject(const std::string& argument, const std::vector<double>& times_s) {
  const pim::io::TileConfig config = pim::app::load_tile(argument, {});
  const pim::tile::AnyParams* params = config.find("");
  if (params == nullptr)
    throw std::invalid_argument(argument + ": no tile for linear layers; add linear: {config: ...}");
  Subject found{config.name(), *params, {}};
  if (pim::tile::ages(*params)) found.times_s.assign(times_s.begin(), times_s.end());
  if (found.times_s.empty()) found.times_s.push_back(std::nullopt);
  pim::app::require_usable(config, times_s);
  return found;
}

/// A row for each action of the first row of each tile.
OrderedJson action_rows(const OrderedJson& results) {
  OrderedJson rows = OrderedJson::array();
  std::string last;
  for (const OrderedJson& result : results) {
    if (result["tile"] == last) continue;
    last = result["tile"];
    for (const auto& [action, count] : result["actions"].items()) {
      rows.push_back({{"tile", last}, {"action", action}, {"count", count}, {"steps", result["serial_steps"][action]}});
    }
  }
  return rows;
}
}  // namespace

int main(int argc, char** argv) {
  pim::app::Program program("pim_tile", "How wrong and how costly is one matrix product on a tile?");
  std::vector<std::string> tiles = {"sram", "reram", "pcm"};
  std::vector<double> times_s;
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

  return program.run(argc, argv, [&] {
    std::vector<Subject> subjects;
    for (const std::string& tile : tiles) subjects.push_back(subject(tile, times_s));
    const pim::Rng rng(program.seed());
    const Operands operands(m, k, n, rng.at(0));
    const double host_sgemm_ms = sgemm_ms(operands, rng);
    for (const Subject& tile : subjects) {
      for (const std::optional<double>& time_s : tile.times_s) {
        const pim::tile::AnyParams params = time_s ? pim::tile::at_time(tile.params, *time_s) : tile.params;
        for (int instance = 0; instance < repeat; ++instance) {
          const auto number = static_cast<std::uint64_t>(instance);
          OrderedJson row = {{"tile", tile.name}, {"m", m}, {"k", k}, {"n", n}, {"instance", instance}};
          row["time_s"] = time_s ? OrderedJson(*time_s) : OrderedJson();
          row.update(measure(params, operands, rng.at(1, number), rng.at(2, number)));
          row["host_sgemm_ms"] = host_sgemm_ms;
          program.results().push_back(row);
        }
      }
    }
    program.print(pim::io::table(
        program.results(), {{.field = "tile", .heading = "tile"},
                            {.field = "time_s", .heading = "time [s]", .digits = 6, .significant = true},
                            {.field = "instance", .heading = "instance"},
                            {.field = "relative_error", .heading = "relative error", .digits = 3, .significant = true},
                            {.field = "snr_db", .heading = "SNR [dB]", .digits = 1},
                            {.field = "bias", .heading = "bias / rms", .digits = 2, .significant = true},
                            {.field = "host_ms", .heading = "host [ms]", .digits = 2},
                            {.field = "host_sgemm_ms", .heading = "float32 [ms]", .digits = 2}}));
    program.print("\nprogramming once and one product:\n" +
                  pim::io::table(action_rows(program.results()), {{.field = "tile", .heading = "tile"},
                                                                  {.field = "action", .heading = "action"},
                                                                  {.field = "count", .heading = "count"},
                                                                  {.field = "steps", .heading = "serial steps"}}));
    return 0;
  });
}
