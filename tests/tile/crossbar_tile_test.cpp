#include <pim/tile/crossbar_tile.hpp>

#include <cmath>
#include <limits>

#include <pim/core/random.hpp>
#include <pim/device/gaussian_cell.hpp>
#include <pim/device/pcm.hpp>

#include "support/catch.hpp"
#include "support/plain_product.hpp"

using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Matrix_;
using pim::Rng;
using pim::tile::Encoding;
using pim::tile::NoiseRefresh;
namespace action = pim::cost::action;

/// Loses three quarters of its conductance with age: what drift compensation has to undo.
class QuarterCell {
 public:
  struct Params {};
  explicit QuarterCell(const Params& = {}) {}
  void program(std::span<const float> target, const Rng&, std::uint64_t, std::span<float> g) const {
    std::copy(target.begin(), target.end(), g.begin());
  }
  void age(std::span<const float>, const Rng&, std::uint64_t, std::span<float> g) const {
    for (float& v : g) v *= 0.25F;
  }
  pim::device::Moments moments(float target) const { return {target, 0.0F}; }
};
using Tile = pim::tile::CrossbarTile<pim::device::IdealCell>;
using NoisyTile = pim::tile::CrossbarTile<pim::device::GaussianCell>;
using AgedPCMTile = pim::tile::CrossbarTile<pim::device::Pcm<>>;
using AgingTile = pim::tile::CrossbarTile<QuarterCell>;

static_assert(pim::tile::Tile<Tile> && pim::tile::Refreshable<Tile> && !pim::tile::CouplesRows<Tile>);
static_assert(pim::device::AgingDevice<QuarterCell>);

static constexpr pim::circuit::Converter none{.bits = 0};
static Tile::Params ideal() { return {.core_size = 0, .dac = none, .adc = none}; }

template <class TileT>
static Matrix multiply(const typename TileT::Params& params, const Matrix& x, const Matrix& w,
                       const Rng& rng = Rng(2)) {
  TileT tile(params);
  pim::cost::Ledger ledger;
  Matrix y = Matrix::Zero(x.rows(), w.cols());
  tile.program(w, Rng(1), ledger);
  tile.multiply_add(x, y, rng, ledger);
  return y;
}
template <class TileT>
static Matrix held(const typename TileT::Params& params, const Matrix& w) {
  TileT tile(params);
  pim::cost::Ledger ledger;
  Matrix out(w.rows(), w.cols());
  tile.program(w, Rng(1), ledger);
  tile.weights(out);
  return out;
}
static Matrix inputs(Index rows = 6, Index cols = 40) { return pim::normal_matrix(rows, cols, Rng(3)); }
static Matrix weights(Index rows = 40, Index cols = 11) { return pim::normal_matrix(rows, cols, Rng(4), 0.05F); }

TEST_CASE("CrossbarTile: without converters and noise it is the product", "[tile][crossbar]") {
  const Matrix x = inputs(), w = weights();
  CHECK(largest_error(multiply<Tile>(ideal(), x, w), plain_product(x, w)) < 1e-6);
  Tile::Params single = ideal();
  single.encoding = Encoding::single_device;
  CHECK(largest_error(multiply<Tile>(single, x, w), plain_product(x, w)) < 1e-5);
  CHECK(largest_error(held<Tile>(ideal(), w), w) < 1e-6);
  Matrix y = Matrix::Constant(6, 11, 3.0F);  // adds to what is there
  Tile tile(ideal());
  pim::cost::Ledger ledger;
  tile.program(w, Rng(1), ledger);
  tile.multiply_add(x, y, Rng(1), ledger);
  const Matrix_<double> sum = plain_product(x, w).array() + 3.0;
  CHECK(largest_error(y, sum) < 1e-6);
}

