#pragma once
#include <cstddef>

#include <pim/arith/circuit.hpp>
#include <pim/arith/serial_tuning.hpp>

namespace pim::arith::serial {

struct Step {
  Bit quotient;  ///< rest >= divisor
  Word rest;     ///< rest - divisor where it is, else rest
};

/// One step of a restoring division: `rest` has one bit more than the divisor and is less than twice it. Where
/// `is_beyond` is 1, the divisor has higher bits and the quotient bit is 0.
inline Step restoring_step_by_adder(Circuit& circuit, const Word& rest, const Word& divisor, Bit is_beyond) {
  Word difference = divisor;
  Bit carry = one;
  for (std::size_t i = 0; i < divisor.size(); ++i) {
    const Circuit::Sum sum = circuit.full_add(rest[i], ~divisor[i], carry);
    difference[i] = sum.sum, carry = sum.carry;
  }
  const Bit quotient = circuit.and_(circuit.or_(carry, rest[divisor.size()]), ~is_beyond);
  for (std::size_t i = 0; i < divisor.size(); ++i) difference[i] = circuit.mux(quotient, difference[i], rest[i]);
  return {quotient, difference};
}

/// The same: compares first and subtracts the divisor or 0, an AND a bit instead of a multiplexer.
inline Step restoring_step_by_mask(Circuit& circuit, const Word& rest, const Word& divisor, Bit is_beyond) {
  Bit carry = one;
  for (std::size_t i = 0; i < divisor.size(); ++i) carry = circuit.majority(rest[i], ~divisor[i], carry);
  const Bit quotient = circuit.and_(circuit.or_(carry, rest[divisor.size()]), ~is_beyond);
  Word difference;
  for (const Bit bit : divisor) difference.push_back(circuit.and_(bit, quotient));
  carry = one;
  for (std::size_t i = 0; i < divisor.size(); ++i) {
    const Circuit::Sum sum = circuit.full_add(rest[i], ~difference[i], carry);
    difference[i] = sum.sum, carry = sum.carry;
  }
  return {quotient, difference};
}

/// The same.
///
/// Written as single gates: the difference toggles the bits of the rest where the divisor differs from the borrow, and
/// those bits are kept for the time when the quotient bit, the last borrow, is known. The toggle needs no second adder.
/// A step turns the polarity in which the rest lies in its cells; `is_inverted` says that it takes the complement,
/// which it then treats by the dual equations.
inline Step restoring_step_by_gates(Circuit& circuit, const Word& rest, const Word& divisor, Bit is_beyond,
                                    bool is_inverted) {
  const auto dual = [&](Bit bit) { return is_inverted ? ~bit : bit; };
  Word toggle, neither;
  Bit carry = dual(one);
  for (std::size_t i = 0; i < divisor.size(); ++i) {
    const Bit d = dual(~divisor[i]), r = dual(rest[i]);
    const Bit both_low = circuit.and_(~d, ~carry), d_alone = circuit.and_(~carry, ~both_low);
    const Bit carry_alone = circuit.and_(carry, ~d);
    toggle.push_back(circuit.or_(d_alone, carry_alone));
    neither.push_back(circuit.and_(toggle[i], ~r));
    carry = circuit.and_(~both_low, ~neither[i]);
  }
  const Bit quotient = circuit.and_(circuit.or_(dual(carry), rest[divisor.size()]), ~is_beyond);
  Word next;
  for (std::size_t i = 0; i < divisor.size(); ++i) {
    const Bit falls = circuit.and_(toggle[i], quotient);
    const Bit stays = circuit.and_(dual(rest[i]), ~falls);
    const Bit rises = circuit.and_(neither[i], quotient);
    next.push_back(dual(circuit.or_(stays, rises)));
  }
  return {quotient, next};
}

/// `is_odd`: of the steps of a division, counted from 0. A rest never grows, so that where its highest bits are known
/// to be 0 the step leaves them out, and the divisor must have none there for a quotient bit of 1.
inline Step restoring_step(Circuit& circuit, Word rest, Word divisor, const SerialTuning& tuning, bool is_odd) {
  const std::size_t bits = divisor.size();
  Bit is_beyond = zero;
  while (!divisor.empty() && rest.back() == zero && rest[divisor.size() - 1] == zero) {
    is_beyond = circuit.or_(is_beyond, divisor.back());
    rest.pop_back(), divisor.pop_back();
  }
  const auto step = [&] {
    switch (tuning.division_step) {
      case SerialTuning::Step::gates:
        return restoring_step_by_gates(circuit, rest, divisor, is_beyond, is_odd);
      case SerialTuning::Step::adder:
        return restoring_step_by_adder(circuit, rest, divisor, is_beyond);
      default:
        return restoring_step_by_mask(circuit, rest, divisor, is_beyond);
    }
  };
  Step result = step();
  result.rest.resize(bits, zero);
  return result;
}

}  // namespace pim::arith::serial
