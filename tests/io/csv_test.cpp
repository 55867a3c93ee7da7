#include <pim/io/csv.hpp>

#include <cmath>

#include "support/catch.hpp"

using pim::io::csv;
using pim::io::OrderedJson;

TEST_CASE("csv: quotes where RFC 4180 asks for them, all digits, nothing for null", "[csv]") {
  OrderedJson rows = OrderedJson::parse(R"([
    {"name": "a, b", "x": 0.1, "n": 18446744073709551615, "ok": true},
    {"name": "say \"hi\"\r\nthere", "x": null, "extra": [1, 2]},
    {"name": "caf\u00e9", "x": 1e-300}])");
  rows[2]["n"] = std::nan("");
  CHECK(csv(rows) ==
        "name,x,n,ok,extra\r\n"
        "\"a, b\",0.1,18446744073709551615,true,\r\n"
        "\"say \"\"hi\"\"\r\nthere\",,,,\"[1,2]\"\r\n"
        "caf\xC3\xA9,1e-300,,,\r\n");
}

TEST_CASE("csv: the columns that are asked for, in their order", "[csv]") {
  const OrderedJson rows = OrderedJson::parse(R"([{"a": 1, "b": 2.5}, {"b": 3}])");
  const std::vector<std::string> fields = {"b", "a"};
  CHECK(csv(rows, fields) == "b,a\r\n2.5,1\r\n3,\r\n");
  const std::vector<pim::io::Column> columns = {{.field = "b", .heading = "b [J]", .digits = 0}};
  CHECK(csv(rows, columns) == "b\r\n2.5\r\n3\r\n");
  const std::vector<std::string> one = {"a"};
  CHECK(csv(rows, one) == "a\r\n1\r\n\"\"\r\n");  // an empty line is no row
  CHECK(csv(OrderedJson::array(), fields) == "b,a\r\n");
}
