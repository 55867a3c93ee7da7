#include <pim/tile/newcomputebench.hpp>

#include <cmath>

#include "support/catch.hpp"
#include "support/tile_contract.hpp"

using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Matrix_;
using pim::Rng;
namespace ncb = pim::tile::newcomputebench;

static_assert(pim::tile::Refreshable<ncb::ReRAMTile> && pim::tile::Refreshable<ncb::PCMTile>);
static_assert(pim::tile::CouplesRows<ncb::PCMTile> && !pim::tile::CouplesRows<ncb::DigitalTile>);

TEST_CASE("literal tiles keep the contract of tiles", "[tile][newcomputebench]") {
  check_tile_contract<ncb::DigitalTile>({.core_size = 16}, 0.3);
  check_tile_contract<ncb::ReRAMTile>({.core_size = 16, .num_bits = 6, .weight_noise = 0.002F}, 0.2);
  check_tile_contract<ncb::PCMTile>({.core_size = 16, .read_noise = true, .ir_drop = true}, 0.2);
}

template <class TileT>
static Matrix multiply(const typename TileT::Params& params, const Matrix& x, const Matrix& w, Index group = 0) {
  pim::kernel::Matmul<TileT> matmul(params);
  pim::cost::Ledger ledger;
  Matrix y(x.rows(), w.cols());
  matmul.program(w, Rng(1), ledger);
  matmul.multiply(pim::Rows(x, 0, group), y, Rng(2), ledger);
  return y;
}
static Matrix inputs() { return pim::normal_matrix(9, 10, Rng(3)); }
static Matrix weights() { return pim::normal_matrix(10, 6, Rng(4), 0.05F); }

/// Each row of x, in slices of `core` columns, quantised as one vector.
template <class Quantizer>
static Matrix quantized(const Quantizer& quantizer, Matrix x, Index core) {
  for (Index r = 0; r < x.rows(); ++r) {
    for (Index k = 0; k < x.cols(); k += core) {
      const std::span<float> slice(&x(r, k), static_cast<std::size_t>(std::min(core, x.cols() - k)));
      quantizer.quantize(std::vector<float>(slice.begin(), slice.end()), slice);
    }
  }
  return x;
}

TEST_CASE("literal DigitalTile: the product of quantised operands, one scale a block", "[tile][newcomputebench]") {
  const Matrix x = inputs(), w = weights();
  const Matrix xq = quantized(pim::numeric::newcomputebench::e4m3, x, 4);
  const Matrix wq = quantized(pim::numeric::newcomputebench::ScaleInteger{8}, w.transpose(), 4).transpose();
  const ncb::DigitalTile::Params mixed{.core_size = 4, .weight = pim::numeric::newcomputebench::ScaleInteger{8}};
  CHECK(largest_error(multiply<ncb::DigitalTile>(mixed, x, w), plain_product(xq, wq)) < 1e-6);
  CHECK(largest_error(multiply<ncb::DigitalTile>({.input = {}, .weight = {}}, x, w), plain_product(x, w)) < 1e-6);
}

TEST_CASE("literal ReRAMTile: inputs quantised, weights as they are", "[tile][newcomputebench]") {
  const Matrix x = inputs(), w = weights();
  const Matrix xq = quantized(pim::numeric::newcomputebench::ScaleInteger{3}, x, 4);
  CHECK(largest_error(multiply<ncb::ReRAMTile>({.core_size = 4, .num_bits = 3}, x, w), plain_product(xq, w)) < 1e-6);
}

/// The tutorial's PCM tile in double precision: blocks of `core`, padded with zeros, rows grouped by `group`.
static Matrix_<double> pcm_reference(const Matrix& x, const Matrix& w, Index core, Index group, bool ir_drop) {
  const double gmax = 5.0;
  Matrix_<double> y = Matrix_<double>::Zero(x.rows(), w.cols());
  const auto each_block = [core](Index begin, Index end, const auto& use) {
    for (Index b = begin; b < end; b += core) use(b, std::min(core, end - b));
  };
  const auto one = [&](Index r, Index rows, Index k, Index depth, Index n, Index cols) {
    const double top = static_cast<double>(x.block(r, k, rows, depth).cwiseAbs().maxCoeff()) + 1e-9;
    const double g = gmax / (static_cast<double>(w.block(k, n, depth, cols).cwiseAbs().maxCoeff()) + 1e-9);
    for (Index i = 0; i < rows; ++i) {
      std::vector<double> currents;
      for (Index c = 0; c < core; ++c) {
        double current = 0.0, magnitude = 0.0, graded = 0.0;
        for (Index j = 0; j < depth && c < cols; ++j) {
          const double code = std::nearbyint(static_cast<double>(x(r + i, k + j)) / top * 128.0);
          const double product = std::min(code, 127.0) / 128.0 * g * static_cast<double>(w(k + j, n + c));
          const double rest = 1.0 - static_cast<double>(j) / static_cast<double>(core);
          current += product;
          magnitude += std::fabs(product);
          graded += product * (1.0 - rest * rest);
        }
        const double a = 1.75e-6 * static_cast<double>(core) * magnitude;
        currents.push_back(ir_drop ? current - (0.05 * a * a * a - 0.2 * a * a + 0.5 * a) * graded : current);
      }
      const auto [low, high] = std::minmax_element(currents.begin(), currents.end());
      const double center = (*high + *low) / 2.0 + 1e-9, half = *high - center;
      for (Index c = 0; c < cols; ++c) {
        const double code = std::nearbyint((currents[static_cast<std::size_t>(c)] - center) / half * 128.0);
        y(r + i, n + c) += (std::min(std::max(code, -128.0), 127.0) / 128.0 * half + center) * top / g;
      }
    }
  };
  for (Index begin = 0; begin < x.rows(); begin += group) {
    each_block(begin, std::min(x.rows(), begin + group), [&](Index r, Index rows) {
      each_block(0, w.rows(), [&](Index k, Index depth) {
        each_block(0, w.cols(), [&](Index n, Index cols) { one(r, rows, k, depth, n, cols); });
      });
    });
  }
  return y;
}

