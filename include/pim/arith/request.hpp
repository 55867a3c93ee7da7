#pragma once
#include <pim/arith/format.hpp>
#include <pim/arith/operation.hpp>

namespace pim::arith {

enum class Variant {
  serial,    ///< one gate per cycle
  parallel,  ///< a bit per partition, gates in many partitions per cycle
};
/// What floating-point results mean.
enum class Contract {
  published,  ///< AritPIM's: no subnormals, infinities, NaN (reference/published_float.hpp)
  ieee,       ///< IEEE 754, rounded to nearest even (floating_ieee.hpp)
};
enum class Source {
  published,  ///< the program gate by gate as AritPIM has it
  ours,       ///< the cheapest that we know
};

/// One operation to be made into a row program.
struct Request {
  Operation operation = Operation::add;
  Format format = fp32;
  Variant variant = Variant::serial;
  Contract contract = Contract::ieee;  ///< of floating point; integers have one meaning only
  Source source = Source::ours;
  Format to = fp16;  ///< of conversions
};

/// True where an operation exists in this contract for this format.
constexpr bool is_defined(Operation operation, const Format& format, Contract contract) {
  const OperationInfo& entry = info(operation);
  if (!format.is_floating()) return entry.integer && !(operation == Operation::divide_narrow && format.is_signed());
  return entry.floating && (contract == Contract::published ? entry.published : operation != Operation::add_unsigned);
}

}  // namespace pim::arith
