#include "support/cnn_study.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <pim/io/json_file.hpp>
#include <pim/io/safetensors.hpp>
#include <pim/task/image/builtin_images.hpp>

#include "support/catch.hpp"
#include "support/image_data.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"
#include "support/threads.hpp"

using pim::Index;
using pim::app::CnnEvaluation;
using pim::app::CnnStudy;
using pim::app::CnnStudyParams;
using pim::io::TileConfig;
using pim::test::message_of;

namespace {
const pim::app::Program program("test", "");
const pim::task::ImageSet no_images;

const pim::model::Network& lenet() {
  static const pim::model::Network network = pim::model::make_network("lenet");
  return network;
}
/// Small enough to be trained in a moment, with batch norms.
const pim::model::Network& normed() {
  static const pim::model::Network network = [] {
    pim::model::Graph net({1, 28, 28});
    const auto stage = [&](const std::string& number, pim::model::Value x, Index out) {
      x = net.conv2d("conv" + number, x, {.out = out, .window = pim::mapping::square_window(5, 2, 2), .bias = false});
      return net.relu(net.batch_norm("bn" + number, x));
    };
    net.linear("fc", net.flatten(stage("2", stage("1", pim::model::Graph::input(), 8), 16)), {.out = 10});
    return pim::model::Network{"normed", net, pim::model::Preprocessing::mnist};
  }();
  return network;
}
const pim::task::ImageSet& test_images() {
  static const auto images = pim::task::builtin_images(pim::task::ImageSplit::test, 0, 200);
  return images;
}
/// Noise with a brighter square in one of ten places: learned in a moment.
pim::task::ImageSet squares(Index count, const pim::Rng& rng) {
  pim::task::ImageSet images{.shape = {1, 28, 28}, .pixels = {}, .labels = {}, .class_names = {}};
  for (Index i = 0; i < count; ++i) {
    const Index label = i % 10, left = label % 5 * 5 + 1, top = label / 5 * 12 + 3;
    const pim::Rng pixel = rng.at(static_cast<std::uint64_t>(i));
    for (Index p = 0; p < 28 * 28; ++p) {
      const bool inside = p % 28 >= left && p % 28 < left + 5 && p / 28 >= top && p / 28 < top + 6;
      images.pixels.push_back(
          static_cast<std::uint8_t>(pixel.below(static_cast<std::uint64_t>(p), 120) + (inside ? 80 : 0)));
    }
    images.labels.push_back(static_cast<int>(label));
  }
  return images;
}
const pim::task::ImageSet& square_test() {
  static const auto images = squares(200, pim::Rng(1));
  return images;
}
const pim::task::ImageSet& square_train() {
  static const auto images = squares(500, pim::Rng(2));
  return images;
}

TileConfig tile(const std::string& config, const pim::model::Network& network) {
  const std::string both =
      R"({"by": "type", "conv2d": {"config": )" + config + R"(}, "linear": {"config": )" + config + "}}";
  return TileConfig::parse(pim::io::parse_json(both, "t.json"), "t.json", pim::app::modules_of(network.graph));
}
TileConfig preset(const char* name, const pim::model::Network& network) {
  return pim::io::read_tile_config(name, pim::app::modules_of(network.graph));
}
/// The bundled LeNet.
CnnStudy bundled(const CnnStudyParams& params = {}, std::uint64_t seed = 42) {
  return CnnStudy(lenet(), pim::app::builtin_cnn_weights(), test_images(), no_images, params, seed, program);
}
const CnnStudyParams& short_training() {
  static const CnnStudyParams params{.train = {.epochs = 3, .batch = 32, .learning_rate = 3e-3}};
  return params;
}
/// `normed`, trained: its file, and what it scores.
struct Trained {
  pim::test::TemporaryFolder folder;
  std::filesystem::path weights = folder / "normed-seed42-original/model.safetensors";
  double top1;

  Trained() {
    CnnStudyParams params = short_training();
    params.output = folder.path();
    top1 = CnnStudy(normed(), std::nullopt, square_test(), square_train(), params, 42, program)
               .original()
               .at(0)
               .top1.at(0);
  }
};
const Trained& trained() {
  static const Trained network;
  return network;
}
}  // namespace

