#include <pim/task/glue/builtin_sentences.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <pim/core/hash.hpp>
#include <pim/task/glue/metrics.hpp>

#include "support/catch.hpp"
using pim::task::builtin_examples;
using pim::task::Example;
using pim::task::glue_task;
using pim::task::glue_tasks;
using pim::task::GlueTask;
using pim::task::Split;

namespace {
const pim::Rng rng(1);

std::set<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::set<std::string> words;
  for (std::string word; stream >> word;) words.insert(word);
  return words;
}

/// A linear model of which words occur: one weight for each word (with its side, if `sides`) and output, trained by
/// AdaGrad on cross entropy or squared error.
class BagOfWords {
 public:
  BagOfWords(const GlueTask& task, bool sides)
      : task_(task), outputs_(static_cast<std::size_t>(task.outputs())), sides_(sides) {}

  void train(const std::vector<Example>& examples, int epochs) {
    std::vector<Features> all;
    for (const Example& example : examples) all.push_back(features(example));
    for (int epoch = 0; epoch < epochs; ++epoch) {
      for (std::size_t i = 0; i < all.size(); ++i) step(all[i], examples[i].label);
    }
  }
  /// Table value of the task on `examples`.
  double score(const std::vector<Example>& examples) {
    pim::Matrix all(std::ssize(examples), task_.outputs());
    std::vector<float> labels;
    for (const Example& example : examples) {
      const std::vector<double> out = outputs(features(example));
      for (std::size_t k = 0; k < outputs_; ++k) {
        all(std::ssize(labels), static_cast<pim::Index>(k)) = static_cast<float>(out[k]);
      }
      labels.push_back(example.label);
    }
    return pim::task::glue_score(task_, all, labels).value;
  }

 private:
  using Features = std::vector<std::size_t>;  ///< where the weights of each word begin
  struct Weight {
    double value = 0.0, squares = 1e-6;
  };
  Features features(const Example& example) {
    std::set<std::string> words = {"bias"};
    for (const std::string& word : words_of(example.a)) words.insert(sides_ ? "a " + word : word);
    for (const std::string& word : words_of(example.b.value_or(""))) words.insert(sides_ ? "b " + word : word);
    Features found;
    for (const std::string& word : words) {
      found.push_back(places_.try_emplace(word, weights_.size()).first->second);
      if (found.back() == weights_.size()) weights_.resize(weights_.size() + outputs_);
    }
    return found;
  }
  std::vector<double> outputs(const Features& words) const {
    std::vector<double> out(outputs_);
    for (const std::size_t at : words) {
      for (std::size_t k = 0; k < outputs_; ++k) out[k] += weights_[at + k].value;
    }
    return out;
  }
  void step(const Features& words, float label) {
    std::vector<double> error = outputs(words);
    if (task_.is_regression()) {
      error[0] -= static_cast<double>(label);
    } else {
      const double top = *std::max_element(error.begin(), error.end());
      double sum = 0.0;
      for (double& e : error) sum += e = std::exp(e - top);
      for (double& e : error) e /= sum;
      error[static_cast<std::size_t>(label)] -= 1.0;
    }
    for (const std::size_t at : words) {
      for (std::size_t k = 0; k < outputs_; ++k) {
        Weight& w = weights_[at + k];
        const double gradient = error[k] + 1e-3 * w.value;
        w.squares += gradient * gradient;
        w.value -= 0.1 * gradient / std::sqrt(w.squares);
      }
    }
  }

  const GlueTask& task_;
  std::size_t outputs_;
  bool sides_;
  std::map<std::string, std::size_t> places_;
  std::vector<Weight> weights_;
};
}  // namespace

TEST_CASE("builtin_examples: the same for the same key, and fewer are the first of more", "[task][builtin]") {
  for (const GlueTask& task : glue_tasks) {
    const auto many = builtin_examples(task, Split::train, 300, rng);
    const auto few = builtin_examples(task, Split::train, 100, rng);
    CHECK(few == std::vector<Example>(many.begin(), many.begin() + 100));
    CHECK(builtin_examples(task, Split::train, 100, pim::Rng(2)) != few);
  }
}

