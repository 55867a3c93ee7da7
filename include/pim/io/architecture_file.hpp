#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <pim/arch/architecture.hpp>
#include <pim/arch/library.hpp>
#include <pim/core/text.hpp>
#include <pim/cost/ledger.hpp>
#include <pim/io/json_file.hpp>
#include <pim/io/strict_object.hpp>

namespace pim::io {

namespace detail {
inline constexpr Named<arch::Basis> bases[] = {{"published", arch::Basis::published},
                                               {"fitted", arch::Basis::fitted},
                                               {"derived", arch::Basis::derived},
                                               {"assumed", arch::Basis::assumed}};

/// A key's value in `unit`; absent: it stays as it is; null: not known.
template <class Quantity>
void read_quantity(StrictObject& object, std::string_view key, Quantity unit, std::optional<Quantity>& value) {
  const Json* found = object.find(key);
  if (found == nullptr) return;
  value = found->is_null() ? std::nullopt : std::optional(object.number(key, {.min = 0.0, .max = 1e18}) * unit);
}
template <class Quantity>
OrderedJson quantity_json(const std::optional<Quantity>& value, Quantity unit) {
  return value ? OrderedJson(value->in(unit)) : OrderedJson(nullptr);
}

/// Actions are open names, but one that is nearly a known one is a slip.
inline void require_no_slip(const std::string& action, const std::string& file) {
  namespace names = cost::action;
  static constexpr std::array known = {
      names::cell_write.name,      names::array_read.name,     names::mac.name,
      names::dac_conversion.name,  names::adc_conversion.name, names::align.name,
      names::digital_add.name,     names::digital_mac.name,    names::digital_scale.name,
      names::digital_softmax.name, names::digital_norm.name,   names::digital_activation.name,
      names::digital_compare.name, names::digital_lookup.name, std::string_view("row_cycle"),
      std::string_view("row_gate")};
  if (action.empty() || cost::is_occupancy(action))
    throw std::invalid_argument(printable(file) + ": action " + in_quotes(action) +
                                " in prices has no price; areas stand in organisation.cell_area_um2");
  const std::string near = nearest(action, known);
  if (action != near && edit_distance(action, near) <= 2)
    throw std::invalid_argument(printable(file) + ": unknown action " + in_quotes(action) + " in prices" +
                                did_you_mean(action, known));
}

inline void read_organisation(StrictObject object, arch::Organisation& organisation) {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  organisation.array_rows = object.integer("array_rows", {.min = 0, .max = most}, organisation.array_rows);
  organisation.array_cols = object.integer("array_cols", {.min = 0, .max = most}, organisation.array_cols);
  if (const Json* arrays = object.find("arrays")) {
    organisation.arrays.reset();
    if (!arrays->is_null()) organisation.arrays = object.integer<std::int64_t>("arrays", {.min = 1, .max = most});
  }
  read_quantity(object, "cell_area_um2", arch::Area(1.0), organisation.cell_area);
  read_quantity(object, "digital_area_um2", arch::Area(1.0), organisation.digital_area);
  read_quantity(object, "clock_GHz", arch::Frequency(1.0), organisation.clock);
  read_quantity(object, "idle_power_mW", arch::Power(1.0), organisation.idle_power);
  const std::string others = organisation.source.empty() ? "" : "; other numbers: " + organisation.source;
  organisation.source = object.text("source", others.empty() ? "" : "numbers of this file") + others;
  object.finish();
}

inline void read_price(StrictObject object, arch::ActionPrice& price) {
  const bool is_new = price.source.empty();
  const bool has_energy = object.contains("energy_pJ"), has_step = object.contains("time_per_step_ns"),
             has_each = object.contains("time_each_ns");
  const bool keeps =
      (price.energy && !has_energy) || (price.time_per_step && !has_step) || (price.time_each && !has_each);
  const std::string others = !is_new && keeps ? "; other numbers: " + price.source : "";
  read_quantity(object, "energy_pJ", arch::Energy(1.0), price.energy);
  read_quantity(object, "time_per_step_ns", arch::Time(1.0), price.time_per_step);
  read_quantity(object, "time_each_ns", arch::Time(1.0), price.time_each);
  if (is_new && price.time_per_step && !has_each) price.time_each = arch::Time();
  if (is_new && price.time_each && !has_step) price.time_per_step = arch::Time();
  price.source = object.text("source");
  if (price.source.find_first_not_of(" \t\n") == std::string::npos)
    object.fail("source", "a text that says where the price comes from");
  price.source += others;
  price.basis = object.choice("basis", bases, arch::Basis::assumed);
  object.finish();
}
}  // namespace detail

/// An architecture from the content of a file:
///
///   {"name": "my-chip",
///    "base": "neurram",
///    "organisation": {"arrays": 96, "cell_area_um2": 4.4},
///    "prices": {"adc_conversion": {"energy_pJ": 2.5, "source": "measured on our test chip"}}}
///
/// name: the file's without ending, unless given; title and citation likewise text. base: a built-in architecture, of
/// which all that is not given stays, number by number, with its source. A number that is null is not known; of a new
/// action's two times the one that is not given is 0. Every price given needs its
/// source; basis (published, fitted, derived or assumed) is assumed unless given. docs/arch.md has all keys.
///
/// throws  std::invalid_argument, one line naming file, place and what is expected: an unknown key, base or basis, or
/// an
///         action that is nearly a known one (with the nearest); a price without source; a number that is negative,
///         huge or of another type
inline arch::Architecture parse_architecture(const Json& content, const std::string& file) {
  StrictObject top(content, file);
  arch::Architecture architecture;
  if (top.contains("base")) {
    const std::string base = top.text("base");
    const std::vector<std::string> names = arch::architecture_names();
    if (nearest(base, names) != base) top.fail("base", "one of " + join(names) + did_you_mean(base, names));
    architecture = arch::find_architecture(base);
  }
  architecture.name = top.text("name", std::filesystem::path(file).stem().string());
  if (architecture.name.empty()) top.fail("name", "a text that is not empty");
  architecture.title = top.text("title", architecture.title.empty() ? architecture.name : architecture.title);
  architecture.citation = top.text("citation", architecture.citation);
  if (top.contains("organisation")) detail::read_organisation(top.object("organisation"), architecture.organisation);
  if (top.contains("prices")) {
    StrictObject prices = top.object("prices");
    for (const std::string& action : prices.keys()) {
      detail::require_no_slip(action, file);
      arch::ActionPrice* price = nullptr;
      for (arch::ActionPrice& known : architecture.prices) {
        if (known.action == action) price = &known;
      }
      if (price == nullptr)
        price = &architecture.prices.emplace_back(arch::ActionPrice{.action = action, .source = ""});
      detail::read_price(prices.object(action), *price);
    }
  }
  top.finish();
  return architecture;
}

/// Reads a file. throws as read_json and parse_architecture
inline arch::Architecture read_architecture(const std::filesystem::path& path) {
  return parse_architecture(read_json(path), path.string());
}

/// The content of a file that parse_architecture reads as the same architecture, prices by name.
inline OrderedJson architecture_json(const arch::Architecture& architecture) {
  using detail::quantity_json;
  const arch::Organisation& o = architecture.organisation;
  OrderedJson prices = OrderedJson::object();
  for (const arch::ActionPrice& price : architecture.prices) {
    OrderedJson json = {{"energy_pJ", quantity_json(price.energy, arch::Energy(1.0))},
                        {"time_per_step_ns", quantity_json(price.time_per_step, arch::Time(1.0))},
                        {"time_each_ns", quantity_json(price.time_each, arch::Time(1.0))},
                        {"source", price.source}};
    for (const auto& [name, basis] : detail::bases) {
      if (basis == price.basis) json["basis"] = name;
    }
    prices[price.action] = json;
  }
  return {{"name", architecture.name},
          {"title", architecture.title},
          {"citation", architecture.citation},
          {"organisation",
           {{"array_rows", o.array_rows},
            {"array_cols", o.array_cols},
            {"arrays", o.arrays ? OrderedJson(*o.arrays) : OrderedJson(nullptr)},
            {"cell_area_um2", quantity_json(o.cell_area, arch::Area(1.0))},
            {"digital_area_um2", quantity_json(o.digital_area, arch::Area(1.0))},
            {"clock_GHz", quantity_json(o.clock, arch::Frequency(1.0))},
            {"idle_power_mW", quantity_json(o.idle_power, arch::Power(1.0))},
            {"source", o.source}}},
          {"prices", prices}};
}

}  // namespace pim::io