TEST_CASE("CrossbarTile: DAC and ADC by their definition in double precision", "[tile][crossbar]") {
  const Matrix x = inputs(), w = weights();
  const auto convert = [](double v, const pim::circuit::Converter& c) {
    const double step = 2.0 * static_cast<double>(c.bound) / (std::pow(2.0, c.bits) - 2.0);
    const double limit = std::pow(2.0, c.bits - 1) - 1.0;
    return std::min(std::max(std::nearbyint(v / step), -limit), limit) * step;
  };
  for (const int dac_bits : {4, 8}) {
    for (const int adc_bits : {6, 12}) {
      Tile::Params params{.core_size = 64};
      params.dac.bits = dac_bits;
      params.adc = {.bits = adc_bits, .bound = 5.0F};
      Matrix_<double> xq(6, 40), wn = w.cast<double>(), expected(6, 11);
      for (Index r = 0; r < 6; ++r) {
        const double alpha = static_cast<double>(x.row(r).cwiseAbs().maxCoeff());
        for (Index j = 0; j < 40; ++j) xq(r, j) = convert(static_cast<double>(x(r, j)) / alpha, params.dac);
      }
      for (Index c = 0; c < 11; ++c) wn.col(c) /= static_cast<double>(w.col(c).cwiseAbs().maxCoeff());
      const Matrix_<double> currents = plain_product(xq, wn);
      for (Index r = 0; r < 6; ++r) {
        const double alpha = static_cast<double>(x.row(r).cwiseAbs().maxCoeff());
        for (Index c = 0; c < 11; ++c) {
          const double gamma = static_cast<double>(w.col(c).cwiseAbs().maxCoeff());
          expected(r, c) = alpha * gamma * convert(currents(r, c), params.adc);
        }
      }
      INFO(dac_bits << " and " << adc_bits << " bits");
      CHECK(largest_error(multiply<Tile>(params, x, w), expected) < 1e-5);
    }
  }
}

TEST_CASE("CrossbarTile: weight_bits are 2^(bits-1) - 1 levels a sign, scaled by column", "[tile][crossbar]") {
  const Matrix w = weights();
  for (const int bits : {2, 3, 4, 8}) {
    Tile::Params params = ideal();
    params.weight_bits = bits;
    const double levels = std::pow(2.0, bits - 1) - 1.0;
    Matrix_<double> expected(w.rows(), w.cols());
    for (Index c = 0; c < w.cols(); ++c) {
      const double gamma = static_cast<double>(w.col(c).cwiseAbs().maxCoeff());
      for (Index r = 0; r < w.rows(); ++r) {
        expected(r, c) = std::nearbyint(static_cast<double>(w(r, c)) / gamma * levels) / levels * gamma;
      }
    }
    INFO(bits << " bits");
    CHECK(largest_error(held<Tile>(params, w), expected) < 1e-6);
    CHECK(largest_error(multiply<Tile>(params, inputs(), w), plain_product(inputs(), expected)) < 1e-6);
  }
  Matrix column(3, 1);
  column << 0.7F, -0.35F, 0.1F;
  Tile::Params ternary = ideal();
  ternary.weight_bits = 2;
  Matrix expected(3, 1);
  expected << 0.7F, 0.0F, 0.0F;  // -0.35 is half a level: ties to even
  CHECK(held<Tile>(ternary, column) == expected);
}

TEST_CASE("CrossbarTile: IR drop by its equation", "[tile][crossbar]") {
  const Matrix x = inputs(), w = weights();
  Tile::Params params = ideal();
  params.ir_drop = {.scale = 0.7F, .wire_ratio = 900.0F};
  Matrix_<double> expected(6, 11);
  for (Index r = 0; r < 6; ++r) {
    for (Index c = 0; c < 11; ++c) {
      const double alpha = static_cast<double>(x.row(r).cwiseAbs().maxCoeff());
      const double gamma = static_cast<double>(w.col(c).cwiseAbs().maxCoeff());
      double current = 0.0, magnitude = 0.0, graded = 0.0;
      for (Index j = 0; j < 40; ++j) {
        const double product = static_cast<double>(x(r, j)) / alpha * static_cast<double>(w(j, c)) / gamma;
        const double rest = 1.0 - static_cast<double>(j) / 40.0;
        current += product;
        magnitude += std::fabs(product);
        graded += product * (1.0 - rest * rest);
      }
      const double a = 40.0 / 900.0 * magnitude;
      const double delta = -0.7 * (0.05 * a * a * a - 0.2 * a * a + 0.5 * a) * graded;
      expected(r, c) = alpha * gamma * (current + delta);
    }
  }
  CHECK(largest_error(multiply<Tile>(params, x, w), expected) < 1e-5);
}

