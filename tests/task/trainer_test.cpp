#include <pim/task/train/trainer.hpp>

#include "instances/model.hpp"
#include "support/catch.hpp"
#include <pim/core/random.hpp>
#include <pim/kernel/exact_matmul.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/task/train/sample.hpp>
using pim::Index;
using pim::Rng;
using pim::task::Sample;
using pim::task::StepReport;
using Kernel = pim::kernel::ExactMatmul<float>;
using Model = pim::model::SequenceClassifier<float, Kernel>;
using pim::task::LabelLoss;
using pim::task::TokenDataset;
using Trainer = pim::task::Trainer<Model, TokenDataset>;
static_assert(pim::task::Dataset<TokenDataset>);
static_assert(!pim::task::Dataset<std::vector<Sample>>);
static_assert(pim::task::TrainableNetwork<Model, pim::model::Batch>);
static_assert(!pim::task::Network<Model, pim::Matrix>);
static_assert(pim::task::Loss<LabelLoss, pim::model::Batch, float>);
static_assert(!pim::task::Loss<Kernel, pim::model::Batch, float>);

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
  const auto predicted =
      pim::task::classes(pim::task::predict(model, TokenDataset(samples, model.config()), 7, Rng(4), ledger));
  double right = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i)
    right += predicted[i] == static_cast<int>(samples[i].label) ? 1.0 : 0.0;
  return right / static_cast<double>(samples.size());
}
}  // namespace

