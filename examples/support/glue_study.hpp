#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <pim/core/matrix.hpp>
#include <pim/core/rng.hpp>
#include <pim/io/tile_config.hpp>
#include <pim/task/glue/metrics.hpp>
#include <pim/task/train/sample.hpp>
#include <pim/task/train/trainer.hpp>

#include "support/glue_data.hpp"
#include "support/pretrained.hpp"
#include "support/study.hpp"

/// One GLUE task with one seed: trained, then evaluated and fine-tuned on simulated hardware.
namespace pim::app {

class Program;

struct StudyParams {
  task::TrainParams train;
  Index max_length = 128;
  int instances = 1;  ///< devices programmed for each evaluation
  bool start_from_original = false;
  std::filesystem::path output = {};  ///< checkpoints; empty: none are kept
  bool resume = false;
};

/// Mean and spread of a task's metrics over device instances, on one dev set.
struct Evaluation {
  std::string name;  ///< of the dev set
  task::GlueScore score;
  double score_std = std::numeric_limits<double>::quiet_NaN();  ///< of one instance none is known
  Index examples = 0;
  int instances = 1;
  double eval_s = 0.0;
  Work work = {};
};

class GlueStudy {
 public:
  /// Keys of random numbers below the seed; the i-th device's is at(instance_place, i).
  enum Place : std::uint64_t { start_place = 1, training_place, instance_place };

  GlueStudy(const task::GlueTask& task, const GlueData& data, Pretrained pretrained, const StudyParams& params,
            std::uint64_t seed, const Program& program);

  /// Lines about what the checkpoint lacked, or held in vain.
  const std::vector<std::string>& notes() const { return notes_; }

  /// The start with a fresh head, without training.
  std::vector<Evaluation> random();
  /// Trained and evaluated in float32.
  std::vector<Evaluation> original();
  /// original's weights on a tile.
  std::vector<Evaluation> post_training(const io::TileConfig& tile, const Condition& condition);
  /// Trained through the tile from the same start and in the same order as original; fine_tuned evaluates it.
  void fine_tune(const io::TileConfig& tile);
  std::vector<Evaluation> fine_tuned(const io::TileConfig& tile, const Condition& condition);
  /// Seconds of the last training of `original` or `fine_tune`.
  double original_train_s() const { return original_train_s_; }
  double tuned_train_s() const { return train_s_; }

 private:
  struct Dev {
    std::string name;
    std::vector<task::Sample> samples;
    std::vector<float> labels;
  };

  void train_original();
  Weights train(const std::string& name, const io::TileConfig& tile, const Weights& start);
  /// What has to be equal for a run to be continued: all that it depends on.
  std::string description(const std::string& run, const io::TileConfig& tile, const Weights& start) const;
  std::filesystem::path folder_of(std::string name) const;

  std::vector<Evaluation> evaluate(const io::TileConfig& tile, const Weights& weights);
  static Evaluation summary(const Dev& dev, const std::vector<task::GlueScore>& scores);

  const task::GlueTask& task_;
  Pretrained pretrained_;
  StudyParams params_;
  std::uint64_t seed_;
  Rng rng_;
  const Program& program_;
  std::vector<task::Sample> train_;
  std::vector<Dev> dev_;
  std::vector<std::string> notes_;
  Weights start_, untrained_, tuned_;
  std::optional<Weights> original_;
  double original_train_s_ = 0.0, train_s_ = 0.0;
};

}  // namespace pim::app
