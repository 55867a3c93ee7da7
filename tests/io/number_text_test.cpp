#include <pim/io/number_text.hpp>

#include <limits>

#include "support/catch.hpp"

TEST_CASE("number_text, fixed_text: digits asked for, of any double", "[text]") {
  CHECK(pim::io::number_text(0.125) == "0.125");
  CHECK(pim::io::number_text(123456.0) == "1.235e+05");
  CHECK(pim::io::number_text(1234567.0, 12) == "1234567");
  CHECK(pim::io::number_text(1e-9) == "1e-09");
  CHECK(pim::io::fixed_text(2.5, 2) == "2.50");
  CHECK(pim::io::fixed_text(std::numeric_limits<double>::max(), 2).size() == 309 + 3);
}

TEST_CASE("time_text, power_text: units and powers", "[text]") {
  CHECK(pim::io::time_text(0.0) == "0 s");
  CHECK(pim::io::time_text(3600.0) == "1 h");
  CHECK(pim::io::time_text(90.0) == "1.5 min");
  CHECK(pim::io::time_text(2e-6) == "2 µs");
  CHECK(pim::io::time_text(5e-9) == "5 ns");
  CHECK(pim::io::power_text(-3) == "0.001");
  CHECK(pim::io::power_text(-12) == "10⁻¹²");
  CHECK(pim::io::power_text(6) == "10⁶");
}