TEST_CASE("CnnStudy: the bundled LeNet scores what its page says, the ideal tile changes no bit", "[examples][cnn]") {
  const auto all = pim::task::builtin_images(pim::task::ImageSplit::test, 0, pim::app::builtin_test_images);
  CnnStudy study(lenet(), pim::app::builtin_cnn_weights(), all, no_images, {}, 42, program);
  CHECK(study.notes().empty());
  const CnnEvaluation original = study.original().at(0);
  CHECK(std::abs(original.top1.at(0) - 0.9915) < 0.0011);  // 2 images for another machine's rounding
  CHECK(original.images == 2000);
  const std::vector<CnnEvaluation> ideal = study.post_training(preset("ideal", lenet()), {});
  REQUIRE(ideal.size() == 1);
  CHECK(ideal[0].logits == original.logits);
  CHECK(study.random().at(0).top1.at(0) < 0.35);  // ten classes
}

TEST_CASE("CnnStudy: a seed gives the same bits at any number of threads, another seed others", "[examples][cnn]") {
  const auto logits = [](int threads, std::uint64_t seed) {
    const pim::test::WithThreads with(threads);
    CnnStudy study = bundled({}, seed);
    return study.post_training(preset("pcm", lenet()), {}).at(0).logits;
  };
  const pim::Matrix one = logits(1, 42);
  CHECK(logits(3, 42) == one);
  CHECK(logits(1, 43) != one);
}

TEST_CASE("CnnStudy: instances are devices of their own, the confusion adds them up", "[examples][cnn]") {
  const TileConfig noisy = tile(R"({"tile_type": "reram", "core_size": 64, "noise_magnitude": 0.5})", lenet());
  CnnStudy three = bundled({.instances = 3}), one = bundled();
  const CnnEvaluation all = three.post_training(noisy, {}).at(0), first = one.post_training(noisy, {}).at(0);
  REQUIRE(all.top1.size() == 3);
  CHECK(all.logits == first.logits);
  CHECK(all.top1[0] == first.top1.at(0));
  CHECK(pim::app::spread(all.top1).deviation > 0.0);
  for (Index label = 0; label < 10; ++label) CHECK(all.confusion.row(label).sum() == 3 * 20);  // classes in turn
  CHECK(static_cast<double>(all.confusion.trace()) == Approx(600.0 * pim::app::spread(all.top1).mean));
  CHECK(three.post_training(preset("ideal", lenet()), {}).at(0).top1.size() == 1);  // nothing to repeat
}

TEST_CASE("CnnStudy: time and compensation reach the tile", "[examples][cnn]") {
  CnnStudy study = bundled();
  const TileConfig pcm = preset("pcm", lenet());
  const auto at = [&](const pim::app::Condition& condition) { return study.post_training(pcm, condition).at(0); };
  const pim::Matrix fresh = at({}).logits;
  CHECK(at({.t_s = 25.0, .compensated = true}).logits == fresh);  // what the preset says
  constexpr double year_s = 3.15e7;
  const CnnEvaluation old = at({.t_s = year_s, .compensated = true}),
                      drifted = at({.t_s = year_s, .compensated = false});
  CHECK(old.logits != fresh);
  CHECK(drifted.logits.norm() < 0.7F * old.logits.norm());  // conductances have fallen, biases have not
  CHECK(old.top1.at(0) > drifted.top1.at(0));
}

TEST_CASE("conditions: every time with every choice, only what changes the tile", "[examples][cnn]") {
  const auto count = [](const char* name, const std::vector<double>& times, const std::vector<std::string>& choice) {
    return pim::app::conditions(preset(name, lenet()), times, choice).size();
  };
  CHECK(count("pcm", {25.0, 3600.0}, {"on", "off"}) == 4);
  CHECK(count("pcm", {}, {"on", "off"}) == 2);
  CHECK(count("reram", {1.0, 86400.0}, {"on", "off"}) == 2);  // has no compensation
  CHECK(count("sram", {25.0, 3600.0}, {"on", "off"}) == 1);
  const auto all = pim::app::conditions(preset("pcm", lenet()), {25.0, 3600.0}, {"off"});
  REQUIRE(all.size() == 2);
  CHECK((all[1].t_s == 3600.0 && all[1].compensated == false));
  CHECK(!pim::app::conditions(preset("pcm", lenet()), {25.0}, {}).at(0).compensated);
}

