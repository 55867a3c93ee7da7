// Published programs on 2^20 rows of random operands, gates counted as published (INIT included), against a loop of
// AND-NOT words over an array in the nearest cache; loading and storing numbers against copying memory; two threads
// against two independent copies.
#include <pim/row/routine.hpp>

#include <array>
#include <cstring>
#include <thread>
#include <vector>

#include <pim/arith/published/parallel_float.hpp>
#include <pim/arith/published/serial_float.hpp>
#include <pim/core/rng.hpp>

#include "support/compare.hpp"

namespace {
using pim::row::BitRows;
using pim::row::Routine;

constexpr pim::Index row_count = 1 << 20;

BitRows random_operands(const Routine& routine) {
  BitRows rows = routine.rows(row_count);
  std::vector<std::uint32_t> values(row_count);
  std::uint64_t place = 0;
  for (const pim::row::Port& port : routine.inputs()) {
    pim::Rng(1).at(place++).bits(0, values);
    rows.store<std::uint32_t>(values, port.columns);
  }
  return rows;
}

/// z &= ~a over 16 KiB, as often as there are gates: what a gate costs where nothing else costs anything.
void and_not_words(std::uint64_t gates) {
  constexpr std::size_t words = 1024;
  alignas(64) static std::array<std::uint64_t, words> z, a;
  const std::uint64_t sweeps = gates * (row_count / 64) / words;
  for (std::uint64_t sweep = 0; sweep < sweeps; ++sweep) {
    for (std::size_t i = 0; i < words; ++i) z[i] &= ~a[i];
    benchmark::DoNotOptimize(z.data());
    benchmark::DoNotOptimize(a.data());
    benchmark::ClobberMemory();
  }
}

/// `of_and_not`: row-gates a second over those of the loop.
void gates(benchmark::State& state, const pim::row::Program<pim::gate::NotNor>& program) {
  const Routine routine(program);
  BitRows rows = random_operands(routine);
  const double all = static_cast<double>(routine.counts().gates) * row_count;
  pim::bench::compare(
      state, [&] { routine.run(rows); }, [&] { and_not_words(routine.counts().gates); });
  state.counters["row_gates_per_s"] = all / (state.counters["best_ms"] * 1e-3);
  state.counters["of_and_not"] = 1.0 / state.counters["ratio"];
  state.counters["sim_cycles"] = static_cast<double>(routine.counts().cycles);
  state.counters["sim_gates"] = static_cast<double>(routine.counts().gates);
}

/// `speedup`: rows a second of two threads over those of two copies that know nothing of each other.
void two_threads(benchmark::State& state, const pim::row::Program<pim::gate::NotNor>& program) {
  const Routine routine(program);
  std::vector<BitRows> copies;
  for (int i = 0; i < 2; ++i) copies.push_back(random_operands(routine));
  pim::set_threads(2);
  pim::bench::compare(
      state,
      [&] {
        for (int call = 0; call < 2; ++call) routine.run(copies[0]);
      },
      [&] {
        const auto serially = [&](BitRows& rows) {
          pim::ThreadPool::inside() = true;
          routine.run(rows);
          pim::ThreadPool::inside() = false;
        };
        std::thread other(serially, std::ref(copies[1]));
        serially(copies[0]);
        other.join();
      });
  pim::set_threads(1);
  state.counters["speedup"] = 1.0 / state.counters["ratio"];
}

template <bool Store>
void transpose(benchmark::State& state) {
  BitRows rows(row_count, 32);
  std::vector<std::uint32_t> values(row_count, 0x12345678U), copy(row_count);
  std::vector<std::uint16_t> columns;
  for (std::uint16_t c = 0; c < 32; ++c) columns.push_back(c);
  pim::bench::compare(
      state,
      [&] {
        if constexpr (Store) {
          rows.store<std::uint32_t>(values, columns);
        } else {
          rows.load<std::uint32_t>(columns, values);
        }
        benchmark::ClobberMemory();
      },
      [&] {
        std::memcpy(copy.data(), values.data(), copy.size() * sizeof(std::uint32_t));
        benchmark::ClobberMemory();
      });
  state.SetBytesProcessed(state.iterations() * row_count * 4);
}

const bool registered = [] {
  namespace published = pim::arith::published;
  const auto add = [](const char* name, auto function, const pim::row::Program<pim::gate::NotNor>& program) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) { function(state, program); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  };
  const auto serial = published::float_multiply(8, 23), parallel = published::parallel_float_multiply(8, 23);
  add("row/Routine/fp32_multiply/serial", gates, serial);
  add("row/Routine/fp32_multiply/parallel", gates, parallel);
  add("row/Routine/fp32_multiply/two_threads", two_threads, serial);
  const auto plain = [](const char* name, auto function) {
    benchmark::RegisterBenchmark(name, function)->UseManualTime()->Unit(benchmark::kMillisecond);
  };
  plain("row/BitRows/store", transpose<true>);
  plain("row/BitRows/load", transpose<false>);
  return true;
}();

}  // namespace
