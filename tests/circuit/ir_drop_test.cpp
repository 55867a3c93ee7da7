#include <pim/circuit/ir_drop.hpp>

#include <cmath>

#include "support/catch.hpp"

using pim::circuit::IrDrop;

TEST_CASE("IrDrop: loss and position by their polynomials, the published wire", "[ir_drop]") {
  for (const double a : {0.0, 0.01, 0.5, 1.0, 2.0}) {
    CHECK(IrDrop::loss(static_cast<float>(a)) == Approx(0.05 * a * a * a - 0.2 * a * a + 0.5 * a).epsilon(1e-6));
  }
  for (const double n : {1.0, 7.0, 256.0}) {
    CHECK(IrDrop::position(0.0F, static_cast<float>(n)) == 0.0F);  // the first cell sees no wire
    for (double j = 0.0; j < n; ++j) {
      const double expected = 1.0 - (1.0 - j / n) * (1.0 - j / n);
      CHECK(std::fabs(static_cast<double>(IrDrop::position(static_cast<float>(j), static_cast<float>(n))) - expected) <
            2e-7);
    }
  }
  CHECK(IrDrop{}.wire_ratio == Approx(571428.57).epsilon(1e-6));
  CHECK(IrDrop{}.scale == 0.0F);
}
