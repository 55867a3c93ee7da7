#include <pim/io/architecture_file.hpp>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <pim/arch/evaluate.hpp>

#include "support/catch.hpp"
#include "support/damage.hpp"
#include "support/temporary.hpp"

using namespace pim::arch::literals;
using pim::arch::ActionPrice;
using pim::arch::Architecture;
using pim::arch::Basis;
using pim::arch::find_architecture;
using pim::io::architecture_json;
using pim::io::Json;
using pim::io::parse_architecture;
using pim::test::message_of;

namespace {
Architecture parse(const std::string& text) {
  return parse_architecture(pim::io::parse_json(text, "chips/a.json"), "chips/a.json");
}
/// What is wrong with a file, without its name.
std::string fault(const std::string& text) {
  const std::string message = message_of([&] { parse(text); }), source = "chips/a.json: ";
  return message.starts_with(source) ? message.substr(source.size()) : message;
}
/// What is wrong with a price of `mac`.
std::string price_fault(const std::string& price) { return fault(R"({"prices": {"mac": )" + price + "}}"); }

Architecture by_action(Architecture a) {
  std::sort(a.prices.begin(), a.prices.end(), [](const auto& x, const auto& y) { return x.action < y.action; });
  return a;
}
}  // namespace

TEST_CASE("architecture file: a record of its own", "[arch_file]") {
  const Architecture a = parse(R"({"title": "T", "citation": "C",
      "organisation": {"array_rows": 64, "array_cols": 32, "arrays": 8, "cell_area_um2": 0.5, "digital_area_um2": 100,
                       "clock_GHz": 0.2, "idle_power_mW": 3, "source": "S"},
      "prices": {"mac": {"energy_pJ": 0.25, "time_per_step_ns": 5, "source": "X", "basis": "published"},
                 "my_action": {"time_each_ns": 2, "energy_pJ": null, "source": "Y"}}})");
  CHECK(a.name == "a");
  CHECK(a.title == "T");
  CHECK(a.citation == "C");
  CHECK(a.organisation.array_rows == 64);
  CHECK(a.organisation.arrays == 8);
  CHECK(a.organisation.cell_area->in(1_um2) == 0.5);
  CHECK(a.organisation.clock->in(1_MHz) == Approx(200.0));
  CHECK(a.organisation.idle_power->in(1_mW) == 3.0);
  REQUIRE(a.find("mac") != nullptr);
  CHECK(a.find("mac")->energy->in(1_fJ) == Approx(250.0));
  CHECK(a.find("mac")->basis == Basis::published);
  CHECK(a.find("mac")->time_each == pim::arch::Time());  // the one time that is given is all
  CHECK_FALSE(a.find("my_action")->energy);
  CHECK(a.find("my_action")->basis == Basis::assumed);
  CHECK(parse(R"({"name": "b"})").name == "b");
}

TEST_CASE("architecture file: a base keeps what is not given, number by number", "[arch_file]") {
  const Architecture base = find_architecture("neurram");
  const Architecture a = parse(R"({"name": "b", "base": "neurram", "organisation": {"arrays": 1, "cell_area_um2": null},
      "prices": {"adc_conversion": {"energy_pJ": 2, "source": "X"}, "mac": {"energy_pJ": null, "source": "Y"}}})");
  CHECK(a.name == "b");
  CHECK(a.citation == base.citation);
  CHECK(a.organisation.arrays == 1);
  CHECK(a.organisation.array_rows == 256);
  CHECK_FALSE(a.organisation.cell_area);
  CHECK(a.prices.size() == base.prices.size());
  CHECK(a.find("adc_conversion")->energy->in(1_pJ) == 2.0);
  CHECK(a.find("adc_conversion")->time_each == base.find("adc_conversion")->time_each);
  CHECK_FALSE(a.find("mac")->energy);
  CHECK(*a.find("digital_add") == *base.find("digital_add"));
}

TEST_CASE("architecture file: every built-in, written and read, is the same record", "[arch_file]") {
  const pim::test::TemporaryFolder folder;
  for (const Architecture& built_in : pim::arch::architectures()) {
    const std::filesystem::path path = folder / "round.json";
    pim::io::write_json(path, architecture_json(built_in));
    CAPTURE(built_in.name);
    CHECK(by_action(pim::io::read_architecture(path)) == by_action(built_in));
  }
}

TEST_CASE("architecture file: the shipped example", "[arch_file]") {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  const Architecture a = pim::io::read_architecture(root / "examples" / "configs" / "architecture.json");
  CHECK_NOTHROW(require_valid(a));
  CHECK(a.organisation.arrays == 96);
  CHECK(a.find("adc_conversion")->energy->in(1_pJ) == 2.0);
  CHECK(a.find("adc_conversion")->time_per_step == 0_ns);
  CHECK(*a.find("mac") == *find_architecture("neurram").find("mac"));
}

