#pragma once
#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <pim/arith/circuit.hpp>
#include <pim/arith/dram_plan.hpp>
#include <pim/gate/dram.hpp>
#include <pim/row/dram_program.hpp>

namespace pim::arith {

/// Maps circuits to programs of AAP and AP commands. Everything becomes majorities; the values that pass between them
/// stay in the compute rows where they can, and else lie in rows of data, to which the command that makes a value
/// copies it for nothing. A beam search over what the compute rows hold chooses, task after task, among plans.
class DRAMMapper {
 public:
  DRAMMapper(const Circuit& circuit, int data_rows) : circuit_(circuit), program_(data_rows) {
    find_tasks();
    find_uses();
  }

  row::DRAMProgram map() {
    search();
    emit();
    return std::move(program_);
  }

 private:
  using Kind = Circuit::Kind;
  using Task = dram::Task;
  using Place = dram::Place;
  using Step = dram::Step;
  using Situation = dram::Situation;
  using Address = dram::Address;

  /// What the subarray holds at one point of a program, and how it came to that.
  struct State {
    dram::Cells cells{};
    std::vector<std::uint8_t> stored;  ///< per node: Situation::stored, complement_stored
    int commands = 0;
    std::size_t trail = 0;
  };
  struct Trail {
    std::size_t parent;
    std::vector<Step> steps;
  };

  // ---- tasks: what the circuit asks for, in its order

  void find_tasks() {
    const auto& nodes = circuit_.nodes();
    const std::vector<bool> live = circuit_.live();
    std::vector<int> uses(nodes.size(), 0);
    std::vector<std::size_t> user(nodes.size(), 0);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      for (int i = 0; live[n] && i < nodes[n].fan_in(); ++i) {
        const std::size_t in = nodes[n].in[static_cast<std::size_t>(i)].node();
        ++uses[in], user[in] = n;
      }
    }
    std::vector<std::vector<Bit>> results(nodes.size());
    for (const auto& port : circuit_.outputs()) {
      for (const Bit bit : port.bits) ++uses[bit.node()], results[bit.node()].push_back(bit);
    }
    const std::vector<std::size_t> partner = half_adders(live);
    std::vector<bool> fused(nodes.size(), false), done(nodes.size(), false);
    const auto masks = masked_complements(live);

