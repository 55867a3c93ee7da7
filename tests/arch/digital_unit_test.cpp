#include <pim/arch/digital_unit.hpp>

#include <string_view>

#include <pim/arch/evaluate.hpp>
#include <pim/cost/ledger.hpp>

#include "support/catch.hpp"

using namespace pim::arch;
using namespace pim::arch::literals;
namespace action = pim::cost::action;

TEST_CASE("digital_unit: every digital action of the ledger has an energy and a time", "[arch]") {
  const Architecture unit = digital_unit();
  CHECK_NOTHROW(require_valid(unit));
  for (const pim::cost::Action a :
       {action::digital_add, action::digital_mac, action::digital_scale, action::digital_softmax, action::digital_norm,
        action::digital_activation, action::digital_compare, action::digital_lookup}) {
    const ActionPrice* price = unit.find(a.name);
    REQUIRE(price != nullptr);
    CHECK(price->energy > Energy());
    CHECK(price->time_each > Time());
  }
}

TEST_CASE("digital_unit: Horowitz' energies of float32", "[arch]") {
  const Architecture unit = digital_unit();
  CHECK(unit.find("digital_add")->energy->in(1_pJ) == Approx(0.9));
  CHECK(unit.find("digital_scale")->energy->in(1_pJ) == Approx(3.7));
  CHECK(unit.find("digital_mac")->energy->in(1_pJ) == Approx(4.6));
  CHECK(unit.find("digital_softmax")->energy->in(1_pJ) == Approx(9 * 0.9 + 7 * 3.7));
  CHECK(unit.organisation.digital_area->in(1_mm2) == Approx(64 * (4184 + 7700) * 1e-6));
}

TEST_CASE("digital_unit: lanes and clock divide the time and leave the energy", "[arch]") {
  const DigitalUnitParams wide{.lanes = 128, .clock = 500_MHz};
  pim::cost::Ledger ledger;
  ledger.add(action::digital_mac, 1280, 7);
  const Cost cost = evaluate(ledger, digital_unit(wide)).total(Part::whole);
  CHECK(cost.latency->in(1_ns) == Approx(1280 / 128 * 2.0));
  CHECK(cost.energy->in(1_pJ) == Approx(1280 * 4.6));
}

TEST_CASE("digital_unit: a row of an embedding table by its width", "[arch]") {
  CHECK(digital_unit().find("digital_lookup")->energy->in(1_pJ) == Approx(975.0));
  CHECK(digital_unit().find("digital_lookup")->time_each->in(1_ns) == Approx(4 / 19.2));
}

TEST_CASE("digital_unit: parameters must be positive", "[arch]") {
  CHECK_THROWS_AS(digital_unit({.lanes = 0}), std::invalid_argument);
  CHECK_THROWS_AS(digital_unit({.clock = Frequency()}), std::invalid_argument);
}
