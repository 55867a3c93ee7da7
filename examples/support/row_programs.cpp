#include <stdexcept>
#include <string>

#include <pim/arith/compile.hpp>
#include <pim/gate/memristive.hpp>
#include <pim/row/bulk_init.hpp>
#include <pim/row/dram_listing.hpp>
#include <pim/row/listing.hpp>
#include <pim/row/routine.hpp>

#include "support/row_study.hpp"

namespace pim::app {
namespace {

/// use(program) with the program, whatever its type.
template <class Use>
auto with_program(const RowProgram& wanted, const Use& use) {
  const auto memristive = [&]<gate::GateSet G>(G) {
    const row::Program<G> program = arith::memristive_program<G>(wanted.request);
    return use(wanted.bulk_init ? row::bulk_init(program) : program);
  };
  if (wanted.gates == "nor") return memristive(gate::NotNor());
  if (wanted.gates == "min3") return memristive(gate::NotMin3());
  if (wanted.gates != "dram") throw std::invalid_argument("gates '" + wanted.gates + "' are unknown");
  if (wanted.bulk_init) arith::no_program(wanted.request, "DRAM rows are not initialised; choose init one");
  return use(arith::dram_program(wanted.request));
}

}  // namespace

bool exists(const RowProgram& program) {
  try {
    with_program(program, [](const auto&) {});
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

row::Routine routine(const RowProgram& program) {
  return with_program(program, [](const auto& built) { return row::Routine(built); });
}

std::string listing(const RowProgram& program) {
  return with_program(program, [](const auto& built) { return row::write_listing(built); });
}

cost::Ledger ledger_of(const RowProgram& program) {
  return with_program(program, [](const auto& built) {
    cost::Ledger ledger;
    if constexpr (requires { built.aap_count(); }) {
      ledger.add(action::dram_aap, built.aap_count(), built.aap_count());
      ledger.add(action::dram_ap, built.ap_count(), built.ap_count());
    } else {
      const row::Counts counts = built.counts();
      ledger.add(row::action::row_cycle, counts.cycles, counts.cycles);
      ledger.add(row::action::row_gate, counts.gates);
    }
    return ledger;
  });
}

std::optional<row::Counts> published_counts(const RowProgram& program) {
  arith::Request request = program.request;
  request.source = arith::Source::published;
  if (!arith::info(request.operation).published || program.gates == "dram") return std::nullopt;
  const bool multiplies =
      request.operation == arith::Operation::multiply || request.operation == arith::Operation::divide;
  if (!request.format.is_floating() && multiplies && is_signed(program)) return std::nullopt;  // published unsigned
  if (request.format.is_floating() && request.contract == arith::Contract::ieee) return std::nullopt;
  try {
    return arith::published_program(request).counts();
  } catch (const std::invalid_argument&) {  // a width that was not published
    return std::nullopt;
  }
}

}  // namespace pim::app
