// expect: Minifloat: 2 to 8 exponent bits, 8 only with infinities
#include <pim/numeric/minifloat.hpp>

pim::numeric::Minifloat<8, 3, pim::numeric::Specials::none> refused;