TEST_CASE("CrossbarTile: read noise of each kind is its sigma times the draw of its row and column",
          "[tile][crossbar]") {
  const Matrix x = inputs(), w = weights(), clean = multiply<Tile>(ideal(), x, w);
  for (int kind = 0; kind < 4; ++kind) {
    Tile::Params params = ideal();
    if (kind == 0 || kind == 3) params.read_noise = 0.02F;
    if (kind == 1 || kind == 3) params.additive_read_noise = 0.03F;
    if (kind == 2 || kind == 3) params.output_noise = 0.04F;
    const Matrix noisy = multiply<Tile>(params, x, w, Rng(9));
    double worst = 0.0;
    for (Index r = 0; r < 6; ++r) {
      for (Index c = 0; c < 11; ++c) {
        const double alpha = static_cast<double>(x.row(r).cwiseAbs().maxCoeff());
        const double gamma = static_cast<double>(w.col(c).cwiseAbs().maxCoeff());
        double cell = 0.0, additive = 0.0;
        for (Index j = 0; j < 40; ++j) {
          const double xj = static_cast<double>(x(r, j)) / alpha;
          cell += std::fabs(static_cast<double>(w(j, c))) / gamma * xj * xj;
          additive += xj * xj;
        }
        const auto square = [](float v) { return static_cast<double>(v) * static_cast<double>(v); };
        const double sigma = std::sqrt(square(params.read_noise) * cell +
                                       square(params.additive_read_noise) * additive + square(params.output_noise));
        const double xi = static_cast<double>(Rng(9).normal(static_cast<std::uint64_t>(11 * r + c)));
        const double noise = static_cast<double>(noisy(r, c) - clean(r, c));
        worst = std::max(worst, std::fabs(noise - alpha * gamma * sigma * xi) / (alpha * gamma));
      }
    }
    INFO("kind " << kind);
    CHECK(worst < 1e-5);
  }
}

TEST_CASE("CrossbarTile: the noise of a row belongs to its place in the call, not to its panel", "[tile][crossbar]") {
  const Matrix x = inputs(), w = weights();
  Tile::Params params{.core_size = 64, .read_noise = 0.02F, .output_noise = 0.04F};
  Tile tile(params);
  pim::cost::Ledger ledger;
  tile.program(w, Rng(1), ledger);
  Matrix whole = Matrix::Zero(6, 11), parts = Matrix::Zero(6, 11);
  tile.multiply_add(x, whole, Rng(5), ledger);
  tile.multiply_add(pim::Rows(x.topRows(2)), parts.topRows(2), Rng(5), ledger);
  tile.multiply_add(pim::Rows(x.bottomRows(4), 2), parts.bottomRows(4), Rng(5), ledger);
  CHECK(largest_error(parts, whole) < 1e-6);
}

TEST_CASE("CrossbarTile: zero inputs give zero, whatever the noise; zero columns too", "[tile][crossbar]") {
  Matrix x = inputs(), w = weights();
  x.row(2).setZero();
  w.col(3).setZero();
  const Tile::Params params{.core_size = 64, .read_noise = 0.1F, .additive_read_noise = 0.1F, .output_noise = 0.5F};
  const Matrix y = multiply<Tile>(params, x, w);
  CHECK((y.row(2).array() == 0.0F).all());
  CHECK((y.col(3).array() == 0.0F).all());
  CHECK(y.allFinite());
}

TEST_CASE("CrossbarTile: tiny and huge operands lose nothing to their scales", "[tile][crossbar]") {
  const Matrix x = inputs(), w = weights();
  const Matrix_<double> exact = plain_product(x, w);
  CHECK(largest_error(1e30F * multiply<Tile>(ideal(), 1e-30F * x, w), exact) < 1e-5);
  CHECK(largest_error(1e-30F * multiply<Tile>(ideal(), 1e30F * x, w), exact) < 1e-5);
  Matrix subnormal(1, 2);
  subnormal << 1e-42F, -0.5e-42F;
  CHECK(held<Tile>(ideal(), subnormal) == subnormal);
}

