#include <pim/arith/published/parallel_float.hpp>
#include <pim/arith/published/serial_float.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include <pim/core/hash.hpp>

#include "published_support.hpp"
#include "support/catch.hpp"

namespace published = pim::arith::published;
using published_test::Program;

namespace {

struct Count {
  int cycles, gates, cells;
  friend bool operator==(const Count&, const Count&) = default;
};
Count count_of(const Program& program) {
  const pim::row::Counts counts = program.counts();
  return {static_cast<int>(counts.cycles), static_cast<int>(counts.gates), static_cast<int>(counts.cells)};
}

struct FixedOperation {
  const char* name;
  Program (*program)(int);
  std::array<Count, 4> counts;  ///< 8, 16, 32, 64 bits
};
struct FloatOperation {
  const char* name;
  Program (*program)(int, int);
  std::array<Count, 4> counts;  ///< bf16, fp16, fp32, fp64
};

// Cycles, gates and cells of results/fixed/*.csv and results/floating/*.csv of github.com/oleitersdorf/AritPIM at
// 71b97a4, the artifact of Leitersdorf et al., AritPIM: High-Throughput In-Memory Arithmetic, IEEE TETC 2023.
const std::array<FixedOperation, 8> fixed_operations{{
    {"serial add", published::fixed_add, {{{145, 145, 29}, {289, 289, 53}, {577, 577, 101}, {1153, 1153, 197}}}},
    {"serial subtract",
     published::fixed_subtract,
     {{{161, 161, 30}, {321, 321, 54}, {641, 641, 102}, {1281, 1281, 198}}}},
    {"serial multiply",
     published::fixed_multiply,
     {{{1183, 1183, 47}, {4927, 4927, 87}, {18123, 18123, 187}, {61143, 61143, 385}}}},
    {"serial divide",
     published::fixed_divide,
     {{{2119, 2119, 50}, {7559, 7559, 90}, {28423, 28423, 170}, {110087, 110087, 330}}}},
    {"parallel add",
     published::parallel_fixed_add,
     {{{67, 317, 64}, {81, 662, 128}, {95, 1359, 256}, {109, 2760, 512}}}},
    {"parallel subtract",
     published::parallel_fixed_subtract,
     {{{70, 334, 72}, {84, 695, 144}, {98, 1424, 288}, {112, 2889, 576}}}},
    {"parallel multiply",
     published::parallel_fixed_multiply,
     {{{327, 1821, 88}, {629, 6614, 176}, {1251, 25039, 352}, {2545, 97224, 704}}}},
    {"parallel divide",
     published::parallel_fixed_divide,
     {{{1019, 4598, 112}, {2071, 16544, 224}, {4291, 62338, 448}, {8991, 241492, 896}}}},
}};
const std::array<FloatOperation, 8> float_operations{{
    {"serial add unsigned",
     published::float_add_unsigned,
     {{{1075, 1075, 71}, {1117, 1117, 71}, {2306, 2306, 135}, {4915, 4915, 263}}}},
    {"serial add signed",
     published::float_add_signed,
     {{{1849, 1849, 78}, {1978, 1978, 78}, {3997, 3997, 142}, {8536, 8536, 270}}}},
    {"serial multiply",
     published::float_multiply,
     {{{1742, 1742, 76}, {2780, 2780, 82}, {11586, 11586, 172}, {46204, 46204, 360}}}},
    {"serial divide",
     published::float_divide,
     {{{3749, 3749, 75}, {5639, 5639, 78}, {19909, 19909, 139}, {83255, 83255, 264}}}},
    {"parallel add unsigned",
     published::parallel_float_add_unsigned,
     {{{674, 2638, 195}, {688, 2760, 195}, {817, 5822, 403}, {998, 12607, 819}}}},
    {"parallel add signed",
     published::parallel_float_add_signed,
     {{{1132, 4709, 240}, {1121, 4959, 240}, {1359, 10186, 480}, {1673, 21798, 960}}}},
    {"parallel multiply",
     published::parallel_float_multiply,
     {{{721, 3333, 224}, {841, 4641, 224}, {1407, 16887, 448}, {2625, 71819, 896}}}},
    {"parallel divide",
     published::parallel_float_divide,
     {{{1749, 8535, 272}, {2092, 12716, 272}, {3963, 44530, 544}, {8252, 184501, 1088}}}},
}};

int log2_up(int n) {
  int log = 0;
  while ((1 << log) < n) ++log;
  return log;
}

/// Cycles and gates of the parallel building blocks, as sums over their steps.
struct Cost {
  int cycles, gates;
  Cost& operator+=(const Cost& other) {
    cycles += other.cycles, gates += other.gates;
    return *this;
  }
  friend Cost operator+(Cost a, const Cost& b) { return a += b; }
};
Cost both(int n) { return {n, n}; }  // in one partition
int prefix_joins(int n) {
  int joins = 0;
  for (int i = 0; i + 1 < log2_up(n); ++i) joins += (n + (2 << i) - 1) / (2 << i) - 1;
  return joins;
}
Cost reduce_cost(int n) { return {2 * log2_up(n) + 5, 5 * n}; }
Cost add_cost(int n) { return {14 * log2_up(n) + 25, 37 * n - 7 + 7 * prefix_joins(n)}; }
Cost subtract_cost(int n) { return {14 * log2_up(n) + 28, 39 * n - 6 + 7 * prefix_joins(n)}; }
Cost multiply_cost(int n) {
  return {n * (26 + 2 * log2_up(n)) + 14 * log2_up(n) + 29, 23 * n * n + 4 * n + add_cost(n).gates};
}
Cost divide_cost(int n) {
  return {n * (83 + 9 * log2_up(n)) + 28 * log2_up(n) + 55, 57 * n * n + 39 * n + 4 + 2 * add_cost(n).gates};
}
Cost add_bit_cost(int n) { return {14 * log2_up(n) + 17, 24 * n - 2 + 7 * prefix_joins(n)}; }
Cost absolute_cost(int n) { return {16 * log2_up(n) + 29, 12 * n + add_bit_cost(n).gates}; }
Cost broadcast_cost(int n) { return {4 + 2 * log2_up(n), 4 * n}; }
Cost shift_cost(int n, int stages, bool sticky) {
  Cost cost = both(sticky ? 9 : 0);
  for (int j = 0, d = 1; j < stages; ++j, d *= 2) {
    cost += {14 + 2 * log2_up(n) + std::min(d + 1, n - d), 14 * n - d};
    if (sticky) cost += {10 + 2 * j, 5 * d + 5};
  }
  return cost;
}
Cost normalise_cost(int n, int stages) {
  Cost cost = both(2 + stages);
  for (int j = 0, d = 1; j < stages; ++j, d *= 2)
    cost += {20 + 2 * j + 2 * log2_up(n) + std::min(d + 1, n - d), 14 * n + 4 * d + 1};
  return cost;
}
Cost load_cost(int ne, int nm) { return Cost{5, 4 * nm + 1} + reduce_cost(ne); }
/// Until the smaller significand has been shifted.
Cost align_cost(int ne, int nm, int partitions, int tail) {
  const int n = nm + 1, stages = log2_up(nm + tail);
  Cost cost = load_cost(ne, nm) + load_cost(ne, nm) + subtract_cost(ne) + both(2 + 4) + broadcast_cost(partitions);
  cost += {6 + 12, 6 * ne + 12 * n};
  cost += absolute_cost(ne + 1);
  if (ne > stages) cost += Cost{n, n} + reduce_cost(ne - stages);
  return cost + Cost{1, tail} + shift_cost(nm + tail, std::min(stages, ne), true);
}
Cost add_unsigned_cost(int ne, int nm) {
  const int n = nm + 1;
  return align_cost(ne, nm, ne + nm, 2) + add_cost(n) + both(2) + Cost{4, 8} + shift_cost(nm + 2, 1, true) +
         Cost{6, 7} + add_bit_cost(n) + both(2) + both(18) + add_bit_cost(ne) + Cost{5, 4 * nm};
}
Cost add_signed_cost(int ne, int nm) {
  const int n = nm + 1, partitions = 1 + ne + nm, log_all = log2_up(partitions);
  Cost cost = align_cost(ne, nm, partitions, 3);
  cost += {2 + 12 + 2 * log_all, 2 * partitions + 12 + 2 * (partitions - 1)};
  cost += {1, 3};
  cost += {10, 10 * (nm + 4)};
  cost += add_cost(nm + 4) + both(5 + 2 + 2) + broadcast_cost(partitions);
  cost += {10, 10 * (nm + 4)};
  cost += add_bit_cost(nm + 4) + both(2 + 1) + shift_cost(nm + 3, 1, true) + both(8);
  cost += {4, 4 * ne + 3};
  cost += {1, ne + 1};
  cost += normalise_cost(nm + 3, std::min(log2_up(nm + 2), ne)) + subtract_cost(ne + 1) + both(8) + Cost{6, 8};
  cost += add_bit_cost(n) + both(2 + 8 + 18) + add_bit_cost(ne);
  cost += {5, 4 * nm + 1};
  cost += {4, 4 * ne};
  return cost + both(28 + 6 + ne + nm + 1);
}
/// What multiplication and division end with.
Cost finish_cost(int ne, int nm) { return both(10 + 6 + ne + 1 + nm + 1) + Cost{4, 4 * ne}; }
Cost float_multiply_cost(int ne, int nm) {
  const int n = nm + 1, partitions = 1 + ne + nm;
  Cost cost = load_cost(ne, nm) + load_cost(ne, nm) + multiply_cost(n) + Cost{9, partitions + 9} + reduce_cost(nm - 1);
  cost += shift_cost(nm + 3, 1, true) + Cost{6, 7} + add_bit_cost(n) + both(2 + 4) + Cost{6, 4 * nm};
  cost += Cost{4, ne + 4} + Cost{5, 4 * ne + 1} + add_cost(ne + 1) + both(5);
  return cost + Cost{4, 4 * ne} + add_cost(ne + 1) + both(5) + finish_cost(ne, nm);
}
Cost float_divide_cost(int ne, int nm) {
  const int n = nm + 1;
  Cost cost = load_cost(ne, nm) + load_cost(ne, nm) + Cost{7, 3 * (nm + 4) + nm + 1} + Cost{5, nm + 6};
  cost += Cost{6, 4 * nm + 10} + divide_cost(nm + 3) + reduce_cost(nm + 3) + both(2) + shift_cost(nm + 4, 1, false);
  cost += both(8) + Cost{6, 8} + add_bit_cost(n) + both(2 + 4) + Cost{5, 4 * nm};
  cost += Cost{3, ne + 2} + Cost{5, 4 * ne + 1} + add_cost(ne + 1) + both(5);
  return cost + Cost{4, 4 * ne} + subtract_cost(ne + 1) + finish_cost(ne, nm);
}
void check_cost(const Program& program, const Cost& cost) {
  const Count count = count_of(program);
  CHECK(count.cycles == cost.cycles);
  CHECK(count.gates == cost.gates);
}

int serial_multiply_cycles(int n) {
  if (n <= 20) return 20 * n * n - 12 * n - 1;
  const int l = n / 2, u = n - l, t = 2 * (u + 1);
  return 1 + 2 * (18 * u + 1) + serial_multiply_cycles(u + 1) + serial_multiply_cycles(l) + serial_multiply_cycles(u) +
         2 * (20 * t + 1) + 18 * t + 1 + 10 * (2 * n - l - t);
}
int serial_divide_cycles(int n) { return 26 * n * n + 56 * n + 7; }
int serial_multiply_scratch(int n) {
  const int u = n - n / 2;
  return n <= 20 ? n + 7 : 1 + 2 * (u + 1) + serial_multiply_scratch(u + 1);
}

std::string listing(const Program& program) {
  static const std::array<std::string, 4> gates{"INIT0", "INIT1", "NOT", "NOR"};
  std::string text;
  for (const pim::row::Command& c : program.commands()) {
    text += std::to_string(c.out) + "=" + gates[c.op] + "(";
    if (c.op >= 2) text += std::to_string(c.in[0]);
    if (c.op == 3) text += "," + std::to_string(c.in[1]);
    text += ")";
    if (program.partitions() > 1) {
      const pim::row::Section& s = c.where;
      text += "[" + std::to_string(s.first) + ":" + std::to_string(s.last()) + ":" + std::to_string(s.step) + "]" +
              std::to_string(s.distance);
    }
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("published programs: all 64 table entries", "[arith][published]") {
  for (const FixedOperation& operation : fixed_operations) {
    for (std::size_t i = 0; i < 4; ++i) {
      CAPTURE(operation.name, i);
      CHECK(count_of(operation.program(8 << i)) == operation.counts[i]);
    }
  }
  constexpr std::array<std::array<int, 2>, 4> formats{{{8, 7}, {5, 10}, {8, 23}, {11, 52}}};
  for (const FloatOperation& operation : float_operations) {
    for (std::size_t i = 0; i < 4; ++i) {
      CAPTURE(operation.name, i);
      CHECK(count_of(operation.program(formats[i][0], formats[i][1])) == operation.counts[i]);
    }
  }
}

TEST_CASE("published programs: closed forms of the fixed-point widths", "[arith][published]") {
  for (int n = 2; n <= 64; ++n) {
    CAPTURE(n);
    CHECK(count_of(published::fixed_add(n)) == Count{18 * n + 1, 18 * n + 1, 3 * n + 5});
    CHECK(count_of(published::fixed_subtract(n)) == Count{20 * n + 1, 20 * n + 1, 3 * n + 6});
    const int product = serial_multiply_cycles(n), quotient = serial_divide_cycles(n);
    CHECK(count_of(published::fixed_multiply(n)) == Count{product, product, 4 * n + serial_multiply_scratch(n)});
    CHECK(count_of(published::fixed_divide(n)) == Count{quotient, quotient, 5 * n + 10});
  }
  for (int n = 4; n <= 64; ++n) {
    CAPTURE(n);
    check_cost(published::parallel_fixed_add(n), add_cost(n));
    check_cost(published::parallel_fixed_subtract(n), subtract_cost(n));
    check_cost(published::parallel_fixed_multiply(n), multiply_cost(n));
    check_cost(published::parallel_fixed_divide(n), divide_cost(n));
    CHECK(count_of(published::parallel_fixed_add(n)).cells == 8 * n);
    CHECK(count_of(published::parallel_fixed_subtract(n)).cells == 9 * n);
    CHECK(count_of(published::parallel_fixed_multiply(n)).cells == 11 * n);
    CHECK(count_of(published::parallel_fixed_divide(n)).cells == 14 * n);
  }
}

TEST_CASE("published programs: closed forms of the serial formats", "[arith][published]") {
  for (int ne = 2; ne <= 11; ++ne) {
    for (const int nm : {2, 3, 5, 7, 10, 13, 14, 15, 19, 20, 23, 30, 52}) {
      CAPTURE(ne, nm);
      const int u = log2_up(nm + 2), s = log2_up(nm + 3);
      // An exponent no wider than the shift amount has no distances to clear for; a narrower one has fewer stages.
      const auto not_cleared = [&](int stages) { return ne <= stages ? ne + 4 - stages + nm + 1 : 0; };
      if (ne + 1 >= u)
        CHECK(count_of(published::float_add_unsigned(ne, nm)).cycles ==
              47 * nm + 57 * ne + 102 + (6 * nm + 21) * u - (4 << u) - not_cleared(u));
      if (ne + 1 >= s) {
        const int add = 74 * nm + 79 * ne + 299 + (12 * nm + 48) * s - (8 << s) - not_cleared(s);
        CHECK(count_of(published::float_add_signed(ne, nm)).cycles == add);
        CHECK(count_of(published::float_subtract(ne, nm)).cycles == add + 2);
      }
      CHECK(count_of(published::float_multiply(ne, nm)).cycles ==
            serial_multiply_cycles(nm + 1) + 18 * nm + 40 * ne + 113);
      CHECK(count_of(published::float_divide(ne, nm)).cycles == serial_divide_cycles(nm + 3) + 18 * nm + 42 * ne + 120);
    }
  }
}

TEST_CASE("published programs: step costs of the parallel formats", "[arith][published]") {
  for (int ne = 3; ne <= 11; ++ne) {
    for (const int nm : {3, 4, 5, 7, 10, 13, 14, 15, 19, 20, 23, 30, 52}) {
      CAPTURE(ne, nm);
      check_cost(published::parallel_float_add_unsigned(ne, nm), add_unsigned_cost(ne, nm));
      check_cost(published::parallel_float_add_signed(ne, nm), add_signed_cost(ne, nm));
      check_cost(published::parallel_float_subtract(ne, nm), add_signed_cost(ne, nm) + both(2));
      check_cost(published::parallel_float_multiply(ne, nm), float_multiply_cost(ne, nm));
      check_cost(published::parallel_float_divide(ne, nm), float_divide_cost(ne, nm));
    }
  }
}

// FNV-1a of the 16 published 32-bit gate lists, each command written as listing() does.
TEST_CASE("published programs: the 32-bit gate lists, command by command", "[arith][published]") {
  const auto is = [](const Program& program, std::uint64_t digest) { return pim::fnv1a(listing(program)) == digest; };
  CHECK(is(published::fixed_add(32), 0x3f2510d2ddf24054U));
  CHECK(is(published::fixed_subtract(32), 0x97cae5b18e7d2a77U));
  CHECK(is(published::fixed_multiply(32), 0xff0261bf1f630e0cU));
  CHECK(is(published::fixed_divide(32), 0xf6e74ba214f9d359U));
  CHECK(is(published::float_add_unsigned(8, 23), 0xe985cefc7274184cU));
  CHECK(is(published::float_add_signed(8, 23), 0x4bcb9001d1b6d59cU));
  CHECK(is(published::float_multiply(8, 23), 0x8046c662d91bc2fbU));
  CHECK(is(published::float_divide(8, 23), 0xcf94d67ababec924U));
  CHECK(is(published::parallel_fixed_add(32), 0xbe83e59369547e0eU));
  CHECK(is(published::parallel_fixed_subtract(32), 0xb5ba3f42e04cfee8U));
  CHECK(is(published::parallel_fixed_multiply(32), 0xdbe2a6f7439911dbU));
  CHECK(is(published::parallel_fixed_divide(32), 0xc76f6f2b2f905304U));
  CHECK(is(published::parallel_float_add_unsigned(8, 23), 0xdbecfcecf1dd76c2U));
  CHECK(is(published::parallel_float_add_signed(8, 23), 0x670672ac41c1172cU));
  CHECK(is(published::parallel_float_multiply(8, 23), 0x55bf3b7838b0f301U));
  CHECK(is(published::parallel_float_divide(8, 23), 0x8dbd016656364d6dU));
}

TEST_CASE("published programs: titles and operands are those of the gate lists", "[arith][published]") {
  const auto names = [](const Program& program) {
    std::string text = program.title() + ":";
    for (const auto* operands : {&program.inputs(), &program.outputs()}) {
      for (const auto& operand : *operands) text += " " + operand.name + std::to_string(operand.bits.size());
    }
    return text;
  };
  CHECK(names(published::fixed_multiply(8)) == "Serial Fixed Multiplication: 8-bit: x8 y8 z16");
  CHECK(names(published::fixed_divide(8)) == "Serial Fixed Division: 8-bit: z16 d8 q8 r8");
  CHECK(names(published::parallel_fixed_multiply(8)) == "Parallel Fixed Multiplication: 8-bit: x8 y8 z8 w8");
  CHECK(names(published::parallel_fixed_divide(8)) == "Parallel Fixed Division: 8-bit: w8 z8 d8 q8 r8");
  CHECK(names(published::float_add_unsigned(8, 23)) ==
        "Serial Floating Addition Unsigned: 8-bit exponent and 23-bit mantissa: xe8 xm23 ye8 ym23 ze8 zm23");
  CHECK(
      names(published::parallel_float_divide(5, 10)) ==
      "Parallel Floating Division: 1-bit sign, 5-bit exponent, and 10-bit mantissa: xs1 xe5 xm10 ys1 ye5 ym10 zs1 ze5 "
      "zm10");
}
