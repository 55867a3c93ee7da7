#include <pim/task/train/trainer.hpp>

#include "instances/model.hpp"
#include "support/catch.hpp"
#include <pim/kernel/exact_matmul.hpp>
#include <pim/task/train/predict.hpp>
using pim::Index;
using pim::Rng;
using pim::task::Sample;
using pim::task::StepReport;
using Kernel = pim::kernel::ExactMatmul<float>;
using Model = pim::model::SequenceClassifier<float, Kernel>;
using Trainer = pim::task::Trainer<float, Kernel>;

namespace {
pim::model::EncoderConfig tiny(std::size_t labels) {
  pim::model::EncoderConfig config;
  config.vocab_size = 20;
  config.hidden_size = 16;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.intermediate_size = 32;
  config.max_position_embeddings = 12;
  config.labels.assign(labels, "label");
  return config;
}
Model make(std::size_t labels = 2) {
  Model model(tiny(labels), [](std::string_view) { return Kernel(); });
  model.initialise(Rng(1));
  return model;
}
/// Sequences of 3 to 8 tokens; the label says whether token 7 occurs.
std::vector<Sample> occurrences(Index count) {
  std::vector<Sample> samples;
  for (Index i = 0; i < count; ++i) {
    const Rng rng = Rng(2).at(static_cast<std::uint64_t>(i));
    Sample sample{{0}, {}, static_cast<float>(i % 2)};
    for (std::uint64_t t = 0; t < 2 + rng.below(0, 6); ++t) {
      const auto id = static_cast<std::int32_t>(4 + rng.below(t + 1, 15));
      sample.ids.push_back(id == 7 ? 19 : id);
    }
    if (i % 2 == 1) sample.ids.back() = 7;
    samples.push_back(sample);
  }
  return samples;
}
double accuracy(Model& model, const std::vector<Sample>& samples) {
  pim::cost::Ledger ledger;
  model.program(Rng(3), ledger);
  const auto predicted = pim::task::classes(pim::task::predict(model, samples, 7, Rng(4), ledger));
  double right = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i)
    right += predicted[i] == static_cast<int>(samples[i].label) ? 1.0 : 0.0;
  return right / static_cast<double>(samples.size());
}
}  // namespace

TEST_CASE("Trainer: learns whether a token occurs", "[task][train]") {
  Model model = make();
  const auto samples = occurrences(200), fresh = occurrences(300);
  Trainer trainer(model, samples, {.epochs = 12, .batch = 16, .learning_rate = 5e-3, .warmup_steps = 5}, Rng(5));
  pim::cost::Ledger ledger;
  std::vector<StepReport> reports;
  trainer.run(ledger, [&](const StepReport& report) { reports.push_back(report); });
  REQUIRE(reports.size() == 12 * 13);  // ceil(200 / 16)
  CHECK(reports.front().step == 1);
  CHECK(reports.front().rate == 0.0);
  CHECK(reports[5].rate == 5e-3);
  CHECK(reports[12].ends_epoch);
  CHECK(reports[13].epoch == 1);
  CHECK(reports.back().step == reports.back().steps);
  CHECK(reports.back().loss < 0.3 * reports.front().loss);
  CHECK(trainer.done());
  CHECK(accuracy(model, {fresh.begin() + 200, fresh.end()}) > 0.95);
}

TEST_CASE("Trainer: a run resumed from weights and moments gives the same bits", "[task][train]") {
  const auto samples = occurrences(50);
  const pim::task::TrainParams params{
      .epochs = 2, .batch = 8, .learning_rate = 1e-3, .weight_decay = 0.1, .max_gradient_norm = 0.5};
  Model straight = make(), stopped = make();
  pim::cost::Ledger ledger;
  Trainer whole(straight, samples, params, Rng(5)), first(stopped, samples, params, Rng(5));
  whole.run(ledger, [](const StepReport&) {});
  for (int i = 0; i < 9; ++i) first.step(ledger);

  Model resumed = make();
  const auto from = stopped.parameters(), to = resumed.parameters();
  for (std::size_t i = 0; i < from.size(); ++i) *to[i].value = *from[i].value;
  Trainer second(resumed, samples, params, Rng(5));
  second.restore(first.state());
  Index steps = 0;
  second.run(ledger, [&](const StepReport& report) { steps += report.step > 9 ? 1 : 1000; });
  CHECK(steps == 14 - 9);
  const auto expected = straight.parameters();
  for (std::size_t i = 0; i < to.size(); ++i) CHECK(*to[i].value == *expected[i].value);
}

