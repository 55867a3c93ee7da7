#include <cmath>
#include <random>
#include <string>

#include "support/catch.hpp"
#include "support/temporary.hpp"
#include "support/yaml.hpp"

using pim::app::yaml_to_json;
using pim::io::Json;
using pim::test::message_of;

static Json value(const std::string& scalar) { return yaml_to_json("k: " + scalar, "a.yaml")["k"]; }
static std::string complaint(const std::string& text) {
  return message_of([&] { yaml_to_json(text, "a.yaml"); });
}

TEST_CASE("yaml_to_json: the tutorial's schema", "[yaml]") {
  const Json json = yaml_to_json(
      "by: type\n"
      "linear:            # every linear layer\n"
      "  config:\n"
      "    tile_type: pcm\n"
      "    core_size: 256\n"
      "    gmax: 25.0\n"
      "    programming_noise: true\n"
      "    read_noise: off\n"
      "    list: [1, 2.5, e4m3]\n",
      "a.yaml");
  CHECK(json == Json::parse(R"({"by": "type", "linear": {"config": {"tile_type": "pcm", "core_size": 256, "gmax": 25.0,
                                "programming_noise": true, "read_noise": false, "list": [1, 2.5, "e4m3"]}}})"));
  CHECK(json["linear"]["config"]["gmax"].is_number_float());
  CHECK(json["linear"]["config"]["core_size"].is_number_integer());
}

TEST_CASE("yaml_to_json: plain scalars are truth values, numbers or text", "[yaml]") {
  for (const char* yes : {"true", "True", "TRUE", "yes", "on"}) CHECK(value(yes) == true);
  for (const char* no : {"false", "False", "FALSE", "no", "off"}) CHECK(value(no) == false);
  for (const char* null : {"", "~", "null", "Null", "NULL"}) CHECK(value(null).is_null());
  CHECK(value("0").is_number_integer());
  CHECK(value("-17") == -17);
  CHECK(value("+17") == 17);
  CHECK(value("0x1F") == 31);
  CHECK(value("9223372036854775807") == 9223372036854775807LL);
  CHECK(value("9223372036854775808") == 9223372036854775808.0);
  CHECK(value("1e-3") == 1e-3);
  CHECK(value("1E3").is_number_float());
  CHECK(value("-.5") == -0.5);
  CHECK(value("5.") == 5.0);
  CHECK(value("+1.5e+2") == 150.0);
  CHECK(value(".inf") == HUGE_VAL);
  CHECK(value("-.inf") == -HUGE_VAL);
  CHECK(std::isnan(value(".nan").get<double>()));
  for (const char* text :
       {"e4m3", "nan", "inf",   "infinity", "0x",  "0xg", "1e",  "1.2.3", "010",  "-007",  "1_000", "1:30",
        "--1",  "+-1", "12 GB", ".",        "..5", "e5",  "+e5", "-e5",   "1e5x", "0x1p3", "y"}) {
    CHECK(value(text) == text);
  }
}

TEST_CASE("yaml_to_json: quotes and !!str make text", "[yaml]") {
  CHECK(value("'64'") == "64");
  CHECK(value("\"true\"") == "true");
  CHECK(value("\"\"") == "");
  CHECK(value("!!str 64") == "64");
  CHECK(value("|\n  64\n") == "64\n");
  CHECK(yaml_to_json("64: x", "a.yaml") == Json{{"64", "x"}});
  CHECK(yaml_to_json("a: &x {b: 1}\nc: *x", "a.yaml") == Json{{"a", {{"b", 1}}}, {"c", {{"b", 1}}}});
}

