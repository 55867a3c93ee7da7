#pragma once
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <pim/arith/format.hpp>
#include <pim/core/text.hpp>

namespace pim::arith {

/// What a row can calculate with one number per operand.
enum class Operation {
  add,
  add_unsigned,  ///< floating point without sign bit, or add
  subtract,
  multiply,       ///< integers: the full product, twice as wide
  multiply_low,   ///< the low half of the product
  divide,         ///< integers: 2N bits by N, quotient and remainder
  divide_narrow,  ///< N bits by N, quotient and remainder, unsigned
  fused_multiply_add,
  equal,
  less,
  less_equal,
  greater,
  greater_equal,
  minimum,
  maximum,
  absolute,
  negate,
  relu,
  select,       ///< one bit: 1 gives x, 0 gives y
  shift_left,   ///< of x by y
  shift_right,  ///< of x by y, arithmetic for signed numbers
  population_count,
  reduce_and,
  reduce_or,
  reduce_xor,
  is_positive,
  is_nonnegative,
  convert,  ///< to another format
};

struct OperationInfo {
  Operation operation;
  std::string_view name;  ///< on command lines
  int operands;
  bool integer, floating;
  bool published;  ///< AritPIM has it, for integers and (where defined) floating point
};
inline constexpr std::array operations{
    OperationInfo{Operation::add, "add", 2, true, true, true},
    OperationInfo{Operation::add_unsigned, "add_unsigned", 2, false, true, true},
    OperationInfo{Operation::subtract, "sub", 2, true, true, true},
    OperationInfo{Operation::multiply, "mul", 2, true, true, true},
    OperationInfo{Operation::multiply_low, "mul_low", 2, true, false, false},
    OperationInfo{Operation::divide, "div", 2, true, true, true},
    OperationInfo{Operation::divide_narrow, "div_narrow", 2, true, false, false},
    OperationInfo{Operation::fused_multiply_add, "fma", 3, false, true, false},
    OperationInfo{Operation::equal, "equal", 2, true, true, false},
    OperationInfo{Operation::less, "less", 2, true, true, false},
    OperationInfo{Operation::less_equal, "less_equal", 2, true, true, false},
    OperationInfo{Operation::greater, "greater", 2, true, true, false},
    OperationInfo{Operation::greater_equal, "greater_equal", 2, true, true, false},
    OperationInfo{Operation::minimum, "min", 2, true, true, false},
    OperationInfo{Operation::maximum, "max", 2, true, true, false},
    OperationInfo{Operation::absolute, "abs", 1, true, true, false},
    OperationInfo{Operation::negate, "neg", 1, true, true, false},
    OperationInfo{Operation::relu, "relu", 1, true, true, false},
    OperationInfo{Operation::select, "select", 3, true, false, false},
    OperationInfo{Operation::shift_left, "shift_left", 2, true, false, false},
    OperationInfo{Operation::shift_right, "shift_right", 2, true, false, false},
    OperationInfo{Operation::population_count, "popcount", 1, true, false, false},
    OperationInfo{Operation::reduce_and, "reduce_and", 1, true, false, false},
    OperationInfo{Operation::reduce_or, "reduce_or", 1, true, false, false},
    OperationInfo{Operation::reduce_xor, "reduce_xor", 1, true, false, false},
    OperationInfo{Operation::is_positive, "is_positive", 1, true, false, false},
    OperationInfo{Operation::is_nonnegative, "is_nonnegative", 1, true, false, false},
    OperationInfo{Operation::convert, "convert", 1, true, true, false},
};

static_assert(
    [] {
      for (std::size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].operation != static_cast<Operation>(i)) return false;
      }
      return true;
    }(),
    "operations: one entry per Operation, in its order");

constexpr const OperationInfo& info(Operation operation) { return operations[static_cast<std::size_t>(operation)]; }

inline std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const OperationInfo& entry : operations) names.emplace_back(entry.name);
  return names;
}
/// throws  std::invalid_argument: no such operation
inline Operation parse_operation(std::string_view text) {
  const auto entry = std::ranges::find(operations, text, &OperationInfo::name);
  if (entry == operations.end())
    throw std::invalid_argument("operation " + in_quotes(text) + " is unknown" + did_you_mean(text, operation_names()));
  return entry->operation;
}

}  // namespace pim::arith
