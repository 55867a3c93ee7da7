#include "support/study_costs.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <pim/arch/library.hpp>
#include <pim/io/file.hpp>

#include "support/bounds.hpp"
#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::app::Program;
using pim::app::StudyCosts;
using pim::app::StudyOptions;
using pim::app::Work;
using pim::io::OrderedJson;
using pim::io::TileConfig;
using pim::test::message_of;
namespace action = pim::cost::action;

namespace {
const pim::app::StudyFields fields{.subject = "model", .score = "top1", .score_title = "top-1", .item = "image"};

/// Two layers and four images: 400 conversions and 1000 additions.
Work some_work() {
  Work work;
  work.items = 4;
  const pim::cost::Ledger::Scope written(work.programming, "conv");
  work.programming.add(action::array, 2);
  work.programming.add(action::array_cell, 2000);
  work.programming.add(action::cell_write, 500, 10);
  {
    const pim::cost::Ledger::Scope layer(work.inference, "conv");
    work.inference.add(action::mac, 8000, 80);
    work.inference.add(action::adc_conversion, 400, 80);
  }
  const pim::cost::Ledger::Scope layer(work.inference, "fc");
  work.inference.add(action::digital_add, 1000);
  return work;
}
OrderedJson row(const std::string& tile, const std::string& mode, double top1) {
  return {{"model", "net"}, {"tile", tile}, {"mode", mode}, {"time_s", nullptr}, {"top1", top1}, {"seed", 42}};
}
/// In the body of a program that prints nothing.
void in_program(const std::function<void(Program&)>& body) {
  Program program("pim_test", "A test.", "1.2.3");
  const std::vector<const char*> words = {"pim_test", "--quiet"};
  REQUIRE(program.run(2, words.data(), [&] {
    body(program);
    return 0;
  }) == 0);
}
double energy_pJ(const std::string& architecture, const char* name) {
  return pim::arch::find_architecture(architecture).find(name)->energy->in(pim::arch::Energy(1.0));
}
}  // namespace

TEST_CASE("StudyCosts: counts times prices over images; layers and actions add up", "[examples][cost]") {
  in_program([](Program& program) {
    StudyOptions options;
    options.cost = true;
    StudyCosts costs(program, options, fields);
    OrderedJson priced = row("reram", "post-training", 0.5);
    costs.price(priced, some_work(), TileConfig::preset("reram"));
    const double array = (8000.0 * energy_pJ("neurram", "mac") + 400.0 * energy_pJ("neurram", "adc_conversion")) / 4.0;
    const double outside = 1000.0 * energy_pJ("neurram", "digital_add") / 4.0;
    REQUIRE(array > 0.0);
    CHECK(priced["architecture"] == "neurram");
    CHECK(priced["basis"] == "counted");
    CHECK(priced["energy_array_pJ"].get<double>() == Approx(array));
    CHECK(priced["energy_pJ"].get<double>() == Approx(array + outside));
    CHECK(priced["macs"] == 2000);
    CHECK(priced["arrays"] == 2);
    for (const char* parts : {"cost_by_layer", "cost_by_action"}) {
      double sum = 0.0;
      for (const OrderedJson& part : priced[parts]) sum += part["energy_pJ"].get<double>();
      CHECK(sum == Approx(array + outside));
    }
  });
}

TEST_CASE("StudyCosts: without hardware or without counts nothing is known", "[examples][cost]") {
  in_program([](Program& program) {
    const StudyOptions options;
    StudyCosts costs(program, options, fields);
    OrderedJson ideal = row("ideal", "original", 0.5), uncounted = ideal;
    costs.price(ideal, some_work(), TileConfig::preset("ideal"));
    CHECK(ideal["energy_pJ"].is_null());
    CHECK(ideal["basis"].is_null());
    CHECK(ideal["macs"] == 2000);
    costs.price(uncounted, {}, TileConfig::preset("ideal"));
    for (const auto& [field, value] : ideal.items()) {
      CHECK(uncounted.contains(field));
      if (!row("", "", 0.0).contains(field)) CHECK(uncounted[field].is_null());
    }
    CHECK(!ideal.contains("cost_by_layer"));
  });
}

TEST_CASE("bound_rows: cycles of AritPIM times energy and time of a gate, peaks of GPUs", "[examples][cost]") {
  const OrderedJson rows = pim::app::bound_rows(1000000);
  const auto value = [&](const std::string& system, const char* field) {
    const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r["system"] == system; });
    REQUIRE(at != rows.end());
    return (*at)[field].template get<double>();
  };
  constexpr double macs = 1e6, cycles_32 = 3997 + 11586, cycles_16 = 1978 + 2780;  // additions, multiplications
  constexpr double memory_rows = 48.0 * 1024 * 1024 * 1024 * 8 / 1024;
  CHECK(value("nor-fp32", "energy_pJ") == Approx(macs * cycles_32 * 6.4e-3));
  CHECK(value("nor-fp16", "energy_array_pJ") == Approx(macs * cycles_16 * 6.4e-3));
  CHECK(value("nor-fp32", "latency_ns") == Approx(macs * cycles_32 * 3.0 / memory_rows));
  CHECK(value("dram-fp32", "energy_pJ") == Approx(macs * cycles_32 * 0.391));
  CHECK(value("dram-fp16", "latency_ns") == Approx(macs * cycles_16 * 2000.0 / memory_rows));
  CHECK(value("a6000-fp32", "latency_ns") == Approx(macs * 2.0 / 38.71e12 * 1e9));
  CHECK(value("a100-fp16", "energy_pJ") == Approx(macs * 2.0 / 312e12 * 300.0 * 1e12));
  CHECK_THROWS_AS(pim::app::bound_rows(0), std::invalid_argument);
}

