#include <pim/cost/ledger.hpp>

#include <limits>
#include <stdexcept>

#include "support/catch.hpp"

using pim::cost::Action;
using pim::cost::Ledger;
using pim::cost::Tally;
namespace action = pim::cost::action;

static const Ledger::Entry* find(const Ledger& ledger, std::string_view layer, Action a) {
  for (const Ledger::Entry& entry : ledger.entries()) {
    if (entry.layer == layer && entry.action == a) return &entry;
  }
  return nullptr;
}
static bool is(const Tally& tally, std::uint64_t count, std::uint64_t steps) {
  return tally.count == count && tally.serial_steps == steps;
}

TEST_CASE("Ledger: counts and steps add up; what was never booked is zero", "[ledger]") {
  Ledger ledger;
  ledger.add(action::mac, 10, 2);
  ledger.add(action::mac, 5, 1);
  ledger.add(action::align, 3);
  CHECK(ledger[action::mac] == 15);
  CHECK(is(ledger.total(action::mac), 15, 3));
  CHECK(is(ledger.total(action::align), 3, 0));
  CHECK(is(ledger.total(action::cell_write), 0, 0));
  CHECK(ledger.entries().size() == 2);
  ledger.clear();
  CHECK(ledger.entries().empty());
}

TEST_CASE("Ledger: an action of one's own is told apart by its name alone", "[ledger]") {
  Ledger ledger;
  const std::string name = "mac";
  ledger.add(Action{"photon"}, 7);
  ledger.add(Action{name}, 2);
  CHECK(ledger[Action{"photon"}] == 7);
  CHECK(ledger[action::mac] == 2);
}

TEST_CASE("Ledger: scopes name layers and end with their block", "[ledger]") {
  Ledger ledger;
  ledger.add(action::mac, 1);
  {
    const Ledger::Scope encoder(ledger, "encoder");
    ledger.add(action::mac, 2);
    {
      const Ledger::Scope query(ledger, "query");
      ledger.add(action::mac, 4);
    }
    ledger.add(action::mac, 8);
  }
  ledger.add(action::mac, 16);
  CHECK(find(ledger, "", action::mac)->tally.count == 17);
  CHECK(find(ledger, "encoder", action::mac)->tally.count == 10);
  CHECK(find(ledger, "encoder/query", action::mac)->tally.count == 4);
  CHECK(ledger[action::mac] == 31);
}

TEST_CASE("Ledger +=: one after the other, layer by layer, below the current scope", "[ledger]") {
  Ledger part;
  part.add(action::mac, 1, 10);
  {
    const Ledger::Scope scope(part, "a");
    part.add(action::mac, 2, 20);
  }
  Ledger whole;
  whole += part;
  whole += part;
  {
    const Ledger::Scope scope(whole, "net");
    whole += part;
  }
  CHECK(is(find(whole, "", action::mac)->tally, 2, 20));
  CHECK(is(find(whole, "a", action::mac)->tally, 4, 40));
  CHECK(is(find(whole, "net", action::mac)->tally, 1, 10));
  CHECK(is(find(whole, "net/a", action::mac)->tally, 2, 20));
}

TEST_CASE("Ledger::overlap: at the same time; counts add, the longest takes the time", "[ledger]") {
  Ledger one, other, together;
  one.add(action::mac, 3, 10);
  one.add(action::align, 1, 4);
  other.add(action::mac, 5, 7);
  together.overlap(one);
  together.overlap(other);
  CHECK(is(together.total(action::mac), 8, 10));
  CHECK(is(together.total(action::align), 1, 4));
}

TEST_CASE("Ledger: joins do not depend on the order", "[ledger]") {
  Ledger a, b, ab, ba;
  a.add(action::mac, 3, 10);
  b.add(action::mac, 5, 7);
  ab += a;
  ab += b;
  ba += b;
  ba += a;
  CHECK(is(ab.total(action::mac), 8, 17));
  CHECK(is(ba.total(action::mac), 8, 17));
}

TEST_CASE("Tally::in_rounds: as many actions, more steps", "[ledger]") {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  CHECK(is(Tally{5, 7}.in_rounds(3), 5, 21));
  CHECK(is(Tally{5, 7}.in_rounds(0), 5, 0));
  CHECK(is(Tally{most, most / 3}.in_rounds(3), most, most / 3 * 3));
  CHECK_THROWS_AS((Tally{0, most / 3 + 1}.in_rounds(3)), std::overflow_error);
}

TEST_CASE("Ledger: an overflow is an error, never a small number", "[ledger]") {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  Ledger ledger, one;
  ledger.add(action::mac, most, most);
  one.add(action::mac, 1, 0);
  CHECK_THROWS_AS(ledger.add(action::mac, 1), std::overflow_error);
  CHECK_THROWS_AS(ledger.add(action::mac, 0, 1), std::overflow_error);
  CHECK_THROWS_AS(ledger += one, std::overflow_error);
  CHECK_THROWS_AS(ledger.overlap(one), std::overflow_error);
  CHECK(ledger[action::mac] == most);
  const Ledger::Scope scope(ledger, "other");
  ledger.add(action::mac, 1);
  CHECK_THROWS_AS(ledger.total(action::mac), std::overflow_error);
}
