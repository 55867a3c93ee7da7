#include "support/image_data.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

#include <pim/task/image/builtin_images.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::Index;
using pim::model::Preprocessing;

TEST_CASE("load_images: built-in images are drawn and brought to the network's shape", "[examples][cnn]") {
  const auto grey = pim::app::load_images("builtin", {{1, 28, 28}, 10}, {.offset = 7, .limit = 20}, std::nullopt);
  CHECK(grey.test == pim::task::builtin_images(pim::task::ImageSplit::test, 7, 20));
  CHECK(grey.train.size() == 0);

  const auto colour = pim::app::load_images("builtin", {{3, 56, 56}, 1000}, {.limit = 20}, {{.offset = 2, .limit = 3}});
  CHECK(colour.test.shape == pim::mapping::ImageShape{3, 56, 56});
  CHECK(colour.test.labels.at(13) == 3);  // classes in turn
  CHECK(colour.train.size() == 3);
  const auto image = colour.test.image(5);
  REQUIRE(std::ssize(image) == 3 * 56 * 56);
  const auto original = pim::task::builtin_images(pim::task::ImageSplit::test, 5, 1);
  Index far = 0;
  for (Index p = 0; p < 56 * 56; ++p) {
    const auto at = static_cast<std::size_t>(3 * p);
    REQUIRE((image[at] == image[at + 1] && image[at] == image[at + 2]));  // grey
  }
  for (Index y = 1; y < 27; ++y) {  // the four pixels from one lie around it
    for (Index x = 1; x < 27; ++x) {
      int sum = 0, low = 255, high = 0;
      for (Index d = 0; d < 4; ++d) sum += image[static_cast<std::size_t>(3 * ((2 * y + d / 2) * 56 + 2 * x + d % 2))];
      for (Index d = 0; d < 9; ++d) {
        const int neighbour = original.pixels[static_cast<std::size_t>((y + d / 3 - 1) * 28 + x + d % 3 - 1)];
        low = std::min(low, neighbour), high = std::max(high, neighbour);
      }
      far += sum < 4 * low - 2 || sum > 4 * high + 2 ? 1 : 0;
    }
  }
  CHECK(far == 0);
}

TEST_CASE("load_images: a label that the network does not know is told before anything runs", "[examples][cnn]") {
  const pim::test::TemporaryFolder folder;
  std::ofstream(folder / "labels.csv") << "file,label\na.pgm,11\n";
  std::ofstream(folder / "a.pgm") << "P5 2 2 255\nabcd";
  const auto load = [&](Index classes) {
    return pim::app::load_images(folder.path().string(), {{1, 2, 2}, classes}, {}, std::nullopt);
  };
  CHECK_THAT(pim::test::message_of([&] { (void)load(10); }),
             ContainsSubstring("label 11, the network tells classes 0 to 9 apart"));
  CHECK(load(12).test.labels == std::vector{11});
}

TEST_CASE("normalisation_of: black and white as the weights' training saw them", "[examples][cnn]") {
  const auto range = [](Preprocessing preprocessing, Index channel) {
    const auto values = pim::app::normalisation_of(preprocessing).table(channel);
    return std::array{static_cast<double>(values[0]), static_cast<double>(values[255])};
  };
  const auto near = [](const std::array<double, 2>& a, double black, double white) {
    return std::abs(a[0] - black) < 1e-4 && std::abs(a[1] - white) < 1e-4;
  };
  CHECK(near(range(Preprocessing::raw, 2), 0.0, 255.0));
  CHECK(near(range(Preprocessing::unit, 0), 0.0, 1.0));
  CHECK(near(range(Preprocessing::centred, 1), -1.0, 1.0));
  CHECK(near(range(Preprocessing::mnist, 0), -0.42421, 2.82149));     // (0 - 0.1307) / 0.3081
  CHECK(near(range(Preprocessing::imagenet, 0), -2.11790, 2.24891));  // (0 - 0.485) / 0.229
  CHECK(near(range(Preprocessing::imagenet, 2), -1.80444, 2.64000));  // (0 - 0.406) / 0.225
}

TEST_CASE("augmentation_for: photographs are mirrored, digits are not", "[examples][cnn]") {
  CHECK(pim::app::augmentation_for({3, 32, 32}) == pim::task::Augmentation{.shift = 4, .mirror = true});
  CHECK(pim::app::augmentation_for({1, 28, 28}) == pim::task::Augmentation{.shift = 2, .mirror = false});
}
