#include <pim/io/html_report.hpp>

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include <pim/io/bar_chart.hpp>
#include <pim/io/line_chart.hpp>
#include <pim/io/scatter_chart.hpp>

using pim::io::Column;
using pim::io::HtmlReport;
using pim::io::OrderedJson;

namespace {
int count(const std::string& text, const std::string& what) {
  int n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}
const std::vector<Column> columns = {{.field = "tile", .heading = "tile"},
                                     {.field = "energy_nJ", .heading = "energy [nJ]", .digits = 2}};
OrderedJson tiles(int rows) {
  OrderedJson list = OrderedJson::array();
  for (int i = 0; i < rows; ++i) list.push_back({{"tile", "tile " + std::to_string(i)}, {"energy_nJ", 1.5 * i}});
  return list;
}
/// Everything a page can have, in hostile words.
std::string full_page() {
  const std::string wicked = "</title><script>alert('1')</script> & \"x\"";
  HtmlReport report(wicked, wicked);
  for (int i = 0; i < 3; ++i) {
    report.section(wicked, wicked);
    report.paragraph(wicked);
    report.list({wicked, "b"});
    report.list({});
    report.table(OrderedJson::array({{{"tile", wicked}, {"energy_nJ", nullptr}}}), columns, wicked);
    report.figure(pim::io::bar_chart({.title = wicked, .group_title = wicked, .value_title = wicked}, {wicked},
                                     {{wicked, {1.0}}, {wicked, {{}}}}),
                  wicked);
    report.figure(pim::io::stacked_bar_chart({.title = wicked}, {wicked}, {{wicked, {1.0}}}), wicked);
    report.figure(pim::io::scatter_chart({.title = wicked}, {{wicked, {{wicked, 1, 1, 1, 1}}}}), wicked);
    report.figure(pim::io::line_chart({.title = wicked}, {{wicked, {{1, 1, 1}, {2, 2}}}}), wicked);
  }
  report.provenance({.program = wicked, .version = wicked, .config = {{wicked, wicked}, {"list", {1, 2}}}}, wicked,
                    {{wicked, "2.5 pJ", "http://example.org/paper"}});
  return report.text();
}
/// Empty where elements close in the order in which they open, else what is wrong.
std::string unbalanced(const std::string& page) {
  static const std::set<std::string> empty = {"meta", "!DOCTYPE"};
  static const std::regex tag(R"re(<(/?)([!a-zA-Z0-9]+)((?:\s+[-a-zA-Z0-9:]+(?:="[^"<]*")?)*)\s*(/?)>)re");
  std::vector<std::string> open;
  std::size_t tags = 0;
  for (std::sregex_iterator i(page.begin(), page.end(), tag), end; i != end; ++i, ++tags) {
    if (empty.contains(i->str(2)) || !i->str(4).empty()) continue;
    if (i->str(1).empty()) {
      open.push_back(i->str(2));
    } else {
      if (open.empty() || open.back() != i->str(2)) return "</" + i->str(2) + "> at " + std::to_string(i->position());
      open.pop_back();
    }
  }
  if (!open.empty()) return open.back() + " stays open";
  return tags == static_cast<std::size_t>(std::count(page.begin(), page.end(), '<')) ? "" : "a < that is no tag";
}
std::vector<std::string> attributes(const std::string& page, const std::string& name) {
  const std::regex attribute("[ ]" + name + "=\"([^\"]*)\"");
  std::vector<std::string> values;
  for (std::sregex_iterator i(page.begin(), page.end(), attribute), end; i != end; ++i) values.push_back(i->str(1));
  return values;
}
}  // namespace

TEST_CASE("HtmlReport: elements are balanced, text is text", "[html]") {
  const std::string page = full_page();
  CHECK(unbalanced(page) == "");
  CHECK(count(page, "<script") == 0);
  CHECK(count(page, "<h1>") == 1);
  CHECK(count(page, "<title>") >= 1);
  for (const char* element : {"<main>", "<header>", "<footer>", "<nav ", "<html lang=\"en\">"})
    CHECK(count(page, element) == 1);
  CHECK_THAT(HtmlReport("a", "b").text(), !ContainsSubstring("<nav"));
  CHECK(unbalanced(HtmlReport("a", "b").text()) == "");
}

