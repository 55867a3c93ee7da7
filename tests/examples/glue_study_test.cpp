#include "support/glue_study.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <pim/io/json_file.hpp>
#include <pim/io/model_folder.hpp>
#include <pim/io/safetensors.hpp>

#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

using pim::app::GlueStudy;
using pim::app::StudyParams;
using pim::test::message_of;

namespace {
const pim::task::GlueTask& task = pim::task::glue_task("sst2");
const pim::app::Program program("test", "");

pim::io::TileConfig tile(const std::string& config) {
  return pim::io::TileConfig::parse(
      pim::io::parse_json(R"({"by": "type", "linear": {"config": {"tile_type": )" + config + "}}}", "t.json"), "t.json",
      {});
}
GlueStudy study(const StudyParams& params, const std::string& model = "builtin") {
  const pim::app::GlueData data = pim::app::load_glue(task, "builtin", 32, 64, pim::Rng(1));
  return GlueStudy(task, data, pim::app::load_pretrained(model, task, data, true), params, 42, program);
}
double score(const std::vector<pim::app::Evaluation>& evaluations) { return evaluations.at(0).score.value; }
}  // namespace

TEST_CASE("GlueStudy: --resume continues the same run, and no other", "[examples]") {
  const pim::test::TemporaryFolder folder;
  StudyParams params{.train = {.epochs = 1, .batch = 16, .learning_rate = 1e-3}, .output = folder.path()};
  const pim::io::TileConfig pcm = tile(R"("pcm")"), sram = tile(R"("digital")");
  GlueStudy first = study(params);
  first.fine_tune(pcm);
  const double expected = score(first.fine_tuned(pcm, {}));

  params.resume = true;
  GlueStudy again = study(params);
  again.fine_tune(pcm);
  CHECK(score(again.fine_tuned(pcm, {})) == expected);
  CHECK(again.tuned_train_s() < first.tuned_train_s());

  const auto refusal = [&](const StudyParams& changed, const pim::io::TileConfig& other) {
    GlueStudy run = study(changed);
    return message_of([&] { run.fine_tune(other); });
  };
  CHECK_THAT(refusal(params, sram), ContainsSubstring("use the same flags"));  // another tile of the same name
  StudyParams changed = params;
  changed.train.learning_rate = 1.0000001e-3;
  CHECK_THAT(refusal(changed, pcm), ContainsSubstring("use the same flags"));
  changed = params;
  changed.start_from_original = true;
  CHECK_THAT(refusal(changed, pcm), ContainsSubstring("use the same flags"));
}

TEST_CASE("load_pretrained: a head with the task's labels in another order is put in the task's", "[examples]") {
  const pim::test::TemporaryFolder folder;
  std::filesystem::copy(pim::app::builtin_model_folder(), folder.path(), std::filesystem::copy_options::recursive);
  const double expected = score(study({.train = {.epochs = 0}}).original());
  pim::io::Safetensors file = pim::io::read_safetensors(folder.path() / "model.safetensors");
  for (const char* name : {"classifier.weight", "classifier.bias"}) {
    std::vector<float>& data = file.tensors.at(name).data;
    std::rotate(data.begin(), data.begin() + std::ssize(data) / 2, data.end());
  }
  pim::io::write_safetensors(folder.path() / "model.safetensors", file);
  pim::io::Json config = pim::io::read_json(folder.path() / "config.json");
  config["id2label"] = {{"0", "POSITIVE"}, {"1", "NEGATIVE"}};
  config["label2id"] = {{"POSITIVE", 0}, {"NEGATIVE", 1}};
  pim::io::write_json(folder.path() / "config.json", config);
  CHECK(score(study({.train = {.epochs = 0}}, folder.path().string()).original()) == expected);
}

TEST_CASE("GlueStudy: random differs from original, one instance has no spread", "[examples]") {
  GlueStudy run = study({.train = {.epochs = 0}, .instances = 2});
  CHECK(score(run.original()) > 0.75);
  CHECK(score(run.random()) < 0.7);
  CHECK(std::isnan(run.original().at(0).score_std));
  CHECK(!std::isnan(run.post_training(pim::io::TileConfig::preset("pcm"), {}).at(0).score_std));
  CHECK(run.post_training(pim::io::TileConfig::preset("ideal"), {}).at(0).instances == 1);
}

TEST_CASE("GlueStudy: the work of all sentences on one device, and compensation reaches the tile", "[examples]") {
  namespace action = pim::cost::action;
  GlueStudy one = study({.train = {.epochs = 0}}), two = study({.train = {.epochs = 0}, .instances = 2});
  const pim::io::TileConfig pcm = pim::io::TileConfig::preset("pcm");
  const auto first = one.post_training(pcm, {}).at(0), both = two.post_training(pcm, {}).at(0);
  CHECK(first.work.items == 64);
  CHECK(first.work.inference[action::mac] > 0);
  CHECK(first.work.inference[action::digital_mac] > 0);  // attention multiplies activations
  CHECK(both.work.inference[action::mac] == first.work.inference[action::mac]);
  CHECK(both.work.programming[action::cell_write] == first.work.programming[action::cell_write]);
  const auto late = [&](bool on) { return score(one.post_training(pcm, {.t_s = 1e9, .compensated = on})); };
  CHECK(late(true) > late(false));
}
