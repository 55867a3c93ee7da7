#include <pim/kernel/any_matmul.hpp>

#include <pim/core/random.hpp>
#include <pim/device/gaussian_cell.hpp>
#include <pim/tile/crossbar_tile.hpp>
#include <pim/tile/ideal_tile.hpp>

#include "support/catch.hpp"

using pim::Matrix;
using pim::Rng;
using Ideal = pim::tile::IdealTile;
using Crossbar = pim::tile::CrossbarTile<pim::device::GaussianCell>;
using AnyMatmul = pim::kernel::AnyMatmul<Ideal, Crossbar>;

static_assert(pim::kernel::MatmulKernel<AnyMatmul>);

TEST_CASE("AnyMatmul: is the kernel that it holds, bit by bit, and can be copied", "[kernel]") {
  const Matrix x = pim::normal_matrix(70, 30, Rng(1)), w = pim::normal_matrix(30, 20, Rng(2));
  const auto run = [&](auto kernel) {
    pim::cost::Ledger ledger;
    Matrix both(100, 20);
    kernel.program(w, Rng(3), ledger);
    kernel.multiply(x, both.topRows(70), Rng(4), ledger);
    kernel.weights(both.bottomRows(30));
    CHECK(ledger[pim::cost::action::mac] == 70 * 30 * 20);
    return both;
  };
  const pim::kernel::Matmul<Crossbar> crossbar({.core_size = 16, .device = {.sigma = 0.1F}});
  const AnyMatmul any = crossbar, copy = any;
  CHECK(run(any) == run(crossbar));
  CHECK(run(copy) == run(crossbar));
  CHECK(run(AnyMatmul(pim::kernel::Matmul<Ideal>())) == run(pim::kernel::Matmul<Ideal>()));
}
