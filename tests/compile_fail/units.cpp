// expect: Quantity<0, 1, 0>
// expect: operator+
#include <pim/arch/quantity.hpp>

using namespace pim::arch::literals;
constexpr auto refused = 1_pJ + 1_ns;