TEST_CASE("CnnStudy: errors of layers are 0 where they are exact", "[examples][cnn]") {
  CnnStudy study = bundled({.per_layer = true});
  const auto errors = [&](const TileConfig& config) { return study.post_training(config, {}).at(0).layer_errors; };
  for (const auto& [layer, error] : errors(preset("ideal", lenet()))) CHECK(error == 0.0);
  const auto pcm = errors(preset("pcm", lenet()));
  REQUIRE(pcm.size() == 5);
  CHECK((pcm[0].layer == "conv1" && pcm[4].layer == "fc3"));
  for (const auto& [layer, error] : pcm) CHECK((error > 0.005 && error < 1.0));

  const TileConfig inner = pim::app::in_layers(preset("pcm", lenet()), {"inner"}, lenet().graph);
  CHECK(inner.find("conv1") == nullptr);
  CHECK(inner.find("fc3") == nullptr);
  CHECK(inner.find("fc2") != nullptr);
  CHECK(errors(inner)[0].relative_error == 0.0);
  CHECK(errors(inner)[1].relative_error > 0.005);
}

TEST_CASE("CnnStudy: the work of all images on one device, LeNet-5's 416,520 products each", "[examples][cnn]") {
  namespace action = pim::cost::action;
  CnnStudy study = bundled({.instances = 2});
  const auto work = [&](const TileConfig& config) { return study.post_training(config, {}).at(0).work; };
  const pim::app::Work all = work(preset("pcm", lenet()));
  CHECK(all.items == 200);
  CHECK(all.inference[action::mac] == 200U * 416520U);
  CHECK(all.inference[action::digital_mac] == 0);
  CHECK(all.programming[action::mac] == 0);
  const pim::app::Work inner = work(pim::app::in_layers(preset("pcm", lenet()), {"inner"}, lenet().graph));
  constexpr std::uint64_t conv1 = 6 * 28 * 28 * 25, fc3 = 84 * 10;
  CHECK(inner.inference[action::digital_mac] == 200 * (conv1 + fc3));
  CHECK(inner.inference[action::mac] == 200 * (416520 - conv1 - fc3));
  CHECK(inner.programming[action::array] < all.programming[action::array]);
}

TEST_CASE("in_layers: wrong choices are refused", "[examples][cnn]") {
  const auto refusal = [](const std::vector<std::string>& layers) {
    return message_of([&] { (void)pim::app::in_layers(preset("pcm", lenet()), layers, lenet().graph); });
  };
  CHECK(refusal({"all"}) == "(no error)");
  CHECK_THAT(refusal({"conv3"}), ContainsSubstring("--layers: no linear or conv2d layer has the path 'conv3'"));
  CHECK_THAT(refusal({"fc1", "inner"}), ContainsSubstring("stand alone"));
  const auto only_linear =
      TileConfig::parse(pim::io::parse_json(R"({"by": "type", "linear": {"config": {"tile_type": "pcm"}}})", "t.json"),
                        "t.json", pim::app::modules_of(lenet().graph));
  CHECK_THAT(message_of([&] { (void)pim::app::in_layers(only_linear, {"conv2"}, lenet().graph); }),
             ContainsSubstring("no layer is left"));
}

TEST_CASE("CnnStudy: recalibration mends wrong statistics on a device, and leaves float alone", "[examples][cnn]") {
  const Trained& network = trained();
  REQUIRE(network.top1 > 0.95);
  const pim::test::TemporaryFolder folder;
  pim::io::Safetensors file = pim::io::read_safetensors(network.weights);
  for (float& mean : file.tensors.at("bn2.running_mean").data) mean += 30.0F;
  for (float& variance : file.tensors.at("bn1.running_var").data) variance *= 25.0F;
  pim::io::write_safetensors(folder / "wrong.safetensors", file);

  const CnnStudyParams params{.recalibrate = 500};
  CnnStudy study(normed(), folder / "wrong.safetensors", square_test(), square_train(), params, 42, program);
  CHECK(study.original().at(0).top1.at(0) < 0.6);
  CHECK(study.post_training(preset("ideal", normed()), {}).size() == 1);
  const auto sram = study.post_training(preset("sram", normed()), {});
  REQUIRE(sram.size() == 2);
  CHECK((!sram[0].recalibrated && sram[1].recalibrated));
  CHECK(sram[0].top1.at(0) < 0.6);
  CHECK(sram[1].top1.at(0) > 0.95);
}

