#pragma once
#include <array>
#include <string_view>

#include <pim/gate/concepts.hpp>

namespace pim::gate {

/// MAGIC: NOT and NOR of two cells.
/// source  Kvatinsky et al., MAGIC, TCAS-II 2014; the set of AritPIM (Leitersdorf et al., TETC 2023)
struct NotNor {
  static constexpr std::string_view name = "nor";
  static constexpr std::array gates{not_, nor};
};

/// FELIX: also NAND, OR and the minority of three cells.
/// source  Gupta et al., FELIX, ICCAD 2018; the set of MultPIM (Leitersdorf et al., TCAS-II 2022)
struct NotMin3 {
  static constexpr std::string_view name = "min3";
  static constexpr std::array gates{not_, nor, nand, or_, min3};
};

static_assert(verify_gate_set<NotNor>() && verify_gate_set<NotMin3>());

}  // namespace pim::gate
