#pragma once
#include <cmath>
#include <string>

#include <pim/core/check.hpp>
#include <pim/core/math.hpp>

namespace pim::circuit {

/// A DAC or ADC with a fixed, symmetric range: 2^bits - 2 equal steps from -bound to +bound, ties to even, saturating.
/// source  aihwkit's resolution 1 / (2^bits - 2); Rasch et al., Nat. Commun. 14, 5282 (2023), arXiv 2302.08469
struct Converter {
  int bits = 8;        ///< 0: no quantisation and no bound [bit]
  float bound = 1.0F;  ///< full scale, in the units of what is converted

  float steps() const { return std::ldexp(1.0F, bits) - 2.0F; }
  float step() const { return 2.0F * bound / steps(); }
  /// throws std::invalid_argument "<where> ...": bits outside 0, 2..16, or bound not positive
  void validate(const std::string& where) const {
    if (bits == 0) return;
    require_range((where + " bits").c_str(), bits, 2, 16);
    require(bound > 0.0F, (where + " bound must be positive").c_str());
  }
};

/// A converter's function, with its constants at hand: loops over it vectorise.
class Conversion {
 public:
  explicit Conversion(const Converter& c)
      : ideal_(c.bits == 0),
        codes_per_unit_(ideal_ ? 1.0F : c.steps() / (2.0F * c.bound)),
        step_(ideal_ ? 1.0F : c.step()),
        limit_(ideal_ ? 0.0F : 0.5F * c.steps()) {}
  bool ideal() const { return ideal_; }
  [[gnu::always_inline]] float operator()(float v) const {
    constexpr float magic = 0x1.8p23F;  // adding it leaves no fraction bits, of either sign
    float code = v * codes_per_unit_;
    code = code > limit_ ? limit_ : code;  // a whole number, so clipping may come before rounding
    code = code < -limit_ ? -limit_ : code;
    return ((code + magic) - magic) * step_;
  }

 private:
  bool ideal_;
  float codes_per_unit_, step_, limit_;
};

}  // namespace pim::circuit
