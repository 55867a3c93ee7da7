#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <pim/model/graph.hpp>

namespace pim::model {

/// One node of a network in numbers, all per image.
struct LayerRow {
  std::string name;
  std::string_view kind;
  mapping::ImageShape shape;  ///< of what it gives
  Index parameters = 0;       ///< trainable ones: running statistics do not count
  Index macs = 0;             ///< multiply-accumulates of convolutions and linear layers, padding included
};

/// A row for each node but the input, in order. Needs no weights.
inline std::vector<LayerRow> layer_table(const Graph& graph) {
  std::vector<LayerRow> table;
  for (const Node& node : graph.nodes()) {
    if (std::holds_alternative<op::Input>(node.operation)) continue;
    LayerRow row{node.name, kind(node.operation), node.shape};
    const mapping::ImageShape& in = graph.node(node.inputs.front()).shape;
    const auto count_product = [&](Index inputs, bool bias) {
      row.macs = node.shape.size() * inputs;
      row.parameters = node.shape.channels * (inputs + (bias ? 1 : 0));
    };
    if (const auto* conv = std::get_if<op::Conv2d>(&node.operation)) {
      count_product(conv->window.kernel.height * conv->window.kernel.width * in.channels / conv->groups, conv->bias);
    } else if (const auto* linear = std::get_if<op::Linear>(&node.operation)) {
      count_product(in.channels, linear->bias);
    } else if (std::holds_alternative<op::BatchNorm>(node.operation)) {
      row.parameters = 2 * node.shape.channels;
    }
    table.push_back(std::move(row));
  }
  return table;
}

/// All rows together.
inline LayerRow total(const std::vector<LayerRow>& table) {
  LayerRow sum{"total", "", {}};
  for (const LayerRow& row : table) {
    sum.parameters += row.parameters;
    sum.macs += row.macs;
  }
  return sum;
}

}  // namespace pim::model
