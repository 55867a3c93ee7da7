#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/hex.hpp"
#include "support/temporary.hpp"
#include <pim/io/png.hpp>
#include <pim/io/ppm.hpp>
using pim::io::parse_png;
using pim::io::parse_ppm;
using pim::mapping::ImageShape;
using pim::task::Image;
using pim::test::from_hex;
using pim::test::message_of;
using Bytes = std::vector<std::uint8_t>;

TEST_CASE("parse_ppm: colour, grey, comments, another maximum", "[io][image]") {
  CHECK(parse_ppm("P6\n2 1\n255\nabcdef", "a") == Image{{3, 1, 2}, {'a', 'b', 'c', 'd', 'e', 'f'}});
  CHECK(parse_ppm("P5 1\t2\r\n255 xyz and more", "a") == Image{{1, 2, 1}, {'x', 'y'}});
  CHECK(parse_ppm("P5\n# by hand\n3#wide\n 1 # high\n255\n \n#", "a") == Image{{1, 1, 3}, {' ', '\n', '#'}});
  CHECK(parse_ppm(std::string("P5 4 1 15 \0\1\17\20", 14), "a").pixels == Bytes{0, 17, 255, 255});
}

TEST_CASE("parse_ppm: what is wrong is said", "[io][image]") {
  const auto complaint = [](const std::string& bytes) { return message_of([&] { parse_ppm(bytes, "a.ppm"); }); };
  const std::string mend = ", expected P6 or P5, width, height and maximum; copy or convert it again";
  CHECK(complaint("P3 1 1 255 7 7 7") == "a.ppm: no PPM or PGM file: expected P6 or P5 at its start; convert it");
  CHECK(complaint("P6") == "a.ppm: the header has no width at byte 2" + mend);
  CHECK(complaint("P612 3 255 ") == "a.ppm: the header has no width at byte 2" + mend);
  CHECK(complaint("P6 12 x 255 ") == "a.ppm: the header has no height at byte 6" + mend);
  CHECK(complaint("P6 # only a comment") == "a.ppm: the header has no width at byte 19" + mend);
  CHECK(complaint("P6 1 1 255") == "a.ppm: the header has no maximum at byte 7" + mend);
  CHECK(complaint("P5 2 1 255#c\nab") == "a.ppm: the header has no maximum at byte 7" + mend);  // pixels begin there
  CHECK(complaint("P6 1 1 65535 abcdef") == "a.ppm: maximum 65535, expected 1 to 255; save it with 8 bits a sample");
  CHECK(complaint("P6 1 1 0 abc") == "a.ppm: maximum 0, expected 1 to 255; save it with 8 bits a sample");
  CHECK(complaint("P6 2 1 255 abcde") == "a.ppm: the file is cut short: 5 of 6 samples; copy it again");
  const std::string large = " pixels, expected 1 to 67108864 in all; copy the file again or make the picture smaller";
  CHECK(complaint("P6 0 1 255 ") == "a.ppm: 0 x 1" + large);
  CHECK(complaint("P6 99999999 99999999 255 ") == "a.ppm: 99999999 x 99999999" + large);
  const auto report =
      pim::test::damage("P6 # c\n4 3 255\n" + std::string(36, 'x'), "a.ppm", 3000, [](const std::string& bytes) {
        const Image image = parse_ppm(bytes, "a.ppm");
        CHECK(image.shape.size() == std::ssize(image.pixels));
      });
  CHECK(report.accepted > 500);
  CHECK(report.refused > 500);
}

#ifdef PIM_WITH_PNG
namespace {
// 3 x 2 pixels, by Pillow: colour, grey, with transparency, palette of 4 bits; 3 x 1 pixels of 16 bits.
const std::string colour = from_hex(
    "89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d000000184944415478da63f8cfc0c0f09f8181e13f239788"
    "1c040000313303ef76d3c3690000000049454e44ae426082");
const std::string grey = from_hex(
    "89504e470d0a1a0a0000000d4948445200000003000000020800000000b81f39c6000000104944415478da636068f8cfc8c8c80800080d0184"
    "ecafb5630000000049454e44ae426082");
const std::string transparent = from_hex(
    "89504e470d0a1a0a0000000d49484452000000030000000208060000009d74661a000000224944415478da63f8cfc0c0c0f09fe13f03c3ff06"
    "462e1139763939394639393946005b220577f4ad30990000000049454e44ae426082");
const std::string palette = from_hex(
    "89504e470d0a1a0a0000000d49484452000000030000000204030000006f5a7b2900000012504c544500ff0046505a28323c0a141eff0000"
    "0000ff8b4231590000000e4944415478da637008603012000002fa00d353f794d00000000049454e44ae426082");
const std::string sixteen = from_hex(
    "89504e470d0a1a0a0000000d49484452000000030000000110000000006e1b972b0000000f4944415478da6360606868f8ff1f00068402ffff"
    "1b62f10000000049454e44ae426082");
// 0, 128, 255 with a gamma of 1: 255 (128 / 255)^(1 / 2.2) = 186.4
const std::string linear = from_hex(
    "89504e470d0a1a0a0000000d49484452000000030000000108000000003e8b4b680000000467414d41000186a031e8965f0000000c494441"
    "54789c636068f80f00020301802461f5970000000049454e44ae426082");
const std::string huge = from_hex(
    "89504e470d0a1a0a0000000d494844520001000000010000080000000049ef6f3f000000094944415478da63000000010001"
    "b10db6930000000049454e44ae426082");
const Bytes pixels = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 40, 50, 60, 70, 80, 90};
}  // namespace

TEST_CASE("parse_png: every kind as bytes of grey or colour", "[io][image]") {
  CHECK(parse_png(colour, "a") == Image{{3, 2, 3}, pixels});
  CHECK(parse_png(transparent, "a") == Image{{3, 2, 3}, pixels});
  CHECK(parse_png(palette, "a") == Image{{3, 2, 3}, pixels});
  CHECK(parse_png(grey, "a") == Image{{1, 2, 3}, {0, 128, 255, 1, 2, 3}});
  CHECK(parse_png(linear, "a").pixels == Bytes{0, 186, 255});
  CHECK(parse_png(sixteen, "a") == Image{{1, 1, 3}, {0, 128, 255}});
}

TEST_CASE("parse_png: what is wrong is said", "[io][image]") {
  const auto complaint = [](const std::string& bytes) { return message_of([&] { parse_png(bytes, "a.png"); }); };
  CHECK_THAT(complaint("GIF89a"), ContainsSubstring("a.png: no PNG file that can be read ("));
  CHECK_THAT(complaint(""), ContainsSubstring("a.png: no PNG file that can be read ("));
  CHECK_THAT(complaint(huge), ContainsSubstring("a.png: 65536 x 65536 pixels, expected 1 to 67108864"));
  for (const std::string& file : {colour, palette}) {
    const auto report = pim::test::damage(file, "a.png", 2000, [](const std::string& bytes) {
      const Image image = parse_png(bytes, "a.png");
      CHECK(image.shape.size() == std::ssize(image.pixels));
    });
    CHECK(report.refused > 1000);
  }
}
#else
TEST_CASE("parse_png: a build without libpng says so", "[io][image]") {
  CHECK(message_of([] { parse_png("", "a.png"); }) ==
        "a.png: this build has no libpng to read PNG files; convert it to PPM, or link pim::data with libpng");
}
#endif
