#include <pim/row/dram_program.hpp>

#include <functional>
#include <map>

#include "support/catch.hpp"
#include <pim/row/dram_listing.hpp>
#include <pim/row/routine.hpp>

using namespace pim::gate::dram;
using pim::row::DRAMProgram;

static_assert(pim::row::RowProgram<DRAMProgram>);
static_assert(word_lines(dcc1_t0_t3).size() == 3 && word_lines(t2_t3).size() == 2 && word_lines(data(0)).empty());

namespace {

/// One bit line, told in words: what each named word line joins, and nothing shared with the library.
class BitLine {
 public:
  bool operator[](const std::string& row) const { return cells_.at(row); }
  void set(const std::string& row, bool value) { cells_[row] = value; }
  bool activate(const std::string& address) {
    int ones = 0, count = 0;
    for (const auto& line : lines(address)) ones += read(line) ? 1 : 0, ++count;
    const bool value = 2 * ones > count;
    write(address, value);
    return value;
  }
  void write(const std::string& address, bool value) {
    for (const auto& line : lines(address)) cells_[line[0] == '~' ? line.substr(1) : line] = value != (line[0] == '~');
  }

 private:
  static std::vector<std::string> lines(const std::string& address) {
    std::vector<std::string> lines(1);
    for (const char c : address) {
      if (c == ',')
        lines.emplace_back();
      else if (c != '{' && c != '}')
        lines.back() += c;
    }
    return lines;
  }
  bool read(const std::string& line) const { return line[0] == '~' ? !cells_.at(line.substr(1)) : cells_.at(line); }
  std::map<std::string, bool> cells_{{"C0", false}, {"C1", true}};
};

constexpr std::array rows{"T0", "T1", "T2", "T3", "DCC0", "DCC1"};

std::string error(const std::function<void(DRAMProgram&)>& request) {
  DRAMProgram program(16);
  try {
    request(program);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "no error";
}

/// SIMDRAM's adder as published, one group of eight commands a bit.
DRAMProgram published_adder(int bits) {
  DRAMProgram program;
  pim::row::Operand x{"x", {}}, y{"y", {}}, z{"z", {}};
  for (int i = 0; i < bits; ++i)
    x.bits.push_back({0, i}), y.bits.push_back({0, bits + i}), z.bits.push_back({0, 2 * bits + i});
  program.add_input(x);
  program.add_input(y);
  program.add_output(z);
  program.aap(c0, dcc1);
  for (int i = 0; i < bits; ++i) {
    program.aap(dcc1, t0_t1_t2);
    program.aap(data(i), t2_t3);
    program.aap(data(bits + i), dcc1);
    program.ap(dcc1_t0_t3);
    program.aap(not_dcc1, t0_t3);
    program.ap(t0_t1_t2);
    program.aap(data(bits + i), t1);
    program.aap(t1_t2_t3, data(2 * bits + i));
  }
  return program;
}

}  // namespace

TEST_CASE("DRAM addresses: B0 to B15 raise the word lines of Ambit's table 1", "[row][dram]") {
  const std::array<std::string, 18> table{"T0",           "T1",      "T2",         "T3",         "DCC0",
                                          "~DCC0",        "DCC1",    "~DCC1",      "{~DCC0,T0}", "{~DCC1,T1}",
                                          "{T2,T3}",      "{T0,T3}", "{T0,T1,T2}", "{T1,T2,T3}", "{DCC0,T1,T2}",
                                          "{DCC1,T0,T3}", "C0",      "C1"};
  for (std::uint32_t code = 0; code < table.size(); ++code) CHECK(name(Address{code}) == table[code]);
  CHECK(name(data(17)) == "D17");
  CHECK_THROWS_AS(data(-1), std::invalid_argument);
}

TEST_CASE("DRAMProgram: every legal command does on a bit line what its word lines say", "[row][dram]") {
  const pim::Rng rng(5);
  std::uint64_t draw = 0;
  for (int trial = 0; trial < 200; ++trial) {
    DRAMProgram program(4);
    for (int r = 0; r < 4; ++r) program.add_output({"d" + std::to_string(r), {{0, r}}});
    while (program.commands().size() < 40) {
      const Address from{rng.below(draw++, 22)}, to{rng.below(draw++, 22)};
      try {
        rng.below(draw++, 4) == 0 ? program.ap(from) : program.aap(from, to);
      } catch (const std::invalid_argument&) {
      }
    }
    const pim::row::Routine routine(program);
    auto cells = routine.rows(64);
    for (pim::Index c = 0; c < cells.columns(); ++c) {
      for (pim::Index r = 0; r < 64; ++r) cells.set(r, c, rng.below(draw++, 2) != 0);
    }
    std::vector<BitLine> lines(64);
    for (pim::Index r = 0; r < 64; ++r) {
      BitLine& line = lines[static_cast<std::size_t>(r)];
      for (int d = 0; d < 4; ++d) line.set("D" + std::to_string(d), cells.get(r, d));
      for (int b = 0; b < 6; ++b) line.set(rows[static_cast<std::size_t>(b)], cells.get(r, 4 + b));
      for (const auto& command : program.commands()) {
        const bool value = line.activate(name(command.source));
        if (command.destination) line.write(name(*command.destination), value);
      }
    }
    routine.run(cells, {}, rng);
    for (pim::Index r = 0; r < 64; ++r) {
      const BitLine& line = lines[static_cast<std::size_t>(r)];
      for (int d = 0; d < 4; ++d) REQUIRE(cells.get(r, d) == line["D" + std::to_string(d)]);
      for (int b = 0; b < 6; ++b) REQUIRE(cells.get(r, 4 + b) == line[rows[static_cast<std::size_t>(b)]]);
    }
  }
}

TEST_CASE("DRAMProgram: counts commands, rows written, and all kinds of rows", "[row][dram]") {
  DRAMProgram program;
  program.add_input({"x", {{0, 0}, {0, 1}}});
  program.aap(data(1), t0_t1_t2);  // 3 rows
  program.aap(dcc1_t0_t3, t2_t3);  // 3 + 2
  program.aap(t0, data(5));        // 1
  program.ap(t1_t2_t3);            // 3
  program.ap(data(2));             // refreshed, not written
  CHECK(program.counts().cycles == 5);
  CHECK(program.aap_count() == 3);
  CHECK(program.ap_count() == 2);
  CHECK(program.counts().gates == 12);
  CHECK(program.rows() == 6);
  CHECK(program.counts().cells == 6 + 6 + 2);
}

TEST_CASE("DRAMProgram: SIMDRAM's published adder adds, in 8n + 1 commands", "[row][dram]") {
  const DRAMProgram program = published_adder(8);
  CHECK(program.counts().cycles == 65);
  CHECK(published_adder(32).aap_count() == 193);
  CHECK(published_adder(32).ap_count() == 64);
  const pim::row::Routine routine(program);
  std::vector<std::uint32_t> x, y, z(65536);
  for (std::uint32_t i = 0; i < 65536; ++i) x.push_back(i % 256), y.push_back(i / 256);
  auto cells = routine.rows(65536);
  cells.store<std::uint32_t>(x, routine.inputs()[0].columns);
  cells.store<std::uint32_t>(y, routine.inputs()[1].columns);
  routine.run(cells);
  cells.load<std::uint32_t>(routine.outputs()[0].columns, z);
  for (std::uint32_t i = 0; i < 65536; ++i) REQUIRE(z[i] == (x[i] + y[i]) % 256);
}

TEST_CASE("DRAMProgram: an error of a majority reaches every row of its activation", "[row][dram]") {
  DRAMProgram program(4);
  program.add_input({"x", {{0, 0}}});
  program.add_output({"z", {{0, 1}}});
  program.aap(data(0), t0_t1_t2);
  program.aap(t0_t1_t2, data(1));
  program.aap(data(0), data(2));
  const pim::row::Routine routine(program);
  auto cells = routine.rows(64);
  for (pim::Index r = 0; r < 64; ++r) cells.set(r, 0, r % 3 == 0);
  routine.run(cells, pim::row::Faults::transient(1.0), pim::Rng(1));
  const int first = program.rows();
  for (pim::Index r = 0; r < 64; ++r) {
    REQUIRE(cells.get(r, 1) == (r % 3 != 0));  // always wrong
    for (const int t : {0, 1, 2}) REQUIRE(cells.get(r, first + t) == (r % 3 != 0));
    REQUIRE(cells.get(r, 2) == (r % 3 == 0));  // a copy never is
  }
}

TEST_CASE("DRAMProgram: illegal requests are errors that name the rule", "[row][dram]") {
  CHECK(error([](auto& p) { p.aap(t2_t3, data(0)); }) ==
        "command 0: {T2,T3} cannot be a source: two rows decide no value (one or three rows)");
  CHECK(error([](auto& p) { p.ap(not_dcc0_t0); }).find("(one or three rows)") != std::string::npos);
  CHECK(error([](auto& p) { p.aap(data(0), c1); }) ==
        "command 0: a row of the C group is never a destination (constant rows)");
  CHECK(error([](auto& p) { p.aap(data(16), t0); }) ==
        "command 0: row 16 of the D group is out of range, expected 0 to 15");
  CHECK(error([](auto& p) { p.aap(t0, t1), p.aap(t0, data(99)); }).find("command 1: row 99") == 0);
  CHECK(error([](auto& p) { p.aap(dcc0, not_dcc0); }) ==
        "command 0: both word lines of one dual-contact row would be raised (dual-contact rows)");
  CHECK(error([](auto& p) { p.aap(dcc1_t0_t3, not_dcc1_t1); }).find("(dual-contact rows)") != std::string::npos);
  CHECK(error([](auto& p) { p.add_input({"x", {{0, 16}}}); }) == "operand x: row 16 of partition 0 is out of range");
  CHECK(error([](auto& p) { p.add_output({"z", {{1, 0}}}); }) == "operand z: row 0 of partition 1 is out of range");
  CHECK(error([](auto&) { DRAMProgram(0); }) == "DRAMProgram: data_rows is 0, expected 1 to 65000");
  CHECK(error([](auto& p) { p.aap(dcc1_t0_t3, not_dcc0); }) == "no error");
}

TEST_CASE("DRAM listings: what is written reads back, errors name the line", "[row][dram]") {
  DRAMProgram program = published_adder(2);
  program.set_title("Two bits");
  program.aap(not_dcc0, not_dcc1_t1);
  const std::string text = write_listing(program);
  const DRAMProgram back = pim::row::read_dram_listing(text);
  CHECK(back.commands() == program.commands());
  CHECK(back.title() == "Two bits");
  CHECK(back.inputs()[1].bits == program.inputs()[1].bits);
  CHECK(text.find("T5:  \tAAP(~DCC1, {T0,T3})\n") != std::string::npos);

  const auto reads = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return error([&](auto&) { pim::row::read_dram_listing(changed); });
  };
  CHECK(reads("AAP(~DCC1, {T0,T3})", "AAP(~DCC1, {T0,T2})") == "listing line 14: expected 'D' at '{T0,T2})'");
  CHECK(reads("AP({DCC1,T0,T3})", "AP({T0,T3})") ==
        "listing line 13: {T0,T3} cannot be a source: two rows decide no value (one or three rows)");
  CHECK(reads("AAP(C0, DCC1)", "AAP(C0)") == "listing line 9: expected ',' at ')'");
  CHECK(reads("T1:", "T2:") == "listing line 10: T2 stands where T1 is expected");
  CHECK(reads("D0, ", "D2000, ").find("row 2000 of the D group is out of range") != std::string::npos);
  CHECK(reads("Outputs:", "Out:").find("listing line") == 0);
  CHECK(error([](auto&) { pim::row::read_dram_listing("x"); }) ==
        "listing line 1: ends before \"Inputs:\" and \"Outputs:\"");
}
TEST_CASE("DRAM addresses: rows that no subarray has are errors, whatever their number", "[row][dram]") {
  for (const std::uint32_t code : {18U + 16U, 0x7fffffffU, 0x80000000U, 0x80000011U, 0xffffffffU}) {
    const std::string expected =
        "command 0: row " + std::to_string(code - 18) + " of the D group is out of range, expected 0 to 15";
    CHECK(error([&](auto& program) { program.aap(Address{code}, t0); }) == expected);
    CHECK(error([&](auto& program) { program.aap(t0, Address{code}); }) == expected);
    CHECK(error([&](auto& program) { program.ap(Address{code}); }) == expected);
  }
  CHECK(name(data(2147483647)) == "D2147483647");

  const auto reads = [](const std::string& operand, const std::string& command) {
    return error([&](auto&) {
      pim::row::read_dram_listing("\nInputs:\n" + operand + "\nOutputs:\nT1 (1-bit): 1\n" + command + "\n");
    });
  };
  CHECK(reads("x (1-bit): 0", "T0: AAP(D0, D1)") == "no error");
  CHECK(reads("x (1-bit): 0", "T0: AAP(D2147483647, D1)") ==
        "listing line 6: 2147483647 is out of range, expected 0 to 64999");
  CHECK(reads("x (1-bit): 0", "T0: AAP(D-1, D1)") == "listing line 6: -1 is out of range, expected 0 to 64999");
  CHECK(reads("x (1-bit): 0", "T2147483648: AP(T0)").find("listing line 6: 2147483648 is out of range") == 0);
  CHECK(reads("x (1-bit): 2147483647", "") == "listing line 3: 2147483647 is out of range, expected 0 to 65535");
  CHECK(reads("x (1-bit): 1006", "") == "listing line 3: operand x: row 1006 of partition 0 is out of range");
}
