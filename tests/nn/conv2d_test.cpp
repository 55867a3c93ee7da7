#include <pim/nn/conv2d.hpp>

#include <pim/kernel/exact_matmul.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/tile/ideal_tile.hpp>
#include <pim/tile/reram_tile.hpp>

#include "support/catch.hpp"
#include "support/plain_convolution.hpp"
#include "support/threads.hpp"
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;
using pim::mapping::PatchOrder;
using pim::mapping::square_window;
using pim::nn::BackwardOperands;
using Kernel = pim::kernel::ExactMatmul<double>;

namespace {
/// Multiplies by twice the weights: tells what was programmed from what is the master weight.
class DoublingKernel : public Kernel {
 public:
  void program(pim::ConstMatrixRef_<double> w, const Rng& rng, pim::cost::Ledger& ledger) {
    Kernel::program(2.0 * w, rng, ledger);
  }
};
static_assert(pim::kernel::ConvolutionKernel<DoublingKernel, double>);
static_assert(pim::kernel::ConvolutionKernel<pim::kernel::Matmul<pim::tile::IdealTile>>);
static_assert(!pim::kernel::ConvolutionKernel<pim::tile::IdealTile>);

template <class K = Kernel>
pim::nn::Conv2d<double, K> layer_of(const ConvolutionCase& sizes, PatchOrder order,
                                    BackwardOperands operands = BackwardOperands::exact) {
  pim::nn::Conv2d<double, K> layer("conv", sizes.in, sizes.out_channels, sizes.window, K{}, operands, true,
                                   sizes.groups, order);
  layer.initialise(0.5, Rng(3));
  *layer.parameters()[1].value = random_matrix(1, sizes.out_channels, 4);
  return layer;
}
MatrixD images_of(const ConvolutionCase& sizes) {
  return random_matrix(sizes.images * sizes.in.pixels(), sizes.in.channels, 5);
}
template <class Layer>
MatrixD forward(Layer& layer, const MatrixD& x) {
  pim::cost::Ledger ledger;
  MatrixD y(x.rows() / layer.in_shape().pixels() * layer.out_shape().pixels(), layer.out_shape().channels);
  layer.program(Rng(1), ledger);
  layer.forward(x, y, Rng(2), ledger);
  return y;
}
}  // namespace

TEST_CASE("Conv2d: is the convolution, and its gradients against central differences", "[nn][conv2d]") {
  const auto order = GENERATE(PatchOrder::position_major, PatchOrder::channel_major);
  for (const ConvolutionCase& sizes : convolution_cases()) {
    auto layer = layer_of(sizes, order);
    const auto parameters = layer.parameters();
    MatrixD x = images_of(sizes);
    const MatrixD y = forward(layer, x), dy = random_matrix(y.rows(), y.cols(), 6);
    const auto with_bias = [&]() -> MatrixD {
      return plain_convolution(x, *parameters[0].value, sizes).rowwise() + parameters[1].value->row(0);
    };
    CHECK(relative_error(y, with_bias()) < 1e-14);

    const auto loss = [&] { return with_bias().cwiseProduct(dy).sum(); };
    MatrixD dx = MatrixD::Constant(x.rows(), x.cols(), 1e9);  // what was there does not matter
    layer.backward(x, dy, dx);
    CHECK(gradient_error(x, dx, loss) < 1e-9);
    for (const auto& p : parameters) CHECK(gradient_error(*p.value, *p.gradient, loss) < 1e-9);

    const MatrixD once = dx, d_weight = *parameters[0].gradient;
    layer.backward(x, dy, dx, pim::nn::Into::add);
    CHECK(relative_error(dx, 2.0 * once) < 1e-14);
    CHECK(relative_error(*parameters[0].gradient, 2.0 * d_weight) < 1e-14);  // gradients add up
  }
}

