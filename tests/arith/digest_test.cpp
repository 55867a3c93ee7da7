// Programs are the same to the last command whatever compiler built them.
#include <array>
#include <cstdint>
#include <string>

#include "support/row_study.hpp"

#include "support/catch.hpp"

using pim::app::RowProgram;
using namespace pim::arith;

namespace {

/// FNV-1a over 16-bit values
class Digest {
 public:
  void add(std::uint16_t value) {
    for (const int shift : {0, 8}) state_ = (state_ ^ (value >> shift & 0xffU)) * 0x100000001b3ULL;
  }
  void add(const pim::row::MicroOp& op) {
    for (const std::uint16_t value :
         {std::uint16_t{op.truth}, std::uint16_t{op.fan_in}, static_cast<std::uint16_t>(op.accumulates), op.out})
      add(value);
    for (std::size_t i = 0; i < op.fan_in; ++i) add(op.in[i]);
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

/// Every operation of two integer formats and of a small floating-point format, and some of a larger one.
std::uint64_t digest(const std::string& gates, Variant variant) {
  Digest digest;
  const auto add = [&](const Request& request) {
    const auto routine = pim::app::routine({request, gates, false});
    for (const pim::row::MicroOp& op : routine.micro_ops()) digest.add(op);
  };
  for (const Contract contract : {Contract::ieee, Contract::published}) {
    for (const Format& format : {int8, uint16, Format::floating(4, 3)}) {
      for (const OperationInfo& entry : operations) {
        if ((format.is_floating() || contract == Contract::ieee) && is_defined(entry.operation, format, contract))
          add({entry.operation, format, variant, contract, Source::ours, Format::floating(3, 4)});
      }
    }
    for (const Operation operation : {Operation::add, Operation::multiply, Operation::divide})
      add({operation, fp16, variant, contract});
  }
  return digest.value();
}

}  // namespace

TEST_CASE("row programs: the same commands with every compiler", "[arith]") {
  struct Row {
    const char* gates;
    Variant variant;
    std::uint64_t digest;
  };
  const std::array rows{
      Row{"nor", Variant::serial, 0x9c4657d5c2d19a41}, Row{"nor", Variant::parallel, 0x07f31fbbf7c2a667},
      Row{"min3", Variant::serial, 0xb8affaa804c9b8fd}, Row{"min3", Variant::parallel, 0x07f31fbbf7c2a667},
      Row{"dram", Variant::serial, 0x650eab0a4e41c48e}};
  // A change of an algorithm changes these; what must not change them is the compiler.
  for (const Row& row : rows) {
    INFO(row.gates << (row.variant == Variant::serial ? " serial" : " parallel"));
    CHECK(digest(row.gates, row.variant) == row.digest);
  }
}
