#include <pim/io/report.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"

using pim::io::Column;
using pim::io::OrderedJson;
using pim::io::ResultDocument;
using pim::io::table;

TEST_CASE("ResultDocument: program, version, config, results, in this order", "[report]") {
  ResultDocument document{.program = "pim_tile", .version = "1.2.3", .config = {{"seed", 42}}};
  CHECK(document.json().dump() == R"({"program":"pim_tile","version":"1.2.3","config":{"seed":42},"results":[]})");
  document.results.push_back({{"tile", "pcm"}, {"snr_db", std::nan("")}, {"energy_pJ", nullptr}});
  CHECK(document.json().dump() == R"({"program":"pim_tile","version":"1.2.3","config":{"seed":42},)"
                                  R"("results":[{"tile":"pcm","snr_db":null,"energy_pJ":null}]})");
}

TEST_CASE("table: text to the left, numbers to the right, unknown as a dash", "[report]") {
  const OrderedJson rows = OrderedJson::parse(R"([
    {"tile": "ideal", "score": 0.91234, "n": 872, "error": 1e-9, "note": "caf\u00e9", "ok": true},
    {"tile": "sram",  "score": null,    "n": 8,   "error": 0.12345678, "note": "a\nb", "ok": false, "more": 1},
    {"tile": "pcm",   "score": -12,     "n": 88,  "error": 12345.678, "ok": true}])");
  CHECK(table(rows, {{.field = "tile", .heading = "tile"},
                     {.field = "score", .heading = "score", .digits = 3},
                     {.field = "n", .heading = "n"},
                     {.field = "error", .heading = "error [-]", .digits = 3, .significant = true},
                     {.field = "note", .heading = "note"},
                     {.field = "ok", .heading = "ok"}}) ==
        "tile   score    n  error [-]  note    ok\n"
        "-----  -----  ---  ---------  ------  ---\n"
        "ideal  0.912  872      1e-09  caf\xC3\xA9    yes\n"
        "sram       -    8      0.123  a\\x0ab  no\n"
        "pcm      -12   88   1.23e+04  -       yes\n");
}

TEST_CASE("table: no rows; a number of any size", "[report]") {
  CHECK(table(OrderedJson::array(), {{.field = "a", .heading = "a"}, {.field = "b", .heading = "bb"}}) ==
        "a  bb\n-  --\n");
  OrderedJson rows = OrderedJson::array();
  rows.push_back({{"a", std::numeric_limits<double>::max()}});
  const std::string text = table(rows, {{.field = "a", .heading = "a"}});
  CHECK(text.size() > 900);
}