TEST_CASE("CnnStudy: fine-tuning brings accuracy back, repeats, and is kept", "[examples][cnn]") {
  const TileConfig noisy = tile(R"({"tile_type": "reram", "core_size": 64, "noise_magnitude": 0.3})", normed());
  const pim::test::TemporaryFolder folder;
  CnnStudyParams params = short_training();
  params.output = folder.path();
  params.instances = 3;
  const auto tuned = [&](const CnnStudyParams& p, const TileConfig& config) {
    CnnStudy study(normed(), trained().weights, square_test(), square_train(), p, 42, program);
    study.fine_tune(config);
    return study.fine_tuned(config, {}).at(0);
  };
  CnnStudy before(normed(), trained().weights, square_test(), square_train(), params, 42, program);
  const CnnEvaluation first = tuned(params, noisy);
  CHECK(pim::app::spread(first.top1).mean > pim::app::spread(before.post_training(noisy, {}).at(0).top1).mean);
  CHECK(std::filesystem::exists(folder / "normed-seed42-fine-tune-t/model.safetensors"));

  SECTION("--resume continues the same run, and no other") {
    params.resume = true;
    CHECK(tuned(params, noisy).logits == first.logits);
    const auto refusal = [&](const CnnStudyParams& changed, const TileConfig& config) {
      return message_of([&] { (void)tuned(changed, config); });
    };
    CHECK_THAT(refusal(params, tile(R"({"tile_type": "pcm"})", normed())), ContainsSubstring("use the same flags"));
    CnnStudyParams changed = params;
    changed.augmentation.shift = 1;
    CHECK_THAT(refusal(changed, noisy), ContainsSubstring("use the same flags"));
    changed = params;
    changed.distillation = 0.5;
    CHECK_THAT(refusal(changed, noisy), ContainsSubstring("use the same flags"));
  }
  SECTION("the float network's opinion changes it, to the bit the same twice") {
    params.output.clear();
    params.distillation = 0.7;
    const pim::Matrix logits = tuned(params, noisy).logits;
    CHECK(logits != first.logits);
    CHECK(tuned(params, noisy).logits == logits);
  }
}

TEST_CASE("CnnStudy: weights of another network are refused", "[examples][cnn]") {
  const pim::test::TemporaryFolder folder;
  const auto load = [&](const char* name, const char* extra, std::vector<Index> shape) {
    pim::io::Safetensors file = pim::io::read_safetensors(pim::app::builtin_cnn_weights());
    file.tensors[extra] = {.dtype = "F32", .shape = shape, .data = std::vector<float>(4, 0.0F)};
    pim::io::write_safetensors(folder / name, file);
    return CnnStudy(lenet(), folder / name, test_images(), no_images, {}, 42, program).notes();
  };
  CHECK_THAT(message_of([&] { (void)load("a", "conv1.0.bias", {4}); }),
             ContainsSubstring("lenet has no conv1.0.bias (F32 [4]); these are the weights of another network"));
  CHECK(load("b", "conv1.num_batches_tracked", {4}).empty());  // PyTorch saves it with every batch norm
  const auto notes = load("c", "aux.bias", {4});
  REQUIRE(notes.size() == 1);
  CHECK_THAT(notes[0], ContainsSubstring("not used: aux.bias (F32 [4])"));

  pim::io::Safetensors diverged = pim::io::read_safetensors(pim::app::builtin_cnn_weights());
  diverged.tensors.at("fc2.bias").data[3] = std::numeric_limits<float>::quiet_NaN();
  pim::io::write_safetensors(folder / "d", diverged);
  CHECK_THAT(message_of([&] { CnnStudy(lenet(), folder / "d", test_images(), no_images, {}, 42, program); }),
             ContainsSubstring("tensor 'fc2.bias' is not finite everywhere"));

  CHECK_THAT(message_of([&] { (void)pim::app::evaluate_int8(folder / "a", test_images(), program); }),
             ContainsSubstring("takes its model.safetensors beside graph.json"));
}
