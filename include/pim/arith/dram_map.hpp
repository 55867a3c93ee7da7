#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include <pim/arith/circuit.hpp>
#include <pim/gate/dram.hpp>
#include <pim/row/dram_program.hpp>

namespace pim::arith {

namespace dram {

using gate::dram::Address;

/// A source or destination before rows of data are chosen: the row of data that will hold a bit, or another row.
class Place {
 public:
  constexpr Place() = default;  ///< none
  static constexpr Place of(Bit bit) { return Place(bit.code | data_flag); }
  static constexpr Place of(Address address) { return Place(address.code); }

  constexpr bool is_none() const { return code_ == ~0U; }
  constexpr bool is_data() const { return (code_ & data_flag) != 0 && !is_none(); }
  constexpr Bit bit() const { return {code_ & ~data_flag}; }
  constexpr Address address() const { return {code_}; }
  friend constexpr bool operator==(Place, Place) = default;

 private:
  static constexpr std::uint32_t data_flag = 1U << 31;
  explicit constexpr Place(std::uint32_t code) : code_(code) {}

  std::uint32_t code_ = ~0U;
};
struct Step {
  Place from;
  Place to;  ///< none: AP
};

/// Something to compute: one to three majorities, or a bit that must lie in a row of data.
struct Task {
  enum class Kind : std::uint8_t { majority, adder, parity, select, store } kind;
  std::array<Bit, 3> in{};
  Bit out{};    ///< select: in[0] ? in[1] : in[2]; adder: the sum
  Bit carry{};  ///< of an adder
};

inline constexpr Bit unknown{~0U};

/// What the subarray holds at one point of a program, and how it came to that.
struct State {
  std::array<Bit, gate::dram::compute_rows> cells{};
  std::vector<std::uint8_t> stored;  ///< per node; bit 0: a row of data holds it, bit 1: one holds its complement
  int commands = 0;
  std::size_t trail = 0;

  bool is_stored(Bit bit) const {
    return bit.node() < stored.size() && (stored[bit.node()] >> (bit.code % 2) & 1) != 0;
  }
};

/// A way to do one task after a state, written as the values that rows must receive. Where a row already holds its
/// value the command is left out; where only the complement of a value is at hand it comes through a dual-contact row.
/// Fails beyond `limit` commands in all.
class Attempt {
 public:
  Attempt(const State& before, Address spare, int limit)
      : before_(&before), spare_(spare), limit_(limit), cells_(before.cells) {}

  /// The rows of `to` take `bit`, unless those in `needed` hold it.
  Attempt& bring(Bit bit, Address to, std::initializer_list<gate::dram::Row> needed) {
    const auto holds = [&](gate::dram::Row row) {
      for (const auto& line : word_lines(to)) {
        if (line.row == row) return cells_[row] == (line.negated ? ~bit : bit);
      }
      return false;
    };
    if (!std::ranges::all_of(needed, holds)) load(bit, Place::of(to));
    return *this;
  }
  void store(Bit bit) {
    if (!is_stored(bit)) load(bit, Place::of(bit));
  }
  /// The rows of `triple` hold x, y, z in any order, and then their majority `result`, which goes to `to` as well.
  Attempt& majority(Address triple, Bit x, Bit y, Bit z, Bit result, Place to = {}) {
    if (failed_) return *this;
    std::array<Bit, 3> wanted{x, y, z}, held;
    for (std::size_t i = 0; i < 3; ++i) held[i] = cells_[word_lines(triple)[i].row];
    std::ranges::sort(wanted);
    std::ranges::sort(held);
    if (wanted != held) return fail();
    for (const auto& line : word_lines(triple)) cells_[line.row] = result;
    push({Place::of(triple), to});
    if (!to.is_none()) write(to, result);
    return *this;
  }

