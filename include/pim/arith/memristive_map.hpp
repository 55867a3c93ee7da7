#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <pim/arith/circuit.hpp>
#include <pim/arith/memristive_recipes.hpp>
#include <pim/gate/concepts.hpp>
#include <pim/row/program.hpp>

namespace pim::arith {

/// One pass over a circuit: executes its live blocks in order, each by the recipe that is cheapest with the cells that
/// are at hand. `wanted` says per node which polarities later blocks will read (bit 0: the value, bit 1: its
/// complement); `used()` says afterwards which they read, for the next pass. A complement that up to `sharers` later
/// blocks may read as well is charged to this block in part.
template <gate::GateSet G>
class MemristivePass {
 public:
  MemristivePass(const Circuit& circuit, std::span<const unsigned> wanted, int sharers)
      : nodes_(circuit.nodes()),
        wanted_(wanted),
        sharers_(sharers),
        live_(circuit.live()),
        uses_(nodes_.size(), 0),
        cells_(nodes_.size(), {none, none}),
        used_(nodes_.size(), 0),
        is_input_(nodes_.size(), false),
        done_(nodes_.size(), false) {
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      for (int i = 0; live_[n] && i < nodes_[n].fan_in(); ++i) ++uses(nodes_[n].in[static_cast<std::size_t>(i)]);
    }
    for (const Circuit::Port& port : circuit.outputs()) {
      for (const Bit bit : port.bits) ++uses(bit);
    }
    for (const Circuit::Port& port : circuit.inputs()) program_.add_input({port.name, input_cells(port.bits)});
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      if (live_[n] && !done_[n] && nodes_[n].fan_in() > 0) execute(n);
    }
    collect_outputs(circuit.outputs());
  }

  const row::Program<G>& program() const { return program_; }
  const std::vector<unsigned>& used() const { return used_; }

 private:
  using Kind = Circuit::Kind;
  static constexpr int none = -1;

  /// A block of one or two nodes, and the recipe's letters a, b, c as bits of the circuit.
  struct Binding {
    std::array<Bit, 3> variables;
    bool inverts_sum = false, inverts_carry = false;  ///< the recipe's result is the complement of the node's
  };
  struct Block {
    Recipe::Block kind;
    std::size_t sum = 0, carry = 0;  ///< nodes that it makes; 0: none
    std::size_t inner = 0;           ///< of and3: the AND that is only there for `sum`
  };

  int& uses(Bit bit) { return uses_[bit.node()]; }
  int& cell(Bit bit) { return cells_[bit.node()][bit.inverted() ? 1 : 0]; }
  int cell(Bit bit) const { return cells_[bit.node()][bit.inverted() ? 1 : 0]; }

  std::vector<row::Cell> input_cells(const Word& bits) {
    std::vector<row::Cell> cells;
    for (const Bit bit : bits) {
      cell(bit) = next_++;
      is_input_[bit.node()] = true;
      cells.push_back({0, cell(bit)});
    }
    return cells;
  }

  // Cells

  int allocate() {
    if (free_.empty()) return next_++;
    const int first = *free_.begin();
    free_.erase(free_.begin());
    return first;
  }
  void release(int cell) { free_.insert(cell); }
  void forget(Bit bit) {
    if (cell(bit) == none) return;
    if (!is_input_[bit.node()] || bit.inverted()) release(cell(bit));
    cell(bit) = none;
  }
  template <std::size_t Index>
  int fresh(std::initializer_list<int> in) {
    const int out = allocate();
    program_.init(true, out);
    program_.template apply<Index>(out, in);
    return out;
  }
  int complement_of(int cell) { return fresh<gate::index_of<G>(gate::not_)>({cell}); }
  /// The cell of a literal, made from its complement if need be.
  int at_hand(Bit bit) {
    used_[bit.node()] |= bit.inverted() ? 2U : 1U;
    if (cell(bit) == none) cell(bit) = complement_of(cell(~bit));
    return cell(bit);
  }

  // Blocks

  Block block_at(std::size_t n) const {
    const Circuit::Node& node = nodes_[n];
    const auto partner = [&](Kind kind) -> std::size_t {
      const std::size_t m = n + 1;
      if (m == nodes_.size() || !live_[m] || done_[m] || nodes_[m].kind != kind) return 0;
      for (std::size_t i = 0; i < static_cast<std::size_t>(node.fan_in()); ++i) {
        if (nodes_[m].in[i].node() != node.in[i].node()) return 0;
      }
      return m;
    };
    switch (node.kind) {
      case Kind::and2:
        if (is_inner_and(n)) return {Recipe::Block::and3, n + 1, 0, n};
        return {Recipe::Block::and2, n, 0};
      case Kind::mux:
        return {Recipe::Block::mux, n, 0};
      case Kind::majority:
        return {Recipe::Block::majority, 0, n};
      case Kind::xor2: {
        const std::size_t carry = partner(Kind::and2);
        return {carry != 0 ? Recipe::Block::half_add : Recipe::Block::xor2, n, carry};
      }
      default: {
        const std::size_t carry = partner(Kind::majority);
        return {carry != 0 ? Recipe::Block::full_add : Recipe::Block::sum, n, carry};
      }
    }
  }

  /// Read by the next node alone, which is an AND with a third bit, and one of the three cells takes the result.
  bool is_inner_and(std::size_t n) const {
    if (n + 1 == nodes_.size() || !live_[n + 1] || nodes_[n + 1].kind != Kind::and2 || uses_[n] != 1) return false;
    const Bit inner{2 * static_cast<std::uint32_t>(n)}, a = nodes_[n].in[0], b = nodes_[n].in[1];
    const auto& in = nodes_[n + 1].in;
    const Bit c = in[0] == inner ? in[1] : in[0];
    if ((in[0] != inner && in[1] != inner) || c.node() == a.node() || c.node() == b.node()) return false;
    return std::ranges::any_of(std::array{a, b, c}, [&](Bit bit) { return uses_[bit.node()] == 1 && is_own(bit); });
  }

  /// All ways to read the block's function as the recipe's: its symmetries.
  std::vector<Binding> bindings(const Block& block) const {
    Circuit::Node node = nodes_[block.carry != 0 ? block.carry : block.sum];
    int fan_in = node.fan_in();
    if (block.inner != 0) {
      const Bit other = node.in[0].node() == block.inner ? node.in[1] : node.in[0];
      node.in = {nodes_[block.inner].in[0], nodes_[block.inner].in[1], other};
      fan_in = 3;
    }
    std::vector<Binding> all;
    const auto permutations = [&](std::initializer_list<unsigned> inversions, bool self_dual) {
      std::array<int, 3> order{0, 1, 2};
      do {
        if (fan_in == 2 && order[2] != 2) continue;
        for (const unsigned inversion : inversions) {
          Binding binding;
          for (std::size_t i = 0; i < static_cast<std::size_t>(fan_in); ++i) {
            const Bit bit = node.in[static_cast<std::size_t>(order[i])];
            binding.variables[i] = (inversion >> i & 1U) != 0 ? ~bit : bit;
          }
          binding.inverts_sum = std::popcount(inversion) % 2 != 0;
          binding.inverts_carry = self_dual && inversion != 0;
          all.push_back(binding);
        }
      } while (std::next_permutation(order.begin(), order.end()));
    };
    switch (block.kind) {
      case Recipe::Block::and2:
      case Recipe::Block::and3:
        permutations({0}, false);
        break;
      case Recipe::Block::half_add:
        permutations({0}, false);
        for (std::size_t i = 0; i < 2; ++i) {
          for (Binding& binding : all) binding.inverts_sum ^= node.in[i] != nodes_[block.sum].in[i];
        }
        break;
      case Recipe::Block::xor2:
        permutations({0, 1, 2, 3}, false);
        break;
      case Recipe::Block::sum:
        permutations({0, 1, 2, 3, 4, 5, 6, 7}, false);
        break;
      case Recipe::Block::majority:
      case Recipe::Block::full_add:
        permutations({0, 7}, true);
        break;
      case Recipe::Block::mux: {
        const auto [s, a, b] = node.in;
        all = {{{s, a, b}}, {{~s, b, a}}, {{s, ~a, ~b}, true}, {{~s, ~b, ~a}, true}};
        break;
      }
    }
    return all;
  }

  /// In a cell that is not an operand's.
  bool is_own(Bit bit) const { return cell(bit) != none && (!is_input_[bit.node()] || bit.inverted()); }
  /// Dies with this block and may be overwritten.
  bool is_disposable(Bit bit) const { return uses_[bit.node()] == 0 && is_own(bit); }
  /// Weighted cycles to provide a literal.
  int cost_of(Bit bit, bool is_destroyed) const {
    const bool here = cell(bit) != none, complement_here = cell(~bit) != none;
    if (!is_destroyed) return here ? 0 : 2 * weight / std::min(uses_[bit.node()] + 1, sharers_);
    if (is_disposable(bit)) return 0;
    return (complement_here ? 2 : 4) * weight;
  }
  int missing(std::size_t node, bool gives_value, bool gives_complement) const {
    const unsigned lacks = wanted_[node] & ~((gives_value ? 1U : 0U) | (gives_complement ? 2U : 0U));
    return 2 * weight * std::popcount(lacks);
  }
  int cost(const Recipe& recipe, const Block& block, const Binding& binding) const {
    int total = recipe.cycles * weight;
    for (std::size_t literal = 0; literal < 6; ++literal) {
      if (!recipe.reads[literal]) continue;
      const Bit bit = literal % 2 == 0 ? binding.variables[literal / 2] : ~binding.variables[literal / 2];
      total += cost_of(bit, recipe.destroys[literal]);
    }
    if (block.sum != 0)
      total += missing(block.sum, recipe.gives(Recipe::sum, binding.inverts_sum),
                       recipe.gives(Recipe::sum, !binding.inverts_sum));
    if (block.carry != 0)
      total += missing(block.carry, recipe.gives(Recipe::carry, binding.inverts_carry),
                       recipe.gives(Recipe::carry, !binding.inverts_carry));
    return total;
  }

  void execute(std::size_t n) {
    const Block block = block_at(n);
    for (const std::size_t node : {block.inner, block.sum, block.carry}) {
      if (node == 0) continue;
      done_[node] = true;
      for (int i = 0; i < nodes_[node].fan_in(); ++i) --uses(nodes_[node].in[static_cast<std::size_t>(i)]);
    }
    const Recipe* best = nullptr;
    Binding best_binding;
    int least = 0;
    for (const Binding& binding : bindings(block)) {
      for (const Recipe& recipe : recipes<G>(block.kind)) {
        const int total = cost(recipe, block, binding);
        if (best != nullptr && total >= least) continue;
        best = &recipe, best_binding = binding, least = total;
      }
    }
    carry_out(*best, block, best_binding);
  }

  /// A cell that holds a literal and is nobody else's.
  int disposable_copy(Bit bit) {
    used_[bit.node()] |= bit.inverted() ? 2U : 1U;
    if (is_disposable(bit)) return std::exchange(cell(bit), none);
    return complement_of(at_hand(~bit));
  }

  void carry_out(const Recipe& recipe, const Block& block, const Binding& binding) {
    std::array<int, Recipe::letters> cells;
    cells.fill(none);
    std::array<Bit, 6> literals;
    std::array<bool, Recipe::letters> owned{};
    for (std::size_t i = 0; i < 6; ++i) literals[i] = i % 2 == 0 ? binding.variables[i / 2] : ~binding.variables[i / 2];
    for (std::size_t i = 0; i < 6; ++i) {
      if (recipe.reads[i] && !recipe.destroys[i]) cells[i] = at_hand(literals[i]);
    }
    for (std::size_t i = 0; i < 6; ++i) {
      if (recipe.reads[i] && recipe.destroys[i]) cells[i] = disposable_copy(literals[i]), owned[i] = true;
    }
    for (std::size_t s = 0; s < recipe.steps.size(); ++s) {
      const Recipe::Step& step = recipe.steps[s];
      if (step.is_fresh) {
        cells[step.out] = allocate();
        owned[step.out] = true;
        program_.init(true, cells[step.out]);
      }
      std::array<int, 3> in{};
      for (std::size_t i = 0; i < step.fan_in; ++i) in[i] = cells[step.in[i]];
      program_.apply(index_of(step.gate), cells[step.out], std::span<const int>(in.data(), step.fan_in));
      for (std::size_t i = 0; i < step.fan_in; ++i) {
        const std::size_t letter = step.in[i];
        if (recipe.last_use[letter] != s) continue;
        if (owned[letter]) {
          release(cells[letter]);
        } else if (letter < 6 && uses(literals[letter]) == 0) {
          forget(literals[letter]);
        }
      }
    }
    store(recipe, Recipe::sum, block.sum, binding.inverts_sum, cells);
    store(recipe, Recipe::carry, block.carry, binding.inverts_carry, cells);
    for (const Bit bit : literals) {
      if (!bit.is_constant() && uses(bit) == 0) forget(bit);
    }
  }
  void store(const Recipe& recipe, std::size_t result, std::size_t node, bool inverts,
             const std::array<int, Recipe::letters>& cells) {
    for (const bool complement : {false, true}) {
      if (node == 0 || !recipe.gives(result, complement)) continue;
      cells_[node][complement != inverts ? 1 : 0] = cells[recipe.results[result + (complement ? 1 : 0)]];
    }
  }
  static std::size_t index_of(const gate::Gate& gate) {
    return static_cast<std::size_t>(std::ranges::find(G::gates, gate) - G::gates.begin());
  }

  // Outputs

  void collect_outputs(const std::vector<Circuit::Port>& ports) {
    std::set<int> taken;
    std::vector<std::vector<row::Cell>> places;
    for (const Circuit::Port& port : ports) {
      places.emplace_back(port.bits.size(), row::Cell{0, none});
      for (std::size_t i = 0; i < port.bits.size(); ++i) {
        const Bit bit = port.bits[i];
        used_[bit.node()] |= bit.inverted() ? 2U : 1U;
        if (cell(bit) == none || (is_input_[bit.node()] && !bit.inverted())) continue;
        if (taken.insert(cell(bit)).second) places.back()[i].index = cell(bit);
      }
    }
    for (std::size_t p = 0; p < ports.size(); ++p) {
      for (std::size_t i = 0; i < places[p].size(); ++i) {
        if (places[p][i].index == none) places[p][i].index = new_output(ports[p].bits[i]);
      }
      program_.add_output({ports[p].name, std::move(places[p])});
    }
  }
  int new_output(Bit bit) {
    if (!bit.is_constant()) return complement_of(at_hand(~bit));
    const int out = allocate();
    program_.init(bit == one, out);
    return out;
  }

  static constexpr int weight = 12;  ///< of a cycle in costs

  const std::vector<Circuit::Node>& nodes_;
  std::span<const unsigned> wanted_;
  int sharers_;
  std::vector<bool> live_;
  std::vector<int> uses_;  ///< blocks and outputs yet to come
  std::vector<std::array<int, 2>> cells_;
  std::vector<unsigned> used_;
  std::vector<bool> is_input_, done_;
  std::set<int> free_;
  int next_ = 0;
  row::Program<G> program_;
};

