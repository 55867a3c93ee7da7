// Gaussian draws against the standard library's, for one thread. Against torch.randn: scripts/bench_torch.py.
#include <pim/core/rng.hpp>

#include <random>
#include <vector>

#include "support/compare.hpp"

namespace {
constexpr std::size_t draws = 1 << 16;  // stays in the second-level cache

void normals(benchmark::State& state) {
  std::vector<float> ours(draws), standard(draws);
  const pim::Rng rng(1);
  std::mt19937 engine(1);
  std::normal_distribution<float> normal;
  std::uint64_t first = 0;
  pim::bench::compare(
      state,
      [&] {
        rng.normals(first, ours);
        first += draws;
        benchmark::DoNotOptimize(ours.data());
      },
      [&] {
        for (float& x : standard) x = normal(engine);
        benchmark::DoNotOptimize(standard.data());
      });
  state.counters["ns_per_draw"] = state.counters["best_ms"] * 1e6 / static_cast<double>(draws);
}
}  // namespace

BENCHMARK(normals)->Name("core/Rng/normals")->UseManualTime()->Unit(benchmark::kMillisecond);
