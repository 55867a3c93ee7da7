#pragma once
#include <cstddef>

#include <pim/arith/circuit.hpp>
#include <pim/arith/serial_tuning.hpp>

namespace pim::arith::serial {

struct Step {
  Bit quotient;  ///< rest >= divisor
  Word rest;     ///< rest - divisor where it is, else rest
};

/// One step of a restoring division: `rest` has one bit more than the divisor and is less than twice it.
inline Step restoring_step_by_adder(Circuit& circuit, const Word& rest, const Word& divisor) {
  Word difference = divisor;
  Bit carry = one;
  for (std::size_t i = 0; i < divisor.size(); ++i) {
    const Circuit::Sum sum = circuit.full_add(rest[i], ~divisor[i], carry);
    difference[i] = sum.sum, carry = sum.carry;
  }
  const Bit quotient = circuit.or_(carry, rest[divisor.size()]);
  for (std::size_t i = 0; i < divisor.size(); ++i) difference[i] = circuit.mux(quotient, difference[i], rest[i]);
  return {quotient, difference};
}

/// The same.
///
/// Written as single gates: the difference toggles the bits of the rest where the divisor differs from the borrow, and
/// those bits are kept for the time when the quotient bit, the last borrow, is known. The toggle needs no second adder.
/// A step turns the polarity in which the rest lies in its cells; `is_inverted` says that it takes the complement,
/// which it then treats by the dual equations.
inline Step restoring_step_by_gates(Circuit& circuit, const Word& rest, const Word& divisor, bool is_inverted) {
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
  const Bit quotient = circuit.or_(dual(carry), rest[divisor.size()]);
  Word next;
  for (std::size_t i = 0; i < divisor.size(); ++i) {
    const Bit falls = circuit.and_(toggle[i], quotient);
    const Bit stays = circuit.and_(dual(rest[i]), ~falls);
    const Bit rises = circuit.and_(neither[i], quotient);
    next.push_back(dual(circuit.or_(stays, rises)));
  }
  return {quotient, next};
}

/// `is_odd`: of the steps of a division, counted from 0.
inline Step restoring_step(Circuit& circuit, const Word& rest, const Word& divisor, const SerialTuning& tuning,
                           bool is_odd) {
  return tuning.divides_by_gates ? restoring_step_by_gates(circuit, rest, divisor, is_odd)
                                 : restoring_step_by_adder(circuit, rest, divisor);
}

}  // namespace pim::arith::serial
