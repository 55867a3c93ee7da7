#pragma once
#include <algorithm>

#include <pim/core/index.hpp>

namespace pim::task {

/// Learning rate of step `step` (0, 1, ...): rises linearly from 0 over `warmup` steps, then falls linearly to reach 0
/// at step `total`.
/// source  HuggingFace transformers, get_linear_schedule_with_warmup
inline double linear_schedule(double peak, Index warmup, Index total, Index step) {
  if (step < warmup) return peak * static_cast<double>(step) / static_cast<double>(warmup);
  return peak * static_cast<double>(std::max<Index>(total - step, 0)) /
         static_cast<double>(std::max<Index>(total - warmup, 1));
}

}  // namespace pim::task
