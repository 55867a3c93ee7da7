#include <pim/io/strict_object.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::io::Json;
using pim::io::Null;
using pim::io::StrictObject;
using pim::test::message_of;

enum class Fruit { apple, pear };
static constexpr pim::io::Named<Fruit> fruits[] = {{"apple", Fruit::apple}, {"pear", Fruit::pear}};

/// What `read` of an object with {"k": value} complains about.
template <class Read>
static std::string complaint(Json value, Read&& read) {
  const Json json = {{"k", std::move(value)}};
  StrictObject object(json, "a.yaml", "linear.config");
  return message_of([&] { read(object); });
}

TEST_CASE("StrictObject: values and defaults", "[strict]") {
  const Json json = {{"i", -3},     {"u", 7},      {"d", 2.5},     {"b", true},
                     {"s", "text"}, {"f", "pear"}, {"n", nullptr}, {"o", {{"x", 1}}}};
  StrictObject object(json, "a.yaml");
  CHECK(object.integer("i") == -3);
  CHECK(object.integer<int>("u", {.min = 7, .max = 7}) == 7);
  CHECK(object.number("i") == -3.0);
  CHECK(object.number("d", {.min = 0.0, .max = 2.5}) == 2.5);
  CHECK(object.boolean("b"));
  CHECK(object.text("s") == "text");
  CHECK(object.choice("f", fruits) == Fruit::pear);
  CHECK(object.find("n")->is_null());
  StrictObject inner = object.object("o");
  CHECK(inner.integer("x") == 1);
  CHECK(inner.path() == "o");
  inner.finish();
  CHECK(object.integer("absent", {.min = 1}, 5) == 5);
  CHECK(object.number("absent", {}, 0.5) == 0.5);
  CHECK_FALSE(object.boolean("absent", false));
  CHECK(object.text("absent", "x") == "x");
  CHECK(object.choice("absent", fruits, Fruit::apple) == Fruit::apple);
  CHECK_FALSE(object.contains("absent"));
  object.finish();
  CHECK(object.keys().size() == 8);
}

TEST_CASE("StrictObject: wrong types name key, place, value and what is allowed", "[strict]") {
  const auto integer = [](StrictObject& o) { o.integer("k", {.min = 1, .max = 4096}, 64); };
  const std::string wanted = ", expected an integer from 1 to 4096";
  CHECK(complaint("64", integer) == "a.yaml: linear.config.k is '64'" + wanted);
  CHECK(complaint(64.0, integer) == "a.yaml: linear.config.k is 64.0" + wanted);
  CHECK(complaint(true, integer) == "a.yaml: linear.config.k is true" + wanted);
  CHECK(complaint(nullptr, integer) == "a.yaml: linear.config.k is null" + wanted);
  CHECK(complaint(Json::array({1}), integer) == "a.yaml: linear.config.k is a list" + wanted);
  CHECK(complaint(Json::object(), integer) == "a.yaml: linear.config.k is an object" + wanted);
  CHECK(complaint("two\nlines", integer) == "a.yaml: linear.config.k is 'two\\x0alines'" + wanted);

  CHECK(complaint("1", [](auto& o) { o.number("k"); }) == "a.yaml: linear.config.k is '1', expected a number");
  CHECK(complaint(true, [](auto& o) { o.number("k"); }) == "a.yaml: linear.config.k is true, expected a number");
  CHECK(complaint(1, [](auto& o) { o.boolean("k"); }) == "a.yaml: linear.config.k is 1, expected true or false");
  CHECK(complaint("on", [](auto& o) { o.boolean("k"); }) == "a.yaml: linear.config.k is 'on', expected true or false");
  CHECK(complaint(1, [](auto& o) { o.text("k"); }) == "a.yaml: linear.config.k is 1, expected a text");
  CHECK(complaint(1, [](auto& o) { o.object("k"); }) ==
        "a.yaml: linear.config.k is 1, expected an object of keys and values");
  CHECK(complaint("aple", [](auto& o) { o.choice("k", fruits); }) ==
        "a.yaml: linear.config.k is 'aple', expected one of apple, pear; did you mean 'apple'?");
  CHECK(complaint(3, [](auto& o) { o.choice("k", fruits); }) ==
        "a.yaml: linear.config.k is 3, expected one of apple, pear");
}

