// Golden kind noise_statistics: every random term of the literal tiles against its analytic mean and variance.
//
// Bounds: 4 standard errors of 100,000 draws; terms that the file marks as approximate have besides the width that it
// states. Seeds are fixed; what leaves its bounds may do so in one sample of two. The last test shows that a sampler 3
// % off fails.
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "golden/golden_files.hpp"
#include "golden/ncb_adapter.hpp"
#include "golden/sample_moments.hpp"
#include "support/catch.hpp"
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;
using pim::tile::newcomputebench::PCMArray;
using pim::tile::newcomputebench::PCMTileParams;

namespace {
constexpr Index draws = 100000;
constexpr Index copies = 16;  // of the weights, side by side in one call: so many draws a call

/// How far the analytic value of a term may be off by itself.
struct Width {
  double mean = 0.0;      ///< in standard deviations
  double variance = 0.0;  ///< as a fraction
};
struct Term {
  PCMTileParams noises = {};
  Width approximate = {};  ///< where the file marks the term as approximate
};
/// What each term of PCMTile's array switches on; the other terms bring a configuration.
const std::map<std::string, Term> array_terms{
    {"programming_mvm", {{.programming_noise = true}}},
    {"read_mvm", {{.read_noise = true}}},
    {"output_mvm", {{.out_noise = true}}},
    {"programming_plus_read_mvm", {{.programming_noise = true, .read_noise = true}}},
    {"irdrop_read_output_mvm", {{.read_noise = true, .ir_drop = true, .out_noise = true}}},
    // "within 1e-3 of ideal + ir_drop": the standard deviations are about 1
    {"all_on_mvm",
     {{.programming_noise = true, .read_noise = true, .ir_drop = true, .out_noise = true}, {1e-3, 2e-3}}}};
/// "variance ratio within about 10 % and small mean shifts": of the ADC
constexpr Width adc_width{0.1, 0.1};

/// (draws, M * N) from y (M, a_call * N) of as many calls as that takes: call(number) gives y.
template <class Call>
Matrix sample_calls(Index outputs, Index a_call, const Call& call) {
  static_assert(draws % copies == 0);
  Matrix sample(draws, outputs);
  for (Index row = 0; row < draws; row += a_call) {
    const Matrix y = call(static_cast<std::uint64_t>(row / a_call));
    const Index cols = y.cols() / a_call;
    for (Index i = 0; i < a_call; ++i) {
      sample.row(row + i) = y.middleCols(i * cols, cols).reshaped<Eigen::RowMajor>().transpose();
    }
  }
  return sample;
}
/// Weights are programmed afresh for each call.
Matrix sample_array(const Json& inputs, PCMTileParams noises, const Rng& seed) {
  const Matrix x = matrix(inputs.at("analog_x")), w = matrix(inputs.at("analog_weight"));
  noises.core_size = w.rows();
  noises.gmax = inputs.at("gmax");
  const PCMArray array{noises};
  return sample_calls(x.rows() * w.cols(), copies, [&](std::uint64_t call) {
    const Rng rng = seed.at(0, call);
    Matrix programmed = w.replicate(1, copies);
    array.program(programmed, rng.at(0));
    return array.multiply(x, programmed, 0, rng.at(1));
  });
}
Matrix sample_programming(const Json& inputs, const Rng& seed) {
  Matrix w = matrix(inputs.at("w")).replicate(draws, 1);
  PCMArray{{.gmax = inputs.at("gmax"), .programming_noise = true}}.program(w, seed);
  return w;
}
Matrix sample_tile(const Json& inputs, const Rng& seed) {
  const Json& config = inputs.at("config");
  const Index a_call = config.at("tile_type") == "pcm" ? 1 : copies;  // columns of a PCM tile share scales
  const Matrix x = matrix(inputs.at("x")), w = matrix(inputs.at("weight_kn")).replicate(1, a_call);
  AnyMatmul matmul = ncb_matmul(config);
  pim::cost::Ledger ledger;
  matmul.program(w, seed.at(0), ledger);
  Matrix y(x.rows(), w.cols());
  return sample_calls(y.size() / a_call, a_call, [&](std::uint64_t call) {
    matmul.multiply({x, 0, group(inputs.at("x"))}, y, seed.at(1, call), ledger);
    return y;
  });
}

std::string differences_of(const Json& term, const Matrix& drawn, const Width& approximate) {
  const SampleMoments sample(drawn);
  const Width width = term.contains("approx") ? approximate : Width{};
  const std::vector<double> variance = numbers(term.at("analytic_var"));
  std::string text = sample.mean_differences(numbers(term.at("analytic_mean")), variance, width.mean) +
                     sample.variance_differences(variance, width.variance);
  if (term.contains("analytic_cov_rows01")) {
    const std::vector<double> covariance = numbers(term.at("analytic_cov_rows01"));
    text += sample.covariance_differences(static_cast<Index>(covariance.size()), covariance);
  }
  return text;
}
}  // namespace

TEST_CASE("golden noise_statistics: moments of every term", "[golden][tile][statistical]") {
  for (const GoldenFile* file : golden_files("noise_statistics")) {
    for (const Json& term : file->content.at("terms")) {
      const std::string name = term.at("term");
      INFO(file->name << ": " << name);
      const Json& inputs = term.at("inputs");
      if (!term.contains("analytic_mean")) {  // a key without effect: all calls give the same bits
        const Matrix sample = sample_tile(inputs, Rng(1));
        CHECK(differences(Matrix(sample.row(0)), term.at("out"), 1e-5 * max_abs(term.at("out"))) == "");
        CHECK(sample.topRows(draws - copies) == sample.bottomRows(draws - copies));
        continue;
      }
      REQUIRE((name == "programming_function" || array_terms.count(name) > 0 || inputs.contains("config")));
      CHECK(in_two_samples([&](const Rng& seed) {
              if (name == "programming_function") return differences_of(term, sample_programming(inputs, seed), {});
              if (inputs.contains("config")) return differences_of(term, sample_tile(inputs, seed), adc_width);
              const Term& expected = array_terms.at(name);
              return differences_of(term, sample_array(inputs, expected.noises, seed), expected.approximate);
            }) == "");
    }
  }
}

TEST_CASE("golden noise_statistics: the bounds refuse a sampler whose spread is 3 % off", "[golden][statistical]") {
  for (const GoldenFile* file : golden_files("noise_statistics")) {
    for (const Json& term : file->content.at("terms")) {
      if (term.at("term") != "programming_function") continue;
      const Matrix w = matrix(term.at("inputs").at("w")), noisy = sample_programming(term.at("inputs"), Rng(1));
      const std::vector<double> variance = numbers(term.at("analytic_var"));
      for (const float spread : {0.97F, 1.03F}) {
        const Matrix off = spread * noisy + (1.0F - spread) * w.replicate(draws, 1);
        const std::string text = SampleMoments(off).variance_differences(variance);
        INFO(file->name << ": spread " << spread << '\n' << text);
        CHECK(std::count(text.begin(), text.end(), '\n') == static_cast<std::ptrdiff_t>(variance.size()));
      }
    }
  }
}
