#include <pim/arch/library.hpp>

#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include <pim/arch/evaluate.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using namespace pim::arch;
using namespace pim::arch::literals;
using pim::test::message_of;
namespace action = pim::cost::action;

TEST_CASE("library: names are unique, each finds its own record, all are valid", "[arch]") {
  std::set<std::string> seen;
  for (const std::string& name : architecture_names()) {
    CHECK(seen.insert(name).second);
    const Architecture& found = find_architecture(name);
    CHECK(found.name == name);
    CHECK_FALSE(found.title.empty());
    CHECK_FALSE(found.citation.empty());
    CHECK_NOTHROW(require_valid(found));
    CHECK(found.organisation.digital_area);
  }
}

TEST_CASE("library: an unknown name is answered with the nearest and all", "[arch]") {
  const std::string message = message_of([] { find_architecture("nuram"); });
  CHECK(message.starts_with("unknown architecture 'nuram'; did you mean 'neurram'? Known: fp8-28nm, "));
  CHECK(message.ends_with("ddr4-2400"));
}

/// What a tile books: analog or digital, programming and reading, with all that happens outside of arrays.
static pim::cost::Ledger bookings(bool analog) {
  pim::cost::Ledger ledger;
  std::vector<pim::cost::Action> booked = {action::cell_write,      action::array_read,         action::mac,
                                           action::digital_add,     action::digital_mac,        action::digital_norm,
                                           action::digital_scale,   action::digital_activation, action::digital_softmax,
                                           action::digital_compare, action::digital_lookup};
  if (analog) {
    booked.insert(booked.end(), {action::dac_conversion, action::adc_conversion});
  } else {
    booked.push_back(action::align);
  }
  for (const pim::cost::Action a : booked) ledger.add(a, 10, 2);
  return ledger;
}

TEST_CASE("library: the tiles' default architectures price all that the tiles book", "[arch]") {
  for (const char* name : {"fp8-28nm", "neurram", "hermes"}) {
    const Architecture& architecture = find_architecture(name);
    const Evaluation evaluation = evaluate(bookings(architecture.name != "fp8-28nm"), architecture);
    CAPTURE(name);
    CHECK(evaluation.unpriced(Part::whole).empty());
    CHECK(evaluation.total(Part::array_only).energy > Energy());
    CHECK(evaluation.total(Part::whole).energy > evaluation.total(Part::array_only).energy);
    CHECK(evaluation.total(Part::whole).latency > evaluation.total(Part::array_only).latency);
    CHECK(architecture.organisation.cell_area);
  }
}

TEST_CASE("library: a read is never free, in no macro and at no size", "[arch]") {
  for (const Architecture& architecture : architectures()) {
    if (architecture.find("mac") == nullptr) continue;
    pim::cost::Ledger ledger;
    ledger.add(action::mac, 1, 1);
    ledger.add(action::array_read, 1, 1);
    const Cost cost = evaluate(ledger, architecture).total(Part::whole);
    CAPTURE(architecture.name);
    CHECK(cost.energy > Energy());
    if (architecture.name != "wang-22nm") CHECK(cost.latency > Time());
  }
}

TEST_CASE("library: what is not published stays unknown", "[arch]") {
  CHECK_FALSE(find_architecture("wang-22nm").find("mac")->time_per_step);
  CHECK(find_architecture("jia-65nm").find("cell_write") == nullptr);
  CHECK_FALSE(find_architecture("fp8-28nm").organisation.idle_power);
}

TEST_CASE("library: row memories by ConvPIM's parameters and DDR4's commands", "[arch]") {
  pim::cost::Ledger ledger;  // a 32-bit fixed-point addition on 1000 rows: 577 gates, one a cycle
  ledger.add(pim::cost::Action{"row_cycle"}, 577, 577);
  ledger.add(pim::cost::Action{"row_gate"}, 577 * 1000);
  const Cost memristive = evaluate(ledger, find_architecture("convpim-memristive")).total(Part::whole);
  const Cost dram = evaluate(ledger, find_architecture("convpim-dram")).total(Part::whole);
  CHECK(memristive.latency->in(1_ns) == Approx(577 * 3));
  CHECK(1.0 / (memristive.energy->in(1_J) / 1000) == Approx(2.708e11).epsilon(1e-4));  // ConvPIM, additions a joule
  CHECK(dram.latency->in(1_us) == Approx(577 * 2));
  CHECK(1.0 / (dram.energy->in(1_J) / 1000) == Approx(4.4325e9).epsilon(1e-4));
  const Architecture& ddr4 = find_architecture("ddr4-2400");
  CHECK(ddr4.find("row_cycle")->time_per_step->in(1_ns) == Approx(50.16));
  CHECK(ddr4.find("row_gate")->energy->in(1_fJ) == Approx(105.3).epsilon(1e-3));  // 2 * 3.450 nJ over 65536 bits
}
