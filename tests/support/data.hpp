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

/// Data a test needs is not there: it fails if PIM_REQUIRE_DATA is 1, and is reported as skipped else.
inline void data_missing(const std::filesystem::path& path, std::string_view what = "") {
  const char* required = std::getenv("PIM_REQUIRE_DATA");
  if (required != nullptr && std::string_view(required) == "1") {
    FAIL("PIM_REQUIRE_DATA is 1 and there is no data at " << path << what);
  }
  WARN("skipped: no data at " << path << what);  // tests/CMakeLists.txt knows these words
}
/// Whether `path` exists; else data_missing:
///   if (!has_data(data_dir() / "glue")) return;
inline bool has_data(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return true;
  data_missing(path);
  return false;
}

}  // namespace pim::test
