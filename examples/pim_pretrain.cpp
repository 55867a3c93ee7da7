// Trains the built-in model: one small BERT encoder on the built-in sentences of all nine GLUE tasks at once, each task
// with outputs of its own. What it saves, models/builtin, has the head of sst2; pim_glue puts fresh heads on it.
#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <pim/io/model_folder.hpp>
#include <pim/kernel/exact_matmul.hpp>
#include <pim/model/sequence_classifier.hpp>
#include <pim/nn/adamw.hpp>
#include <pim/nn/loss.hpp>
#include <pim/task/glue/build_vocabulary.hpp>
#include <pim/task/glue/metrics.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/task/train/schedule.hpp>

#include "support/glue_data.hpp"
#include "support/program.hpp"

namespace {

using Classifier = pim::model::SequenceClassifier<float, pim::kernel::ExactMatmul<float>>;
using pim::Index;

struct Options {
  Index first_steps = 1500, steps = 9000, batch = 80, examples = 40000, reports = 8, layers = 2, hidden = 64,
        heads = 4, feed_forward = 256;
  double first_rate = 4e-3, rate = 1e-3;
  std::string output = "models/builtin", dtype = "F32";
};

/// One task's examples, and the columns of the model's outputs that are its own.
struct TaskData {
  const pim::task::GlueTask* task;
  Index first_output;
  std::vector<pim::task::Sample> train, dev;
  std::vector<float> dev_labels;
};

/// Place of random numbers below the seed.
enum Place : std::uint64_t { start_place, first_stage_place, all_stage_place, order_place, forward_place };

/// Queries and keys start out equal, so that a token attends to its like: the relation that pair tasks are about.
void tie_queries_to_keys(const pim::nn::Parameters<float>& parameters) {
  const pim::Matrix* query = nullptr;
  for (const auto& p : parameters) {
    if (p.name.ends_with("self.query.weight")) query = &(*p.value *= 3.0F);
    if (p.name.ends_with("self.key.weight")) *p.value = *query;
  }
}

/// Mean loss of a batch in which sample i belongs to tasks[i % tasks]; fills the gradient of the logits.
double loss_of(pim::ConstMatrixRef logits, const std::vector<float>& labels, const std::vector<const TaskData*>& tasks,
               pim::Matrix& d_logits) {
  d_logits.setZero(logits.rows(), logits.cols());
  double loss = 0.0;
  const float share = 1.0F / static_cast<float>(logits.rows());
  for (Index i = 0; i < logits.rows(); ++i) {
    const TaskData& data = *tasks[static_cast<std::size_t>(i) % tasks.size()];
    const Index outputs = data.task->outputs();
    const pim::Matrix own = logits.block(i, data.first_output, 1, outputs);
    pim::Matrix d(1, outputs);
    const std::span label(&labels[static_cast<std::size_t>(i)], 1);
    loss +=
        outputs == 1 ? pim::nn::mean_squared_error<float>(own, label, d) : pim::nn::cross_entropy<float>(own, label, d);
    d_logits.block(i, data.first_output, 1, outputs) = share * d;
  }
  return loss / static_cast<double>(logits.rows());
}

pim::io::OrderedJson scores(Classifier& model, const std::vector<TaskData>& tasks) {
  pim::io::OrderedJson row;
  pim::cost::Ledger ledger;
  model.program(pim::Rng(0), ledger);
  for (const TaskData& data : tasks) {
    const pim::Matrix logits =
        pim::task::predict(model, std::span<const pim::task::Sample>(data.dev), 64, pim::Rng(0), ledger);
    row[std::string(data.task->name)] =
        pim::task::glue_score(*data.task, logits.middleCols(data.first_output, data.task->outputs()), data.dev_labels)
            .value;
  }
  return row;
}

/// Trains on batches that hold as many examples of each of `tasks`.
void train_stage(pim::app::Program& program, Classifier& model, const std::vector<const TaskData*>& tasks,
                 const std::vector<TaskData>& reported, const Options& o, Index steps, double rate, const pim::Rng& rng) {
  const pim::nn::Parameters<float> parameters = model.parameters();
  pim::nn::AdamW<float> optimizer({.beta2 = 0.98, .weight_decay = 0.01});
  const Index per_task = o.batch / std::ssize(tasks), warmup = std::min<Index>(500, steps / 10);
  std::vector<std::vector<Index>> order(tasks.size());
  pim::cost::Ledger ledger;
  pim::Matrix d_logits;
  pim::app::Progress progress = program.progress("pretrain", steps);
  for (Index step = 0; step < steps; ++step) {
    std::vector<pim::task::Sample> samples;
    std::vector<float> labels;
    for (Index i = 0; i < per_task * std::ssize(tasks); ++i) {
      const auto t = static_cast<std::size_t>(i) % tasks.size();
      const std::vector<pim::task::Sample>& train = tasks[t]->train;
      const Index at = step * per_task + i / std::ssize(tasks), size = std::ssize(train);
      if (at % size == 0) {
        order[t] = pim::task::shuffled(size, rng.at(order_place, static_cast<std::uint64_t>(at / size)).at(t));
      }
      samples.push_back(train[static_cast<std::size_t>(order[t][static_cast<std::size_t>(at % size)])]);
      labels.push_back(samples.back().label);
    }
    std::vector<Index> numbers(samples.size());
    std::iota(numbers.begin(), numbers.end(), Index{0});
    model.program(rng, ledger);
    const pim::Matrix logits = model.forward(pim::task::make_batch(samples, numbers, model.config()),
                                             rng.at(forward_place, static_cast<std::uint64_t>(step)), ledger, true);
    const double loss = loss_of(logits, labels, tasks, d_logits);
    pim::nn::zero_gradients(parameters);
    model.backward(d_logits);
    pim::nn::clip_gradients(parameters, 1.0);
    optimizer.step(parameters, pim::task::linear_schedule(rate, warmup, steps, step));
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
  const pim::Rng rng(program.seed());
  std::vector<std::string> texts;
  std::vector<pim::app::GlueData> examples;
  Index outputs = 0;
  std::vector<TaskData> tasks;
  for (const pim::task::GlueTask& task : pim::task::glue_tasks) {
    const pim::Rng data_key(pim::app::builtin_data_seed);
    pim::app::GlueData data = pim::app::load_glue(task, "builtin", 0, 500, data_key);
    data.train = pim::task::builtin_examples(task, pim::task::Split::train, o.examples, data_key);
    for (const auto& example : data.train) {
      texts.push_back(example.a);
      if (example.b) texts.push_back(*example.b);
    }
    tasks.push_back({&task, outputs, {}, {}, pim::app::labels_of(data.dev.front().examples)});
    outputs += task.outputs();
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
  for (Index i = 0; i < outputs; ++i) config.labels.push_back("output" + std::to_string(i));
  Classifier model(config, [](std::string_view) { return pim::kernel::ExactMatmul<float>(); });
  model.initialise(rng.at(start_place));
  const pim::nn::Parameters<float> parameters = model.parameters();
  for (const auto& p : parameters) {
    if (pim::nn::decays(p.name)) *p.value *= 2.5F;  // sigma 0.05: wider than a large model's 0.02
  }
  tie_queries_to_keys(parameters);

  // First stsb alone, whose graded scores teach to compare two sentences, then all tasks.
  std::vector<const TaskData*> all, first;
  for (const TaskData& data : tasks) {
    all.push_back(&data);
    if (data.task->name == "stsb") first.push_back(&data);
    if (data.task->name == "sst2") all.push_back(&data);  // twice: it is learned last
  }
  train_stage(program, model, first, tasks, o, o.first_steps, o.first_rate, rng.at(first_stage_place));
  train_stage(program, model, all, tasks, o, o.steps, o.rate, rng.at(all_stage_place));

  // The saved model's head is that of sst2.
  const TaskData& head =
      *std::find_if(tasks.begin(), tasks.end(), [](const TaskData& t) { return t.task->name == "sst2"; });
  config.labels.assign(head.task->labels().begin(), head.task->labels().end());
  config.hidden_dropout = config.attention_dropout = config.classifier_dropout = 0.0;
  pim::io::Safetensors file = pim::io::save_checkpoint(parameters, o.dtype);
  for (const auto& p : parameters) {
    if (!p.name.starts_with("classifier.")) continue;
    const pim::Matrix own = p.value->middleCols(head.first_output, 2).transpose();
    file.tensors[p.name].shape = p.name == "classifier.bias" ? std::vector<Index>{2} : std::vector<Index>{2, o.hidden};
    file.tensors[p.name].data.assign(own.data(), own.data() + own.size());
  }
  std::filesystem::create_directories(o.output);
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
  program.flags().add_option("--batch", o.batch, "examples of a step")->check(CLI::Range(9, 1 << 20));
  program.flags().add_option("--reports", o.reports, "evaluations of each stage")->check(positive);
  program.flags().add_option("--examples", o.examples, "training examples of each task")->check(positive);
  program.flags().add_option("--layers", o.layers, "encoder layers")->check(positive);
  program.flags().add_option("--hidden", o.hidden, "width of the encoder")->check(positive);
  program.flags().add_option("--heads", o.heads, "attention heads")->check(positive);
  program.flags().add_option("--feed-forward", o.feed_forward, "width of the feed-forward layers")->check(positive);
  program.flags().add_option("--lr", o.rate, "peak learning rate")->check(CLI::Range(0.0, 1.0));
  program.flags().add_option("--first-lr", o.first_rate, "peak learning rate on stsb alone")->check(CLI::Range(0.0, 1.0));
  program.flags()
      .add_option("--dtype", o.dtype, "of the saved weights")
      ->check(pim::app::one_of({"F32", "F16", "BF16"}));
  program.flags().add_option("--output", o.output, "folder of the model");
  return program.run(argc, argv, [&] { return pretrain(program, o); });
}
