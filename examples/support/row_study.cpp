#include "support/row_study.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <stdexcept>

#include <pim/arith/verify.hpp>

namespace pim::app {
namespace {

/// What the oracle is asked: published multiplication and division are unsigned.
arith::Request verified_request(const RowProgram& program) {
  arith::Request request = program.request;
  if (!request.format.is_floating() && !is_signed(program)) request.format.kind = arith::Format::Kind::unsigned_integer;
  return request;
}

/// Row-gates a second of the best of three runs on rows of random bits.
double speed(const row::Routine& routine, Index rows, std::uint64_t seed) {
  row::BitRows array = routine.rows(rows);
  std::vector<std::uint64_t> values(static_cast<std::size_t>(rows));
  for (const row::Port& port : routine.inputs()) {
    const std::span<const std::uint16_t> columns(port.columns);
    for (std::size_t first = 0; first < columns.size(); first += 64) {
      for (std::size_t r = 0; r < values.size(); ++r)
        values[r] = Rng(seed).bits(r) * (0x9e3779b97f4a7c15ULL + 2 * first + 64 * columns.front());
      array.store<std::uint64_t>(values, columns.subspan(first, std::min<std::size_t>(64, columns.size() - first)));
    }
  }
  double best = HUGE_VAL;
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    routine.run(array);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return static_cast<double>(routine.counts().gates) * static_cast<double>(rows) / best;
}

}  // namespace

bool is_signed(const RowProgram& program) {
  const bool multiplies =
      program.request.operation == arith::Operation::multiply || program.request.operation == arith::Operation::divide;
  return program.request.format.is_signed() &&
         (program.request.source == arith::Source::ours || !multiplies || program.request.format.is_floating());
}

RowResult study(const RowProgram& program, const RowStudyOptions& options) {
  const row::Routine routine = app::routine(program);
  RowResult result;
  result.counts = routine.counts();
  result.ledger = ledger_of(program);
  result.published = published_counts(program);
  result.rows = static_cast<std::uint64_t>(options.rows);
  if (options.verify == Verify::exhaustive) {
    const int bits = arith::Verifier(routine, verified_request(program)).operand_bits();
    if (bits <= 40) result.rows = (1ULL << bits) / options.every;
  }
  const Index timed = std::min<Index>(options.rows, Index{1} << 20);
  result.row_gates_per_s = speed(routine, timed, options.seed);
  if (options.verify == Verify::none) result.rows = static_cast<std::uint64_t>(timed);
  if (options.verify == Verify::none) return result;

  const arith::Verifier verifier(routine, verified_request(program));
  const auto progress = [&](std::uint64_t done) {
    if (options.progress) options.progress(done, result.rows);
  };
  const Rng rng(options.seed);
  const arith::Outcome outcome =
      options.verify == Verify::exhaustive ? verifier.exhaustive(progress, options.every, options.seed)
      : options.faults ? verifier.random_with_faults(result.rows, rng.at(0), *options.faults, rng.at(1), progress)
                       : verifier.random(result.rows, rng.at(0), progress);
  result.is_verified = true;
  result.rows = outcome.rows;
  result.mismatches = outcome.mismatches;
  result.excluded = outcome.excluded;
  result.mean_relative_error = outcome.mean_relative_error();
  result.not_finite = outcome.not_finite;
  result.first_mismatch = outcome.first;
  return result;
}

}  // namespace pim::app
