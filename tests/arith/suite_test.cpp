// Every operation in every kind of program, for all operands of 8 bits, through what pim_arith runs.
#include "support/row_study.hpp"

#include "support/catch.hpp"

using pim::app::RowProgram;
using pim::app::RowResult;
using namespace pim::arith;

namespace {

constexpr pim::Index speed_rows = 1;

/// Programs of one request: all gate sets and initialisations that it can have.
std::vector<RowProgram> kinds(const Request& request) {
  std::vector<RowProgram> programs;
  for (const std::string gates : {"nor", "min3", "dram"}) {
    for (const bool bulk : {false, true}) {
      const bool none = gates == "dram" && (bulk || request.variant == Variant::parallel);
      if (!none && (request.source == Source::ours || gates == "nor")) programs.push_back({request, gates, bulk});
    }
  }
  return programs;
}
/// Every operation of a format in every variant and kind.
template <class Use>
void each_program(const Format& format, Contract contract, const Use& use) {
  for (const OperationInfo& entry : operations) {
    if (!is_defined(entry.operation, format, contract)) continue;
    for (const Variant variant : {Variant::serial, Variant::parallel}) {
      for (const Source source : {Source::ours, Source::published}) {
        if (source == Source::published && (!entry.published || (format.is_floating() && contract == Contract::ieee)))
          continue;
        for (const RowProgram& program : kinds({entry.operation, format, variant, contract, source, uint16}))
          use(program);
      }
    }
  }
}
std::string describe(const RowProgram& program) {
  return std::string(info(program.request.operation).name) + ' ' + name(program.request.format) +
         (program.request.variant == Variant::serial ? " serial " : " parallel ") + program.gates +
         (program.bulk_init ? " bulk" : " one") + (program.request.source == Source::ours ? " ours" : " published");
}
void check(const RowProgram& program, const pim::app::RowStudyOptions& options) {
  const RowResult result = pim::app::study(program, options);
  INFO(describe(program) << ": " << result.first_mismatch);
  REQUIRE(result.mismatches == 0);
  REQUIRE(result.excluded < result.rows);
}

}  // namespace

