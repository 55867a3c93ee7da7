// The same floating-point addition in a row of memristors and in DRAM: a million pairs of numbers at once, every cycle
// and gate counted, and every result the one of the host's own adder.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <pim/arith/operations.hpp>
#include <pim/core/rng.hpp>
#include <pim/row/routine.hpp>

namespace arith = pim::arith;

static constexpr pim::Index pair_count = 1 << 20;

/// Columns of a floating-point number: mantissa, exponent and sign, lowest bit first.
static std::vector<std::uint16_t> columns(const std::vector<pim::row::Port>& ports, char number) {
  std::vector<std::uint16_t> all;
  for (const char* part : {"m", "e", "s"}) {
    for (const pim::row::Port& port : ports) {
      if (port.name == std::string{number} + part) all.insert(all.end(), port.columns.begin(), port.columns.end());
    }
  }
  return all;
}

/// Adds in rows of the program's kind, and returns how many sums differ from the host's.
template <class Program>
static int add(const char* name, const Program& program) {
  const pim::row::Routine routine(program);
  std::vector<std::uint32_t> x(pair_count), y(pair_count), z(pair_count);
  pim::Rng(1).bits(0, x);
  pim::Rng(2).bits(0, y);
  pim::row::BitRows rows = routine.rows(pair_count);
  rows.store<std::uint32_t>(x, columns(routine.inputs(), 'x'));
  rows.store<std::uint32_t>(y, columns(routine.inputs(), 'y'));
  routine.run(rows);
  rows.load<std::uint32_t>(columns(routine.outputs(), 'z'), z);

  int wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float sum = std::bit_cast<float>(x[i]) + std::bit_cast<float>(y[i]);
    wrong += sum != sum ? z[i] != 0x7fc00000U : z[i] != std::bit_cast<std::uint32_t>(sum);
  }
  const pim::row::Counts& c = routine.counts();
  std::printf("%-22s %6llu cycles  %6llu gates  %4llu cells  %d of %lld sums wrong\n", name,
              static_cast<unsigned long long>(c.cycles), static_cast<unsigned long long>(c.gates),
              static_cast<unsigned long long>(c.cells), wrong, static_cast<long long>(pair_count));
  return wrong;
}

int main() {
  int wrong = add("NOR row, serial", arith::add<arith::fp32>());
  wrong += add("NOR row, partitions", arith::add<arith::fp32>({.variant = arith::Variant::parallel}));
  wrong += add("MIN3 row, serial", arith::add<arith::fp32, pim::gate::NotMin3>());
  wrong += add("DRAM", arith::add<arith::fp32, arith::DRAM>());
  return wrong == 0 ? 0 : 1;
}
