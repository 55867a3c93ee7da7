#pragma once
#include <cstddef>

#include <pim/arith/operation.hpp>
#include <pim/arith/request.hpp>
#include <pim/arith/serial_words.hpp>

/// Integer operations in the forms that take the fewest majorities, where those are not the forms of few gates.
namespace pim::arith::dram {

/// x = y: x >= y and y >= x, side by side, so that one load of each bit serves both.
inline Bit equal(Circuit& circuit, const Word& x, const Word& y) {
  Bit at_least = one, at_most = one;
  for (std::size_t i = 0; i < x.size(); ++i) {
    at_least = circuit.majority(x[i], ~y[i], at_least);
    at_most = circuit.majority(~x[i], y[i], at_most);
  }
  return circuit.and_(at_least, at_most);
}

/// |x|: the carry of a negation passes while the bits of x are 0, whatever its sign turns them to.
inline Word absolute(Circuit& circuit, const Word& x) {
  const Bit sign = x.back();
  Bit carry = sign;
  Word word;
  for (const Bit bit : x) {
    const Bit next = circuit.and_(carry, ~bit);
    word.push_back(circuit.xor_(circuit.xor_(bit, sign), carry));
    carry = next;
  }
  return word;
}

/// Makes an integer operation that has a form here, with the ports of integer::build; false where it has none.
inline bool build(SerialWords& w, const Request& request) {
  const Format& format = request.format;
  if (format.is_floating()) return false;
  if (request.operation == Operation::equal) {
    const Word x = w.input("x", format.integer_bits), y = w.input("y", format.integer_bits);
    w.output("z", {equal(w.circuit(), x, y)});
    return true;
  }
  if (request.operation == Operation::absolute && format.is_signed()) {
    w.output("z", absolute(w.circuit(), w.input("x", format.integer_bits)));
    return true;
  }
  return false;
}

}  // namespace pim::arith::dram