TEST_CASE("row suite: integers of 8 bits, all operands, all kinds of programs", "[arith]") {
  for (const Format& format : {uint8, int8}) {
    each_program(format, Contract::ieee, [](const RowProgram& program) {
      // Division has 2^24 operands: all of them serially on NOR, one of 61 elsewhere.
      const bool is_large =
          program.request.operation == Operation::divide || program.request.operation == Operation::select;
      const bool whole = !is_large || (program.gates == "nor" && program.request.variant == Variant::serial);
      check(program, {.rows = speed_rows, .verify = pim::app::Verify::exhaustive, .every = whole ? 1U : 61U});
    });
  }
}
TEST_CASE("row suite: floating point of 8 bits, all operands, all kinds of programs, both contracts", "[arith]") {
  for (const Contract contract : {Contract::published, Contract::ieee}) {
    each_program(Format::floating(4, 3), contract, [](const RowProgram& program) {
      const bool is_large = program.request.operation == Operation::fused_multiply_add;
      check(program, {.rows = speed_rows, .verify = pim::app::Verify::exhaustive, .every = is_large ? 61U : 1U});
    });
  }
}
TEST_CASE("row suite: any width from 1 to 64, random operands", "[arith]") {
  for (const int bits : {1, 2, 3, 5, 7, 12, 17, 31, 33, 47, 63, 64}) {
    for (const bool is_signed : {false, true}) {
      each_program(Format::integer(bits, is_signed), Contract::ieee, [&](const RowProgram& program) {
        if (program.bulk_init || (program.request.source == Source::published && bits < 3)) return;
        check(program, {.rows = 300, .verify = pim::app::Verify::random});
      });
    }
  }
}
TEST_CASE("row suite: fp16 and bf16, one of 256 operand pairs, spread over all", "[arith]") {
  for (const Format& format : {fp16, bf16}) {
    for (const Contract contract : {Contract::published, Contract::ieee}) {
      for (const Operation operation : {Operation::add, Operation::subtract, Operation::multiply, Operation::divide})
        check({{operation, format, Variant::serial, contract}, "nor", false},
              {.rows = speed_rows, .verify = pim::app::Verify::exhaustive, .every = 256});
    }
  }
}
TEST_CASE("row suite: fp32 and fp64, random and directed operands", "[arith]") {
  for (const Format& format : {fp32, fp64}) {
    for (const Contract contract : {Contract::published, Contract::ieee}) {
      each_program(format, contract, [](const RowProgram& program) {
        if (program.request.operation == Operation::convert) return;
        check(program, {.rows = 20000, .verify = pim::app::Verify::random});
      });
    }
  }
}
TEST_CASE("row suite: conversions between formats, random operands", "[arith]") {
  for (const Format& from : {int8, uint32, int64, fp16, bf16, fp32, fp64}) {
    for (const Format& to : {int8, uint16, int64, fp16, bf16, fp32, fp64}) {
      for (const Variant variant : {Variant::serial, Variant::parallel})
        check({{Operation::convert, from, variant, Contract::ieee, Source::ours, to}, "nor", false},
              {.rows = 5000, .verify = pim::app::Verify::random});
    }
  }
}
TEST_CASE("row suite: faults are counted, the same for the same seed, none without them", "[arith][faults]") {
  const RowProgram program{{Operation::add, int16}, "nor", false};
  const auto run = [&](double rate, std::uint64_t seed) {
    return pim::app::study(
        program,
        {.rows = 20000, .verify = pim::app::Verify::random, .seed = seed, .faults = pim::row::Faults::transient(rate)});
  };
  CHECK(run(0.0, 1).mismatches == 0);
  const RowResult few = run(1e-4, 1), many = run(1e-2, 1);
  CHECK(few.mismatches > 0);
  CHECK(many.mismatches > 10 * few.mismatches);
  CHECK(many.mean_relative_error > few.mean_relative_error);
  CHECK(run(1e-4, 1).mismatches == few.mismatches);
  CHECK(run(1e-4, 2).mismatches != few.mismatches);
}
TEST_CASE("row suite: what nobody has a program for is an error that says so", "[arith]") {
  const auto error = [](const Request& request, const std::string& gates, bool bulk = false) {
    try {
      pim::app::study({request, gates, bulk}, {.rows = 1});
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(error({Operation::multiply_low, fp16}, "nor") == "mul_low of fp16: not an operation of this format");
  CHECK(
      error({Operation::fused_multiply_add, fp16, Variant::serial, Contract::published}, "nor").find("contract ieee") !=
      std::string::npos);
  CHECK(error({Operation::add_unsigned, fp16}, "nor").find("contract published") != std::string::npos);
  CHECK(error({Operation::add, int8, Variant::parallel}, "dram").find("no partitions") != std::string::npos);
  CHECK(error({Operation::add, int8}, "dram", true).find("init one") != std::string::npos);
  CHECK(error({Operation::add, int8, Variant::serial, Contract::ieee, Source::published}, "min3").find("gates nor") !=
        std::string::npos);
  CHECK(error({Operation::minimum, int8, Variant::serial, Contract::ieee, Source::published}, "nor")
            .find("not among the published") != std::string::npos);
  CHECK(error({Operation::add, Format::integer(65)}, "nor").find("65") != std::string::npos);
  CHECK(error({Operation::add, Format::integer(0)}, "nor").find("0") != std::string::npos);
}
TEST_CASE("parse_format: names round trip, others are errors", "[arith]") {
  for (const char* text : {"int8", "uint13", "int64", "fp16", "bf16", "fp32", "fp64", "e4m3", "e5m2"})
    CHECK(name(parse_format(text)) == text);
  CHECK(parse_format("e5m10") == fp16);
  for (const char* text :
       {"int0", "int65", "uint", "fp17", "e1m3", "e12m3", "e4m0", "e4m53", "e4", "", "int8x", "int-8"})
    CHECK_THROWS_WITH(parse_format(text), ContainsSubstring("format"));
  CHECK_THROWS_WITH(parse_operation("ad"), ContainsSubstring("did you mean 'add'"));
}
