// expect: constraints not satisfied
// expect: MatmulKernel
// expect: weights
#include <pim/kernel/concepts.hpp>

/// Everything that a kernel needs except weights().
struct Unreadable {
  void program(pim::ConstMatrixRef w, const pim::Rng& rng, pim::cost::Ledger& ledger);
  void multiply(const pim::Rows& x, pim::MatrixRef y, const pim::Rng& rng, pim::cost::Ledger& ledger);
};
template <pim::kernel::MatmulKernel Kernel>
void use(Kernel& kernel);

void refused(Unreadable& kernel) { use(kernel); }
