// The product (128, 768) x (768, 768) on each tile as a ratio to the float32 product of the same GEMM policy, in turn
// on one thread; programming its weights; and two threads against two independent copies of one thread.
#include <pim/kernel/matmul.hpp>

#include <thread>
#include <vector>

#include <pim/core/gemm.hpp>
#include <pim/core/random.hpp>
#include <pim/tile/digital_fp8_tile.hpp>
#include <pim/tile/ideal_tile.hpp>
#include <pim/tile/pcm_tile.hpp>
#include <pim/tile/reram_tile.hpp>

#include "support/compare.hpp"

namespace {
using pim::kernel::Matmul;
using pim::tile::DigitalFP8Tile;
using pim::tile::IdealTile;
using pim::tile::NoiseRefresh;
using pim::tile::PCMTile;
using pim::tile::ReRAMTile;

constexpr pim::Index m = 128, k = 768, n = 768;

/// Operands of one product on a tile.
template <class Tile>
struct Product {
  pim::Rng rng{1};
  pim::Matrix x = pim::normal_matrix(m, k, rng.at(0)), w = pim::normal_matrix(k, n, rng.at(1), 0.02F), y{m, n};
  Matmul<Tile> matmul;
  pim::cost::Ledger ledger;

  explicit Product(const typename Tile::Params& params) : matmul(params) { program(); }
  void program() {
    matmul.program(w, rng.at(2), ledger);
    ledger.clear();
  }
  void multiply() {
    matmul.multiply(x, y, rng.at(3), ledger);
    ledger.clear();
    benchmark::DoNotOptimize(y.data());
  }
  void exact() {
    pim::Gemm::multiply(x, w, y);
    benchmark::DoNotOptimize(y.data());
  }
};

template <class Tile>
void multiply(benchmark::State& state, const typename Tile::Params& params) {
  Product<Tile> product(params);
  pim::bench::compare(
      state, [&] { product.multiply(); }, [&] { product.exact(); });
  state.SetItemsProcessed(state.iterations() * m * k * n);  // MACs
}

template <class Tile>
void program(benchmark::State& state, const typename Tile::Params& params) {
  Product<Tile> product(params);
  pim::bench::compare(
      state, [&] { product.program(); }, [&] { product.exact(); });
  state.SetItemsProcessed(state.iterations() * k * n);  // weights
}

/// `speedup`: products a second of two threads over those of two copies that know nothing of each other.
template <class Tile>
void two_threads(benchmark::State& state, const typename Tile::Params& params) {
  constexpr int calls = 8;
  std::vector<Product<Tile>> products(2, Product<Tile>(params));
  pim::set_threads(2);
  pim::bench::compare(
      state,
      [&] {
        for (int call = 0; call < 2 * calls; ++call) products[0].multiply();
      },
      [&] {
        const auto serially = [](Product<Tile>& product) {
          pim::ThreadPool::inside() = true;
          for (int call = 0; call < calls; ++call) product.multiply();
          pim::ThreadPool::inside() = false;
        };
        std::thread other(serially, std::ref(products[1]));
        serially(products[0]);
        other.join();
      });
  pim::set_threads(1);
  state.counters["speedup"] = 1.0 / state.counters["ratio"];
}

/// Devices as they were programmed, converters, no noise of reads.
PCMTile::Params frozen_pcm() { return {.core_size = 256}; }
ReRAMTile::Params frozen_reram() { return {.core_size = 256, .weight_bits = 4}; }
/// The same, with the noise of the weights drawn at each call.
template <class Params>
Params fresh(Params params) {
  params.refresh = NoiseRefresh::each_forward;
  return params;
}

template <class Params>
void add(const char* name, void (*bench)(benchmark::State&, const Params&), const Params& params) {
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) { bench(state, params); })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

const bool registered = [] {
  const DigitalFP8Tile::Params sram;
  const ReRAMTile::Params reram = pim::tile::reram_preset();
  const PCMTile::Params pcm = pim::tile::pcm_preset();
  add("kernel/Matmul/multiply/ideal", multiply<IdealTile>, IdealTile::Params());
  add("kernel/Matmul/multiply/sram", multiply<DigitalFP8Tile>, sram);
  add("kernel/Matmul/multiply/reram_frozen", multiply<ReRAMTile>, frozen_reram());
  add("kernel/Matmul/multiply/reram_fresh", multiply<ReRAMTile>, fresh(frozen_reram()));
  add("kernel/Matmul/multiply/reram", multiply<ReRAMTile>, reram);
  add("kernel/Matmul/multiply/pcm_frozen", multiply<PCMTile>, frozen_pcm());
  add("kernel/Matmul/multiply/pcm_fresh", multiply<PCMTile>, fresh(frozen_pcm()));
  add("kernel/Matmul/multiply/pcm", multiply<PCMTile>, pcm);
  add("kernel/Matmul/program/sram", program<DigitalFP8Tile>, sram);
  add("kernel/Matmul/program/reram", program<ReRAMTile>, reram);
  add("kernel/Matmul/program/pcm", program<PCMTile>, pcm);
  add("kernel/Matmul/two_threads/sram", two_threads<DigitalFP8Tile>, sram);
  add("kernel/Matmul/two_threads/reram", two_threads<ReRAMTile>, reram);
  add("kernel/Matmul/two_threads/pcm", two_threads<PCMTile>, pcm);
  return true;
}();
}  // namespace
