#pragma once

namespace pim::nn {

/// Functions of one element; what a configuration's `hidden_act` names.
enum class Activation {
  gelu,       ///< x * normal cdf(x)                                        "gelu"
  gelu_tanh,  ///< x / 2 * (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))      "gelu_new", "gelu_pytorch_tanh"
  relu,       ///< max(x, 0)                                                "relu"
};

}  // namespace pim::nn
