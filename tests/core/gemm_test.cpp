#include <pim/core/gemm.hpp>

#include <array>
#include <cstdint>

#include <pim/core/random.hpp>

#include "support/catch.hpp"

using pim::Index;
using pim::Matrix;
using pim::Matrix_;

template <class A, class B>
static Matrix_<double> plain_product(const A& a, const B& b) {
  Matrix_<double> c = Matrix_<double>::Zero(a.rows(), b.cols());
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < b.cols(); ++j) {
      for (Index k = 0; k < a.cols(); ++k) c(i, j) += static_cast<double>(a(i, k)) * static_cast<double>(b(k, j));
    }
  }
  return c;
}

TEST_CASE("Gemm: plain, transposed and strided operands, ragged shapes", "[gemm]") {
  const pim::Rng rng(1);
  for (const auto& [m, k, n] : {std::array<Index, 3>{1, 1, 1}, {3, 5, 7}, {17, 64, 33}, {2, 129, 1}, {1, 3, 130}}) {
    const Matrix a = pim::normal_matrix(m, k, rng.at(0)), b = pim::normal_matrix(k, n, rng.at(1));
    const Matrix a_t = a.transpose(), b_t = b.transpose();
    const Matrix_<double> exact = plain_product(a, b);
    Matrix wide_a = Matrix::Constant(m + 2, k + 3, 9.0F), wide_c = Matrix::Constant(m + 1, n + 4, 2.0F);
    wide_a.block(1, 2, m, k) = a;
    const pim::ConstMatrixRef strided_a = wide_a.block(1, 2, m, k), view_b = b;
    pim::MatrixRef c = wide_c.block(1, 3, m, n);
    const auto error = [&] { return (c.cast<double>() - exact).cwiseAbs().maxCoeff(); };
    const double bound = 1e-6 * static_cast<double>(k);
    pim::Gemm::multiply(strided_a, view_b, c);
    CHECK(error() < bound);
    pim::Gemm::multiply(a_t.transpose(), b, c);
    CHECK(error() < bound);
    pim::Gemm::multiply(a, b_t.transpose(), c);
    CHECK(error() < bound);
    pim::Gemm::multiply_add(strided_a, view_b, c);
    c -= exact.cast<float>();
    CHECK(error() < 3.0 * bound);
    c.setConstant(2.0F);
    CHECK((wide_c.array() == 2.0F).all());  // nothing else was written
  }
}

TEST_CASE("Gemm: many shapes in turn, each with sums and overwritten", "[gemm]") {
  const Matrix a = Matrix::Random(70, 40), b = Matrix::Random(40, 70), b_t = b.transpose();
  for (int round = 0; round < 2; ++round) {
    for (Index n = 1; n <= 70; ++n) {
      const Index m = 71 - n, k = 1 + n % 40;
      const Matrix_<double> exact = plain_product(a.topLeftCorner(m, k), b.topLeftCorner(k, n));
      const auto multiply_twice = [&](const auto& factor) -> double {
        Matrix c(m, n);
        pim::Gemm::multiply(a.topLeftCorner(m, k), factor, c);
        pim::Gemm::multiply_add(a.topLeftCorner(m, k), factor, c);
        return (c.cast<double>() - 2.0 * exact).cwiseAbs().maxCoeff();
      };
      CHECK(multiply_twice(pim::ConstMatrixRef(b.topLeftCorner(k, n))) < 1e-5);
      CHECK(multiply_twice(b_t.topLeftCorner(n, k).transpose()) < 1e-5);
    }
  }
}

TEST_CASE("Gemm: operands without elements", "[gemm]") {
  const Matrix a(3, 0), b(0, 4), wide = Matrix::Ones(3, 5), none(5, 0);
  Matrix c = Matrix::Constant(3, 4, 2.0F), no_columns(3, 0);
  pim::Gemm::multiply_add(a, b, c);
  CHECK((c.array() == 2.0F).all());
  pim::Gemm::multiply(a, b, c);
  CHECK((c.array() == 0.0F).all());
  CHECK_NOTHROW(pim::Gemm::multiply(wide, none, no_columns));
  CHECK_NOTHROW(pim::Gemm::multiply_add(wide, none, no_columns));
}

TEST_CASE("Gemm: double", "[gemm]") {
  const Matrix_<double> a = Matrix_<double>::Random(4, 6), b = Matrix_<double>::Random(6, 3);
  Matrix_<double> c(4, 3);
  pim::Gemm::multiply(a, b, c);
  CHECK((c - plain_product(a, b)).cwiseAbs().maxCoeff() < 1e-14);
  pim::Gemm::multiply_add(a, b, c);
  CHECK((c - 2.0 * plain_product(a, b)).cwiseAbs().maxCoeff() < 1e-14);
}

TEST_CASE("Gemm::multiply_codes: exact, also where every product is the largest", "[gemm]") {
  const pim::Rng rng(2);
  for (const Index k : {1, 3, 64, 1000}) {
    Matrix_<std::int8_t> a(5, k), b(k, 17);
    const auto code = [&](std::uint64_t i) {
      return static_cast<std::int8_t>(static_cast<int>(rng.below(i, 255)) - 127);
    };
    for (Index i = 0; i < a.size(); ++i) a.data()[i] = code(static_cast<std::uint64_t>(i));
    for (Index i = 0; i < b.size(); ++i) b.data()[i] = code(static_cast<std::uint64_t>(a.size() + i));
    a.row(0).setConstant(127);
    a.row(1).setConstant(-127);
    b.col(0).setConstant(127);
    b.col(1).setConstant(-127);
    Matrix_<std::int32_t> c(5, 17);
    pim::Gemm::multiply_codes(a, b, c);
    CHECK(c.cast<double>() == plain_product(a, b));
  }
}
