#include <pim/arith/partitioned_floating.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/catch.hpp"
#include <pim/arith/partitioned_fixed.hpp>

namespace partitioned = pim::arith::partitioned;
using pim::gate::NotMin3;
using pim::gate::NotNor;
using pim::row::Counts;

namespace {

struct FixedOperation {
  const char* name;
  pim::row::Program<NotNor> (*program)(int);
  std::array<Counts, 4> published, ours;  ///< cycles, gates, cells of 8, 16, 32, 64 bits
};
struct FloatOperation {
  const char* name;
  pim::row::Program<NotNor> (*program)(int, int);
  std::array<Counts, 4> published, ours;  ///< of bf16, fp16, fp32, fp64
};

// Published: results/fixed/*.csv and results/floating/*.csv of github.com/oleitersdorf/AritPIM at 71b97a4, the artifact
// of Leitersdorf et al., AritPIM: High-Throughput In-Memory Arithmetic, IEEE TETC 2023.
const std::array<FixedOperation, 4> fixed_operations{{
    {"add",
     partitioned::add<NotNor>,
     {{{67, 317, 64}, {81, 662, 128}, {95, 1359, 256}, {109, 2760, 512}}},
     {{{35, 188, 56}, {43, 418, 128}, {50, 873, 256}, {57, 1792, 512}}}},
    {"subtract",
     partitioned::subtract<NotNor>,
     {{{70, 334, 72}, {84, 695, 144}, {98, 1424, 288}, {112, 2889, 576}}},
     {{{34, 187, 56}, {42, 417, 128}, {49, 872, 256}, {56, 1791, 512}}}},
    {"multiply",
     partitioned::multiply<NotNor>,
     {{{327, 1821, 88}, {629, 6614, 176}, {1251, 25039, 352}, {2545, 97224, 704}}},
     {{{242, 1317, 88}, {506, 5235, 176}, {1057, 20746, 352}, {2216, 82497, 704}}}},
    {"divide",
     partitioned::divide<NotNor>,
     {{{1019, 4598, 112}, {2071, 16544, 224}, {4291, 62338, 448}, {8991, 241492, 896}}},
     {{{433, 1976, 104}, {1017, 8368, 224}, {2313, 34016, 448}, {5193, 137408, 896}}}},
}};
const std::array<FloatOperation, 4> float_operations{{
    {"float add unsigned",
     partitioned::float_add_unsigned<NotNor>,
     {{{674, 2638, 195}, {688, 2760, 195}, {817, 5822, 403}, {998, 12607, 819}}},
     {{{351, 1623, 195}, {339, 1678, 195}, {424, 3757, 403}, {522, 8245, 819}}}},
    {"float add",
     partitioned::float_add<NotNor>,
     {{{1132, 4709, 240}, {1121, 4959, 240}, {1359, 10186, 480}, {1673, 21798, 960}}},
     {{{547, 2696, 208}, {539, 2856, 208}, {687, 6091, 416}, {869, 13298, 832}}}},
    {"float multiply",
     partitioned::float_multiply<NotNor>,
     {{{721, 3333, 224}, {841, 4641, 224}, {1407, 16887, 448}, {2625, 71819, 896}}},
     {{{448, 2138, 224}, {548, 3260, 224}, {1019, 13224, 448}, {2078, 59654, 896}}}},
    {"float divide",
     partitioned::float_divide<NotNor>,
     {{{1749, 8535, 272}, {2092, 12716, 272}, {3963, 44530, 544}, {8252, 184501, 1088}}},
     {{{733, 3238, 208}, {935, 5060, 208}, {2011, 21717, 448}, {4525, 99213, 896}}}},
}};

void check(const std::string& name, const Counts& counts, const Counts& published, const Counts& ours) {
  INFO(name);
  CHECK(counts.cycles == ours.cycles);
  CHECK(counts.gates == ours.gates);
  CHECK(counts.cells == ours.cells);
  CHECK(counts.cycles < published.cycles);
  CHECK(counts.gates < published.gates);
  CHECK(counts.cells <= published.cells);
}

}  // namespace

