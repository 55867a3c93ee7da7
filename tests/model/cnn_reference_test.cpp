// Against torchvision: tests/data/cnn_reference.json, written by scripts/make_cnn_reference.py.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include <pim/io/checkpoint.hpp>
#include <pim/kernel/matmul.hpp>
#include <pim/model/conv_net.hpp>
#include <pim/model/networks.hpp>
#include <pim/tile/ideal_tile.hpp>

#include "support/catch.hpp"
using nlohmann::json;
using pim::Index;
using pim::Matrix;
using Kernel = pim::kernel::Matmul<pim::tile::IdealTile>;

namespace {
/// In [-1/2, 1/2); splitmix64 as in the script.
float draw(std::uint64_t p, std::uint64_t i) {
  std::uint64_t z = (p << 32) + i + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  z = z ^ (z >> 31);
  return static_cast<float>(z >> 40) * 0x1p-24F - 0.5F;
}
/// The p-th tensor of a file.
void fill(std::uint64_t p, const std::string& name, pim::io::Tensor& tensor) {
  const bool is_matrix = tensor.shape.size() > 1;
  const double fan_in = static_cast<double>(tensor.data.size()) / static_cast<double>(tensor.shape.front());
  const bool near_one = name.ends_with("weight") || name.ends_with("running_var");
  const float scale = is_matrix ? static_cast<float>(std::sqrt(24.0 / fan_in)) : near_one ? 1.0F : 0.2F;
  const float offset = !is_matrix && near_one ? 1.0F : 0.0F;
  for (std::size_t i = 0; i < tensor.data.size(); ++i) tensor.data[i] = offset + scale * draw(p, i);
}
Matrix image(const pim::mapping::ImageShape& shape) {
  Matrix x(shape.pixels(), shape.channels);
  for (Index i = 0; i < x.size(); ++i) {
    x(i % shape.pixels(), i / shape.pixels()) = 4.0F * draw(1 << 20, static_cast<std::uint64_t>(i));
  }
  return x;
}
}  // namespace

TEST_CASE("AlexNet, GoogLeNet and ResNet-50: logits as torchvision computes them", "[model][networks]") {
  const auto path = std::filesystem::path(__FILE__).parent_path().parent_path() / "data" / "cnn_reference.json";
  std::ifstream stream(path);
  REQUIRE(stream.good());
  const json reference = json::parse(stream);
  REQUIRE(reference.at("networks").size() == 3);
  for (const json& wanted : reference.at("networks")) {
    const auto network = pim::model::make_network(wanted.at("name").get<std::string>());
    CAPTURE(network.name);
    pim::model::ConvNet<float, Kernel> net(network.graph,
                                           [](std::string_view, pim::model::ProductKind) { return Kernel(); });
    {
      pim::io::Safetensors file = pim::io::save_checkpoint(net.parameters());
      CHECK(file.tensors.size() == wanted.at("tensors"));
      for (std::uint64_t p = 0; auto& [name, tensor] : file.tensors) fill(p++, name, tensor);
      pim::io::load_checkpoint(file, "the recipe", net.parameters());
    }
    pim::cost::Ledger ledger;
    net.program(pim::Rng(1), ledger);
    const auto logits = net.forward(image(network.input_shape()), pim::Rng(2), ledger, pim::model::Mode::inference);
    const auto values = wanted.at("logits").get<std::vector<float>>();
    const Eigen::Map<const Matrix> expected(values.data(), 1, network.classes());
    CHECK((logits - expected).norm() < 1e-5F * expected.norm());
  }
}
