#include <pim/arch/published.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace pim::arch;
using namespace pim::arch::literals;
using namespace pim::arch::macro;

namespace {
Points of(const std::string& macro, const std::string& quantity) {
  Points found;
  for (const Point& point : published_points()) {
    if (point.macro == macro && point.quantity == quantity) found.push_back(point);
  }
  return found;
}

/// By how much a slope would change if it were fitted anew: least squares of the fitted points' relative errors.
double off_the_fit(const Points& points) {
  double weighted = 0.0, squares = 0.0;
  for (const Point& p : points) {
    if (p.role != Role::fitted) continue;
    weighted += p.model / p.published;
    squares += (p.model / p.published) * (p.model / p.published);
  }
  return weighted / squares - 1.0;
}
double energy_fj(const Architecture& macro, const char* action) { return macro.find(action)->energy->in(1_fJ); }
}  // namespace

TEST_CASE("published points: every model is within its limit", "[arch]") {
  for (const Point& point : published_points()) {
    CAPTURE(point.macro, point.at, point.quantity, point.published, point.model);
    CHECK(point.within_limit());
  }
}

TEST_CASE("published points: limits are those of the room's page", "[arch]") {
  for (const Point& point : published_points()) {
    const double limit = point.macro == "Colonnade" ? 10.0 : point.macro.starts_with("ISSCC") ? 25.0 : 15.0;
    CHECK(point.limit_percent == limit);
  }
}

TEST_CASE("published points: at most half of a macro's points are fitted", "[arch]") {
  std::map<std::string, int> fitted, all;
  for (const Point& point : published_points()) {
    if (point.role == Role::stated) continue;
    fitted[point.macro] += point.role == Role::fitted;
    ++all[point.macro];
  }
  for (const auto& [macro, count] : all) {
    CAPTURE(macro);
    CHECK(2 * fitted[macro] <= count);
  }
  CHECK(fitted["ISSCC'22 15.5"] + fitted["ISSCC'23 7.2"] + fitted["ISSCC'22 11.7"] == 0);
}

TEST_CASE("published points: NaN and what misses its limit are not within it", "[arch]") {
  CHECK_FALSE(Point{"m", "", "", "", 1.0, NAN}.within_limit());
  CHECK(Point{"m", "", "", "", 100.0, 115.0, Role::predicted, 15.0}.within_limit());
  CHECK_FALSE(Point{"m", "", "", "", 100.0, 84.9, Role::predicted, 15.0}.within_limit());
  CHECK(Point{"m", "", "", "", 4.0, 5.0}.error_percent() == Approx(25.0));
}

TEST_CASE("Colonnade: 24 energies of equal bits, fitted at 0.7 V", "[arch]") {
  const Points energies = of("Colonnade", "energy");
  int at_07 = 0;
  for (const Point& point : energies) {
    const bool low = point.at.ends_with("0.7 V");
    at_07 += low;
    if (low) CHECK(point.role == Role::fitted);
    if (point.at.ends_with("0.6 V")) CHECK(point.role == Role::predicted);
  }
  CHECK(at_07 == 8);
  CHECK(energies.size() == 28);
}

TEST_CASE("Colonnade: the constants are the least squares of 0.7 V", "[arch]") {
  const std::vector<int> bits = {1, 2, 4, 6, 8, 10, 12, 16};
  const std::vector<double> fj = {42.56, 101.79, 260.63, 507.95, 725.43, 1067.92, 1536.77, 2515.70};
  double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;  // normal equations of b c (p + q w) = fj, relative
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const double a = bits[i] * 128.0 / (128 / (bits[i] + 7)) / fj[i], b = a * bits[i];
    aa += a * a, ab += a * b, bb += b * b, a1 += a, b1 += b;
  }
  const double p = (a1 * bb - b1 * ab) / (aa * bb - ab * ab), q = (aa * b1 - ab * a1) / (aa * bb - ab * ab);
  const auto at = [](int in, int w) { return energy_fj(colonnade({in, w, 0.7}), "mac"); };
  CHECK(at(1, 1) / 8 == Approx(p + q).epsilon(1e-4));
  CHECK(at(1, 9) / 16 == Approx(p + 9 * q).epsilon(1e-4));
}

TEST_CASE("Colonnade: structure", "[arch]") {
  const auto at = [](int in, int w, double volts) { return energy_fj(colonnade({in, w, volts}), "mac"); };
  CHECK(at(6, 4, 0.7) == Approx(6 * at(1, 4, 0.7)));
  CHECK(at(3, 5, 0.8) / at(3, 5, 0.7) == Approx(68.3 / 42.56).epsilon(1e-3));
  CHECK(colonnade({.weight_bits = 8}).organisation.array_cols == 8);  // 128 / 15
  CHECK(colonnade({.weight_bits = 16}).organisation.array_cols == 5);
  CHECK(colonnade().organisation.cell_area->in(1_um2) * 128 * 8 == Approx(227200));
  CHECK_THROWS_WITH(colonnade({.weight_bits = 17}), "colonnade: weight_bits is 17, expected 1 to 16");
  CHECK_THROWS_AS(colonnade({.volts = 1.0}), std::invalid_argument);
}