  bool failed() const { return failed_; }
  bool used_spare() const { return used_spare_; }
  int commands() const { return before_->commands + static_cast<int>(count_); }
  std::array<Bit, gate::dram::compute_rows>& cells() { return cells_; }
  const std::array<Bit, gate::dram::compute_rows>& cells() const { return cells_; }
  const State& before() const { return *before_; }
  const std::array<Bit, 4>& added() const { return added_; }
  std::vector<Step> steps() const { return {steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(count_)}; }
  bool is_stored(Bit bit) const { return before_->is_stored(bit) || std::ranges::find(added_, bit) != added_.end(); }

 private:
  static constexpr std::array plain{gate::dram::dcc0, gate::dram::dcc1};
  static constexpr std::array complement{gate::dram::not_dcc0, gate::dram::not_dcc1};

  Attempt& fail() {
    failed_ = true;
    return *this;
  }
  static bool raises(const Place& place, Address word_line) {
    if (place.is_data()) return false;
    return std::ranges::find(word_lines(place.address()), word_lines(word_line)[0]) !=
           word_lines(place.address()).end();
  }
  /// Where `bit` can be read so that it may be copied to `to`.
  Place find(Bit bit, Place to) const {
    if (bit.is_constant()) return Place::of(bit == one ? gate::dram::c1 : gate::dram::c0);
    if (is_stored(bit)) return Place::of(bit);
    for (const Address t : {gate::dram::t0, gate::dram::t1, gate::dram::t2, gate::dram::t3}) {
      if (cells_[word_lines(t)[0].row] == bit) return Place::of(t);
    }
    for (std::size_t d = 0; d < 2; ++d) {
      const Bit held = cells_[gate::dram::row_dcc0 + d];
      if (held == bit && !raises(to, complement[d])) return Place::of(plain[d]);
      if (held == ~bit && !raises(to, plain[d])) return Place::of(complement[d]);
    }
    return {};
  }
  bool copy(Bit bit, Place to) {
    const Place from = find(bit, to);
    if (from.is_none()) return false;
    push({from, to});
    write(to, bit);
    return true;
  }
  void load(Bit bit, Place to) {
    if (failed_ || copy(bit, to)) return;
    for (std::size_t d = 0; d < 2 && !to.is_data(); ++d) {
      if (to == Place::of(plain[d]) && copy(~bit, Place::of(complement[d]))) return;
      if (to == Place::of(complement[d]) && copy(~bit, Place::of(plain[d]))) return;
    }
    used_spare_ = true;
    if (!copy(~bit, Place::of(spare_)) || !copy(bit, to)) fail();
  }
  void write(Place to, Bit bit) {
    if (to.is_data()) {
      *std::ranges::find(added_, unknown) = to.bit();
      return;
    }
    for (const auto& line : word_lines(to.address())) cells_[line.row] = line.negated ? ~bit : bit;
  }
  void push(const Step& step) {
    if (count_ == steps_.size() || commands() >= limit_) {
      fail();
    } else {
      steps_[count_++] = step;
    }
  }

  const State* before_;
  Address spare_;
  int limit_;
  bool failed_ = false, used_spare_ = false;
  std::array<Bit, gate::dram::compute_rows> cells_;
  std::array<Bit, 4> added_{unknown, unknown, unknown, unknown};
  std::array<Step, 16> steps_;
  std::size_t count_ = 0;
};

}  // namespace dram

/// Maps circuits to programs of AAP and AP commands. Everything becomes majorities; the values that pass between them
/// stay in the compute rows where they can, and else lie in rows of data, to which the command that makes a value
/// copies it for nothing. A beam search over what the compute rows hold chooses, task after task, among ways to use
/// them.
class DRAMMapper {
 public:
  DRAMMapper(const Circuit& circuit, int data_rows) : circuit_(circuit), program_(data_rows) {
    find_tasks();
    find_uses();
    for (std::size_t i = 0; i < 3; ++i) scratch_[i] = {2 * static_cast<std::uint32_t>(circuit.nodes().size() + i)};
  }

