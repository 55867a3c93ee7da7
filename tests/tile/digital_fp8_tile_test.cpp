#include <pim/tile/digital_fp8_tile.hpp>

#include <cmath>
#include <limits>

#include <pim/core/random.hpp>
#include <pim/kernel/matmul.hpp>

#include "support/catch.hpp"
#include "support/plain_product.hpp"
#include "support/tile_contract.hpp"

using namespace pim::numeric;
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Matrix_;
using pim::tile::DigitalFP8Tile;
using pim::tile::DigitalOperand;
using pim::tile::RescaleDim;

static_assert(pim::tile::Tile<DigitalFP8Tile> && pim::tile::CouplesRows<DigitalFP8Tile>);
static_assert(!pim::tile::Refreshable<DigitalFP8Tile>);

static Matrix multiply(const DigitalFP8Tile::Params& params, const Matrix& x, const Matrix& w, std::uint64_t call = 0) {
  pim::kernel::Matmul<DigitalFP8Tile> matmul(params);
  pim::cost::Ledger ledger;
  Matrix y(x.rows(), w.cols());
  matmul.program(w, pim::Rng(1), ledger);
  matmul.multiply(x, y, pim::Rng(2).at(0, call), ledger);
  return y;
}

// The definition in double precision ---------------------------------------------------------------------------------
static double rounded(const NumberFormat& format, double x) {
  if (x == 0.0) return 0.0;
  const double magnitude = std::fabs(x);
  const int exponent = std::max(std::ilogb(magnitude), format.floating.min_exponent());
  const double step = format.is_integer() ? 1.0 : std::ldexp(1.0, exponent - format.floating.mantissa_bits);
  return std::copysign(std::min(std::nearbyint(magnitude / step) * step, format.max()), x);
}
/// Rows [begin, end) of x, aligned as one group.
static void align_group(const DigitalOperand& operand, Rounding rounding, Index begin, Index end, Matrix_<double>& x) {
  const auto each = [&](auto&& f) {
    for (Index i = begin * x.cols(); i < end * x.cols(); ++i) f(x.data()[i]);
  };
  const auto largest = [&] {
    double amax = 0.0;
    each([&](double v) { amax = std::max(amax, std::fabs(v)); });
    return amax;
  };
  const bool own_scale =
      operand.format.is_integer() || (operand.amax_scale && operand.format.floating.exponent_bits < 8);
  const double fixed = operand.amax_scale ? 1.0 : static_cast<double>(operand.scale);
  const double scale = own_scale ? largest() / operand.format.max() : fixed;
  each([&](double& v) { v = rounded(operand.format, v / scale); });
  if (!operand.format.is_integer()) {
    const int shared = std::max(std::ilogb(largest()), operand.format.floating.min_exponent());
    const double unit = std::ldexp(1.0, shared - (operand.aligned_bits - 1)),
                 limit = std::ldexp(1.0, operand.aligned_bits) - 1.0;
    each([&](double& v) {
      const double whole = rounding == Rounding::nearest_even ? std::nearbyint(v / unit) : std::trunc(v / unit);
      v = std::min(std::max(whole, -limit), limit) * unit;
    });
  }
  each([&](double& v) { v *= scale; });
}
static Matrix_<double> reference(const DigitalFP8Tile::Params& p, const Matrix& x, const Matrix& w) {
  Matrix_<double> a = x.cast<double>(), b = w.transpose().cast<double>();
  const Index core = p.core_size > 0 ? p.core_size : x.size() + w.size();
  const Index together = p.rescale_dim == RescaleDim::matrix ? core : 1;
  const auto align = [&](const DigitalOperand& operand, Matrix_<double>& m) {
    for (Index k = 0; k < m.cols(); k += core) {
      Matrix_<double> block = m.middleCols(k, std::min(core, m.cols() - k));
      for (Index r = 0; r < m.rows(); r += together) {
        align_group(operand, p.rounding, r, std::min(m.rows(), r + together), block);
      }
      m.middleCols(k, block.cols()) = block;
    }
  };
  align(p.input, a);
  align(p.weight, b);
  return plain_product(a, b.transpose());
}