TEST_CASE("Trainer: one output is a regression", "[task][train]") {
  Model model = make(1);
  std::vector<Sample> samples = occurrences(40);
  for (Sample& sample : samples) sample.label *= 2.5F;
  Trainer trainer(model, samples, {.epochs = 40, .batch = 8, .learning_rate = 5e-3}, Rng(5));
  pim::cost::Ledger ledger;
  double last = 0.0;
  trainer.run(ledger, [&](const StepReport& report) { last = report.loss; });
  CHECK(last < 1.0);
  model.program(Rng(1), ledger);
  const auto predicted = pim::task::values(pim::task::predict(model, samples, 8, Rng(1), ledger));
  CHECK(predicted[1] > predicted[0] + 1.0);
}

TEST_CASE("make_batch: pads to the longest on the right", "[task][train]") {
  const std::vector<Sample> samples = {{{0, 5, 2}, {0, 0, 1}, 1.0F}, {{0, 2}, {}, 0.0F}, {{0, 3, 4, 2}, {}, 0.0F}};
  auto config = tiny(2);
  const std::vector<Index> which = {1, 0};
  const auto batch = pim::task::make_batch(samples, which, config);
  CHECK(batch.examples == 2);
  CHECK(batch.tokens == 3);
  CHECK(batch.ids == std::vector<std::int32_t>{0, 2, 1, 0, 5, 2});
  CHECK(batch.real == std::vector<std::uint8_t>{1, 1, 0, 1, 1, 1});
  CHECK(batch.types.empty());
  config.type_vocab_size = 2;
  CHECK(pim::task::make_batch(samples, which, config).types == std::vector<std::int32_t>{0, 0, 0, 0, 0, 1});
}

TEST_CASE("shuffled: a permutation that the key decides", "[task][train]") {
  const auto order = pim::task::shuffled(100, Rng(1));
  CHECK(order == pim::task::shuffled(100, Rng(1)));
  CHECK(order != pim::task::shuffled(100, Rng(2)));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted != order);
  for (Index i = 0; i < 100; ++i) CHECK(sorted[static_cast<std::size_t>(i)] == i);
  CHECK(pim::task::shuffled(0, Rng(1)).empty());
}

TEST_CASE("linear_schedule: up over the warm-up, down to zero", "[task][train]") {
  CHECK(pim::task::linear_schedule(1.0, 0, 4, 0) == 1.0);
  CHECK(pim::task::linear_schedule(1.0, 0, 4, 3) == 0.25);
  CHECK(pim::task::linear_schedule(1.0, 2, 4, 0) == 0.0);
  CHECK(pim::task::linear_schedule(1.0, 2, 4, 1) == 0.5);
  CHECK(pim::task::linear_schedule(1.0, 2, 4, 2) == 1.0);
  CHECK(pim::task::linear_schedule(1.0, 2, 4, 4) == 0.0);
}

TEST_CASE("classes: the first of the largest; NaN is class 0", "[task][train]") {
  pim::Matrix logits(3, 3);
  logits << 1, 3, 3, NAN, NAN, NAN, -2, -3, -1;
  CHECK(pim::task::classes(logits) == std::vector<int>{1, 0, 2});
}

TEST_CASE("Trainer: refuses what cannot be trained", "[task][train]") {
  Model model = make();
  const auto samples = occurrences(4);
  pim::cost::Ledger ledger;
  CHECK_THROWS_AS(Trainer(model, {}, {}, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(Trainer(model, samples, {.batch = 0}, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(Trainer(model, samples, {.learning_rate = -1.0}, Rng(1)), std::invalid_argument);
  auto wrong = samples;
  wrong[0].label = 2.0F;
  Trainer trainer(model, wrong, {.epochs = 1, .batch = 4}, Rng(1));
  CHECK_THROWS_AS(trainer.step(ledger), std::invalid_argument);
  CHECK_THROWS_AS(pim::task::predict(model, samples, 0, Rng(1), ledger), std::invalid_argument);
}
