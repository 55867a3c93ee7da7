#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <pim/core/matrix.hpp>
#include <pim/core/rng.hpp>
#include <pim/io/tile_config.hpp>
#include <pim/model/networks.hpp>
#include <pim/task/image/image_dataset.hpp>
#include <pim/task/image/image_set.hpp>
#include <pim/task/train/trainer.hpp>

#include "support/study.hpp"

/// One convolutional network with one seed: loaded or trained, then evaluated and fine-tuned on simulated hardware.
namespace pim::app {

class Program;

struct CnnStudyParams {
  task::TrainParams train = {};
  task::Augmentation augmentation = {};
  double distillation = 0.0;  ///< share of the float network's opinion in the loss of fine-tuning, 0 to 1
  double temperature = 4.0;   ///< of that opinion
  int instances = 1;          ///< devices programmed for each evaluation
  Index recalibrate = 0;      ///< training images for the batch norms of each programmed device; 0: as they are
  bool start_from_original = false;
  bool per_layer = false;
  std::filesystem::path output = {};  ///< checkpoints; empty: none are kept
  bool resume = false;
};

/// Relative error of one layer's output against float: |y - y_float| / |y_float|.
struct LayerError {
  std::string layer;
  double relative_error;
};

/// What a network scores on the test images, over device instances.
struct CnnEvaluation {
  std::vector<double> top1 = {};  ///< of each instance
  Index images = 0;
  bool recalibrated = false;
  double eval_s = 0.0;
  Matrix logits = {};                         ///< (images, classes) of the first instance
  Matrix_<std::int64_t> confusion = {};       ///< (class, answer), summed over the instances
  std::vector<LayerError> layer_errors = {};  ///< of the first instance, on the first batch; empty unless asked for
  Work work = {};                             ///< none: it is not known
};

/// The tile in some layers only: of {"all"}, {"inner"} (all but the first and the last) or paths.
/// throws std::invalid_argument: a path that no layer has; no layer is left on a tile
io::TileConfig in_layers(const io::TileConfig& tile, const std::vector<std::string>& layers, const model::Graph& graph);

bool has_batch_norms(const model::Graph& graph);

/// The int8 ResNet-8 by its own integer arithmetic, which takes the place of a tile. weights: model.safetensors beside
/// graph.json, or their folder.
/// throws std::invalid_argument: a file of another name; what io::read_int8_network throws
CnnEvaluation evaluate_int8(const std::filesystem::path& weights, const task::ImageSet& images, const Program& program);

class CnnStudy {
 public:
  /// Keys of random numbers below the seed; the i-th device's is at(instance_place, i).
  enum Place : std::uint64_t { start_place = 1, training_place, instance_place };

  /// weights: of `original`, by name; none: it is trained. The images must outlive the study.
  /// throws what io::load_checkpoint throws; std::runtime_error: the weights are of another network
  CnnStudy(const model::Network& network, const std::optional<std::filesystem::path>& weights,
           const task::ImageSet& test, const task::ImageSet& train, const CnnStudyParams& params, std::uint64_t seed,
           const Program& program);

  /// Lines about what the weights' file held in vain.
  const std::vector<std::string>& notes() const { return notes_; }

  /// Fresh weights, without training.
  std::vector<CnnEvaluation> random();
  /// Loaded, or trained, in float32.
  std::vector<CnnEvaluation> original();
  /// original's weights on a tile; a second evaluation with batch norms recalibrated where that was asked for.
  std::vector<CnnEvaluation> post_training(const io::TileConfig& tile, const Condition& condition);
  /// Trained through the tile from the same start as original; fine_tuned evaluates it.
  void fine_tune(const io::TileConfig& tile);
  std::vector<CnnEvaluation> fine_tuned(const io::TileConfig& tile, const Condition& condition);
  /// Seconds of the last training; 0: none.
  double original_train_s() const { return original_train_s_; }
  double tuned_train_s() const { return tuned_train_s_; }

 private:
  const Weights& original_weights();
  Weights train(const std::string& name, const io::TileConfig& tile, const Weights& start, double distillation,
                double& train_s);
  /// What has to be equal for a run to be continued: all that it depends on.
  std::string description(const std::string& name, const io::TileConfig& tile, const Weights& start,
                          double distillation) const;
  std::filesystem::path folder_of(std::string name) const;
  std::vector<CnnEvaluation> evaluate(const io::TileConfig& tile, const Weights& weights);

  const model::Network& network_;
  const task::ImageSet& test_;
  const task::ImageSet& train_;
  CnnStudyParams params_;
  task::Normalisation normalisation_;
  std::uint64_t seed_;
  Rng rng_;
  const Program& program_;
  std::vector<std::string> notes_;
  Weights untrained_, tuned_;
  std::optional<Weights> loaded_, original_;
  double original_train_s_ = 0.0, tuned_train_s_ = 0.0;
};

}  // namespace pim::app
