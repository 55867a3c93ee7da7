#include <pim/io/file.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::io::AtomicFile;
using pim::io::read_file;
using pim::io::write_file;
using pim::test::files_in;
using pim::test::message_of;
using pim::test::TemporaryFolder;

TEST_CASE("write_file, read_file: any bytes come back, nothing else is in the folder", "[file]") {
  const TemporaryFolder folder;
  std::string bytes(200'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 % 251);
  write_file(folder / "a", bytes);
  CHECK(read_file(folder / "a") == bytes);
  write_file(folder / "a", "");
  CHECK(read_file(folder / "a").empty());
  CHECK(files_in(folder.path()) == "a");
}

TEST_CASE("AtomicFile: until commit the old file stands, without commit nothing is left", "[file]") {
  const TemporaryFolder folder;
  write_file(folder / "a", "old");
  {
    AtomicFile file(folder / "a");
    file.write("new");
    CHECK(read_file(folder / "a") == "old");
  }
  CHECK(read_file(folder / "a") == "old");
  CHECK(files_in(folder.path()) == "a");
  AtomicFile file(folder / "a");
  file.write("ne");
  file.write("w");
  file.commit();
  CHECK(read_file(folder / "a") == "new");
}

TEST_CASE("AtomicFile: a link stays a link, a device stays a device", "[file]") {
  const TemporaryFolder folder;
  write_file(folder / "target", "old");
  std::filesystem::create_symlink("target", folder / "link");
  write_file(folder / "link", "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(read_file(folder / "target") == "new");
  write_file("/dev/null", "anything");
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("AtomicFile: errors name the file and leave nothing", "[file]") {
  const TemporaryFolder folder;
  const auto cannot = [&](const std::filesystem::path& path) {
    return message_of([&] { write_file(path, std::string(1 << 20, 'x')); });
  };
  CHECK(cannot(folder.path()) == "cannot write " + folder.path().string() + ": Is a directory; name a file");
  CHECK(cannot(folder / "no/such") ==
        "cannot write " + (folder / "no/such").string() + ": No such file or directory; check the path");
  CHECK(cannot("/proc/pim.json") == "cannot write /proc/pim.json: No such file or directory; check the path");
  CHECK(cannot("/dev/full") ==
        "cannot write /dev/full: No space left on device; free some space or choose another place");
  CHECK(message_of([&] { pim::io::require_writable(folder / "no/such"); }) != "(no error)");
  CHECK(message_of([&] { pim::io::require_writable(folder / "yes"); }) == "(no error)");
  CHECK(files_in(folder.path()).empty());
}

TEST_CASE("read_file: errors name the file on one line", "[file]") {
  const TemporaryFolder folder;
  CHECK(message_of([&] { read_file(folder / "none"); }) ==
        "cannot read " + (folder / "none").string() + ": No such file or directory; check the path");
  CHECK(message_of([&] { read_file(folder.path()); }) ==
        "cannot read " + folder.path().string() + ": Is a directory; name a file");
  CHECK(message_of([] { read_file("two\nlines"); }) ==
        "cannot read two\\x0alines: No such file or directory; check the path");
}

TEST_CASE("remove_unfinished_files: what a signal handler calls", "[file]") {
  const TemporaryFolder folder;
  AtomicFile one(folder / "one"), two(folder / "two");
  one.write("half");
  CHECK(files_in(folder.path()).size() > 6);
  pim::io::remove_unfinished_files();
  CHECK(files_in(folder.path()).empty());
}