    const auto store_results = [&](std::size_t n) {
      for (const Bit bit : results[n]) add({Task::Kind::store, {bit}, {}, {}});
    };
    for (std::size_t n = 1; n < nodes.size(); ++n) {
      if (nodes[n].kind == Kind::input) store_results(n);
      if (!live[n] || nodes[n].fan_in() == 0 || done[n]) continue;
      const auto& in = nodes[n].in;
      const Bit out = bit_of(n);
      done[n] = true;
      switch (nodes[n].kind) {
        case Kind::and2:
          for (const Bit bit : {in[0], in[1]}) {
            if (masks[bit.code]) add({Task::Kind::store, {bit}, {}, {}});
          }
          add({Task::Kind::majority, {in[0], in[1], zero}, out, {}});
          break;
        case Kind::majority:
          add({Task::Kind::majority, in, out, {}});
          break;
        case Kind::mux:
          add({Task::Kind::select, in, out, {}});
          break;
        case Kind::sum3:
          if (n + 1 < nodes.size() && live[n + 1] && nodes[n + 1].kind == Kind::majority && nodes[n + 1].in == in) {
            add({Task::Kind::adder, in, out, bit_of(n + 1)});
            done[n + 1] = true;
          } else {
            add({Task::Kind::parity, in, out, {}});
          }
          break;
        default:
          if (const std::size_t carry = partner[n]; carry != 0) {
            const auto& lits = nodes[carry].in;
            add({Task::Kind::adder,
                 {lits[0], lits[1], zero},
                 lits[0].inverted() != lits[1].inverted() ? ~out : out,
                 bit_of(carry)});
            done[carry] = true;
          } else if (uses[n] == 1 && results[n].empty() && nodes[user[n]].kind == Kind::xor2 && partner[user[n]] == 0 &&
                     !has_fused_input(fused, n) && !has_fused_input(fused, user[n])) {
            fused[n] = true;  // a part of its only user
          } else {
            Task task{Task::Kind::parity, {in[0], in[1], zero}, out, {}};
            for (std::size_t i = 0; i < 2; ++i) {
              if (!fused[in[i].node()]) continue;
              const auto& inner = nodes[in[i].node()].in;
              task.in = {in[1 - i], inner[0], inner[1]};
            }
            add(task);
          }
          break;
      }
      store_results(n);
      if (nodes[n].kind == Kind::sum3 && n + 1 < nodes.size() && done[n + 1]) store_results(n + 1);
      if (nodes[n].kind == Kind::xor2 && partner[n] != 0) store_results(partner[n]);
    }
  }
  bool has_fused_input(const std::vector<bool>& fused, std::size_t n) const {
    return fused[circuit_.nodes()[n].in[0].node()] || fused[circuit_.nodes()[n].in[1].node()];
  }
  /// For each xor2 the and2 that follows with the same inputs, or 0.
  std::vector<std::size_t> half_adders(const std::vector<bool>& live) const {
    const auto& nodes = circuit_.nodes();
    std::vector<std::size_t> partner(nodes.size(), 0);
    for (std::size_t n = 1; n + 1 < nodes.size(); ++n) {
      const auto &sum = nodes[n], &carry = nodes[n + 1];
      if (live[n] && live[n + 1] && sum.kind == Kind::xor2 && carry.kind == Kind::and2 &&
          sum.in[0].node() == carry.in[0].node() && sum.in[1].node() == carry.in[1].node())
        partner[n] = n + 1;
    }
    return partner;
  }
  /// Complements that many ANDs need, by code: worth a row of their own.
  std::vector<bool> masked_complements(const std::vector<bool>& live) const {
    constexpr int enough = 4;
    const auto& nodes = circuit_.nodes();
    std::vector<int> count(2 * nodes.size(), 0);
    for (std::size_t n = 1; n < nodes.size(); ++n) {
      if (!live[n] || nodes[n].kind != Kind::and2 || nodes[n].in[0].inverted() == nodes[n].in[1].inverted()) continue;
      for (std::size_t i = 0; i < 2; ++i) count[nodes[n].in[i].code] += nodes[n].in[i].inverted() ? 1 : 0;
    }
    std::vector<bool> masks;
    for (const int c : count) masks.push_back(c >= enough);
    return masks;
  }
  static Bit bit_of(std::size_t node) { return {2 * static_cast<std::uint32_t>(node)}; }
  void add(const Task& task) { tasks_.push_back(task); }

