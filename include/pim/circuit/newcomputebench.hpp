#pragma once
#include <algorithm>
#include <cmath>
#include <span>

#include <pim/core/math.hpp>
#include <pim/core/matrix.hpp>

/// The tutorial's converters, literally.
namespace pim::circuit::newcomputebench {

/// One scale for a whole block of rows: code = clip(rne(x s), -2^(b-1), 2^(b-1) - 1), s = 2^(b-1) / (max |x| + 1e-9).
struct BlockDac {
  int bits = 8;

  /// analog = code / 2^(b-1) in [-1, 1 - 2^(1-b)]; returns 1 / (max |x| + 1e-9): x is about analog / scale
  float convert(ConstMatrixRef x, MatrixRef analog) const {
    const float top = x.size() == 0 ? 0.0F : x.cwiseAbs().maxCoeff();
    const float levels = std::ldexp(1.0F, bits - 1);
    const float scale = levels * (1.0F / (top + 1e-9F));
    analog =
        x.unaryExpr([&](float v) { return std::clamp(std::nearbyint(v * scale), -levels, levels - 1.0F) / levels; });
    return scale / levels;
  }
};

/// Auto-ranging per row, 8 bit in the tutorial: centred between the row's extremes, which it has to know.
///
///   v = clip(y, +-bound);  beta = (max v + min v) / 2 + 1e-9
///   S = 2^(b-1) / max(v - beta);  code = clip(rne((v - beta) S))
///
/// A constant row has no range: this returns the value (the tutorial's code returns NaN).
struct RowAdc {
  int bits = 8;
  float bound = 50.0F;

  void convert(std::span<const float> y, std::span<float> out) const {
    const auto clipped = [&](float v) { return std::clamp(v, -bound, bound); };
    const auto [low, high] = std::minmax_element(y.begin(), y.end());
    const float center = ((clipped(*high) + 1e-9F) + (clipped(*low) + 1e-9F)) / 2.0F;
    const float half = clipped(*high) - center;
    const float levels = std::ldexp(1.0F, bits - 1);
    const float scale = levels * (1.0F / half);
    if (half == 0.0F) {
      std::transform(y.begin(), y.end(), out.begin(), clipped);
      return;
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
      const float code = std::clamp(std::nearbyint((clipped(y[i]) - center) * scale), -levels, levels - 1.0F);
      out[i] = code / scale + center;
    }
  }
};

}  // namespace pim::circuit::newcomputebench
