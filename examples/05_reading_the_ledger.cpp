// What hardware was asked to do: a small network of two layers, one on digital FP8 arrays and one on ReRAM crossbars.
// The ledger counts actions and the steps that have to follow each other, for each layer; it knows no prices.
#include <cstdint>
#include <cstdio>
#include <string>

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
  const pim::Matrix x = pim::normal_matrix(16, 128, rng.at(2));
  pim::Matrix hidden(16, 256), y(16, 10);
  {
    const Ledger::Scope scope(programming, "network");  // layers nest: "network/wide"
    wide.program(rng.at(3), programming);
    narrow.program(rng.at(4), programming);
  }
  {
    const Ledger::Scope scope(inference, "network");
    wide.forward(x, hidden, rng.at(5), inference);
    hidden = hidden.cwiseMax(0.0F);
    inference.add(action::digital_activation, static_cast<std::uint64_t>(hidden.size()), 1);  // what you do, you book
    narrow.forward(hidden, y, rng.at(6), inference);
  }
  print("programming", programming);
  print("one batch of 16", inference);

  Ledger whole = programming;  // += : one after the other. overlap: at the same time, the longer steps count
  for (int batch = 0; batch < 10; ++batch) whole += inference;
  std::printf("\nten batches: %llu cells written, %llu multiply-accumulates in arrays, %llu actions outside of them\n",
              static_cast<unsigned long long>(whole[action::cell_write]),
              static_cast<unsigned long long>(whole[action::mac]),
              static_cast<unsigned long long>(digital_actions(whole)));

  const bool written = whole[action::cell_write] == 128 * 256 + 2 * 256 * 10;  // ReRAM: two devices a weight
  const bool multiplied = whole[action::mac] == 10 * 16 * (128 * 256 + 256 * 10);
  const bool read = inference[action::adc_conversion] == 16 * 10;
  const bool in_order = inference.total(action::mac).serial_steps == 16 + 16;  // layers wait for each other
  return written && multiplied && read && in_order ? 0 : 1;
}
