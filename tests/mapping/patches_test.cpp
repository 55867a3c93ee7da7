#include <pim/mapping/patches.hpp>

#include "support/catch.hpp"
#include "support/plain_convolution.hpp"

using namespace pim::test;
using pim::Index;
using pim::mapping::PatchOrder;
using Patches = pim::mapping::Patches_<double>;

namespace {
/// Element (row, k) of the matrix by its definition.
double element(const MatrixD& images, const ConvolutionCase& sizes, PatchOrder order, Index row, Index k) {
  const auto& [in, out_channels, window, groups, count] = sizes;
  const auto [height, width] = window.positions(in.height, in.width);
  const Index positions = window.kernel.height * window.kernel.width;
  const Index channel = order == PatchOrder::channel_major ? k / positions : k % in.channels;
  const Index position = order == PatchOrder::channel_major ? k % positions : k / in.channels;
  const Index y = row / width % height * window.stride.height - window.padding.top +
                  position / window.kernel.width * window.dilation.height;
  const Index x =
      row % width * window.stride.width - window.padding.left + position % window.kernel.width * window.dilation.width;
  if (y < 0 || y >= in.height || x < 0 || x >= in.width) return 0.0;
  return images((row / (height * width) * in.height + y) * in.width + x, channel);
}
MatrixD definition(const MatrixD& images, const ConvolutionCase& sizes, PatchOrder order) {
  const auto [height, width] = sizes.window.positions(sizes.in.height, sizes.in.width);
  return MatrixD::NullaryExpr(sizes.images * height * width,
                              sizes.window.kernel.height * sizes.window.kernel.width * sizes.in.channels,
                              [&](Index row, Index k) { return element(images, sizes, order, row, k); });
}
MatrixD images_of(const ConvolutionCase& sizes, std::uint64_t seed) {
  return random_matrix(sizes.images * sizes.in.pixels(), sizes.in.channels, seed);
}
}  // namespace

TEST_CASE("Patches: panels of any height are the rows of im2col, in both orders", "[mapping][patches]") {
  const auto order = GENERATE(PatchOrder::position_major, PatchOrder::channel_major);
  for (const ConvolutionCase& sizes : convolution_cases()) {
    const MatrixD images = images_of(sizes, 1), expected = definition(images, sizes, order);
    const Patches patches(images, sizes.in, sizes.window, order);
    REQUIRE(patches.rows() == expected.rows());
    REQUIRE(patches.cols() == expected.cols());
    CHECK(patches.images() == sizes.images);
    CHECK(patches.rows_per_image() * sizes.images == patches.rows());
    MatrixD storage = MatrixD::Constant(2, 3, 1e9);  // what was there does not matter
    for (const Index height : {Index{1}, Index{3}, Index{7}, patches.rows()}) {
      for (Index begin = 0; begin < patches.rows(); begin += height) {
        const Index count = std::min(height, patches.rows() - begin);
        const auto panel = patches.panel(begin, count, storage);
        CHECK(panel.first == begin);
        CHECK(panel.values == expected.middleRows(begin, count));
      }
    }
  }
}

TEST_CASE("Patches: images may be channels of larger images", "[mapping][patches]") {
  for (ConvolutionCase sizes : convolution_cases()) {
    const MatrixD all = images_of(sizes, 2);
    sizes.in.channels = (sizes.in.channels + 1) / 2;
    const MatrixD half = all.rightCols(sizes.in.channels);
    const Patches patches(all.rightCols(sizes.in.channels), sizes.in, sizes.window);
    MatrixD storage;
    CHECK(patches.panel(0, patches.rows(), storage).values == definition(half, sizes, PatchOrder::position_major));
  }
}

TEST_CASE("Patches: scatter_add is the transpose of gathering", "[mapping][patches]") {
  for (const ConvolutionCase& sizes : convolution_cases()) {
    const MatrixD images = images_of(sizes, 3), gathered = definition(images, sizes, PatchOrder::position_major);
    const MatrixD gradient = random_matrix(gathered.rows(), gathered.cols(), 4);
    const Patches patches(images, sizes.in, sizes.window);
    MatrixD scattered = MatrixD::Ones(images.rows(), images.cols());  // it adds
    for (Index begin = 0; begin < patches.rows(); begin += 5) {
      patches.scatter_add(begin, gradient.middleRows(begin, std::min<Index>(5, patches.rows() - begin)), scattered);
    }
    const double expected = gathered.cwiseProduct(gradient).sum() + images.sum();  // <gather x, g> = <x, scatter g>
    CHECK(scattered.cwiseProduct(images).sum() == Approx(expected).epsilon(1e-12).margin(1e-10));
  }
}

TEST_CASE("Patches: refuses what are not whole images, and a window that does not fit", "[mapping][patches]") {
  const MatrixD images = MatrixD::Ones(2 * 12, 3);
  using pim::mapping::square_window;
  CHECK_THROWS_WITH(Patches(images.topRows(23), {3, 4, 3}, square_window(2)),
                    "Patches: images is (23, 3), expected (12, 3)");
  CHECK_THROWS_WITH(Patches(images, {2, 4, 3}, square_window(2)), "Patches: images is (24, 3), expected (24, 2)");
  CHECK_THROWS_WITH(Patches(images, {3, 4, 3}, square_window(4)), "Patches: the window does not fit the image");
  CHECK_THROWS_WITH(Patches(images, {3, 4, 3}, square_window(2, 0)), "Patches: the window does not fit the image");
  CHECK(Patches(images.topRows(0), {3, 4, 3}, square_window(2)).rows() == 0);
}
