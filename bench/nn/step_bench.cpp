// One optimiser step (program, forward, backward, AdamW) of a RoBERTa classifier on exact products. PyTorch's step on
// the same networks: scripts/bench_torch_step.py.
#include <algorithm>
#include <chrono>
#include <benchmark/benchmark.h>

#include <pim/kernel/exact_matmul.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/task/train/trainer.hpp>

namespace {
using Kernel = pim::kernel::ExactMatmul<float>;
using Model = pim::model::SequenceClassifier<float, Kernel>;

struct Network {
  pim::Index layers, hidden, heads, intermediate, vocab, batch, tokens;
};
constexpr Network builtin{2, 64, 4, 256, 4000, 32, 40};        // the size of the built-in model
constexpr Network base_layers{2, 768, 12, 3072, 1000, 8, 64};  // two layers of RoBERTa-base

pim::model::EncoderConfig config(const Network& n) {
  pim::model::EncoderConfig c;
  c.num_hidden_layers = n.layers, c.hidden_size = n.hidden, c.num_attention_heads = n.heads;
  c.intermediate_size = n.intermediate, c.vocab_size = n.vocab, c.max_position_embeddings = 130;
  return c;
}
std::vector<pim::task::Sample> samples(const Network& n) {
  std::vector<pim::task::Sample> list(static_cast<std::size_t>(n.batch));
  const pim::Rng rng(1);
  for (std::uint64_t i = 0; i < list.size(); ++i) {
    for (pim::Index t = 0; t < n.tokens; ++t) {
      const auto draw = rng.at(i).below(static_cast<std::uint64_t>(t), static_cast<std::uint32_t>(n.vocab - 5));
      list[i].ids.push_back(static_cast<std::int32_t>(5 + draw));
    }
    list[i].label = static_cast<float>(i % 2);
  }
  return list;
}

void train_step(benchmark::State& state, const Network& n) {
  pim::set_threads(static_cast<int>(state.range(0)));
  Model model(config(n), [](std::string_view) { return Kernel(); });
  model.initialise(pim::Rng(1));
  const auto data = samples(n);
  pim::task::Trainer<float, Kernel> trainer(model, data, {.epochs = 1 << 30, .batch = n.batch}, pim::Rng(2));
  pim::cost::Ledger ledger;
  trainer.step(ledger);
  using Clock = std::chrono::steady_clock;
  Clock::duration best = Clock::duration::max();
  for (auto _ : state) {
    const auto start = Clock::now();
    benchmark::DoNotOptimize(trainer.step(ledger).loss);
    best = std::min(best, Clock::now() - start);
  }
  state.counters["best_ms"] = std::chrono::duration<double, std::milli>(best).count();
  pim::set_threads(1);
}
void predict(benchmark::State& state, const Network& n) {
  pim::set_threads(static_cast<int>(state.range(0)));
  Model model(config(n), [](std::string_view) { return Kernel(); });
  model.initialise(pim::Rng(1));
  const auto data = samples(n);
  pim::cost::Ledger ledger;
  model.program(pim::Rng(1), ledger);
  for (auto _ : state) {
    benchmark::DoNotOptimize(pim::task::predict(model, data, n.batch, pim::Rng(1), ledger).data());
  }
  pim::set_threads(1);
}
}  // namespace

BENCHMARK_CAPTURE(train_step, builtin, builtin)
    ->Name("nn/step/builtin")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(train_step, base_layers, base_layers)
    ->Name("nn/step/base_2_layers")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(predict, builtin, builtin)
    ->Name("nn/predict/builtin")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