TEST_CASE("architecture file: wrong keys and names, with the nearest", "[arch_file]") {
  CHECK(fault(R"({"price": {}})") == "unknown key 'price' at the top level; did you mean 'prices'?");
  CHECK(fault(R"({"organisation": {"cell_area_mm2": 1}})") ==
        "unknown key 'cell_area_mm2' in organisation; did you mean 'cell_area_um2'?");
  CHECK(price_fault(R"({"energy_fJ": 1, "source": "X"})") ==
        "unknown key 'energy_fJ' in prices.mac; did you mean 'energy_pJ'?");
  CHECK(fault(R"({"base": "nuram"})").starts_with("base is 'nuram', expected one of fp8-28nm, "));
  CHECK(fault(R"({"base": "nuram"})").ends_with("; did you mean 'neurram'?"));
  CHECK(fault(R"({"prices": {"adc_convertion": {"source": "X"}}})") ==
        "unknown action 'adc_convertion' in prices; did you mean 'adc_conversion'?");
  CHECK(price_fault(R"({"source": "X", "basis": "guessed"})")
            .starts_with("prices.mac.basis is 'guessed', expected one of published, fitted, derived, assumed"));
}

TEST_CASE("architecture file: wrong values", "[arch_file]") {
  CHECK(price_fault(R"({"energy_pJ": -1, "source": "X"})") ==
        "prices.mac.energy_pJ is -1, expected a number from 0.0 to 1e+18");
  CHECK(price_fault(R"({"energy_pJ": 1e300, "source": "X"})") ==
        "prices.mac.energy_pJ is 1e+300, expected a number from 0.0 to 1e+18");
  CHECK(price_fault(R"({"time_each_ns": "1", "source": "X"})") ==
        "prices.mac.time_each_ns is '1', expected a number from 0.0 to 1e+18");
  CHECK(price_fault(R"({"energy_pJ": 1})") == "key 'source' is missing in prices.mac; add it");
  CHECK(price_fault(R"({"energy_pJ": 1, "source": ""})") ==
        "prices.mac.source is '', expected a text that says where the price comes from");
  CHECK(price_fault("7") == "prices.mac is 7, expected an object of keys and values");
  CHECK(fault(R"({"organisation": {"arrays": 0}})") ==
        "organisation.arrays is 0, expected an integer from 1 to 1099511627776");
  CHECK(fault(R"({"organisation": {"array_rows": 1.5}})") ==
        "organisation.array_rows is 1.5, expected an integer from 0 to 1099511627776");
  CHECK(fault(R"({"organisation": {"array_rows": 99999999999999999999}})").starts_with("organisation.array_rows is "));
  CHECK(fault(R"({"name": ""})") == "name is '', expected a text that is not empty");
  CHECK(fault("[]") == "the content is a list, expected an object of keys and values");
  CHECK(fault(R"({"prices": {"mac": {"source": "X"}, "mac": {"source": "X"}}})").find("is given twice") !=
        std::string::npos);
}

TEST_CASE("architecture file: what is no file or no JSON is one line", "[arch_file]") {
  CHECK(message_of([] { pim::io::read_architecture("/nowhere/chip.json"); }).find("/nowhere/chip.json") !=
        std::string::npos);
  CHECK(message_of([] { parse(R"({"name": )"); }).starts_with("chips/a.json:1:9: not JSON: "));
}

TEST_CASE("architecture file: damaged files are read or refused in one line, never priced wrongly", "[arch_file]") {
  const std::string valid = pim::io::json_text(architecture_json(find_architecture("hermes")));
  const pim::test::DamageReport report = pim::test::damage(valid, "chips/a.json", 2000, [](const std::string& bytes) {
    Architecture read;
    try {
      read = parse(bytes);
    } catch (const std::invalid_argument& error) {
      throw std::runtime_error(error.what());
    }
    CHECK_NOTHROW(require_valid(read));
  });
  CHECK(report.refused > 400);
  CHECK(report.accepted > 50);
}

TEST_CASE("architecture file: deep and wide files are refused quickly", "[arch_file]") {
  std::string deep = R"({"prices": )" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  CHECK(fault(deep) == "prices is a list, expected an object of keys and values");
  std::string wide = R"({"prices": {)";
  for (int i = 0; i < 2'000; ++i) wide += "\"own_action_of_mine_" + std::to_string(i) + R"(": {"source": "X"},)";
  CHECK(parse(wide + R"("mac": {"source": "X"}}})").prices.size() == 2'001);
}
