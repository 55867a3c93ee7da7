#include <pim/io/cifar10.hpp>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/data.hpp"
#include "support/temporary.hpp"
using pim::Index;
using pim::io::read_cifar10;
using pim::io::write_file;
using pim::task::ImageSet;
using pim::test::message_of;
using pim::test::TemporaryFolder;

namespace {
/// One record: a label, then planes in which pixel p has the bytes p, p + 80 and p + 160.
std::string record(int label) {
  std::string bytes(1, static_cast<char>(label));
  for (const int plane : {0, 80, 160}) {
    for (int p = 0; p < 1024; ++p) bytes += static_cast<char>((p + plane) % 256);
  }
  return bytes;
}
/// What is said after the path of the temporary file.
std::string complaint(const std::string& bytes, const pim::io::ImageRange& range = {}) {
  const TemporaryFolder folder;
  write_file(folder / "b.bin", bytes);
  const std::string message = message_of([&] { read_cifar10(folder / "b.bin", range); });
  return message.substr(message.find("b.bin") + 5);
}
}  // namespace

TEST_CASE("read_cifar10: planes become pixels", "[io][image]") {
  const TemporaryFolder folder;
  write_file(folder / "b.bin", record(3) + record(9));
  const ImageSet images = read_cifar10(folder / "b.bin");
  require_consistent(images);
  CHECK(images.labels == std::vector<int>{3, 9});
  CHECK(images.shape == pim::mapping::ImageShape{3, 32, 32});
  CHECK(images.class_names[9] == "truck");
  const auto second = images.image(1);
  for (std::size_t p = 0; p < 1024; ++p) {
    for (std::size_t c = 0; c < 3; ++c) {
      if (second[3 * p + c] != (p + 80 * c) % 256) FAIL("pixel " << p << " channel " << c);
    }
  }
}

TEST_CASE("read_cifar10: a range goes over the files in their order", "[io][image]") {
  const TemporaryFolder folder;
  const std::array<std::filesystem::path, 3> files = {folder / "a.bin", folder / "b.bin", folder / "c.bin"};
  write_file(files[0], record(0) + record(1));
  write_file(files[1], record(2));
  write_file(files[2], record(3) + record(4) + record(5));
  const auto labels = [&](Index offset, Index limit) { return read_cifar10(files, {offset, limit}).labels; };
  CHECK(labels(0, 0) == std::vector<int>{0, 1, 2, 3, 4, 5});
  CHECK(labels(1, 3) == std::vector<int>{1, 2, 3});
  CHECK(labels(4, 1) == std::vector<int>{4});
  CHECK(labels(5, 100) == std::vector<int>{5});
  CHECK(labels(2, 1) == std::vector<int>{2});
  write_file(files[0], record(77) + record(1));
  CHECK(labels(2, 0) == std::vector<int>{2, 3, 4, 5});  // the wrong label is not read
}

TEST_CASE("read_cifar10: what is wrong is said with file and record", "[io][image]") {
  CHECK(complaint("") == ": the file is empty, expected records of 3073 bytes (CIFAR-10 binary)");
  CHECK(complaint((record(1) + record(2)).substr(0, 3173)) ==
        ": record 1 has 100 of 3073 bytes; copy the file again, and see that it is CIFAR-10 in the binary version");
  CHECK(complaint(record(9) + record(10)) ==
        ": record 1 has label 10, expected 0 to 9; see that it is CIFAR-10 in the binary version");
  CHECK(complaint(record(1), {.offset = 1}) ==
        " has 1 images, offset 1 and limit 0 leave none; give an offset from 0 to 0 and a limit from 1, or 0 for all");
  CHECK_THAT(complaint(record(1), {.offset = 0, .limit = -1}), ContainsSubstring("limit -1"));
  CHECK_THAT(message_of([] { read_cifar10("none.bin"); }), ContainsSubstring("cannot read none.bin"));
  const TemporaryFolder folder;
  CHECK_THAT(message_of([&] { read_cifar10(folder.path()); }), ContainsSubstring("cannot read"));
}

TEST_CASE("read_cifar10: damaged files are read or refused in one line", "[io][image]") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "b.bin";
  const auto report = pim::test::damage(record(1) + record(2), file.string(), 300, [&](const std::string& bytes) {
    write_file(file, bytes);
    require_consistent(read_cifar10(file));
  });
  CHECK(report.accepted > 100);
  CHECK(report.refused > 350);
}

TEST_CASE("read_cifar10: the real test set", "[io][image][data]") {
  const std::filesystem::path folder = pim::test::data_dir() / "cifar10";
  if (!pim::test::has_data(folder)) return;
  const ImageSet images = read_cifar10(folder / "test_batch.bin");
  REQUIRE(images.size() == 10'000);
  std::array<int, 10> counts{};
  for (const int label : images.labels) ++counts[static_cast<std::size_t>(label)];
  CHECK(counts == std::array<int, 10>{1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000});
  CHECK(read_cifar10(folder / "test_batch.bin", {.offset = 9'990, .limit = 0}).labels ==
        std::vector<int>(images.labels.end() - 10, images.labels.end()));
}
