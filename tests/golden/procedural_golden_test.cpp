// Golden kind procedural: literal tiles on large products, whose operands are drawn as the file's note says.
#include <cmath>
#include <cstdint>

#include <pim/nn/products.hpp>

#include "golden/golden_files.hpp"
#include "golden/ncb_adapter.hpp"
#include "support/catch.hpp"
using namespace pim::test;

namespace {
/// source  Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014 (splitmix64)
pim::Matrix procedural_matrix(const Json& shape, std::uint64_t seed, double scale) {
  const auto sizes = shape.get<std::vector<pim::Index>>();
  pim::Index rows = 1;
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) rows *= sizes[i];
  pim::Matrix m(rows, sizes.back());
  for (pim::Index i = 0; i < m.size(); ++i) {
    std::uint64_t z = seed + (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    const auto u = static_cast<double>((z ^ (z >> 31)) >> 40);
    m.data()[i] = static_cast<float>((u - 0x1p23) / 0x1p23 * scale);
  }
  return m;
}

std::vector<double> at_indices(const pim::Matrix& m, const Json& indices) {
  std::vector<double> values;
  for (const Json& i : indices) values.push_back(static_cast<double>(m.data()[i.get<pim::Index>()]));
  return values;
}
/// The listed elements to `tolerance` times the largest of all elements, and the norm to 1e-4.
void check_samples(const pim::Matrix& m, const Json& golden, const std::string& name, double tolerance) {
  INFO(name);
  CHECK(differences(at_indices(m, golden.at(name + "_index")), golden.at(name + "_value"), tolerance) == "");
  CHECK(m.cast<double>().norm() == Approx(number(golden.at(name + "_l2"))).epsilon(1e-4));
}
}  // namespace

TEST_CASE("golden procedural: large products and their gradients", "[golden][tile]") {
  for (const GoldenFile* file : golden_files("procedural")) {
    for (const Json& golden : file->content.at("cases")) {
      INFO(file->name << ": " << golden.at("config").dump() << ' ' << golden.at("shape").dump());
      const auto& shape_x = golden.at("shape").at("x");
      const auto seed = golden.at("seed").get<std::uint64_t>();
      const pim::Matrix x = procedural_matrix(shape_x, seed, number(golden.at("x_scale")));
      const pim::Matrix w =
          procedural_matrix(golden.at("shape").at("weight_kn"), seed + 1, number(golden.at("w_scale")));
      REQUIRE(differences(at_indices(x, {0, 1, 2, 3}), golden.at("first_x"), 1e-7) == "");
      REQUIRE(differences(at_indices(w, {0, 1, 2, 3}), golden.at("first_w"), 1e-8) == "");

      pim::cost::Ledger ledger;
      const pim::Rng rng(1);
      AnyMatmul matmul = ncb_matmul(golden.at("config"));
      matmul.program(w, rng, ledger);
      pim::Matrix y(x.rows(), w.cols());
      matmul.multiply({x, 0, shape_x.at(shape_x.size() - 2).get<pim::Index>()}, y, rng, ledger);
      const double top = number(golden.at("out_max_abs"));
      check_samples(y, golden, "out", 2e-5 * top);
      CHECK(static_cast<double>(y.cwiseAbs().maxCoeff()) == Approx(top).epsilon(1e-3));

      const pim::Matrix dy = procedural_matrix({x.rows(), w.cols()}, seed + 2, 1.0);
      pim::Matrix dx(x.rows(), x.cols()), dw = pim::Matrix::Zero(w.rows(), w.cols()), no_bias;
      pim::nn::backward_products<float>(x, w, dy, dx, pim::nn::Into::overwrite, dw, no_bias);
      check_samples(dx, golden, "grad_input", 2e-5 * static_cast<double>(dx.cwiseAbs().maxCoeff()));
      check_samples(dw, golden, "grad_weight", 2e-5 * static_cast<double>(dw.cwiseAbs().maxCoeff()));
    }
  }
}
