#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include <pim/arch/evaluate.hpp>

namespace pim::arch {

/// How a network's weights share the arrays of a chip.
enum class Placement {
  resident,  ///< all weights have arrays of their own and were written before
  reloaded,  ///< there are too few arrays: each layer's weights are written again for each batch
};

/// A batch on a chip. Nothing: a price that it needs is not known.
struct Schedule {
  Placement placement = Placement::resident;
  std::uint64_t arrays = 0;                  ///< that all weights take up together
  std::uint64_t rounds = 0;                  ///< in which the layers' arrays work, one after the other
  Cost batch = {};                           ///< energy, and time from the first input to the last output
  std::optional<Time> interval = Time();     ///< from one batch to the next, when they follow without a pause
  std::optional<Frequency> throughput = {};  ///< of batches; nothing too where they take no time
};

namespace detail {
/// Everything of `ledger` with each layer in its rounds.
inline void add_in_rounds(const cost::Ledger& ledger, const std::map<std::string, std::uint64_t>& rounds,
                          cost::Ledger& to) {
  for (const cost::Ledger::Entry& entry : ledger.entries()) {
    const auto layer = rounds.find(entry.layer);
    const cost::Tally tally = entry.tally.in_rounds(layer == rounds.end() ? 1 : layer->second);
    const cost::Ledger::Scope scope(to, entry.layer);
    to.add(entry.action, tally.count, tally.serial_steps);
  }
}
}  // namespace detail

/// The batch of `inference` on a chip of `arrays` arrays, with the weights of `programming`: two ledgers of the same
/// layers.
///
/// resident  where all weights fit. Layers follow each other, and the next batch enters a layer as soon as this one has
///           left it: the interval is the time of the slowest layer, or of all digital_* work, for which there is one
///           unit.
/// reloaded  otherwise. Layer by layer, weights are written (their cell_write is part of the batch) and used; a layer
/// of
///           more arrays than there are takes rounds: as many actions, more steps. The interval is the batch's latency.
/// throws    std::invalid_argument: no arrays; a layer that multiplies in arrays and has none in `programming`.
///           std::overflow_error: a number of steps exceeds 2^64 - 1
inline Schedule schedule(const cost::Ledger& programming, const cost::Ledger& inference,
                         const Architecture& architecture, std::uint64_t arrays) {
  if (arrays == 0) throw std::invalid_argument("schedule: a chip without arrays; give it one or more");
  Schedule plan{.arrays = programming[cost::action::array]};
  plan.placement = plan.arrays <= arrays ? Placement::resident : Placement::reloaded;
  std::map<std::string, std::uint64_t> rounds;
  for (const cost::Ledger::Entry& entry : programming.entries()) {
    if (entry.action != cost::action::array || entry.tally.count == 0) continue;
    rounds[entry.layer] = (entry.tally.count - 1) / arrays + 1;
    plan.rounds += rounds[entry.layer];
  }
  for (const cost::Ledger::Entry& entry : inference.entries()) {
    if (entry.action == cost::action::mac && entry.tally.count > 0 && !rounds.contains(entry.layer))
      throw std::invalid_argument("schedule: layer '" + entry.layer +
                                  "' multiplies, but no arrays hold its weights; give the ledger that programmed it");
  }

  cost::Ledger batch;
  if (plan.placement == Placement::reloaded) detail::add_in_rounds(programming, rounds, batch);
  detail::add_in_rounds(inference, rounds, batch);
  const Evaluation evaluation = evaluate(batch, architecture);
  plan.batch = evaluation.total(Part::whole);
  plan.interval = plan.batch.latency;
  if (plan.placement == Placement::resident && plan.interval) {
    plan.interval = *plan.batch.latency - *evaluation.total(Part::array_only).latency;
    for (const CostLine& layer : evaluation.by_layer()) plan.interval = std::max(*plan.interval, *layer.cost.latency);
  }
  if (plan.interval && *plan.interval > Time()) plan.throughput = 1.0 / *plan.interval;
  return plan;
}

}  // namespace pim::arch
