// What hardware was asked to do, and what it costs: a small network of two layers, one on digital FP8 arrays and one on
// ReRAM crossbars. The ledger counts actions and the steps that have to follow each other, for each layer; an
// architecture has prices for them, each with its source.
#include <cstdint>
#include <cstdio>
#include <string>

#include <pim/arch/evaluate.hpp>
#include <pim/arch/library.hpp>
#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/nn/linear.hpp>
#include <pim/tile/digital_fp8_tile.hpp>
#include <pim/tile/reram_tile.hpp>

namespace action = pim::cost::action;
using pim::cost::Ledger;

static void print(const char* title, const Ledger& ledger) {
  std::printf("\n%s\n%-14s  %-18s  %9s  %12s\n", title, "layer", "action", "count", "serial steps");
  for (const Ledger::Entry& entry : ledger.entries()) {
    std::printf("%-14s  %-18s  %9llu  %12llu\n", entry.layer.c_str(), std::string(entry.action.name).c_str(),
                static_cast<unsigned long long>(entry.tally.count),
                static_cast<unsigned long long>(entry.tally.serial_steps));
  }
}

/// Energy and time of what one chip did, with and without what happens outside of its arrays.
static bool print_cost(const char* title, const Ledger& ledger, const char* architecture) {
  using namespace pim::arch::literals;
  const pim::arch::Evaluation evaluation = pim::arch::evaluate(ledger, pim::arch::find_architecture(architecture));
  const pim::arch::Cost whole = evaluation.total(pim::arch::Part::whole);
  const pim::arch::Cost arrays = evaluation.total(pim::arch::Part::array_only);
  if (!whole.energy || !whole.latency) return false;  // an action without a price: evaluation.unpriced() names it
  std::printf("%-14s  %-10s  %10.1f pJ (arrays %10.1f pJ)  %10.1f ns (arrays %10.1f ns)\n", title, architecture,
              whole.energy->in(1_pJ), arrays.energy->in(1_pJ), whole.latency->in(1_ns), arrays.latency->in(1_ns));
  return *arrays.energy > 0_pJ && *whole.energy > *arrays.energy && *whole.latency >= *arrays.latency;
}

/// Sum over the actions outside of arrays: those are named digital_*.
static std::uint64_t digital_actions(const Ledger& ledger) {
  std::uint64_t sum = 0;
  for (const Ledger::Entry& entry : ledger.entries()) {
    if (entry.action.name.starts_with("digital_")) sum += entry.tally.count;
  }
  return sum;
}

int main() {
  const pim::Rng rng(42);
  using Digital = pim::kernel::Matmul<pim::tile::DigitalFP8Tile>;
  using Analog = pim::kernel::Matmul<pim::tile::ReRAMTile>;
  pim::nn::Linear<float, Digital> wide("wide", 128, 256, Digital());
  pim::nn::Linear<float, Analog> narrow("narrow", 256, 10, Analog(pim::tile::reram_preset()));
  wide.initialise(0.1, rng.at(0));
  narrow.initialise(0.1, rng.at(1));

  Ledger programming, inference;  // two ledgers, because weights are written once and used many times
  Ledger digital, analog;         // of inference on either chip, because their prices differ
  const pim::Matrix x = pim::normal_matrix(16, 128, rng.at(2));
  pim::Matrix hidden(16, 256), y(16, 10);
  {
    const Ledger::Scope scope(programming, "network");  // layers nest: "network/wide"
    wide.program(rng.at(3), programming);
    narrow.program(rng.at(4), programming);
  }
  wide.forward(x, hidden, rng.at(5), digital);
  hidden = hidden.cwiseMax(0.0F);
  digital.add(action::digital_activation, static_cast<std::uint64_t>(hidden.size()), 1);  // what you do, you book
  narrow.forward(hidden, y, rng.at(6), analog);
  {
    const Ledger::Scope scope(inference, "network");
    inference += digital;  // one after the other. overlap: at the same time, the longer steps count
    inference += analog;
  }
  print("programming", programming);
  print("one batch of 16", inference);

  std::printf("\ncost of one batch\n");
  const bool priced = print_cost("wide", digital, "fp8-28nm") && print_cost("narrow", analog, "neurram");

  Ledger whole = programming;
  for (int batch = 0; batch < 10; ++batch) whole += inference;
  std::printf("\nten batches: %llu cells written, %llu multiply-accumulates in arrays, %llu actions outside of them\n",
              static_cast<unsigned long long>(whole[action::cell_write]),
              static_cast<unsigned long long>(whole[action::mac]),
              static_cast<unsigned long long>(digital_actions(whole)));

  const bool written = whole[action::cell_write] == 128 * 256 + 2 * 256 * 10;  // ReRAM: two devices a weight
  const bool multiplied = whole[action::mac] == 10 * 16 * (128 * 256 + 256 * 10);
  const bool read = inference[action::adc_conversion] == 16 * 10;
  const bool in_order = inference.total(action::mac).serial_steps == 16 + 16;  // layers wait for each other
  return priced && written && multiplied && read && in_order ? 0 : 1;
}
