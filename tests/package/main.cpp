// What a program outside of this repository does with the library: it classifies sentences and images with the bundled
// models, in float32 and through SRAM tiles.
#include <cstdio>
#include <initializer_list>
#include <string_view>
#include <vector>

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
  return exact == 4 && sram == 4 && exact_images >= 95 && sram_images >= 93 ? 0 : 1;
}
