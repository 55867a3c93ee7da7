#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pim/arch/digital_unit.hpp>
#include <pim/arch/macro/analog_sram.hpp>
#include <pim/arch/macro/colonnade.hpp>
#include <pim/arch/macro/floating_point.hpp>
#include <pim/arch/macro/hermes.hpp>
#include <pim/arch/macro/int8_adder_tree.hpp>
#include <pim/arch/macro/neurram.hpp>
#include <pim/arch/macro/row_memory.hpp>
#include <pim/core/text.hpp>

namespace pim::arch {

/// All that find_architecture knows: macros at a usual operating point and memories that compute in rows, each with
/// digital_unit() beside it.
inline const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> all = [] {
    using namespace macro;
    std::vector<Architecture> library = {fp8_28nm(),
                                         bf16_28nm(),
                                         adder_tree(isscc_2022_15_5()),
                                         adder_tree(isscc_2023_7_2()),
                                         adder_tree(isscc_2022_11_7()),
                                         colonnade(),
                                         neurram(),
                                         hermes(),
                                         wang_22nm(),
                                         sinangil_7nm(),
                                         jia_65nm(),
                                         macro::convpim_memristive(),
                                         macro::convpim_dram(),
                                         ddr4_2400_memory()};
    for (Architecture& architecture : library) {
      architecture = with(architecture, digital_unit());
      require_valid(architecture);
    }
    return library;
  }();
  return all;
}

/// Names that find_architecture takes.
inline std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const Architecture& architecture : architectures()) names.push_back(architecture.name);
  return names;
}

/// throws std::invalid_argument: an unknown name, with the nearest and all known ones
inline const Architecture& find_architecture(std::string_view name) {
  for (const Architecture& architecture : architectures()) {
    if (architecture.name == name) return architecture;
  }
  throw std::invalid_argument("unknown architecture " + in_quotes(name) + did_you_mean(name, architecture_names()) +
                              " Known: " + join(architecture_names()));
}

}  // namespace pim::arch