TEST_CASE("Conv2d: the weights of the input gradient are a policy", "[nn][conv2d]") {
  const auto order = GENERATE(PatchOrder::position_major, PatchOrder::channel_major);
  for (const ConvolutionCase& sizes : convolution_cases()) {
    auto exact = layer_of<DoublingKernel>(sizes, order);
    auto programmed = layer_of<DoublingKernel>(sizes, order, BackwardOperands::programmed);
    const MatrixD x = images_of(sizes), dy = random_matrix(forward(exact, x).rows(), sizes.out_channels, 6);
    forward(programmed, x);
    MatrixD dx(x.rows(), x.cols()), dx_programmed(x.rows(), x.cols());
    exact.backward(x, dy, dx);
    programmed.backward(x, dy, dx_programmed);
    CHECK(relative_error(dx_programmed, 2.0 * dx) < 1e-14);
    CHECK(*programmed.parameters()[0].gradient == *exact.parameters()[0].gradient);
  }
}

TEST_CASE("Conv2d: large images, cut into panels and runs; the same bits at any number of threads", "[nn][conv2d]") {
  const ConvolutionCase sizes{{8, 19, 17}, 12, square_window(3, 1, 1), 2, 11};
  const MatrixD images = images_of(sizes);
  const Matrix x = images.cast<float>(), dy = random_matrix(11 * 19 * 17, 12, 6).cast<float>();
  pim::tile::ReRAMTile::Params noisy = pim::tile::reram_preset();
  noisy.core_size = 16;
  const auto run = [&](int threads, auto kernel) {
    const WithThreads with(threads);
    pim::nn::Conv2d<float, decltype(kernel)> layer("conv", sizes.in, 12, sizes.window, kernel, BackwardOperands::exact,
                                                   false, 2);
    pim::cost::Ledger ledger;
    layer.initialise(0.1, Rng(1));
    layer.program(Rng(2), ledger);
    Matrix y(dy.rows(), 12), dx(x.rows(), 8);
    layer.forward(x, y, Rng(3), ledger);
    layer.backward(x, dy, dx);
    return std::array<Matrix, 4>{y, dx, *layer.parameters()[0].gradient, *layer.parameters()[0].value};
  };
  for (const int threads : {2, 3}) {
    CHECK(run(threads, pim::kernel::Matmul<pim::tile::ReRAMTile>(noisy)) ==
          run(1, pim::kernel::Matmul<pim::tile::ReRAMTile>(noisy)));
  }
  const auto [y, dx, dw, w] = run(2, pim::kernel::Matmul<pim::tile::IdealTile>());
  CHECK(relative_error(y.cast<double>(), plain_convolution(images, w.cast<double>(), sizes)) < 1e-6);
  const double work = dy.cast<double>().cwiseProduct(y.cast<double>()).sum();  // y is linear in x and in w
  CHECK(dx.cast<double>().cwiseProduct(images).sum() == Approx(work).epsilon(1e-5));
  CHECK(dw.cast<double>().cwiseProduct(w.cast<double>()).sum() == Approx(work).epsilon(1e-5));
}

TEST_CASE("Conv2d: groups draw noise of their own", "[nn][conv2d]") {
  const ConvolutionCase sizes{{2, 4, 4}, 2, square_window(3, 1, 1), 2, 1};
  pim::nn::Conv2d<float, pim::kernel::Matmul<pim::tile::GaussianReRAMTile>> layer(
      "conv", sizes.in, 2, sizes.window, pim::kernel::Matmul<pim::tile::GaussianReRAMTile>({.device = {.sigma = 0.1F}}),
      BackwardOperands::exact, false, 2);
  layer.parameters()[0].value->setConstant(0.5F);
  pim::cost::Ledger ledger;
  Matrix y(16, 2);
  layer.program(Rng(1), ledger);
  layer.forward(Matrix::Ones(16, 2), y, Rng(2), ledger);
  CHECK(y.col(0) != y.col(1));
}

