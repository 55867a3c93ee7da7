// Trains the built-in model: one small BERT encoder on the built-in sentences of all nine GLUE tasks at once, each task
// with outputs of its own. What it saves, models/builtin, has the head of sst2; pim_glue puts fresh heads on it.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/core/random.hpp>
#include <pim/io/model_folder.hpp>
#include <pim/kernel/exact_matmul.hpp>
#include <pim/model/sequence_classifier.hpp>
#include <pim/nn/adamw.hpp>
#include <pim/nn/loss.hpp>
#include <pim/task/glue/build_vocabulary.hpp>
#include <pim/task/glue/builtin_sentences.hpp>
#include <pim/task/glue/metrics.hpp>
#include <pim/task/train/order.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/task/train/sample.hpp>
#include <pim/task/train/schedule.hpp>

#include "support/glue_data.hpp"
#include "support/program.hpp"

namespace {

using Classifier = pim::model::SequenceClassifier<float, pim::kernel::ExactMatmul<float>>;
using pim::Index;

constexpr pim::nn::AdamWParams adamw{.beta2 = 0.98, .weight_decay = 0.01};
constexpr Index most_outputs = 3;  ///< of a task; heads of fewer leave the rest unused

struct Options {
  Index first_steps = 2400, steps = 22500, batch = 64, examples = 40000, reports = 8, layers = 2, hidden = 64,
        heads = 4, feed_forward = 256;
  double first_rate = 2e-3, rate = 1e-3;
  std::string output = "models/builtin", dtype = "F32";
};

/// One task's examples, and the head that it trains on the common encoder.
struct TaskData {
  const pim::task::GlueTask* task = nullptr;
  std::vector<pim::task::Sample> train = {}, dev = {};
  std::vector<float> dev_labels = {};
  std::vector<pim::Matrix> head = {};  ///< values of the model's head parameters for this task
  pim::nn::AdamW<float> head_optimizer{adamw};
};

/// A model's parameters: those that all tasks share, and those of the head.
struct Parts {
  pim::nn::Parameters<float> encoder, head;

  explicit Parts(Classifier& model) {
    for (const auto& p : model.parameters()) {
      const bool in_head = p.name.starts_with("bert.pooler.") || p.name.starts_with("classifier.");
      (in_head ? head : encoder).push_back(p);
    }
  }
  void set_head(const std::vector<pim::Matrix>& values) const {
    for (std::size_t i = 0; i < head.size(); ++i) *head[i].value = values[i];
  }
  std::vector<pim::Matrix> head_values() const {
    std::vector<pim::Matrix> values;
    for (const auto& p : head) values.push_back(*p.value);
    return values;
  }
};

/// Place of random numbers below the seed.
enum Place : std::uint64_t {
  start_place,
  first_stage_place,
  all_stage_place,
  head_place,
  order_place,
  forward_place,
  common_place
};

/// The first layer's queries and keys start out equal, so that a token attends to its like: the relation that pair
/// tasks are about.
void tie_queries_to_keys(const pim::nn::Parameters<float>& parameters) {
  const auto first = [&](std::string_view name) -> pim::Matrix& {
    const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) {
      return p.name.ends_with("layer.0.attention.self." + std::string(name));
    });
    return *found->value;
  };
  first("key.weight") = first("query.weight") *= 3.0F;
}

/// Moves what heads read by a constant, which the head at hand takes back. Encoders of much text have such a common
/// direction (Ethayarajh, EMNLP 2019, arXiv 1909.00512); without it a fresh head would tell the classes apart by luck.
void add_common_direction(const Parts& parts, const pim::Rng& rng) {
  constexpr float length = 6.0F;  // of each element; what tasks need is about 1
  const auto named = [](const pim::nn::Parameters<float>& list, std::string_view end) -> pim::Matrix& {
    return *std::find_if(list.rbegin(), list.rend(), [&](const auto& p) { return p.name.ends_with(end); })->value;
  };
  pim::Matrix& read = named(parts.encoder, "output.LayerNorm.bias");  // of the last layer: (1, hidden)
  const pim::Matrix common =
      pim::uniform_matrix(1, read.cols(), rng).unaryExpr([](float u) { return std::copysign(length, u); });
  read += common;
  named(parts.head, "pooler.dense.bias") -= common * named(parts.head, "pooler.dense.weight");
}

/// Mean loss of a batch of one task; fills the gradient of the logits, of which the task uses the first columns.
double loss_of(pim::ConstMatrixRef logits, const std::vector<float>& labels, Index outputs, pim::Matrix& d_logits) {
  const pim::Matrix own = logits.leftCols(outputs);
  pim::Matrix d(own.rows(), outputs);
  const double loss =
      outputs == 1 ? pim::nn::mean_squared_error<float>(own, labels, d) : pim::nn::cross_entropy<float>(own, labels, d);
  d_logits.setZero(logits.rows(), logits.cols());
  d_logits.leftCols(outputs) = d;
  return loss;
}

