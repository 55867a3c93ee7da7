#include "support/costing.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include <pim/tile/presets.hpp>

using namespace pim::arch;
using namespace pim::arch::literals;
using pim::cost::Ledger;
using pim::io::OrderedJson;
namespace action = pim::cost::action;
namespace app = pim::app;

namespace {
Architecture toy() {
  return {.name = "toy",
          .title = "Toy",
          .citation = "nowhere",
          .organisation = {.cell_area = 2_um2, .digital_area = 1_mm2, .source = "closed form"},
          .prices = {{"cell_write", 5_pJ, 7_ns, Time(), "closed form"},
                     {"mac", 3_fJ, 2_ns, Time(), "closed form", Basis::fitted},
                     {"digital_add", 1_pJ, {}, 1_ns, "closed form"}}};
}
/// Two layers, four items.
struct Books {
  Books() {
    for (const char* layer : {"a", "b"}) {
      const Ledger::Scope written(programming, layer), run(inference, layer);
      programming.add(action::array, 3);
      programming.add(action::array_cell, 3000);
      programming.add(action::cell_write, 100, 10);
      inference.add(action::mac, 4000, 40);
      inference.add(action::digital_add, 8);
    }
  }
  Ledger programming, inference;
};
}  // namespace

TEST_CASE("costs of a row are those of one item, whole and arrays alone", "[costing]") {
  const Books books;
  const OrderedJson row = app::cost_fields(books.programming, books.inference, 4, toy());
  CHECK(row["architecture"] == "toy");
  CHECK(row["energy_pJ"].get<double>() == Approx(2 * (3.0 + 2.0)));
  CHECK(row["energy_array_pJ"].get<double>() == Approx(2 * 3.0));
  CHECK(row["latency_ns"].get<double>() == Approx(2 * (20.0 + 2.0)));
  CHECK(row["latency_array_ns"].get<double>() == Approx(2 * 20.0));
  CHECK(row["area_array_mm2"].get<double>() == Approx(6000 * 2e-6));
  CHECK(row["area_mm2"].get<double>() == Approx(1.0 + 6000 * 2e-6));
  CHECK(row["programming_energy_pJ"].get<double>() == Approx(200 * 5.0));
  CHECK(row["programming_latency_ns"].get<double>() == Approx(20 * 7.0));
  CHECK(row["macs"] == 2000);
  CHECK(row["arrays"] == 6);
  CHECK(row["unpriced"].empty());
  CHECK(app::cost_fields(books.programming, books.inference, 3, toy())["macs"].get<double>() == Approx(8000.0 / 3.0));
  CHECK_THROWS_WITH(app::cost_fields(books.programming, books.inference, 0, toy()),
                    "costs of one item: there are none; run at least one");
}

TEST_CASE("what has no price is null, and its action is named once", "[costing]") {
  Books books;
  books.inference.add(action::digital_softmax, 4);
  books.programming.add(action::align, 4);
  const OrderedJson row = app::cost_fields(books.programming, books.inference, 4, toy());
  CHECK(row["energy_pJ"].is_null());
  CHECK(row["latency_ns"].is_null());
  CHECK(row["energy_array_pJ"].get<double>() == Approx(6.0));
  CHECK(row["programming_energy_pJ"].is_null());
  CHECK(row["unpriced"] == OrderedJson({"digital_softmax", "align"}));

  const OrderedJson none = app::cost_fields(books.programming, books.inference, 4, std::nullopt);
  for (const char* field : {"architecture", "energy_pJ", "latency_ns", "energy_array_pJ", "latency_array_ns",
                            "area_mm2", "area_array_mm2", "programming_energy_pJ", "programming_latency_ns"}) {
    CAPTURE(field);
    CHECK(none[field].is_null());
  }
  CHECK(none["macs"] == 2000);
  CHECK(none["unpriced"].empty());
}

