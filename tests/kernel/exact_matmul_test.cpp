#include <pim/kernel/exact_matmul.hpp>

#include <type_traits>

#include "support/catch.hpp"
#include "support/plain_product.hpp"
#include "support/threads.hpp"

using pim::Matrix;
using pim::Matrix_;
using pim::Rng;
using pim::kernel::ExactMatmul;

template <class T>
static double error(pim::Index m) {
  const Matrix_<T> x = Matrix_<T>::Random(m, 23), w = Matrix_<T>::Random(23, 9);
  ExactMatmul<T> matmul;
  pim::cost::Ledger ledger;
  Matrix_<T> y(m, 9), held(23, 9);
  matmul.program(w, Rng(1), ledger);
  matmul.multiply(x, y, Rng(1), ledger);
  matmul.weights(held);
  CHECK(held == w);
  CHECK(ledger.entries().empty());
  return (y.template cast<double>() - pim::test::plain_product(x, w)).cwiseAbs().maxCoeff();
}

TEST_CASE("ExactMatmul: the product, in panels, in float and double", "[kernel]") {
  for (const int threads : {1, 2}) {
    const pim::test::WithThreads with(threads);
    for (const pim::Index m : {1, 64, 65, 200}) {
      CHECK(error<float>(m) < 1e-5);
      CHECK(error<double>(m) < 1e-14);
    }
  }
}

TEST_CASE("ExactMatmul: names what is wrong", "[kernel]") {
  ExactMatmul<float> matmul;
  pim::cost::Ledger ledger;
  Matrix y(2, 3);
  matmul.program(Matrix::Ones(4, 3), Rng(1), ledger);
  CHECK_THROWS_WITH(matmul.multiply(Matrix::Ones(2, 5), y, Rng(1), ledger),
                    ContainsSubstring("x is (2, 5), expected (2, 4)"));
  CHECK_THROWS_WITH(matmul.multiply(Matrix::Ones(3, 4), y, Rng(1), ledger),
                    ContainsSubstring("y is (2, 3), expected (3, 3)"));
  CHECK_THROWS_WITH(matmul.weights(y), ContainsSubstring("w is (2, 3), expected (4, 3)"));
}
