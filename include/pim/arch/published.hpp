#pragma once
#include <initializer_list>

#include <pim/arch/macro/analog_sram.hpp>
#include <pim/arch/macro/colonnade.hpp>
#include <pim/arch/macro/floating_point.hpp>
#include <pim/arch/macro/hermes.hpp>
#include <pim/arch/macro/int8_adder_tree.hpp>
#include <pim/arch/macro/neurram.hpp>
#include <pim/arch/macro/point.hpp>

namespace pim::arch {

/// Every published number that a macro model is held against.
inline macro::Points published_points() {
  macro::Points all;
  for (const auto& points :
       {macro::colonnade_points, macro::int8_points, macro::floating_point_points, macro::neurram_points,
        macro::hermes_points, macro::sinangil_7nm_points, macro::jia_65nm_points, macro::wang_22nm_points}) {
    const macro::Points more = points();
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace pim::arch
