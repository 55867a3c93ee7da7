#include <pim/kernel/matmul.hpp>

#include <array>
#include <stdexcept>

#include <pim/tile/ideal_tile.hpp>

#include "support/catch.hpp"
#include "support/plain_product.hpp"
#include "support/threads.hpp"

using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;
using pim::kernel::Matmul;

static_assert(pim::kernel::MatmulKernel<Matmul<pim::tile::IdealTile>>);
static_assert(!pim::kernel::MatmulKernel<pim::tile::IdealTile> && !pim::kernel::MatmulKernel<Matrix>);

/// A tile of one's own: weights in units of 1/100, one photon counted for each product. It sees the whole call's rows.
class PhotonTile {
 public:
  struct Params {
    Index size = 5;
  };
  static constexpr pim::cost::Action photon{"photon"};

  explicit PhotonTile(const Params& params) : size_(params.size) {}
  Index rows() const { return size_; }
  Index cols() const { return size_ + 2; }
  void program(pim::ConstMatrixRef w, const Rng&, pim::cost::Ledger&) { w_ = (100.0F * w).array().round() / 100.0F; }
  void weights(pim::MatrixRef w) const { w = w_; }
  void multiply_add(const pim::Rows& x, pim::MatrixRef y, const Rng& rng, pim::cost::Ledger& ledger) const {
    y += x.values * w_;
    for (Index r = 0; r < x.rows(); ++r) y(r, 0) += static_cast<float>(x.first + r) + rng.uniform(0);
    ledger.add(photon, static_cast<std::uint64_t>(x.rows() * w_.size()), 7);
  }

 private:
  Index size_;
  Matrix w_;
};
/// Another, which asks for nothing but the values, and whose weights wear with each call.
class WearingTile {
 public:
  struct Params {};
  explicit WearingTile(const Params&) {}
  Index rows() const { return 3; }
  Index cols() const { return 0; }
  void program(pim::ConstMatrixRef w, const Rng&, pim::cost::Ledger&) { w_ = w; }
  void refresh(const Rng& rng) {
    w_ *= 0.5F;
    refreshed_with_ = rng.bits(0);
  }
  void weights(pim::MatrixRef w) const { w = w_; }
  void multiply_add(pim::ConstMatrixRef x, pim::MatrixRef y, const Rng& rng, pim::cost::Ledger&) const {
    if (rng.bits(0) == refreshed_with_) throw std::logic_error("weights and reads share their draws");
    y += x * w_;
  }

 private:
  std::uint32_t refreshed_with_ = 0;
  Matrix w_;
};
/// A third, which takes its inputs in threes.
class TripleTile : public WearingTile {
 public:
  using WearingTile::WearingTile;
  Index rows_together(Index, Index group) const { return group > 0 ? group : 3; }
  void refresh(const Rng&) = delete;
  void multiply_add(const pim::Rows& x, pim::MatrixRef y, const Rng&, pim::cost::Ledger& ledger) const {
    y.array() += static_cast<float>(x.rows());
    if (x.first % rows_together(0, x.group) != 0) y.setConstant(-1.0F);
    ledger.add(pim::cost::action::array_read, 1, 1);
  }
};
static_assert(pim::tile::Tile<PhotonTile> && pim::tile::Tile<WearingTile> && pim::tile::Refreshable<WearingTile>);
static_assert(pim::tile::Tile<TripleTile> && pim::tile::CouplesRows<TripleTile> && !pim::tile::Refreshable<TripleTile>);

TEST_CASE("Matmul: ragged shapes, any core size, is the product", "[kernel][matmul]") {
  for (const auto& [m, k, n] : {std::array<Index, 3>{1, 1, 1}, {7, 11, 13}, {2, 1, 5}, {3, 200, 1}, {129, 65, 67}}) {
    const Matrix x = Matrix::Random(m, k), w = Matrix::Random(k, n);
    for (const Index core : {0, 1, 5, 64, 1000}) {
      Matmul<pim::tile::IdealTile> matmul({.core_size = core});
      pim::cost::Ledger ledger;
      Matrix y = Matrix::Constant(m, n, 5.0F), held(k, n);
      matmul.program(w, Rng(1), ledger);
      matmul.multiply(x, y, Rng(1), ledger);
      matmul.weights(held);
      INFO(m << " x " << k << " x " << n << " by " << core);
      CHECK(largest_error(y, plain_product(x, w)) < 2e-6);
      CHECK(held == w);
      CHECK(ledger[pim::cost::action::mac] == static_cast<std::uint64_t>(m * k * n));
      CHECK(ledger.total(pim::cost::action::mac).serial_steps == static_cast<std::uint64_t>(m));
      CHECK(ledger[pim::cost::action::cell_write] == static_cast<std::uint64_t>(k * n));
    }
  }
}

TEST_CASE("Matmul: operands may be blocks of larger matrices", "[kernel][matmul]") {
  const Matrix big_x = Matrix::Random(20, 30), big_w = Matrix::Random(40, 20);
  Matrix big_y = Matrix::Constant(12, 16, 4.0F);
  Matmul<pim::tile::IdealTile> matmul({.core_size = 7});
  pim::cost::Ledger ledger;
  matmul.program(big_w.block(3, 2, 18, 9), Rng(1), ledger);
  matmul.multiply(big_x.block(5, 4, 10, 18), big_y.block(1, 6, 10, 9), Rng(1), ledger);
  CHECK(largest_error(big_y.block(1, 6, 10, 9), plain_product(big_x.block(5, 4, 10, 18), big_w.block(3, 2, 18, 9))) <
        2e-6);
  big_y.block(1, 6, 10, 9).setConstant(4.0F);
  CHECK((big_y.array() == 4.0F).all());
}

