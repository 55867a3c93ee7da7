#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "support/catch.hpp"
#include <pim/arch/evaluate.hpp>
#include <pim/core/random.hpp>
#include <pim/kernel/library_matmul.hpp>
#include <pim/nn/conv2d.hpp>
#include <pim/nn/linear.hpp>
#include <pim/tile/presets.hpp>

using namespace pim::arch;
using namespace pim::arch::literals;
using pim::Index;
using pim::Matrix;
using pim::cost::Ledger;
namespace action = pim::cost::action;
namespace tile = pim::tile;

namespace {
constexpr std::array actions{action::cell_write,     action::array_read,     action::mac,
                             action::dac_conversion, action::adc_conversion, action::align,
                             action::digital_add,    action::digital_mac,    action::digital_scale};

/// Every action has prices of its own, each a power of two: sums are exact.
Architecture all_priced() {
  Architecture a{.name = "all", .title = "", .citation = ""};
  double price = 1.0;
  for (const auto& one : actions) {
    a.prices.push_back({std::string(one.name), Energy(price), Time(2.0 * price), Time(0.5 * price), "closed form"});
    price *= 2.0;
  }
  return a;
}
/// All tiles of the library, each reading every input once: an array that saturates is read again, as its noise has it.
std::vector<tile::AnyParams> all_tiles() {
  std::vector<tile::AnyParams> tiles;
  for (const auto name : tile::preset_names) tiles.push_back(tile::preset(name));
  tiles.emplace_back(tile::GaussianReRAMTile::Params{});
  tiles.emplace_back(tile::CmoReRAMTile::Params{});
  tiles.emplace_back(tile::HermesPCMTile::Params{});
  for (tile::AnyParams& params : tiles) {
    std::visit(
        [](auto& p) {
          p.core_size = 16;
          if constexpr (requires { p.bound_management; }) p.bound_management = false;
        },
        params);
  }
  return tiles;
}
Index size_at(const pim::Rng& rng, std::uint64_t i) { return 1 + static_cast<Index>(rng.bits(i) % 40); }

struct Books {
  Ledger programming, inference;
};
/// Two layers that follow each other, x (batch, k) to y (batch, n).
Books run(const tile::AnyParams& params, Index batch, Index k, Index n) {
  const pim::Rng rng(5);
  pim::nn::Linear<float, pim::kernel::LibraryMatmul> first("first", k, n, pim::kernel::library_matmul(params)),
      second("second", n, k, pim::kernel::library_matmul(params));
  first.initialise(0.3, rng.at(0));
  second.initialise(0.3, rng.at(1));
  Books books;
  first.program(rng.at(2), books.programming);
  second.program(rng.at(3), books.programming);
  Matrix hidden(batch, n), y(batch, k);
  first.forward(pim::normal_matrix(batch, k, rng.at(4)), hidden, rng.at(5), books.inference);
  second.forward(hidden, y, rng.at(6), books.inference);
  return books;
}
Books convolve(const tile::AnyParams& params, Index images, const pim::mapping::ImageShape& in, Index out_channels) {
  const pim::Rng rng(6);
  pim::nn::Conv2d<float, pim::kernel::LibraryMatmul> layer(
      "conv", in, out_channels, pim::mapping::square_window(3, 1, 1), pim::kernel::library_matmul(params));
  layer.initialise(0.3, rng.at(0));
  Books books;
  layer.program(rng.at(1), books.programming);
  Matrix y(images * layer.out_shape().pixels(), out_channels);
  layer.forward(pim::normal_matrix(images * in.pixels(), in.channels, rng.at(2)), y, rng.at(3), books.inference);
  return books;
}

Cost sum_of(const std::vector<CostLine>& lines) {
  Cost sum;
  for (const CostLine& line : lines) sum += line.cost;
  return sum;
}
/// Energy and latency by the definition: prices of all_priced() times what the ledger says of each action.
Cost by_definition(const Ledger& ledger) {
  double energy = 0.0, latency = 0.0, price = 1.0;
  for (const auto& one : actions) {
    const pim::cost::Tally tally = ledger.total(one);
    energy += price * static_cast<double>(tally.count);
    latency += 2.0 * price * static_cast<double>(tally.serial_steps) + 0.5 * price * static_cast<double>(tally.count);
    price *= 2.0;
  }
  return {Energy(energy), Time(latency)};
}
void check_conserved(const Ledger& ledger) {
  const Evaluation e = evaluate(ledger, all_priced());
  const Cost whole = e.total(Part::whole), array = e.total(Part::array_only);
  REQUIRE(e.unpriced(Part::whole).empty());
  CHECK(whole.energy == by_definition(ledger).energy);
  CHECK(whole.latency == by_definition(ledger).latency);
  for (const Cost& sum : {sum_of(e.by_layer()), sum_of(e.by_action()), sum_of(e.lines)}) {
    CHECK(sum.energy == whole.energy);
    CHECK(sum.latency == whole.latency);
  }
  CHECK(*array.energy > Energy());
  CHECK(*array.latency > Time());
  CHECK(*whole.energy >= *array.energy);
  for (const CostLine& layer : e.by_layer()) {
    CHECK(*layer.cost.energy > Energy());
    CHECK(*layer.cost.latency > Time());
  }
}
/// `large` did all that `small` did twice, with weights that were written once.
void check_doubled(const Books& small, const Books& large) {
  REQUIRE(small.inference.entries().size() == large.inference.entries().size());
  for (std::size_t i = 0; i < small.inference.entries().size(); ++i) {
    const Ledger::Entry &one = small.inference.entries()[i], &two = large.inference.entries()[i];
    CAPTURE(one.layer, std::string(one.action.name));
    CHECK(two.layer == one.layer);
    CHECK(two.action == one.action);
    CHECK(two.tally.count == 2 * one.tally.count);
    CHECK(two.tally.serial_steps == 2 * one.tally.serial_steps);
    CHECK(one.tally.count > 0);
  }
  REQUIRE(small.programming.entries().size() == large.programming.entries().size());
  for (std::size_t i = 0; i < small.programming.entries().size(); ++i)
    CHECK(small.programming.entries()[i].tally == large.programming.entries()[i].tally);
}
}  // namespace