TEST_CASE("Conv2d: names, shapes and what it books", "[nn][conv2d]") {
  using Ideal = pim::kernel::Matmul<pim::tile::IdealTile>;
  using Layer = pim::nn::Conv2d<float, Ideal>;
  Layer layer("layer1.0.conv1", {4, 6, 5}, 8, square_window(3, 2, 1), Ideal{}, BackwardOperands::exact, true, 2);
  CHECK(layer.in_shape() == pim::mapping::ImageShape{4, 6, 5});
  CHECK(layer.out_shape() == pim::mapping::ImageShape{8, 3, 3});
  const auto parameters = layer.parameters();
  REQUIRE(parameters.size() == 2);
  CHECK(parameters[0].name == "layer1.0.conv1.weight");
  CHECK(parameters[0].layout == pim::nn::Layout::convolution);
  CHECK(parameters[0].kernel_height == 3);
  CHECK(parameters[0].kernel_width == 3);
  CHECK(parameters[0].value->rows() == 3 * 3 * 2);
  CHECK(parameters[1].name == "layer1.0.conv1.bias");
  CHECK(Layer("c", {4, 6, 5}, 8, square_window(3), Ideal{}, BackwardOperands::exact, false).parameters().size() == 1);

  pim::cost::Ledger ledger;
  Matrix y(3 * 9, 8);
  layer.program(Rng(1), ledger);
  CHECK(ledger[pim::cost::action::cell_write] == 18 * 8);
  layer.forward(Matrix::Ones(3 * 30, 4), y, Rng(1), ledger);
  CHECK(ledger.entries().size() == 5);  // array, array_cell, cell_write; mac, digital_add
  for (const auto& entry : ledger.entries()) CHECK(entry.layer == "layer1.0.conv1");
  CHECK(ledger[pim::cost::action::mac] == 3 * 9 * 18 * 8);
  CHECK(ledger.total(pim::cost::action::mac).serial_steps == 2 * 3 * 9);  // groups one after the other
  CHECK(ledger[pim::cost::action::digital_add] == 3 * 9 * 8);
}

TEST_CASE("Conv2d: names what is wrong", "[nn][conv2d]") {
  using Layer = pim::nn::Conv2d<double, Kernel>;
  const auto make = [](Index channels, Index outputs, pim::mapping::Window window, Index groups) {
    return Layer("features.3", {channels, 5, 5}, outputs, window, {}, BackwardOperands::exact, true, groups);
  };
  for (const auto& [channels, outputs, groups] :
       {std::array<Index, 3>{4, 6, 4}, {5, 6, 3}, {4, 4, 0}, {4, 0, 1}, {0, 4, 1}, {4, 4, -1}}) {
    CHECK_THROWS_WITH(make(channels, outputs, square_window(3), groups),
                      "features.3: groups must divide the channels of input and output");
  }
  for (const auto& window : {square_window(6), square_window(3, 0), square_window(0)}) {
    CHECK_THROWS_WITH(make(4, 4, window, 1), "features.3: the window does not fit the image");
  }
  CHECK_THROWS_WITH(Layer("conv", {4, 0, 5}, 4, square_window(3, 1, 2), {}),  // in the padding it would
                    "conv: the window does not fit the image");
  Layer layer = make(4, 6, square_window(3), 1);
  pim::cost::Ledger ledger;
  const MatrixD x = MatrixD::Ones(50, 4);
  MatrixD y(18, 6), dx(50, 4);
  layer.program(Rng(1), ledger);
  CHECK_NOTHROW(layer.forward(x, y, Rng(1), ledger));
  CHECK_THROWS_WITH(layer.forward(MatrixD::Ones(49, 4), y, Rng(1), ledger),
                    ContainsSubstring("is (49, 4), expected (25, 4)"));
  CHECK_THROWS_WITH(layer.forward(MatrixD::Ones(50, 3), y, Rng(1), ledger),
                    ContainsSubstring("is (50, 3), expected (50, 4)"));
  CHECK_THROWS_WITH(layer.forward(x, dx, Rng(1), ledger),
                    ContainsSubstring("Conv2d::forward: y is (50, 4), expected (18, 6)"));
  CHECK_THROWS_WITH(layer.backward(x, dx, dx), ContainsSubstring("Conv2d::backward: dy is (50, 4), expected (18, 6)"));
  CHECK_THROWS_WITH(layer.backward(x, y, y), ContainsSubstring("Conv2d::backward: dx is (18, 6), expected (50, 4)"));
}