/// A NaN or an infinity of x reaches its row, one of w its column; the other columns keep their values, but for the
/// factor of drift compensation, which an array's columns share.
template <class TileT>
static void check_nan_stays(const typename TileT::Params& params, float tolerance) {
  const Matrix x = inputs(), w = weights();
  const Matrix clean = multiply<TileT>(params, x, w);
  CHECK(clean.allFinite());
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    Matrix x_bad = x, w_bad = w;
    x_bad(4, 7) = bad;
    w_bad(8, 2) = bad;
    const Matrix row = multiply<TileT>(params, x_bad, w), column = multiply<TileT>(params, x, w_bad);
    CHECK(row.row(4).array().isNaN().all());
    CHECK(row.topRows(4) == clean.topRows(4));
    CHECK(column.col(2).array().isNaN().all());
    REQUIRE(column.rightCols(8).allFinite());
    const float change = (column.rightCols(8) - clean.rightCols(8)).norm() / clean.rightCols(8).norm();
    CHECK(change <= tolerance);
  }
}
TEST_CASE("CrossbarTile: NaN and infinities stay in their row or column", "[tile][crossbar]") {
  for (const Encoding encoding : {Encoding::differential_pair, Encoding::single_device}) {
    check_nan_stays<NoisyTile>(
        {.core_size = 64, .encoding = encoding, .device = {.sigma = 0.02F}, .output_noise = 0.04F}, 0.0F);
    check_nan_stays<AgedPCMTile>(
        {.core_size = 64, .encoding = encoding, .device = {.programming_noise = false, .t_s = 1e6}}, 0.1F);
  }
}

TEST_CASE("CrossbarTile: bound management reads saturated arrays again with halved inputs", "[tile][crossbar]") {
  // Arrays of four columns; 4 cells of weight 1 and inputs of 1 carry 4, almost four times the range, in the first
  // array only.
  const Matrix x = Matrix::Ones(2, 4);
  Matrix w = Matrix::Constant(4, 6, 0.125F);
  w.row(0).setOnes();
  w.col(1).setOnes();
  w.bottomRightCorner(3, 2).setConstant(-0.2F);
  Tile::Params params{.core_size = 4, .adc = {.bits = 8, .bound = 1.1F}};
  const double step = 1.1 / 127.0;
  CHECK(multiply<Tile>(params, x, w)(0, 1) == Approx(1.1));  // saturated
  params.bound_management = true;
  Tile tile(params);
  pim::cost::Ledger programming, ledger;
  tile.program(w, Rng(1), programming);
  Matrix y = Matrix::Constant(2, 6, 3.0F);
  tile.multiply_add(x, y, Rng(1), ledger);
  CHECK(std::fabs(static_cast<double>(y(0, 1)) - 7.0) < 0.01 * 4.0 + 2.0 * step);    // two halvings
  CHECK(std::fabs(static_cast<double>(y(1, 0)) - 4.375) < 0.01 * 4.0 + 2.0 * step);  // in the same array
  CHECK(std::fabs(static_cast<double>(y(0, 5)) - 3.4) < 0.5001 * step);              // in the other one
  CHECK(ledger[action::array_read] == 2 * (2 + 2));
  CHECK(ledger.total(action::array_read).serial_steps == 2 + 4);
  CHECK(ledger[action::dac_conversion] == 2 * (8 + 8));
  CHECK(ledger[action::adc_conversion] == 2 * (6 + 8));
  CHECK(ledger[action::mac] == 2 * (24 + 32));
  CHECK(ledger[action::digital_add] == 12);

  params.adc.bound = 1e-6F;  // gives up after ten halvings
  CHECK(multiply<Tile>(params, x, w).allFinite());
}

TEST_CASE("CrossbarTile: drift compensation is one factor an array", "[tile][crossbar]") {
  const Matrix x = inputs(), w = weights(40, 90);
  AgingTile::Params params{.core_size = 40, .dac = none, .adc = none};
  CHECK(largest_error(multiply<AgingTile>(params, x, w), plain_product(x, w)) < 1e-6);
  CHECK(largest_error(held<AgingTile>(params, w), w) < 1e-6);
  params.drift_compensation = false;
  const Matrix_<double> quarter = 0.25 * plain_product(x, w);
  CHECK(largest_error(multiply<AgingTile>(params, x, w), quarter) < 1e-6);
}

