#include <pim/io/json_file.hpp>

#include <limits>
#include <string>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::io::Json;
using pim::io::OrderedJson;
using pim::io::parse_json;
using pim::test::message_of;
using pim::test::TemporaryFolder;

static std::string complaint(const std::string& text) {
  return message_of([&] { parse_json(text, "a.json"); });
}

TEST_CASE("parse_json: values", "[json]") {
  const Json value =
      parse_json(R"({"a": [1, -2, 3.5, true, null, "\u00e9\n"], "b": {"a": {"a": 1}}, "": 0})", "a.json");
  CHECK(value["a"][1] == -2);
  CHECK(value["a"][5] == "\xC3\xA9\n");
  CHECK(value["b"]["a"]["a"] == 1);
  CHECK(parse_json(" 7 ", "a.json") == 7);
}

TEST_CASE("parse_json: errors name file, line and column", "[json]") {
  CHECK(complaint("{\"a\": 1,\n \"b\": ]}").find("a.json:2:7: not JSON: syntax error while parsing value") == 0);
  CHECK(complaint("[1,\n2,\n3").find("a.json:3:1: not JSON: syntax error while parsing array") == 0);
  CHECK(complaint("").find("a.json:1:0: not JSON: ") == 0);
  CHECK(complaint("{} x").find("a.json:1:4: not JSON: ") == 0);
  CHECK(complaint("[\"\xFF\"]").find("a.json:1:3: not JSON: ") == 0);
  CHECK(complaint("[1,\n1e999]").find("a.json:2:6: not JSON: number overflow parsing '1e999'") == 0);
  CHECK(complaint("{\"a\": {\"b\": 1, \"c\": 2,\n\"b\": 3}}") ==
        "a.json:2:3: key 'b' is given twice in one object; remove one");
  CHECK(complaint("[{\"a\": 1}, {\"a\": 1}]") == "(no error)");
  for (const char* text :
       {"[NaN]", "[\n\"\n\"]", "{a: 1}", "{'a': 1}", "[1,]", "\xEF\xBB", "[01]", "tru", "[\"\\q\"]"}) {
    INFO(text);
    const std::string message = complaint(text);
    CHECK(message.find("a.json:") == 0);
    CHECK(message.find('\n') == std::string::npos);
  }
}

TEST_CASE("parse_json: a million open brackets are an error, not a crash", "[json]") {
  CHECK(complaint(std::string(1'000'000, '[')).find("not JSON") != std::string::npos);
  const std::string nested = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(complaint(nested) == "(no error)");
}

TEST_CASE("write_json, read_json: the same value again, non-finite numbers null, keys in their order", "[json]") {
  const TemporaryFolder folder;
  const double infinity = std::numeric_limits<double>::infinity();
  const OrderedJson written = {{"z", 0.1}, {"a", infinity}, {"m", -infinity}, {"n", std::nan("")}, {"s", "\xFF"}};
  pim::io::write_json(folder / "a.json", written);
  CHECK(pim::io::read_file(folder / "a.json") ==
        "{\n  \"z\": 0.1,\n  \"a\": null,\n  \"m\": null,\n  \"n\": null,\n  \"s\": \"\xEF\xBF\xBD\"\n}\n");
  CHECK(pim::io::read_json(folder / "a.json")["z"] == 0.1);
  CHECK(message_of([&] { pim::io::read_json(folder / "none.json"); }).find("cannot read ") == 0);
}
