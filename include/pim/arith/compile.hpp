#pragma once
#include <algorithm>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <pim/arith/circuit.hpp>
#include <pim/arith/dram_integer.hpp>
#include <pim/arith/dram_map.hpp>
#include <pim/arith/floating_compare.hpp>
#include <pim/arith/floating_convert.hpp>
#include <pim/arith/floating_ieee.hpp>
#include <pim/arith/floating_published.hpp>
#include <pim/arith/integer.hpp>
#include <pim/arith/memristive_map.hpp>
#include <pim/arith/partitioned_fixed.hpp>
#include <pim/arith/partitioned_floating.hpp>
#include <pim/arith/partitioned_words.hpp>
#include <pim/arith/published/float_programs.hpp>
#include <pim/arith/published/parallel_fixed.hpp>
#include <pim/arith/published/parallel_float.hpp>
#include <pim/arith/published/serial_fixed.hpp>
#include <pim/arith/published/serial_float.hpp>
#include <pim/arith/request.hpp>
#include <pim/arith/serial_words.hpp>
#include <pim/gate/memristive.hpp>
#include <pim/row/dram_program.hpp>

/// From a request to a row program.
namespace pim::arith {

/// throws  std::invalid_argument naming what the request asks for and nobody has
[[noreturn]] inline void no_program(const Request& request, const std::string& why) {
  throw std::invalid_argument(std::string(info(request.operation).name) + " of " + name(request.format) + ": " + why);
}
inline void require_defined(const Request& request) {
  require_valid(request.format);
  if (request.operation == Operation::convert) require_valid(request.to);
  if (is_defined(request.operation, request.format, request.contract)) return;
  const bool other = is_defined(request.operation, request.format,
                                request.contract == Contract::ieee ? Contract::published : Contract::ieee);
  no_program(request, !other ? "not an operation of this format"
                      : request.contract == Contract::ieee
                          ? "defined by the published contract only; choose contract published"
                          : "not defined by the published contract; choose contract ieee");
}

/// The operation on words of any class, with its operands as ports.
/// ports   integers as integer::build; floating point xs xe xm, and y, z alike; truth values z
template <class W>
void build(W& w, const Request& request) {
  require_defined(request);
  const Format& f = request.format;
  if (request.operation == Operation::convert) {
    const Format& to = request.to;
    if (!f.is_floating()) {
      const auto x = w.input("x", f.integer_bits);
      if (to.is_floating()) return floating::output(w, "z", floating::ieee::from_integer(w, x, f.is_signed(), to));
      const auto fill = f.is_signed() ? w.at(x, f.integer_bits - 1) : w.bit(false);
      const int kept = std::min(f.integer_bits, to.integer_bits);
      return w.output("z", w.concat(w.slice(x, 0, kept), w.repeat(fill, to.integer_bits - kept)));
    }
    const auto x = floating::input(w, "x", f);
    if (to.is_floating()) return floating::output(w, "z", floating::ieee::convert(w, x, to));
    return w.output(
        "z", floating::ieee::to_integer(w, x, to.integer_bits, to.is_signed(), floating::ieee::Rounding::toward_zero));
  }
  if (!f.is_floating()) return integer::build(w, request.operation, f);

  if (request.operation == Operation::add_unsigned) {
    const auto x = floating::input_unsigned(w, "x", f), y = floating::input_unsigned(w, "y", f);
    return floating::output_unsigned(w, "z", floating::published::add_unsigned(w, x, y));
  }
  const auto x = floating::input(w, "x", f);
  const auto number = [&](const auto& result) { floating::output(w, "z", result); };
  const auto truth = [&](const auto& bit) { w.output("z", w.repeat(bit, 1)); };
  switch (request.operation) {
    case Operation::absolute:
      return number(floating::ieee::absolute(w, x));
    case Operation::negate:
      return number(floating::ieee::negate(w, x));
    case Operation::relu:
      return number(floating::ieee::relu(w, x));
    default:
      break;
  }
  const auto y = floating::input(w, "y", f);
  if (request.contract == Contract::published) {
    switch (request.operation) {
      case Operation::add:
        return number(floating::published::add(w, x, y));
      case Operation::subtract:
        return number(floating::published::subtract(w, x, y));
      case Operation::multiply:
        return number(floating::published::multiply(w, x, y));
      default:
        return number(floating::published::divide(w, x, y));
    }
  }
  switch (request.operation) {
    case Operation::add:
      return number(floating::ieee::add(w, x, y));
    case Operation::subtract:
      return number(floating::ieee::subtract(w, x, y));
    case Operation::multiply:
      return number(floating::ieee::multiply(w, x, y));
    case Operation::divide:
      return number(floating::ieee::divide(w, x, y));
    case Operation::fused_multiply_add:
      return number(floating::ieee::fused_multiply_add(w, x, y, floating::input(w, "z", f)));
    case Operation::equal:
      return truth(floating::ieee::equal(w, x, y));
    case Operation::less:
      return truth(floating::ieee::less(w, x, y));
    case Operation::less_equal:
      return truth(floating::ieee::less_equal(w, x, y));
    case Operation::greater:
      return truth(floating::ieee::greater(w, x, y));
    case Operation::greater_equal:
      return truth(floating::ieee::greater_equal(w, x, y));
    case Operation::minimum:
      return number(floating::ieee::minimum(w, x, y));
    case Operation::maximum:
      return number(floating::ieee::maximum(w, x, y));
    default:
      no_program(request, "not an operation of this format");
  }
}

/// The published program, NOT and NOR with one initialisation per cycle. Multiplication and division take integers as
/// unsigned, whatever the format says.
/// throws  std::invalid_argument: an operation that was not published
inline row::Program<gate::NotNor> published_program(const Request& request) {
  const Format& f = request.format;
  const bool serial = request.variant == Variant::serial;
  if (!info(request.operation).published) no_program(request, "not among the published programs");
  if (!f.is_floating()) {
    const int n = f.integer_bits;
    switch (request.operation) {
      case Operation::add:
        return serial ? published::fixed_add(n) : published::parallel_fixed_add(n);
      case Operation::subtract:
        return serial ? published::fixed_subtract(n) : published::parallel_fixed_subtract(n);
      case Operation::multiply:
        return serial ? published::fixed_multiply(n) : published::parallel_fixed_multiply(n);
      case Operation::divide:
        return serial ? published::fixed_divide(n) : published::parallel_fixed_divide(n);
      default:
        no_program(request, "not among the published programs");
    }
  }
  if (request.contract != Contract::published) no_program(request, "published programs have contract published");
  const int e = f.exponent_bits, m = f.mantissa_bits;
  switch (request.operation) {
    case Operation::add_unsigned:
      return serial ? published::float_add_unsigned(e, m) : published::parallel_float_add_unsigned(e, m);
    case Operation::add:
      return serial ? published::float_add_signed(e, m) : published::parallel_float_add_signed(e, m);
    case Operation::subtract:
      return serial ? published::float_subtract(e, m) : published::parallel_float_subtract(e, m);
    case Operation::multiply:
      return serial ? published::float_multiply(e, m) : published::parallel_float_multiply(e, m);
    default:
      return serial ? published::float_divide(e, m) : published::parallel_float_divide(e, m);
  }
}

/// The operation in partitions, a bit per partition: a program of its own where there is one, else the operation on
/// words.
template <gate::GateSet G>
row::Program<G> partitioned_program(const Request& request) {
  require_defined(request);
  const Format& f = request.format;
  if (!f.is_floating()) {
    const int n = f.integer_bits;
    switch (request.operation) {
      case Operation::add:
        return partitioned::add<G>(n);
      case Operation::subtract:
        return partitioned::subtract<G>(n);
      case Operation::multiply:
        if (!f.is_signed()) return partitioned::multiply<G>(n);
        break;
      case Operation::divide:
        if (!f.is_signed()) return partitioned::divide<G>(n);
        break;
      default:
        break;
    }
  } else if (request.contract == Contract::published &&
             partitioned::has_float_programs(f.exponent_bits, f.mantissa_bits)) {
    const int e = f.exponent_bits, m = f.mantissa_bits;
    switch (request.operation) {
      case Operation::add_unsigned:
        return partitioned::float_add_unsigned<G>(e, m);
      case Operation::add:
        return partitioned::float_add<G>(e, m);
      case Operation::subtract:
        return partitioned::float_subtract<G>(e, m);
      case Operation::multiply:
        return partitioned::float_multiply<G>(e, m);
      default:
        return partitioned::float_divide<G>(e, m);
    }
  }
  PartitionedWords<G> words(std::max(f.bits(), request.operation == Operation::convert ? request.to.bits() : 0));
  build(words, request);
  words.program().set_title("Parallel " + std::string(info(request.operation).name) + " of " + name(request.format));
  return std::move(words.program());
}

/// A program for memristive rows of gate set G, with one initialisation per cycle.
/// throws  std::invalid_argument: what nobody has a program for
template <gate::GateSet G>
row::Program<G> memristive_program(const Request& request) {
  require_defined(request);
  if (request.source == Source::published) {
    if constexpr (std::is_same_v<G, gate::NotNor>) return published_program(request);
    no_program(request, "published programs use gates nor");
  }
  if (request.variant == Variant::parallel) return partitioned_program<G>(request);
  Circuit circuit;
  SerialWords words(circuit, serial_tuning<G>());
  build(words, request);
  row::Program<G> program = map_memristive<G>(circuit);
  program.set_title("Serial " + std::string(info(request.operation).name) + " of " + name(request.format));
  return program;
}

/// A program of AAP and AP commands for a DRAM subarray.
/// throws  std::invalid_argument: what nobody has a program for
template <class Words = SerialWords>
row::DRAMProgram dram_program(const Request& request) {
  if (request.source == Source::published) no_program(request, "published programs use gates nor");
  if (request.variant == Variant::parallel) no_program(request, "DRAM rows have no partitions");
  Circuit circuit;
  Words words(circuit, dram_tuning);
  require_defined(request);
  if (!dram::build(words, request)) build(words, request);
  row::DRAMProgram program = map_dram(circuit);
  program.set_title("DRAM " + std::string(info(request.operation).name) + " of " + name(request.format));
  return program;
}

}  // namespace pim::arith
