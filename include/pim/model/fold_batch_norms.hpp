#pragma once
#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <pim/core/check.hpp>
#include <pim/core/text.hpp>
#include <pim/model/graph.hpp>
#include <pim/nn/parameter.hpp>

/// Batch norms with running statistics as part of the convolutions before them: one product with a bias instead of two
/// layers.
namespace pim::model {

/// The node of the batch norm that folds into each convolution: the only reader of what the convolution gives; -1 where
/// there is none, and for all other nodes.
inline std::vector<Index> foldable_norms(const Graph& graph) {
  std::vector<Index> norm(graph.nodes().size(), -1), readers(graph.nodes().size(), 0);
  for (Index i = 0; i < graph.size(); ++i) {
    for (const Index x : graph.node(i).inputs) {
      const auto at = static_cast<std::size_t>(x);
      ++readers[at];
      const bool folds = std::holds_alternative<op::Conv2d>(graph.node(x).operation) &&
                         std::holds_alternative<op::BatchNorm>(graph.node(i).operation);
      norm[at] = folds && readers[at] == 1 ? i : -1;
    }
  }
  return norm;
}

/// The graph without the batch norms that fold, their convolutions with a bias.
inline Graph fold_batch_norms(const Graph& graph) {
  const std::vector<Index> norm_of = foldable_norms(graph);
  Graph folded(graph.input_shape());
  std::vector<Value> value(graph.nodes().size());
  for (Index i = 1; i < graph.size(); ++i) {
    Node node = graph.node(i);
    for (Index& x : node.inputs) x = value[static_cast<std::size_t>(x)].node;
    const auto folds_into = std::find(norm_of.begin(), norm_of.end(), i);
    if (folds_into != norm_of.end()) {
      value[static_cast<std::size_t>(i)] = {node.inputs.front()};
      continue;
    }
    auto* conv = std::get_if<op::Conv2d>(&node.operation);
    if (conv != nullptr && norm_of[static_cast<std::size_t>(i)] >= 0) conv->bias = true;
    value[static_cast<std::size_t>(i)] = folded.append(std::move(node));
  }
  return folded;
}

/// Gives `to`, parameters of a network of fold_batch_norms(graph), the values of `from`, those of a network of `graph`:
/// scaled and shifted by the running statistics where a batch norm folds, unchanged elsewhere.
///
/// throws std::invalid_argument naming a parameter that one of the networks lacks, or whose shape differs
template <class T>
void fold_batch_norms(const Graph& graph, const nn::Parameters<T>& from, const nn::Parameters<T>& to) {
  const auto get = [](const nn::Parameters<T>& list, const std::string& name) -> Matrix_<T>& {
    const auto at = std::find_if(list.begin(), list.end(), [&](const auto& p) { return p.name == name; });
    if (at == list.end()) throw std::invalid_argument("fold_batch_norms: no parameter " + in_quotes(name));
    return *at->value;
  };
  const auto set = [&](const std::string& name, const Matrix_<T>& value) {
    Matrix_<T>& target = get(to, name);
    require_shape(("fold_batch_norms: " + name).c_str(), value, target.rows(), target.cols());
    target = value;
  };
  const std::vector<Index> norm_of = foldable_norms(graph);
  std::vector<std::string> folded;  // parameters of `to`
  for (Index i = 0; i < graph.size(); ++i) {
    const Index n = norm_of[static_cast<std::size_t>(i)];
    if (n < 0) continue;
    const std::string weight = graph.node(i).name + ".weight", bias = graph.node(i).name + ".bias";
    const std::string& norm = graph.node(n).name;
    const double epsilon = std::get<op::BatchNorm>(graph.node(n).operation).epsilon;
    const Matrix_<double> variance = get(from, norm + ".running_var").template cast<double>();
    const Matrix_<double> scale =
        get(from, norm + ".weight").template cast<double>().array() / (variance.array() + epsilon).sqrt();
    Matrix_<double> centred = -get(from, norm + ".running_mean").template cast<double>();
    if (std::get<op::Conv2d>(graph.node(i).operation).bias) centred += get(from, bias).template cast<double>();

    set(weight, (get(from, weight).template cast<double>() * scale.row(0).asDiagonal()).template cast<T>());
    set(bias, (centred.cwiseProduct(scale) + get(from, norm + ".bias").template cast<double>()).template cast<T>());
    folded.insert(folded.end(), {weight, bias});
  }
  for (const nn::Parameter<T>& parameter : to) {
    if (std::find(folded.begin(), folded.end(), parameter.name) != folded.end()) continue;
    set(parameter.name, get(from, parameter.name));
  }
}

}  // namespace pim::model
