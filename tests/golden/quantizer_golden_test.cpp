// Golden kind quantizer: NewComputeBench's quantisers on edge rows.
#include <algorithm>
#include <cmath>

#include <pim/numeric/newcomputebench.hpp>

#include "golden/golden_files.hpp"
#include "support/catch.hpp"
using namespace pim::test;
using pim::numeric::newcomputebench::BlockFixedPoint;
using pim::numeric::newcomputebench::ScaleInteger;

namespace {
std::vector<double> row_of(const pim::Matrix& m, pim::Index r) { return numbers(pim::Matrix(m.row(r))); }

/// clip(rne(x / 2^E * 2^m)) * 2^(E - m)
std::vector<double> fixed_point(const std::vector<double>& x, int exponent, int mantissa_bits) {
  std::vector<double> out;
  const double top = std::ldexp(1.0, mantissa_bits);
  for (const double v : x) {
    const double code = std::nearbyint(std::ldexp(v, mantissa_bits - exponent));
    out.push_back(std::ldexp(std::clamp(code, -top, top - 1.0), exponent - mantissa_bits));
  }
  return out;
}
std::string row_differences(const pim::Matrix& out, pim::Index r, const std::vector<double>& want) {
  return differences(row_of(out, r), want, 1e-6 * max_abs(want));
}
}  // namespace

TEST_CASE("golden quantizer: shared exponents and scaled integers on edge rows", "[golden][numeric]") {
  for (const GoldenFile* file : golden_files("quantizer")) {
    const pim::Matrix x = matrix(file->content.at("x"));
    for (const Json& golden : file->content.at("cases")) {
      const pim::Matrix want = matrix(golden.at("out"));
      for (pim::Index r = 0; r < x.rows(); ++r) {
        const auto row = static_cast<std::size_t>(r);
        INFO(file->name << ": " << golden.at("quantizer") << golden.value("width", 0) << ' '
                        << file->content.at("row_names").at(row));
        const std::span<const float> in(x.row(r).data(), static_cast<std::size_t>(x.cols()));
        pim::Matrix out(1, x.cols());
        const std::span<float> to(out.data(), in.size());
        if (!golden.contains("exponent_bits")) {
          ScaleInteger{golden.at("width"), golden.at("is_signed")}.quantize(in, to);
          CHECK(row_differences(out, 0, row_of(want, r)) == "");
          continue;
        }
        const BlockFixedPoint quantizer{golden.at("exponent_bits"), golden.at("mantissa_bits")};
        quantizer.quantize(in, to);
        const int exponent = quantizer.shared_exponent(in), want_exponent = golden.at("shared_exponent").at(row);
        if (file->content.at("exponent_ambiguous").at(row) && exponent != want_exponent) {
          CHECK(std::abs(exponent - want_exponent) == 1);
          CHECK(row_differences(out, 0, fixed_point(row_of(x, r), exponent, quantizer.mantissa_bits)) == "");
        } else {
          CHECK(exponent == want_exponent);
          CHECK(row_differences(out, 0, row_of(want, r)) == "");
        }
      }
    }
  }
}
