#include <pim/arith/partitioned_words.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "support/catch.hpp"
#include <pim/arith/compile.hpp>
#include <pim/arith/verify.hpp>
#include <pim/row/routine.hpp>

using namespace pim::arith;
using pim::gate::NotMin3;
using pim::gate::NotNor;

template <class G>
static pim::row::Routine routine(const Request& request, int partitions) {
  PartitionedWords<G> words(partitions);
  build(words, request);
  return pim::row::Routine(words.program());
}
/// What a program does cannot depend on what its cells held before: operands aside, it reads only what it wrote.
static bool reads_what_it_wrote(const pim::row::Routine& program) {
  std::vector<bool> known(static_cast<std::size_t>(program.columns()), false);
  for (const auto& port : program.inputs()) {
    for (const std::uint16_t column : port.columns) known[column] = true;
  }
  for (const pim::row::MicroOp& op : program.micro_ops()) {
    if (op.accumulates && !known[op.out]) return false;
    for (std::size_t i = 0; i < op.fan_in; ++i) {
      if (!known[op.in[i]]) return false;
    }
    known[op.out] = true;
  }
  return true;
}
static bool conversion(const OperationInfo& entry) { return entry.operation == Operation::convert; }

/// Every operation of a format but conversions, for all operands, in rows of so many partitions.
template <class G>
static void check_all(const Format& format, Contract contract, std::initializer_list<int> partitions) {
  for (const OperationInfo& entry : operations) {
    if (conversion(entry) || !is_defined(entry.operation, format, contract)) continue;
    const Request request{.operation = entry.operation, .format = format, .contract = contract};
    for (const int count : partitions) {
      const pim::row::Routine program = routine<G>(request, count);
      const Verifier verifier(program, request);
      const Outcome outcome = verifier.exhaustive();
      INFO(entry.name << " of " << name(format) << " in " << count << " partitions: " << outcome.first);
      CHECK(outcome.mismatches == 0);
      CHECK(outcome.excluded < outcome.rows);
      CHECK(reads_what_it_wrote(program));
    }
  }
}

TEST_CASE("PartitionedWords: every integer operation on every operand", "[arith][partitioned]") {
  check_all<NotNor>(uint8, Contract::ieee, {8});
  check_all<NotNor>(int8, Contract::ieee, {8});
  check_all<NotMin3>(Format::integer(5, true), Contract::ieee, {5});
}

TEST_CASE("PartitionedWords: rows of other lengths than the word", "[arith][partitioned]") {
  check_all<NotNor>(Format::integer(6, false), Contract::ieee, {1, 2, 4, 5, 7, 12, 32});
  check_all<NotNor>(Format::integer(6, true), Contract::ieee, {3, 16});
  check_all<NotNor>(Format::integer(1, false), Contract::ieee, {1, 2});
}

TEST_CASE("PartitionedWords: every floating-point operation on every operand", "[arith][partitioned]") {
  check_all<NotNor>(Format::floating(4, 3), Contract::published, {8});
  check_all<NotNor>(Format::floating(4, 3), Contract::ieee, {8});
  check_all<NotNor>(Format::floating(3, 2), Contract::ieee, {3, 6, 20});
  check_all<NotMin3>(Format::floating(2, 3), Contract::ieee, {6});
}

TEST_CASE("PartitionedWords: exclusive OR of complements, constants and other widths", "[arith][partitioned]") {
  for (const int partitions : {1, 2, 3, 5, 9}) {
    INFO(partitions << " partitions");
    PartitionedWords<NotNor> w(partitions);
    const auto x = w.input("x", 4), y = w.input("y", 3);
    const auto mixed = w.concat(w.not_(w.slice(x, 0, 2)), w.concat(w.bit(true), w.slice(x, 2, 2)));
    w.output("z", w.xor_(mixed, y));
    w.output("reverse", w.xor_(y, mixed));
    w.output("odd", w.repeat(w.parity(mixed), 1));
    w.output("constants", w.concat(w.parity(w.constant(7, 4)), w.repeat(w.parity(w.constant(5, 3)), 1)));
    const pim::row::Routine program(w.program());
    constexpr std::uint8_t count = 128;
    std::vector<std::uint8_t> a, b, result(count);
    for (std::uint8_t i = 0; i < count; ++i) a.push_back(i & 15U), b.push_back(static_cast<std::uint8_t>(i >> 4));
    pim::row::BitRows rows = program.rows(count);
    rows.store<std::uint8_t>(a, program.inputs()[0].columns);
    rows.store<std::uint8_t>(b, program.inputs()[1].columns);
    program.run(rows);
    const auto is = [&](std::size_t port, const auto& expected) {
      rows.load<std::uint8_t>(program.outputs()[port].columns, result);
      for (std::size_t i = 0; i < count; ++i) {
        const unsigned word = (~a[i] & 3U) | 4U | static_cast<unsigned>(a[i] >> 2) << 3;
        if (result[i] != expected(word, b[i])) return false;
      }
      return true;
    };
    CHECK(is(0, [](unsigned word, unsigned other) { return word ^ other; }));
    CHECK(is(1, [](unsigned word, unsigned other) { return word ^ other; }));
    CHECK(is(2, [](unsigned word, unsigned) { return static_cast<unsigned>(std::popcount(word)) & 1U; }));
    CHECK(is(3, [](unsigned, unsigned) { return 1U; }));
    CHECK(reads_what_it_wrote(program));
  }
}

TEST_CASE("PartitionedWords: exclusive OR and comparisons stay below PyPIM", "[arith][partitioned]") {
  // source  cycles and gates of 32 bits in PyPIM: less, less_equal, equal
  const auto below = [](Operation operation, std::uint64_t cycles, std::uint64_t gates) {
    const auto counts = routine<NotNor>({.operation = operation, .format = int32}, 32).counts();
    return counts.cycles <= cycles && counts.gates <= gates;
  };
  CHECK(below(Operation::less, 48, 750));        // 102, 1459
  CHECK(below(Operation::less_equal, 46, 748));  // 123, 1780
  CHECK(below(Operation::equal, 26, 418));       // 115, 1617
  CHECK(below(Operation::reduce_xor, 49, 283));
}

TEST_CASE("PartitionedWords: conversions", "[arith][partitioned]") {
  const std::array formats{int8, Format::integer(5, false), Format::floating(4, 3), Format::floating(5, 2)};
  for (const Format& from : formats) {
    for (const Format& to : formats) {
      if (from == to) continue;
      const Request request{.operation = Operation::convert, .format = from, .to = to};
      const pim::row::Routine program = routine<NotNor>(request, 8);
      const Outcome outcome = Verifier(program, request).exhaustive();
      INFO(name(from) << " to " << name(to) << ": " << outcome.first);
      CHECK(outcome.mismatches == 0);
    }
  }
}

TEST_CASE("PartitionedWords: random wide numbers", "[arith][partitioned]") {
  const auto check = [](const Format& format, Contract contract) {
    for (const OperationInfo& entry : operations) {
      if (conversion(entry) || !is_defined(entry.operation, format, contract)) continue;
      const Request request{.operation = entry.operation, .format = format, .contract = contract};
      const pim::row::Routine program = routine<NotNor>(request, format.bits());
      const Outcome outcome = Verifier(program, request).random(20000, pim::Rng(5));
      INFO(entry.name << " of " << name(format) << ": " << outcome.first);
      CHECK(outcome.mismatches == 0);
    }
  };
  check(int32, Contract::ieee);
  check(uint64, Contract::ieee);
  check(fp16, Contract::ieee);
  check(fp32, Contract::ieee);
  check(fp32, Contract::published);
}