TEST_CASE("DigitalFP8Tile keeps the contract of tiles", "[tile][digital]") {
  check_tile_contract<DigitalFP8Tile>({.core_size = 16}, 0.06);
  check_tile_contract<DigitalFP8Tile>({.core_size = 16, .approximate = true}, 0.12);
  check_tile_contract<DigitalFP8Tile>({.core_size = 0, .input = {.format = int8}, .weight = {.format = int8}}, 0.03);
}

TEST_CASE("DigitalFP8Tile: every pair of formats, against the definition in double precision", "[tile][digital]") {
  const Matrix x = pim::normal_matrix(9, 150, pim::Rng(3)), w = pim::normal_matrix(150, 70, pim::Rng(4), 0.05F);
  const NumberFormat formats[] = {e4m3, e5m2, bf16, int8, int4};
  for (const NumberFormat& input : formats) {
    for (const NumberFormat& weight : formats) {
      const DigitalFP8Tile::Params params{.core_size = 64, .input = {.format = input}, .weight = {.format = weight}};
      INFO("mantissa " << input.floating.mantissa_bits << " integer " << input.integer_bits << " and mantissa "
                       << weight.floating.mantissa_bits << " integer " << weight.integer_bits);
      CHECK(largest_error(multiply(params, x, w), reference(params, x, w)) < 1e-6);
    }
  }
}

TEST_CASE("DigitalFP8Tile: widths, rounding, scales, core sizes, groups, by the definition", "[tile][digital]") {
  const Matrix x = pim::normal_matrix(70, 100, pim::Rng(5)), w = pim::normal_matrix(100, 33, pim::Rng(6), 0.05F);
  std::vector<DigitalFP8Tile::Params> variants(12);
  variants[1].input.aligned_bits = 4;
  variants[1].weight.aligned_bits = 3;
  variants[2].input.aligned_bits = 12;
  variants[3].rounding = Rounding::toward_zero;
  variants[4].input.amax_scale = variants[4].weight.amax_scale = false;
  variants[5].input = {.amax_scale = false, .scale = 0.01F};
  variants[6].core_size = 16;
  variants[7].core_size = 0;
  variants[8].rescale_dim = RescaleDim::matrix;
  variants[9] = {.core_size = 16, .rescale_dim = RescaleDim::matrix, .rounding = Rounding::toward_zero};
  variants[10] = {.core_size = 0, .rescale_dim = RescaleDim::matrix};
  variants[11] = {.core_size = 1};
  for (std::size_t v = 0; v < variants.size(); ++v) {
    INFO("variant " << v);
    CHECK(largest_error(multiply(variants[v], x, w), reference(variants[v], x, w)) < 1e-6);
  }
}

TEST_CASE("DigitalFP8Tile: one exponent a matrix drops what one exponent a vector keeps", "[tile][digital]") {
  // Seven bits below 256 end at 4. Row 1 = (1, 3) shares the exponent of row 0 within a block of two rows; row 2 does
  // not.
  Matrix x(3, 2);
  x << 256.0F, -256.0F, 1.0F, 3.0F, 1.0F, 3.0F;
  const Matrix w = Matrix::Identity(2, 2);
  DigitalFP8Tile::Params params{.core_size = 2, .input = {.amax_scale = false}, .weight = {.amax_scale = false}};
  CHECK(multiply(params, x, w) == x);
  params.rescale_dim = RescaleDim::matrix;
  Matrix dropped = x;
  dropped.row(1) << 0.0F, 4.0F;  // 0.25 and 0.75 of a step
  CHECK(multiply(params, x, w) == dropped);
  params.rounding = Rounding::toward_zero;
  dropped.row(1).setZero();
  CHECK(multiply(params, x, w) == dropped);

  // The same for weights: column 1 shares with column 0, column 2 stands in the next array.
  params.rounding = Rounding::nearest_even;
  const Matrix columns = x.transpose();
  dropped.row(1) << 0.0F, 4.0F;
  CHECK(multiply(params, w, columns) == dropped.transpose());
}

