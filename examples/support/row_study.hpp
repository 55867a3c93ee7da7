#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pim/arith/request.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/row/program.hpp>
#include <pim/row/routine.hpp>

/// Row programs for the command line: requests compiled for gate sets by name, timed and verified.
namespace pim::app {

/// Commands of DRAM programs: activate-activate-precharge and activate-precharge.
namespace action {
inline constexpr cost::Action dram_aap{"dram_aap"};
inline constexpr cost::Action dram_ap{"dram_ap"};
}  // namespace action

struct RowProgram {
  arith::Request request;
  std::string gates = "nor";
  bool bulk_init = false;  ///< initialisations of many cells share a cycle
};

enum class Verify { none, random, exhaustive };

struct RowStudyOptions {
  Index rows = 1 << 20;
  Verify verify = Verify::none;
  std::uint64_t every = 1;  ///< exhaustive: one of so many combinations that follow each other
  std::uint64_t seed = 42;
  std::optional<row::Faults> faults = {};
  /// called with rows verified and rows to verify
  std::function<void(std::uint64_t, std::uint64_t)> progress = {};
};

struct RowResult {
  row::Counts counts;
  cost::Ledger ledger;                   ///< of the program in one row; all rows together take the same steps
  std::optional<row::Counts> published;  ///< of the published program for the same request, where there is one
  std::uint64_t rows = 0;
  double row_gates_per_s = 0;
  bool is_verified = false;
  std::uint64_t mismatches = 0, excluded = 0;
  double mean_relative_error = 0;  ///< over all defined rows; results that are not finite apart
  std::uint64_t not_finite = 0;    ///< wrong results that are infinite or NaN where the right one is not
  std::string first_mismatch;
};

/// throws  std::invalid_argument: a combination that nobody has a program for
RowResult study(const RowProgram& program, const RowStudyOptions& options);
/// True where somebody has a program for the combination.
bool exists(const RowProgram& program);
/// @{ throws  std::invalid_argument: see study
row::Routine routine(const RowProgram& program);
std::string listing(const RowProgram& program);  ///< as text
/// What one row books: row_cycle and row_gate of memristive programs, dram_aap and dram_ap of DRAM programs.
cost::Ledger ledger_of(const RowProgram& program);
/// @}
/// Counts of the published memristive program of the same request, where there is one.
std::optional<row::Counts> published_counts(const RowProgram& program);
/// True where the program calculates with two's complement; published multiplication and division do not.
bool is_signed(const RowProgram& program);

}  // namespace pim::app
