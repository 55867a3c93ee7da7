#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <tuple>
#include <unordered_set>
#include <vector>

#include <pim/arith/circuit.hpp>
#include <pim/gate/dram.hpp>

/// Ways to compute one thing in the compute rows of a DRAM subarray.
namespace pim::arith::dram {

using gate::dram::Address;
using Cells = std::array<Bit, gate::dram::compute_rows>;

inline constexpr Bit unknown{~0U};
inline Bit polarised(Bit bit, bool inverted) { return inverted ? ~bit : bit; }

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
  enum class Kind : std::uint8_t { store, majority, adder, parity, select } kind = Kind::store;
  std::array<Bit, 3> in{};
  Bit out{};    ///< select: in[0] ? in[1] : in[2]; adder: the sum
  Bit carry{};  ///< of an adder

  friend auto operator<=>(const Task&, const Task&) = default;
};

/// All that the ways to do a task depend on. Nodes are numbered as they appear, so that equal situations in different
/// places of a circuit are equal.
struct Situation {
  static constexpr std::size_t max_nodes = 18;  ///< in cells, a task, and the inputs of two more
  enum Fact : std::uint8_t { stored = 1, complement_stored = 2, needed_later = 4, passes_on = 8 };

  Cells cells{};
  Task task;
  std::array<Task, 2> next{};
  std::array<std::uint8_t, max_nodes> facts{};  ///< per node; passes_on: one task soon is the only user

  friend auto operator<=>(const Situation&, const Situation&) = default;
  bool is(Bit bit, Fact fact) const { return bit.node() < max_nodes && (facts[bit.node()] & fact) != 0; }
  /// Whether a row of data holds the bit.
  bool is_stored(Bit bit) const { return is(bit, bit.inverted() ? complement_stored : stored); }
};
/// Values inside one task.
inline constexpr std::array scratch{Bit{2 * Situation::max_nodes}, Bit{2 * Situation::max_nodes + 2}};

/// A way to do one task in a situation, written as the values that rows must receive. Where a row already holds its
/// value the command is left out; where only the complement of a value is at hand it comes through a dual-contact row.
/// Fails beyond `limit` commands.
class Attempt {
 public:
  Attempt(const Situation& before, Address spare, int limit)
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
  int commands() const { return static_cast<int>(count_); }
  Cells& cells() { return cells_; }
  const Cells& cells() const { return cells_; }
  const std::array<Bit, 8>& added() const { return added_; }
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

  const Situation* before_;
  Address spare_;
  int limit_;
  bool failed_ = false, used_spare_ = false;
  Cells cells_;
  std::array<Bit, 8> added_{unknown, unknown, unknown, unknown, unknown, unknown, unknown, unknown};
  std::array<Step, 24> steps_;
  std::size_t count_ = 0;
};

/// What doing a task in one way comes to.
struct Plan {
  std::vector<Step> steps;
  Cells cells{};             ///< afterwards
  std::array<Bit, 8> added;  ///< bits that rows of data have received, or unknown
  int cost = 0;              ///< commands less what they spare the next tasks, in quarters
  std::size_t kind = 0;      ///< the result lies in a row of data, as its complement there, or in compute rows alone
};

/// Finds the ways worth looking at. Their loads and triples are those of SIMDRAM's micro-programs.
/// source  Hajinazar et al., ASPLOS 2021
class Planner {
 public:
  static constexpr std::size_t width = 4;  ///< plans of each kind
  static constexpr int slack = 1;          ///< commands above the fewest at which a plan is given up

  explicit Planner(const Situation& now) : now_(now) {}

  /// Cheapest first. Which kind is best may show only much later, so each has its part.
  std::vector<Plan> plans() {
    propose(now_.task);
    spills_ = attempts_.empty();
    if (spills_) propose(now_.task);
    struct Ranked {
      int cost;
      std::size_t attempt;
    };
    std::vector<Ranked> ranked;
    std::unordered_set<std::uint64_t> seen;
    for (std::size_t i = 0; i < attempts_.size(); ++i) {
      if (attempts_[i].commands() > limit_) continue;
      forget(attempts_[i].cells());
      if (!seen.insert(digest(attempts_[i])).second) continue;
      ranked.push_back({4 * attempts_[i].commands() - promise(attempts_[i].cells()), i});
    }
    std::ranges::stable_sort(ranked, {}, &Ranked::cost);
    std::array<std::size_t, 3> kept{};
    std::vector<Plan> plans;
    for (const Ranked& r : ranked) {
      Attempt& attempt = attempts_[r.attempt];
      const std::size_t kind = kind_of(attempt);
      if (kept[kind]++ < width) plans.push_back({attempt.steps(), attempt.cells(), attempt.added(), r.cost, kind});
    }
    return plans;
  }