TEST_CASE("breakdowns by layer and by action add up to the row", "[costing]") {
  const Books books;
  const OrderedJson row = app::cost_fields(books.programming, books.inference, 4, toy());
  for (const OrderedJson& rows :
       {app::cost_by_layer(books.inference, 4, toy()), app::cost_by_action(books.inference, 4, toy()),
        app::cost_lines(books.inference, 4, toy())}) {
    double energy = 0.0, latency = 0.0;
    for (const OrderedJson& line : rows) {
      energy += line["energy_pJ"].get<double>();
      latency += line["latency_ns"].get<double>();
    }
    CHECK(energy == Approx(row["energy_pJ"].get<double>()));
    CHECK(latency == Approx(row["latency_ns"].get<double>()));
  }
  const OrderedJson actions = app::cost_by_action(books.inference, 4, toy());
  REQUIRE(actions.size() == 2);
  CHECK(actions[0]["action"] == "mac");
  CHECK(actions[0]["count"] == 2000);
  CHECK(actions[0]["serial_steps"] == 20);
  CHECK(app::cost_table(actions) ==
        "action       count  serial steps  energy [pJ]  latency [ns]\n"
        "-----------  -----  ------------  -----------  ------------\n"
        "mac           2000            20            6            40\n"
        "digital_add      4             0            4             4\n");
}

TEST_CASE("a breakdown chart stacks parts and gathers small groups", "[costing]") {
  OrderedJson rows = OrderedJson::array();
  for (int i = 0; i < 5; ++i)
    rows.push_back({{"layer", "l" + std::to_string(i)}, {"action", "mac"}, {"energy_pJ", i == 2 ? 0.5 : 10.0 + i}});
  rows.push_back({{"layer", "l0"}, {"action", "align"}, {"energy_pJ", nullptr}});
  const pim::io::BarChartParams params{.title = "t", .group_title = "layer", .value_title = "energy [pJ]"};
  const auto table = [&](std::size_t most) {
    return app::breakdown_chart(params, rows, {"layer", "action", "energy_pJ"}, most).numbers.rows;
  };
  using Rows = std::vector<std::vector<std::string>>;
  CHECK(table(5) ==
        Rows{{"l0", "10", ""}, {"l1", "11", "0"}, {"l2", "0.5", "0"}, {"l3", "13", "0"}, {"l4", "14", "0"}});
  CHECK(table(3) == Rows{{"l1", "11", "0"}, {"l3", "13", "0"}, {"l4", "14", "0"}, {"other", "10.5", ""}});
}

TEST_CASE("tiles cost what they are usually built as; the ideal one is no hardware", "[costing]") {
  const auto name_of = [](const char* tile, const std::optional<std::string>& argument) {
    const auto found = app::architecture_for(argument, pim::tile::preset(tile));
    return found ? found->name : "none";
  };
  CHECK(name_of("sram", std::nullopt) == "fp8-28nm");
  CHECK(name_of("ncb-sram", std::nullopt) == "fp8-28nm");
  CHECK(name_of("reram", std::nullopt) == "neurram");
  CHECK(name_of("pcm", std::nullopt) == "hermes");
  CHECK(name_of("ideal", std::nullopt) == "none");
  CHECK(name_of("pcm", "neurram") == "neurram");
  CHECK(name_of("ideal", "neurram") == "none");
  CHECK_THROWS_AS(app::load_architecture("neuram"), std::invalid_argument);
  CHECK_THROWS_WITH(app::load_architecture("neuram"), Catch::Contains("did you mean 'neurram'?"));
}

TEST_CASE("sources of prices name constant, value, basis and citation, each architecture once", "[costing]") {
  const auto sources = app::price_sources({toy(), toy()});
  REQUIRE(sources.size() == 5);
  CHECK(sources[0].citation == "nowhere");
  CHECK(sources[1].constant == "toy: cell_write");
  CHECK(sources[1].value == "5 pJ, 7 ns a step, published");
  CHECK(sources[2].value == "0.003 pJ, 2 ns a step, fitted");
  CHECK(sources[3].value == "1 pJ, 1 ns each, published");
  CHECK(sources[4].value == "2 um2 a cell, 1 mm2 outside of arrays");
}