TEST_CASE("builtin_examples: known sentences, the same with every compiler", "[task][builtin]") {
  const GlueTask copy = glue_task("mrpc");  // a task is its name, not its place in memory
  CHECK(builtin_examples(copy, Split::dev, 2, rng) == builtin_examples(glue_task("mrpc"), Split::dev, 2, rng));
  std::uint64_t all = 0;
  for (const GlueTask& task : glue_tasks) {
    for (const Example& example : builtin_examples(task, Split::dev, 50, rng)) {
      all = all * 31 + pim::fnv1a(example.a + "|" + example.b.value_or(""));
    }
  }
  CHECK(all == 0xa37ff1520b26a9fbU);  // of this generator: a change of it wants new models/builtin
}

TEST_CASE("builtin_examples: short lower-case sentences, a second one where the task has one", "[task][builtin]") {
  for (const GlueTask& task : glue_tasks) {
    for (const Example& example : builtin_examples(task, Split::train, 500, rng)) {
      REQUIRE(example.b.has_value() == task.is_pair());
      for (const std::string& text : {example.a, example.b.value_or(example.a)}) {
        REQUIRE(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz ") == std::string::npos);
        REQUIRE(std::count(text.begin(), text.end(), ' ') < 14);
        REQUIRE(text.find("  ") == std::string::npos);
      }
    }
  }
}

TEST_CASE("builtin_examples: labels are balanced", "[task][builtin]") {
  for (const GlueTask& task : glue_tasks) {
    std::map<float, int> counts;
    double sum = 0.0;
    for (const Example& example : builtin_examples(task, Split::dev, 600, rng)) {
      ++counts[example.label];
      sum += static_cast<double>(example.label);
    }
    INFO(task.name);
    if (task.is_regression()) {
      CHECK(counts.begin()->first >= 0.0F);
      CHECK(counts.rbegin()->first <= 5.0F);
      CHECK(std::abs(sum / 600.0 - 2.5) < 0.1);
    } else {
      // before label noise exactly balanced; the noise moves a count by sqrt(600 * 0.07) = 6.5
      for (const auto& [label, count] : counts) CHECK(std::abs(count - 600 / task.outputs()) < 26);  // 4 deviations
      CHECK(static_cast<int>(counts.size()) == task.outputs());
    }
  }
}

TEST_CASE("builtin_examples: no example twice, no first sentence in two splits", "[task][builtin]") {
  for (const GlueTask& task : glue_tasks) {
    std::map<std::string, Split> split_of;
    std::set<std::string> pairs;
    for (const Split split : {Split::train, Split::dev, Split::dev_mismatched}) {
      if (split == Split::dev_mismatched && task.name != "mnli") continue;
      for (const Example& example : builtin_examples(task, split, 2000, rng)) {
        REQUIRE(split_of.try_emplace(example.a, split).first->second == split);
        REQUIRE(pairs.insert(example.a + "|" + example.b.value_or("")).second);
      }
    }
  }
}

TEST_CASE("builtin_examples: a bag of words is not enough for the pair tasks", "[task][builtin]") {
  for (const GlueTask& task : glue_tasks) {
    if (!task.is_pair()) continue;
    const auto train = builtin_examples(task, Split::train, 4000, rng),
               dev = builtin_examples(task, Split::dev, 1000, rng);
    for (const bool sides : {false, true}) {
      BagOfWords model(task, sides);
      model.train(train, 5);
      INFO(task.name << (sides ? ", a word counts for its sentence" : ", a word counts for the pair"));
      CHECK(model.score(dev) <= 0.75);
    }
  }
}

TEST_CASE("builtin_examples: the bag of words that fails there learns what words can tell", "[task][builtin]") {
  std::vector<Example> examples = builtin_examples(glue_task("rte"), Split::train, 2000, rng);
  for (Example& example : examples) example.label = words_of(example.a).contains("and") ? 1.0F : 0.0F;
  BagOfWords model(glue_task("rte"), true);
  model.train({examples.begin(), examples.begin() + 1000}, 2);
  CHECK(model.score({examples.begin() + 1000, examples.end()}) > 0.99);
}

TEST_CASE("builtin_examples: errors name what is wrong", "[task][builtin]") {
  CHECK_THROWS_AS(builtin_examples(glue_task("rte"), Split::dev_mismatched, 1, rng), std::invalid_argument);
  CHECK_THROWS_AS(builtin_examples(glue_task("rte"), Split::train, -1, rng), std::invalid_argument);
}
