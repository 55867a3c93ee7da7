#include "golden/golden_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace pim::test {

const std::vector<GoldenFile>& all_golden_files() {
  static const std::vector<GoldenFile> files = [] {
    std::vector<GoldenFile> found;
    for (const auto& entry : std::filesystem::directory_iterator(golden_dir())) {
      if (entry.path().extension() != ".json") continue;
      std::ifstream stream(entry.path());
      Json content = Json::parse(stream);
      std::string kind = content.is_object() ? content.value("kind", "") : "";
      found.push_back({entry.path().filename().string(), std::move(kind), std::move(content)});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return found;
  }();
  return files;
}
std::vector<const GoldenFile*> golden_files(std::string_view kind) {
  std::vector<const GoldenFile*> chosen;
  if (!has_data(golden_dir())) return chosen;
  for (const GoldenFile& file : all_golden_files()) {
    if (file.kind == kind) chosen.push_back(&file);
  }
  if (chosen.empty()) data_missing(golden_dir(), " of kind " + std::string(kind));
  return chosen;
}
double number(const Json& value) {
  if (!value.is_string()) return value.get<double>();
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return std::numeric_limits<double>::infinity();
  if (value == "-Infinity") return -std::numeric_limits<double>::infinity();
  throw std::invalid_argument("not a number: " + value.dump());
}
std::vector<double> numbers(const Json& value) {
  std::vector<double> elements;
  for (const Json& element : value.is_object() ? value.at("data") : value) elements.push_back(number(element));
  return elements;
}
std::vector<Index> shape(const Json& tensor) { return tensor.at("shape").get<std::vector<Index>>(); }

}  // namespace pim::test