pim::io::OrderedJson scores(Classifier& model, const std::vector<TaskData>& tasks) {
  pim::io::OrderedJson row;
  pim::cost::Ledger ledger;
  const Parts parts(model);
  for (const TaskData& data : tasks) {
    parts.set_head(data.head);
    model.program(pim::Rng(0), ledger);
    const pim::Matrix logits =
        pim::task::predict(model, pim::task::TokenDataset(data.dev, model.config()), 64, pim::Rng(0), ledger);
    row[std::string(data.task->name)] =
        pim::task::glue_score(*data.task, logits.leftCols(data.task->outputs()), data.dev_labels).value;
  }
  return row;
}

/// Trains on `tasks` in turn, a batch of one task a step.
void train_stage(pim::app::Program& program, Classifier& model, const std::vector<TaskData*>& tasks,
                 const std::vector<TaskData>& reported, const Options& o, Index steps, double rate,
                 const pim::Rng& rng) {
  const Parts parts(model);
  pim::nn::AdamW<float> optimizer(adamw);
  const Index warmup = std::min<Index>(500, steps / 4);
  std::vector<std::vector<Index>> order(tasks.size());
  pim::cost::Ledger ledger;
  pim::Matrix d_logits;
  pim::app::Progress progress = program.progress("pretrain", steps);
  for (Index step = 0; step < steps; ++step) {
    const auto t = static_cast<std::size_t>(step % std::ssize(tasks));
    TaskData& data = *tasks[t];
    std::vector<Index> numbers;
    std::vector<float> labels;
    for (Index i = 0; i < o.batch; ++i) {
      const Index at = step / std::ssize(tasks) * o.batch + i, size = std::ssize(data.train);
      if (at % size == 0) {
        order[t] = pim::task::shuffled(size, rng.at(order_place, static_cast<std::uint64_t>(at / size)).at(t));
      }
      numbers.push_back(order[t][static_cast<std::size_t>(at % size)]);
      labels.push_back(data.train[static_cast<std::size_t>(numbers.back())].label);
    }
    parts.set_head(data.head);
    model.program(rng, ledger);
    const pim::Matrix logits = model.forward(pim::task::make_batch(data.train, numbers, model.config()),
                                             rng.at(forward_place, static_cast<std::uint64_t>(step)), ledger, true);
    const double loss = loss_of(logits, labels, data.task->outputs(), d_logits);
    pim::nn::zero_gradients(model.parameters());
    model.backward(d_logits);
    pim::nn::clip_gradients(model.parameters(), 1.0);
    const double now = pim::task::linear_schedule(rate, warmup, steps, step);
    optimizer.step(parts.encoder, now);
    data.head_optimizer.step(parts.head, now);
    data.head = parts.head_values();
    ledger.clear();
    progress.update(step + 1, loss);
    if ((step + 1) % std::max<Index>(steps / o.reports, 1) == 0) {
      pim::io::OrderedJson row{{"stage", tasks.size() == 1 ? "stsb" : "all"}, {"step", step + 1}, {"loss", loss}};
      row.update(scores(model, reported));
      program.results().push_back(row);
      program.print(row.dump() + "\n");
    }
  }
}

