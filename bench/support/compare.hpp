#pragma once
#include <algorithm>
#include <chrono>
#include <limits>

#include <benchmark/benchmark.h>

namespace pim::bench {

/// Times `task` and `reference` in turn, so that both see the same machine. The bench's time is that of `task`; the
/// counters are the best of either [ms] and `ratio`, the best of `task` over the best of `reference`.
template <class Task, class Reference>
void compare(benchmark::State& state, const Task& task, const Reference& reference) {
  using Clock = std::chrono::steady_clock;
  const auto milliseconds = [](const auto& work) {
    const auto begin = Clock::now();
    work();
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  };
  double best = std::numeric_limits<double>::infinity(), best_reference = best;
  for (auto _ : state) {
    best_reference = std::min(best_reference, milliseconds(reference));
    const double time = milliseconds(task);
    best = std::min(best, time);
    state.SetIterationTime(time * 1e-3);
  }
  state.counters["best_ms"] = best;
  state.counters["reference_ms"] = best_reference;
  state.counters["ratio"] = best / best_reference;
}

}  // namespace pim::bench
