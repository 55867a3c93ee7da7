// Golden kind physical_models: number formats, alignment, devices and the analog product, against float64 references.
#include <array>
#include <cmath>
#include <map>
#include <string>

#include <pim/device/pcm.hpp>
#include <pim/device/reram.hpp>
#include <pim/numeric/align.hpp>
#include <pim/numeric/minifloat.hpp>
#include <pim/tile/crossbar_tile.hpp>
#include <pim/tile/digital_fp8_tile.hpp>
#include <pim/tile/weight_encoding.hpp>

#include "golden/golden_files.hpp"
#include "golden/sample_moments.hpp"
#include "support/catch.hpp"
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Matrix_;

namespace {
const std::map<std::string, pim::numeric::FloatFormat> formats{
    {"e4m3", pim::numeric::e4m3}, {"e5m2", pim::numeric::e5m2}, {"bf16", pim::numeric::bf16}};
pim::numeric::FloatFormat format_of(const Json& name) { return formats.at(name.get<std::string>()); }
pim::numeric::Rounding rounding_of(const Json& mode) {
  return mode == "rne" ? pim::numeric::Rounding::nearest_even : pim::numeric::Rounding::toward_zero;
}

/// The values that the codes of a minifloat type stand for.
template <class Format>
std::vector<double> through_codes(const std::vector<double>& x) {
  std::vector<double> values;
  for (const double v : x) {
    const auto code = Format(static_cast<float>(v)).code();
    values.push_back(static_cast<double>(static_cast<float>(Format::from_code(code))));
  }
  return values;
}
template <class Function>
std::vector<double> map(const std::vector<double>& x, const Function& f) {
  std::vector<double> y;
  for (const double v : x) y.push_back(static_cast<double>(f(static_cast<float>(v))));
  return y;
}
}  // namespace

TEST_CASE("golden physical_models: FP8 and BF16 rounding", "[golden][numeric]") {
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& golden = file->content.at("fp_formats");
    const std::vector<double> x = numbers(matrix(golden.at("x")));
    for (const auto& [name, format] : formats) {
      INFO(file->name << ": " << name);
      const std::vector<double> want = numbers(matrix(golden.at(name)));
      CHECK(differences(map(x, pim::numeric::FloatRounder(format)), want, 0.0) == "");
    }
    CHECK(through_codes<pim::numeric::E4M3>(x) == numbers(matrix(golden.at("e4m3"))));
    CHECK(through_codes<pim::numeric::E5M2>(x) == numbers(matrix(golden.at("e5m2"))));
    CHECK(through_codes<pim::numeric::BF16>(x) == numbers(matrix(golden.at("bf16"))));
  }
}

TEST_CASE("golden physical_models: alignment to a shared exponent", "[golden][numeric]") {
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& section = file->content.at("prealign");
    const Matrix x = matrix(section.at("x"));
    const auto length = static_cast<std::size_t>(x.cols());
    for (const Json& golden : section.at("cases")) {
      INFO(file->name << ": prealign " << golden.at("format") << ' ' << golden.at("magnitude_bits") << ' '
                      << golden.at("mode"));
      const int bits = golden.at("magnitude_bits");
      const pim::numeric::Aligner aligner(format_of(golden.at("format")), bits, rounding_of(golden.at("mode")));
      Matrix codes(x.rows(), x.cols()), values(x.rows(), x.cols());
      std::vector<double> exponents;
      for (Index r = 0; r < x.rows(); ++r) {
        const std::span<const float> in(x.row(r).data(), length);
        const float unit = aligner.unit(pim::abs_max(in), 1.0F);
        aligner.encode(in, 1.0F, unit, std::span<float>(codes.row(r).data(), length));
        values.row(r) = codes.row(r) * unit;
        exponents.push_back(std::ilogb(unit) + bits - 1);
      }
      CHECK(differences(exponents, golden.at("shared_exponent"), 0.0) == "");
      CHECK(differences(codes, golden.at("mantissa"), 0.0) == "");
      CHECK(differences(values, golden.at("value"), 0.0, 1e-11) == "");
    }
  }
}

