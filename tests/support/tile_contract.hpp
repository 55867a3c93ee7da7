#pragma once
#include <cmath>

#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>

#include "support/catch.hpp"
#include "support/plain_product.hpp"
#include "support/threads.hpp"

namespace pim::test {

/// What every tile owes to a kernel, on blocks that do not divide the shapes: repeatability, independence of threads,
/// its actions, zeros, NaN, and that it multiplies.
///   error   at most so much, relative to the largest output
template <class TileT>
void check_tile_contract(const typename TileT::Params& params, double error) {
  constexpr Index m = 150, k = 40, n = 37;
  const Matrix x = normal_matrix(m, k, Rng(101)), w = normal_matrix(k, n, Rng(102), 0.05F);
  const auto run = [&](const Matrix& inputs, const Matrix& weights, std::uint64_t call, int threads, Index group = 0) {
    const WithThreads with(threads);
    kernel::Matmul<TileT> matmul(params);
    cost::Ledger ledger;
    Matrix y = Matrix::Constant(m, n, 1e9F);  // what was there does not matter
    matmul.program(weights, Rng(1), ledger);
    matmul.multiply(Rows(inputs, 0, group), y, Rng(2).at(0, call), ledger);
    CHECK(ledger[cost::action::mac] == static_cast<std::uint64_t>(m * k * n));
    CHECK(ledger[cost::action::cell_write] >= static_cast<std::uint64_t>(k * n));
    return y;
  };
  const Matrix y = run(x, w, 0, 1);
  CHECK(largest_error(y, plain_product(x, w)) < error);
  for (const int threads : {1, 2, 3}) CHECK((run(x, w, 0, threads) == y));  // the same bits
  CHECK((run(x, w, 0, 2, 25) == run(x, w, 0, 1, 25)));

  CHECK(run(Matrix::Zero(m, k), w, 0, 2).cwiseAbs().maxCoeff() < 1e-8F);
  CHECK(run(x, Matrix::Zero(k, n), 0, 2).allFinite());

  Matrix poisoned = x;
  poisoned(77, 3) = std::nanf("");
  const Matrix with_nan = run(poisoned, w, 0, 2, 25);
  CHECK(with_nan.row(77).array().isNaN().all());
  CHECK((with_nan.topRows(64) == run(x, w, 0, 2, 25).topRows(64)));  // rows of other blocks and groups

  kernel::Matmul<TileT> matmul(params);
  cost::Ledger ledger;
  Matrix out(m, n), narrow(m, n - 1), none(0, n);
  matmul.program(w, Rng(1), ledger);
  CHECK_THROWS_WITH(matmul.multiply(w, out, Rng(2), ledger), ContainsSubstring("Matmul::multiply: x is (40, 37)"));
  CHECK_THROWS_WITH(matmul.multiply(x, narrow, Rng(2), ledger), ContainsSubstring("Matmul::multiply: y is (150, 36)"));
  CHECK_THROWS_WITH(matmul.weights(out), ContainsSubstring("Matmul::weights: w is (150, 37)"));
  CHECK_THROWS_WITH(matmul.program(Matrix(0, 4), Rng(1), ledger), ContainsSubstring("Matmul::program: w is (0, 4)"));
  Matrix held(k, n);
  matmul.weights(held);
  CHECK(largest_error(held, w) < error);
  matmul.multiply(Matrix(0, k), none, Rng(2), ledger);  // nothing to do is no error
}

}  // namespace pim::test
