#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <pim/core/matrix.hpp>

namespace pim::nn {

/// How a checkpoint holds a parameter.
enum class Layout {
  vector,      ///< [n]; here (1, n)
  matrix,      ///< [rows, cols]; here the same
  transposed,  ///< [out, in]: the weight of a linear layer; here (in, out)
};

/// One trainable matrix, its gradient, and the name HuggingFace gives it. Points into the layer that owns both: valid
/// while the layer lives and is not moved.
template <class T>
struct Parameter {
  std::string name;
  Layout layout = Layout::matrix;
  Matrix_<T>* value = nullptr;
  Matrix_<T>* gradient = nullptr;  ///< null: frozen. Empty until the first backward pass or zero_gradients()
};
template <class T>
using Parameters = std::vector<Parameter<T>>;

/// Appends the parameters of each layer to `list`.
template <class T, class... Layers>
void append(Parameters<T>& list, Layers&... layers) {
  const auto add = [&](const Parameters<T>& more) { list.insert(list.end(), more.begin(), more.end()); };
  (add(layers.parameters()), ...);
}

/// Whether weight decay acts on a parameter: on all but biases and the scales of normalisations, told by their names.
/// source  HuggingFace run_glue.py: no_decay = ["bias", "LayerNorm.weight"]
inline bool decays(std::string_view name) {
  return name.find("bias") == std::string_view::npos && name.find("LayerNorm.weight") == std::string_view::npos;
}

/// Makes every gradient zero, of its value's shape.
template <class T>
void zero_gradients(const Parameters<T>& parameters) {
  for (const Parameter<T>& p : parameters) {
    if (p.gradient != nullptr) p.gradient->setZero(p.value->rows(), p.value->cols());
  }
}

}  // namespace pim::nn
