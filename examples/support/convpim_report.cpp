#include "support/convpim_report.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include <pim/arch/dram_timing.hpp>

namespace pim::app {
namespace {

using arch::Study;
using io::OrderedJson;
constexpr double published_row_bits = 1024.0;

struct Bar {
  ConvPIMSystem system;
  double row_bits;  ///< of memories
};
const std::vector<Bar> systems = {{ConvPIMSystem::memristive, published_row_bits},
                                  {ConvPIMSystem::dram, published_row_bits},
                                  {ConvPIMSystem::gpu_experimental, 0.0},
                                  {ConvPIMSystem::gpu_theoretical, 0.0}};
const std::vector<Bar> row_sizes = {{ConvPIMSystem::memristive, 512.0},     {ConvPIMSystem::memristive, 1024.0},
                                    {ConvPIMSystem::memristive, 2048.0},    {ConvPIMSystem::memristive, 4096.0},
                                    {ConvPIMSystem::dram, 1024.0},          {ConvPIMSystem::dram, 4096.0},
                                    {ConvPIMSystem::gpu_experimental, 0.0}, {ConvPIMSystem::gpu_theoretical, 0.0}};

bool is_memory(ConvPIMSystem system) { return system == ConvPIMSystem::memristive || system == ConvPIMSystem::dram; }

Study study_of(const std::string& figure) {
  for (const Study study : {Study::arithmetic, Study::matrix, Study::convolution, Study::training}) {
    if (figure == arch::name_of(study)) return study;
  }
  return Study::inference;  // of inference and row_size
}

double per_second(arch::Frequency rate) { return rate.in(arch::Frequency(1e-9)); }
double per_joule(arch::Efficiency efficiency) { return efficiency.in(arch::Efficiency(1e-12)); }

/// Cycles of one operation, for compute complexity; of DRAM by its own programs, commands.
double steps_of(ConvPIMStudy& study, const ConvPIMVariant& variant, const arch::Workload& workload,
                ConvPIMSystem system) {
  const auto at = static_cast<std::size_t>(
      std::find(arch::arithmetic_operations.begin(), arch::arithmetic_operations.end(), workload.name) -
      arch::arithmetic_operations.begin());
  if (system == ConvPIMSystem::dram && (variant.corrections.dram_programs || variant.ours)) {
    const ConvPIMStudy::Commands commands = study.commands(workload.bits).at(at);
    return static_cast<double>(commands.aap + commands.ap);
  }
  return study.cycles(system == ConvPIMSystem::memristive && variant.ours, workload.bits).at(at);
}

OrderedJson row_of(const std::string& figure, const arch::Gpu& gpu, const arch::Workload& workload, const Bar& bar,
                   const ConvPIMVariant& variant, ConvPIMStudy& study) {
  const arch::Rate rate = study.rate(variant, gpu, workload, bar.system, is_memory(bar.system) ? bar.row_bits : 1024.0);
  const arch::Rate measured = study.rate(variant, gpu, workload, ConvPIMSystem::gpu_experimental);
  OrderedJson row = {{"figure", figure},
                     {"gpu", gpu.name},
                     {"bits", workload.bits},
                     {"workload", workload.name},
                     {"system", name_of(bar.system)},
                     {"variant", variant.name},
                     {"row_bits", is_memory(bar.system) ? OrderedJson(static_cast<int>(bar.row_bits)) : OrderedJson()},
                     {"unit", workload.unit},
                     {"throughput_per_s", per_second(rate.throughput)},
                     {"efficiency_per_J", per_joule(rate.efficiency)},
                     {"over_gpu", rate.throughput / measured.throughput},
                     {"macs", workload.macs > 0.0 ? OrderedJson(workload.macs) : OrderedJson()},
                     {"compute_complexity", nullptr}};
  if (workload.study == Study::arithmetic && is_memory(bar.system))
    row["compute_complexity"] = arch::compute_complexity(steps_of(study, variant, workload, bar.system), workload.bits);
  return row;
}

/// Whether a bar has a number of its own in a variant: programs do not change GPUs, nor a DRAM that runs its own
/// anyway.
bool depends(ConvPIMSystem system, const ConvPIMVariant& variant) {
  if (system == ConvPIMSystem::memristive) return true;
  if (system == ConvPIMSystem::dram) return !(variant.ours && variant.corrections.dram_programs);
  return system == ConvPIMSystem::gpu_theoretical && !variant.ours;
}

/// What a correction changes, seen on one bar.
struct Effect {
  std::string correction, number;
  Corrections alone;
  const arch::Gpu& gpu;
  Study study;
  std::string_view workload;
  int bits;
  ConvPIMSystem system;
};
std::vector<Effect> effects() {
  using enum ConvPIMSystem;
  return {{"a multiply-accumulate is two FLOP of the peak",
           "ResNet-50 inference, A6000 at its peak",
           {.mac_is_two = true},
           arch::a6000,
           Study::inference,
           "resnet50",
           32,
           gpu_theoretical},
          {"multiply-accumulates of networks from their definitions",
           "GoogLeNet inference, memristive",
           {.exact_macs = true},
           arch::a6000,
           Study::inference,
           "googlenet",
           32,
           memristive},
          {"the same, AlexNet",
           "AlexNet inference, memristive",
           {.exact_macs = true},
           arch::a6000,
           Study::inference,
           "alexnet",
           32,
           memristive},
          {"the same, training",
           "AlexNet training, memristive",
           {.exact_macs = true},
           arch::a6000,
           Study::training,
           "alexnet",
           32,
           memristive},
          {"convolutions without padding, as on the GPU",
           "9 x 9 convolution, memristive",
           {.output_size = true},
           arch::a6000,
           Study::convolution,
           "conv_9",
           32,
           memristive},
          {"16-bit networks on tensor cores",
           "AlexNet inference, A100 at its peak, 16 bit",
           {.tensor_cores = true},
           arch::a100,
           Study::inference,
           "alexnet",
           16,
           gpu_theoretical},
          {"DRAM by its own majority programs at DDR4-2400",
           "32-bit addition, DRAM",
           {.dram_programs = true},
           arch::a6000,
           Study::arithmetic,
           "fixed_add",
           32,
           dram},
          {"the same, a network",
           "ResNet-50 inference, DRAM",
           {.dram_programs = true},
           arch::a6000,
           Study::inference,
           "resnet50",
           32,
           dram}};
}

std::string series_name(const OrderedJson& row, bool several_variants) {
  const std::string system = row["system"];
  std::string name = system == "memristive"         ? "memristive PIM"
                     : system == "dram"             ? "DRAM PIM"
                     : system == "gpu_experimental" ? "experimental GPU"
                                                    : "theoretical peak GPU";
  if (!row["row_bits"].is_null() && row["row_bits"] != 1024) name += ", " + row["row_bits"].dump() + "-bit rows";
  if (several_variants) name += " (" + row["variant"].get<std::string>() + ")";
  return name;
}

}  // namespace

OrderedJson convpim_rows(const ConvPIMQuestion& question, ConvPIMStudy& study) {
  OrderedJson rows = OrderedJson::array();
  for (const std::string& figure : question.figures) {
    for (const arch::Gpu& gpu : question.gpus) {
      for (const int bits : question.bits) {
        for (const ConvPIMVariant& variant : question.variants) {
          for (const arch::Workload& workload : study.workloads(variant, gpu, study_of(figure), bits)) {
            for (const Bar& bar : figure == "row_size" ? row_sizes : systems) {
              if (depends(bar.system, variant) || variant.name == question.variants.front().name)
                rows.push_back(row_of(figure, gpu, workload, bar, variant, study));
            }
          }
        }
      }
    }
  }
  return rows;
}

OrderedJson mac_rows(ConvPIMStudy& study) {
  OrderedJson rows = OrderedJson::array();
  for (const MacCount& count : study.mac_counts()) {
    rows.push_back({{"network", count.network},
                    {"phase", arch::name_of(count.study)},
                    {"workbook", static_cast<std::int64_t>(count.workbook)},
                    {"exact", static_cast<std::int64_t>(count.exact)},
                    {"ratio", count.workbook / count.exact}});
  }
  return rows;
}

std::string_view mac_explanation() {
  return "exact: of all convolutions and linear layers of the definitions, padding included; training is three times "
         "that less the first layer's gradient of the image. The workbooks do not say how theirs were counted. "
         "Biases, activations and pooling are too few to explain them (AlexNet has 0.5 million outputs, the difference "
         "is 10.5 million), and GoogLeNet's is below what its products need, as is the work of GPU algorithms that "
         "save "
         "multiplications; training is 4.6, 3.0 and 3.2 times inference.";
}

OrderedJson correction_rows(ConvPIMStudy& study) {
  OrderedJson rows = OrderedJson::array();
  for (const Effect& effect : effects()) {
    const auto throughput = [&](const ConvPIMVariant& variant) {
      for (const arch::Workload& workload : study.workloads(variant, effect.gpu, effect.study, effect.bits)) {
        if (workload.name == effect.workload)
          return per_second(study.rate(variant, effect.gpu, workload, effect.system).throughput);
      }
      throw std::logic_error("correction_rows: there is no such workload");
    };
    const double before = throughput({}), after = throughput({.name = "", .corrections = effect.alone});
    rows.push_back({{"correction", effect.correction},
                    {"number", effect.number},
                    {"published_per_s", before},
                    {"corrected_per_s", after},
                    {"ratio", after / before}});
  }
  return rows;
}

OrderedJson program_rows(ConvPIMStudy& study, const std::vector<int>& bits) {
  OrderedJson rows = OrderedJson::array();
  for (const int width : bits) {
    for (std::size_t i = 0; i < arch::arithmetic_operations.size(); ++i) {
      const ConvPIMStudy::Commands commands = study.commands(width)[i];
      rows.push_back({{"operation", arch::arithmetic_operations[i]},
                      {"bits", width},
                      {"published_cycles", static_cast<std::int64_t>(study.cycles(false, width)[i])},
                      {"ours_cycles", static_cast<std::int64_t>(study.cycles(true, width)[i])},
                      {"dram_aap", commands.aap},
                      {"dram_ap", commands.ap},
                      {"dram_us", arch::ddr4_2400.time_of(commands.aap, commands.ap).in(arch::Time(1e3))}});
    }
  }
  return rows;
}

std::vector<io::Column> convpim_columns() {
  return {{.field = "figure", .heading = "figure"},
          {.field = "gpu", .heading = "GPU"},
          {.field = "bits", .heading = "bits"},
          {.field = "workload", .heading = "workload"},
          {.field = "system", .heading = "system"},
          {.field = "variant", .heading = "variant"},
          {.field = "row_bits", .heading = "row [bit]"},
          {.field = "throughput_per_s", .heading = "throughput [1/s]", .digits = 5, .significant = true},
          {.field = "efficiency_per_J", .heading = "efficiency [1/J]", .digits = 5, .significant = true},
          {.field = "over_gpu", .heading = "over measured GPU", .digits = 4, .significant = true},
          {.field = "compute_complexity", .heading = "cycles per bit", .digits = 4, .significant = true}};
}
std::vector<io::Column> mac_columns() {
  return {{.field = "network", .heading = "network"},
          {.field = "phase", .heading = "phase"},
          {.field = "workbook", .heading = "workbook [MAC]"},
          {.field = "exact", .heading = "exact [MAC]"},
          {.field = "ratio", .heading = "workbook / exact", .digits = 4}};
}
std::vector<io::Column> correction_columns() {
  return {{.field = "correction", .heading = "correction, alone"},
          {.field = "number", .heading = "seen on"},
          {.field = "published_per_s", .heading = "published [1/s]", .digits = 5, .significant = true},
          {.field = "corrected_per_s", .heading = "corrected [1/s]", .digits = 5, .significant = true},
          {.field = "ratio", .heading = "ratio", .digits = 3}};
}
std::vector<io::Column> program_columns() {
  return {{.field = "operation", .heading = "operation"},
          {.field = "bits", .heading = "bits"},
          {.field = "published_cycles", .heading = "NOR, published [cycles]"},
          {.field = "ours_cycles", .heading = "NOR, ours [cycles]"},
          {.field = "dram_aap", .heading = "DRAM [AAP]"},
          {.field = "dram_ap", .heading = "DRAM [AP]"},
          {.field = "dram_us", .heading = "DDR4-2400 [us]", .digits = 2}};
}

io::Chart convpim_chart(const OrderedJson& rows, const std::string& value) {
  std::vector<std::string> groups, names;
  std::map<std::pair<std::string, std::string>, double> values;
  const auto note = [](std::vector<std::string>& known, const std::string& name) {
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  };
  const bool several = std::any_of(rows.begin(), rows.end(),
                                   [&](const OrderedJson& row) { return row["variant"] != rows[0]["variant"]; });
  for (const OrderedJson& row : rows) {
    const std::string group = row["workload"], name = series_name(row, several);
    note(groups, group);
    note(names, name);
    values[{name, group}] = row[value];
  }
  std::vector<io::BarSeries> series;
  for (const std::string& name : names) {
    io::BarSeries bars{.label = name};
    for (const std::string& group : groups) {
      const auto found = values.find({name, group});
      bars.values.push_back(found == values.end() ? std::nullopt : std::optional(found->second));
    }
    series.push_back(std::move(bars));
  }
  const std::string unit = rows[0]["unit"];
  const bool is_rate = value == "throughput_per_s";
  return io::bar_chart({.title = is_rate ? "Throughput" : "Energy efficiency",
                        .group_title = "workload",
                        .value_title = unit + (is_rate ? "s per second [1/s]" : "s per joule [1/J]"),
                        .scale = io::Scale::log},
                       groups, series);
}

io::HtmlReport convpim_page(const ConvPIMQuestion& question, const OrderedJson& rows, ConvPIMStudy& study) {
  io::HtmlReport page("Processing in memory against GPUs",
                      "Throughput and energy efficiency of arithmetic, matrix products, convolutions and networks on "
                      "memories that calculate, after ConvPIM (arXiv 2305.04122), beside measured and peak numbers of "
                      "GPUs. Memories win where a bit of data needs few cycles and is used once: in vectors of short "
                      "arithmetic.");
  for (const std::string& figure : question.figures) {
    for (const arch::Gpu& gpu : question.gpus) {
      for (const int bits : question.bits) {
        OrderedJson shown = OrderedJson::array();
        for (const OrderedJson& row : rows) {
          if (row["figure"] == figure && row["gpu"] == gpu.name && row["bits"] == bits) shown.push_back(row);
        }
        if (shown.empty()) continue;
        const std::string name = (figure == "row_size" ? "inference by row size" : figure) + ", " +
                                 std::string(gpu.title) + ", " + std::to_string(bits) + " bit";
        page.section(name);
        page.figure(convpim_chart(shown, "throughput_per_s"), "Throughput: " + name + ".");
        page.figure(convpim_chart(shown, "efficiency_per_J"), "Energy efficiency: " + name + ".");
      }
    }
  }
  page.section("Programs", "Cycles and commands of one operation, counted from row programs.");
  page.table(program_rows(study, question.bits), program_columns(), "Cycles of one operation");
  page.section("Multiply-accumulates of networks", mac_explanation());
  page.table(mac_rows(study), mac_columns(), "Multiply-accumulates for one image of 3 x 224 x 224");
  page.section("Corrections", "What each correction changes, alone.");
  page.table(correction_rows(study), correction_columns(), "Effects of the corrections");
  return page;
}

std::vector<io::Source> convpim_sources() {
  const std::string workbooks = "oleitersdorf/ConvPIM, 87fc2d7, results/*.xlsx";
  return {{"memory, row, cycle and gate of memristive PIM", "48 GiB, 1024 bit, 3 ns, 6.4 fJ", workbooks},
          {"memory, row, cycle and gate of DRAM PIM", "48 GiB, 1024 bit, 2 us, 391 fJ", workbooks},
          {"times and powers of GPU experiments, peaks, 300 W", "as shown", workbooks},
          {"multiply-accumulates of networks, published variant", "as shown", workbooks},
          {"AAP and AP of corrected DRAM", "50.16 ns, 46.16 ns",
           "CMU-SAFARI/MIMDRAM, gem5's DDR4_2400_x64: tRAS 32, tRP 14.16, tWLOV 4 ns"},
          {"energy of an AAP or AP of corrected DRAM", "97.75 fJ a column",
           "a quarter of ConvPIM's gate: an in-DRAM AND or OR is four AAPs (Ambit, MIMDRAM's command lists)"},
          {"tensor-core peak of the A100", "312 TFLOP/s", "NVIDIA's data sheet, dense FP16"}};
}

}  // namespace pim::app
