#include <pim/io/image_folder.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/hex.hpp"
#include "support/temporary.hpp"
#include "support/threads.hpp"
using pim::Index;
using pim::io::list_class_folders;
using pim::io::PictureList;
using pim::io::read_picture;
using pim::io::read_picture_labels;
using pim::io::read_pictures;
using pim::io::write_file;
using pim::mapping::ImageShape;
using pim::task::ImageSet;
using pim::test::message_of;
using pim::test::TemporaryFolder;

namespace {
/// A flat grey picture.
std::string pgm(Index height, Index width, char level) {
  return "P5 " + std::to_string(width) + " " + std::to_string(height) + " 255\n" +
         std::string(static_cast<std::size_t>(width * height), level);
}
PictureList labels(const std::string& text, const std::string& classes = "") {
  const TemporaryFolder folder;
  if (!classes.empty()) write_file(folder / "classes.txt", classes);
  write_file(folder / "labels.csv", text);
  PictureList list = read_picture_labels(folder / "labels.csv");
  for (auto& file : list.files) file = std::filesystem::relative(file, folder.path());
  return list;
}
/// What is said after the path of the temporary file.
std::string complaint(const std::string& text, const std::string& classes = "") {
  const std::string message = message_of([&] { labels(text, classes); });
  return message.substr(message.find("labels.csv") + 10);
}
using Paths = std::vector<std::filesystem::path>;
}  // namespace

TEST_CASE("read_picture_labels: commas or blanks, numbers or names", "[io][image]") {
  const PictureList list = labels(
      "\xEF\xBB\xBF"
      "file,label\r\na b.png, 2\r\nsub/c,d.ppm,0\r\n\r\ne.png 1\n\n");
  CHECK(list.files == Paths{"a b.png", "sub/c,d.ppm", "e.png"});
  CHECK(list.labels == std::vector<int>{2, 0, 1});
  CHECK(list.class_names == std::vector<std::string>{"0", "1", "2"});
  const PictureList named = labels("a.png\tcat\nb.png 2\nc.png,great dane", "cat\ngreat dane\nowl\n");
  CHECK(named.labels == std::vector<int>{0, 2, 1});
  CHECK(named.class_names == std::vector<std::string>{"cat", "great dane", "owl"});
}

TEST_CASE("read_picture_labels: what is wrong is said with the line", "[io][image]") {
  CHECK(complaint("") == ": no lines of file,label in it");
  CHECK(complaint("file,label\n") == ": no lines of file,label in it");
  CHECK(complaint("a.png,0\nb.png\n") == ":2: 'b.png' is not a line of file,label");
  CHECK(complaint("a.png,cat\n") == ":1: label 'cat', expected a class from 0 to 65535");
  CHECK(complaint("a.png,-1\n") == ":1: label '-1', expected a class from 0 to 65535");
  CHECK(complaint("a.png,1x\n") == ":1: label '1x', expected a class from 0 to 65535");
  CHECK(complaint("a.png,\n") == ":1: label '', expected a class from 0 to 65535");
  CHECK(complaint("a.png,2\n", "cat\nowl\n") ==
        ":1: label '2', expected a class from 0 to 1 or its name, which must stand once in classes.txt");
  CHECK(complaint("a.png,owl\nb.png,crane\n", "crane\nowl\ncrane\n") ==
        ":2: label 'crane', expected a class from 0 to 2 or its name, which must stand once in classes.txt");
  CHECK(complaint("a.png,99999999999\n") == ":1: label '99999999999', expected a class from 0 to 65535");
}

TEST_CASE("read_picture_labels: damaged files are read or refused in one line", "[io][image]") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "labels.csv";
  const auto report =
      pim::test::damage("file,label\na.png,1\nb.png,20\n", file.string(), 500, [&](const std::string& text) {
        write_file(file, text);
        const PictureList list = read_picture_labels(file);
        CHECK(list.files.size() == list.labels.size());
      });
  CHECK(report.accepted > 20);
  CHECK(report.refused > 20);
}

