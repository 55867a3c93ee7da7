// Golden kind converters: NewComputeBench's DAC and ADC, and rows with infinities and NaN through its quantisers.
#include <map>
#include <string>

#include <pim/circuit/newcomputebench.hpp>
#include <pim/numeric/newcomputebench.hpp>

#include "golden/golden_files.hpp"
#include "support/catch.hpp"
using namespace pim::test;

namespace {
std::span<const float> row_of(const pim::Matrix& m, pim::Index r) {
  return {m.row(r).data(), static_cast<std::size_t>(m.cols())};
}
std::string name_of(const GoldenFile& file, const Json& golden) {
  return file.name + ": " + golden.at("name").get<std::string>() + ", width " + golden.at("width").dump();
}
}  // namespace

TEST_CASE("golden converters: DAC, one scale a block", "[golden][circuit]") {
  for (const GoldenFile* file : golden_files("converters")) {
    for (const Json& golden : file->content.at("dac")) {
      INFO(name_of(*file, golden));
      const pim::Matrix x = matrix(golden.at("x"));
      const pim::Index height = group(golden.at("x"));
      pim::Matrix analog(x.rows(), x.cols()), dequantized(x.rows(), x.cols());
      std::vector<double> scales;
      for (pim::Index r = 0; r < x.rows(); r += height) {
        const pim::circuit::newcomputebench::BlockDac dac{golden.at("width")};
        const float scale = dac.convert(x.middleRows(r, height), analog.middleRows(r, height));
        dequantized.middleRows(r, height) = analog.middleRows(r, height) / scale;
        scales.push_back(static_cast<double>(scale));
      }
      CHECK(differences(numbers(analog), numbers(matrix(golden.at("analog"))), 0.0) == "");
      CHECK(differences(scales, golden.at("scale"), 0.0, 1e-6) == "");
      CHECK(differences(dequantized, golden.at("dequantized"), 0.0, 1e-6) == "");
    }
  }
}

TEST_CASE("golden converters: ADC, one range a row; a constant row gives its value", "[golden][circuit]") {
  for (const GoldenFile* file : golden_files("converters")) {
    for (const Json& golden : file->content.at("adc")) {
      const pim::Matrix x = matrix(golden.at("x")), want = matrix(golden.at("out"));
      const auto bound = static_cast<float>(number(golden.at("output_bound")));
      const pim::circuit::newcomputebench::RowAdc adc{golden.at("width"), bound};
      for (pim::Index r = 0; r < x.rows(); ++r) {
        INFO(name_of(*file, golden) << ", row " << r);
        pim::Matrix out(1, x.cols());
        adc.convert(row_of(x, r), {out.data(), static_cast<std::size_t>(out.size())});
        const bool no_range = want.row(r).hasNaN();  // the departure: NewComputeBench divides by a range of zero
        pim::Matrix expected = want.row(r);
        if (no_range) expected = x.row(r).cwiseMax(-bound).cwiseMin(bound);
        const double tolerance = 1e-6 * static_cast<double>(expected.cwiseAbs().maxCoeff());
        CHECK(differences(numbers(out), numbers(expected), tolerance) == "");
      }
    }
  }
}

TEST_CASE("golden converters: infinities and NaN through the quantisers", "[golden][numeric]") {
  using pim::numeric::newcomputebench::ScaleInteger;
  namespace ncb = pim::numeric::newcomputebench;
  static const std::map<std::string, ncb::BlockFixedPoint> formats{
      {"prealign_e4m3", ncb::e4m3}, {"prealign_e5m2", ncb::e5m2}, {"prealign_e8m7", ncb::e8m7}};
  for (const GoldenFile* file : golden_files("converters")) {
    const pim::Matrix x = matrix(file->content.at("nonfinite").at("x"));
    for (const Json& golden : file->content.at("nonfinite").at("cases")) {
      INFO(file->name << ": " << golden.at("quantizer"));
      pim::Matrix out(x.rows(), x.cols());
      for (pim::Index r = 0; r < x.rows(); ++r) {
        const std::span<float> to(out.row(r).data(), static_cast<std::size_t>(x.cols()));
        if (golden.contains("width")) {
          ScaleInteger{golden.at("width"), golden.at("is_signed")}.quantize(row_of(x, r), to);
        } else {
          formats.at(golden.at("quantizer").get<std::string>()).quantize(row_of(x, r), to);
        }
      }
      CHECK(differences(out, golden.at("out"), 0.0, 1e-6) == "");
    }
  }
}
