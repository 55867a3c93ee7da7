#include <pim/row/listing.hpp>

#include "support/catch.hpp"
#include <pim/gate/memristive.hpp>

using pim::gate::NotMin3;
using pim::gate::NotNor;
using pim::row::read_listing;

namespace {

constexpr auto half_adder = R"(Half adder

Inputs:
	 x (2-bit): 0 1
Outputs:
	 z (1-bit): 2

T0:	2 = INIT1
T1:	2 = NOR(0, 1)
)";
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("listing: what is written reads back, serial, partitioned and with bulk initialisation", "[row]") {
  const auto serial = read_listing<NotNor>(half_adder);
  CHECK(serial.title() == "Half adder");
  CHECK(serial.counts().cycles == 2);
  CHECK(read_listing<NotNor>(write_listing(serial)).commands() == serial.commands());

  pim::row::Program<NotMin3> parts(4);
  parts.add_input({"x", {{0, 0}, {1, 0}}});
  parts.add_output({"z", {{0, 1}, {3, 2}}});
  parts.init(true, 1, {0, 4, 1, 0});
  parts.init(true, 2, {0, 4, 1, 0}, true);
  parts.apply(pim::gate::index_of<NotMin3>(pim::gate::min3), 5, std::array{0, 1, 2}, {0, 2, 2, 1});
  parts.apply(pim::gate::index_of<NotMin3>(pim::gate::or_), 5, std::array{1, 2}, {1, 2, 2, -1});
  const auto back = read_listing<NotMin3>(write_listing(parts));
  CHECK(back.commands() == parts.commands());
  CHECK(back.partitions() == 4);
  CHECK(back.counts().cycles == 3);
  CHECK(back.outputs()[0].bits == parts.outputs()[0].bits);
}
TEST_CASE("listing: errors name the line and what is wrong there", "[row]") {
  const auto error = [](const std::string& from, const std::string& to) {
    std::string message = "no error";
    try {
      read_listing<NotNor>(replaced(half_adder, from, to));
    } catch (const std::invalid_argument& e) {
      message = e.what();
    }
    return message;
  };
  CHECK(error("NOR(0, 1)", "NAND(0, 1)") == "listing line 9: 'NAND' is no gate of the set nor");
  CHECK(error("NOR(0, 1)", "NOR(0, 1").find("line 9: expected ')' at 'the end'") != std::string::npos);
  CHECK(error("NOR(0, 1)", "NOR(0, x)").find("line 9: expected a number at 'x)'") != std::string::npos);
  CHECK(error("NOR(0, 1)", "NOR(0, 2)") == "listing line 9: cell 2 is both input and output (operand overlap)");
  CHECK(error("NOR(0, 1)", "NOR(0)").find("(fan-in)") != std::string::npos);
  CHECK(error("NOR(0, 1)", "NOR(0, 1) 7").find("expected the end of the line at '7'") != std::string::npos);
  CHECK(error("T1:", "T3:").find("T3 does not follow T0") != std::string::npos);
  CHECK(error("T1:", "T0:").find("two gates in cycle T0") != std::string::npos);
  CHECK(error("(2-bit)", "(3-bit)").find("has 2 cells, but says 3-bit") != std::string::npos);
  CHECK(error("Outputs:", "Results:").find("line 5") != std::string::npos);
  CHECK(error("2 = INIT1", "99999 = INIT1").find("out of range") != std::string::npos);
  CHECK(error("2 = INIT1", "99999999999 = INIT1") ==
        "listing line 8: 99999999999 is out of range, expected 0 to 65535");
  CHECK(error("2 = INIT1", "p_j.2 = INIT1 for i in range(0, 4, 0) and j = i + 0").find("range") != std::string::npos);
  CHECK(error("x (2-bit): 0 1", "x (2-bit): 0 99999") == "listing line 4: 99999 is out of range, expected 0 to 65535");
  CHECK_THROWS_WITH(read_listing<NotNor>(""), ContainsSubstring("Inputs:"));
  CHECK_THROWS_WITH(read_listing<NotNor>("title only\n"), ContainsSubstring("listing line 1"));
}
TEST_CASE("listing: numbers beyond any row are errors of their line, not overflows", "[row]") {
  const auto error = [](const std::string& command, const std::string& operand = "x (2-bit): 0 1") {
    const std::string text = "\nInputs:\n" + operand + "\nOutputs:\nz (1-bit): 2\n" + command + "\n";
    try {
      read_listing<NotNor>(text);
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  const auto range = [&](const std::string& numbers, const std::string& distance) {
    return error("T0: p_j.2 = NOT(p_i.0) for i in range(" + numbers + ") and j = i + " + distance);
  };
  CHECK(range("0, 4, 2", "1") == "no error");
  CHECK(range("0, 1024, 1", "0") == "no error");
  CHECK(range("0, 4, 2147483647", "1") == "listing line 6: 2147483647 is out of range, expected 1 to 1024");
  CHECK(range("0, 2147483647, 1", "1") == "listing line 6: 2147483647 is out of range, expected 1 to 1024");
  CHECK(range("-2147483648, 4, 1", "1") == "listing line 6: -2147483648 is out of range, expected 0 to 1023");
  CHECK(range("0, 1, 1", "2147483647") == "listing line 6: 2147483647 is out of range, expected -1023 to 1023");
  CHECK(range("0, 1, 1", "-2147483648") == "listing line 6: -2147483648 is out of range, expected -1023 to 1023");
  CHECK(range("1000, 1001, 1", "1000") == "listing line 6: partition 2000 is out of range, expected 0 to 1023");
  CHECK(range("3, 4, 1", "-4") == "listing line 6: a partition is out of range, expected 0 to 3");
  CHECK(range("4, 4, 1", "0") == "listing line 6: the range of partitions is empty");
  CHECK(error("T2147483647: 2 = INIT1") == "listing line 6: T2147483647 does not follow T-1");
  CHECK(error("T9999999999: 2 = INIT1") == "listing line 6: 9999999999 is out of range, expected 0 to 2147483647");
  CHECK(error("T0: 2 = NOT(-1)") == "listing line 6: -1 is out of range, expected 0 to 65535");

  const std::string command = "T0: p_j.2 = INIT1 for i in range(0, 4, 1) and j = i + 0";
  CHECK(error(command, "x (2-bit): bit 0 of partitions 0 2000") ==
        "listing line 3: 2000 is out of range, expected 0 to 1023");
  CHECK(error(command, "x (2-bit): bit 2147483647 of partitions 0 1") ==
        "listing line 3: 2147483647 is out of range, expected 0 to 65535");
  CHECK(error(command, "x (2-bit): 0.0 2147483647.0").find("listing line 3: 2147483647 is out of range") == 0);
  CHECK(error(command, "x (2-bit): 0.0 1024.0") ==
        "listing line 3: partition 1024 is out of range, expected 0 to 1023");
  CHECK(error(command, "x (2-bit): 0.0 1.20000") ==
        "listing line 3: operand x: cell 20000 of partition 1 is out of range");
  CHECK(error(command, "x (99999-bit): 0").find("listing line 3: 99999 is out of range") == 0);
}
TEST_CASE("listing: an operand may start with a T, at the start of its line too", "[row]") {
  const auto program = read_listing<NotNor>(
      "\nInputs:\nT (1-bit): 0\nOutputs:\nT0 (1-bit): 1\nTotal (1-bit): 2\nT0: 1 = INIT1\nT1:\t1 = NOT(0)\n");
  CHECK(program.inputs()[0].name == "T");
  CHECK(program.outputs()[0].name == "T0");
  CHECK(program.outputs()[1].name == "Total");
  CHECK(program.commands().size() == 2);
}
