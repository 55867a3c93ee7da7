#pragma once
#include <optional>
#include <string>

namespace pim::task {

/// One row of a GLUE file.
struct Example {
  std::string a;                 ///< first sentence, UTF-8
  std::optional<std::string> b;  ///< second sentence; none in single-sentence tasks (cola, sst2)
  float label = 0.0F;            ///< class id as a whole number; for stsb the score, 0 to 5

  bool operator==(const Example&) const = default;
};

}  // namespace pim::task
