#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <pim/arith/reference/ieee_float.hpp>
#include <pim/arith/reference/integer.hpp>
#include <pim/arith/reference/published_codec.hpp>
#include <pim/arith/reference/published_float.hpp>
#include <pim/arith/request.hpp>

namespace pim::arith::reference {

/// Operands or results of many rows. Those wider than 64 bits have their upper half in `high`.
struct Column {
  std::vector<std::uint64_t> low, high;
};
struct Expected {
  Column value;                          ///< result, or quotient
  std::vector<std::uint64_t> remainder;  ///< of integer divisions
  std::vector<std::uint8_t> is_defined;  ///< 0: the contract says nothing about this row
};

constexpr std::uint64_t exponent_field(const Format& f, std::uint64_t code) {
  return code >> f.mantissa_bits & ((1ULL << f.exponent_bits) - 1);
}
/// Has a meaning in the published contract: zero, or a number with a hidden bit.
constexpr bool is_published_number(const Format& f, std::uint64_t code) {
  return exponent_field(f, code) != 0 || (code & ((1ULL << f.mantissa_bits) - 1)) == 0;
}

/// What a row program must give, whatever the operation: integers by the host's integers, floating point by its double.
class Oracle {
 public:
  /// throws  std::invalid_argument: a floating-point format that the host cannot calculate with exactly
  explicit Oracle(const Request& request) : request_(request) {
    const Format& f = request.format;
    if (!f.is_floating()) return;
    if (request.contract == Contract::published) {
      if (f.exponent_bits <= 8 && f.mantissa_bits <= 24) published_.emplace(f);
    } else {
      ieee_.emplace(f);
    }
  }

  /// `expected` for the operands of every row; operands that the operation lacks may be empty.
  void run(const Column& x, const Column& y, const Column& z, Expected& expected) const {
    const std::size_t rows = x.low.size();
    expected.value.low.resize(rows);
    expected.value.high.resize(rows);
    expected.remainder.resize(rows);
    expected.is_defined.assign(rows, 1);
    if (!request_.format.is_floating()) {
      run_integer(x, y, z, expected);
    } else if (request_.contract == Contract::published) {
      run_published(x.low, y.low, expected);
    } else {
      run_ieee(x.low, y.low, z.low, expected.value.low);
    }
  }

 private:
  using Codes = std::vector<std::uint64_t>;

  void run_integer(const Column& x, const Column& y, const Column& z, Expected& expected) const {
    const Format& f = request_.format;
    const auto at = [](const Codes& codes, std::size_t r) { return r < codes.size() ? codes[r] : 0; };
    for (std::size_t r = 0; r < x.low.size(); ++r) {
      if (request_.operation == Operation::convert) {
        expected.value.low[r] = request_.to.is_floating()
                                    ? ieee_from_integer(request_.to, x.low[r], f.integer_bits, f.is_signed())
                                    : resized(x.low[r]);
        continue;
      }
      const Wide wide = Wide{at(x.high, r)} << 64 | x.low[r];
      const IntegerResult result = integer(request_.operation, f, wide, at(y.low, r), at(z.low, r));
      expected.value.low[r] = static_cast<std::uint64_t>(result.value);
      expected.value.high[r] = static_cast<std::uint64_t>(result.value >> 64);
      expected.remainder[r] = static_cast<std::uint64_t>(result.remainder);
      expected.is_defined[r] = result.is_defined ? 1 : 0;
    }
  }
  std::uint64_t resized(std::uint64_t x) const {
    const int bits = request_.format.integer_bits;
    const Wide wide = request_.format.is_signed() ? static_cast<Wide>(sign_extended(x, bits)) : Wide{x};
    return static_cast<std::uint64_t>(low_bits(wide, request_.to.integer_bits));
  }

