#pragma once
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "support/catch.hpp"

namespace pim::test {

/// The folder an environment variable names, else `otherwise`.
inline std::filesystem::path folder(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' ? value : otherwise;
}
/// Real data (glue/, tokenizers/, models/, ...): PIM_DATA_DIR, else ../shared/data beside the checkout.
inline std::filesystem::path data_dir() { return folder("PIM_DATA_DIR", PIM_DEFAULT_DATA_DIR); }
/// Golden vectors (*.json, *.safetensors): PIM_GOLDEN_DIR, else ../shared/golden/open beside the checkout.
inline std::filesystem::path golden_dir() { return folder("PIM_GOLDEN_DIR", PIM_DEFAULT_GOLDEN_DIR); }

/// Whether `path` exists. Where it does not, the test fails if PIM_REQUIRE_DATA is 1, and is reported as skipped else:
///   if (!has_data(data_dir() / "glue")) return;
inline bool has_data(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return true;
  const char* required = std::getenv("PIM_REQUIRE_DATA");
  if (required != nullptr && std::string_view(required) == "1") FAIL("PIM_REQUIRE_DATA is 1 and there is no " << path);
  WARN("skipped: no data at " << path);  // tests/CMakeLists.txt knows these words
  return false;
}

}  // namespace pim::test
