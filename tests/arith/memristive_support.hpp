#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <pim/core/rng.hpp>
#include <pim/row/bit_rows.hpp>
#include <pim/row/routine.hpp>

/// What the tests of mapped programs share.
namespace memristive_test {

__extension__ using Wide = unsigned __int128;
using Column = std::vector<Wide>;  ///< one number per row

inline Wide low_bits(Wide value, std::size_t bits) { return bits >= 128 ? value : value & ((Wide{1} << bits) - 1); }

/// Random numbers with a liking for 0, ones, single bits and small numbers.
inline Column random_numbers(std::size_t count, std::size_t bits, const pim::Rng& rng) {
  Column numbers;
  for (std::uint64_t i = 0; i < count; ++i) {
    Wide random = 0;
    for (std::uint64_t part = 0; part < 4; ++part) random = random << 32 | rng.bits(8 * i + part);
    const std::uint64_t choice = rng.bits(8 * i + 4) % 16, amount = rng.bits(8 * i + 5) % bits;
    const Wide number = choice == 0   ? 0
                        : choice == 1 ? ~Wide{0}
                        : choice == 2 ? Wide{1} << amount
                        : choice == 3 ? ~(Wide{1} << amount)
                        : choice < 8  ? low_bits(random, amount + 1)
                                      : random;
    numbers.push_back(low_bits(number, bits));
  }
  return numbers;
}

/// Runs a program on rows whose other cells hold anything.
template <class P>
std::vector<Column> run(const P& program, const std::vector<Column>& inputs) {
  const pim::row::Routine routine(program);
  const std::size_t count = inputs[0].size();
  auto rows = routine.rows(static_cast<pim::Index>(count));
  const pim::Rng rng(99);
  for (pim::Index i = 0; i < rows.bytes() / 8; ++i)
    rows.block(0)[i] = rng.bits(static_cast<std::uint64_t>(i)) * 0x100000001U;
  std::vector<std::uint64_t> part(count);
  const auto halves = [](const pim::row::Port& port, auto f) {
    for (std::size_t first = 0; first < port.columns.size(); first += 64)
      f(std::span(port.columns).subspan(first, std::min<std::size_t>(64, port.columns.size() - first)), first);
  };
  for (std::size_t p = 0; p < inputs.size(); ++p) {
    halves(routine.inputs()[p], [&](auto columns, std::size_t first) {
      for (std::size_t r = 0; r < count; ++r) part[r] = static_cast<std::uint64_t>(inputs[p][r] >> first);
      rows.store<std::uint64_t>(part, columns);
    });
  }
  routine.run(rows);
  std::vector<Column> outputs;
  for (const auto& port : routine.outputs()) {
    Column& output = outputs.emplace_back(count, 0);
    halves(port, [&](auto columns, std::size_t first) {
      rows.load<std::uint64_t>(columns, part);
      for (std::size_t r = 0; r < count; ++r) output[r] |= Wide{part[r]} << first;
    });
  }
  return outputs;
}

}  // namespace memristive_test