TEST_CASE("read_pictures: made to fit, the range alone read, the same with any threads", "[io][image]") {
  const TemporaryFolder folder;
  write_file(folder / "0.pgm", pgm(8, 8, 10));
  write_file(folder / "1.pgm", pgm(60, 30, 20));
  write_file(folder / "2.ppm", "P6 1 1 255\n\x1E\x28\x32");
  write_file(folder / "3.pgm", "no picture");
  write_file(folder / "labels.txt", "0.pgm 5\n1.pgm 6\n2.ppm 7\n3.pgm 8\n");
  const PictureList list = read_picture_labels(folder / "labels.txt");
  const ImageSet images = read_pictures(list, folder.path(), {3, 8, 8}, {.offset = 0, .limit = 3});
  require_consistent(images);
  CHECK(images.labels == std::vector<int>{5, 6, 7});
  CHECK(images.classes() == 9);
  std::vector<std::uint8_t> expected(2 * 192, 10);
  std::fill(expected.begin() + 192, expected.end(), std::uint8_t{20});
  for (int p = 0; p < 64; ++p) expected.insert(expected.end(), {30, 40, 50});
  CHECK(images.pixels == expected);
  CHECK(read_pictures(list, folder.path(), {}, {.offset = 1, .limit = 1}).shape == ImageShape{1, 60, 30});
  const pim::test::WithThreads four(4);
  CHECK(read_pictures(list, folder.path(), {3, 8, 8}, {.offset = 0, .limit = 3}) == images);
  CHECK(message_of([&] {
          read_pictures(list, folder.path(), {1, 8, 8}, {.offset = 3, .limit = 1});
        }) == (folder / "3.pgm").string() + ": no picture that can be read; convert it to PNG or PPM (P6 or P5)");
  CHECK_THAT(message_of([&] {
               read_pictures(list, folder.path(), {1, 8, 8}, {.offset = 4, .limit = 1});
             }),
             ContainsSubstring("has 4 images, offset 4"));
}

TEST_CASE("fitted: the middle of the picture, and nothing too narrow", "[io][image]") {
  // 6 x 7 pixels: the shorter side becomes 8, the longer one 9
  pim::task::Image image{.shape = {1, 7, 7}, .pixels = {}};
  for (int p = 0; p < 49; ++p) image.pixels.push_back(static_cast<std::uint8_t>(p / 7 * 10));
  CHECK(pim::io::fitted(image, {1, 7, 7}, "a") == image);
  image.pixels.erase(image.pixels.begin(), image.pixels.begin() + 7);
  image.shape = {1, 6, 7};
  CHECK(pim::io::fitted(image, {1, 7, 7}, "a") == centre_crop(resize(image, {8, 9}), {7, 7}));
  const pim::task::Image thread{.shape = {1, 1, 100'000}, .pixels = std::vector<std::uint8_t>(100'000)};
  CHECK(message_of([&] {
          pim::io::fitted(thread, {1, 224, 224}, "a.png");
        }) == "a.png: 100000 x 1 pixels are too narrow to be resized; crop the picture");
}

TEST_CASE("list_class_folders: classes and files by name", "[io][image]") {
  const TemporaryFolder folder;
  CHECK(message_of([&] { list_class_folders(folder.path()); }) ==
        folder.path().string() + ": no folders of pictures in it, one a class");
  for (const char* name :
       {"owl/b.pgm", "owl/a.pgm", "cat/z.pgm", "cat/.hidden", ".ipynb_checkpoints/x.pgm", "emu/y.pgm"}) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_file(folder / name, pgm(1, 1, 1));
  }
  write_file(folder / "notes.txt", "");
  const PictureList list = list_class_folders(folder.path());
  CHECK(list.class_names == std::vector<std::string>{"cat", "emu", "owl"});
  CHECK(list.labels == std::vector<int>{0, 1, 2, 2});
  CHECK(list.files == Paths{folder / "cat/z.pgm", folder / "emu/y.pgm", folder / "owl/a.pgm", folder / "owl/b.pgm"});
}

TEST_CASE("read_picture: what a file is, its content says", "[io][image]") {
  const TemporaryFolder folder;
  write_file(folder / "a.png", pgm(2, 3, 7));
  CHECK(read_picture(folder / "a.png").shape == ImageShape{1, 2, 3});
  write_file(folder / "b.png", "");
  CHECK(message_of([&] { read_picture(folder / "b.png"); }) ==
        (folder / "b.png").string() + ": the file is empty, expected a PNG or PPM picture");
  CHECK_THAT(message_of([&] { read_picture(folder / "c.png"); }), ContainsSubstring("cannot read"));
#ifdef PIM_WITH_PNG
  write_file(
      folder / "d.jpg",
      pim::test::from_hex("89504e470d0a1a0a0000000d4948445200000003000000020800000000b81f39c6000000104944415478da"
                          "636068f8cfc8c8c80800080d0184ecafb5630000000049454e44ae426082"));
  CHECK(read_picture(folder / "d.jpg").pixels == std::vector<std::uint8_t>{0, 128, 255, 1, 2, 3});
#endif
}
