#include <pim/io/idx.hpp>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/data.hpp"
#include "support/temporary.hpp"
using pim::Index;
using pim::io::IdxArray;
using pim::io::parse_idx;
using pim::io::read_idx;
using pim::io::write_file;
using pim::task::ImageSet;
using pim::test::message_of;
using pim::test::TemporaryFolder;

namespace {
std::string words(const std::vector<unsigned>& values) {
  std::string bytes;
  for (const unsigned value : values) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 255);
  }
  return bytes;
}
const std::string image_file = words({0x803, 2, 2, 3}) + "abcdefghijkl";
const std::string label_file = words({0x801, 2}) + std::string("\x07\x09", 2);

std::string complaint(const std::string& bytes, std::size_t dimensions = 3) {
  return message_of([&] { parse_idx(bytes, dimensions, "t10k"); });
}
std::string complaint_of_pair(const std::string& images, const std::string& labels) {
  const TemporaryFolder folder;
  write_file(folder / "i", images);
  write_file(folder / "l", labels);
  std::string message = message_of([&] { read_idx(folder / "i", folder / "l"); });
  const std::string path = folder.path().string() + "/";
  for (std::size_t at = 0; (at = message.find(path)) != std::string::npos;) message.erase(at, path.size());
  return message;
}
}  // namespace

TEST_CASE("read_idx: images with their labels, or a range of them", "[io][image]") {
  const TemporaryFolder folder;
  write_file(folder / "i", image_file);
  write_file(folder / "l", label_file);
  const ImageSet images = read_idx(folder / "i", folder / "l");
  require_consistent(images);
  CHECK(images.shape == pim::mapping::ImageShape{1, 2, 3});
  CHECK(images.labels == std::vector<int>{7, 9});
  CHECK(std::string(images.pixels.begin(), images.pixels.end()) == "abcdefghijkl");
  CHECK(images.class_names[7] == "7");
  const ImageSet second = read_idx(folder / "i", folder / "l", {.offset = 1, .limit = 1});
  CHECK(std::string(second.pixels.begin(), second.pixels.end()) == "ghijkl");
  CHECK(second.labels == std::vector<int>{9});
}

TEST_CASE("read_idx: garments where a folder is named after them", "[io][image]") {
  const TemporaryFolder folder;
  const auto name_of_7 = [&](const char* name) {
    const std::filesystem::path place = folder / name;
    std::filesystem::create_directories(place);
    write_file(place / "i", image_file);
    write_file(place / "l", label_file);
    return read_idx(place / "i", place / "l").class_names[7];
  };
  CHECK(name_of_7("mnist") == "7");
  CHECK(name_of_7("fashion-mnist") == "sneaker");
  CHECK(name_of_7("FashionMNIST/raw") == "sneaker");
  CHECK(name_of_7("fashion/old/mnist") == "7");
}

TEST_CASE("parse_idx, read_idx: what is wrong is said with the file", "[io][image]") {
  CHECK(complaint(label_file) == "t10k: magic number 0x00000801, expected 0x00000803 of an IDX file of images");
  CHECK(complaint(image_file, 1) == "t10k: magic number 0x00000803, expected 0x00000801 of an IDX file of labels");
  CHECK(complaint("") == "t10k: the file is cut short: 0 bytes, expected 16; copy it again");
  CHECK(complaint(image_file.substr(0, 15)) == "t10k: the file is cut short: 15 bytes, expected 16; copy it again");
  CHECK(complaint(image_file.substr(0, 27)) == "t10k: the file is cut short: 27 bytes, expected 28; copy it again");
  CHECK(complaint(image_file + "m") == "t10k: the file goes on after the 28 bytes that its header says; copy it again");
  CHECK(complaint(words({0x803, 0, 28, 28})) == "t10k: the file is empty: size 1 of its header is 0");
  CHECK(complaint(words({0x803, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF})) ==
        "t10k: the header's sizes make more than a terabyte; copy the file again");
  CHECK(complaint_of_pair(image_file, words({0x801, 1}) + "\x07") ==
        "i: 2 images, but 1 labels in l; take both from the same data set");
  CHECK(complaint_of_pair(image_file, words({0x801, 2}) + "\x07\x0A") == "l: label 1 is 10, expected 0 to 9");
  CHECK_THAT(message_of([] { read_idx("none", "nothing"); }), ContainsSubstring("cannot read nothing"));
}

TEST_CASE("parse_idx: damaged files are read or refused in one line", "[io][image]") {
  const auto report = pim::test::damage(image_file, "t10k", 3000, [&](const std::string& bytes) {
    const IdxArray array = parse_idx(bytes, 3, "t10k");
    CHECK(array.shape[0] * array.shape[1] * array.shape[2] == std::ssize(array.bytes));
  });
  CHECK(report.accepted > 100);
  CHECK(report.refused > 1000);
}

TEST_CASE("read_idx: MNIST and Fashion-MNIST have their known classes", "[io][image][data]") {
  const auto counts = [](const ImageSet& images) {
    std::array<int, 10> n{};
    for (const int label : images.labels) ++n[static_cast<std::size_t>(label)];
    return n;
  };
  const std::filesystem::path mnist = pim::test::data_dir() / "mnist";
  if (!pim::test::has_data(mnist)) return;
  const ImageSet test = read_idx(mnist / "t10k-images-idx3-ubyte", mnist / "t10k-labels-idx1-ubyte");
  CHECK(counts(test) == std::array<int, 10>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  CHECK(test.shape == pim::mapping::ImageShape{1, 28, 28});
#ifdef PIM_WITH_ZLIB
  const ImageSet train =
      read_idx(mnist / "train-images-idx3-ubyte.gz", mnist / "train-labels-idx1-ubyte", {.offset = 59'000, .limit = 0});
  CHECK(train.size() == 1000);
  const std::filesystem::path fashion = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(fashion)) return;
  const ImageSet garments = read_idx(fashion / "t10k-images-idx3-ubyte.gz", fashion / "t10k-labels-idx1-ubyte.gz");
  CHECK(counts(garments) == std::array<int, 10>{1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000});
  CHECK(garments.class_names[9] == "ankle boot");
#endif
}