  /// Task of the last use of each node, and whether one task soon after the node is made is its only user.
  void find_uses() {
    constexpr std::size_t soon = 3;
    const std::size_t nodes = circuit_.nodes().size();
    last_use_.assign(nodes, 0);
    passes_on_.assign(nodes, false);
    std::vector<std::size_t> made(nodes, 0);
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      const Task& task = tasks_[t];
      for (const Bit bit : task.in) {
        const std::size_t n = bit.node();
        const bool is_first = last_use_[n] == 0;
        if (last_use_[n] < t + 1)
          passes_on_[n] = is_first && task.kind != Task::Kind::store && made[n] > 0 && t + 1 <= made[n] + soon;
        last_use_[n] = t + 1;
      }
      if (task.kind == Task::Kind::store) continue;
      made[task.out.node()] = t + 1;
      if (task.kind == Task::Kind::adder) made[task.carry.node()] = t + 1;
    }
    for (const auto& port : circuit_.outputs()) {
      for (const Bit bit : port.bits) passes_on_[bit.node()] = false;
    }
  }

  // ---- the search

  void search() {
    State start;
    start.cells.fill(dram::unknown);
    start.stored.assign(circuit_.nodes().size(), 0);
    for (const auto& port : circuit_.inputs()) {
      for (const Bit bit : port.bits) start.stored[bit.node()] = Situation::stored;
    }
    trail_.push_back({0, {}});
    states_.push_back(std::move(start));
    for (std::size_t t = 0; t < tasks_.size(); ++t) advance(t);
  }

  /// A situation and the nodes behind its numbers.
  struct Named {
    Situation situation;
    std::vector<std::uint32_t> nodes{0};

    Bit number(Bit bit) {
      if (bit.is_constant() || bit.node() == dram::unknown.node()) return bit;
      const auto place = std::ranges::find(nodes, bit.node());
      const auto index = static_cast<std::uint32_t>(place - nodes.begin());
      if (place == nodes.end()) nodes.push_back(bit.node());
      return {2 * index + (bit.inverted() ? 1 : 0)};
    }
    Bit bit(Bit number) const {
      if (number.is_constant() || number.node() == dram::unknown.node()) return number;
      return {2 * nodes[number.node()] + (number.inverted() ? 1 : 0)};
    }
    Place place(Place numbered) const { return numbered.is_data() ? Place::of(bit(numbered.bit())) : numbered; }
  };
  Named situation(const State& state, std::size_t t) const {
    Named named;
    Situation& s = named.situation;
    const auto number = [&](const Task& task) {
      Task numbered{task.kind, {}, named.number(task.out), named.number(task.carry)};
      for (std::size_t i = 0; i < 3; ++i) numbered.in[i] = named.number(task.in[i]);
      return numbered;
    };
    for (std::size_t i = 0; i < s.cells.size(); ++i) s.cells[i] = named.number(state.cells[i]);
    s.task = number(tasks_[t]);
    for (std::size_t i = 1; i < named.nodes.size(); ++i) {
      const std::size_t node = named.nodes[i];
      s.facts[i] =
          static_cast<std::uint8_t>(state.stored[node] | (last_use_[node] > t + 1 ? Situation::needed_later : 0) |
                                    (passes_on_[node] ? Situation::passes_on : 0));
    }
    for (std::size_t ahead = 0; ahead < 2 && t + 1 + ahead < tasks_.size(); ++ahead) {
      Task next = tasks_[t + 1 + ahead];
      next.out = next.carry = zero;
      s.next[ahead] = number(next);
    }
    return named;
  }

  void advance(std::size_t t) {
    struct Candidate {
      int cost, commands;
      std::size_t state;
      const dram::Plan* plan;
    };
    std::vector<Candidate> candidates;
    std::vector<Named> named;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      named.push_back(situation(states_[i], t));
      auto [known, is_new] = plans_.try_emplace(named.back().situation);
      if (is_new) known->second = dram::Planner(known->first).plans();
      for (const dram::Plan& plan : known->second)
        candidates.push_back(
            {4 * states_[i].commands + plan.cost, states_[i].commands + static_cast<int>(plan.steps.size()), i, &plan});
    }
    assert(!candidates.empty());  // what is stored can always be brought
    const int fewest = std::ranges::min_element(candidates, {}, &Candidate::commands)->commands;
    std::ranges::stable_sort(candidates, {}, [](const Candidate& c) { return std::pair(c.cost, c.commands); });
    std::array<std::size_t, 3> kept{};
    std::vector<State> next;
    for (const Candidate& c : candidates) {
      if (c.commands > fewest + dram::Planner::slack || kept[c.plan->kind] == dram::Planner::width) continue;
      const Named& names = named[c.state];
      State state{c.plan->cells, states_[c.state].stored, c.commands, trail_.size()};
      for (Bit& cell : state.cells) cell = names.bit(cell);
      for (const Bit added : c.plan->added) {
        if (added == dram::unknown) continue;
        const Bit bit = names.bit(added);
        state.stored[bit.node()] |= bit.inverted() ? Situation::complement_stored : Situation::stored;
      }
      const auto same = [&](const State& other) { return other.cells == state.cells && other.stored == state.stored; };
      if (std::ranges::any_of(next, same)) continue;
      ++kept[c.plan->kind];
      std::vector<Step> steps;
      for (const Step& step : c.plan->steps) steps.push_back({names.place(step.from), names.place(step.to)});
      trail_.push_back({states_[c.state].trail, std::move(steps)});
      next.push_back(std::move(state));
    }
    states_ = std::move(next);
  }

  // ---- the program: rows of data for the values

  void emit() {
    std::vector<Step> steps;
    {
      std::vector<std::size_t> path;
      const auto best = std::ranges::min_element(states_, {}, &State::commands);
      for (std::size_t at = best->trail; at != 0; at = trail_[at].parent) path.push_back(at);
      for (std::size_t i = path.size(); i-- > 0;)
        steps.insert(steps.end(), trail_[path[i]].steps.begin(), trail_[path[i]].steps.end());
    }
    std::map<Bit, int> row;           // of data, per stored value
    std::map<Bit, std::size_t> last;  // step that reads it last
    for (std::size_t k = 0; k < steps.size(); ++k) {
      if (steps[k].from.is_data()) last[steps[k].from.bit()] = k;
    }
    int rows = 0;
    std::vector<std::pair<Bit, int>> copies;  // results that lie elsewhere too
    for (const auto& port : circuit_.inputs()) {
      row::Operand operand{port.name, {}};
      for (const Bit bit : port.bits) {
        operand.bits.push_back({0, rows});
        last[bit] = steps.size();
        row[bit] = rows++;
      }
      program_.add_input(std::move(operand));
    }
    for (const auto& port : circuit_.outputs()) {
      row::Operand operand{port.name, {}};
      for (const Bit bit : port.bits) {
        operand.bits.push_back({0, rows});
        if (bit.is_constant() || row.contains(bit)) {
          copies.emplace_back(bit, rows++);
        } else {
          row[bit] = rows++;
        }
        last[bit] = steps.size();
      }
      program_.add_output(std::move(operand));
    }
    std::vector<int> spare;
    const auto address = [&](const Place& place) {
      return place.is_data() ? gate::dram::data(row.at(place.bit())) : place.address();
    };
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const Step& step = steps[k];
      const Address from = address(step.from);
      if (step.from.is_data() && last[step.from.bit()] == k) spare.push_back(row[step.from.bit()]);
      if (step.to.is_none() || (step.to.is_data() && !last.contains(step.to.bit()))) {
        program_.ap(from);
        continue;
      }
      if (step.to.is_data() && !row.contains(step.to.bit())) {
        if (spare.empty()) spare.push_back(rows++);
        row[step.to.bit()] = spare.back();
        spare.pop_back();
      }
      program_.aap(from, address(step.to));
    }
    for (const auto& [bit, to] : copies) {
      const Place from = bit.is_constant() ? Place::of(bit == one ? gate::dram::c1 : gate::dram::c0) : Place::of(bit);
      program_.aap(address(from), gate::dram::data(to));
    }
  }

  const Circuit& circuit_;
  row::DRAMProgram program_;
  std::vector<Task> tasks_;
  std::vector<std::size_t> last_use_;  ///< 1 + task, per node
  std::vector<bool> passes_on_;        ///< used once, soon after it is made
  std::map<Situation, std::vector<dram::Plan>> plans_;
  std::vector<State> states_;
  std::vector<Trail> trail_;
};

/// The circuit as a program of AAP and AP commands on one subarray. Inputs keep their values.
///
/// rows    inputs first, then outputs, then scratch
/// throws  std::invalid_argument: more than `data_rows` rows of data
inline row::DRAMProgram map_dram(const Circuit& circuit, int data_rows = row::DRAMProgram::subarray_rows) {
  return DRAMMapper(circuit, data_rows).map();
}

}  // namespace pim::arith
