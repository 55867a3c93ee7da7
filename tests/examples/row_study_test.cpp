#include "support/row_study.hpp"

#include "support/catch.hpp"
#include <pim/row/routine.hpp>

using pim::app::RowProgram;
using pim::cost::Ledger;
using pim::cost::Tally;
namespace action = pim::app::action;
namespace arith = pim::arith;

TEST_CASE("a memristive program books its cycles and gates: AritPIM's counts", "[row_study]") {
  const auto ledger = [](arith::Operation operation, const arith::Format& format) {
    return pim::app::ledger_of({.request = {.operation = operation,
                                            .format = format,
                                            .contract = arith::Contract::published,
                                            .source = arith::Source::published}});
  };
  const Ledger add = ledger(arith::Operation::add, arith::int32),
               multiply = ledger(arith::Operation::multiply, arith::fp16);
  CHECK(add.total(pim::row::action::row_cycle) == Tally{577, 577});
  CHECK(add.total(pim::row::action::row_gate) == Tally{577, 0});
  CHECK(multiply.total(pim::row::action::row_cycle) == Tally{2780, 2780});
}

TEST_CASE("a DRAM program books its two commands, a step each", "[row_study]") {
  const RowProgram program{.request = {.operation = arith::Operation::add, .format = arith::int32}, .gates = "dram"};
  const Ledger ledger = pim::app::ledger_of(program);
  const Tally aap = ledger.total(action::dram_aap), ap = ledger.total(action::dram_ap);
  CHECK(aap.count > 0);
  CHECK(aap.serial_steps == aap.count);
  CHECK(ap.serial_steps == ap.count);
  CHECK(aap.count + ap.count == pim::app::routine(program).counts().cycles);
  CHECK(aap.count + ap.count <= 193 + 64);  // SIMDRAM's, 12.64 us with DDR4-2400
}