TEST_CASE("StudyCosts: bounds stand behind, at the score of exact arithmetic", "[examples][cost]") {
  in_program([](Program& program) {
    StudyOptions options;
    options.bounds = true;
    StudyCosts costs(program, options, fields);
    for (const char* tile : {"pcm", "ideal"}) {
      const bool exact = tile == std::string("ideal");
      OrderedJson priced = row(tile, exact ? "original" : "post-training", exact ? 0.9 : 0.8);
      priced["eval_s"] = 1.0;
      costs.price(priced, some_work(), TileConfig::preset(tile));
      program.results().push_back(priced);
    }
    costs.finish({});
    const OrderedJson& rows = program.results();
    REQUIRE(rows.size() == 2 + pim::app::bound_rows(2000).size());
    CHECK((rows[0]["tile"] == "pcm" && rows[1]["tile"] == "ideal"));
    for (std::size_t i = 2; i < rows.size(); ++i) {
      CHECK((rows[i]["mode"] == "bound" && rows[i]["model"] == "net" && rows[i]["top1"] == 0.9));
      CHECK(rows[i]["eval_s"].is_null());
      for (const auto& [field, value] : rows[1].items()) CHECK(rows[i].contains(field));
    }
    CHECK(rows[2]["energy_pJ"] == pim::app::bound_rows(2000)[0]["energy_pJ"]);
  });
}

TEST_CASE("architecture_of: each tile's own, one for tiles of several kinds, with a note", "[examples][cost]") {
  const auto name = [](const char* tile, const std::optional<std::string>& argument) {
    const auto found = pim::app::architecture_of(TileConfig::preset(tile), argument);
    return found.architecture ? found.architecture->name : "none";
  };
  CHECK(name("sram", {}) == "fp8-28nm");
  CHECK(name("reram", {}) == "neurram");
  CHECK(name("pcm", {}) == "hermes");
  CHECK(name("pcm", "neurram") == "neurram");
  CHECK(name("ideal", "neurram") == "none");
  const TileConfig mixed = TileConfig::parse(
      pim::io::parse_json(
          R"({"by": "name", "a": {"config": {"tile_type": "pcm"}}, "b": {"config": {"tile_type": "digital"}}})",
          "t.json"),
      "t.json", pim::io::linear_modules({"a", "b"}));
  CHECK(pim::app::architecture_of(mixed, {}).note == "layers on tiles of several kinds are all priced as hermes");
  CHECK(pim::app::architecture_of(mixed.only({"b"}), {}).note.empty());
}

TEST_CASE("StudyCosts: --html draws accuracy against energy and what it is made of", "[examples][cost]") {
  const pim::test::TemporaryFolder folder;
  in_program([&](Program& program) {
    StudyOptions options;
    options.html = (folder / "r.html").string();
    StudyCosts costs(program, options, fields);
    for (const auto& [tile, mode, top1] :
         {std::tuple("ideal", "original", 0.9), {"pcm", "post-training", 0.8}, {"sram", "post-training", 0.85}}) {
      OrderedJson priced = row(tile, mode, top1);
      costs.price(priced, some_work(), TileConfig::preset(tile));
      program.results().push_back(priced);
    }
    costs.finish({"pim_test", "--html", "r.html"});
  });
  const std::string page = pim::io::read_file(folder / "r.html");
  for (const char* text : {"Accuracy against energy", "Least energy per image", "in float32 it is 0.9.", "net on pcm",
                           "net on sram", "adc_conversion", "pim_test --html r.html"})
    CHECK_THAT(page, ContainsSubstring(text));
  CHECK(page.find("net on ideal") == std::string::npos);
}

TEST_CASE("StudyCosts: what is wrong is said before any work, and nothing is left", "[examples][cost]") {
  const pim::test::TemporaryFolder folder;
  in_program([&](Program& program) {
    const auto refusal = [&](const StudyOptions& options) {
      return message_of([&] { StudyCosts(program, options, fields); });
    };
    StudyOptions options;
    options.architecture = "neuram";
    CHECK_THAT(refusal(options), ContainsSubstring("'neuram'") && ContainsSubstring("did you mean 'neurram'?"));
    options.architecture.reset();
    options.html = folder.path().string();
    CHECK_THAT(refusal(options), ContainsSubstring("cannot write " + folder.path().string()));
    CHECK(pim::test::files_in(folder.path()).empty());
  });
}
