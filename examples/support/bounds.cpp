#include "support/bounds.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <pim/arch/gpu.hpp>
#include <pim/arch/memory_machine.hpp>
#include <pim/io/number_text.hpp>

#include "support/row_study.hpp"

namespace pim::app {

namespace {
using io::OrderedJson;
using namespace arch::literals;

/// Cycles of a multiplication and an addition, serial NOR, initialised one cell at a time.
std::uint64_t mac_cycles(const arith::Format& format) {
  std::uint64_t cycles = 0;
  for (const arith::Operation operation : {arith::Operation::add, arith::Operation::multiply}) {
    const RowProgram program{.request = {.operation = operation,
                                         .format = format,
                                         .contract = arith::Contract::published,
                                         .source = arith::Source::published}};
    cycles += ledger_of(program)[row::action::row_cycle];
  }
  return cycles;
}

OrderedJson row(const std::string& system, std::string_view architecture, const arch::Rate& rate, std::uint64_t macs) {
  const double energy_pJ = (1.0 / rate.efficiency).in(1_pJ), latency_ns = (1.0 / rate.throughput).in(1_ns);
  return {{"system", system},
          {"architecture", architecture},
          {"energy_pJ", energy_pJ},
          {"latency_ns", latency_ns},
          {"energy_array_pJ", energy_pJ},
          {"latency_array_ns", latency_ns},
          {"area_mm2", nullptr},
          {"area_array_mm2", nullptr},
          {"macs", macs},
          {"unpriced", OrderedJson::array()}};
}
OrderedJson gpu_row(const arch::Gpu& gpu, const char* format, double peak_per_s, std::uint64_t macs) {
  const std::string name(gpu.name);
  OrderedJson made =
      row(name + "-" + format, name, arch::rate_at_peak(gpu, peak_per_s, 2.0 * static_cast<double>(macs)), macs);
  for (const char* array : {"energy_array_pJ", "latency_array_ns"}) made[array] = nullptr;
  made["area_mm2"] = gpu.die.in(1_mm2);
  return made;
}
}  // namespace

OrderedJson bound_rows(std::uint64_t macs) {
  if (macs == 0) throw std::invalid_argument("bounds of one item: it has no multiply-accumulates");
  struct Width {
    const char* name;
    arith::Format format;
  };
  const Width widths[] = {{"fp32", arith::fp32}, {"fp16", arith::fp16}};
  OrderedJson rows = OrderedJson::array();
  for (const auto& [technology, machine] :
       {std::pair("nor-", &arch::convpim_memristive), {"dram-", &arch::convpim_dram}}) {
    for (const auto& [name, format] : widths) {
      const arch::RowWork mac = arch::work_of_cycles(*machine, static_cast<double>(mac_cycles(format)));
      rows.push_back(row(std::string(technology) + name, machine->name,
                         arch::rate_of(*machine, mac, static_cast<double>(macs)), macs));
    }
  }
  rows.push_back(gpu_row(arch::a6000, "fp32", arch::a6000.peak_32_per_s, macs));
  rows.push_back(gpu_row(arch::a100, "fp32", arch::a100.peak_32_per_s, macs));
  rows.push_back(gpu_row(arch::a100, "fp16", arch::a100.tensor_peak_16_per_s, macs));
  return rows;
}

std::vector<io::Source> bound_sources() {
  std::vector<io::Source> sources;
  for (const arch::MemoryMachine* machine : {&arch::convpim_memristive, &arch::convpim_dram}) {
    sources.push_back({std::string(machine->title),
                       io::number_text(machine->cycle.in(1_ns), 4) + " ns a cycle, " +
                           io::number_text(machine->gate.in(1_fJ), 4) + " fJ a gate, rows of " +
                           io::number_text(machine->row_bits, 4) + " bits, 48 GiB",
                       "Leitersdorf, Ronen, Kvatinsky, ConvPIM, arXiv 2305.04122"});
  }
  for (const arch::Gpu* gpu : {&arch::a6000, &arch::a100}) {
    sources.push_back({std::string(gpu->title),
                       io::number_text(gpu->peak_32_per_s * 1e-12, 4) + " TFLOP/s in fp32 at " +
                           io::number_text(gpu->power.in(1_W), 4) + " W",
                       "ConvPIM's workbooks; NVIDIA's data sheets"});
  }
  return sources;
}

}  // namespace pim::app
