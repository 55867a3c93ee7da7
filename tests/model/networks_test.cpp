#include <pim/model/networks.hpp>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <pim/io/checkpoint.hpp>
#include <pim/io/safetensors.hpp>
#include <pim/kernel/exact_matmul.hpp>
#include <pim/model/conv_net.hpp>
#include <pim/model/layer_table.hpp>

#include "support/catch.hpp"
#include "support/data.hpp"
using namespace pim::model;
using pim::Index;
using pim::Matrix;
using pim::mapping::ImageShape;
using Net = ConvNet<float, pim::kernel::ExactMatmul<float>>;

namespace {
constexpr Index golden_images = 256;

/// Pixels (N H W, C), 0 to 255, of records of `header` bytes and then C planes, after `skip` bytes.
Matrix read_planes(const std::filesystem::path& file, Index skip, Index header, const ImageShape& shape) {
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(skip);
  std::vector<char> record(static_cast<std::size_t>(header + shape.size()));
  Matrix images(golden_images * shape.pixels(), shape.channels);
  for (Index n = 0; n < golden_images; ++n) {
    stream.read(record.data(), std::ssize(record));
    REQUIRE(stream.good());
    for (Index c = 0; c < shape.channels; ++c) {
      for (Index p = 0; p < shape.pixels(); ++p) {
        const char byte = record[static_cast<std::size_t>(header + c * shape.pixels() + p)];
        images(n * shape.pixels() + p, c) = static_cast<float>(static_cast<std::uint8_t>(byte));
      }
    }
  }
  return images;
}
Matrix prepared(Matrix v, Preprocessing preprocessing) {
  switch (preprocessing) {
    case Preprocessing::raw:
      return v;
    case Preprocessing::unit:
      return v / 255.0F;
    case Preprocessing::mnist:
      return (v.array() / 255.0F - 0.1307F) / 0.3081F;
    case Preprocessing::centred:
      return (v.array() / 255.0F - 0.5F) / 0.5F;
    case Preprocessing::imagenet:
      const Eigen::RowVector3f mean(0.485F, 0.456F, 0.406F), deviation(0.229F, 0.224F, 0.225F);
      return ((v / 255.0F).rowwise() - mean).array().rowwise() / deviation.array();
  }
  return v;
}
Net make_net(const Graph& graph) {
  return {graph, [](std::string_view, ProductKind) { return pim::kernel::ExactMatmul<float>(); }};
}
}  // namespace

TEST_CASE("Networks: parameters and multiply-accumulates", "[model][networks]") {
  struct Count {
    const char* name;
    Index parameters, macs;
  };
  // torchvision 0.14's modules (GoogLeNet's without its auxiliary heads), counted by hooks; 0.27 M and 0.46 M of He et
  // al., table 6; LeNet-5 and the others by hand
  const auto count = GENERATE(Count{"lenet", 61706, 416520}, Count{"mnist-cnn", 5994, 786560},
                              Count{"resnet8", 78186, 12501632}, Count{"resnet20", 269722, 40551040},
                              Count{"resnet32", 464154, 68862592}, Count{"alexnet", 61100840, 714188480},
                              Count{"googlenet", 6624904, 1498376192}, Count{"resnet50", 25557032, 4089184256});
  CAPTURE(count.name);
  const Network network = make_network(count.name);
  const LayerRow sum = total(layer_table(network.graph));
  CHECK(sum.parameters == count.parameters);
  CHECK(sum.macs == count.macs);
  CHECK(network.classes() == (network.input_shape().height == 224 ? 1000 : 10));
}

TEST_CASE("Networks: shapes as published", "[model][networks]") {
  const auto shape = [](const Graph& graph, const std::string& name) {
    for (const Node& node : graph.nodes()) {
      if (node.name == name) return node.shape;
    }
    FAIL("no node " << name);
    return ImageShape{};
  };
  CHECK(shape(alexnet(), "avgpool") == ImageShape{256, 6, 6});
  CHECK(shape(googlenet(), "inception3a") == ImageShape{256, 28, 28});  // Szegedy et al., table 1
  CHECK(shape(googlenet(), "inception4e") == ImageShape{832, 14, 14});
  CHECK(shape(googlenet(), "inception5b") == ImageShape{1024, 7, 7});
  CHECK(shape(resnet50(), "maxpool") == ImageShape{64, 56, 56});  // He et al., table 1
  CHECK(shape(resnet50(), "layer4.2.conv3") == ImageShape{2048, 7, 7});
}

TEST_CASE("Networks: an unknown name is answered with the nearest", "[model][networks]") {
  CHECK_THROWS_WITH(make_network("resnet-20"), "there is no network 'resnet-20'; did you mean 'resnet20'?");
}

TEST_CASE("Networks: logits of published weights on real images", "[model][networks][golden]") {
  struct Case {
    const char *network, *folder, *images;
  };
  const auto [name, folder, images] = GENERATE(Case{"lenet", "lenet5-mnist", "mnist/t10k-images-idx3-ubyte"},
                                               Case{"mnist-cnn", "mnist-cnn", "mnist/t10k-images-idx3-ubyte"},
                                               Case{"resnet8", "resnet8-cifar10", "cifar10/test_batch.bin"},
                                               Case{"resnet20", "resnet20-cifar10", "cifar10/test_batch.bin"},
                                               Case{"resnet32", "resnet32-cifar10", "cifar10/test_batch.bin"});
  CAPTURE(name);
  const auto weights = pim::test::data_dir() / "models" / folder, file = pim::test::data_dir() / images;
  if (!pim::test::has_data(weights) || !pim::test::has_data(file)) return;
  const Network network = make_network(name);
  Net net = make_net(network.graph);
  const auto source = (weights / "model.safetensors").string();
  pim::io::load_checkpoint(pim::io::read_safetensors(source), source, net.parameters());
  const Matrix x = network.input_shape().channels == 1 ? read_planes(file, 16, 0, network.input_shape())
                                                       : read_planes(file, 0, 1, network.input_shape());
  pim::cost::Ledger ledger;
  net.program(pim::Rng(1), ledger);
  const auto logits = net.forward(prepared(x, network.preprocessing), pim::Rng(2), ledger, Mode::inference);
  const auto golden = pim::io::read_safetensors((weights / "golden.safetensors").string()).tensors.at("logits");
  const Matrix wanted = Eigen::Map<const Matrix>(golden.data.data(), golden_images, network.classes());
  CHECK((logits - wanted).cwiseAbs().maxCoeff() < 1e-3F);
}
