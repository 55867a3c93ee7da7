#pragma once
#include <cstddef>

namespace pim {

/// Signed size and position in a matrix.
using Index = std::ptrdiff_t;

}  // namespace pim
