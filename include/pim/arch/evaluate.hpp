#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pim/arch/architecture.hpp>
#include <pim/cost/ledger.hpp>

namespace pim::arch {

/// Nothing: a price that it needs is not known.
struct Cost {
  std::optional<Energy> energy = Energy();
  std::optional<Time> latency = Time();

  /// Costs of what happens one after the other.
  Cost& operator+=(const Cost& more) {
    energy = energy && more.energy ? std::optional(*energy + *more.energy) : std::nullopt;
    latency = latency && more.latency ? std::optional(*latency + *more.latency) : std::nullopt;
    return *this;
  }
};

/// What one entry of a ledger costs.
struct CostLine {
  std::string layer;
  std::string action;
  cost::Tally tally;
  Cost cost;
};

/// Which part of the hardware is meant.
enum class Part {
  array_only,  ///< without the actions named digital_*
  whole,
};

/// A ledger priced by an architecture, entry by entry, in the ledger's order.
///
/// energy   of an entry: count * price. An architecture with idle power has a line of its own, "idle", of no layer:
///          the power times the latency.
/// latency  of an entry: serial steps * time_per_step + count * time_each. Entries follow each other: nothing overlaps
///          but what the ledger itself has overlapped.
/// What weights take up (array, array_cell) is no line: it has an area, see area_of.
struct Evaluation {
  std::vector<CostLine> lines = {};

  Cost total(Part part) const {
    Cost sum;
    for (const CostLine& line : lines) {
      if (part == Part::whole || !cost::is_digital(line.action)) sum += line.cost;
    }
    return sum;
  }
  /// Actions that make a total unknown, each once.
  std::vector<std::string> unpriced(Part part) const {
    std::vector<std::string> names;
    for (const CostLine& line : lines) {
      if (line.cost.energy && line.cost.latency) continue;
      if (part == Part::array_only && cost::is_digital(line.action)) continue;
      if (std::find(names.begin(), names.end(), line.action) == names.end()) names.push_back(line.action);
    }
    return names;
  }
  /// Sums over the other of layer and action, in the order of first appearance. tally: summed too.
  std::vector<CostLine> by_layer() const {
    return grouped([](CostLine& line) { line.action.clear(); });
  }
  std::vector<CostLine> by_action() const {
    return grouped([](CostLine& line) { line.layer.clear(); });
  }

 private:
  template <class Forget>
  std::vector<CostLine> grouped(const Forget& forget) const {
    std::vector<CostLine> groups;
    for (CostLine line : lines) {
      forget(line);
      const auto same = [&](const CostLine& g) { return g.layer == line.layer && g.action == line.action; };
      const auto group = std::find_if(groups.begin(), groups.end(), same);
      if (group == groups.end()) {
        groups.push_back(line);
      } else {
        group->tally += line.tally;
        group->cost += line.cost;
      }
    }
    return groups;
  }
};

/// What `count` actions in `steps` serial steps cost at a price; nullptr: not known. No actions cost nothing.
inline Cost cost_of(const cost::Tally& tally, const ActionPrice* price) {
  Cost cost;
  const auto count = static_cast<double>(tally.count), steps = static_cast<double>(tally.serial_steps);
  if (tally.count > 0) {
    cost.energy = price && price->energy ? std::optional(count * *price->energy) : std::nullopt;
    const bool timed = price && (price->time_per_step || steps == 0.0) && price->time_each;
    cost.latency =
        timed ? std::optional(steps * price->time_per_step.value_or(Time()) + count * *price->time_each) : std::nullopt;
  }
  return cost;
}

namespace detail {
/// What multiplying in the arrays of a layer costs, without what is done once for its weights or inputs.
inline Cost cost_of_reads(const std::vector<CostLine>& lines, const std::string& layer) {
  namespace names = cost::action;
  Cost sum;
  for (const CostLine& line : lines) {
    const bool reads = line.action == names::mac.name || line.action == names::array_read.name ||
                       line.action == names::dac_conversion.name || line.action == names::adc_conversion.name;
    if (reads && line.layer == layer) sum += line.cost;
  }
  return sum;
}
}  // namespace detail

/// Multiply-accumulates in arrays are never free: where prices put their cost on other actions of a read, and the layer
/// has none of those, it is not known.
inline Evaluation evaluate(const cost::Ledger& ledger, const Architecture& architecture) {
  Evaluation evaluation;
  for (const cost::Ledger::Entry& entry : ledger.entries()) {
    if (cost::is_occupancy(entry.action.name)) continue;
    const std::string action(entry.action.name);
    evaluation.lines.push_back({entry.layer, action, entry.tally, cost_of(entry.tally, architecture.find(action))});
  }
  for (CostLine& line : evaluation.lines) {
    if (line.action != cost::action::mac.name || line.tally.count == 0) continue;
    const Cost read = detail::cost_of_reads(evaluation.lines, line.layer);
    if (read.energy == Energy()) line.cost.energy.reset();
    if (read.latency == Time()) line.cost.latency.reset();
  }
  if (const std::optional<Power> idle = architecture.organisation.idle_power; idle && !evaluation.lines.empty()) {
    const std::optional<Time> latency = evaluation.total(Part::whole).latency;
    evaluation.lines.push_back(
        {"", "idle", {}, {.energy = latency ? std::optional(*idle * *latency) : std::nullopt, .latency = Time()}});
  }
  return evaluation;
}

/// Area of the arrays that weights take up, `array_cell` of the ledger of programming; nothing: a cell's area is not
/// known. whole: with the hardware outside of arrays.
inline std::optional<Area> area_of(const cost::Ledger& programming, const Architecture& architecture, Part part) {
  const Organisation& organisation = architecture.organisation;
  if (!organisation.cell_area) return std::nullopt;
  const Area arrays = static_cast<double>(programming[cost::action::array_cell]) * *organisation.cell_area;
  if (part == Part::array_only) return arrays;
  return organisation.digital_area ? std::optional(arrays + *organisation.digital_area) : std::nullopt;
}

}  // namespace pim::arch