TEST_CASE("DigitalFP8Tile: groups of rows are counted from the start of the call, across panels", "[tile][digital]") {
  Matrix x = Matrix::Ones(200, 3);
  x(191, 0) = 256.0F;  // the block of rows 189 to 191, with three rows a block
  const DigitalFP8Tile::Params params{.core_size = 3,
                                      .input = {.amax_scale = false},
                                      .weight = {.amax_scale = false},
                                      .rescale_dim = RescaleDim::matrix};
  const Matrix y = multiply(params, x, Matrix::Ones(3, 1));
  for (Index r = 0; r < 200; ++r) {
    const float expected = r == 191 ? 256.0F : (r >= 189 && r < 191 ? 0.0F : 3.0F);
    CHECK(y(r, 0) == expected);
  }
}

TEST_CASE("DigitalFP8Tile: limits", "[tile][digital]") {
  const Matrix x = pim::normal_matrix(5, 90, pim::Rng(7)), w = pim::normal_matrix(90, 20, pim::Rng(8));
  const Matrix_<double> exact = plain_product(x, w);
  const DigitalOperand float32{.format = FloatFormat{8, 23, Specials::ieee}, .aligned_bits = 40, .amax_scale = false};
  CHECK(largest_error(multiply({.core_size = 64, .input = float32, .weight = float32}, x, w), exact) < 1e-6);

  // Numbers of the format, aligned without loss, multiply exactly.
  const FloatRounder round(e4m3);
  const Matrix xq = x.unaryExpr(round), wq = w.unaryExpr(round);
  const DigitalOperand lossless{.aligned_bits = 0, .amax_scale = false};
  const Matrix product = plain_product(xq, wq).cast<float>();
  CHECK(multiply({.core_size = 0, .input = lossless, .weight = lossless}, xq, wq) == product);

  // The preset's error on Gaussian operands (docs/numeric.md: E4M3 with seven bits).
  const Matrix product32 = exact.cast<float>();
  CHECK((multiply({}, x, w) - product32).norm() / product32.norm() == Approx(0.037).margin(0.004));
}

TEST_CASE("DigitalFP8Tile, approximate: codes as wide as the format", "[tile][digital]") {
  const Matrix x = pim::normal_matrix(40, 64, pim::Rng(7)), w = pim::normal_matrix(64, 50, pim::Rng(8));
  const DigitalOperand lossless{.format = e5m2, .aligned_bits = 0};
  DigitalFP8Tile::Params params{.input = lossless, .weight = lossless};
  const Matrix exact = multiply(params, x, w);
  params.approximate = true;
  const Matrix y = multiply(params, x, w);
  REQUIRE(y.allFinite());
  const Matrix expected = plain_product(x.cwiseAbs2(), w.cwiseAbs2()).cast<float>().cwiseSqrt();
  const double error = static_cast<double>((y - exact).norm() / expected.norm());
  CHECK(error == Approx(0.053).epsilon(0.06));  // 2000 draws: one deviation is 1.6 %
}

TEST_CASE("DigitalFP8Tile: zeros, NaN and infinities", "[tile][digital]") {
  Matrix x = pim::normal_matrix(4, 70, pim::Rng(9)), w = pim::normal_matrix(70, 5, pim::Rng(10));
  const Matrix clean = multiply({}, x, w);
  CHECK((multiply({}, Matrix::Zero(4, 70), w).array() == 0.0F).all());
  CHECK((multiply({}, x, Matrix::Zero(70, 5)).array() == 0.0F).all());
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    Matrix x_bad = x, w_bad = w;
    x_bad(2, 66) = bad;
    const Matrix row = multiply({}, x_bad, w);
    CHECK(row.row(2).array().isNaN().all());
    CHECK(row.topRows(2) == clean.topRows(2));
    CHECK(row.row(3) == clean.row(3));
    w_bad(1, 3) = bad;
    const Matrix column = multiply({}, x, w_bad);
    CHECK(column.col(3).array().isNaN().all());
    CHECK(column.leftCols(3) == clean.leftCols(3));
  }
}