TEST_CASE("costs of products are conserved and double with the batch, on every tile, in any shape", "[arch]") {
  const std::vector<tile::AnyParams> tiles = all_tiles();
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    const pim::Rng rng = pim::Rng(9).at(t);
    for (std::uint64_t shape = 0; shape < 4; ++shape) {
      const Index batch = shape == 0 ? 1 : 2 * size_at(rng, 3 * shape),
                  k = shape == 0 ? 1 : size_at(rng, 3 * shape + 1), n = shape == 0 ? 1 : size_at(rng, 3 * shape + 2);
      CAPTURE(t, batch, k, n);
      const Books books = run(tiles[t], batch, k, n);
      check_conserved(books.programming);
      check_conserved(books.inference);
      check_doubled(books, run(tiles[t], 2 * batch, k, n));
      const auto macs = static_cast<std::uint64_t>(2 * batch * k * n);
      CHECK(books.inference[action::mac] >= macs);
    }
  }
}

TEST_CASE("costs of convolutions are conserved and double with the images, on every tile", "[arch]") {
  const std::vector<tile::AnyParams> tiles = all_tiles();
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    const pim::Rng rng = pim::Rng(10).at(t);
    for (std::uint64_t shape = 0; shape < 2; ++shape) {
      const pim::mapping::ImageShape in{.channels = size_at(rng, 4 * shape) % 7 + 1,
                                        .height = size_at(rng, 4 * shape + 1) % 12 + 3,
                                        .width = size_at(rng, 4 * shape + 2) % 12 + 3};
      const Index outputs = size_at(rng, 4 * shape + 3);
      CAPTURE(t, in.channels, in.height, in.width, outputs);
      const Books books = convolve(tiles[t], 3, in, outputs);
      check_conserved(books.programming);
      check_conserved(books.inference);
      check_doubled(books, convolve(tiles[t], 6, in, outputs));
    }
  }
}

TEST_CASE("ledgers that join one after the other cost their sum", "[arch]") {
  Ledger joined;
  double energy = 0.0, latency = 0.0;
  for (const Index batch : {1, 5, 8}) {
    const Books books = run(tile::preset("sram"), batch, 7, 30);
    joined += books.inference;
    const Cost cost = evaluate(books.inference, all_priced()).total(Part::whole);
    energy += cost.energy->in(1_pJ);
    latency += cost.latency->in(1_ns);
  }
  CHECK(evaluate(joined, all_priced()).total(Part::whole).energy->in(1_pJ) == energy);
  CHECK(evaluate(joined, all_priced()).total(Part::whole).latency->in(1_ns) == latency);
}
