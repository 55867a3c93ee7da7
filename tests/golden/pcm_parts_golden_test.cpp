// Golden kind pcm_parts: weight normalisation and IR drop of NewComputeBench's PCM tile, alone.
#include <pim/tile/newcomputebench.hpp>

#include "golden/golden_files.hpp"
#include "support/catch.hpp"
using namespace pim::test;
using pim::tile::newcomputebench::PCMArray;

TEST_CASE("golden pcm_parts: one weight scale a tile", "[golden][tile]") {
  for (const GoldenFile* file : golden_files("pcm_parts")) {
    for (const Json& golden : file->content.at("weight_normalize")) {
      INFO(file->name << ": " << golden.at("name"));
      const pim::Matrix w = matrix(golden.at("w"));
      const pim::Index core = golden.at("core_size");
      const PCMArray array{{.core_size = core, .gmax = golden.at("gmax")}};
      pim::Matrix analog(w.rows(), w.cols());
      std::vector<double> scales;
      for (pim::Index r = 0; r < w.rows(); r += core) {
        const float scale = array.weight_scale(w.middleRows(r, core));
        analog.middleRows(r, core) = scale * w.middleRows(r, core);
        scales.push_back(static_cast<double>(scale));
      }
      CHECK(differences(scales, golden.at("scale"), 0.0, 1e-6) == "");
      CHECK(differences(analog, golden.at("analog_weight"), 0.0, 1e-6) == "");
    }
  }
}

TEST_CASE("golden pcm_parts: IR drop", "[golden][tile]") {
  for (const GoldenFile* file : golden_files("pcm_parts")) {
    for (const Json& golden : file->content.at("ir_drop")) {
      INFO(file->name << ": " << golden.at("name"));
      const pim::Matrix x = matrix(golden.at("analog_x")), w = matrix(golden.at("analog_weight"));
      const PCMArray ideal{{.core_size = w.rows()}}, dropping{{.core_size = w.rows(), .ir_drop = true}};
      const Json &product = golden.at("ideal"), &delta = golden.at("ir_drop_delta");
      const pim::Rng rng(1);
      const pim::Matrix y = ideal.multiply(x, w, 0, rng);
      CHECK(differences(y, product, 1e-6 * max_abs(product)) == "");
      CHECK(differences(dropping.ir_drop(x, w), delta, 1e-5 * max_abs(delta)) == "");
      CHECK(differences(pim::Matrix(dropping.multiply(x, w, 0, rng) - y), delta, 1e-6 * max_abs(product)) == "");
    }
  }
}