TEST_CASE("literal PCMTile: the tutorial's PCM tile by plain loops; padding takes part in the ADC's range",
          "[tile][newcomputebench]") {
  const Matrix x = inputs(), w = weights();
  for (const bool ir_drop : {false, true}) {
    for (const Index core : {4, 8, 16}) {
      for (const Index group : {9, 3, 2}) {
        INFO("core " << core << ", group " << group);
        const Matrix y = multiply<ncb::PCMTile>({.core_size = core, .ir_drop = ir_drop}, x, w, group);
        CHECK(largest_error(y, pcm_reference(x, w, core, group, ir_drop)) < 1e-5);
      }
    }
  }
}

TEST_CASE("literal PCMTile: rows of a block share their DAC's scale, rows of other groups do not",
          "[tile][newcomputebench]") {
  Matrix x = inputs();
  const Matrix w = weights(), alone = multiply<ncb::PCMTile>({.core_size = 16}, x, w, 3);
  x.row(4) *= 100.0F;
  const Matrix beside = multiply<ncb::PCMTile>({.core_size = 16}, x, w, 3);
  CHECK(beside.topRows(3) == alone.topRows(3));
  CHECK(beside.bottomRows(3) == alone.bottomRows(3));
  CHECK(beside.row(3) != alone.row(3));
}

TEST_CASE("literal tiles: noise is drawn afresh at each call", "[tile][newcomputebench]") {
  const Matrix x = inputs(), w = weights();
  pim::cost::Ledger ledger;
  const auto two_calls_differ = [&](auto kernel) {
    Matrix y1(9, 6), y2(9, 6), y3(9, 6);
    kernel.program(w, Rng(1), ledger);
    kernel.multiply(x, y1, Rng(2), ledger);
    kernel.multiply(x, y2, Rng(3), ledger);
    kernel.multiply(x, y3, Rng(2), ledger);
    return y1 == y3 && y1 != y2;
  };
  using pim::kernel::Matmul;
  CHECK(two_calls_differ(Matmul<ncb::DigitalTile>({.approximate = true})));
  CHECK(two_calls_differ(Matmul<ncb::ReRAMTile>({.weight_noise = 0.1F})));
  CHECK(two_calls_differ(Matmul<ncb::PCMTile>({.core_size = 16, .programming_noise = true})));
  CHECK(two_calls_differ(Matmul<ncb::PCMTile>({.core_size = 16, .read_noise = true})));
  CHECK(two_calls_differ(Matmul<ncb::PCMTile>({.core_size = 16, .out_noise = true})));
}

TEST_CASE("literal tiles: book their actions and name what is wrong", "[tile][newcomputebench]") {
  namespace action = pim::cost::action;
  pim::cost::Ledger programming, ledger;
  ncb::PCMTile pcm({.core_size = 8});
  pcm.program(Matrix::Ones(6, 5), Rng(1), programming);
  CHECK(programming[action::cell_write] == 64);
  Matrix y = Matrix::Zero(3, 5);
  pcm.multiply_add(Matrix::Ones(3, 6), y, Rng(1), ledger);
  CHECK(ledger[action::dac_conversion] == 18);
  CHECK(ledger[action::adc_conversion] == 24);
  CHECK(ledger[action::mac] == 90);
  CHECK(ledger[action::array_read] == 3);

  CHECK_THROWS_WITH(ncb::PCMTile({.core_size = 0}), ContainsSubstring("core_size"));
  CHECK_THROWS_WITH(ncb::PCMTile({.width = 1}), ContainsSubstring("width is 1"));
  CHECK_THROWS_WITH(ncb::PCMTile({.gmax = 0.0F}), ContainsSubstring("gmax"));
  CHECK_THROWS_WITH(ncb::ReRAMTile({.num_bits = 0}), ContainsSubstring("num_bits is 0"));
  CHECK_THROWS_WITH(ncb::DigitalTile({.core_size = -1}), ContainsSubstring("core_size"));
  CHECK_THROWS_WITH(pcm.program(Matrix(9, 5), Rng(1), ledger),
                    ContainsSubstring("program: w is (9, 5), expected (1 to 8, 1 to 8)"));
  CHECK_THROWS_WITH(pcm.multiply_add(Matrix(3, 7), y, Rng(1), ledger), ContainsSubstring("multiply_add: x is (3, 7)"));
  CHECK_THROWS_WITH(pcm.multiply_add(Matrix(2, 6), y, Rng(1), ledger), ContainsSubstring("multiply_add: y is (3, 5)"));
}
