#pragma once

namespace pim::nn {

/// What a forward pass is for, to the layers that care: batch norm and dropout.
enum class Mode {
  inference,  ///< running statistics, no dropout
  training,   ///< statistics of the batch, which the running ones follow; dropout; what the backward pass needs is kept
  calibration,  ///< statistics of the batch, averaged into the running ones; no dropout
};

}  // namespace pim::nn
