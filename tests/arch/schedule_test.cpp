#include <pim/arch/schedule.hpp>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"
#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/tile/digital_fp8_tile.hpp>

using namespace pim::arch;
using namespace pim::arch::literals;
using pim::cost::Ledger;
namespace action = pim::cost::action;

namespace {
/// Writing a word line: 7 ns; an input vector: 2 ns; a digital addition: 1 ns and 1 pJ.
Architecture toy() {
  return {.name = "toy",
          .title = "Toy",
          .citation = "-",
          .prices = {{"cell_write", 5_pJ, 7_ns, Time(), "closed form"},
                     {"mac", 1_pJ, 2_ns, Time(), "closed form"},
                     {"digital_add", 1_pJ, Time(), 1_ns, "closed form"}}};
}
/// Three layers: 1 array, 3 arrays, no array; a batch of 10 inputs.
struct Network {
  Network() {
    book("small", 1, 100, 10, 4);
    book("large", 3, 300, 30, 12);
    const Ledger::Scope scope(inference, "head");
    inference.add(action::digital_add, 25);
  }
  void book(const std::string& layer, std::uint64_t arrays, std::uint64_t cells, std::uint64_t macs,
            std::uint64_t sums) {
    const Ledger::Scope written(programming, layer), read(inference, layer);
    programming.add(action::array, arrays);
    programming.add(action::cell_write, cells, 8);
    inference.add(action::mac, macs, 10);
    inference.add(action::digital_add, sums);
  }
  Ledger programming, inference;
};
}  // namespace

TEST_CASE("resident weights: layers follow each other, batches overlap", "[arch]") {
  const Network n;
  const Schedule plan = schedule(n.programming, n.inference, toy(), 4);
  CHECK(plan.placement == Placement::resident);
  CHECK(plan.arrays == 4);
  CHECK(plan.rounds == 2);
  CHECK(plan.batch.energy->in(1_pJ) == Approx(30 + 10 + 4 + 12 + 25));
  CHECK(plan.batch.latency->in(1_ns) == Approx(20 + 20 + 4 + 12 + 25));
  CHECK(plan.interval->in(1_ns) == Approx(4 + 12 + 25));  // one digital unit: slower than any layer (20 + 12)
  CHECK(plan.throughput->in(1.0 / 1_s) == Approx(1e9 / 41));
}

TEST_CASE("the slowest layer sets the pace where its arrays take longer than all digital work", "[arch]") {
  Network n;
  const Ledger::Scope scope(n.inference, "large");
  n.inference.add(action::mac, 0, 90);
  CHECK(schedule(n.programming, n.inference, toy(), 4).interval->in(1_ns) == Approx(200 + 12));
}

TEST_CASE("a chip with too few arrays writes weights for each batch and takes rounds", "[arch]") {
  const Network n;
  const double digital = 4 + 12 + 25, reads = 20, writes = 8 * 7;  // of one round  [ns]
  const auto latency = [&](std::uint64_t arrays) {
    const Schedule plan = schedule(n.programming, n.inference, toy(), arrays);
    CHECK(plan.placement == Placement::reloaded);
    CHECK(plan.batch.energy->in(1_pJ) == Approx(5 * 400 + 40 + digital));  // rounds repeat no action
    CHECK(plan.interval == plan.batch.latency);
    return plan.batch.latency->in(1_ns);
  };
  CHECK(latency(3) == Approx(2 * (reads + writes) + digital));  // either layer fits
  CHECK(latency(2) == Approx(3 * (reads + writes) + digital));  // the large one in two rounds
  CHECK(latency(1) == Approx(4 * (reads + writes) + digital));
}

TEST_CASE("a schedule says what it cannot do", "[arch]") {
  const Network n;
  CHECK_THROWS_WITH(schedule(n.programming, n.inference, toy(), 0),
                    "schedule: a chip without arrays; give it one or more");
  CHECK_THROWS_WITH(
      schedule(Ledger(), n.inference, toy(), 1),
      "schedule: layer 'small' multiplies, but no arrays hold its weights; give the ledger that programmed it");
  Architecture unpriced = toy();
  unpriced.prices.erase(unpriced.prices.begin());  // cell_write: needed only where weights are written
  CHECK(schedule(n.programming, n.inference, unpriced, 4).throughput);
  CHECK_FALSE(schedule(n.programming, n.inference, unpriced, 3).throughput);
  CHECK_FALSE(schedule(n.programming, n.inference, unpriced, 3).batch.energy);
  Ledger endless = n.inference;
  const Ledger::Scope scope(endless, "large");
  endless.add(action::mac, 0, std::numeric_limits<std::uint64_t>::max() - 10);
  CHECK_NOTHROW(schedule(n.programming, endless, toy(), 4));
  CHECK_THROWS_AS(schedule(n.programming, endless, toy(), 1), std::overflow_error);
}

TEST_CASE("nothing to do takes no time and has no throughput", "[arch]") {
  const Schedule plan = schedule(Ledger(), Ledger(), toy(), 1);
  CHECK(plan.placement == Placement::resident);
  CHECK(plan.batch.energy->in(1_pJ) == 0.0);
  CHECK(plan.batch.latency->in(1_ns) == 0.0);
  CHECK_FALSE(plan.throughput);
}

TEST_CASE("products of any shape have a schedule: 1 x 1, less than an array, more than the chip", "[arch]") {
  const auto plan = [](pim::Index k, pim::Index n, std::uint64_t arrays) {
    const pim::Rng rng(1);
    Ledger programming, inference;
    pim::kernel::Matmul<pim::tile::DigitalFP8Tile> matmul({.core_size = 16});
    matmul.program(pim::normal_matrix(k, n, rng.at(0)), rng, programming);
    pim::Matrix y(2, n);
    matmul.multiply(pim::normal_matrix(2, k, rng.at(1)), y, rng, inference);
    Architecture a = toy();
    for (const char* free : {"align", "array_read", "digital_scale"})
      a.prices.push_back({free, 0_pJ, 0_ns, Time(), "closed form"});
    return schedule(programming, inference, a, arrays);
  };
  const Schedule one = plan(1, 1, 1), small = plan(7, 5, 1), fits = plan(40, 33, 9), large = plan(40, 33, 4);
  CHECK(one.arrays == 1);
  CHECK(one.placement == Placement::resident);
  CHECK(one.batch.energy->in(1_pJ) == Approx(2 + 2));  // two inputs: a mac and an addition each
  CHECK(small.batch.energy->in(1_pJ) == Approx(2 * 35 + 2 * 5));
  CHECK(small.batch.latency->in(1_ns) == Approx(2 * 2 + 2 * 5));
  CHECK(fits.arrays == 3 * 3);
  CHECK(fits.placement == Placement::resident);
  CHECK(fits.batch.latency->in(1_ns) == Approx(2 * 2 + 2 * 33 * 3));
  CHECK(large.placement == Placement::reloaded);
  CHECK(large.rounds == 3);
  CHECK(large.batch.latency->in(1_ns) == Approx(3 * (16 * 7 + 2 * 2) + 2 * 33 * 3));
  CHECK(large.batch.energy->in(1_pJ) == Approx(fits.batch.energy->in(1_pJ) + 5.0 * 40 * 33));
}
