// One optimiser step (program, forward, backward, AdamW) of a RoBERTa classifier: on exact products, and through the
// digital tile as a ratio to the ideal one.
#include <algorithm>
#include <chrono>
#include <benchmark/benchmark.h>

#include <pim/kernel/exact_matmul.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/model/sequence_classifier.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/task/train/sample.hpp>
#include <pim/task/train/trainer.hpp>
#include <pim/tile/digital_fp8_tile.hpp>
#include <pim/tile/ideal_tile.hpp>

#include "support/compare.hpp"

namespace {
using pim::kernel::ExactMatmul;
using pim::kernel::Matmul;
using pim::tile::DigitalFP8Tile;
using pim::tile::IdealTile;

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

/// A classifier in training; the same start and data on any kernel.
template <class Kernel>
struct Training {
  pim::model::SequenceClassifier<float, Kernel> model;
  std::vector<pim::task::Sample> examples;
  pim::task::TokenDataset data;
  pim::task::Trainer<pim::model::SequenceClassifier<float, Kernel>, pim::task::TokenDataset> trainer;
  pim::cost::Ledger ledger;

  explicit Training(const Network& n)
      : model(config(n), [](std::string_view) { return Kernel(); }),
        examples(samples(n)),
        data(examples, model.config()),
        trainer((model.initialise(pim::Rng(1)), model), data, {}, {.epochs = 1 << 30, .batch = n.batch}, pim::Rng(2)) {
    step();
  }
  void step() {
    benchmark::DoNotOptimize(trainer.step(ledger).loss);
    ledger.clear();
  }
};

/// On exact products; PyTorch's time for it: scripts/bench_torch.py.
void train_step(benchmark::State& state, const Network& n) {
  pim::set_threads(static_cast<int>(state.range(0)));
  Training<ExactMatmul<float>> training(n);
  using Clock = std::chrono::steady_clock;
  Clock::duration best = Clock::duration::max();
  for (auto _ : state) {
    const auto start = Clock::now();
    training.step();
    best = std::min(best, Clock::now() - start);
  }
  state.counters["best_ms"] = std::chrono::duration<double, std::milli>(best).count();
  pim::set_threads(1);
}
/// Through the digital tile against the ideal tile, in turn.
void train_step_sram(benchmark::State& state, const Network& n) {
  pim::set_threads(static_cast<int>(state.range(0)));
  Training<Matmul<DigitalFP8Tile>> sram(n);
  Training<Matmul<IdealTile>> ideal(n);
  pim::bench::compare(
      state, [&] { sram.step(); }, [&] { ideal.step(); });
  pim::set_threads(1);
}
void predict(benchmark::State& state, const Network& n) {
  pim::set_threads(static_cast<int>(state.range(0)));
  Training<ExactMatmul<float>> training(n);
  training.model.program(pim::Rng(1), training.ledger);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        pim::task::predict(training.model, training.data, n.batch, pim::Rng(1), training.ledger).data());
  }
  pim::set_threads(1);
}

void threads_and_milliseconds(benchmark::internal::Benchmark* bench) {
  bench->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
}
void threads_and_ratio(benchmark::internal::Benchmark* bench) {
  bench->ArgName("threads")->Arg(1)->Arg(2)->UseManualTime()->Unit(benchmark::kMillisecond);
}
}  // namespace

BENCHMARK_CAPTURE(train_step, builtin, builtin)->Name("nn/step/builtin")->Apply(threads_and_milliseconds);
BENCHMARK_CAPTURE(train_step, base_layers, base_layers)->Name("nn/step/base_2_layers")->Apply(threads_and_milliseconds);
BENCHMARK_CAPTURE(train_step_sram, builtin, builtin)->Name("nn/step_sram/builtin")->Apply(threads_and_ratio);
BENCHMARK_CAPTURE(train_step_sram, base_layers, base_layers)
    ->Name("nn/step_sram/base_2_layers")
    ->Apply(threads_and_ratio);
BENCHMARK_CAPTURE(predict, builtin, builtin)->Name("nn/predict/builtin")->Apply(threads_and_milliseconds);
