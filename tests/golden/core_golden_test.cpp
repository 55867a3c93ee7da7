// Golden kind pim_core: literal tiles on small products, forward and straight-through backward.
#include <pim/nn/products.hpp>

#include "golden/golden_files.hpp"
#include "golden/ncb_adapter.hpp"
#include "support/catch.hpp"
template class pim::kernel::AnyMatmul<pim::tile::IdealTile, pim::tile::newcomputebench::DigitalTile,
                                      pim::tile::newcomputebench::ReRAMTile, pim::tile::newcomputebench::PCMTile>;
using namespace pim::test;

TEST_CASE("golden pim_core: outputs of all configurations", "[golden][tile]") {
  for (const GoldenFile* file : golden_files("pim_core")) {
    const Json& tensors = file->content.at("tensors");
    const pim::Matrix x = matrix(tensors.at("x")), w = matrix(tensors.at("weight_kn"));
    for (const Json& golden : file->content.at("cases")) {
      INFO(file->name << ": " << golden.at("config").dump());
      pim::cost::Ledger ledger;
      const pim::Rng rng(1);
      AnyMatmul matmul = ncb_matmul(golden.at("config"));
      matmul.program(w, rng, ledger);
      pim::Matrix y(x.rows(), w.cols());
      matmul.multiply({x, 0, group(tensors.at("x"))}, y, rng, ledger);
      CHECK(differences(y, golden.at("out"), 1e-5 * number(golden.at("max_abs_out"))) == "");
    }
  }
}

TEST_CASE("golden pim_core: gradients pass the tile unchanged", "[golden][tile]") {
  for (const GoldenFile* file : golden_files("pim_core")) {
    INFO(file->name);
    const Json& tensors = file->content.at("tensors");
    const pim::Matrix x = matrix(tensors.at("x")), w = matrix(tensors.at("weight_kn"));
    const pim::Matrix dy = matrix(tensors.at("grad_output"));
    pim::Matrix dx(x.rows(), x.cols()), dw = pim::Matrix::Zero(w.rows(), w.cols()), no_bias;
    pim::nn::backward_products<float>(x, w, dy, dx, pim::nn::Into::overwrite, dw, no_bias);
    CHECK(differences(dx, tensors.at("grad_input"), 1e-5 * max_abs(tensors.at("grad_input"))) == "");
    CHECK(differences(dw, tensors.at("grad_weight"), 1e-5 * max_abs(tensors.at("grad_weight"))) == "");
  }
}