TEST_CASE("DigitalFP8Tile: weights() is what it multiplies by", "[tile][digital]") {
  const Matrix w = pim::normal_matrix(100, 12, pim::Rng(11));
  for (const RescaleDim dim : {RescaleDim::vector, RescaleDim::matrix}) {
    const DigitalFP8Tile::Params params{
        .core_size = 32, .input = {.format = e4m3, .aligned_bits = 4}, .rescale_dim = dim};
    pim::kernel::Matmul<DigitalFP8Tile> matmul(params);
    pim::cost::Ledger ledger;
    matmul.program(w, pim::Rng(1), ledger);
    Matrix held(100, 12), y(100, 12);
    matmul.weights(held);
    matmul.multiply(Matrix::Identity(100, 100), y, pim::Rng(2), ledger);
    CHECK(largest_error(y, held) < 1e-6);
    CHECK((held - w).norm() / w.norm() < 0.05F);
  }
}

TEST_CASE("DigitalFP8Tile: books its actions", "[tile][digital]") {
  DigitalFP8Tile tile({.core_size = 8});
  pim::cost::Ledger programming, ledger;
  tile.program(Matrix::Ones(8, 20), pim::Rng(1), programming);
  CHECK(programming[pim::cost::action::cell_write] == 160);
  CHECK(programming[pim::cost::action::align] == 160);
  Matrix y = Matrix::Zero(3, 20);
  tile.multiply_add(Matrix::Ones(3, 8), y, pim::Rng(1), ledger);
  CHECK(ledger[pim::cost::action::align] == 24);
  CHECK(ledger[pim::cost::action::mac] == 480);
  CHECK(ledger[pim::cost::action::array_read] == 9);  // arrays of 8, 8 and 4 columns
  CHECK(ledger[pim::cost::action::digital_scale] == 60);
  CHECK(ledger[pim::cost::action::digital_add] == 60);
  CHECK(ledger.total(pim::cost::action::mac).serial_steps == 3);
  CHECK(largest_error(y, Matrix::Constant(3, 20, 8.0F)) < 1e-6);
}

TEST_CASE("DigitalFP8Tile: names what is wrong", "[tile][digital]") {
  CHECK_THROWS_WITH(DigitalFP8Tile({.core_size = -1}), ContainsSubstring("core_size"));
  CHECK_THROWS_WITH(DigitalFP8Tile({.input = {.aligned_bits = 41}}), ContainsSubstring("aligned_bits is 41"));
  CHECK_THROWS_WITH(DigitalFP8Tile({.weight = {.aligned_bits = -1}}), ContainsSubstring("aligned_bits is -1"));
  CHECK_THROWS_WITH(DigitalFP8Tile({.input = {.format = bf16, .aligned_bits = 0}}),
                    ContainsSubstring("magnitude bits"));
  CHECK_THROWS_WITH(DigitalFP8Tile({.weight = {.scale = 0.0F}}), ContainsSubstring("scale"));
  DigitalFP8Tile tile({.core_size = 8});
  pim::cost::Ledger ledger;
  Matrix y(3, 5), wrong(8, 4), nothing(3, 0);
  CHECK_NOTHROW(tile.multiply_add(Matrix(3, 0), nothing, pim::Rng(1), ledger));  // nothing programmed
  CHECK_THROWS_WITH(tile.program(Matrix(9, 5), pim::Rng(1), ledger), ContainsSubstring("program: w is (9, 5)"));
  tile.program(Matrix::Ones(8, 5), pim::Rng(1), ledger);
  CHECK_THROWS_WITH(tile.multiply_add(Matrix(3, 7), y, pim::Rng(1), ledger),
                    ContainsSubstring("multiply_add: x is (3, 7)"));
  CHECK_THROWS_WITH(tile.multiply_add(Matrix(2, 8), y, pim::Rng(1), ledger),
                    ContainsSubstring("multiply_add: y is (3, 5)"));
  CHECK_THROWS_WITH(tile.weights(wrong), ContainsSubstring("weights: w is (8, 4)"));
}