TEST_CASE("yaml_to_json: errors name file, line and column", "[yaml]") {
  CHECK(complaint("a: 1\nb: [1, 2\nc: 3\n").find("a.yaml:3:") == 0);
  CHECK(complaint("a: 1\n\tb: 2\n").find("a.yaml:2:1: not YAML: ") == 0);
  CHECK(complaint("a: 1\nb: 2\na: 3\n") == "a.yaml:3:1: key 'a' is given twice in one object; remove one");
  CHECK(complaint("a: !!binary abc") == "a.yaml:1:4: tag 'tag:yaml.org,2002:binary' is not known; remove it");
  CHECK(complaint("[1, 2]: 3").find("a.yaml:1:1: a key must be a name") == 0);
  CHECK(complaint("a: 1e999") == "a.yaml:1:4: number '1e999' is out of range");
  CHECK(complaint("") == "a.yaml: no content, expected keys and values");
  CHECK(complaint("# nothing\n") == "a.yaml: no content, expected keys and values");
  CHECK(complaint("a: 1\n---\nb: 2\n") ==
        "a.yaml:2:1: a second document begins, or the text does not end with the first; expected one");
  CHECK_THAT(complaint(",a: 1\n"), ContainsSubstring("a second document begins"));
  CHECK_THAT(complaint("a: 1\n}\n"), ContainsSubstring("a.yaml:2:1: "));
  CHECK(complaint("a: !!map {b: 1}") == "a.yaml:1:4: tag 'tag:yaml.org,2002:map' is not known; remove it");
  CHECK(complaint("~: 1").find("a.yaml:1:1: a key must be a name") == 0);
  CHECK(complaint("a: *b").find("a.yaml:1:") == 0);
}

TEST_CASE("yaml_to_json: a few bytes cannot make it run for ever", "[yaml]") {
  CHECK_THAT(complaint("a: &a [*a]"), ContainsSubstring("a.yaml:1:8: an alias inside of what it stands for"));
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
    laughs += name + ": &" + name + " [" + before;
    for (int k = 1; k < 10; ++k) laughs += ", " + before;
    laughs += "]\n";
  }
  CHECK_THAT(complaint(laughs), ContainsSubstring("aliases make this too large"));
  CHECK_THAT(complaint(std::string(5'000, '[')), ContainsSubstring("a.yaml:"));
}

TEST_CASE("yaml_to_json: no bytes crash the reader", "[yaml]") {
  const std::string valid =
      "by: name\n\"layer.0\": {config: {tile_type: pcm, core_size: 256, x: [1.5, ~, on]}}\n# end\n";
  REQUIRE(complaint(valid) == "(no error)");
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  constexpr std::string_view marks = ":-?[]{},#&*!|>'\"%@` \n\t~\\.0e<=\r";
  int refused = 0;
  for (int trial = 0; trial < 5'000; ++trial) {
    std::string text = valid;
    for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
      const std::size_t at = below(text.size());
      if (below(4) == 0) {
        text[at] = static_cast<char>(below(256));
      } else {
        text.insert(at, 1, marks[below(marks.size())]);
      }
    }
    try {
      yaml_to_json(text, "a.yaml");
    } catch (const std::runtime_error& error) {
      const std::string message = error.what();
      if (message.find("a.yaml:") != 0 || message.find('\n') != std::string::npos) FAIL(message);
      ++refused;
    }
  }
  CHECK(refused > 1'000);
}

TEST_CASE("read_configuration: by the file's ending", "[yaml]") {
  const pim::test::TemporaryFolder folder;
  pim::io::write_file(folder / "a.yaml", "a: 1");
  pim::io::write_file(folder / "a.yml", "a: 1");
  pim::io::write_file(folder / "a.json", "{\"a\": 1}");
  pim::io::write_file(folder / "a.txt", "a: 1");
  for (const char* name : {"a.yaml", "a.yml", "a.json"}) {
    CHECK(pim::app::read_configuration(folder / name) == Json{{"a", 1}});
  }
  CHECK(message_of([&] { pim::app::read_configuration(folder / "a.txt"); }) ==
        (folder / "a.txt").string() + ": a configuration ends in .yaml, .yml or .json");
  CHECK_THAT(message_of([&] { pim::app::read_configuration(folder / "none.yaml"); }),
             ContainsSubstring("cannot read "));
}
