#include <cstdint>
#include <string>

#include <pim/arch/gpu.hpp>
#include <pim/arch/memory_machine.hpp>

#include "support/costing.hpp"
#include "support/row_study.hpp"

namespace pim::app {
namespace {
using io::OrderedJson;
using namespace arch::literals;

/// Cycles of the published NOT/NOR programs for one multiplication and one addition.
double cycles_of_mac(const arith::Format& format) {
  double cycles = 0.0;
  for (const arith::Operation operation : {arith::Operation::multiply, arith::Operation::add}) {
    const RowProgram program{
        .request = {.operation = operation, .format = format, .contract = arith::Contract::published}};
    cycles += static_cast<double>(published_counts(program).value().cycles);
  }
  return cycles;
}
OrderedJson row(const std::string& system, const std::string& title, const arch::Rate& rate) {
  return {{"system", system},
          {"title", title},
          {"energy_pJ", (1.0 / rate.efficiency).in(1_pJ)},
          {"latency_ns", (1.0 / rate.throughput).in(1_ns)},
          {"area_mm2", nullptr},
          {"basis", "bound"}};
}
}  // namespace

OrderedJson bound_rows(std::uint64_t macs_per_item) {
  if (macs_per_item == 0) return OrderedJson::array();
  const auto macs = static_cast<double>(macs_per_item);
  const double cycles_32 = cycles_of_mac(arith::fp32), cycles_16 = cycles_of_mac(arith::fp16);
  OrderedJson rows = OrderedJson::array();
  for (const auto& [name, machine] : {std::pair("nor", arch::convpim_memristive), {"dram", arch::convpim_dram}}) {
    for (const auto& [format, cycles] : {std::pair("fp32", cycles_32), {"fp16", cycles_16}}) {
      rows.push_back(row(std::string(name) + '-' + format, std::string(machine.title) + ", " + format,
                         arch::rate_of(machine, arch::work_of_cycles(machine, cycles), macs)));
    }
  }
  for (const arch::Gpu& gpu : {arch::a6000, arch::a100}) {
    OrderedJson bound = row(std::string(gpu.name), std::string(gpu.title) + ", peak in fp32",
                            arch::rate_at_peak(gpu, gpu.peak_32_per_s, 2.0 * macs));
    bound["area_mm2"] = gpu.die.in(1_mm2);
    rows.push_back(bound);
  }
  return rows;
}

}  // namespace pim::app