TEST_CASE("HtmlReport: every id is unique, every reference has its target", "[html]") {
  const std::string page = full_page();
  const std::vector<std::string> list = attributes(page, "id");
  const std::set<std::string> ids(list.begin(), list.end());
  CHECK(ids.size() == list.size());
  for (const std::string& names : attributes(page, "aria-labelledby")) {
    const std::regex name("[^ ]+");
    for (std::sregex_iterator i(names.begin(), names.end(), name), end; i != end; ++i) CHECK(ids.contains(i->str()));
  }
  const std::vector<std::string> links = attributes(page, "href");
  CHECK(links.size() == 3 + 1);  // sections and provenance
  for (const std::string& link : links) {
    CHECK(link.starts_with("#"));
    CHECK(ids.contains(link.substr(1)));
  }
}

TEST_CASE("HtmlReport: nothing comes from elsewhere", "[html]") {
  const std::string page = full_page();
  CHECK(count(page, "http://example.org/paper") == 1);  // a citation is text
  CHECK(attributes(page, "src").empty());
  for (const char* word : {"url(", "@import", "<link", "<img", "<iframe", "<object", "javascript:"})
    CHECK(count(page, word) == 0);
  for (const std::string& space : attributes(page, "xmlns")) CHECK(space == "http://www.w3.org/2000/svg");
}

TEST_CASE("HtmlReport: each picture has a title, a description and its numbers", "[html]") {
  const std::string page = full_page();
  const int pictures = count(page, "<svg ");
  CHECK(pictures == 12);
  const std::regex head(
      R"re(<svg [^>]*role="img" aria-labelledby="(\S+)-title \1-desc">\s*<title id="\1-title">[^<]+</title>\s*<desc id="\1-desc">[^<]+</desc>)re");
  CHECK(std::distance(std::sregex_iterator(page.begin(), page.end(), head), std::sregex_iterator()) == pictures);
  CHECK(count(page, "<figcaption ") == pictures);
  CHECK(count(page, "<details>") == pictures);
}

TEST_CASE("HtmlReport: tables have captions and headers, numbers to the right, a dash for nothing", "[html]") {
  OrderedJson rows = tiles(2);
  rows.push_back({{"tile", "unknown"}, {"energy_nJ", std::nan("")}});
  rows.push_back({{"tile", "absent"}});
  HtmlReport report("t", "a");
  report.table(rows, columns, "Energy <of> tiles");
  const std::string page = report.text();
  const std::string dash = "<td class=\"number\"><abbr title=\"no value\">–</abbr></td>";
  for (const std::string& part :
       {std::string("Energy &lt;of&gt; tiles</caption>"),
        std::string("<tr><th scope=\"col\">tile</th><th scope=\"col\" class=\"number\">energy [nJ]</th></tr>"),
        std::string("<tr><th scope=\"row\">tile 1</th><td class=\"number\">1.50</td></tr>"),
        "<tr><th scope=\"row\">unknown</th>" + dash + "</tr>", "<tr><th scope=\"row\">absent</th>" + dash + "</tr>"})
    CHECK_THAT(page, ContainsSubstring(part));
}

TEST_CASE("HtmlReport: a long table is cut and says so; a page too large is refused", "[html]") {
  const int most = static_cast<int>(HtmlReport::most_rows);
  HtmlReport whole("t", "a"), cut("t", "a");
  whole.table(tiles(most), columns, "c");
  cut.table(tiles(most + 1), columns, "c");
  CHECK(count(whole.text(), "<th scope=\"row\">") == most);
  CHECK(count(whole.text(), "class=\"note\"") == 0);
  CHECK(count(cut.text(), "<th scope=\"row\">") == most);
  CHECK_THAT(cut.text(), ContainsSubstring("The first 500 of 501 rows"));
  for (int i = 0; i < 10; ++i) cut.table(tiles(most), columns, "c");
  CHECK(cut.text().size() < HtmlReport::most_bytes);
  for (int i = 0; i < 40; ++i) cut.table(tiles(most), columns, "c");
  CHECK_THROWS_WITH(cut.text(), ContainsSubstring("at most 1 MiB is allowed; show fewer tables or figures"));
}

TEST_CASE("HtmlReport: provenance tells what was asked for and where constants were read", "[html]") {
  HtmlReport report("t", "a");
  report.provenance({.program = "pim_tile", .version = "1.2.3", .config = {{"seed", 42}, {"arch", nullptr}}},
                    "pim_tile --seed 42", {{"ADC conversion", "2.5 pJ", "Table I"}});
  const std::string page = report.text();
  CHECK_THAT(page, ContainsSubstring("pim_tile, version 1.2.3, as <code>pim_tile --seed 42</code>"));
  CHECK_THAT(page, ContainsSubstring("<th scope=\"row\">seed</th><td>42</td>"));
  CHECK_THAT(page, ContainsSubstring("<th scope=\"row\">ADC conversion</th><td>2.5 pJ</td><td>Table I</td>"));
}
