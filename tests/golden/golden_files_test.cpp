// Which golden files there are, and that a test reads each kind.
#include <cstdio>
#include <map>

#include "golden/golden_files.hpp"
#include "support/catch.hpp"

TEST_CASE("golden files: a test reads every kind", "[golden]") {
  using namespace pim::test;
  static const std::map<std::string, std::string> readers{
      {"adamw", "adamw_golden_test.cpp"},           {"conv2d", "conv2d_golden_test.cpp"},
      {"converters", "converters_golden_test.cpp"}, {"linear", "linear_golden_test.cpp"},
      {"metrics", "metrics_golden_test.cpp"},       {"noise_statistics", "noise_statistics_golden_test.cpp"},
      {"pcm_parts", "pcm_parts_golden_test.cpp"},   {"physical_models", "physical_models_golden_test.cpp"},
      {"pim_core", "core_golden_test.cpp"},         {"procedural", "procedural_golden_test.cpp"},
      {"quantizer", "quantizer_golden_test.cpp"},   {"roberta_tiny", "roberta_golden_test.cpp"},
      {"transform", "transform_golden_test.cpp"},
  };
  if (!has_data(golden_dir())) return;
  CHECK_FALSE(all_golden_files().empty());
  for (const GoldenFile& file : all_golden_files()) {
    const auto reader = readers.find(file.kind);
    std::printf("%-40s %-17s %s\n", file.name.c_str(), file.kind.c_str(),
                reader == readers.end() ? "no test reads this kind" : reader->second.c_str());
    INFO(file.name << ": no test reads kind \"" << file.kind << '"');
    CHECK(reader != readers.end());
  }
}