TEST_CASE("partitioned: fewer cycles and gates than published, in as many cells", "[arith][partitioned]") {
  constexpr std::array bits{8, 16, 32, 64};
  for (const FixedOperation& operation : fixed_operations) {
    for (std::size_t i = 0; i < bits.size(); ++i)
      check(operation.name + std::to_string(bits[i]), operation.program(bits[i]).counts(), operation.published[i],
            operation.ours[i]);
  }
  constexpr std::array<std::pair<int, int>, 4> formats{{{8, 7}, {5, 10}, {8, 23}, {11, 52}}};
  for (const FloatOperation& operation : float_operations) {
    for (std::size_t i = 0; i < formats.size(); ++i) {
      const auto [exponent_bits, mantissa_bits] = formats[i];
      check(operation.name + std::to_string(mantissa_bits), operation.program(exponent_bits, mantissa_bits).counts(),
            operation.published[i], operation.ours[i]);
    }
  }
}

TEST_CASE("partitioned: operands lie where the published programs have them", "[arith][partitioned]") {
  const auto program = partitioned::float_multiply<NotNor>(5, 10);
  REQUIRE(program.inputs().size() == 6);
  REQUIRE(program.outputs().size() == 3);
  CHECK(program.partitions() == 16);
  const auto starts_at = [](const pim::row::Operand& operand, const char* name, int partition, int index) {
    return operand.name == name && operand.bits[0] == pim::row::Cell{partition, index};
  };
  CHECK(starts_at(program.inputs()[0], "xs", 0, 0));
  CHECK(starts_at(program.inputs()[1], "xe", 1, 0));
  CHECK(starts_at(program.inputs()[2], "xm", 6, 0));
  CHECK(starts_at(program.inputs()[5], "ym", 6, 1));
  CHECK(starts_at(program.outputs()[2], "zm", 6, 2));
  for (const int bits : {8, 32}) {
    CHECK(starts_at(partitioned::add<NotNor>(bits).outputs()[0], "z", 0, 2));
    CHECK(starts_at(partitioned::multiply<NotNor>(bits).outputs()[1], "w", 0, 3));
    CHECK(starts_at(partitioned::divide<NotNor>(bits).outputs()[1], "r", 0, 4));
  }
}

TEST_CASE("partitioned: wider gate sets run the same programs", "[arith][partitioned]") {
  CHECK(partitioned::divide<NotMin3>(16).counts().cycles == partitioned::divide<NotNor>(16).counts().cycles);
  CHECK(partitioned::float_add<NotMin3>(5, 10).counts().gates == partitioned::float_add<NotNor>(5, 10).counts().gates);
}

TEST_CASE("partitioned: errors name what is wrong", "[arith][partitioned]") {
  CHECK_THROWS_AS(partitioned::add<NotNor>(0), std::invalid_argument);
  CHECK_THROWS_AS(partitioned::multiply<NotNor>(65), std::invalid_argument);
  CHECK_THROWS_AS(partitioned::float_add<NotNor>(3, 4), std::invalid_argument);
  CHECK_THROWS_AS(partitioned::float_divide<NotNor>(4, 12), std::invalid_argument);
  CHECK_THROWS_AS(partitioned::float_multiply<NotNor>(11, 53), std::invalid_argument);
  CHECK_THROWS_AS(partitioned::float_multiply<NotNor>(8, 1), std::invalid_argument);
  CHECK_THROWS_AS(pim::arith::PartitionedCells<NotNor>(0), std::invalid_argument);
  pim::arith::PartitionedCells<NotNor> cells(4);
  CHECK_THROWS_AS(cells.lane(2, 3), std::invalid_argument);
  CHECK_THROWS_AS(cells.lane(-1, 1), std::invalid_argument);
}

TEST_CASE("PartitionedCells: a cell is free when its last lane is gone", "[arith][partitioned]") {
  pim::arith::PartitionedCells<NotNor> cells(4);
  pim::arith::Lane a = cells.lane(0, 4);
  pim::arith::Lane b = cells.lane(1, 2), part = a.part(3, 1);
  CHECK((a.index() == 0 && b.index() == 1));
  CHECK(cells.lane(0, 1).index() == 1);
  a = {};
  CHECK(cells.lane(0, 1).index() == 1);  // part is a part of it
  part = {};
  CHECK(cells.lane(0, 4).index() == 0);
  CHECK(cells.lane(1, 1).index() == 0);
}
