// A 3 x 3 convolution of four images (64 channels, 56 x 56) to 64 channels, as in ResNet, on one thread: the ideal tile
// as a ratio to im2col of the whole matrix and its product, the other tiles and the backward pass as ratios to the
// ideal one; and the same for the smaller convolutions of ResNet-20.
#include <pim/nn/conv2d.hpp>

#include <string>

#include <pim/core/gemm.hpp>
#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/tile/digital_fp8_tile.hpp>
#include <pim/tile/ideal_tile.hpp>
#include <pim/tile/newcomputebench.hpp>
#include <pim/tile/pcm_tile.hpp>
#include <pim/tile/reram_tile.hpp>

#include "support/compare.hpp"

namespace {
using pim::Index;
using pim::Matrix;
using pim::Rng;
using pim::mapping::ImageShape;
using pim::tile::DigitalFP8Tile;
using pim::tile::IdealTile;
using pim::tile::PCMTile;
using pim::tile::ReRAMTile;

/// Images, and as many channels out as in.
struct Size {
  Index images, channels, side;

  ImageShape shape() const { return {channels, side, side}; }
  Index pixels() const { return images * side * side; }
  Index macs() const { return pixels() * 9 * channels * channels; }
};
const pim::mapping::Window window = pim::mapping::square_window(3, 1, 1);

/// A 3 x 3 convolution on a tile, and its operands.
template <class Tile>
struct Convolution {
  pim::cost::Ledger ledger;
  Size size;
  Matrix x, y, dx;
  pim::nn::Conv2d<float, pim::kernel::Matmul<Tile>> layer;

  Convolution(const Size& s, const typename Tile::Params& params)
      : size(s),
        x(pim::normal_matrix(s.pixels(), s.channels, Rng(1))),
        y(s.pixels(), s.channels),
        dx(s.pixels(), s.channels),
        layer("conv", s.shape(), s.channels, window, pim::kernel::Matmul<Tile>(params),
              pim::nn::BackwardOperands::exact, false) {
    layer.initialise(0.05, Rng(2));
    layer.program(Rng(3), ledger);
  }
  void forward() {
    layer.forward(x, y, Rng(4), ledger);
    ledger.clear();
    benchmark::DoNotOptimize(y.data());
  }
  void backward() {
    layer.backward(x, y, dx);
    benchmark::DoNotOptimize(dx.data());
  }
};

void ideal(benchmark::State& state, const Size& size) {
  Convolution<IdealTile> convolution(size, {});
  const Matrix w = *convolution.layer.parameters()[0].value;
  Matrix columns, y(convolution.y.rows(), convolution.y.cols());
  pim::bench::compare(
      state, [&] { convolution.forward(); },
      [&] {
        const pim::mapping::Patches patches(convolution.x, size.shape(), window);
        pim::Gemm::multiply(patches.panel(0, patches.rows(), columns).values, w, y);
        benchmark::DoNotOptimize(y.data());
      });
  state.counters["GFLOP/s"] = 2e-6 * static_cast<double>(size.macs()) / state.counters["best_ms"];
}
template <class Tile>
void forward(benchmark::State& state, const Size& size, const typename Tile::Params& params) {
  Convolution<IdealTile> reference(size, {});
  Convolution<Tile> convolution(size, params);
  pim::bench::compare(
      state, [&] { convolution.forward(); }, [&] { reference.forward(); });
}
void backward(benchmark::State& state, const Size& size) {
  Convolution<IdealTile> convolution(size, {});
  pim::bench::compare(
      state, [&] { convolution.backward(); }, [&] { convolution.forward(); });
}

template <class Run>
void add(const std::string& name, const Run& run) {
  benchmark::RegisterBenchmark(name.c_str(), run)->UseManualTime()->Unit(benchmark::kMillisecond);
}
void add_all(const std::string& name, const Size& size) {
  add(name + "/ideal", [=](benchmark::State& state) { ideal(state, size); });
  add(name + "/backward", [=](benchmark::State& state) { backward(state, size); });
  add(name + "/sram", [=](benchmark::State& state) { forward<DigitalFP8Tile>(state, size, {}); });
  // Devices as they were programmed, converters, no noise of reads.
  add(name + "/reram_frozen",
      [=](benchmark::State& state) { forward<ReRAMTile>(state, size, {.core_size = 256, .weight_bits = 4}); });
  add(name + "/pcm_frozen", [=](benchmark::State& state) { forward<PCMTile>(state, size, {.core_size = 256}); });
  add(name + "/ncb_sram_core_16", [=](benchmark::State& state) {
    forward<pim::tile::newcomputebench::DigitalTile>(state, size, {.core_size = 16});
  });
}

const bool registered = [] {
  add_all("nn/Conv2d/64x56x56", {.images = 4, .channels = 64, .side = 56});
  add_all("nn/Conv2d/16x32x32", {.images = 32, .channels = 16, .side = 32});
  add_all("nn/Conv2d/32x16x16", {.images = 32, .channels = 32, .side = 16});
  add_all("nn/Conv2d/64x8x8", {.images = 32, .channels = 64, .side = 8});
  return true;
}();
}  // namespace
