#include <pim/row/program.hpp>

#include <limits>

#include "support/catch.hpp"
#include <pim/gate/memristive.hpp>
#include <pim/row/routine.hpp>

using pim::gate::NotMin3;
using pim::gate::NotNor;
using pim::row::Program;
using pim::row::Section;
static_assert(pim::row::RowProgram<Program<NotNor>>);
static_assert(!pim::row::RowProgram<int>);

namespace {

constexpr std::size_t not_gate = pim::gate::index_of<NotNor>(pim::gate::not_);
constexpr std::size_t nor_gate = pim::gate::index_of<NotNor>(pim::gate::nor);

/// message of the error that building a program ends with
template <class F>
std::string error_of(F build) {
  try {
    build();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("Program: counts cycles, cells written and the width", "[row]") {
  Program<NotNor> program(8);
  program.add_input({"x", {{0, 0}, {7, 0}}});
  program.init(true, 3, {0, 8, 1, 0});
  program.init(true, 4, {0, 8, 1, 0}, true);
  program.apply<not_gate>(3, {0}, {0, 4, 2, 1});
  program.apply<nor_gate>(4, {0, 3}, {1, 1, 1, 0});
  CHECK(program.counts().cycles == 3);
  CHECK(program.counts().gates == 8 + 8 + 4 + 1);
  CHECK(program.counts().cells == 8 * 5);
  CHECK(program.column({7, 4}) == 39);
}
TEST_CASE("Program: INIT1 and NOR give NOR, a gate without INIT accumulates", "[row]") {
  Program<NotNor> program;
  program.add_input({"x", {{0, 0}, {0, 1}, {0, 2}}});
  program.add_output({"z", {{0, 3}}});
  program.init(true, 3);
  program.apply<nor_gate>(3, {0, 1});
  program.apply<not_gate>(3, {2});
  const pim::row::Routine routine(program);
  pim::row::BitRows rows = routine.rows(8);
  const std::vector<std::uint8_t> x{0, 1, 2, 3, 4, 5, 6, 7};
  std::vector<std::uint8_t> z(8);
  rows.store<std::uint8_t>(x, routine.inputs()[0].columns);
  pim::cost::Ledger ledger;
  routine.run(rows, ledger);
  rows.load<std::uint8_t>(routine.outputs()[0].columns, z);
  CHECK(z == std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0, 0, 0});
  CHECK(ledger[pim::row::action::row_cycle] == 3);
  CHECK(ledger[pim::row::action::row_gate] == 3 * 8);
}
TEST_CASE("Program: every illegal request is an error that names the rule", "[row]") {
  Program<NotNor> row, parts(8);
  const auto gate = [](Program<NotNor>& program, int out, std::vector<int> in, Section where = {}) {
    return error_of([&] { program.apply(in.size() == 1 ? not_gate : nor_gate, out, in, where); });
  };
  CHECK(gate(row, 1, {1}) == "command 0: cell 1 is both input and output (operand overlap)");
  CHECK(gate(row, 2, {1, 1}) == "command 0: cell 1 is input twice (operand overlap)");
  CHECK(gate(row, 65536, {1}).find("cell 65536 is out of range") != std::string::npos);
  CHECK(gate(row, 0, {-1}).find("cell -1 is out of range") != std::string::npos);
  CHECK(gate(row, 0, {1}, {1, 1, 1, 0}).find("partition is out of range") != std::string::npos);
  CHECK(gate(row, 0, {1, 2, 3}).find("(fan-in)") != std::string::npos);
  CHECK(error_of([&] { row.apply(2, 0, std::array{1}); }).find("not in the set") != std::string::npos);
  CHECK(gate(parts, 0, {1}, {0, 3, 2, 2}).find("(non-intersecting)") != std::string::npos);
  CHECK(gate(parts, 0, {1}, {5, 2, 2, 1}).find("partition is out of range") != std::string::npos);
  CHECK(gate(parts, 0, {1}, {0, 2, 0, 0}).find("(periodic)") != std::string::npos);
  CHECK(gate(parts, 1, {1}, {0, 4, 2, 1}) == "no error");
  constexpr int most = std::numeric_limits<int>::max(), least = std::numeric_limits<int>::min();
  for (const Section& where : {Section{0, most, 1, 0}, Section{0, 2, most, 0}, Section{most, 2, 1, 0},
                               Section{0, most, most, 0}, Section{1, 1, 1, most}, Section{-1, 1, 1, least}})
    CHECK(gate(parts, 1, {1}, where) == "command 1: a partition is out of range, expected 0 to 7");
  CHECK(gate(parts, 1, {0}, {7, 1, most, 0}) == "command 1: period 2147483647 is out of range, expected 1 to 1024");
  CHECK(gate(parts, 1, {1}, {0, 2, 1, least}) ==
        "command 1: distance -2147483648 is not below the period 1 (non-intersecting)");
  CHECK(error_of([&] { parts.init(true, 0, {0, 2, 4, 1}); }).find("(initialisation)") != std::string::npos);
  CHECK(error_of([&] { parts.init(true, 0, {}, true); }).find("(bulk initialisation)") != std::string::npos);
  CHECK(error_of([&] { Program<NotNor> none(0); }).find("partitions is 0") != std::string::npos);
  CHECK(error_of([&] { row.add_input({"x", {{1, 0}}}); }).find("operand x") != std::string::npos);
  CHECK(row.commands().empty());
}
TEST_CASE("minimal_section: gates of one cycle share distance and period", "[row]") {
  using Pairs = std::vector<std::pair<int, int>>;
  CHECK(pim::row::minimal_section(Pairs{{0, 1}, {2, 3}, {4, 5}}) == Section{0, 3, 2, 1});
  CHECK(error_of([] {
          pim::row::minimal_section(Pairs{{0, 1}, {2, 4}});
        }).find("uniform distance") != std::string::npos);
  CHECK(error_of([] {
          pim::row::minimal_section(Pairs{{0, 1}, {2, 3}, {5, 6}});
        }).find("periodic") != std::string::npos);
  CHECK(error_of([] { pim::row::minimal_section(Pairs{}); }).find("at least one") != std::string::npos);
  static constexpr int most = std::numeric_limits<int>::max(), least = std::numeric_limits<int>::min();
  CHECK(error_of([] { pim::row::minimal_section(Pairs{{most, least}}); }) == "partitions: -2147483648 is negative");
  CHECK(error_of([] {
          pim::row::minimal_section(Pairs{{0, 0}, {most, most}, {most, most}});
        }).find("periodic") != std::string::npos);
}
TEST_CASE("Program: gates between pairs of partitions share a cycle where they keep the rules", "[row]") {
  using Pairs = std::vector<std::pair<int, int>>;
  Program<NotNor> program(8), expected(8);
  program.apply(nor_gate, 2, std::array{0, 1}, Pairs{{0, 1}, {2, 3}, {4, 5}});
  program.apply(not_gate, 2, std::array{0}, Pairs{{7, 0}});
  expected.apply<nor_gate>(2, {0, 1}, {0, 3, 2, 1});
  expected.apply<not_gate>(2, {0}, {7, 1, 1, -7});
  CHECK(program.commands() == expected.commands());
  const auto error = [&](const Pairs& pairs) {
    return error_of([&] { program.apply(not_gate, 2, std::array{0}, pairs); });
  };
  CHECK(error({{0, 1}, {2, 4}}).find("(uniform distance)") != std::string::npos);
  CHECK(error({{0, 1}, {2, 3}, {5, 6}}).find("(periodic)") != std::string::npos);
  CHECK(error({{2, 3}, {0, 1}}).find("(periodic)") != std::string::npos);
  CHECK(error({{0, 0}, {0, 0}}).find("(periodic)") != std::string::npos);
  CHECK(error({{0, 1}, {1, 2}}).find("(non-intersecting)") != std::string::npos);
  CHECK(error({{0, 2}, {1, 3}}).find("(non-intersecting)") != std::string::npos);
  CHECK(error({{1, 0}, {2, 1}}).find("(non-intersecting)") != std::string::npos);
  CHECK(error({{6, 7}, {8, 9}}).find("partition is out of range") != std::string::npos);
  CHECK(error({}).find("at least one") != std::string::npos);
  CHECK(program.commands().size() == 2);
}
