#pragma once
#include <type_traits>

#include <pim/arith/compile.hpp>

/// Row programs by name:
///
///   #include <pim/row/routine.hpp>
///   const pim::row::Routine add(pim::arith::add<pim::arith::fp32>());                     // NOT and NOR, serial
///   const pim::row::Routine in_dram(pim::arith::add<pim::arith::fp32, pim::arith::DRAM>());
///   pim::row::BitRows rows = add.rows(1 << 20);  // store x and y, then:
///   add.run(rows);                               // add.counts() says cycles, gates, cells
namespace pim::arith {

/// In place of a gate set: a DRAM subarray that computes by activating rows.
struct DRAM {};

struct Options {
  Variant variant = Variant::serial;
  Contract contract = Contract::ieee;  ///< of floating point
  Source source = Source::ours;
};

/// row::Program<Gates>, or row::DRAMProgram, of one operation.
/// throws  std::invalid_argument: an operation or a variant that does not exist for the format or the gates
template <Operation Which, Format F, class Gates = gate::NotNor>
auto program(const Options& options = {}) {
  const Request request{.operation = Which,
                        .format = F,
                        .variant = options.variant,
                        .contract = options.contract,
                        .source = options.source};
  if constexpr (std::is_same_v<Gates, DRAM>) {
    return dram_program(request);
  } else {
    return memristive_program<Gates>(request);
  }
}

/// @{ the usual ones
template <Format F, class Gates = gate::NotNor>
auto add(const Options& options = {}) {
  return program<Operation::add, F, Gates>(options);
}
template <Format F, class Gates = gate::NotNor>
auto subtract(const Options& options = {}) {
  return program<Operation::subtract, F, Gates>(options);
}
template <Format F, class Gates = gate::NotNor>
auto multiply(const Options& options = {}) {
  return program<Operation::multiply, F, Gates>(options);
}
template <Format F, class Gates = gate::NotNor>
auto divide(const Options& options = {}) {
  return program<Operation::divide, F, Gates>(options);
}
template <Format F, class Gates = gate::NotNor>
auto fused_multiply_add(const Options& options = {}) {
  return program<Operation::fused_multiply_add, F, Gates>(options);
}
/// @}

}  // namespace pim::arith
