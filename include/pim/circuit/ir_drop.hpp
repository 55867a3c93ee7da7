#pragma once

namespace pim::circuit {

/// Voltage drop along the wires of a column of n cells, to first order in the current that flows through it.
///
///   a_i = n / ratio * sum_j |w_ij| |x_j|;   c_i = a_i (a_i (0.05 a_i - 0.2) + 0.5)
///   delta_i = -scale c_i sum_j w_ij x_j (1 - (1 - j / n)^2)
///
/// source  Rasch et al., Nat. Commun. 14, 5282 (2023), methods, IR-drop; aihwkit's default wire of 0.35 Ohm per cell,
///         and its cell of 5 uS
struct IrDrop {
  float scale = 0.0F;                         ///< 0: no drop; 1: as published
  float wire_ratio = 1.0F / (0.35F * 5e-6F);  ///< conductance of a wire segment over that of a cell [1]

  /// c_i, from a_i
  [[gnu::always_inline]] static float loss(float a) { return a * (a * (0.05F * a - 0.2F) + 0.5F); }
  /// 1 - (1 - j / n)^2: the weight of the cell at word line j
  [[gnu::always_inline]] static float position(float j, float n) {
    const float rest = 1.0F - j / n;
    return 1.0F - rest * rest;
  }
};

}  // namespace pim::circuit