TEST_CASE("Matmul: a tile of one's own, that knows its rows and books its own action", "[kernel][matmul]") {
  const Matrix x = Matrix::Ones(150, 12),
               w = Matrix::Constant(12, 15, 0.104F);  // 3 x 3 blocks: rows 5, 5, 2; cols 7, 7, 1
  Matrix expected = Matrix::Constant(150, 15, 1.2F);
  for (Index j = 0; j < 3; ++j) {
    for (Index i = 0; i < 3; ++i) {
      for (Index r = 0; r < 150; ++r) {
        expected(r, 7 * j) += static_cast<float>(r) + Rng(6).at(static_cast<std::uint64_t>(3 * i + j)).uniform(0);
      }
    }
  }
  for (const int threads : {1, 2}) {
    const WithThreads with(threads);
    Matmul<PhotonTile> matmul;
    pim::cost::Ledger ledger;
    Matrix y(150, 15);
    matmul.program(w, Rng(1), ledger);
    matmul.multiply(x, y, Rng(6), ledger);
    CHECK(largest_error(y, expected) < 1e-6);
    CHECK(ledger[PhotonTile::photon] == 150 * 12 * 15);
    CHECK(ledger.total(PhotonTile::photon).serial_steps == 3 * 7);  // three panels, nine blocks at a time
  }
}

TEST_CASE("Matmul: a tile that takes a matrix, refreshed once before each call with draws of its own",
          "[kernel][matmul]") {
  const Matrix x = Matrix::Random(70, 8), w = Matrix::Random(8, 5);
  Matmul<WearingTile> matmul;
  pim::cost::Ledger ledger;
  Matrix y(70, 5);
  matmul.program(w, Rng(1), ledger);
  for (const float left : {0.5F, 0.25F}) {
    matmul.multiply(x, y, Rng(1), ledger);
    CHECK(largest_error(y, left * plain_product(x, w)) < 2e-6);
  }
}

TEST_CASE("Matmul: panels hold whole groups of rows where a tile couples them", "[kernel][matmul]") {
  pim::cost::Ledger ledger;
  Matmul<TripleTile> matmul;
  matmul.program(Matrix::Ones(3, 2), Rng(1), ledger);
  const auto heights = [&](Index rows, Index group) {
    Matrix y(rows, 2);
    ledger.clear();
    matmul.multiply(pim::Rows(Matrix::Ones(rows, 3), 0, group), y, Rng(1), ledger);
    CHECK((y.array() >= 1.0F).all());  // no panel starts inside a group
    return static_cast<Index>(y(0, 0));
  };
  CHECK(heights(200, 0) == 66);  // a multiple of three, of about 64
  CHECK(heights(200, 50) == 100);
  CHECK(heights(200, 200) == 200);
  CHECK(heights(200, 1) == 64);
  CHECK(heights(1, 0) == 1);
}

TEST_CASE("Matmul: weights can be programmed anew, in another shape", "[kernel][matmul]") {
  Matmul<pim::tile::IdealTile> matmul({.core_size = 4});
  pim::cost::Ledger ledger;
  for (const Index n : {9, 3, 12}) {
    const Matrix x = Matrix::Random(5, 2 * n), w = Matrix::Random(2 * n, n);
    Matrix y(5, n);
    matmul.program(w, Rng(1), ledger);
    matmul.multiply(x, y, Rng(1), ledger);
    CHECK(largest_error(y, plain_product(x, w)) < 2e-6);
  }
}

TEST_CASE("Matmul: names what is wrong", "[kernel][matmul]") {
  Matmul<pim::tile::IdealTile> matmul;
  pim::cost::Ledger ledger;
  Matrix y(2, 3);
  Matrix empty(2, 0);
  for (Matrix* out : {&y, &empty}) {
    CHECK_THROWS_WITH(matmul.multiply(Matrix::Ones(2, 0), *out, Rng(1), ledger),
                      "Matmul::multiply: program the weights first");
    CHECK_THROWS_WITH(matmul.weights(*out), "Matmul::weights: program the weights first");
  }
  matmul.program(Matrix::Ones(4, 3), Rng(1), ledger);
  CHECK_THROWS_WITH(matmul.multiply(Matrix::Ones(2, 5), y, Rng(1), ledger),
                    ContainsSubstring("Matmul::multiply: x is (2, 5), expected (2, 4)"));
  CHECK_THROWS_WITH(matmul.multiply(Matrix::Ones(3, 4), y, Rng(1), ledger),
                    ContainsSubstring("y is (2, 3), expected (3, 3)"));
  CHECK_THROWS_WITH(matmul.weights(y), ContainsSubstring("w is (2, 3), expected (4, 3)"));
  CHECK_THROWS_WITH(matmul.program(Matrix(3, 0), Rng(1), ledger), ContainsSubstring("w is (3, 0)"));
}
