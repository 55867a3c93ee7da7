#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <pim/arch/convpim.hpp>

/// ConvPIM's evaluation with cycles counted from row programs and multiply-accumulates from network definitions.
namespace pim::app {

/// What of section "corrections" of docs/convpim.md is applied.
struct Corrections {
  bool mac_is_two = false;     ///< a multiply-accumulate is two FLOP of a GPU's peak
  bool exact_macs = false;     ///< of networks, from their definitions
  bool output_size = false;    ///< of convolutions, as the GPUs calculated them: without padding
  bool tensor_cores = false;   ///< at 16 bits
  bool dram_programs = false;  ///< DRAM by its own majority programs at DDR4-2400, not by NOR cycles

  static constexpr Corrections all() { return {true, true, true, true, true}; }
};

/// A way to count, with its name in rows and figures.
struct ConvPIMVariant {
  std::string name = "published";
  Corrections corrections = {};
  bool ours = false;  ///< the cheapest programs that we know, not the published ones
};

enum class ConvPIMSystem { memristive, dram, gpu_experimental, gpu_theoretical };
std::string_view name_of(ConvPIMSystem system);

/// Multiply-accumulates of a network for one image: the workbook's, and those of its definition.
struct MacCount {
  std::string network;
  arch::Study study;
  double workbook, exact;
};

class ConvPIMStudy {
 public:
  /// Programs are compiled and networks built when they are first asked for.
  arch::Rate rate(const ConvPIMVariant& variant, const arch::Gpu& gpu, const arch::Workload& workload,
                  ConvPIMSystem system, double row_bits = 1024.0);
  /// The workloads of a study that were measured on a GPU at this width.
  std::vector<arch::Workload> workloads(const ConvPIMVariant& variant, const arch::Gpu& gpu, arch::Study study,
                                        int bits);
  /// Cycles of NOR programs, in the order of arch::arithmetic_operations.
  const std::array<double, 4>& cycles(bool ours, int bits);
  /// Commands of DRAM programs, likewise.
  struct Commands {
    std::uint64_t aap, ap;
  };
  const std::array<Commands, 4>& commands(int bits);
  /// Of AlexNet, ResNet-50 and GoogLeNet, inference and training. Training is forward, gradients of weights, and
  /// gradients of inputs but the image: three times inference less the first layer's.
  const std::vector<MacCount>& mac_counts();

 private:
  arch::RowArithmetic memristive(const ConvPIMVariant& variant, int bits);
  arch::RowArithmetic dram(const ConvPIMVariant& variant, int bits);

  std::map<std::pair<bool, int>, std::array<double, 4>> cycles_;
  std::map<int, std::array<Commands, 4>> commands_;
  std::vector<MacCount> mac_counts_;
};

}  // namespace pim::app
