#pragma once
#include <span>
#include <string_view>

#include <pim/arch/memory_machine.hpp>
#include <pim/arch/quantity.hpp>

namespace pim::arch {

/// What ConvPIM measured and estimated.
enum class Study { arithmetic, matrix, convolution, inference, training };
constexpr std::string_view name_of(Study study) {
  switch (study) {
    case Study::arithmetic:
      return "arithmetic";
    case Study::matrix:
      return "matrix";
    case Study::convolution:
      return "convolution";
    case Study::inference:
      return "inference";
    case Study::training:
      return "training";
  }
  return "";
}

/// One experiment on a GPU, all its repeats together.
struct GpuMeasurement {
  Study study;
  std::string_view workload;  ///< as arch::workloads() names them
  int bits;
  double seconds, watts;  ///< watts: mean of about 100 samples of NVML
};

struct Gpu {
  std::string_view name, title;
  double bandwidth_B_per_s;             ///< of its memory, data sheet
  double peak_16_per_s, peak_32_per_s;  ///< FLOP/s without tensor cores; a multiply-add is two
  double tensor_peak_16_per_s;          ///< FLOP/s of 16-bit tensor cores, dense; 0: not stated by the source
  Power power;                          ///< taken for theoretical peaks
  Area die;
  std::span<const GpuMeasurement> measurements;

  constexpr double peak_per_s(int bits) const { return bits == 16 ? peak_16_per_s : peak_32_per_s; }
  /// nullptr: the source did not measure it
  constexpr const GpuMeasurement* find(Study study, std::string_view workload, int bits) const {
    for (const GpuMeasurement& m : measurements) {
      if (m.study == study && m.workload == workload && m.bits == bits) return &m;
    }
    return nullptr;
  }
};

namespace measured {
/// source  oleitersdorf/ConvPIM, commit 87fc2d7, results/A6000_Results.xlsx
inline constexpr GpuMeasurement a6000[] = {
    {Study::arithmetic, "fixed_add", 16, 9.626, 293.0},  {Study::arithmetic, "fixed_mult", 16, 9.658, 299.0},
    {Study::arithmetic, "float_add", 16, 9.655, 299.0},  {Study::arithmetic, "float_mult", 16, 9.657, 299.0},
    {Study::arithmetic, "fixed_add", 32, 19.164, 299.0}, {Study::arithmetic, "fixed_mult", 32, 19.164, 299.0},
    {Study::arithmetic, "float_add", 32, 19.163, 299.0}, {Study::arithmetic, "float_mult", 32, 19.163, 294.0},
    {Study::matrix, "matmul_32", 32, 37.92, 287.0},      {Study::matrix, "matmul_128", 32, 2.826, 300.0},
    {Study::matrix, "matmul_512", 32, 1.933, 299.0},     {Study::matrix, "matmul_2048", 32, 1.983, 299.0},
    {Study::convolution, "conv_1", 32, 3.149, 291.0},    {Study::convolution, "conv_3", 32, 2.841, 299.0},
    {Study::convolution, "conv_5", 32, 8.793, 299.0},    {Study::convolution, "conv_7", 32, 14.185, 299.0},
    {Study::convolution, "conv_9", 32, 20.711, 299.0},   {Study::inference, "alexnet", 32, 4.017, 294.0},
    {Study::inference, "resnet50", 32, 48.195, 307.0},   {Study::inference, "googlenet", 32, 18.754, 297.0},
    {Study::training, "alexnet", 32, 11.345, 295.0},     {Study::training, "resnet50", 32, 165.611, 294.0},
    {Study::training, "googlenet", 32, 64.897, 293.0},
};
/// source  oleitersdorf/ConvPIM, commit 87fc2d7, results/A100_Results_32bit.xlsx and A100_Results_16bit.xlsx
inline constexpr GpuMeasurement a100[] = {
    {Study::arithmetic, "fixed_add", 16, 3.89, 295.0}, {Study::arithmetic, "fixed_mult", 16, 3.89, 298.0},
    {Study::arithmetic, "float_add", 16, 3.89, 299.0}, {Study::arithmetic, "float_mult", 16, 3.89, 299.0},
    {Study::arithmetic, "fixed_add", 32, 7.78, 299.0}, {Study::arithmetic, "fixed_mult", 32, 7.76, 299.0},
    {Study::arithmetic, "float_add", 32, 7.78, 296.0}, {Study::arithmetic, "float_mult", 32, 7.77, 299.0},
    {Study::matrix, "matmul_32", 32, 37.15, 238.0},    {Study::matrix, "matmul_128", 32, 2.14, 301.0},
    {Study::matrix, "matmul_512", 32, 1.95, 298.0},    {Study::matrix, "matmul_2048", 32, 1.98, 297.0},
    {Study::convolution, "conv_1", 32, 1.8, 279.0},    {Study::convolution, "conv_3", 32, 2.18, 298.0},
    {Study::convolution, "conv_5", 32, 7.33, 299.0},   {Study::convolution, "conv_7", 32, 11.93, 298.0},
    {Study::convolution, "conv_9", 32, 17.89, 300.0},  {Study::inference, "alexnet", 32, 3.83, 281.0},
    {Study::inference, "resnet50", 32, 39.76, 290.0},  {Study::inference, "googlenet", 32, 14.2, 300.0},
    {Study::training, "alexnet", 32, 9.25, 285.0},     {Study::training, "resnet50", 32, 133.28, 287.0},
    {Study::training, "googlenet", 32, 52.69, 285.0},  {Study::inference, "alexnet", 16, 1.63, 293.0},
    {Study::inference, "resnet50", 16, 12.39, 297.0},  {Study::inference, "googlenet", 16, 7.08, 294.0},
};
}  // namespace measured

/// source  ConvPIM's workbooks (peaks, 300 W); NVIDIA's data sheets (bandwidth; GA102 628 mm2)
inline constexpr Gpu a6000{.name = "a6000",
                           .title = "NVIDIA RTX A6000",
                           .bandwidth_B_per_s = 768e9,
                           .peak_16_per_s = 38.71e12,
                           .peak_32_per_s = 38.71e12,
                           .tensor_peak_16_per_s = 0.0,
                           .power = Power(300e3),
                           .die = Area(628e6),
                           .measurements = measured::a6000};
/// source  ConvPIM's workbooks (peaks, 300 W); NVIDIA's data sheets (bandwidth, tensor cores; GA100 826 mm2)
inline constexpr Gpu a100{.name = "a100",
                          .title = "NVIDIA A100 80 GB PCIe",
                          .bandwidth_B_per_s = 1935e9,
                          .peak_16_per_s = 77.97e12,
                          .peak_32_per_s = 19.49e12,
                          .tensor_peak_16_per_s = 312e12,
                          .power = Power(300e3),
                          .die = Area(826e6),
                          .measurements = measured::a100};

/// Items in the time and at the power that were measured.
constexpr Rate rate_of(const GpuMeasurement& measured, double items) {
  const Frequency throughput = items / Time(measured.seconds * 1e9);
  return {throughput, throughput / Power(measured.watts * 1e3)};
}
/// Items of `operations` operations each, at `peak_per_s` operations and the GPU's power.
constexpr Rate rate_at_peak(const Gpu& gpu, double peak_per_s, double operations) {
  const Frequency throughput(peak_per_s / operations * 1e-9);
  return {throughput, throughput / gpu.power};
}

}  // namespace pim::arch
