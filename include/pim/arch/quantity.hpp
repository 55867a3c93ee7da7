#pragma once
#include <compare>

/// What hardware costs: energies, times and areas that cannot be mixed up, and the rooms' prices made of them.
namespace pim::arch {

/// A number with a unit pJ^E ns^T um2^A. Sums and comparisons need equal units; products and ratios make new ones, and
/// a ratio of equal units is a double. Values come from literals (2.5_pJ), leave by `in`: energy.in(1.0_fJ).
template <int E, int T, int A>
class Quantity {
 public:
  constexpr Quantity() = default;
  /// value in pJ, ns, um2 and their products
  explicit constexpr Quantity(double value) : value_(value) {}

  /// How many of `unit` it is.
  constexpr double in(Quantity unit) const { return value_ / unit.value_; }

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity& operator+=(Quantity b) { return value_ += b.value_, *this; }
  constexpr Quantity& operator-=(Quantity b) { return value_ -= b.value_, *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, double b) { return Quantity(a.value_ * b); }
  friend constexpr Quantity operator*(double a, Quantity b) { return Quantity(a * b.value_); }
  friend constexpr Quantity operator/(Quantity a, double b) { return Quantity(a.value_ / b); }
  friend constexpr Quantity<-E, -T, -A> operator/(double a, Quantity b) { return Quantity<-E, -T, -A>(a / b.value_); }
  template <int E2, int T2, int A2>
  constexpr auto operator*(Quantity<E2, T2, A2> b) const {
    return product<E + E2, T + T2, A + A2>(value_ * b.value_);
  }
  template <int E2, int T2, int A2>
  constexpr auto operator/(Quantity<E2, T2, A2> b) const {
    return product<E - E2, T - T2, A - A2>(value_ / b.value_);
  }

 private:
  template <int, int, int>
  friend class Quantity;
  template <int E2, int T2, int A2>
  static constexpr auto product(double value) {
    if constexpr (E2 == 0 && T2 == 0 && A2 == 0) {
      return value;
    } else {
      return Quantity<E2, T2, A2>(value);
    }
  }
  double value_ = 0.0;
};

using Energy = Quantity<1, 0, 0>;
using Time = Quantity<0, 1, 0>;
using Area = Quantity<0, 0, 1>;
using Power = Quantity<1, -1, 0>;  // pJ/ns = mW
using Frequency = Quantity<0, -1, 0>;

/// using namespace pim::arch::literals;
namespace literals {
// One literal for whole numbers and one for decimals each.
#define PIM_UNIT(Type, name, factor)                                                                          \
  constexpr Type operator""_##name(long double value) { return Type(static_cast<double>(value) * (factor)); } \
  constexpr Type operator""_##name(unsigned long long value) { return Type(static_cast<double>(value) * (factor)); }
PIM_UNIT(Energy, fJ, 1e-3)
PIM_UNIT(Energy, pJ, 1.0)
PIM_UNIT(Energy, nJ, 1e3)
PIM_UNIT(Energy, uJ, 1e6)
PIM_UNIT(Energy, mJ, 1e9)
PIM_UNIT(Energy, J, 1e12)
PIM_UNIT(Time, ps, 1e-3)
PIM_UNIT(Time, ns, 1.0)
PIM_UNIT(Time, us, 1e3)
PIM_UNIT(Time, ms, 1e6)
PIM_UNIT(Time, s, 1e9)
PIM_UNIT(Area, um2, 1.0)
PIM_UNIT(Area, mm2, 1e6)
PIM_UNIT(Power, uW, 1e-3)
PIM_UNIT(Power, mW, 1.0)
PIM_UNIT(Power, W, 1e3)
PIM_UNIT(Frequency, MHz, 1e-3)
PIM_UNIT(Frequency, GHz, 1.0)
#undef PIM_UNIT
}  // namespace literals

}  // namespace pim::arch
