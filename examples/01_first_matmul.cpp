// One matrix product on phase-change crossbars: choose a tile, set its knobs, give it a key, read the ledger.
#include <cstdio>

#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/tile/pcm_tile.hpp>

int main() {
  using Tile = pim::tile::PCMTile;
  const pim::Rng rng(42);  // a key, not a stream: the same key always draws the same numbers
  pim::cost::Ledger ledger;
  const pim::Matrix w = pim::uniform_matrix(200, 100, rng.at(0));  // (K, N)
  const pim::Matrix x = pim::uniform_matrix(8, 200, rng.at(1));    // (M, K)
  pim::Matrix y(8, 100);                                           // (M, N)

  Tile::Params params = pim::tile::pcm_preset();
  params.core_size = 128;  // w is cut into 2 x 1 blocks; the rows of the second are 72
  params.adc.bits = 9;
  params.device.t_s = 3600.0;  // read an hour after programming

  pim::kernel::Matmul<Tile> matmul(params);
  matmul.program(w, rng.at(2), ledger);      // writes the devices, once: their noise is frozen from here on
  matmul.multiply(x, y, rng.at(3), ledger);  // reads them, as often as you like: read noise is drawn at each call

  const double error = static_cast<double>((y - x * w).norm() / (x * w).norm());
  const auto conversions = ledger[pim::cost::action::adc_conversion];
  std::printf("relative error %.3f, %llu ADC conversions\n", error, static_cast<unsigned long long>(conversions));
  return error > 0.01 && error < 0.3 && conversions == 8 * 2 * 100 ? 0 : 1;  // M * K blocks * N
}
