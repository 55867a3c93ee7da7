#include "support/convpim_study.hpp"

#include <algorithm>
#include <stdexcept>

#include <pim/arch/dram_timing.hpp>
#include <pim/model/layer_table.hpp>
#include <pim/model/networks.hpp>

#include "support/row_study.hpp"

namespace pim::app {
namespace {

/// The row program of an operation of arithmetic: bit-serial, one initialisation a cycle.
RowProgram program_of(std::string_view operation, int bits, const std::string& gates, arith::Source source) {
  const bool floating = operation.starts_with("float");
  RowProgram program{
      .request = {.operation = operation.ends_with("mult") ? arith::Operation::multiply : arith::Operation::add,
                  .format = arith::parse_format((floating ? "fp" : "uint") + std::to_string(bits)),
                  .contract = arith::Contract::published,
                  .source = source}};
  program.gates = gates;
  return program;
}

}  // namespace

std::string_view name_of(ConvPIMSystem system) {
  constexpr std::string_view names[] = {"memristive", "dram", "gpu_experimental", "gpu_theoretical"};
  return names[static_cast<std::size_t>(system)];
}

const std::array<double, 4>& ConvPIMStudy::cycles(bool ours, int bits) {
  const auto [entry, is_new] = cycles_.try_emplace({ours, bits});
  for (std::size_t i = 0; is_new && i < entry->second.size(); ++i) {
    const auto source = ours ? arith::Source::ours : arith::Source::published;
    const cost::Ledger ledger = ledger_of(program_of(arch::arithmetic_operations[i], bits, "nor", source));
    entry->second[i] = static_cast<double>(ledger[row::action::row_cycle]);
  }
  return entry->second;
}

const std::array<ConvPIMStudy::Commands, 4>& ConvPIMStudy::commands(int bits) {
  const auto [entry, is_new] = commands_.try_emplace(bits);
  for (std::size_t i = 0; is_new && i < entry->second.size(); ++i) {
    const cost::Ledger ledger =
        ledger_of(program_of(arch::arithmetic_operations[i], bits, "dram", arith::Source::ours));
    entry->second[i] = {ledger[action::dram_aap], ledger[action::dram_ap]};
  }
  return entry->second;
}

const std::vector<MacCount>& ConvPIMStudy::mac_counts() {
  if (!mac_counts_.empty()) return mac_counts_;
  for (const arch::NetworkMacs& network : arch::convpim_networks) {
    const std::vector<model::LayerRow> layers = model::layer_table(model::make_network(network.name).graph);
    const auto first = std::find_if(layers.begin(), layers.end(), [](const auto& layer) { return layer.macs > 0; });
    const auto macs = static_cast<double>(model::total(layers).macs);
    const std::string name(network.name);
    mac_counts_.push_back({name, arch::Study::inference, network.inference, macs});
    mac_counts_.push_back(
        {name, arch::Study::training, network.training, 3.0 * macs - static_cast<double>(first->macs)});
  }
  return mac_counts_;
}

std::vector<arch::Workload> ConvPIMStudy::workloads(const ConvPIMVariant& variant, const arch::Gpu& gpu,
                                                    arch::Study study, int bits) {
  arch::WorkloadVariant counted{.corrected_outputs = variant.corrections.output_size};
  if (variant.corrections.exact_macs) {
    for (const MacCount& count : mac_counts()) {
      for (arch::NetworkMacs& network : counted.networks) {
        if (network.name != count.network) continue;
        (count.study == arch::Study::inference ? network.inference : network.training) = count.exact;
      }
    }
  }
  std::vector<arch::Workload> found = arch::workloads(study, bits, counted);
  std::erase_if(found, [&](const arch::Workload& w) { return gpu.find(study, w.name, bits) == nullptr; });
  return found;
}

arch::RowArithmetic ConvPIMStudy::memristive(const ConvPIMVariant& variant, int bits) {
  arch::RowArithmetic arithmetic;
  const std::array<double, 4>& counted = cycles(variant.ours, bits);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    arithmetic.operations[i] = arch::work_of_cycles(arch::convpim_memristive, counted[i]);
  }
  return arithmetic;
}

arch::RowArithmetic ConvPIMStudy::dram(const ConvPIMVariant& variant, int bits) {
  arch::RowArithmetic arithmetic;
  for (std::size_t i = 0; i < arithmetic.operations.size(); ++i) {
    arch::RowWork& work = arithmetic.operations[i];
    if (variant.corrections.dram_programs || variant.ours) {
      const auto [aap, ap] = commands(bits)[i];
      const auto both = static_cast<double>(aap + ap);
      work = variant.corrections.dram_programs
                 ? arch::RowWork{arch::ddr4_2400.time_of(aap, ap), both * arch::convpim_dram_command}
                 : arch::work_of_cycles(arch::convpim_dram, both);
    } else {
      work = arch::work_of_cycles(arch::convpim_dram, cycles(false, bits)[i]);
    }
  }
  return arithmetic;
}

arch::Rate ConvPIMStudy::rate(const ConvPIMVariant& variant, const arch::Gpu& gpu, const arch::Workload& workload,
                              ConvPIMSystem system, double row_bits) {
  switch (system) {
    case ConvPIMSystem::memristive:
      return arch::rate_of(arch::convpim_memristive.with_row_bits(row_bits), memristive(variant, workload.bits),
                           workload);
    case ConvPIMSystem::dram:
      return arch::rate_of(arch::convpim_dram.with_row_bits(row_bits), dram(variant, workload.bits), workload);
    case ConvPIMSystem::gpu_experimental: {
      const arch::GpuMeasurement* measured = gpu.find(workload.study, workload.name, workload.bits);
      if (measured == nullptr) throw std::invalid_argument("rate: " + workload.name + " was not measured");
      return arch::rate_of(*measured, workload.measured);
    }
    case ConvPIMSystem::gpu_theoretical:
      return arch::peak_rate(
          gpu, workload,
          {.mac_is_two = variant.corrections.mac_is_two, .tensor_cores = variant.corrections.tensor_cores});
  }
  throw std::logic_error("rate: no such system");
}

}  // namespace pim::app
