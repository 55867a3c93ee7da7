#pragma once
#include <algorithm>
#include <variant>
#include <vector>

#include <pim/model/graph.hpp>

namespace pim::model {

/// In which buffer the output of each node stands, or its gradient: a buffer serves again as soon as nobody reads it.
struct BufferPlan {
  std::vector<Index> buffer;  ///< of each node
  std::vector<Index> size;    ///< of each buffer: the most elements that it holds for one image

  std::size_t of(Index node) const { return static_cast<std::size_t>(buffer[static_cast<std::size_t>(node)]); }
};

namespace detail {
/// Hands out buffers, of the free ones the smallest that is large enough, else the largest.
class BufferPool {
 public:
  explicit BufferPool(Index nodes) { plan_.buffer.assign(static_cast<std::size_t>(nodes), -1); }

  bool has(Index node) const { return plan_.buffer[static_cast<std::size_t>(node)] >= 0; }
  void take(Index node, Index elements) {
    const auto fits_better = [&](Index a, Index b) {
      const Index x = size(a), y = size(b);
      return (x >= elements) != (y >= elements) ? x >= elements : x >= elements ? x < y : x > y;
    };
    const auto best = std::min_element(free_.begin(), free_.end(), fits_better);
    if (best == free_.end()) {
      plan_.buffer[static_cast<std::size_t>(node)] = std::ssize(plan_.size);
      plan_.size.push_back(elements);
      return;
    }
    plan_.buffer[static_cast<std::size_t>(node)] = *best;
    size(*best) = std::max(size(*best), elements);
    free_.erase(best);
  }
  /// `to` stands where `from` stood.
  void pass(Index from, Index to) {
    plan_.buffer[static_cast<std::size_t>(to)] = plan_.buffer[static_cast<std::size_t>(from)];
  }
  void release(Index node) { free_.push_back(plan_.buffer[static_cast<std::size_t>(node)]); }
  const BufferPlan& plan() const { return plan_; }

 private:
  Index& size(Index buffer) { return plan_.size[static_cast<std::size_t>(buffer)]; }

  BufferPlan plan_;
  std::vector<Index> free_;
};

template <class... Kinds>
bool is_any(const Operation& operation) {
  return (std::holds_alternative<Kinds>(operation) || ...);
}
inline bool backward_needs_input(const Operation& o) { return is_any<op::Conv2d, op::Linear, op::BatchNorm>(o); }
inline bool backward_needs_output(const Operation& o) { return is_any<op::Relu>(o); }
inline bool is_elementwise(const Operation& o) { return is_any<op::BatchNorm, op::Relu, op::Add, op::Dropout>(o); }
}  // namespace detail

/// Of the outputs of one forward pass. keeps: those that the backward pass reads stay; the last node's always does.
inline BufferPlan forward_plan(const Graph& graph, bool keeps) {
  std::vector<Index> last_reader(static_cast<std::size_t>(graph.size()), -1);
  std::vector<bool> stays(last_reader.size(), false);
  stays.back() = true;
  for (Index i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    for (const Index x : node.inputs) {
      const auto at = static_cast<std::size_t>(x);
      last_reader[at] = i;
      if (keeps && detail::backward_needs_input(node.operation)) stays[at] = true;
    }
    if (keeps && detail::backward_needs_output(node.operation)) stays[static_cast<std::size_t>(i)] = true;
  }
  detail::BufferPool pool(graph.size());
  for (Index i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    std::vector<Index> dead;  // inputs that nobody reads after this node
    for (const Index x : node.inputs) {
      const auto at = static_cast<std::size_t>(x);
      const bool listed = std::find(dead.begin(), dead.end(), x) != dead.end();
      if (last_reader[at] == i && !stays[at] && !listed) dead.push_back(x);
    }
    if (detail::is_elementwise(node.operation) && !dead.empty()) {
      pool.pass(dead.front(), i);
      dead.erase(dead.begin());
    } else {
      pool.take(i, node.shape.size());
    }
    for (const Index x : dead) pool.release(x);
  }
  return pool.plan();
}

/// Of the gradients of all nodes in one backward pass, the last node's first.
inline BufferPlan backward_plan(const Graph& graph) {
  detail::BufferPool pool(graph.size());
  pool.take(graph.size() - 1, graph.output_shape().size());
  for (Index i = graph.size() - 1; i > 0; --i) {
    const Node& node = graph.node(i);
    if (!pool.has(i)) continue;  // nobody reads this node
    bool passed = false;
    for (const Index x : node.inputs) {
      if (pool.has(x)) continue;
      if (detail::is_elementwise(node.operation) && !passed) {
        pool.pass(i, x);
        passed = true;
      } else {
        pool.take(x, graph.node(x).shape.size());
      }
    }
    if (!passed) pool.release(i);
  }
  return pool.plan();
}

}  // namespace pim::model
