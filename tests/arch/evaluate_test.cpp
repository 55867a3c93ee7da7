#include <pim/arch/evaluate.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace pim::arch;
using namespace pim::arch::literals;
namespace action = pim::cost::action;

namespace {
Architecture two_prices() {
  return {.name = "toy",
          .title = "Toy",
          .citation = "-",
          .organisation = {.cell_area = 2_um2, .digital_area = 50_um2},
          .prices = {{"mac", 3_fJ, 2_ns, Time(), "closed form"}, {"digital_add", 1_pJ, {}, 0.5_ns, "closed form"}}};
}
}  // namespace

TEST_CASE("quantities convert between their units and multiply into others", "[arch]") {
  CHECK((1_nJ).in(1_fJ) == 1e6);
  CHECK((2_pJ / 4_ns).in(1_mW) == 0.5);
  CHECK(6_pJ / 3_pJ == 2.0);
  CHECK((1.0 / 2_ns).in(1_MHz) == 500.0);
  CHECK((300_W * 2_s).in(1_J) == 600.0);
  CHECK(1_mm2 > 999999_um2);
}

TEST_CASE("an evaluation adds count times price, array only and whole", "[arch]") {
  pim::cost::Ledger ledger;
  {
    const pim::cost::Ledger::Scope scope(ledger, "first");
    ledger.add(action::mac, 1000, 10);
  }
  {
    const pim::cost::Ledger::Scope scope(ledger, "second");
    ledger.add(action::mac, 500, 5);
    ledger.add(action::digital_add, 4);
  }
  const Evaluation e = evaluate(ledger, two_prices());
  CHECK(e.total(Part::array_only).energy->in(1_pJ) == Approx(4.5));
  CHECK(e.total(Part::array_only).latency->in(1_ns) == Approx(30.0));
  CHECK(e.total(Part::whole).energy->in(1_pJ) == Approx(8.5));
  CHECK(e.total(Part::whole).latency->in(1_ns) == Approx(32.0));
  CHECK(e.unpriced(Part::whole).empty());
  const std::vector<CostLine> layers = e.by_layer(), actions = e.by_action();
  REQUIRE(layers.size() == 2);
  CHECK(layers[1].cost.energy->in(1_pJ) == Approx(5.5));
  REQUIRE(actions.size() == 2);
  CHECK(actions[0].tally == pim::cost::Tally{1500, 15});
}

TEST_CASE("what has no price leaves the total unknown and is named", "[arch]") {
  pim::cost::Ledger ledger;
  ledger.add(action::mac, 1, 1);
  ledger.add(action::digital_softmax, 1);
  const Evaluation e = evaluate(ledger, two_prices());
  CHECK(e.total(Part::array_only).energy);
  CHECK_FALSE(e.total(Part::whole).energy);
  CHECK(e.unpriced(Part::whole) == std::vector<std::string>{"digital_softmax"});
  CHECK(e.unpriced(Part::array_only).empty());
}

TEST_CASE("idle power runs as long as the work", "[arch]") {
  Architecture a = two_prices();
  a.organisation.idle_power = 1_mW;
  pim::cost::Ledger ledger;
  ledger.add(action::mac, 1000, 10);
  CHECK(evaluate(ledger, a).total(Part::whole).energy->in(1_pJ) == Approx(3.0 + 20.0));
}

TEST_CASE("what weights take up is no line, writing them is", "[arch]") {
  pim::cost::Ledger programming;
  programming.add(action::array, 2);
  programming.add(action::array_cell, 128);
  CHECK(evaluate(programming, two_prices()).lines.empty());
  programming.add(action::cell_write, 100, 10);
  CHECK(evaluate(programming, two_prices()).unpriced(Part::whole) == std::vector<std::string>{"cell_write"});
}

TEST_CASE("multiply-accumulates are never free", "[arch]") {
  Architecture converters{.name = "converters",
                          .title = "",
                          .citation = "",
                          .prices = {{"mac", 0_pJ, 0_ns, Time(), "within adc_conversion"},
                                     {"adc_conversion", 2_pJ, 5_ns, Time(), "closed form"}}};
  pim::cost::Ledger bare, converted;
  bare.add(action::mac, 1000, 10);
  converted += bare;
  converted.add(action::adc_conversion, 100, 10);
  CHECK_FALSE(evaluate(bare, converters).total(Part::whole).energy);
  CHECK_FALSE(evaluate(bare, converters).total(Part::whole).latency);
  CHECK(evaluate(bare, converters).unpriced(Part::whole) == std::vector<std::string>{"mac"});
  CHECK(evaluate(converted, converters).total(Part::whole).energy->in(1_pJ) == Approx(200.0));
  CHECK(evaluate(converted, converters).total(Part::whole).latency->in(1_ns) == Approx(50.0));
}

TEST_CASE("area is that of the arrays' cells, used or not", "[arch]") {
  pim::cost::Ledger programming;
  programming.add(action::array_cell, 64);
  CHECK(area_of(programming, two_prices(), Part::array_only)->in(1_um2) == 128.0);
  CHECK(area_of(programming, two_prices(), Part::whole)->in(1_um2) == 178.0);
  Architecture unknown = two_prices();
  unknown.organisation.cell_area.reset();
  CHECK_FALSE(area_of(programming, unknown, Part::array_only));
}

TEST_CASE("a record with a price twice, without source or negative is refused", "[arch]") {
  Architecture twice = two_prices(), unsourced = two_prices(), negative = two_prices();
  twice.prices.push_back(twice.prices[0]);
  CHECK_THROWS_WITH(require_valid(twice), "architecture toy: action mac has two prices; keep one");
  unsourced.prices[0].source.clear();
  CHECK_THROWS_WITH(require_valid(unsourced),
                    "architecture toy: action mac has no source; say where its price comes from");
  negative.prices[0].energy = Energy() - 1_pJ;
  CHECK_THROWS_WITH(require_valid(negative), "architecture toy: action mac: prices are finite and not negative");
  CHECK_NOTHROW(require_valid(two_prices()));
}

TEST_CASE("a digital unit adds what the macro lacks and changes nothing else", "[arch]") {
  const Architecture unit{.name = "unit",
                          .title = "",
                          .citation = "",
                          .organisation = {},
                          .prices = {{"mac", 100_pJ, {}, {}, "x"}, {"digital_mac", 1_pJ, {}, 1_ns, "x"}}};
  const Architecture both = with(two_prices(), unit);
  CHECK(both.prices.size() == 3);
  CHECK(both.find("mac")->energy->in(1_fJ) == Approx(3.0));
  CHECK(both.find("digital_mac")->energy->in(1_pJ) == 1.0);
}
