#include <pim/mapping/window.hpp>

#include "support/catch.hpp"

using pim::Index;
using pim::mapping::Extent;
using pim::mapping::ImageShape;
using pim::mapping::Padding;
using pim::mapping::square_window;
using pim::mapping::Window;

TEST_CASE("Window: as many positions as start inside of the padded image and end there", "[mapping][window]") {
  for (const Index length : {1, 2, 5, 8, 13}) {
    for (const Index kernel : {1, 2, 3, 5}) {
      for (const Index stride : {1, 2, 3, 7}) {
        for (const Index dilation : {1, 2, 4}) {
          for (const auto& [before, after] : {std::pair<Index, Index>{0, 0}, {1, 1}, {0, 2}, {3, 1}}) {
            Index expected = 0;
            for (Index at = -before; at + (kernel - 1) * dilation < length + after; at += stride) ++expected;
            const Window rows{{kernel, 1}, {stride, 1}, {dilation, 1}, {before, 0, after, 0}};
            const Window columns{{1, kernel}, {1, stride}, {1, dilation}, {0, before, 0, after}};
            CHECK(rows.positions(length, 4) == Extent{expected, 4});
            CHECK(columns.positions(4, length) == Extent{4, expected});
          }
        }
      }
    }
  }
}

TEST_CASE("Window: the layers of published networks", "[mapping][window]") {
  CHECK(square_window(7, 2, 3).positions(224, 224) == Extent{112, 112});  // ResNet, first convolution
  CHECK(square_window(3, 2, 1).positions(112, 112) == Extent{56, 56});    // and its pooling
  CHECK(square_window(11, 4, 2).positions(224, 224) == Extent{55, 55});   // AlexNet
  CHECK(square_window(5).positions(28, 28) == Extent{24, 24});            // LeNet
}

TEST_CASE("Window: a product of pixels as they are only where it is one pixel that visits all", "[mapping][window]") {
  CHECK(square_window(1).is_pointwise());
  CHECK_FALSE(square_window(3).is_pointwise());
  CHECK_FALSE(square_window(1, 2).is_pointwise());
  CHECK_FALSE(square_window(1, 1, 1).is_pointwise());
  CHECK_FALSE(Window{.kernel = {}, .stride = {}, .dilation = {}, .padding = {.right = 1}}.is_pointwise());
}

TEST_CASE("Window: sizes and steps that are not positive fit nowhere", "[mapping][window]") {
  CHECK(square_window(0).positions(5, 5) == Extent{0, 0});
  CHECK(square_window(2, 0).positions(5, 5) == Extent{0, 0});
  CHECK(square_window(2, -1).positions(5, 5) == Extent{0, 0});
  CHECK(Window{.kernel = {2, 2}, .stride = {}, .dilation = {1, 0}, .padding = {}}.positions(5, 5) == Extent{4, 0});
}

TEST_CASE("ImageShape: pixels and elements", "[mapping][window]") {
  CHECK(ImageShape{3, 32, 16}.pixels() == 512);
  CHECK(ImageShape{3, 32, 16}.size() == 1536);
}
