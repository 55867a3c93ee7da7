// What a program outside of this repository does with the library: it classifies sentences and images with the bundled
// models, in float32 and through SRAM tiles.
#include <cstdio>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <pim/io/image_data.hpp>
#include <pim/io/model_folder.hpp>
#include <pim/io/safetensors.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/model/conv_net.hpp>
#include <pim/model/networks.hpp>
#include <pim/model/sequence_classifier.hpp>
#include <pim/task/image/builtin_images.hpp>
#include <pim/task/image/image_dataset.hpp>
#include <pim/task/image/image_scores.hpp>
#include <pim/task/train/predict.hpp>
#include <pim/task/train/sample.hpp>
#include <pim/tile/digital_fp8_tile.hpp>
#include <pim/tile/ideal_tile.hpp>

namespace {

/// How many of these opinions the bundled model gets right when its linear layers run on `Tile`.
template <class Tile>
int right_answers(const pim::io::ModelFolder& folder) {
  using Kernel = pim::kernel::Matmul<Tile>;
  pim::model::SequenceClassifier<float, Kernel> model(folder.config, [](std::string_view) { return Kernel(); });
  pim::io::load_checkpoint(folder.weights, "the bundled model", model.parameters(), "bert.");
  struct Opinion {
    std::string_view text;
    int label;
  };
  std::vector<pim::task::Sample> samples;
  std::vector<int> labels;
  for (const Opinion& opinion : {Opinion{"the film was very good", 1}, Opinion{"the acting was boring", 0},
                                 Opinion{"the story was not bad", 1}, Opinion{"the music was never charming", 0}}) {
    const pim::task::Encoding encoding = folder.tokenizer.encode(opinion.text);
    samples.push_back({encoding.ids, encoding.type_ids, 0.0F});
    labels.push_back(opinion.label);
  }
  pim::cost::Ledger ledger;
  model.program(pim::Rng(1), ledger);
  const auto classes = pim::task::classes(
      pim::task::predict(model, pim::task::TokenDataset(samples, folder.config), 4, pim::Rng(2), ledger));
  int right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += classes[i] == labels[i] ? 1 : 0;
  return right;
}

/// How many of a hundred built-in images the bundled LeNet gets right when its layers run on `Tile`.
template <class Tile>
int right_images(const pim::io::Safetensors& weights) {
  using Kernel = pim::kernel::Matmul<Tile>;
  pim::model::ConvNet<float, Kernel> net(pim::model::make_network("lenet").graph,
                                         [](std::string_view, pim::model::ProductKind) { return Kernel(); });
  pim::io::load_checkpoint(weights, "the bundled LeNet", net.parameters());
  const pim::task::ImageSet images = pim::task::builtin_images(pim::task::ImageSplit::test, 0, 100);
  pim::cost::Ledger ledger;
  net.program(pim::Rng(1), ledger);
  const pim::task::ImageDataset data(images, pim::task::normalisation::mnist);
  const auto answers = pim::task::classes(pim::task::predict(net, data, 100, pim::Rng(2), ledger));
  return static_cast<int>(100.0 * pim::task::top1(answers, images.labels) + 0.5);
}

/// Whether the compressed files that this build can read are read: "pim", and one pixel of level 42.
bool reads_compressed() {
  using namespace std::string_view_literals;
  bool right = true;
#ifdef PIM_WITH_ZLIB
  constexpr auto gzip =
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xc8\xcc\x05\x00\x49\x7c\x8c\x2c\x03\x00\x00\x00"sv;
  right = right && pim::io::gunzip(gzip, "pim.gz") == "pim";
#endif
#ifdef PIM_WITH_PNG
  constexpr auto png =
      "\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00"
      "\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\xd0\x02\x00\x00\x2c\x00\x2b\xcc\x7a\xe8"
      "\xe6\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82"sv;
  right = right && pim::io::parse_png(png, "pixel.png") == pim::task::Image{{1, 1, 1}, {42}};
#endif
  return right;
}

}  // namespace

int main() {
  const pim::io::ModelFolder folder = pim::io::read_model_folder(PIM_MODEL_DIR "/builtin");
  const int exact = right_answers<pim::tile::IdealTile>(folder);
  const int sram = right_answers<pim::tile::DigitalFP8Tile>(folder);
  std::printf("%s: %d of 4 right in float32, %d of 4 on SRAM tiles\n", PIM_MODEL_DIR, exact, sram);
  const pim::io::Safetensors lenet = pim::io::read_safetensors(PIM_MODEL_DIR "/builtin-lenet/model.safetensors");
  const int exact_images = right_images<pim::tile::IdealTile>(lenet);
  const int sram_images = right_images<pim::tile::DigitalFP8Tile>(lenet);
  std::printf("of 100 images %d right in float32, %d on SRAM tiles\n", exact_images, sram_images);
  return exact == 4 && sram == 4 && exact_images >= 95 && sram_images >= 93 && reads_compressed() ? 0 : 1;
}