 private:
  static constexpr std::array<std::array<std::size_t, 3>, 6> orders{
      {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};

  void propose(const Task& task) {
    switch (task.kind) {
      case Task::Kind::store:
        offer([&](Attempt& a) { a.store(task.in[0]); });
        break;
      case Task::Kind::majority:
        for (const auto& order : orders) {
          for (const bool inverted : {false, true})
            propose_majority(operands(task, order, inverted), polarised(task.out, inverted));
        }
        break;
      case Task::Kind::adder:
        for (const auto& order : orders) {
          for (const bool inverted : {false, true})
            propose_adder(operands(task, order, inverted), polarised(task.out, inverted),
                          polarised(task.carry, inverted));
        }
        break;
      case Task::Kind::parity:
        for (const auto& order : orders) {
          for (unsigned signs = 0; signs < 8; ++signs) {
            std::array<Bit, 3> in;
            for (std::size_t i = 0; i < 3; ++i) in[i] = polarised(task.in[order[i]], (signs >> i & 1U) != 0);
            propose_parity(in[0], in[1], in[2], polarised(task.out, std::popcount(signs) % 2 != 0));
          }
        }
        break;
      case Task::Kind::select:
        for (const bool swapped : {false, true}) {
          for (const bool inverted : {false, true})
            propose_select(polarised(task.in[0], swapped), polarised(task.in[swapped ? 2 : 1], inverted),
                           polarised(task.in[swapped ? 1 : 2], inverted), polarised(task.out, inverted));
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
  void offer(Recipe recipe) {
    for (const Address spare : {gate::dram::dcc0, gate::dram::dcc1}) {
      Attempt attempt(now_, spare, limit_);
      for (const Bit bit : now_.cells) {
        if (spills_ && now_.is(bit, Situation::needed_later) && !attempt.is_stored(~bit)) attempt.store(bit);
      }
      recipe(attempt);
      if (!attempt.failed() && keeps_all(attempt)) {
        limit_ = std::min(limit_, attempt.commands() + slack);
        attempts_.push_back(attempt);
      }
      if (!attempt.used_spare()) return;
    }
  }
  /// Whether every value that tasks after this one need lies somewhere.
  bool keeps_all(const Attempt& attempt) const {
    const auto is_kept = [&](Bit bit) {
      const auto is_held = [&](Bit cell) { return cell == bit || cell == ~bit; };
      return !now_.is(bit, Situation::needed_later) || attempt.is_stored(bit) || attempt.is_stored(~bit) ||
             std::ranges::any_of(attempt.cells(), is_held);
    };
    return std::ranges::all_of(now_.cells, is_kept) && is_kept(now_.task.out) && is_kept(now_.task.carry);
  }
  /// Calls recipe(attempt, destination) for each place where a result may go: a row of data, or, if one task
  /// soon alone needs it, one of `rows`.
  template <class Recipe>
  void offer_result(Bit result, std::span<const Address> rows, Recipe recipe) {
    offer([&](Attempt& a) { recipe(a, Place::of(result)); });
    if (!now_.is(result, Situation::passes_on)) return;
    for (const Address row : rows) offer([&](Attempt& a) { recipe(a, Place::of(row)); });
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
  bool is_at_hand(Bit bit) const {
    if (bit.is_constant() || now_.is_stored(bit)) return true;
    for (std::size_t row = 0; row < now_.cells.size(); ++row) {
      if (now_.cells[row] == bit || (row >= gate::dram::row_dcc0 && now_.cells[row] == ~bit)) return true;
    }
    return false;
  }
  void propose_majority(const std::array<Bit, 3>& in, Bit out) {
    std::array<bool, 3> at_hand, complement_at_hand;
    for (std::size_t i = 0; i < 3; ++i) at_hand[i] = is_at_hand(in[i]), complement_at_hand[i] = is_at_hand(~in[i]);
    for (const Loads& recipe : loads_of_majority) {
      const auto rows = word_lines(recipe.triple);
      int loads = 0;  // at least
      for (std::size_t i = 0; i < 3; ++i) {
        const bool dual = rows[i].row >= gate::dram::row_dcc0;
        if (now_.cells[rows[i].row] != in[i]) loads += at_hand[i] || (dual && complement_at_hand[i]) ? 1 : 2;
      }
      if (loads + 1 > limit_) continue;
      offer_result(out, rows_beside(recipe.triple), [&](Attempt& attempt, Place to) {
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
  void propose_adder(const std::array<Bit, 3>& in, Bit sum, Bit carry) {
    using namespace gate::dram;
    const Bit a = in[0], b = in[1], c = in[2];
    const Bit inner = scratch[0];
    const auto begin = [&](Attempt& attempt) {
      attempt.bring(c, t0_t1_t2, {row_t0, row_t1}).bring(a, t2_t3, {row_t2, row_t3}).bring(b, dcc1, {row_dcc1});
      attempt.majority(dcc1_t0_t3, a, b, c, carry, Place::of(carry)).bring(~carry, t0_t3, {row_t0, row_t3});
      attempt.majority(t0_t1_t2, ~carry, c, a, inner);
    };
    offer([&](Attempt& attempt) {
      begin(attempt);
      attempt.bring(b, t1, {row_t1}).majority(t1_t2_t3, b, inner, ~carry, sum, Place::of(sum));
    });
    offer([&](Attempt& attempt) {
      begin(attempt);
      attempt.bring(b, dcc1, {row_dcc1}).majority(dcc1_t0_t3, b, inner, ~carry, sum, Place::of(sum));
    });
    // Seven commands: u = majority(not a, b, c), carry = majority(not u, b, c), sum = majority(not carry, a, u).
    const auto by_majorities = [&](Attempt& attempt, Place to) {
      attempt.bring(c, t0_t1_t2, {row_t0, row_t1}).bring(b, t2_t3, {row_t2, row_t3}).bring(~a, dcc0, {row_dcc0});
      attempt.majority(dcc0_t1_t2, ~a, b, c, inner, Place::of(not_dcc1)).majority(dcc1_t0_t3, ~inner, b, c, carry, to);
      attempt.bring(~carry, dcc0, {row_dcc0}).bring(a, t1, {row_t1});
      attempt.majority(dcc0_t1_t2, ~carry, a, inner, sum, Place::of(sum));
    };
    static constexpr std::array inverse{not_dcc0};
    offer_result(carry, inverse, by_majorities);
  }
  /// u = majority(x, not y, z), v = majority(not x, y, u); sum = majority(u, v, not z)
  void propose_parity(Bit x, Bit y, Bit z, Bit sum) {
    using namespace gate::dram;
    const Bit u = scratch[0], v = scratch[1];
    static constexpr std::array rows{not_dcc1, t3};
    offer_result(sum, rows, [&](Attempt& a, Place to) {
      a.bring(x, not_dcc1_t1, {row_t1, row_dcc1}).bring(y, not_dcc0_t0, {row_t0, row_dcc0}).bring(z, t2, {row_t2});
      a.majority(dcc0_t1_t2, ~y, x, z, u, Place::of(t3)).majority(dcc1_t0_t3, ~x, y, u, v, Place::of(t2));
      a.bring(~z, dcc0, {row_dcc0}).majority(dcc0_t1_t2, ~z, u, v, sum, to);
    });
  }
  /// y = s or b; out = majority(not s, y, a and y)
  void propose_select(Bit s, Bit a, Bit b, Bit out) {
    using namespace gate::dram;
    const Bit y = scratch[0], w = scratch[1];
    const auto end = [&](Attempt& attempt) {
      attempt.majority(t0_t1_t2, s, one, b, y).majority(dcc1_t0_t3, zero, y, a, w, Place::of(t2));
      attempt.majority(dcc0_t1_t2, ~s, y, w, out, Place::of(out));
    };
    offer([&](Attempt& attempt) {
      attempt.bring(s, not_dcc0_t0, {row_t0, row_dcc0}).bring(one, not_dcc1_t1, {row_t1, row_dcc1});
      attempt.bring(a, t3, {row_t3}).bring(b, t2, {row_t2});
      end(attempt);
    });
    offer([&](Attempt& attempt) {
      attempt.bring(a, dcc1, {row_dcc1}).bring(s, not_dcc0_t0, {row_t0, row_dcc0}).bring(one, t1, {row_t1});
      attempt.bring(zero, t3, {row_t3}).bring(b, t2, {row_t2});
      end(attempt);
    });
  }

  /// Cells whose values nobody needs any more are alike.
  void forget(Cells& cells) const {
    for (Bit& cell : cells) {
      if (!cell.is_constant() && !now_.is(cell, Situation::needed_later)) cell = unknown;
    }
  }
  /// Loads that a task can leave out, at best.
  static int spared_loads(const Task& task, const Cells& cells) {
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
  /// What the next tasks can leave out, in quarters of a command; the nearer is worth more.
  int promise(const Cells& cells) const {
    return 3 * spared_loads(now_.next[0], cells) + spared_loads(now_.next[1], cells);
  }
  std::size_t kind_of(const Attempt& attempt) const {
    if (now_.task.kind == Task::Kind::store || attempt.is_stored(now_.task.out)) return 0;
    return attempt.is_stored(~now_.task.out) ? 1 : 2;
  }
  static std::uint64_t digest(const Attempt& attempt) {
    std::uint64_t hash = 0;
    const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15U; };
    mix(static_cast<std::uint64_t>(attempt.commands()));
    for (const Bit bit : attempt.cells()) mix(bit.code);
    for (const Bit bit : attempt.added()) mix(bit.code);
    return hash;
  }

  const Situation& now_;
  bool spills_ = false;                          ///< store first what lies in compute rows alone: the last resort
  int limit_ = std::numeric_limits<int>::max();  ///< of commands worth keeping
  std::vector<Attempt> attempts_;
};

}  // namespace pim::arith::dram
