#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <pim/io/bar_chart.hpp>
#include <pim/io/html_report.hpp>
#include <pim/io/report.hpp>

#include "support/convpim_study.hpp"

/// What ConvPIM's evaluation says: rows for machines, tables and log-scale bars for people.
namespace pim::app {

/// What the flags ask for.
struct ConvPIMQuestion {
  std::vector<std::string> figures;  ///< of figure_names
  std::vector<arch::Gpu> gpus;
  std::vector<int> bits;
  std::vector<ConvPIMVariant> variants;
};
inline const std::vector<std::string> figure_names = {"arithmetic", "matrix",   "convolution",
                                                      "inference",  "training", "row_size"};

/// A row for each bar: figure, gpu, bits, workload, system, variant, row_bits, unit, throughput_per_s,
/// efficiency_per_J, over_gpu (throughput over the measured one), and for arithmetic compute_complexity.
io::OrderedJson convpim_rows(const ConvPIMQuestion& question, ConvPIMStudy& study);

/// network, phase, workbook, exact, ratio.
io::OrderedJson mac_rows(ConvPIMStudy& study);
std::string_view mac_explanation();

/// Each correction alone: what it changes, on which number, before, after, ratio.
io::OrderedJson correction_rows(ConvPIMStudy& study);

/// operation, bits, NOR cycles published and ours, DRAM commands.
io::OrderedJson program_rows(ConvPIMStudy& study, const std::vector<int>& bits);

std::vector<io::Column> convpim_columns();
std::vector<io::Column> mac_columns();
std::vector<io::Column> correction_columns();
std::vector<io::Column> program_columns();

/// The rows of one figure of one GPU at one width as log-scale bars; value: "throughput_per_s" or "efficiency_per_J".
io::Chart convpim_chart(const io::OrderedJson& rows, const std::string& value);

/// All of it as one page, without provenance.
io::HtmlReport convpim_page(const ConvPIMQuestion& question, const io::OrderedJson& rows, ConvPIMStudy& study);
/// Where the constants come from.
std::vector<io::Source> convpim_sources();

}  // namespace pim::app