TEST_CASE("StrictObject: ranges hold their ends and nothing beyond", "[strict]") {
  const auto integer = [](StrictObject& o) { o.integer<int>("k", {.min = 1, .max = 8}); };
  CHECK(complaint(1, integer) == "(no error)");
  CHECK(complaint(8, integer) == "(no error)");
  CHECK(complaint(0, integer) == "a.yaml: linear.config.k is 0, expected an integer from 1 to 8");
  CHECK(complaint(9, integer) == "a.yaml: linear.config.k is 9, expected an integer from 1 to 8");
  const auto any = [](StrictObject& o) { o.integer<int>("k"); };
  CHECK(complaint(1LL << 40, any) == "a.yaml: linear.config.k is 1099511627776, expected an integer");
  const auto index = [](StrictObject& o) { o.integer("k"); };
  CHECK(complaint(std::numeric_limits<std::uint64_t>::max(), index) ==
        "a.yaml: linear.config.k is 18446744073709551615, expected an integer");
  const auto positive = [](StrictObject& o) { o.integer("k", {.min = 1}); };
  CHECK(complaint(0, positive) == "a.yaml: linear.config.k is 0, expected an integer of at least 1");

  const auto fraction = [](StrictObject& o) { o.number("k", {.min = 0.0, .max = 0.5}); };
  CHECK(complaint(0.5, fraction) == "(no error)");
  CHECK(complaint(0.51, fraction) == "a.yaml: linear.config.k is 0.51, expected a number from 0.0 to 0.5");
  CHECK(complaint(std::nan(""), fraction) ==
        "a.yaml: linear.config.k is not finite, expected a number from 0.0 to 0.5");
  const auto above = [](StrictObject& o) { o.number("k", {.min = 0.0, .above_min = true}); };
  CHECK(complaint(1e-300, above) == "(no error)");
  CHECK(complaint(0, above) == "a.yaml: linear.config.k is 0, expected a number above 0.0");
  const auto free = [](StrictObject& o) { o.number("k"); };
  CHECK(complaint(std::numeric_limits<double>::infinity(), free) ==
        "a.yaml: linear.config.k is not finite, expected a number");
  const auto below = [](StrictObject& o) { o.number("k", {.max = 1.0}); };
  CHECK(complaint(1.5, below) == "a.yaml: linear.config.k is 1.5, expected a number of at most 1.0");
}

TEST_CASE("StrictObject: unknown and missing keys name the nearest", "[strict]") {
  const Json json = {{"core_sise", 64}, {"num_bits", 8}};
  StrictObject object(json, "a.yaml", "linear.config");
  object.integer("core_size", {}, 64);
  object.integer("num_bits");
  CHECK(message_of([&] { object.finish(); }) ==
        "a.yaml: unknown key 'core_sise' in linear.config; did you mean 'core_size'?");
  StrictObject required(json, "a.yaml");
  CHECK(message_of([&] { required.integer("core_size"); }) ==
        "a.yaml: key 'core_size' is missing at the top level; is it 'core_sise'?");
  CHECK(message_of([&] { required.integer("tile_type"); }) ==
        "a.yaml: key 'tile_type' is missing at the top level; add it");
  StrictObject untouched(json, "a.yaml");
  CHECK(message_of([&] { untouched.finish(); }) == "a.yaml: unknown key 'core_sise' at the top level");
}

TEST_CASE("StrictObject: what is no object; nulls by choice", "[strict]") {
  const Json list = Json::array();
  CHECK(message_of([&] { StrictObject(list, "a.yaml"); }) ==
        "a.yaml: the content is a list, expected an object of keys and values");
  const Json json = {{"k", nullptr}, {"o", {{"k", nullptr}}}};
  StrictObject lenient(json, "a.json", "", Null::absent);
  CHECK(lenient.integer("k", {}, 3) == 3);
  CHECK(lenient.object("o").number("k", {}, 0.25) == 0.25);
  CHECK(message_of([&] { lenient.integer("k"); }) == "a.json: key 'k' is missing at the top level; add it");
}
