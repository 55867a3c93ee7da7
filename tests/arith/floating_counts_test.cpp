#include <array>
#include <cstdint>

#include <pim/arith/floating_published.hpp>
#include <pim/arith/memristive_map.hpp>
#include <pim/arith/serial_words.hpp>
#include <pim/gate/memristive.hpp>

#include "support/catch.hpp"

using pim::arith::Format;
using pim::arith::SerialWords;
namespace published = pim::arith::floating::published;
using Float = pim::arith::floating::Float<SerialWords>;

template <class Operation>
static std::uint64_t cycles(const Format& format, Operation operation) {
  pim::arith::Circuit circuit;
  SerialWords w(circuit);
  const Float x = pim::arith::floating::input(w, "x", format), y = pim::arith::floating::input(w, "y", format);
  pim::arith::floating::output(w, "z", operation(w, x, y));
  return pim::arith::map_memristive<pim::gate::NotNor>(circuit).counts().cycles;
}

TEST_CASE("Published floating point: NOR cycles stay below the published programs with the best known adders",
          "[arith][floating]") {
  // The published gate lists with one-bit primitives swapped for the cheapest known ones: add, multiply, divide.
  struct Row {
    Format format;
    std::uint64_t add, multiply, divide;
  };
  const std::array rows{Row{pim::arith::bf16, 1643, 1582, 3310}, Row{pim::arith::fp16, 1787, 2518, 4984},
                        Row{pim::arith::fp32, 3631, 10344, 17598}};
  for (const Row& row : rows) {
    INFO(name(row.format));
    CHECK(cycles(row.format, published::add<SerialWords>) < row.add * 85 / 100);
    CHECK(cycles(row.format, published::subtract<SerialWords>) < row.add * 85 / 100);
    CHECK(cycles(row.format, published::multiply<SerialWords>) < row.multiply * 75 / 100);
    CHECK(cycles(row.format, published::divide<SerialWords>) < row.divide * 65 / 100);
  }
}
TEST_CASE("Published floating point: NOR cycles of unsigned addition", "[arith][floating]") {
  const auto count = [](const Format& format) {
    pim::arith::Circuit circuit;
    SerialWords w(circuit);
    const Float x = pim::arith::floating::input_unsigned(w, "x", format),
                y = pim::arith::floating::input_unsigned(w, "y", format);
    pim::arith::floating::output_unsigned(w, "z", published::add_unsigned(w, x, y));
    return pim::arith::map_memristive<pim::gate::NotNor>(circuit).counts().cycles;
  };
  CHECK(count(pim::arith::bf16) < 960 * 85 / 100);
  CHECK(count(pim::arith::fp16) < 1020 * 85 / 100);
  CHECK(count(pim::arith::fp32) < 2111 * 90 / 100);
  CHECK(count(pim::arith::fp64) < 4542 * 92 / 100);
}