TEST_CASE("golden physical_models: digital FP8 product", "[golden][tile]") {
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& section = file->content.at("fp8_mvm");
    const Matrix x = matrix(section.at("x")), w = matrix(section.at("weight_kn"));
    const auto bits = [](const Json& magnitude_bits) {
      return magnitude_bits.is_null() ? 0 : magnitude_bits.get<int>();
    };
    for (const Json& golden : section.at("cases")) {
      Json description = golden;
      description.erase("out");
      INFO(file->name << ": fp8_mvm " << description.dump());
      const Json& scale = golden.at("per_tensor_scale");
      const auto scale_of = [&](std::size_t operand) {
        return scale.is_null() ? 1.0F : static_cast<float>(number(scale.at(operand)));
      };
      const pim::tile::DigitalFP8Tile::Params params{
          .core_size = golden.at("core_size"),
          .input = {format_of(golden.at("x_format")), bits(golden.at("x_magnitude_bits")), false, scale_of(0)},
          .weight = {format_of(golden.at("w_format")), bits(golden.at("w_magnitude_bits")), false, scale_of(1)},
          .rounding = rounding_of(golden.at("mode"))};
      pim::tile::DigitalFP8Tile tile(params);
      pim::cost::Ledger ledger;
      const pim::Rng rng(1);
      Matrix y = Matrix::Zero(x.rows(), w.cols());
      for (Index k = 0; k < w.rows(); k += params.core_size) {
        const Index depth = std::min(params.core_size, w.rows() - k);
        tile.program(w.middleRows(k, depth), rng, ledger);
        tile.multiply_add(Matrix(x.middleCols(k, depth)), y, rng, ledger);
      }
      CHECK(differences(y, golden.at("out"), 1e-6 * max_abs(golden.at("out"))) == "");
    }
  }
}

namespace {
/// Joshi's device with a drift exponent of one value.
struct FixedDrift : pim::device::JoshiPcm {
  inline static float exponent = 0.0F;
  static float drift_mean(float, float) { return exponent; }
  static float drift_sigma(float, float) { return 0.0F; }
};
}  // namespace

TEST_CASE("golden physical_models: PCM programming, drift and read noise as functions", "[golden][device]") {
  using pim::device::JoshiPcm;
  const auto log_fraction = [](float g) { return pim::portable_log(std::max(g, 1e-7F)); };
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& golden = file->content.at("pcm_functions");
    INFO(file->name << ": pcm_functions");
    const double g_max = number(golden.at("g_max"));
    std::vector<double> fraction = numbers(golden.at("g_uS"));
    for (double& g : fraction) g /= g_max;
    const double to_uS = g_max / static_cast<double>(JoshiPcm::g_max_uS);

    std::vector<double> sigma = map(fraction, [](float g) { return JoshiPcm::programming_sigma_uS(g); });
    for (double& s : sigma) s *= to_uS;
    CHECK(differences(sigma, golden.at("sigma_prog_uS"), 0.0, 1e-6) == "");
    const auto mu_nu = [&](float g) { return JoshiPcm::drift_mean(g, log_fraction(g)); };
    CHECK(differences(map(fraction, mu_nu), golden.at("mu_nu"), 0.0, 1e-6) == "");
    const auto sigma_nu = [&](float g) { return JoshiPcm::drift_sigma(g, log_fraction(g)); };
    CHECK(differences(map(fraction, sigma_nu), golden.at("sigma_nu"), 0.0, 1e-6) == "");
    const auto q_s = [&](float g) { return JoshiPcm::read_noise(g, log_fraction(g)); };
    CHECK(differences(map(fraction, q_s), golden.at("q_s"), 0.0, 1e-6) == "");

    for (const auto& [time, want] : golden.at("sigma_read_relative").items()) {
      INFO("read noise at " << time << " s");
      const pim::device::Pcm<> cell({.t_s = std::stod(time)});
      const auto relative = [&](float g) { return cell.read_sigma(g); };
      CHECK(differences(map(fraction, relative), want, 0.0, 1e-6) == "");
    }
    const Json& other = golden.at("sigma_prog_gmax10");
    sigma = map(numbers(other.at("g_uS")), [](float g) { return JoshiPcm::programming_sigma_uS(g / 10.0F); });
    for (double& s : sigma) s *= 10.0 / static_cast<double>(JoshiPcm::g_max_uS);
    CHECK(differences(sigma, other.at("sigma"), 0.0, 1e-6) == "");

    const Json& drift = golden.at("drift_factor");
    FixedDrift::exponent = static_cast<float>(number(drift.at("nu")));
    CHECK(number(drift.at("t0")) == JoshiPcm::t0_s);
    std::vector<double> factors;
    for (const Json& time : drift.at("t_inference")) {
      const pim::device::Pcm<FixedDrift> cell({.programming_noise = false, .read_noise = false, .t_s = number(time)});
      const std::array<float, 1> target{0.5F};
      std::array<float, 1> g = target;
      cell.age(target, pim::Rng(1), 0, g);
      factors.push_back(2.0 * static_cast<double>(g[0]));
    }
    CHECK(differences(factors, drift.at("factor"), 0.0, 1e-6) == "");
  }
}

