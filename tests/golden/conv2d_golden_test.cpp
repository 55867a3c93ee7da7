#include <pim/nn/conv2d.hpp>

#include "golden/golden_files.hpp"
#include "golden/ncb_adapter.hpp"
using namespace pim::test;
using pim::Index;
using pim::Matrix;
using pim::Rng;

namespace {
using Conv2d = pim::nn::Conv2d<float, AnyMatmul>;

/// (N, C, H, W) as (N H W, C)
Matrix channels_last(const Json& tensor) {
  const std::vector<Index> s = shape(tensor);
  const Index images = s[0], channels = s[1], pixels = s[2] * s[3];
  const Matrix planes = Matrix(matrix(tensor).reshaped<Eigen::RowMajor>(images * channels, pixels));
  Matrix result(images * pixels, channels);
  for (Index n = 0; n < images; ++n) {
    result.middleRows(n * pixels, pixels) = planes.middleRows(n * channels, channels).transpose();
  }
  return result;
}
/// [O, C, kernel height, kernel width] as (kernel height * kernel width * C, O): of each output an image
Matrix weight(const Json& tensor) {
  const std::vector<Index> s = shape(tensor);
  return channels_last(tensor).reshaped<Eigen::RowMajor>(s[0], s[1] * s[2] * s[3]).transpose();
}
pim::mapping::Extent extent(const Json& pair) { return {pair.at(0).get<Index>(), pair.at(1).get<Index>()}; }
pim::mapping::Window window(const Json& entry) {
  const auto [rows, columns] = extent(entry.at("padding"));
  return {extent(entry.at("kernel_size")), extent(entry.at("stride")), {}, {rows, columns, rows, columns}};
}
std::string differences_of(const Matrix& got, const Matrix& want, const Json& scale) {
  return differences(numbers(got), numbers(want), 1e-5 * max_abs(scale));
}
}  // namespace

TEST_CASE("golden conv2d: outputs on tiles, all gradients", "[golden][conv2d]") {
  for (const GoldenFile* file : golden_files("conv2d")) {
    for (const Json& entry : file->content.at("cases_by_layer")) {
      const Json& tensors = entry.at("tensors");
      const std::vector<Index> in = shape(tensors.at("x"));
      const bool bias = tensors.contains("bias");
      for (const Json& run : entry.at("cases")) {
        CAPTURE(file->name, entry.at("name"), run.at("config").dump());
        Conv2d layer("conv", {in[1], in[2], in[3]}, shape(tensors.at("weight"))[0], window(entry),
                     ncb_matmul(run.at("config")), pim::nn::BackwardOperands::exact, bias, 1,
                     pim::mapping::PatchOrder::channel_major);
        const auto parameters = layer.parameters();
        *parameters[0].value = weight(tensors.at("weight"));
        if (bias) *parameters[1].value = matrix(tensors.at("bias"));
        const Matrix x = channels_last(tensors.at("x")), dy = channels_last(tensors.at("grad_output"));
        Matrix y(dy.rows(), dy.cols()), dx(x.rows(), x.cols());
        pim::cost::Ledger ledger;
        layer.program(Rng(1), ledger);
        layer.forward(x, y, Rng(2), ledger);
        CHECK(differences_of(y, channels_last(run.at("out")), run.at("out")) == "");

        layer.backward(x, dy, dx);
        CHECK(differences_of(dx, channels_last(tensors.at("grad_input")), tensors.at("grad_input")) == "");
        CHECK(differences_of(*parameters[0].gradient, weight(tensors.at("grad_weight")), tensors.at("grad_weight")) ==
              "");
        if (bias) {
          CHECK(differences(*parameters[1].gradient, tensors.at("grad_bias"),
                            1e-5 * max_abs(tensors.at("grad_bias"))) == "");
        }
      }
    }
  }
}