  row::DRAMProgram map() {
    search();
    emit();
    return std::move(program_);
  }

 private:
  using Kind = Circuit::Kind;
  using Task = dram::Task;
  using Attempt = dram::Attempt;
  using Place = dram::Place;
  using Step = dram::Step;
  using State = dram::State;
  using Address = dram::Address;
  static constexpr std::size_t beam = 4;  ///< states of each kind
  static constexpr int slack = 1;         ///< commands above the best at which a state is given up
  static constexpr std::array<std::array<std::size_t, 3>, 6> orders{
      {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};

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

  /// Task of the last use of each node, and whether it is used in the task after it was made and nowhere else.
  void find_uses() {
    last_use_.assign(circuit_.nodes().size(), 0);
    passes_on_.assign(circuit_.nodes().size(), false);
    std::vector<std::size_t> made(circuit_.nodes().size(), 0);
    for (std::size_t t = 0; t < tasks_.size(); ++t) {
      const Task& task = tasks_[t];
      for (const Bit bit : task.in) {
        if (last_use_[bit.node()] < t + 1) passes_on_[bit.node()] = last_use_[bit.node()] == 0 && made[bit.node()] == t;
        last_use_[bit.node()] = t + 1;
      }
      if (task.kind == Task::Kind::store) {
        passes_on_[task.in[0].node()] = false;
        continue;
      }
      made[task.out.node()] = t + 1;
      if (task.kind == Task::Kind::adder) made[task.carry.node()] = t + 1;
    }
    for (const auto& port : circuit_.outputs()) {
      for (const Bit bit : port.bits) passes_on_[bit.node()] = false;
    }
  }
  bool passes_on(Bit bit) const { return passes_on_[bit.node()]; }
  static Bit polarised(Bit bit, bool inverted) { return inverted ? ~bit : bit; }

  // ---- ways to do a task; the four triples and their loads are those of SIMDRAM

  void search() {
    State start;
    start.cells.fill(dram::unknown);
    start.stored.assign(circuit_.nodes().size(), 0);
    for (const auto& port : circuit_.inputs()) {
      for (const Bit bit : port.bits) start.stored[bit.node()] = 1;
    }
    trail_.push_back({0, {}});
    states_.push_back(std::move(start));
    for (now_ = 0; now_ < tasks_.size(); ++now_) {
      attempts_.clear();
      limit_ = std::numeric_limits<int>::max();
      for (const State& state : states_) propose(tasks_[now_], state);
      keep_best();
    }
  }
  void propose(const Task& task, const State& state) {
    switch (task.kind) {
      case Task::Kind::store:
        offer(state, [&](Attempt& a) { a.store(task.in[0]); });
        break;
      case Task::Kind::majority:
        for (const auto& order : orders) {
          for (const bool inverted : {false, true})
            propose_majority(state, operands(task, order, inverted), polarised(task.out, inverted));
        }
        break;
      case Task::Kind::adder:
        for (const auto& order : orders) {
          for (const bool inverted : {false, true})
            propose_adder(state, operands(task, order, inverted), polarised(task.out, inverted),
                          polarised(task.carry, inverted));
        }
        break;
      case Task::Kind::parity:
        for (const auto& order : orders) {
          for (unsigned signs = 0; signs < 8; ++signs) {
            std::array<Bit, 3> in;
            for (std::size_t i = 0; i < 3; ++i) in[i] = polarised(task.in[order[i]], (signs >> i & 1U) != 0);
            propose_parity(state, in[0], in[1], in[2],
                           polarised(task.out, signs == 1 || signs == 2 || signs == 4 || signs == 7));
          }
        }
        break;
      case Task::Kind::select:
        for (unsigned signs = 0; signs < 4; ++signs) {
          const bool swapped = (signs & 1U) != 0, inverted = (signs & 2U) != 0;
          const Bit a = polarised(task.in[swapped ? 2 : 1], inverted),
                    b = polarised(task.in[swapped ? 1 : 2], inverted);
          propose_select(state, polarised(task.in[0], swapped), a, b, polarised(task.out, inverted));
        }
        break;
    }
  }
  static std::array<Bit, 3> operands(const Task& task, const std::array<std::size_t, 3>& order, bool inverted) {
    std::array<Bit, 3> in;
    for (std::size_t i = 0; i < 3; ++i) in[i] = polarised(task.in[order[i]], inverted);
    return in;
  }
  /// Keeps what `recipe` comes to, with each dual-contact row as the spare one if that makes a difference.
  template <class Recipe>
  void offer(const State& state, Recipe recipe) {
    for (const Address spare : {gate::dram::dcc0, gate::dram::dcc1}) {
      Attempt attempt(state, spare, limit_);
      recipe(attempt);
      if (!attempt.failed()) {
        limit_ = std::min(limit_, attempt.commands() + slack);
        attempts_.push_back(attempt);
      }
      if (!attempt.used_spare()) return;
    }
  }
  /// Calls recipe(attempt, destination) for each place where a result may go: a row of data, or, if the next task alone
  /// needs it, one of `rows`.
  template <class Recipe>
  void offer_result(const State& state, Bit result, std::span<const Address> rows, Recipe recipe) {
    offer(state, [&](Attempt& a) { recipe(a, Place::of(result)); });
    if (!passes_on(result)) return;
    for (const Address row : rows) offer(state, [&](Attempt& a) { recipe(a, Place::of(row)); });
  }

  /// Commands that bring x, y, z to the rows of a triple: which of the three goes where, in order. Wide addresses leave
  /// copies for tasks that follow.
  struct Loads {
    Address triple;
    struct {
      std::size_t operand;
      Address to;
    } loads[3];
  };
  static constexpr std::array loads_of_majority{
      Loads{gate::dram::dcc0_t1_t2, {{1, gate::dram::t1}, {2, gate::dram::t2}, {0, gate::dram::dcc0}}},
      Loads{gate::dram::dcc0_t1_t2, {{1, gate::dram::t0_t1_t2}, {2, gate::dram::t2_t3}, {0, gate::dram::dcc0}}},
      Loads{gate::dram::dcc0_t1_t2, {{1, gate::dram::t0_t1_t2}, {2, gate::dram::t2}, {0, gate::dram::dcc0}}},
      Loads{gate::dram::dcc0_t1_t2, {{0, gate::dram::not_dcc0_t0}, {1, gate::dram::not_dcc1_t1}, {2, gate::dram::t2}}},
      Loads{gate::dram::dcc0_t1_t2,
            {{0, gate::dram::not_dcc0_t0}, {1, gate::dram::not_dcc1_t1}, {2, gate::dram::t2_t3}}},
      Loads{gate::dram::dcc1_t0_t3, {{1, gate::dram::t0}, {2, gate::dram::t3}, {0, gate::dram::dcc1}}},
      Loads{gate::dram::dcc1_t0_t3, {{1, gate::dram::t0_t1_t2}, {2, gate::dram::t2_t3}, {0, gate::dram::dcc1}}},
      Loads{gate::dram::dcc1_t0_t3, {{1, gate::dram::t0_t1_t2}, {2, gate::dram::t3}, {0, gate::dram::dcc1}}},
      Loads{gate::dram::dcc1_t0_t3, {{0, gate::dram::not_dcc1_t1}, {1, gate::dram::not_dcc0_t0}, {2, gate::dram::t3}}},
      Loads{gate::dram::dcc1_t0_t3,
            {{0, gate::dram::not_dcc1_t1}, {1, gate::dram::not_dcc0_t0}, {2, gate::dram::t2_t3}}},
      Loads{gate::dram::t0_t1_t2, {{0, gate::dram::t0}, {1, gate::dram::t1}, {2, gate::dram::t2}}},
      Loads{gate::dram::t0_t1_t2, {{0, gate::dram::t0_t3}, {1, gate::dram::t1}, {2, gate::dram::t2}}},
      Loads{gate::dram::t1_t2_t3, {{0, gate::dram::t1}, {1, gate::dram::t2}, {2, gate::dram::t3}}},
      Loads{gate::dram::t1_t2_t3, {{0, gate::dram::t1}, {1, gate::dram::t2}, {2, gate::dram::t0_t3}}},
  };
  /// Single rows outside a triple.
  static std::span<const Address> rows_beside(Address triple) {
    static constexpr std::array rows{gate::dram::t0, gate::dram::t3, gate::dram::t1, gate::dram::t2};
    if (triple == gate::dram::dcc0_t1_t2) return std::span(rows).first(2);
    if (triple == gate::dram::dcc1_t0_t3) return std::span(rows).last(2);
    return std::span(rows).subspan(triple == gate::dram::t0_t1_t2 ? 1 : 0, 1);
  }
  /// Whether one command can bring a bit to a plain row.
  static bool is_at_hand(const State& state, Bit bit) {
    if (bit.is_constant() || state.is_stored(bit)) return true;
    for (std::size_t row = 0; row < state.cells.size(); ++row) {
      if (state.cells[row] == bit || (row >= gate::dram::row_dcc0 && state.cells[row] == ~bit)) return true;
    }
    return false;
  }
  void propose_majority(const State& state, const std::array<Bit, 3>& in, Bit out) {
    std::array<bool, 3> at_hand, complement_at_hand;
    for (std::size_t i = 0; i < 3; ++i)
      at_hand[i] = is_at_hand(state, in[i]), complement_at_hand[i] = is_at_hand(state, ~in[i]);
    for (const Loads& recipe : loads_of_majority) {
      const auto rows = word_lines(recipe.triple);
      int loads = 0;  // at least
      for (std::size_t i = 0; i < 3; ++i) {
        const bool dual = rows[i].row >= gate::dram::row_dcc0;
        if (state.cells[rows[i].row] != in[i]) loads += at_hand[i] || (dual && complement_at_hand[i]) ? 1 : 2;
      }
      if (state.commands + loads + 1 > limit_) continue;
      offer_result(state, out, rows_beside(recipe.triple), [&](Attempt& attempt, Place to) {
        for (const auto& load : recipe.loads) {
          const auto lines = word_lines(load.to);
          const auto row = static_cast<gate::dram::Row>(rows[load.operand].row);
          const bool negated = std::ranges::find(lines, gate::dram::WordLine{row, true}) != lines.end();
          attempt.bring(polarised(in[load.operand], negated), load.to, {row});
        }
        attempt.majority(recipe.triple, in[0], in[1], in[2], out, to);
      });
    }
  }
  /// carry = majority(a, b, c); sum = majority(majority(not carry, c, a), b, not carry)
  void propose_adder(const State& state, const std::array<Bit, 3>& in, Bit sum, Bit carry) {
    using namespace gate::dram;
    const auto [a, b, c] = in;
    const Bit inner = scratch_[0];
    const auto begin = [&](Attempt& attempt) {
      attempt.bring(c, t0_t1_t2, {row_t0, row_t1}).bring(a, t2_t3, {row_t2, row_t3}).bring(b, dcc1, {row_dcc1});
      attempt.majority(dcc1_t0_t3, a, b, c, carry, Place::of(carry)).bring(~carry, t0_t3, {row_t0, row_t3});
      attempt.majority(t0_t1_t2, ~carry, c, a, inner);
    };
    offer(state, [&](Attempt& attempt) {
      begin(attempt);
      attempt.bring(b, t1, {row_t1}).majority(t1_t2_t3, b, inner, ~carry, sum, Place::of(sum));
    });
    offer(state, [&](Attempt& attempt) {
      begin(attempt);
      attempt.bring(b, dcc1, {row_dcc1}).majority(dcc1_t0_t3, b, inner, ~carry, sum, Place::of(sum));
    });
  }
  /// u = majority(x, not y, z), v = majority(not x, y, u); sum = majority(u, v, not z)
  void propose_parity(const State& state, Bit x, Bit y, Bit z, Bit sum) {
    using namespace gate::dram;
    const Bit u = scratch_[0], v = scratch_[1];
    static constexpr std::array rows{not_dcc1, t3};
    offer_result(state, sum, rows, [&](Attempt& a, Place to) {
      a.bring(x, not_dcc1_t1, {row_t1, row_dcc1}).bring(y, not_dcc0_t0, {row_t0, row_dcc0}).bring(z, t2, {row_t2});
      a.majority(dcc0_t1_t2, ~y, x, z, u, Place::of(t3)).majority(dcc1_t0_t3, ~x, y, u, v, Place::of(t2));
      a.bring(~z, dcc0, {row_dcc0}).majority(dcc0_t1_t2, ~z, u, v, sum, to);
    });
  }
  /// y = s or b; out = majority(not s, y, a and y)
  void propose_select(const State& state, Bit s, Bit a, Bit b, Bit out) {
    using namespace gate::dram;
    const Bit y = scratch_[0], w = scratch_[1];
    const auto end = [&](Attempt& attempt) {
      attempt.majority(t0_t1_t2, s, one, b, y).majority(dcc1_t0_t3, zero, y, a, w, Place::of(t2));
      attempt.majority(dcc0_t1_t2, ~s, y, w, out, Place::of(out));
    };
    offer(state, [&](Attempt& attempt) {
      attempt.bring(s, not_dcc0_t0, {row_t0, row_dcc0}).bring(one, not_dcc1_t1, {row_t1, row_dcc1});
      attempt.bring(a, t3, {row_t3}).bring(b, t2, {row_t2});
      end(attempt);
    });
    offer(state, [&](Attempt& attempt) {
      attempt.bring(a, dcc1, {row_dcc1}).bring(s, not_dcc0_t0, {row_t0, row_dcc0}).bring(one, t1, {row_t1});
      attempt.bring(zero, t3, {row_t3}).bring(b, t2, {row_t2});
      end(attempt);
    });
  }

  // ---- choice

  /// Cells whose values nobody needs any more are alike.
  void forget(std::array<Bit, gate::dram::compute_rows>& cells) const {
    for (Bit& cell : cells) {
      const bool needed = cell.is_constant() || (cell.node() < last_use_.size() && last_use_[cell.node()] > now_ + 1);
      if (!needed) cell = dram::unknown;
    }
  }
  /// Loads that a task can leave out, at best.
  static int spared_loads(const Task& task, const std::array<Bit, gate::dram::compute_rows>& cells) {
    using namespace gate::dram;
    const auto among = [&](Bit bit) { return std::ranges::find(task.in, bit) != task.in.end(); };
    const auto either = [&](Row row) { return among(cells[row]) || among(~cells[row]); };
    const auto pair = [&](Row row, Row dual) { return either(row) && cells[row] == ~cells[dual]; };
    switch (task.kind) {
      case Task::Kind::store:
        return 0;
      case Task::Kind::majority: {
        std::ptrdiff_t best = 0;
        for (const Address triple : {t0_t1_t2, t1_t2_t3, dcc0_t1_t2, dcc1_t0_t3}) {
          for (const bool inverted : {false, true})
            best = std::max(best, std::ranges::count_if(word_lines(triple), [&](const WordLine& line) {
                              return among(polarised(cells[line.row], inverted));
                            }));
        }
        return static_cast<int>(best);
      }
      case Task::Kind::adder:
        return (cells[row_t0] == cells[row_t1] && either(row_t0) ? 1 : 0) +
               (cells[row_t2] == cells[row_t3] && either(row_t2) ? 1 : 0) + (either(row_dcc1) ? 1 : 0);
      case Task::Kind::parity:
        return (pair(row_t1, row_dcc1) ? 1 : 0) + (pair(row_t0, row_dcc0) ? 1 : 0) + (either(row_t2) ? 1 : 0);
      default:
        return (cells[row_t1] == one && cells[row_dcc1] == zero ? 1 : 0) + (pair(row_t0, row_dcc0) ? 1 : 0) +
               (either(row_t2) ? 1 : 0) + (either(row_t3) ? 1 : 0);
    }
  }
  /// What the next two tasks can leave out after a state, in quarters of a command; the nearer is worth more.
  int promise(const std::array<Bit, gate::dram::compute_rows>& cells) const {
    int promise = 0;
    for (std::size_t ahead = 1; ahead <= 2 && now_ + ahead < tasks_.size(); ++ahead)
      promise += (ahead == 1 ? 3 : 1) * spared_loads(tasks_[now_ + ahead], cells);
    return promise;
  }
  /// How an attempt leaves the result: in a row of data, as its complement there, or in compute rows alone. The choice
  /// may matter only much later, so each kind has its part of the beam.
  std::size_t kind_of(const Attempt& attempt) const {
    const Task& task = tasks_[now_];
    if (task.kind == Task::Kind::store) return 0;
    return attempt.is_stored(task.out) ? 0 : attempt.is_stored(~task.out) ? 1 : 2;
  }
  static std::uint64_t digest(const Attempt& attempt) {
    std::uint64_t hash = attempt.before().trail;
    const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15U; };
    mix(static_cast<std::uint64_t>(attempt.commands()));
    for (const Bit bit : attempt.cells()) mix(bit.code);
    for (const Bit bit : attempt.added()) mix(bit.code);
    return hash;
  }
  void keep_best() {
    struct Ranked {
      int cost;  ///< commands so far less what they promise, in quarters
      int commands;
      std::size_t attempt;
    };
    std::vector<Ranked> ranked;
    std::unordered_set<std::uint64_t> seen;
    for (std::size_t i = 0; i < attempts_.size(); ++i) {
      if (attempts_[i].commands() > limit_) continue;
      forget(attempts_[i].cells());
      if (!seen.insert(digest(attempts_[i])).second) continue;
      const int commands = attempts_[i].commands();
      ranked.push_back({4 * commands - promise(attempts_[i].cells()), commands, i});
    }
    std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
      return std::tuple(a.cost, a.commands, a.attempt) < std::tuple(b.cost, b.commands, b.attempt);
    });
    std::array<std::size_t, 3> kept{};
    std::vector<State> next;
    for (const Ranked& r : ranked) {
      Attempt& attempt = attempts_[r.attempt];
      std::size_t& of_kind = kept[kind_of(attempt)];
      if (of_kind == beam) continue;
      State state{attempt.cells(), attempt.before().stored, r.commands, trail_.size()};
      for (const Bit bit : attempt.added()) {
        if (bit != dram::unknown) state.stored[bit.node()] |= static_cast<std::uint8_t>(1U << (bit.code % 2));
      }
      const auto same = [&](const State& other) { return other.cells == state.cells && other.stored == state.stored; };
      if (std::ranges::any_of(next, same)) continue;
      ++of_kind;
      trail_.push_back({attempt.before().trail, attempt.steps()});
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

  struct Trail {
    std::size_t parent;
    std::vector<Step> steps;
  };

  const Circuit& circuit_;
  row::DRAMProgram program_;
  std::array<Bit, 3> scratch_{};  ///< values inside one task
  std::vector<Task> tasks_;
  std::vector<std::size_t> last_use_;  ///< 1 + task, per node
  std::vector<bool> passes_on_;
  std::size_t now_ = 0;
  int limit_ = 0;  ///< of the commands of attempts worth keeping
  std::vector<State> states_;
  std::vector<Attempt> attempts_;
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
