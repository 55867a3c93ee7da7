// Processing in memory against GPUs, as in the ConvPIM evaluation: throughput and energy efficiency of arithmetic,
// matrix products, convolutions and networks; as published, corrected, and with cheaper programs.
#include <algorithm>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <pim/io/csv.hpp>
#include <pim/io/file.hpp>
#include <pim/io/report.hpp>

#include "support/convpim_report.hpp"
#include "support/convpim_study.hpp"
#include "support/program.hpp"

namespace {

/// Published first, then what the flags ask for, alone and together.
std::vector<pim::app::ConvPIMVariant> variants(bool corrected, bool ours) {
  std::vector<pim::app::ConvPIMVariant> wanted = {{.name = "published"}};
  if (corrected) wanted.push_back({.name = "corrected", .corrections = pim::app::Corrections::all()});
  if (ours) wanted.push_back({.name = "ours", .ours = true});
  if (corrected && ours)
    wanted.push_back({.name = "corrected, ours", .corrections = pim::app::Corrections::all(), .ours = true});
  return wanted;
}

}  // namespace

int main(int argc, char** argv) {
  using pim::app::figure_names;
  pim::app::Program program("pim_convpim", "What do memories that calculate reach, and GPUs, on the same work?");
  std::vector<std::string> gpus = {"a6000", "a100"}, figures = {"all"};
  std::vector<int> bits = {16, 32};
  std::string csv, html;
  bool corrected = false, ours = false;
  std::vector<std::string> figures_or_all = figure_names;
  figures_or_all.push_back("all");
  CLI::App& flags = program.flags();
  flags.add_option("--gpu", gpus, "to compare with")->delimiter(',')->check(pim::app::one_of({"a6000", "a100"}));
  flags.add_option("--bits", bits, "of numbers")->delimiter(',')->check(CLI::IsMember({16, 32}));
  flags.add_option("--figure", figures, "what to evaluate: " + pim::join(figures_or_all))
      ->delimiter(',')
      ->check(pim::app::one_of(figures_or_all));
  flags.add_flag("--corrected", corrected, "also with what is doubtful in the published evaluation put right");
  flags.add_flag("--ours", ours, "also with this library's cheaper programs");
  flags.add_option("--csv", csv, "write the rows to this file");
  flags.add_option("--html", html, "write a page with figures to this file");

  return program.run(argc, argv, [&] {
    for (const std::string& path : {csv, html}) {
      if (!path.empty()) pim::io::require_writable(path);
    }
    const bool all = std::find(figures.begin(), figures.end(), "all") != figures.end();
    pim::app::ConvPIMQuestion question{
        .figures = all ? figure_names : figures, .gpus = {}, .bits = bits, .variants = variants(corrected, ours)};
    for (const std::string& name : gpus) question.gpus.push_back(name == "a100" ? pim::arch::a100 : pim::arch::a6000);

    pim::app::ConvPIMStudy study;
    program.results() = pim::app::convpim_rows(question, study);
    program.config()["mac_counts"] = pim::app::mac_rows(study);
    program.config()["corrections"] = pim::app::correction_rows(study);
    program.print(pim::io::table(program.results(), pim::app::convpim_columns()));
    program.print("\ncycles of one operation, counted from row programs:\n" +
                  pim::io::table(pim::app::program_rows(study, bits), pim::app::program_columns()));
    program.print("\nmultiply-accumulates for one image:\n" +
                  pim::io::table(pim::app::mac_rows(study), pim::app::mac_columns()) +
                  std::string(pim::app::mac_explanation()) + '\n');
    if (corrected) {
      program.print("\neach correction alone:\n" +
                    pim::io::table(pim::app::correction_rows(study), pim::app::correction_columns()));
    }
    if (!csv.empty()) pim::io::write_file(csv, pim::io::csv(program.results()));
    if (!html.empty()) {
      pim::io::HtmlReport page = pim::app::convpim_page(question, program.results(), study);
      page.provenance(program.document(), pim::join(std::vector<std::string>(argv, argv + argc), " "),
                      pim::app::convpim_sources());
      pim::io::write_file(html, page.text());
    }
    return 0;
  });
}