TEST_CASE("adder_tree: two inputs counted by hand", "[arch]") {
  AdderTreeMacro pair = isscc_2022_11_7();
  pair.inputs = 2;
  // products of 8 bits toggle with 1/4: 8 NANDs each; one adder of 7 full adders (4.2 fF) and a half adder (1.75 fF);
  // its sum toggles with 3/8 into an accumulator of 9 + 8 bits, each an adder and a register (2.1 fF)
  const double switched = 2 * 8 * 0.7 / 4 + (7 * 4.2 + 1.75) / 4 + 17 * (4.2 + 2.1) * 3 / 8;
  CHECK(energy_fj(adder_tree(pair), "mac") == Approx(8 * 0.81 * switched / 2));
}

TEST_CASE("adder_tree: nothing switches without inputs or weights, all scales with the supply squared", "[arch]") {
  const AdderTreeMacro macro = isscc_2023_7_2();
  CHECK(energy_fj(adder_tree(macro, {.input_toggle = 0.0}), "mac") == 0.0);
  CHECK(energy_fj(adder_tree(macro, {.weight_density = 0.0}), "mac") == 0.0);
  CHECK(energy_fj(adder_tree(macro, {.weight_density = 0.25}), "mac") < energy_fj(adder_tree(macro), "mac"));
  CHECK(energy_fj(adder_tree(macro, {.volts = 0.45}), "mac") == Approx(energy_fj(adder_tree(macro), "mac") / 4));
  AdderTreeMacro odd = macro;
  odd.inputs = 100;
  CHECK_THROWS_AS(adder_tree(odd), std::invalid_argument);
  CHECK_THROWS_AS(adder_tree(macro, {.input_toggle = 1.5}), std::invalid_argument);
}

TEST_CASE("NeuRRAM: each slope is the least squares of 2, 4, 6 and 8 input bits", "[arch]") {
  CHECK(std::fabs(off_the_fit(of("NeuRRAM", "neurons"))) < 1e-3);
  double weighted = 0, squares = 0;  // of times: the reciprocals of throughputs
  for (const Point& p : of("NeuRRAM", "throughput")) {
    if (p.role != Role::fitted) continue;
    const double x = p.published / p.model;
    weighted += x, squares += x * x;
  }
  CHECK(weighted / squares == Approx(1.0).epsilon(1e-3));
  CHECK(of("NeuRRAM", "throughput").size() == 8);
  CHECK(of("NeuRRAM", "efficiency").size() == 8);
}

TEST_CASE("NeuRRAM: prices follow the pulse phases", "[arch]") {
  const auto price = [](int bits, const char* action) { return *neurram({.input_bits = bits}).find(action); };
  CHECK(price(1, "mac").energy == price(2, "mac").energy);
  CHECK(price(8, "adc_conversion").energy->in(1_pJ) == Approx(7 * price(2, "adc_conversion").energy->in(1_pJ)));
  CHECK(price(4, "array_read").time_per_step->in(1_ns) == Approx(3 * price(2, "array_read").time_per_step->in(1_ns)));
  CHECK_THROWS_WITH(neurram({.input_bits = 9}), "neurram: input_bits is 9, expected 1 to 8");
}

TEST_CASE("HERMES: one phase is the published point, power does not depend on phases", "[arch]") {
  CHECK(tera_ops(hermes({.phases = 1}), 256, 256) == Approx(63.1));
  CHECK(tera_ops_per_watt(hermes({.phases = 1}), 256, 256) == Approx(9.76));
  const auto watt = [](int phases) {
    return tera_ops(hermes({phases}), 256, 256) / tera_ops_per_watt(hermes({phases}), 256, 256);
  };
  CHECK(watt(4) == Approx(watt(1)));
  CHECK_THROWS_AS(hermes({.phases = 2}), std::invalid_argument);
}

TEST_CASE("analog SRAM: laws of the supply", "[arch]") {
  CHECK(energy_fj(sinangil_7nm({1.0, 3.0}), "mac") == Approx(1.25 * energy_fj(sinangil_7nm({0.8, 3.0}), "mac")));
  CHECK(energy_fj(sinangil_7nm({0.8, 0.0}), "adc_conversion") == 0.0);
  const double square = 1.2 * 1.2 / (0.85 * 0.85);
  CHECK(energy_fj(jia_65nm({1.2, 100_MHz}), "adc_conversion") == Approx(square * 1790));
  CHECK(jia_65nm({1.2, 100_MHz}).find("array_read")->time_per_step->in(1_ns) == Approx(540.0));
  CHECK(energy_fj(wang_22nm({0.9}), "mac") ==
        Approx((energy_fj(wang_22nm({0.8}), "mac") + energy_fj(wang_22nm({1.0}), "mac")) / 2));
  CHECK_THROWS_AS(sinangil_7nm({.volts = 0.5}), std::invalid_argument);
  CHECK_THROWS_AS(jia_65nm({.volts = 2.0}), std::invalid_argument);
  CHECK_THROWS_AS(wang_22nm({.volts = 0.1}), std::invalid_argument);
}

TEST_CASE("floating point macros are their published efficiencies", "[arch]") {
  CHECK(energy_fj(fp8_28nm(), "mac") == Approx(2000 / 20.4));
  CHECK(energy_fj(bf16_28nm(), "mac") == Approx(2000 / 31.6));
}