TEST_CASE("CrossbarTile: weight noise is frozen at programming, or drawn at each forward", "[tile][crossbar]") {
  const Matrix x = inputs(), w = weights();
  NoisyTile::Params params{.core_size = 64, .device = {.sigma = 0.05F}, .dac = none, .adc = none};
  pim::cost::Ledger ledger;
  Matrix first(40, 11), second(40, 11);
  NoisyTile frozen(params);
  frozen.program(w, Rng(1), ledger);
  frozen.weights(first);
  frozen.refresh(Rng(7));
  frozen.weights(second);
  CHECK(first == second);
  CHECK(first != w);
  frozen.program(w, Rng(1), ledger);
  frozen.weights(second);
  CHECK(first == second);  // the same programming event
  frozen.program(w, Rng(2), ledger);
  frozen.weights(second);
  CHECK(first != second);

  Matrix y1 = Matrix::Zero(6, 11), y2 = Matrix::Zero(6, 11);
  frozen.multiply_add(x, y1, Rng(8), ledger);
  frozen.multiply_add(x, y2, Rng(9), ledger);
  CHECK(y1 == y2);  // no read noise: calls do not differ

  params.refresh = NoiseRefresh::each_forward;
  NoisyTile fresh(params);
  fresh.program(w, Rng(1), ledger);
  fresh.refresh(Rng(7));
  fresh.weights(first);
  fresh.refresh(Rng(8));
  fresh.weights(second);
  CHECK(first != second);
  fresh.refresh(Rng(7));
  fresh.weights(second);
  CHECK(first == second);
}

TEST_CASE("CrossbarTile: books its actions", "[tile][crossbar]") {
  pim::cost::Ledger programming, ledger;
  Tile tile({.core_size = 8});
  tile.program(Matrix::Ones(6, 20), Rng(1), programming);
  CHECK(programming[action::cell_write] == 240);
  Matrix y = Matrix::Zero(3, 20);
  tile.multiply_add(Matrix::Ones(3, 6), y, Rng(1), ledger);
  CHECK(ledger[action::dac_conversion] == 54);  // three arrays of 8, 8 and 4 columns
  CHECK(ledger[action::array_read] == 9);
  CHECK(ledger[action::mac] == 360);
  CHECK(ledger[action::adc_conversion] == 60);
  CHECK(ledger[action::digital_scale] == 60);
  CHECK(ledger[action::digital_add] == 60);
  CHECK(ledger.total(action::mac).serial_steps == 3);
  pim::cost::Ledger single;
  Tile one({.core_size = 8, .encoding = Encoding::single_device});
  one.program(Matrix::Ones(6, 20), Rng(1), single);
  CHECK(single[action::cell_write] == 120);
}

TEST_CASE("CrossbarTile: names what is wrong", "[tile][crossbar]") {
  const auto refuse = [](const Tile::Params& params, const char* what) {
    CHECK_THROWS_WITH(Tile(params), ContainsSubstring(what));
    CHECK_THROWS_AS(Tile(params), std::invalid_argument);
  };
  refuse({.core_size = -1}, "core_size");
  refuse({.weight_bits = 1}, "weight_bits is 1");
  refuse({.weight_bits = 17}, "weight_bits is 17");
  refuse({.dac = {.bits = 1}}, "dac bits is 1");
  refuse({.adc = {.bits = 8, .bound = -1.0F}}, "adc bound");
  refuse({.read_noise = -0.1F}, "noises");
  refuse({.output_noise = std::nanf("")}, "noises");
  refuse({.ir_drop = {.scale = -1.0F}}, "ir_drop");
  refuse({.ir_drop = {.scale = 1.0F, .wire_ratio = 0.0F}}, "ir_drop");

  Tile tile({.core_size = 8});
  pim::cost::Ledger ledger;
  Matrix y(3, 5), wrong(8, 4), nothing(3, 0);
  CHECK_NOTHROW(tile.multiply_add(Matrix(3, 0), nothing, Rng(1), ledger));  // nothing programmed
  CHECK_THROWS_WITH(tile.program(Matrix(9, 5), Rng(1), ledger),
                    ContainsSubstring("program: w is (9, 5), expected (1 to 8, 1 or more)"));
  CHECK_THROWS_WITH(tile.program(Matrix(0, 5), Rng(1), ledger), ContainsSubstring("program: w is (0, 5)"));
  tile.program(Matrix::Ones(8, 5), Rng(1), ledger);
  CHECK_THROWS_WITH(tile.multiply_add(Matrix(3, 7), y, Rng(1), ledger), ContainsSubstring("multiply_add: x is (3, 7)"));
  CHECK_THROWS_WITH(tile.multiply_add(Matrix(2, 8), y, Rng(1), ledger), ContainsSubstring("multiply_add: y is (3, 5)"));
  CHECK_THROWS_WITH(tile.weights(wrong), ContainsSubstring("weights: w is (8, 4)"));
}