TEST_CASE("Trainer: learns whether a token occurs", "[task][train]") {
  Model model = make();
  const auto samples = occurrences(200), fresh = occurrences(300);
  const TokenDataset data(samples, model.config());
  Trainer trainer(model, data, {}, {.epochs = 12, .batch = 16, .learning_rate = 5e-3, .warmup_steps = 5}, Rng(5));
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
  const TokenDataset data(samples, straight.config());
  pim::cost::Ledger ledger;
  Trainer whole(straight, data, {}, params, Rng(5)), first(stopped, data, {}, params, Rng(5));
  whole.run(ledger, [](const StepReport&) {});
  for (int i = 0; i < 9; ++i) first.step(ledger);

  Model resumed = make();
  const auto from = stopped.parameters(), to = resumed.parameters();
  for (std::size_t i = 0; i < from.size(); ++i) *to[i].value = *from[i].value;
  Trainer second(resumed, data, {}, params, Rng(5));
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
  const TokenDataset data(samples, model.config());
  Trainer trainer(model, data, {.regression = true}, {.epochs = 40, .batch = 8, .learning_rate = 5e-3}, Rng(5));
  pim::cost::Ledger ledger;
  double last = 0.0;
  trainer.run(ledger, [&](const StepReport& report) { last = report.loss; });
  CHECK(last < 1.0);
  model.program(Rng(1), ledger);
  const auto predicted = pim::task::values(pim::task::predict(model, data, 8, Rng(1), ledger));
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

namespace {
/// Points of a plane whose class is the sign of their first coordinate; a network and its data in a few lines, as the
/// concepts ask for them. Augmentation adds what its key draws to the second coordinate.
struct Points {
  pim::Matrix_<double> x;
  bool augments = false;

  Index size() const { return x.rows(); }
  float label(Index i) const { return x(i, 0) > 0.0 ? 1.0F : 0.0F; }
  pim::Matrix_<double> batch(std::span<const Index> numbers, const Rng& rng) const {
    pim::Matrix_<double> batch(std::ssize(numbers), 2);
    for (Index i = 0; i < batch.rows(); ++i) batch.row(i) = x.row(numbers[static_cast<std::size_t>(i)]);
    if (augments) batch.col(1).array() += static_cast<double>(rng.uniform(0));
    return batch;
  }
};
struct Plane {
  pim::Matrix_<double> w = pim::Matrix_<double>::Zero(2, 2), d_w = w, statistics = w, x, y;
  std::vector<pim::Matrix_<double>> batches = {};

  void program(const Rng&, pim::cost::Ledger&) {}
  const pim::Matrix_<double>& forward(const pim::Matrix_<double>& batch, const Rng&, pim::cost::Ledger&, bool) {
    batches.push_back(batch);
    x = batch;
    return y = x.lazyProduct(w);
  }
  void backward(pim::ConstMatrixRef_<double> dy) { d_w += x.transpose().lazyProduct(dy); }
  pim::nn::Parameters<double> parameters() {
    return {{"fc.weight", pim::nn::Layout::transposed, &w, &d_w},
            {"bn.running_mean", pim::nn::Layout::vector, &statistics, nullptr}};
  }
};
Points points(Index count) { return {pim::normal_matrix(count, 2, Rng(8)).cast<double>()}; }
}  // namespace

TEST_CASE("Trainer: any network, data and loss that fit the concepts", "[task][train]") {
  Plane plane;
  const Points data = points(200);
  pim::task::Trainer<Plane, Points> trainer(plane, data, {}, {.epochs = 10, .batch = 20, .learning_rate = 0.05},
                                            Rng(5));
  pim::cost::Ledger ledger;
  trainer.run(ledger, [](const StepReport&) {});
  const auto predicted = pim::task::classes(pim::task::predict(plane, data, 64, Rng(1), ledger));
  Index right = 0;
  for (Index i = 0; i < data.size(); ++i) {
    right += predicted[static_cast<std::size_t>(i)] == static_cast<int>(data.label(i)) ? 1 : 0;
  }
  CHECK(right > 195);
  CHECK(plane.statistics == pim::Matrix_<double>::Zero(2, 2));
}

TEST_CASE("Trainer: augmentation draws anew each step, and again in a run that continues", "[task][train]") {
  Plane straight, resumed;
  const Points data{points(8).x, true};
  using PointTrainer = pim::task::Trainer<Plane, Points>;
  const pim::task::TrainParams params{.epochs = 4, .batch = 8, .learning_rate = 0.1};
  PointTrainer whole(straight, data, {}, params, Rng(5)), rest(resumed, data, {}, params, Rng(5));
  pim::cost::Ledger ledger;
  whole.step(ledger);
  whole.step(ledger);
  rest.restore(whole.state());
  resumed.w = straight.w;
  whole.run(ledger, [](const StepReport&) {});
  rest.run(ledger, [](const StepReport&) {});
  CHECK(resumed.w == straight.w);
  REQUIRE(straight.batches.size() == 4);
  REQUIRE(resumed.batches.size() == 2);
  CHECK(resumed.batches[0] == straight.batches[2]);
  CHECK(straight.batches[0].col(1).mean() != Approx(straight.batches[1].col(1).mean()).epsilon(1e-6));
}

TEST_CASE("Trainer: clip_deviations holds the weights of products within a multiple of their spread", "[task][train]") {
  Plane plane;
  const Points data = points(4);
  plane.w << 1.0, 2.0, 3.0, 10.0;  // mean 4, deviation sqrt(50 / 4)
  pim::task::Trainer<Plane, Points> trainer(plane, data, {}, {.learning_rate = 0.0, .clip_deviations = 0.5}, Rng(5));
  pim::cost::Ledger ledger;
  trainer.step(ledger);
  const double bound = 0.5 * std::sqrt(12.5);
  CHECK(plane.w(0, 0) == 1.0);
  CHECK(plane.w(1, 1) == Approx(bound).epsilon(1e-12));
  CHECK(plane.w(1, 0) == Approx(bound).epsilon(1e-12));
}

TEST_CASE("DistillationLoss: a network learns from its teacher, whatever the labels", "[task][train]") {
  Plane teacher, student;
  teacher.w << -1.0, 1.0, 0.5, -0.5;
  const Points data = points(100);
  using Loss = pim::task::DistillationLoss<Plane>;
  pim::task::Trainer<Plane, Points, Loss> trainer(student, data, Loss(teacher, {.temperature = 2.0, .share = 1.0}),
                                                  {.epochs = 60, .batch = 20, .learning_rate = 0.05}, Rng(5));
  pim::cost::Ledger ledger;
  double last = 1.0;
  trainer.run(ledger, [&](const StepReport& step) { last = step.loss; });
  CHECK(last < 1e-4);
  const auto difference = [](const Plane& plane) -> pim::Matrix_<double> { return plane.w.col(1) - plane.w.col(0); };
  CHECK((difference(student) - difference(teacher)).norm() < 0.05);
}

TEST_CASE("TokenDataset: the samples by their numbers", "[task][train]") {
  const auto samples = occurrences(4);
  const TokenDataset data(samples, tiny(2));
  const std::vector<Index> which = {3, 1};
  CHECK(data.size() == 4);
  CHECK(data.label(1) == 1.0F);
  CHECK(data.batch(which, Rng(1)).ids == pim::task::make_batch(samples, which, tiny(2)).ids);
}

TEST_CASE("Trainer: refuses what cannot be trained", "[task][train]") {
  Model model = make();
  const auto samples = occurrences(4);
  pim::cost::Ledger ledger;
  const TokenDataset data(samples, model.config()), none({}, model.config());
  CHECK_THROWS_AS(Trainer(model, none, {}, {}, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(Trainer(model, data, {}, {.batch = 0}, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(Trainer(model, data, {}, {.learning_rate = -1.0}, Rng(1)), std::invalid_argument);
  CHECK_THROWS_AS(Trainer(model, data, {}, {.clip_deviations = -1.0}, Rng(1)), std::invalid_argument);
  auto wrong = samples;
  wrong[0].label = 2.0F;
  const TokenDataset mislabelled(wrong, model.config());
  Trainer trainer(model, mislabelled, {}, {.epochs = 1, .batch = 4}, Rng(1));
  CHECK_THROWS_AS(trainer.step(ledger), std::invalid_argument);
  CHECK_THROWS_AS(pim::task::predict(model, data, 0, Rng(1), ledger), std::invalid_argument);
}
