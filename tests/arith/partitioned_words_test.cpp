#include <pim/arith/partitioned_words.hpp>

#include <array>
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
