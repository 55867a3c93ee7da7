#include <pim/tile/exact_sum.hpp>

#include <cmath>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"

using pim::Index;
using pim::Matrix;
using pim::RowVector;

__extension__ using Wide = __int128;

/// Whole numbers below 2^bits of up to 24 significant bits; the first row and column hold the largest ones.
static Matrix codes(Index rows, Index cols, int bits, std::uint64_t seed) {
  const pim::Rng rng(seed);
  Matrix m(rows, cols);
  const float largest = std::ldexp(1.0F, bits) - (bits <= 24 ? 1.0F : std::ldexp(1.0F, bits - 24));
  for (Index i = 0; i < m.size(); ++i) {
    const auto draw = static_cast<std::uint64_t>(i);
    const float magnitude = std::ldexp(static_cast<float>(rng.bits(draw) >> 8), bits - 24);
    m.data()[i] = std::trunc(rng.below(draw + 1'000'000, 2) == 0 ? magnitude : -magnitude);
  }
  m.row(0).setConstant(largest);
  m.col(0).setConstant(largest);
  return m;
}

static void check(int input_bits, int weight_bits, Index k) {
  const Matrix x = codes(3, k, input_bits, 1), w = codes(k, 5, weight_bits, 2);
  pim::tile::ExactSum<pim::Gemm> sum;
  sum.program(w, input_bits, weight_bits);
  Matrix y = Matrix::Zero(3, 5);
  sum.with_codes_of(3, [&](auto& narrow) {
    narrow = x.cast<typename std::decay_t<decltype(narrow)>::Scalar>();
    sum.multiply_add(narrow, RowVector::Ones(3), RowVector::Ones(5), y);
  });
  std::size_t wrong = 0;
  for (Index r = 0; r < 3; ++r) {
    for (Index c = 0; c < 5; ++c) {
      Wide exact = 0;
      for (Index i = 0; i < k; ++i) exact += static_cast<Wide>(x(r, i)) * static_cast<Wide>(w(i, c));
      wrong += y(r, c) != static_cast<float>(static_cast<double>(exact));
    }
  }
  INFO(input_bits << " and " << weight_bits << " bits, " << k << " terms");
  CHECK(wrong == 0);
  CHECK(sum.codes() == w);
}

TEST_CASE("ExactSum: every width, at the largest codes that it admits", "[tile][exact_sum]") {
  for (const Index k : {1, 64, 100, 1024}) {
    check(1, 1, k);
    check(7, 7, k);  // int8 where the GEMM policy has it
    check(8, 7, k);
    check(9, 9, k);  // float32 sums up to 64 terms
    check(10, 12, k);
    check(18, 18, k);  // E4M3 without loss: float64
    check(24, 19, k);
    check(24, 24, k);
    check(32, 32, k);  // E5M2 without loss: 128 bits
    check(40, 40, k);
  }
}

TEST_CASE("ExactSum: units scale, sums add to what is there", "[tile][exact_sum]") {
  Matrix w(2, 2), x(1, 2);
  w << 1.0F, -2.0F, 3.0F, 4.0F;
  x << 5.0F, 6.0F;
  for (const int bits : {3, 20, 30}) {
    pim::tile::ExactSum<pim::Gemm> sum;
    sum.program(w, bits, bits);
    Matrix y = Matrix::Constant(1, 2, 100.0F);
    sum.with_codes_of(1, [&](auto& narrow) {
      narrow = x.cast<typename std::decay_t<decltype(narrow)>::Scalar>();
      sum.multiply_add(narrow, RowVector::Constant(1, 0.5F), (RowVector(2) << 2.0F, 0.25F).finished(), y);
    });
    CHECK(y(0, 0) == 100.0F + 23.0F);
    CHECK(y(0, 1) == 100.0F + 14.0F / 8.0F);
  }
}