/// A circuit as a program of one memristive row with one initialisation per cycle. Row operands keep the names of the
/// ports; inputs lie in the first cells, in the order of the ports, and are never written; outputs lie in distinct
/// cells elsewhere. Values are made, complemented and discarded on demand; a block destroys operands that die in it
/// where that is cheaper.
///
/// throws  std::invalid_argument: more than 65536 cells
/// source  recipes: memristive_recipes.hpp
template <gate::GateSet G>
row::Program<G> map_memristive(const Circuit& circuit) {
  static_assert(gate::has<G>(gate::not_) && gate::has<G>(gate::nor), "map_memristive: the gate set needs NOT and NOR");
  std::vector<unsigned> required(circuit.nodes().size(), 0);
  for (const Circuit::Port& port : circuit.outputs()) {
    for (const Bit bit : port.bits) required[bit.node()] |= bit.inverted() ? 2U : 1U;
  }
  const auto score = [](const row::Counts& counts) { return 4 * counts.cycles + counts.cells; };
  constexpr int passes = 6;
  std::optional<row::Program<G>> best;
  for (const int sharers : {1, 4, 12}) {
    auto wanted = required;
    for (int pass = 0; pass < passes; ++pass) {
      const MemristivePass<G> mapped(circuit, wanted, sharers);
      if (!best || score(mapped.program().counts()) < score(best->counts())) best = mapped.program();
      if (mapped.used() == wanted) break;
      wanted = mapped.used();
    }
  }
  return *best;
}

}  // namespace pim::arith
