#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <pim/arch/gpu.hpp>
#include <pim/arch/memory_machine.hpp>

/// The evaluation of ConvPIM: what arithmetic, matrix products, convolutions and networks reach on memories that
/// calculate, and on GPUs.
/// source  Leitersdorf, Ronen, Kvatinsky, "ConvPIM", arXiv 2305.04122; oleitersdorf/ConvPIM, 87fc2d7
namespace pim::arch {

/// Operations of the study of arithmetic, in its order.
inline constexpr std::array<std::string_view, 4> arithmetic_operations = {"fixed_add", "fixed_mult", "float_add",
                                                                          "float_mult"};

/// Multiply-accumulates of a network for one image of 3 x 224 x 224.
struct NetworkMacs {
  std::string_view name;
  double inference, training;
};
/// source  CNN sheets of the workbooks
inline constexpr std::array<NetworkMacs, 3> convpim_networks = {{{"alexnet", 724705896.0, 3332131161.0},
                                                                 {"resnet50", 4297355192.0, 12822701741.0},
                                                                 {"googlenet", 1255899984.0, 4042532867.0}}};

/// One bar of a figure.
struct Workload {
  Study study;
  std::string name;  ///< "fixed_add", "matmul_32", "conv_3", "alexnet"
  int bits;
  std::string unit;  ///< of what throughput counts: "operation", "product", "image"
  double macs;       ///< of one item; 0 where an item is one operation of arithmetic
  double measured;   ///< items of the experiment on the GPU, all repeats together
};

/// How far from the published evaluation.
struct WorkloadVariant {
  bool corrected_outputs = false;  ///< convolutions without padding: (225 - k)^2 outputs, as the GPUs calculated
  std::array<NetworkMacs, 3> networks = convpim_networks;
};

/// The workloads of one study at one width; none where ConvPIM has none. Sizes are those of its experiments: 2^30
/// elements 1024 times; 2^34 multiply-accumulates 1024 times; 32,768 channels of 224 x 224 128 times; batches of 512
/// images 128 times.
inline std::vector<Workload> workloads(Study study, int bits, const WorkloadVariant& variant = {}) {
  std::vector<Workload> found;
  switch (study) {
    case Study::arithmetic:
      for (const std::string_view name : arithmetic_operations) {
        found.push_back({study, std::string(name), bits, "operation", 0.0, 1073741824.0 * 1024.0});
      }
      break;
    case Study::matrix:
      if (bits != 32) break;
      for (const int n : {32, 128, 512, 2048}) {
        const double macs = static_cast<double>(n) * n * n;
        found.push_back({study, "matmul_" + std::to_string(n), bits, "product", macs, 17179869184.0 / macs * 1024.0});
      }
      break;
    case Study::convolution:
      if (bits != 32) break;
      for (const int k : {1, 3, 5, 7, 9}) {
        const double side = variant.corrected_outputs ? 225.0 - k : 224.0;
        found.push_back({study, "conv_" + std::to_string(k), bits, "image", side * side * k * k, 32768.0 * 128.0});
      }
      break;
    case Study::inference:
    case Study::training:
      if (study == Study::training && bits != 32) break;
      for (const NetworkMacs& network : variant.networks) {
        const double macs = study == Study::inference ? network.inference : network.training;
        found.push_back({study, std::string(network.name), bits, "image", macs, 512.0 * 128.0});
      }
      break;
  }
  return found;
}

/// What the operations of arithmetic take in one row, at one width.
struct RowArithmetic {
  std::array<RowWork, 4> operations;  ///< in the order of arithmetic_operations

  /// throws std::out_of_range: no such operation
  RowWork of(std::string_view name) const {
    const auto at = std::find(arithmetic_operations.begin(), arithmetic_operations.end(), name);
    return operations.at(static_cast<std::size_t>(at - arithmetic_operations.begin()));
  }
  /// A multiplication and an addition of floating-point numbers.
  RowWork mac() const { return of("float_add") + of("float_mult"); }
};

inline Rate rate_of(const MemoryMachine& machine, const RowArithmetic& arithmetic, const Workload& workload) {
  return workload.macs > 0.0 ? rate_of(machine, arithmetic.mac(), workload.macs)
                             : rate_of(machine, arithmetic.of(workload.name));
}

/// How a GPU's theoretical peak is counted.
struct PeakVariant {
  bool mac_is_two = false;    ///< a multiply-accumulate is two FLOP of the peak; published: one
  bool tensor_cores = false;  ///< 16-bit multiply-accumulates at the tensor cores' peak, where there is one
};
inline Rate peak_rate(const Gpu& gpu, const Workload& workload, const PeakVariant& variant = {}) {
  if (workload.macs == 0.0) return rate_at_peak(gpu, gpu.peak_per_s(workload.bits), 1.0);
  const bool tensor = variant.tensor_cores && workload.bits == 16 && gpu.tensor_peak_16_per_s > 0.0;
  const double peak = tensor ? gpu.tensor_peak_16_per_s : gpu.peak_per_s(workload.bits);
  return rate_at_peak(gpu, peak, workload.macs * (variant.mac_is_two ? 2.0 : 1.0));
}

/// Improvement of a memory over a GPU that streams its operands: a constant, rows / time of a cycle over the bandwidth
/// in bits, divided by compute complexity.
/// source  ConvPIM, section 3 (reuse and compute complexity)
inline double memory_bound_improvement(const MemoryMachine& machine, const Gpu& gpu, double complexity) {
  const double gates_per_s = (machine.rows() / machine.cycle).in(Frequency(1e-9));
  return gates_per_s / (gpu.bandwidth_B_per_s * 8.0) / complexity;
}

}  // namespace pim::arch
