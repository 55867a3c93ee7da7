// expect: Tile: needs Params, a constructor from Params, rows(), cols(), void program(ConstMatrixRef w, const Rng&
// expect: Tile: needs void multiply_add(const Rows& x
#include <pim/kernel/matmul.hpp>

pim::kernel::Matmul<pim::Matrix> refused;
