#pragma once
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <pim/arch/evaluate.hpp>

/// Models of published chips: each a function of its operating point that returns an Architecture, beside the points
/// that its source states.
namespace pim::arch::macro {

/// What a published number is to a model.
enum class Role {
  fitted,     ///< a parameter was fitted on it
  predicted,  ///< it tests the model
  stated,     ///< the model is this number
};
constexpr const char* name_of(Role role) {
  return role == Role::fitted ? "fitted" : role == Role::predicted ? "predicted" : "stated";
}

/// A published number and what the model says.
struct Point {
  std::string macro, at;       ///< "NeuRRAM", "4 bit in, 6 bit out"
  std::string quantity, unit;  ///< "energy efficiency", "TOPS/W"
  double published = 0.0, model = 0.0;
  Role role = Role::predicted;
  double limit_percent = 15.0;  ///< of |error_percent()|

  double error_percent() const { return 100.0 * (model / published - 1.0); }
  bool within_limit() const { return std::fabs(error_percent()) <= limit_percent; }
};
using Points = std::vector<Point>;

/// What one input vector costs on one array: every action of a tile's read in one step each. Nothing: not priced.
inline Cost cost_of_read(const Architecture& macro, std::uint64_t inputs, std::uint64_t outputs) {
  cost::Ledger ledger;
  ledger.add(cost::action::dac_conversion, inputs, 1);
  ledger.add(cost::action::array_read, 1, 1);
  ledger.add(cost::action::mac, inputs * outputs, 1);
  ledger.add(cost::action::adc_conversion, outputs, 1);
  return evaluate(ledger, macro).total(Part::array_only);
}

/// Tera-operations a second and for each joule; a multiply-accumulate is two operations. NaN: not priced.
inline double tera_ops(const Architecture& macro, std::uint64_t inputs, std::uint64_t outputs) {
  const Cost cost = cost_of_read(macro, inputs, outputs);
  const auto arrays = static_cast<double>(macro.organisation.arrays.value_or(1));
  return cost.latency ? 2e-3 * arrays * static_cast<double>(inputs * outputs) / cost.latency->in(Time(1.0)) : NAN;
}
inline double tera_ops_per_watt(const Architecture& macro, std::uint64_t inputs, std::uint64_t outputs) {
  const Cost cost = cost_of_read(macro, inputs, outputs);
  return cost.energy ? 2.0 * static_cast<double>(inputs * outputs) / cost.energy->in(Energy(1.0)) : NAN;
}

/// A price that another one contains.
inline ActionPrice contained(std::string action, const std::string& in) {
  return {std::move(action), Energy(), Time(), Time(), "contained in " + in, Basis::derived};
}

}  // namespace pim::arch::macro
