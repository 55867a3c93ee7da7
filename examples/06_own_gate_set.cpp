// A gate set of your own: an array that knows NOT, NOR and a gate that nobody has built yet, which is 1 where its first
// input is 1 and its second 0. A set is one small type; the library's programs run on it, and a program of yours may
// use the new gate.
#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <vector>

#include <pim/arith/operations.hpp>
#include <pim/gate/memristive.hpp>
#include <pim/row/listing.hpp>
#include <pim/row/routine.hpp>

namespace gate = pim::gate;

struct WithInhibit {
  static constexpr gate::Gate inhibit{"INHIBIT", 2, gate::truth(gate::a & ~gate::b)};
  static constexpr std::string_view name = "inhibit";
  static constexpr std::array gates{gate::not_, gate::nor, inhibit};
};
static_assert(gate::verify_gate_set<WithInhibit>());

/// z = x AND NOT y of 8 bits: an initialisation and a gate per bit.
static pim::row::Program<WithInhibit> and_not() {
  pim::row::Program<WithInhibit> program;
  std::vector<pim::row::Cell> x, y, z;
  for (int i = 0; i < 8; ++i) x.push_back({0, i}), y.push_back({0, 8 + i}), z.push_back({0, 16 + i});
  program.set_title("AND NOT of 8 bits");
  program.add_input({"x", x});
  program.add_input({"y", y});
  program.add_output({"z", z});
  for (int i = 0; i < 8; ++i) {
    program.init(true, 16 + i);
    program.apply<gate::index_of<WithInhibit>(WithInhibit::inhibit)>(16 + i, {i, 8 + i});
  }
  return program;
}

/// z of every pair of operands, all at once.
template <class Number>
static std::vector<Number> run(const pim::row::Routine& routine, const std::vector<Number>& x,
                               const std::vector<Number>& y) {
  pim::row::BitRows rows = routine.rows(static_cast<pim::Index>(x.size()));
  rows.store<Number>(x, routine.inputs()[0].columns);
  rows.store<Number>(y, routine.inputs()[1].columns);
  routine.run(rows);
  std::vector<Number> z(x.size());
  rows.load<Number>(routine.outputs()[0].columns, z);
  return z;
}

int main() {
  const pim::row::Program<WithInhibit> program = and_not();
  std::printf("%s\n", write_listing(program).c_str());
  const auto bits = run<std::uint8_t>(pim::row::Routine(program), {0xff, 0xcc}, {0x0f, 0xaa});
  std::printf("0xff AND NOT 0x0f = 0x%02x, 0xcc AND NOT 0xaa = 0x%02x\n", unsigned{bits[0]}, unsigned{bits[1]});

  const pim::row::Routine sum(pim::arith::add<pim::arith::uint32, WithInhibit>());
  const auto numbers = run<std::uint32_t>(sum, {40, 4000000000U}, {2, 400000000U});
  std::printf("40 + 2 = %u, 4000000000 + 400000000 = %u modulo 2^32, in %llu cycles and %llu cells\n", numbers[0],
              numbers[1], static_cast<unsigned long long>(sum.counts().cycles),
              static_cast<unsigned long long>(sum.counts().cells));
  return bits[0] == 0xf0 && bits[1] == 0x44 && numbers[0] == 42 && numbers[1] == 105032704U ? 0 : 1;
}