namespace {
/// An ideal cell that notes its targets.
class NotingCell {
 public:
  struct Params {
    std::vector<std::vector<float>>* targets;
  };
  explicit NotingCell(const Params& params) : targets_(params.targets) {}
  void program(std::span<const float> target, const pim::Rng&, std::uint64_t, std::span<float> g) const {
    targets_->emplace_back(target.begin(), target.end());
    std::copy(target.begin(), target.end(), g.begin());
  }
  pim::device::Moments moments(float target) const { return {target, 0.0F}; }

 private:
  std::vector<std::vector<float>>* targets_;
};
}  // namespace

TEST_CASE("golden physical_models: targets of a differential pair", "[golden][tile]") {
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& golden = file->content.at("pcm_differential_pair");
    INFO(file->name << ": pcm_differential_pair");
    const Matrix w = matrix(golden.at("w")) / static_cast<float>(max_abs(golden.at("w")));
    const std::span<const float> row(w.data(), static_cast<std::size_t>(w.size()));
    std::vector<std::vector<float>> targets;
    const pim::tile::Encoding pair = pim::tile::Encoding::differential_pair;
    pim::tile::WeightDevices<NotingCell> devices(NotingCell({&targets}), pair);
    devices.program(row, pim::Rng(1), 0);
    REQUIRE(targets.size() == 2);
    const double g_max = number(golden.at("g_max"));
    CHECK(g_max / max_abs(golden.at("w")) == Approx(number(golden.at("scale_uS_per_weight"))).epsilon(1e-7));
    std::vector<double> g_plus, g_minus;  // the device at rest is that of the other sign
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double programmed = static_cast<double>(targets[0][i]) * g_max, rest = static_cast<double>(targets[1][i]);
      g_plus.push_back(row[i] < 0.0F ? rest : programmed);
      g_minus.push_back(row[i] < 0.0F ? programmed : rest);
    }
    CHECK(differences(g_plus, golden.at("g_plus"), 0.0, 1e-6) == "");
    CHECK(differences(g_minus, golden.at("g_minus"), 0.0, 1e-6) == "");
  }
}

TEST_CASE("golden physical_models: moments of a programmed differential pair", "[golden][tile][statistical]") {
  // Bounds: 4 standard errors of 100,000 draws (of the sample's own fourth moment: a clamped Gaussian is not one).
  constexpr Index draws = 100000;
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& golden = file->content.at("pcm_differential_pair");
    INFO(file->name << ": pcm_differential_pair");
    const auto w_max = static_cast<float>(max_abs(golden.at("w")));
    const Matrix w = matrix(golden.at("w")) / w_max;
    const auto size = static_cast<std::size_t>(w.size());
    const double variance_scale = static_cast<double>(w_max) * static_cast<double>(w_max);
    const pim::device::Pcm<> cell({.drift = false, .read_noise = false});
    const pim::tile::Encoding pair = pim::tile::Encoding::differential_pair;

    std::vector<float> mean(w.data(), w.data() + size), sigma(size);
    pim::tile::weight_moments(cell, pair, mean, sigma);
    std::vector<double> closed_mean, closed_variance;
    for (std::size_t i = 0; i < size; ++i) {
      closed_mean.push_back(static_cast<double>(mean[i] * w_max));
      closed_variance.push_back(static_cast<double>(sigma[i]) * static_cast<double>(sigma[i]) * variance_scale);
    }
    const Json &want_mean = golden.at("noisy_weight_mean"), &want_variance = golden.at("noisy_weight_var");
    CHECK(differences(closed_mean, want_mean, 1e-6 * max_abs(want_mean)) == "");
    CHECK(differences(closed_variance, want_variance, 1e-6 * max_abs(want_variance)) == "");

    const Matrix targets = w.reshaped<Eigen::RowMajor>().transpose().replicate(draws, 1);  // (draws, weights)
    const auto count = static_cast<std::size_t>(targets.size());
    pim::tile::WeightDevices<pim::device::Pcm<>> devices(cell, pair);
    CHECK(in_two_samples([&](const pim::Rng& seed) {
            Matrix programmed(targets.rows(), targets.cols());
            devices.program({targets.data(), count}, seed, 0);
            devices.read({programmed.data(), count});
            const SampleMoments sample(w_max * programmed);
            const std::vector<double> variance = numbers(want_variance);
            return sample.mean_differences(numbers(want_mean), variance) + sample.variance_differences(variance);
          }) == "");
  }
}

