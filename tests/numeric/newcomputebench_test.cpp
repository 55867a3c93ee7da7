#include <pim/numeric/newcomputebench.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include <pim/core/rng.hpp>

#include "support/catch.hpp"

namespace ncb = pim::numeric::newcomputebench;

template <class Quantizer>
static std::vector<float> quantize(const Quantizer& quantizer, const std::vector<float>& x) {
  std::vector<float> out(x.size());
  quantizer.quantize(x, out);
  return out;
}
static constexpr float infinity = std::numeric_limits<float>::infinity();

TEST_CASE("BlockFixedPoint: the definition in double precision", "[newcomputebench]") {
  const pim::Rng rng(1);
  for (const ncb::BlockFixedPoint& format : {ncb::e4m3, ncb::e5m2, ncb::e8m7}) {
    std::size_t wrong = 0;
    for (std::uint64_t v = 0; v < 500; ++v) {
      std::vector<float> x(16);
      const int size = static_cast<int>(rng.at(v).below(99, 40)) - 20;
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::ldexp(rng.at(v).normal(i), size);
      double top = 0.0;
      for (const float e : x) top = std::max(top, static_cast<double>(std::fabs(e) + 1e-8F));
      const double low = -std::pow(2.0, format.exponent_bits - 1), levels = std::pow(2.0, format.mantissa_bits);
      const double unit = std::pow(2.0, std::min(std::max(std::ceil(std::log2(top)), low), -low - 1.0));
      const std::vector<float> q = quantize(format, x);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double code = std::nearbyint(static_cast<double>(x[i]) / unit * levels);
        wrong += static_cast<double>(q[i]) != std::min(std::max(code, -levels), levels - 1.0) / levels * unit;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("BlockFixedPoint: edges of the tutorial's code", "[newcomputebench]") {
  using Values = std::vector<float>;
  CHECK(quantize(ncb::e4m3, {1.0F, -1.0F, 0.3F}) == Values{0.875F, -1.0F, 0.25F});  // +2^p loses an eighth
  CHECK(quantize(ncb::e5m2, {1.0F, -1.0F, 0.3F}) == Values{0.75F, -1.0F, 0.25F});
  CHECK(quantize(ncb::e4m3, {0.125F}) == Values{0.125F});  // 1e-8 raises the exponent here: nothing is lost
  CHECK(quantize(ncb::e4m3, {0.0F, -0.0F}) == Values{0.0F, 0.0F});
  CHECK(quantize(ncb::e4m3, {1000.0F, -1000.0F}) == Values{112.0F, -128.0F});
  CHECK(quantize(ncb::e5m2, {1e9F, -1e9F}) == Values{24576.0F, -32768.0F});
  CHECK(quantize(ncb::e4m3, {infinity, 20.0F}) == Values{112.0F, 16.0F});
  CHECK(ncb::e4m3.shared_exponent(Values{0.0F}) == -8);
  CHECK(ncb::e5m2.shared_exponent(Values{0.0F}) == -16);
  CHECK(ncb::e8m7.shared_exponent(Values{0.0F}) == -26);
  CHECK(ncb::e4m3.shared_exponent(Values{0.25F}) == -2);
  for (const float v : quantize(ncb::e4m3, {1.0F, std::nanf(""), 2.0F})) CHECK(std::isnan(v));
}

TEST_CASE("ScaleInteger: one code short at the top, exact at the bottom", "[newcomputebench]") {
  for (const int bits : {2, 3, 4, 8}) {
    const std::vector<float> q = quantize(ncb::ScaleInteger{bits}, {2.0F, -2.0F, 0.0F});
    CHECK(q[0] == Approx(2.0 * (1.0 - std::pow(2.0, 1 - bits))).epsilon(1e-6));
    CHECK(q[1] == Approx(-2.0).epsilon(1e-6));
    CHECK(q[2] == 0.0F);
  }
  const std::vector<float> u = quantize(ncb::ScaleInteger{4, false}, {2.0F, -2.0F, 1.0F});
  CHECK(u[0] == Approx(2.0 * 15.0 / 16.0).epsilon(1e-6));
  CHECK(u[1] == 0.0F);
  CHECK(u[2] == Approx(1.0).epsilon(1e-6));
  for (const float v : quantize(ncb::ScaleInteger{8}, {1.0F, std::nanf("")})) CHECK(std::isnan(v));
  for (const float v : quantize(ncb::ScaleInteger{8}, {0.0F, -0.0F})) CHECK(v == 0.0F);
}

TEST_CASE("ScaleInteger: the definition in double precision, half a step from the input at most", "[newcomputebench]") {
  const pim::Rng rng(2);
  std::size_t wrong = 0;
  for (std::uint64_t v = 0; v < 300; ++v) {
    std::vector<float> x(20);
    rng.at(v).normals(0, x);
    double top = 0.0;
    for (const float e : x) top = std::max(top, static_cast<double>(std::fabs(e)));
    const double step = top / 128.0;
    const std::vector<float> q = quantize(ncb::ScaleInteger{8}, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double limit = static_cast<double>(x[i]) > 127.4 * step ? 1.0001 : 0.5001;  // the top is one code short
      wrong += std::fabs(static_cast<double>(q[i] - x[i])) > limit * step;
      const double code = static_cast<double>(q[i]) / step;
      wrong += std::fabs(code - std::nearbyint(code)) > 1e-3;
    }
  }
  CHECK(wrong == 0);
}
