#include <pim/io/image_data.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary.hpp"
using pim::io::ImageRequest;
using pim::io::read_images;
using pim::io::write_file;
using pim::mapping::ImageShape;
using pim::task::ImageSet;
using pim::task::ImageSplit;
using pim::test::message_of;
using pim::test::TemporaryFolder;

namespace {
const ImageRequest train{.split = ImageSplit::train};

std::string cifar10_file(const std::vector<int>& labels) {
  std::string bytes;
  for (const int label : labels) bytes += static_cast<char>(label) + std::string(3072, 'x');
  return bytes;
}
void write_idx(const std::filesystem::path& images, const std::filesystem::path& labels, char label) {
  write_file(images, std::string("\0\0\x08\x03\0\0\0\1\0\0\0\1\0\0\0\1", 16) + "x");
  write_file(labels, std::string("\0\0\x08\x01\0\0\0\1", 8) + label);
}
void write_pictures(const std::filesystem::path& folder, int label) {
  std::filesystem::create_directories(folder);
  write_file(folder / "a.pgm", "P5 2 2 255\nabcd");
  write_file(folder / "labels.csv", "a.pgm," + std::to_string(label));
}
std::vector<int> labels_of(const std::filesystem::path& path, const ImageRequest& request = {}) {
  return read_images(path, request).labels;
}
/// What is said, without the path of the temporary folder.
std::string complaint(const TemporaryFolder& folder, const std::filesystem::path& path,
                      const ImageRequest& request = {}) {
  std::string message = message_of([&] { read_images(path, request); });
  const std::size_t at = message.find(folder.path().string());
  return at == std::string::npos ? message : message.erase(at, folder.path().string().size());
}
}  // namespace

TEST_CASE("read_images: CIFAR-10, a folder or one file", "[io][image]") {
  const TemporaryFolder folder;
  write_file(folder / "test_batch.bin", cifar10_file({1, 2}));
  CHECK(labels_of(folder.path()) == std::vector<int>{1, 2});
  CHECK(complaint(folder, folder.path(), train) ==
        ": there are no training images; put data_batch_1.bin to data_batch_5.bin beside test_batch.bin");
  write_file(folder / "data_batch_2.bin", cifar10_file({5}));
  write_file(folder / "data_batch_1.bin", cifar10_file({3, 4}));
  CHECK(labels_of(folder.path(), train) == std::vector<int>{3, 4, 5});
  CHECK(labels_of(folder.path(), {.split = ImageSplit::train, .range = {.offset = 1, .limit = 2}}) ==
        std::vector<int>{4, 5});
  CHECK(labels_of(folder / "data_batch_1.bin") == std::vector<int>{3, 4});
  CHECK(complaint(folder, folder / "data_batch_1.bin", train) ==
        "/data_batch_1.bin: there are no training images; give the folder that holds the training set too");
}

TEST_CASE("read_images: IDX, a folder or the file of images", "[io][image]") {
  const TemporaryFolder folder;
  write_idx(folder / "t10k-images-idx3-ubyte", folder / "t10k-labels-idx1-ubyte", 4);
  CHECK(labels_of(folder.path()) == std::vector<int>{4});
  CHECK(labels_of(folder / "t10k-images-idx3-ubyte") == std::vector<int>{4});
  CHECK(complaint(folder, folder.path(), train) == ": there is no train-images-idx3-ubyte, plain or .gz; put it there");
  write_idx(folder / "train-images.idx3-ubyte", folder / "train-labels.idx1-ubyte", 6);
  CHECK(labels_of(folder.path(), train) == std::vector<int>{6});
  CHECK(labels_of(folder / "train-images.idx3-ubyte") == std::vector<int>{6});
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  CHECK(complaint(folder, folder.path()) == ": there is no t10k-labels-idx1-ubyte, plain or .gz; put it there");
}

TEST_CASE("read_images: pictures with labels, alone, in parts, or in class folders", "[io][image]") {
  const TemporaryFolder folder;
  write_pictures(folder.path(), 3);
  CHECK(labels_of(folder.path()) == std::vector<int>{3});
  CHECK(labels_of(folder / "labels.csv") == std::vector<int>{3});
  CHECK(complaint(folder, folder.path(), train) ==
        ": there are no training images; put them into a folder train, with their own labels.csv");
  write_pictures(folder / "val", 4);
  CHECK(labels_of(folder.path()) == std::vector<int>{4});
  write_pictures(folder / "train/cat", 0);
  std::filesystem::remove(folder / "train/cat/labels.csv");
  const ImageSet images = read_images(folder.path(), {.split = ImageSplit::train, .shape = {3, 4, 4}});
  CHECK(images.class_names == std::vector<std::string>{"cat"});
  CHECK(images.shape == ImageShape{3, 4, 4});
}

TEST_CASE("read_images: what is not there, not known or of another shape is said", "[io][image]") {
  const TemporaryFolder folder;
  CHECK(complaint(folder, folder / "none") == "cannot read /none: No such file or directory; check the path");
  CHECK(complaint(folder, folder.path()) ==
        ": no data set that is known; expected test_batch.bin (CIFAR-10), t10k-images-idx3-ubyte (MNIST), or pictures "
        "with "
        "labels.csv");
  write_file(folder / "a.zip", "PK");
  CHECK(complaint(folder, folder / "a.zip") ==
        "/a.zip: no data set that is known; expected a CIFAR-10 file (*.bin), an IDX file of images or labels.csv");
  write_file(folder / "test_batch.bin", cifar10_file({1}));
  CHECK(complaint(folder, folder.path(), {.shape = {1, 28, 28}}) ==
        ": images are (3, 32, 32), the network takes (1, 28, 28); choose other data or another network");
}

TEST_CASE("read_images: the real folders", "[io][image][data]") {
  const std::filesystem::path data = pim::test::data_dir();
  if (!pim::test::has_data(data / "cifar10") || !pim::test::has_data(data / "mnist")) return;
  CHECK(read_images(data / "cifar10", train).size() == 2000);
  CHECK(read_images(data / "cifar10", {.shape = {3, 32, 32}}).size() == 10'000);
  CHECK(read_images(data / "mnist", {.range = {.offset = 9'000, .limit = 0}}).size() == 1000);
#ifdef PIM_WITH_ZLIB
  CHECK(read_images(data / "mnist", train).size() == 60'000);
#endif
}