int pretrain(pim::app::Program& program, const Options& o) {
  std::error_code error;
  std::filesystem::create_directories(o.output, error);
  pim::io::require_writable(std::filesystem::path(o.output) / "model.safetensors");

  const pim::Rng rng(program.seed());
  std::vector<std::string> texts;
  std::vector<pim::app::GlueData> examples;
  std::vector<TaskData> tasks;
  for (const pim::task::GlueTask& task : pim::task::glue_tasks) {
    const pim::Rng data_key(pim::app::builtin_data_seed);
    pim::app::GlueData data = pim::app::load_glue(task, "builtin", 0, 500, data_key);
    data.train = pim::task::builtin_examples(task, pim::task::Split::train, o.examples, data_key);
    for (const auto& example : data.train) {
      texts.push_back(example.a);
      if (example.b) texts.push_back(*example.b);
    }
    tasks.push_back({.task = &task, .dev_labels = pim::app::labels_of(data.dev.front().examples)});
    examples.push_back(std::move(data));
  }
  const pim::task::Tokenizer tokenizer{pim::task::WordPiece(pim::task::build_vocabulary(texts, 2000))};
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    tasks[t].train = pim::app::tokenised(examples[t].train, tokenizer, 128);
    tasks[t].dev = pim::app::tokenised(examples[t].dev.front().examples, tokenizer, 128);
  }

  pim::model::EncoderConfig config{.architecture = pim::model::Architecture::bert,
                                   .vocab_size = tokenizer.size(),
                                   .hidden_size = o.hidden,
                                   .num_hidden_layers = o.layers,
                                   .num_attention_heads = o.heads,
                                   .intermediate_size = o.feed_forward,
                                   .max_position_embeddings = 128,
                                   .type_vocab_size = 2,
                                   .pad_token_id = tokenizer.pad_id(),
                                   .layer_norm_eps = 1e-12,
                                   .hidden_dropout = 0.0,
                                   .attention_dropout = 0.0,
                                   .classifier_dropout = 0.0};
  config.labels.clear();
  for (Index i = 0; i < most_outputs; ++i) config.labels.push_back("output" + std::to_string(i));
  Classifier model(config, [](std::string_view) { return pim::kernel::ExactMatmul<float>(); });
  model.initialise(rng.at(start_place));
  const pim::nn::Parameters<float> parameters = model.parameters();
  for (const auto& p : parameters) {
    if (pim::nn::decays(p)) *p.value *= 2.5F;  // sigma 0.05: wider than a large model's 0.02
  }
  tie_queries_to_keys(parameters);

  const Parts parts(model);
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    for (std::size_t i = 0; i < parts.head.size(); ++i) {
      const pim::Matrix& like = *parts.head[i].value;
      const float sigma = pim::nn::decays(parts.head[i]) ? 0.05F : 0.0F;
      tasks[t].head.push_back(pim::normal_matrix(like.rows(), like.cols(), rng.at(head_place, t).at(i), sigma));
    }
  }
  // First stsb alone, whose graded scores teach to compare two sentences, then all tasks.
  std::vector<TaskData*> all, first;
  for (TaskData& data : tasks) {
    all.push_back(&data);
    if (data.task->name == "stsb") first.push_back(&data);
  }
  train_stage(program, model, first, tasks, o, o.first_steps, o.first_rate, rng.at(first_stage_place));
  train_stage(program, model, all, tasks, o, o.steps, o.rate, rng.at(all_stage_place));

  // The saved model's head is that of sst2.
  const TaskData& saved =
      *std::find_if(tasks.begin(), tasks.end(), [](const TaskData& data) { return data.task->name == "sst2"; });
  parts.set_head(saved.head);
  add_common_direction(parts, rng.at(common_place));
  config.labels.assign(saved.task->labels().begin(), saved.task->labels().end());
  pim::io::Safetensors file = pim::io::save_checkpoint(parameters, o.dtype);
  for (const auto& p : parts.head) {
    if (!p.name.starts_with("classifier.")) continue;
    pim::io::Tensor& tensor = file.tensors[p.name];  // [outputs] or [outputs, hidden]: the first rows
    tensor.shape.front() = config.num_labels();
    tensor.data.resize(tensor.data.size() / most_outputs * static_cast<std::size_t>(config.num_labels()));
  }
  pim::io::write_json(std::filesystem::path(o.output) / "config.json", pim::io::encoder_config_json(config));
  pim::io::write_wordpiece(o.output, std::get<pim::task::WordPiece>(tokenizer.model()));
  pim::io::write_safetensors(std::filesystem::path(o.output) / "model.safetensors", file);
  program.print("saved " + o.output + "\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  pim::app::Program program("pim_pretrain", "Trains the built-in model on the built-in sentences of all GLUE tasks.");
  Options o;
  const CLI::Range positive(1, 1 << 24);
  program.flags().add_option("--steps", o.steps, "optimiser steps on all tasks")->check(positive);
  program.flags().add_option("--first-steps", o.first_steps, "optimiser steps on stsb alone, before")->check(positive);
  program.flags().add_option("--batch", o.batch, "examples of a step")->check(CLI::Range(1, 1 << 20));
  program.flags().add_option("--reports", o.reports, "evaluations of each stage")->check(positive);
  program.flags().add_option("--examples", o.examples, "training examples of each task")->check(positive);
  program.flags().add_option("--layers", o.layers, "encoder layers")->check(positive);
  program.flags().add_option("--hidden", o.hidden, "width of the encoder")->check(positive);
  program.flags().add_option("--heads", o.heads, "attention heads")->check(positive);
  program.flags().add_option("--feed-forward", o.feed_forward, "width of the feed-forward layers")->check(positive);
  program.flags().add_option("--lr", o.rate, "peak learning rate")->check(CLI::Range(0.0, 1.0));
  program.flags()
      .add_option("--first-lr", o.first_rate, "peak learning rate on stsb alone")
      ->check(CLI::Range(0.0, 1.0));
  program.flags()
      .add_option("--dtype", o.dtype, "of the saved weights")
      ->check(pim::app::one_of({"F32", "F16", "BF16"}));
  program.flags().add_option("--output", o.output, "folder of the model");
  return program.run(argc, argv, [&] { return pretrain(program, o); });
}
