#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

/// Row addresses of a DRAM subarray that computes by activating rows.
/// source  Ambit (Seshadri et al., MICRO 2017), table 1 and section 5.1;
///         the same addresses in SIMDRAM (Hajinazar et al., ASPLOS 2021)
namespace pim::gate::dram {

/// The rows in which a subarray computes: four plain ones and two whose cells are dual-contact.
enum Row : std::uint8_t { row_t0, row_t1, row_t2, row_t3, row_dcc0, row_dcc1 };
inline constexpr int compute_rows = 6;

/// One word line of a compute row. The negated word line of a dual-contact row joins its cells to the complementary bit
/// line: through it the complement is read and written.
struct WordLine {
  std::uint8_t row = row_t0;
  bool negated = false;

  friend constexpr bool operator==(const WordLine&, const WordLine&) = default;
};

/// What one ACTIVATE names: an address of the B group (one to three word lines), a constant row, or a row of data.
struct Address {
  std::uint32_t code = 0;  ///< B0 to B15, then C0, C1, then the D group

  friend constexpr bool operator==(const Address&, const Address&) = default;
  constexpr bool is_compute() const { return code < 16; }
  constexpr bool is_constant() const { return code == 16 || code == 17; }
  constexpr bool is_data() const { return code >= 18; }
  constexpr std::uint32_t data_row() const { return code - 18; }  ///< of a row of data
};

/// @{ B0 to B15
inline constexpr Address t0{0}, t1{1}, t2{2}, t3{3}, dcc0{4}, not_dcc0{5}, dcc1{6}, not_dcc1{7}, not_dcc0_t0{8},
    not_dcc1_t1{9}, t2_t3{10}, t0_t3{11}, t0_t1_t2{12}, t1_t2_t3{13}, dcc0_t1_t2{14}, dcc1_t0_t3{15};
/// @}
/// @{ rows of zeros and of ones
inline constexpr Address c0{16}, c1{17};
/// @}
/// Row of the D group.
/// throws  std::invalid_argument: row is negative
constexpr Address data(int row) {
  if (row < 0) throw std::invalid_argument("dram::data: row " + std::to_string(row) + " is negative");
  return {18 + static_cast<std::uint32_t>(row)};
}

namespace detail {
struct WordLines {
  std::size_t count;
  std::array<WordLine, 3> lines;
};
inline constexpr WordLine line_t0{row_t0}, line_t1{row_t1}, line_t2{row_t2}, line_t3{row_t3}, line_dcc0{row_dcc0},
    line_dcc1{row_dcc1}, line_not_dcc0{row_dcc0, true}, line_not_dcc1{row_dcc1, true};
inline constexpr std::array<WordLines, 16> word_lines{{
    {1, {line_t0}},
    {1, {line_t1}},
    {1, {line_t2}},
    {1, {line_t3}},
    {1, {line_dcc0}},
    {1, {line_not_dcc0}},
    {1, {line_dcc1}},
    {1, {line_not_dcc1}},
    {2, {line_not_dcc0, line_t0}},
    {2, {line_not_dcc1, line_t1}},
    {2, {line_t2, line_t3}},
    {2, {line_t0, line_t3}},
    {3, {line_t0, line_t1, line_t2}},
    {3, {line_t1, line_t2, line_t3}},
    {3, {line_dcc0, line_t1, line_t2}},
    {3, {line_dcc1, line_t0, line_t3}},
}};
}  // namespace detail

/// The word lines that an address of the B group raises; none for others.
constexpr std::span<const WordLine> word_lines(Address address) {
  if (!address.is_compute()) return {};
  const detail::WordLines& entry = detail::word_lines[address.code];
  return {entry.lines.data(), entry.count};
}

/// "T0", "{~DCC0,T0}", "C1", "D17"
inline std::string name(Address address) {
  if (address.is_data()) return "D" + std::to_string(address.data_row());
  if (address.is_constant()) return address == c0 ? "C0" : "C1";
  constexpr std::array rows{"T0", "T1", "T2", "T3", "DCC0", "DCC1"};
  const auto lines = word_lines(address);
  std::string text;
  for (const WordLine& line : lines)
    text += (text.empty() ? "" : ",") + std::string(line.negated ? "~" : "") + rows[line.row];
  return lines.size() > 1 ? '{' + text + '}' : text;
}

}  // namespace pim::gate::dram
