#include <pim/row/bulk_init.hpp>

#include <initializer_list>

#include <pim/arith/memristive_map.hpp>
#include <pim/arith/published/parallel_fixed.hpp>
#include <pim/arith/published/serial_fixed.hpp>
#include <pim/arith/serial_words.hpp>
#include <pim/core/rng.hpp>
#include <pim/gate/memristive.hpp>

#include "row/random_program.hpp"
#include "support/catch.hpp"

using namespace pim;
using gate::NotMin3;
using gate::NotNor;
using row::Command;
using row::Program;

namespace {

/// Values of all output bits for random inputs, one row at a time.
template <gate::GateSet G>
std::vector<bool> results(const Program<G>& program, std::uint64_t seed) {
  const Rng rng(seed);
  std::vector<bool> cells(static_cast<std::size_t>(program.columns())), out;
  for (std::size_t c = 0; c < cells.size(); ++c) cells[c] = rng.bits(1000 + c) % 2 != 0;  // left over
  std::uint64_t draw = 0;
  for (const auto& operand : program.inputs()) {
    for (const auto& cell : operand.bits) cells[program.column(cell)] = rng.at(1).bits(draw++) % 2 != 0;
  }
  run_naively(program.micro_ops(), cells);
  for (const auto& operand : program.outputs()) {
    for (const auto& cell : operand.bits) out.push_back(cells[program.column(cell)]);
  }
  return out;
}
template <gate::GateSet G>
std::size_t init_cycles(const Program<G>& program) {
  std::size_t cycles = 0;
  for (const Command& command : program.commands()) cycles += command.op < Command::first_gate && !command.same_cycle;
  return cycles;
}
template <gate::GateSet G>
void check_same(const Program<G>& program, const Program<G>& merged) {
  CHECK(merged.counts().gates == program.counts().gates);
  CHECK(merged.commands().size() == program.commands().size());
  CHECK(merged.inputs().size() == program.inputs().size());
  CHECK(merged.outputs().size() == program.outputs().size());
  for (std::uint64_t seed = 0; seed < 40; ++seed) CHECK(results(merged, seed) == results(program, seed));
}
constexpr std::size_t not_ = gate::index_of<NotNor>(gate::not_);

}  // namespace

TEST_CASE("merge_inits: as early as the cells allow, one cycle for a value", "[row][bulk]") {
  Program<NotNor> program;
  program.add_input({"x", {{0, 0}}});
  program.add_output({"z", {{0, 1}, {0, 2}, {0, 3}}});
  program.init(true, 1);
  program.apply<not_>(1, {0});  // 1 = ~x
  program.init(true, 2);
  program.apply<not_>(2, {1});  // 2 = x
  program.init(false, 3);
  const auto merged = row::merge_inits(program);
  check_same(program, merged);
  CHECK(merged.counts().cycles == 4);  // 1 and 2 together, two NOTs, 3 alone
  CHECK(merged.commands()[1].same_cycle);
}

TEST_CASE("merge_inits: never passes an access to the cell", "[row][bulk]") {
  Program<NotNor> program;
  program.add_input({"x", {{0, 0}}});
  program.add_output({"z", {{0, 2}}});
  program.init(true, 1);
  program.apply<not_>(1, {0});
  program.init(true, 2);
  program.apply<not_>(2, {1});  // last access to 1
  program.init(true, 1);
  program.apply<not_>(1, {2});
  program.apply<not_>(2, {1});  // accumulates
  const auto merged = row::merge_inits(program);
  check_same(program, merged);
  CHECK(init_cycles(merged) == 2);
}

TEST_CASE("merge_inits: a cell that is initialised twice keeps the later value", "[row][bulk]") {
  for (const bool first : {false, true}) {
    Program<NotNor> program;
    program.add_output({"z", {{0, 0}, {0, 1}}});
    program.init(first, 0);
    program.init(!first, 0);
    program.init(first, 1);
    const auto merged = row::merge_inits(program);
    CHECK(results(merged, 1) == std::vector<bool>{!first, first});
    CHECK(merged.counts().gates == 3);
  }
}

TEST_CASE("merge_inits: partitions initialised twice, in either order, at one place", "[row][bulk]") {
  Program<NotNor> program(4);
  std::vector<row::Cell> cells;
  for (const int index : {0, 1}) {
    for (int partition = 0; partition < 4; ++partition) cells.push_back({partition, index});
  }
  program.add_output({"z", cells});
  program.init(false, 0, {0, 4, 1, 0});
  program.init(true, 0, {1, 2, 1, 0});
  program.init(true, 1, {0, 4, 1, 0});
  program.init(false, 1, {0, 2, 2, 0});
  CHECK(results(row::merge_inits(program), 1) == std::vector<bool>{false, true, true, false, false, true, false, true});
}

TEMPLATE_TEST_CASE("bulk_init: mapped programs compute the same in fewer cycles and no wider rows", "[row][bulk]",
                   NotNor, NotMin3) {
  arith::Circuit circuit;
  arith::SerialWords w(circuit, arith::serial_tuning<TestType>());
  const auto x = w.input("x", 16), y = w.input("y", 8);
  const auto division = w.divide(x, y);
  w.output("q", division.quotient);
  w.output("r", division.remainder);
  const auto program = arith::map_memristive<TestType>(circuit);
  const auto bulk = row::bulk_init(program), wide = row::bulk_init(program, 100);
  check_same(program, bulk);
  check_same(program, wide);
  CHECK(bulk.width() == program.width());
  CHECK(wide.width() <= program.width() + 100);
  CHECK(init_cycles(bulk) * 4 < init_cycles(program));
  CHECK(init_cycles(wide) < init_cycles(bulk));
}

TEST_CASE("bulk_init: published programs, with and without partitions", "[row][bulk]") {
  for (const auto& program :
       {arith::published::fixed_add(8), arith::published::fixed_multiply(8), arith::published::fixed_divide(8),
        arith::published::parallel_fixed_add(8), arith::published::parallel_fixed_multiply(8)}) {
    INFO(program.title());
    const auto bulk = row::bulk_init(program);
    check_same(program, bulk);
    CHECK(bulk.counts().cycles < program.counts().cycles);
    CHECK(bulk.counts().cells == program.counts().cells);
  }
}
