#pragma once
#include <optional>
#include <string>
#include <vector>

#include <pim/arch/architecture.hpp>
#include <pim/io/json.hpp>
#include <pim/io/tile_config.hpp>

#include "support/program.hpp"
#include "support/study.hpp"
#include "support/study_flags.hpp"

/// Energy, latency and area beside the scores of a study.
namespace pim::app {

/// The fields of a study's rows, and how it speaks of them.
struct StudyFields {
  std::string subject;      ///< field that says what was evaluated: "model"
  std::string score;        ///< field of the score, whose deviation is in score + "_std"
  std::string score_title;  ///< "top-1"
  std::string item;         ///< one inference: "image"
};

/// What a tile's layers are built as. Layers on different tiles have one architecture all the same, the first one's.
struct TileArchitecture {
  std::optional<arch::Architecture> architecture = {};
  std::string note = {};  ///< what is not as it should be
};
TileArchitecture architecture_of(const io::TileConfig& tile, const std::optional<std::string>& argument);

/// Prices the rows of a study as they come, then prints and draws what they cost.
class StudyCosts {
 public:
  /// throws std::invalid_argument or std::runtime_error, before any work: --arch is no architecture, --html cannot be
  /// written
  StudyCosts(Program& program, const StudyOptions& options, const StudyFields& fields);

  /// Gives a row the fields of cost_fields, all null where no work was counted, `basis`, and with --cost
  /// cost_by_layer and cost_by_action.
  void price(io::OrderedJson& row, const Work& work, const io::TileConfig& tile);
  /// With --bounds adds a row of mode "bound" for each of bound_rows and subject; prints the costs of all rows, with
  /// --cost their parts; writes the page of --html. words: the command line.
  void finish(const std::vector<std::string>& words);

 private:
  struct Breakdown {
    std::string subject, tile;
    io::OrderedJson lines, by_layer, by_action;
  };
  void add_bounds();
  /// Rows for people: those that have costs, in units that are easy to read.
  io::OrderedJson shown() const;
  std::vector<io::Column> columns(const io::OrderedJson& rows) const;
  std::string answer() const;
  void write_page(const std::vector<std::string>& words) const;

  Program& program_;
  const StudyOptions& options_;
  StudyFields fields_;
  std::vector<Breakdown> breakdowns_;  ///< the first evaluation of each subject and tile
  std::vector<arch::Architecture> architectures_;
};

}  // namespace pim::app
