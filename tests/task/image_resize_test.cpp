#include <pim/task/image/resize.hpp>

#include <cstdint>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary.hpp"
using pim::Index;
using pim::task::Image;
using pim::test::message_of;

// Expected bytes are those of Pillow 9.4 and torchvision 0.14 for the same pictures.
namespace {
Image picture(Index height, Index width, Index channels) {
  Image image{.shape = {channels, height, width}, .pixels = {}};
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      for (Index c = 0; c < channels; ++c) {
        image.pixels.push_back(static_cast<std::uint8_t>((y * 37 + x * 91 + c * 53 + y * x * 7) % 256));
      }
    }
  }
  return image;
}
/// Byte i counts i + 1 times.
std::uint32_t checksum(const Image& image) {
  std::uint32_t sum = 0, i = 0;
  for (const std::uint8_t byte : image.pixels) sum += ++i * byte;
  return sum;
}
using Bytes = std::vector<std::uint8_t>;
}  // namespace

TEST_CASE("resize: bytes of Pillow, shrinking and growing", "[task][image]") {
  const Image grey = picture(9, 11, 1);
  CHECK(resize(grey, {.height = 3, .width = 4}).pixels ==
        Bytes{114, 123, 119, 152, 125, 145, 131, 130, 117, 131, 130, 132});
  CHECK(resize(grey, {.height = 4, .width = 3}).pixels ==
        Bytes{112, 118, 141, 129, 130, 147, 132, 140, 114, 117, 127, 139});
  CHECK(checksum(resize(grey, {.height = 10, .width = 14})) == 1274146);
  CHECK(resize(grey, {.height = 9, .width = 11}) == grey);
  const Image colour = resize(picture(300, 401, 3), {.height = 224, .width = 224});
  CHECK(checksum(colour) == 2897785574);
  CHECK(colour.shape == pim::mapping::ImageShape{3, 224, 224});
}

TEST_CASE("resize_shorter_side, centre_crop: bytes of torchvision", "[task][image]") {
  const Image resized = resize_shorter_side(picture(300, 401, 3), 256);
  CHECK(resized.shape == pim::mapping::ImageShape{3, 256, 342});
  CHECK(checksum(resized) == 18144930);
  CHECK(checksum(centre_crop(resized, {224, 224})) == 2951059600);
  // borders of 2, 3, 5, 1 and 4 pixels
  CHECK(checksum(centre_crop(picture(10, 13, 1), {8, 8})) == 272272);
  CHECK(checksum(centre_crop(picture(11, 10, 1), {8, 8})) == 268160);
  CHECK(checksum(centre_crop(picture(9, 12, 1), {8, 8})) == 282608);
}

TEST_CASE("resize: a flat picture stays flat, one row or column will do", "[task][image]") {
  const Image flat{.shape = {1, 7, 5}, .pixels = Bytes(35, 201)};
  for (const Index height : {1, 2, 6, 7, 30}) {
    const Image resized = resize(flat, {height, 3});
    CHECK(resized.pixels == Bytes(static_cast<std::size_t>(3 * height), 201));
  }
  CHECK(resize(Image{{1, 1, 1}, {9}}, {2, 2}).pixels == Bytes{9, 9, 9, 9});
}

TEST_CASE("with_channels: luma of Pillow, grey three times", "[task][image]") {
  const Image grey = with_channels(picture(300, 401, 3), 1);
  CHECK(checksum(grey) == 810280008);
  CHECK(with_channels(Image{{1, 1, 2}, {7, 8}}, 3).pixels == Bytes{7, 7, 7, 8, 8, 8});
  CHECK(with_channels(grey, 1) == grey);
}

TEST_CASE("resize, centre_crop, with_channels: what cannot be is said", "[task][image]") {
  const Image image = picture(4, 6, 1);
  CHECK(message_of([&] { resize(image, {0, 3}); }) == "resize: the new size must be at least one pixel");
  CHECK(message_of([&] {
          centre_crop(image, {5, 2});
        }) == "centre_crop: 2 x 5 pixels of 6 x 4; crop at most the image");
  CHECK(message_of([&] { with_channels(image, 2); }) == "with_channels: images have 1 or 3 channels");
}