  void run_published(const Codes& x, const Codes& y, Expected& expected) const {
    const Format& f = request_.format;
    const bool divides = request_.operation == Operation::divide;
    for (std::size_t r = 0; r < x.size(); ++r)
      expected.is_defined[r] =
          is_published_number(f, x[r]) && is_published_number(f, y[r]) && !(divides && exponent_field(f, y[r]) == 0);
    Codes& out = expected.value.low;
    if (!published_) {
      const FloatOperation operation = published_operation();
      for (std::size_t r = 0; r < x.size(); ++r) {
        if (expected.is_defined[r] != 0)
          out[r] = published_float(operation, f.exponent_bits, f.mantissa_bits, x[r], y[r]);
      }
      return;
    }
    const PublishedCodec p = *published_;
    const auto each = [&](auto operation) {
      for (std::size_t r = 0; r < x.size(); ++r) out[r] = p.encode(operation(p.decode(x[r]), p.decode(y[r])));
    };
    switch (request_.operation) {
      case Operation::add:
        return each([](double a, double b) { return a + b; });
      case Operation::subtract:
        return each([](double a, double b) { return a - b; });
      case Operation::multiply:
        return each([](double a, double b) { return a * b; });
      case Operation::divide:
        return each([](double a, double b) { return a / b; });
      default:
        for (std::size_t r = 0; r < x.size(); ++r) out[r] = p.encode_unsigned(p.decode(x[r]) + p.decode(y[r]));
    }
  }
  FloatOperation published_operation() const {
    switch (request_.operation) {
      case Operation::add_unsigned:
        return FloatOperation::add_unsigned;
      case Operation::add:
        return FloatOperation::add;
      case Operation::subtract:
        return FloatOperation::subtract;
      case Operation::multiply:
        return FloatOperation::multiply;
      default:
        return FloatOperation::divide;
    }
  }

  void run_ieee(const Codes& x, const Codes& y, const Codes& z, Codes& out) const {
    const Format& f = request_.format;
    const IeeeFloat& ieee = *ieee_;
    const IeeeCodec& codec = ieee.codec();
    const std::uint64_t sign = 1ULL << (f.bits() - 1);
    const auto unary = [&](auto function) {
      for (std::size_t r = 0; r < x.size(); ++r) out[r] = function(x[r]);
    };
    const auto binary = [&](auto function) {
      for (std::size_t r = 0; r < x.size(); ++r) out[r] = function(x[r], y[r]);
    };
    const auto compare = [&](auto function) {
      for (std::size_t r = 0; r < x.size(); ++r) out[r] = function(codec.decode(x[r]), codec.decode(y[r])) ? 1 : 0;
    };
    const auto arithmetic = [&](auto function) {
      const IeeeCodec local = codec;
      for (std::size_t r = 0; r < x.size(); ++r)
        out[r] = local.encode(function(local.decode(x[r]), local.decode(y[r])));
    };
    switch (request_.operation) {
      case Operation::add:
        return arithmetic([](double a, double b) { return a + b; });
      case Operation::subtract:
        return arithmetic([](double a, double b) { return a - b; });
      case Operation::multiply:
        return arithmetic([](double a, double b) { return a * b; });
      case Operation::divide:
        return arithmetic([](double a, double b) { return a / b; });
      case Operation::fused_multiply_add:
        for (std::size_t r = 0; r < x.size(); ++r) out[r] = ieee.fused_multiply_add(x[r], y[r], z[r]);
        return;
      case Operation::equal:
        return compare([](double a, double b) { return a == b; });
      case Operation::less:
        return compare([](double a, double b) { return a < b; });
      case Operation::less_equal:
        return compare([](double a, double b) { return a <= b; });
      case Operation::greater:
        return compare([](double a, double b) { return a > b; });
      case Operation::greater_equal:
        return compare([](double a, double b) { return a >= b; });
      case Operation::minimum:
        return binary([&](auto a, auto b) { return ieee.minimum(a, b); });
      case Operation::maximum:
        return binary([&](auto a, auto b) { return ieee.maximum(a, b); });
      case Operation::absolute:
        return unary([&](auto a) { return a & ~sign; });
      case Operation::negate:
        return unary([&](auto a) { return a ^ sign; });
      case Operation::relu:
        return unary([&](auto a) { return ieee.maximum(a, 0); });
      case Operation::convert:
        if (!request_.to.is_floating())
          return unary(
              [&](auto a) { return ieee_to_integer(f, a, request_.to.integer_bits, request_.to.is_signed(), false); });
        return unary([to = IeeeCodec(request_.to), &codec](auto a) { return to.encode(codec.decode(a)); });
      default:
        throw std::invalid_argument("Oracle: " + std::string(info(request_.operation).name) + " of floats");
    }
  }

  Request request_;
  std::optional<IeeeFloat> ieee_;
  std::optional<PublishedCodec> published_;
};

}  // namespace pim::arith::reference
