#include <pim/arith/integer.hpp>

#include <pim/arith/memristive_map.hpp>
#include <pim/arith/reference/integer.hpp>
#include <pim/arith/serial_words.hpp>
#include <pim/gate/memristive.hpp>
#include <pim/row/bulk_init.hpp>

#include "arith/memristive_support.hpp"
#include "support/catch.hpp"

using namespace pim;
using namespace pim::arith;
using gate::NotMin3;
using gate::NotNor;
using memristive_test::Column;
using memristive_test::Wide;

namespace {

template <gate::GateSet G>
row::Program<G> compiled(Operation operation, const Format& format) {
  Circuit circuit;
  SerialWords w(circuit, serial_tuning<G>());
  integer::build(w, operation, format);
  return map_memristive<G>(circuit);
}

/// Rows whose results differ from the host's arithmetic, of those where the operation is defined.
template <gate::GateSet G>
int wrong_rows(const row::Program<G>& program, Operation operation, const Format& format,
               const std::vector<Column>& in) {
  const auto out = memristive_test::run(program, in);
  int wrong = 0;
  for (std::size_t r = 0; r < in[0].size(); ++r) {
    const auto expected = reference::integer(operation, format, in[0][r], in.size() > 1 ? in[1][r] : Wide{0},
                                             in.size() > 2 ? in[2][r] : Wide{0});
    if (!expected.is_defined) continue;
    wrong += out[0][r] != expected.value || (out.size() > 1 && out[1][r] != expected.remainder);
  }
  return wrong;
}
std::vector<Operation> all_operations() {
  std::vector<Operation> all;
  for (const auto& entry : operations) {
    if (entry.integer && entry.operation != Operation::convert) all.push_back(entry.operation);
  }
  return all;
}
template <gate::GateSet G>
std::uint64_t cycles(Operation operation, int bits) {
  return compiled<G>(operation, Format::integer(bits, false)).counts().cycles;
}

}  // namespace

TEMPLATE_TEST_CASE("Integers: 8 bits, all operands, one and bulk initialisation", "[arith][integer]", NotNor, NotMin3) {
  for (const Operation operation : all_operations()) {
    if (operation == Operation::divide) continue;
    for (const bool is_signed : {false, true}) {
      const Format format = Format::integer(8, is_signed);
      const auto program = compiled<TestType>(operation, format);
      std::vector<Column> in(program.inputs().size(), Column(1 << 16));
      const bool is_select = operation == Operation::select;
      for (unsigned row = 0; row < 1 << 16; ++row) {
        const std::array<unsigned, 3> value{is_select ? row % 2 : row % 256, row / 256, row * 167 / 256 % 256};
        for (std::size_t i = 0; i < in.size(); ++i) in[i][row] = value[i];
      }
      INFO(info(operation).name << " of " << name(format));
      CHECK(wrong_rows(program, operation, format, in) == 0);
      CHECK(wrong_rows(row::bulk_init(program), operation, format, in) == 0);
    }
  }
}

TEMPLATE_TEST_CASE("Integers: 16 by 8 bit division, all 2^24 operands", "[arith][integer]", NotNor, NotMin3) {
  const bool is_signed = GENERATE(false, true);
  const Format format = Format::integer(8, is_signed);
  const auto program = compiled<TestType>(Operation::divide, format);
  for (unsigned divisors = 0; divisors < 256; divisors += 16) {
    std::vector<Column> in(2, Column(1 << 20));
    for (unsigned row = 0; row < 1 << 20; ++row) in[0][row] = row % 65536, in[1][row] = divisors + row / 65536;
    CHECK(wrong_rows(program, Operation::divide, format, in) == 0);
    if (divisors == 240) CHECK(wrong_rows(row::bulk_init(program), Operation::divide, format, in) == 0);
  }
}

TEMPLATE_TEST_CASE("Integers: every width", "[arith][integer]", NotNor, NotMin3) {
  for (const Operation operation : all_operations()) {
    for (const int bits : {1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 16, 17, 24, 31, 32, 33, 47, 48, 63, 64}) {
      for (const bool is_signed : {false, true}) {
        const Format format = Format::integer(bits, is_signed);
        const auto program = compiled<TestType>(operation, format);
        std::vector<Column> in;
        for (const auto& operand : program.inputs())
          in.push_back(memristive_test::random_numbers(2048, operand.bits.size(), Rng(in.size() + 1)));
        if (operation == Operation::divide) {  // half of the quotients fit
          for (std::size_t r = 0; r < 1024; ++r)
            in[0][r] = memristive_test::low_bits(in[0][r], 1 + r % (2 * static_cast<std::size_t>(bits)));
        }
        INFO(info(operation).name << " of " << name(format));
        CHECK(wrong_rows(program, operation, format, in) == 0);
      }
    }
  }
}

TEST_CASE("Integers: equal widths divide by zero to ones and the dividend", "[arith][integer]") {
  const auto program = compiled<NotNor>(Operation::divide_narrow, uint8);
  const auto out = memristive_test::run(program, {Column{0, 77, 255}, Column{0, 0, 0}});
  CHECK(out[0] == Column{255, 255, 255});
  CHECK(out[1] == Column{0, 77, 255});
}

TEST_CASE("Integers: fewer cycles than the published serial programs with the best published adders",
          "[arith][integer]") {
  struct Row {
    Operation operation;
    std::array<std::uint64_t, 4> nor;   // 8, 16, 32, 64 bits
    std::array<std::uint64_t, 3> min3;  // 8, 16, 32 bits
  };
  // NOR: AritPIM with 16-cycle adders; MIN3: FourierPIM, 4-gate adders
  for (const Row& row : {Row{Operation::add, {129, 257, 513, 1025}, {67, 131, 259}},
                         Row{Operation::subtract, {129, 257, 513, 1025}, {82, 162, 322}},
                         Row{Operation::multiply, {1078, 4462, 16224, 54419}, {631, 2543, 10207}},
                         Row{Operation::divide, {1874, 6690, 25154, 97410}, {1875, 6691, 25155}}}) {
    for (std::size_t i = 0; i < 4; ++i) {
      INFO(info(row.operation).name << " of " << (8 << i) << " bits");
      CHECK(cycles<NotNor>(row.operation, 8 << i) < row.nor[i]);
      if (i < 3) CHECK(cycles<NotMin3>(row.operation, 8 << i) < row.min3[i]);
    }
  }
}

TEST_CASE("Integers: errors name the operation and the format", "[arith][integer]") {
  Circuit circuit;
  SerialWords w(circuit);
  CHECK_THROWS_WITH(integer::build(w, Operation::convert, int8), ContainsSubstring("convert"));
  CHECK_THROWS_AS(integer::build(w, Operation::add, Format::integer(65)), std::invalid_argument);
  CHECK_THROWS_AS(integer::build(w, Operation::add, Format::integer(0)), std::invalid_argument);
  CHECK_THROWS_AS(integer::build(w, Operation::add, fp16), std::invalid_argument);
}
