#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pim::cost {

/// The name of something hardware does. Names are open: a tile of yours books its own. The view must outlive the
/// ledger, so use literals.
struct Action {
  std::string_view name;

  friend bool operator==(const Action& a, const Action& b) { return a.name == b.name; }
};

/// Actions that the library's own parts book. `digital_*` happens outside of arrays.
namespace action {
inline constexpr Action array{"array"};            ///< one array taken up by weights, of a ledger of programming
inline constexpr Action array_cell{"array_cell"};  ///< one cell of those arrays, used or not
inline constexpr Action cell_write{
    "cell_write"};  ///< one device programmed, or one weight code stored; steps are word lines
inline constexpr Action array_read{"array_read"};                  ///< one array, one input vector
inline constexpr Action mac{"mac"};                                ///< one multiply-accumulate inside an array
inline constexpr Action dac_conversion{"dac_conversion"};          ///< one input driven onto a word line
inline constexpr Action adc_conversion{"adc_conversion"};          ///< one column read out
inline constexpr Action align{"align"};                            ///< one element shifted to a shared exponent
inline constexpr Action digital_add{"digital_add"};                ///< one value accumulated, the first included
inline constexpr Action digital_mac{"digital_mac"};                ///< one multiply-accumulate outside of arrays
inline constexpr Action digital_scale{"digital_scale"};            ///< one multiplication by a scale
inline constexpr Action digital_compare{"digital_compare"};        ///< one value against another: ReLU, maxima
inline constexpr Action digital_softmax{"digital_softmax"};        ///< one element of a softmax
inline constexpr Action digital_norm{"digital_norm"};              ///< one element of a normalisation
inline constexpr Action digital_activation{"digital_activation"};  ///< one element of GELU, tanh, ...
inline constexpr Action digital_lookup{"digital_lookup"};          ///< one value of an embedding table read
}  // namespace action

/// Whether an action of this name happens outside of arrays.
inline bool is_digital(std::string_view action) { return action.starts_with("digital_"); }

/// Whether an action of this name says what weights take up, not what is done.
inline bool is_occupancy(std::string_view action) {
  return action == action::array.name || action == action::array_cell.name;
}

/// What one kind of action added up to.
struct Tally {
  std::uint64_t count = 0;         ///< how often
  std::uint64_t serial_steps = 0;  ///< how many steps one after another: the part that takes time

  /// One after the other: both add. throws std::overflow_error: a sum exceeds 2^64 - 1
  Tally& operator+=(const Tally& more) {
    count = sum(count, more.count);
    serial_steps = sum(serial_steps, more.serial_steps);
    return *this;
  }
  /// At the same time: counts add, the longer steps stay. throws std::overflow_error: the count exceeds 2^64 - 1
  Tally& overlap(const Tally& more) {
    count = sum(count, more.count);
    serial_steps = std::max(serial_steps, more.serial_steps);
    return *this;
  }
  /// The same actions in turns that follow each other: steps multiply. throws std::overflow_error: steps exceed 2^64 -
  /// 1
  Tally in_rounds(std::uint64_t rounds) const {
    if (rounds > 0 && serial_steps > std::numeric_limits<std::uint64_t>::max() / rounds)
      throw std::overflow_error("Ledger: a count exceeds 2^64 - 1");
    return {count, serial_steps * rounds};
  }
  friend bool operator==(const Tally&, const Tally&) = default;

 private:
  static std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
    if (a > std::numeric_limits<std::uint64_t>::max() - b)
      throw std::overflow_error("Ledger: a count exceeds 2^64 - 1");
    return a + b;
  }
};

/// Counts of actions and of serial steps, per layer. No prices: those are arch/'s.
///
/// Layers are named by nested scopes. Two ledgers join by `+=` (one after the other: steps add) or by `overlap` (at the
/// same time: the longer one counts). Counts are exact; an overflow throws std::overflow_error.
class Ledger {
 public:
  struct Entry {
    std::string layer;
    Action action;
    Tally tally;
  };

  Ledger() = default;
  /// A ledger that stays empty, for calls whose cost nobody asks for.
  static Ledger off() { return Ledger(false); }
  /// An empty ledger that collects if this one does.
  Ledger like() const { return Ledger(collects_); }
  bool collects() const { return collects_; }

  /// While it lives, actions are booked under `name`, below the enclosing scope: "encoder/query".
  class Scope {
   public:
    Scope(Ledger& ledger, std::string_view name) : ledger_(ledger), outer_length_(ledger.layer_.size()) {
      if (!ledger.collects_) return;
      if (!ledger.layer_.empty()) ledger.layer_ += '/';
      ledger.layer_ += name;
    }
    ~Scope() { ledger_.layer_.resize(outer_length_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Ledger& ledger_;
    std::size_t outer_length_;
  };

  void add(Action action, std::uint64_t count, std::uint64_t serial_steps = 0) {
    if (collects_) find(layer_, action) += {count, serial_steps};
  }
  /// Everything of `other` happens after what is here, under the layer of the current scope.
  Ledger& operator+=(const Ledger& other) {
    if (!collects_) return *this;
    for (const Entry& entry : other.entries_) find(nested(entry.layer), entry.action) += entry.tally;
    return *this;
  }
  /// Everything of `other` happens at the same time as what is here: counts add, the longer steps stay.
  void overlap(const Ledger& other) {
    if (!collects_) return;
    for (const Entry& entry : other.entries_) find(nested(entry.layer), entry.action).overlap(entry.tally);
  }
  void clear() { entries_.clear(); }

  /// Count of an action over all layers.
  std::uint64_t operator[](Action action) const { return total(action).count; }
  Tally total(Action action) const {
    Tally all;
    for (const Entry& entry : entries_) {
      if (entry.action == action) all += entry.tally;
    }
    return all;
  }
  /// In the order of first booking.
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  explicit Ledger(bool collects) : collects_(collects) {}

  std::string nested(const std::string& layer) const {
    if (layer_.empty() || layer.empty()) return layer_ + layer;
    return layer_ + '/' + layer;
  }
  Tally& find(const std::string& layer, Action action) {
    for (Entry& entry : entries_) {
      if (entry.action == action && entry.layer == layer) return entry.tally;
    }
    entries_.push_back({layer, action, {}});
    return entries_.back().tally;
  }

  bool collects_ = true;
  std::string layer_;
  std::vector<Entry> entries_;
};

}  // namespace pim::cost
