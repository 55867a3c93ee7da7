#pragma once
#include <cmath>
#include <string>
#include <vector>

#include <pim/core/matrix.hpp>
#include <pim/core/parallel.hpp>

namespace pim::nn {

/// How a checkpoint holds a parameter.
enum class Layout {
  matrix,       ///< [rows, cols]; here the same
  vector,       ///< [n]; here (1, n)
  transposed,   ///< [out, in]: the weight of a linear layer; here (in, out)
  convolution,  ///< [out, in, kernel height, kernel width], in: channels of one group; here (kernel height * kernel
                ///< width * in, out), rows in the order (kernel row, kernel column, channel)
};

/// One matrix of a layer, its gradient, and the name that PyTorch or HuggingFace gives it. Points into the layer that
/// owns both: valid while the layer lives and is not moved.
template <class T>
struct Parameter {
  std::string name;
  Layout layout = Layout::matrix;
  Matrix_<T>* value = nullptr;
  Matrix_<T>* gradient = nullptr;             ///< null: frozen. Empty until the first backward pass or zero_gradients()
  Index kernel_height = 1, kernel_width = 1;  ///< of Layout::convolution
};
template <class T>
using Parameters = std::vector<Parameter<T>>;

/// Appends the parameters of each layer to `list`.
template <class T, class... Layers>
void append(Parameters<T>& list, Layers&... layers) {
  const auto add = [&](const Parameters<T>& more) { list.insert(list.end(), more.begin(), more.end()); };
  (add(layers.parameters()), ...);
}

/// Whether weight decay acts on a parameter: on weights of products and embeddings, not on biases and the scales of
/// normalisations, which are the vectors.
/// source  HuggingFace run_glue.py: no_decay = ["bias", "LayerNorm.weight"]; for batch norms He et al. 2019, arXiv
///         1812.01187, section 3.1 ("no bias decay")
template <class T>
bool decays(const Parameter<T>& parameter) {
  return parameter.layout != Layout::vector;
}

/// Makes every gradient zero, of its value's shape.
template <class T>
void zero_gradients(const Parameters<T>& parameters) {
  for (const Parameter<T>& p : parameters) {
    if (p.gradient != nullptr) p.gradient->setZero(p.value->rows(), p.value->cols());
  }
}

/// Holds the trained weights of linear layers and convolutions within +-k standard deviations of their layer: what few
/// levels of conductance have to span.
/// source  Joshi et al. 2020, Nature Communications 11, 2473, Methods: weights clipped at alpha * sigma of their layer
///         after each update, alpha 2 to 2.5
template <class T>
void clip_weights(const Parameters<T>& parameters, double k) {
  parallel_for(std::ssize(parameters), [&](Index i) {
    const Parameter<T>& p = parameters[static_cast<std::size_t>(i)];
    const bool of_product = p.layout == Layout::transposed || p.layout == Layout::convolution;
    if (p.gradient == nullptr || !of_product) return;
    const auto w = p.value->array();
    const double mean = w.template cast<double>().mean();
    const auto bound = static_cast<T>(k * std::sqrt((w.template cast<double>() - mean).square().mean()));
    *p.value = p.value->cwiseMax(-bound).cwiseMin(bound);
  });
}

}  // namespace pim::nn
