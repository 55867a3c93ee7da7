#include <pim/io/gzip.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/hex.hpp"
#include "support/temporary.hpp"
using pim::io::gunzip;
using pim::test::from_hex;
using pim::test::message_of;

#ifdef PIM_WITH_ZLIB
namespace {
/// "pim, " and "twice", a member each, by Python's gzip module.
const std::string file = from_hex(
    "1f8b08000000000002032bc8ccd55100004ebc8e3b05000000"
    "1f8b08000000000002032b29cf4c4e05002b74960805000000");
std::string complaint(const std::string& bytes) {
  return message_of([&] { gunzip(bytes, "a.gz"); });
}
}  // namespace

TEST_CASE("gunzip: all members, or the first bytes", "[io][image]") {
  CHECK(pim::io::is_gzip(file));
  CHECK_FALSE(pim::io::is_gzip("\x1F"));
  CHECK(gunzip(file, "a.gz") == "pim, twice");
  CHECK(gunzip(file, "a.gz", 7) == "pim, tw");
  CHECK(gunzip(file, "a.gz", 0).empty());
}

TEST_CASE("gunzip: what is wrong is said", "[io][image]") {
  CHECK(complaint(file.substr(0, 20)) == "a.gz: the gzip file is cut short after 5 bytes of content; copy it again");
  CHECK(complaint(file.substr(0, 30)) == "a.gz: the gzip file is cut short after 5 bytes of content; copy it again");
  CHECK(complaint("") == "a.gz: the gzip file is cut short after 0 bytes of content; copy it again");
  CHECK(complaint("plain") ==
        "a.gz: the gzip file is damaged after 0 bytes of content (incorrect header check); copy it again");
  std::string wrong_sum = file;
  wrong_sum[18] = static_cast<char>(wrong_sum[18] + 1);
  CHECK_THAT(complaint(wrong_sum), ContainsSubstring("incorrect data check"));
  const auto report = pim::test::damage(file, "a.gz", 2000, [](const std::string& bytes) { gunzip(bytes, "a.gz"); });
  CHECK(report.refused > 1000);
}
#else
TEST_CASE("gunzip: a build without zlib says so", "[io][image]") {
  CHECK(message_of([] { gunzip("", "a.gz"); }) ==
        "a.gz: this build has no zlib to read gzip files; unpack it (gunzip), or link pim::data with zlib");
}
#endif