namespace {
/// A crossbar of ideal cells that holds w as one block.
class AnalogProduct {
 public:
  using Tile = pim::tile::CrossbarTile<pim::device::IdealCell>;
  AnalogProduct(const Matrix& w, Tile::Params params) : tile_(unblocked(std::move(params))), cols_(w.cols()) {
    tile_.program(w, pim::Rng(1), ledger_);
  }
  Matrix operator()(const Matrix& x, const pim::Rng& rng = pim::Rng(1)) {
    Matrix y = Matrix::Zero(x.rows(), cols_);
    tile_.multiply_add(x, y, rng, ledger_);
    return y;
  }

 private:
  static Tile::Params unblocked(Tile::Params params) {
    params.core_size = 0;
    return params;
  }
  Tile tile_;
  Index cols_;
  pim::cost::Ledger ledger_;
};
constexpr pim::circuit::Converter no_converter{.bits = 0};

/// y in units of input scale times weight scale
Matrix normalised(const Matrix& y, const Json& golden) {
  const Matrix scale = matrix(golden.at("x_scale")) * matrix(golden.at("w_scale"));
  return y.cwiseQuotient(scale);
}
}  // namespace

TEST_CASE("golden physical_models: analog product without noise", "[golden][tile]") {
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& golden = file->content.at("aimc_mvm");
    INFO(file->name << ": aimc_mvm");
    const Matrix x = matrix(golden.at("x")), w = matrix(golden.at("weight_kn"));
    const Matrix x_scale = x.cwiseAbs().rowwise().maxCoeff(), w_scale = w.cwiseAbs().colwise().maxCoeff();
    CHECK(differences(x_scale, golden.at("x_scale"), 0.0, 1e-6) == "");
    CHECK(differences(w_scale, golden.at("w_scale"), 0.0, 1e-6) == "");
    const pim::circuit::Conversion dac(pim::circuit::Converter{.bits = 8, .bound = 1.0F});
    Matrix x_dac(x.rows(), x.cols());
    for (Index r = 0; r < x.rows(); ++r) {
      for (Index c = 0; c < x.cols(); ++c) x_dac(r, c) = dac(x(r, c) / x_scale(r, 0));
    }
    CHECK(differences(x_dac, golden.at("x_dac"), 0.0, 1e-6) == "");

    const auto check = [&](const AnalogProduct::Tile::Params& params, const Json& want) {
      const Matrix y = AnalogProduct(w, params)(x);
      CHECK(differences(y, want, 1e-6 * max_abs(want)) == "");
    };
    check({}, golden.at("out_no_ir_drop"));
    check({.ir_drop = {.scale = 1.0F}}, golden.at("out"));

    const Matrix ideal = normalised(AnalogProduct(w, {.adc = no_converter})(x), golden);
    CHECK(differences(ideal, golden.at("ideal"), 1e-6 * max_abs(golden.at("ideal"))) == "");
    const auto check_drop = [&](const pim::circuit::IrDrop& drop, const Json& delta) {
      const Matrix y = normalised(AnalogProduct(w, {.adc = no_converter, .ir_drop = drop})(x), golden);
      CHECK(differences(Matrix(y - ideal), delta, 1e-6 * max_abs(golden.at("ideal"))) == "");
    };
    check_drop({.scale = 1.0F}, golden.at("ir_drop_delta"));
    const Json& stress = golden.at("ir_drop_stress");
    check_drop({.scale = 1.0F, .wire_ratio = static_cast<float>(number(stress.at("gw_ratio")))}, stress.at("delta"));
  }
}

TEST_CASE("golden physical_models: the IR drop alone", "[golden][circuit]") {
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& golden = file->content.at("aimc_mvm");
    INFO(file->name << ": aimc_mvm");
    const Matrix_<double> x = matrix<double>(golden.at("x_dac")), scale = matrix<double>(golden.at("w_scale"));
    const Matrix_<double> w = matrix<double>(golden.at("weight_kn")) * scale.row(0).cwiseInverse().asDiagonal();
    const auto n = static_cast<double>(w.rows());
    const auto drop = [&](const pim::circuit::IrDrop& wires) {
      Matrix_<double> delta(x.rows(), w.cols());
      for (Index r = 0; r < x.rows(); ++r) {
        for (Index c = 0; c < w.cols(); ++c) {
          double current = 0.0, graded = 0.0;
          for (Index j = 0; j < w.rows(); ++j) {
            const float position = pim::circuit::IrDrop::position(static_cast<float>(j), static_cast<float>(n));
            current += std::fabs(x(r, j) * w(j, c));
            graded += x(r, j) * w(j, c) * static_cast<double>(position);
          }
          const double a = n / static_cast<double>(wires.wire_ratio) * current;
          delta(r, c) = -graded * static_cast<double>(pim::circuit::IrDrop::loss(static_cast<float>(a)));
        }
      }
      return delta;
    };
    const Json &delta = golden.at("ir_drop_delta"), &stress = golden.at("ir_drop_stress");
    CHECK(differences(drop({}), delta, 1e-6 * max_abs(delta)) == "");
    CHECK(differences(drop({.wire_ratio = static_cast<float>(number(stress.at("gw_ratio")))}), stress.at("delta"),
                      1e-6 * max_abs(stress.at("delta"))) == "");
  }
}

