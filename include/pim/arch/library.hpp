#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pim/arch/digital_unit.hpp>
#include <pim/arch/macro/floating_point.hpp>
#include <pim/arch/macro/hermes.hpp>
#include <pim/arch/macro/neurram.hpp>
#include <pim/core/text.hpp>

namespace pim::arch {

/// All that find_architecture knows: macros at a usual operating point, each with digital_unit() beside it.
inline const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> all = [] {
    std::vector<Architecture> library = {macro::fp8_28nm(), macro::bf16_28nm(), macro::neurram(), macro::hermes()};
    for (Architecture& architecture : library) {
      architecture = with(architecture, digital_unit());
      require_valid(architecture);
    }
    return library;
  }();
  return all;
}

/// Names that find_architecture takes.
inline const std::vector<std::string> architecture_names = [] {
  std::vector<std::string> names;
  for (const Architecture& architecture : architectures()) names.push_back(architecture.name);
  return names;
}();

/// throws std::invalid_argument: an unknown name, with the nearest and all known ones
inline const Architecture& find_architecture(std::string_view name) {
  for (const Architecture& architecture : architectures()) {
    if (architecture.name == name) return architecture;
  }
  throw std::invalid_argument("unknown architecture " + in_quotes(name) + did_you_mean(name, architecture_names) +
                              " There are " + join(architecture_names));
}

}  // namespace pim::arch
