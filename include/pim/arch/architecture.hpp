#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pim/arch/quantity.hpp>

namespace pim::arch {

/// Where a number comes from.
enum class Basis {
  published,  ///< measured or stated by the source
  fitted,     ///< fitted on part of the source's points; the rest tests it
  derived,    ///< arithmetic on published numbers
  assumed,    ///< a plain choice; the source text says why
};

/// What one kind of action costs. Nothing: not known, and every sum that needs it is not known either. What another
/// price already contains is an explicit zero, whose source says which.
struct ActionPrice {
  std::string action;                      ///< cost::Action's name: "adc_conversion"
  std::optional<Energy> energy = {};       ///< of one
  std::optional<Time> time_per_step = {};  ///< of one serial step
  std::optional<Time> time_each = {};      ///< of one, for a unit that takes them in turn: a vector unit of 64 lanes at
                                           ///< 1 GHz needs 1/64 ns; 0 where only steps take time
  std::string source;                      ///< citation with section or table, and how the number follows from it
  Basis basis = Basis::published;

  friend bool operator==(const ActionPrice&, const ActionPrice&) = default;
};

/// How much hardware there is, and how large it is. Nothing: not known.
struct Organisation {
  std::int64_t array_rows = 0, array_cols = 0;  ///< of one array  [cells]; 0: any
  std::optional<std::int64_t> arrays = {};      ///< on one chip
  std::optional<Area> cell_area = {};           ///< of one cell with its share of the array's periphery
  std::optional<Area> digital_area = {};        ///< outside of arrays
  std::optional<Frequency> clock = {};
  std::optional<Power> idle_power = {};  ///< of the chip, whatever it does
  std::string source = {};

  friend bool operator==(const Organisation&, const Organisation&) = default;
};

/// A piece of hardware as data: what its actions cost and how much of it there is. Every number carries its source.
struct Architecture {
  std::string name;      ///< for --arch: "neurram"
  std::string title;     ///< for people: "NeuRRAM, 130 nm RRAM"
  std::string citation;  ///< of the hardware as a whole
  Organisation organisation = {};
  std::vector<ActionPrice> prices = {};

  /// nullptr: it has no such price
  const ActionPrice* find(std::string_view action) const {
    for (const ActionPrice& price : prices) {
      if (price.action == action) return &price;
    }
    return nullptr;
  }
  friend bool operator==(const Architecture&, const Architecture&) = default;
};

/// `base` with the prices of `more` that it lacks, and its digital area where it has none: an array macro with a
/// digital unit beside it.
inline Architecture with(Architecture base, const Architecture& more) {
  for (const ActionPrice& price : more.prices) {
    if (base.find(price.action) == nullptr) base.prices.push_back(price);
  }
  if (!base.organisation.digital_area) base.organisation.digital_area = more.organisation.digital_area;
  return base;
}

/// throws std::invalid_argument naming what is wrong: no name, an action priced twice, a price without a source, a
/// negative or infinite number
inline void require_valid(const Architecture& a) {
  const auto fail = [&](const std::string& what) {
    throw std::invalid_argument("architecture " + (a.name.empty() ? std::string("without a name") : a.name) + ": " +
                                what);
  };
  const auto usable = [](const auto& number, auto unit) {
    return !number || (std::isfinite(number->in(unit)) && number->in(unit) >= 0.0);
  };
  if (a.name.empty()) fail("give it a name");
  for (const ActionPrice& price : a.prices) {
    if (a.find(price.action) != &price) fail("action " + price.action + " has two prices; keep one");
    if (price.source.empty()) fail("action " + price.action + " has no source; say where its price comes from");
    if (!usable(price.energy, Energy(1.0)) || !usable(price.time_per_step, Time(1.0)) ||
        !usable(price.time_each, Time(1.0)))
      fail("action " + price.action + ": prices are finite and not negative");
  }
  const Organisation& o = a.organisation;
  if (o.array_rows < 0 || o.array_cols < 0 || o.arrays.value_or(1) < 1) fail("arrays have positive sizes and numbers");
  if (!usable(o.cell_area, Area(1.0)) || !usable(o.digital_area, Area(1.0)) || !usable(o.clock, Frequency(1.0)) ||
      !usable(o.idle_power, Power(1.0)))
    fail("organisation: numbers are finite and not negative");
}

}  // namespace pim::arch