TEST_CASE("golden physical_models: read noise of the analog product", "[golden][tile][statistical]") {
  // Bounds: 4 standard errors of 100,000 draws, in 2,000 rows and 50 copies of each column.
  constexpr Index rows = 2000, copies = 50;
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json& golden = file->content.at("aimc_mvm");
    const Matrix x = matrix(golden.at("x")), ideal = matrix(golden.at("ideal")),
                 sigma = matrix(golden.at("pcm_read_sigma"));
    const Matrix w = matrix(golden.at("weight_kn"));
    AnalogProduct product(w.replicate(1, copies), {.adc = no_converter, .read_noise = 0.0175F});
    for (Index r = 0; r < x.rows(); ++r) {
      INFO(file->name << ": aimc_mvm, read noise of row " << r);
      const Matrix scale = matrix(golden.at("x_scale")).row(r) * matrix(golden.at("w_scale"));
      const std::vector<double> want = numbers(Matrix(ideal.row(r))),
                                variance = numbers(Matrix(sigma.row(r).cwiseAbs2()));
      CHECK(in_two_samples([&](const pim::Rng& seed) {
              const Matrix y = product(x.row(r).replicate(rows, 1), seed);
              const SampleMoments sample(Matrix(y.reshaped<Eigen::RowMajor>(rows * copies, w.cols())) *
                                         scale.row(0).cwiseInverse().asDiagonal());
              return sample.mean_differences(want, variance) + sample.variance_differences(variance);
            }) == "");
    }
  }
}

TEST_CASE("golden physical_models: ReRAM noise", "[golden][device]") {
  using namespace pim::device;
  static const std::map<std::string, WanTime> times{
      {"1", WanTime::one_second}, {"86400", WanTime::one_day}, {"172800", WanTime::two_days}};
  static const std::map<std::string, CmoAcceptance> acceptances{{"0.2%", CmoAcceptance::percent_0_2},
                                                                {"2%", CmoAcceptance::percent_2}};
  for (const GoldenFile* file : golden_files("physical_models")) {
    const Json &wan = file->content.at("reram").at("wan2022"), &cmo = file->content.at("reram").at("cmo");
    CHECK(number(wan.at("g_max_reference_uS")) == static_cast<double>(Wan2022::g_max_uS));
    for (const auto& [time, want] : wan.at("sigma_uS").items()) {
      INFO(file->name << ": wan2022 at " << time << " s");
      const Wan2022 cell({times.at(time)});
      const auto sigma = [&](float g) { return cell.sigma_uS(g); };
      CHECK(differences(map(numbers(wan.at("u_g_over_gmax")), sigma), want, 1e-6 * max_abs(want)) == "");
    }
    for (const auto& [acceptance, want] : cmo.at("sigma_prog_uS").items()) {
      INFO(file->name << ": cmo, acceptance " << acceptance);
      const CmoHfox cell({.acceptance = acceptances.at(acceptance)});
      const auto sigma = [&](float g) { return cell.programming_sigma_uS(g); };
      CHECK(differences(map(numbers(cmo.at("g_uS")), sigma), want, 0.0, 1e-6) == "");
    }
    INFO(file->name << ": cmo");
    const double read_K = number(cmo.at("read_K")), read_t = number(cmo.at("read_t"));
    std::vector<double> mean, spread, read, want_read;
    for (const Json& time : cmo.at("t_s")) {
      const double t = number(time);
      mean.push_back(CmoHfox::relaxation_mean_uS(t));
      spread.push_back(CmoHfox::relaxation_sigma_uS(t));
      for (const double g : numbers(cmo.at("g_uS"))) {
        read.push_back(CmoHfox::read_sigma_uS(g, t));
        want_read.push_back(read_K * std::log10(g) * std::sqrt(std::log((t + read_t) / (2.0 * read_t))));
      }
    }
    CHECK(differences(mean, cmo.at("mean_shift_uS"), 0.0, 1e-6) == "");
    CHECK(differences(spread, cmo.at("relaxation_sigma_uS"), 0.0, 1e-6) == "");
    CHECK(differences(read, want_read, 0.0, 1e-6) == "");
  }
}
