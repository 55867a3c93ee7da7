// What a program outside of this repository does with the library: it classifies sentences with the bundled model, in
// float32 and through SRAM tiles.
#include <cstdio>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <pim/io/model_folder.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/model/sequence_classifier.hpp>
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

}  // namespace

int main() {
  const pim::io::ModelFolder folder = pim::io::read_model_folder(PIM_MODEL_DIR "/builtin");
  const int exact = right_answers<pim::tile::IdealTile>(folder);
  const int sram = right_answers<pim::tile::DigitalFP8Tile>(folder);
  std::printf("%s: %d of 4 right in float32, %d of 4 on SRAM tiles\n", PIM_MODEL_DIR, exact, sram);
  return exact == 4 && sram == 4 ? 0 : 1;
}
