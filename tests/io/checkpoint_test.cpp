#include <pim/io/checkpoint.hpp>

#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary.hpp"

using pim::Index;
using pim::Matrix;
using pim::io::load_checkpoint;
using pim::io::LoadReport;
using pim::io::Safetensors;
using pim::io::Tensor;
using pim::nn::Layout;
using pim::test::message_of;

/// A model of no more than its parameters: an embedding, a linear layer (in 3, out 2), a normalisation and a head.
struct Model {
  std::deque<Matrix> values;
  pim::nn::Parameters<float> parameters;

  Model() {
    add("bert.embeddings.word_embeddings.weight", Layout::matrix, 4, 3);
    add("bert.encoder.layer.0.output.dense.weight", Layout::transposed, 3, 2);
    add("bert.encoder.layer.0.output.LayerNorm.weight", Layout::vector, 1, 2);
    add("bert.encoder.layer.0.output.LayerNorm.bias", Layout::vector, 1, 2);
    add("bert.pooler.dense.bias", Layout::vector, 1, 2);
    add("classifier.weight", Layout::transposed, 2, 3);
    add("classifier.bias", Layout::vector, 1, 3);
  }
  void add(const char* name, Layout layout, Index rows, Index cols) {
    values.push_back(Matrix::Constant(rows, cols, -1));
    parameters.push_back({name, layout, &values.back(), nullptr});
  }
  LoadReport load(const Safetensors& file) { return load_checkpoint(file, "m.safetensors", parameters, "bert."); }
  std::string complaint(const Safetensors& file) {
    return message_of([&] { load(file); });
  }
};

static Tensor counted(std::vector<Index> shape, float first) {
  Tensor tensor{.shape = std::move(shape), .data = {}};
  std::size_t count = 1;
  for (const Index size : tensor.shape) count *= static_cast<std::size_t>(size);
  for (std::size_t i = 0; i < count; ++i) tensor.data.push_back(first + static_cast<float>(i));
  return tensor;
}
static Safetensors complete() {
  return {.tensors = {{"bert.embeddings.word_embeddings.weight", counted({4, 3}, 0)},
                      {"bert.encoder.layer.0.output.dense.weight", counted({2, 3}, 100)},
                      {"bert.encoder.layer.0.output.LayerNorm.weight", counted({2}, 200)},
                      {"bert.encoder.layer.0.output.LayerNorm.bias", counted({2}, 300)},
                      {"bert.pooler.dense.bias", counted({2}, 400)},
                      {"classifier.weight", counted({3, 2}, 500)},
                      {"classifier.bias", counted({3}, 600)}}};
}
static void rename(Safetensors& file, const char* from, const char* to) {
  auto node = file.tensors.extract(from);
  node.key() = to;
  file.tensors.insert(std::move(node));
}

TEST_CASE("load_checkpoint: weights of linear layers are transposed, the rest is as in the file", "[checkpoint]") {
  Model model;
  const LoadReport report = model.load(complete());
  CHECK(report.fresh.empty());
  CHECK(report.unused.empty());
  CHECK(report.lines("m").empty());
  Matrix embedding(4, 3), dense(3, 2), classifier(2, 3);
  embedding << 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
  dense << 100, 103, 101, 104, 102, 105;  // of [[100, 101, 102], [103, 104, 105]]
  classifier << 500, 502, 504, 501, 503, 505;
  CHECK(model.values[0] == embedding);
  CHECK(model.values[1] == dense);
  CHECK(model.values[2] == Matrix{{200, 201}});
  CHECK(model.values[3] == Matrix{{300, 301}});
  CHECK(model.values[4] == Matrix{{400, 401}});
  CHECK(model.values[5] == classifier);
  CHECK(model.values[6] == Matrix{{600, 601, 602}});
}

TEST_CASE("load_checkpoint: the encoder's prefix is optional, old names of normalisations are known", "[checkpoint]") {
  Model expected, model;
  expected.load(complete());
  Safetensors bare = complete();
  rename(bare, "bert.embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight");
  rename(bare, "bert.encoder.layer.0.output.dense.weight", "encoder.layer.0.output.dense.weight");
  rename(bare, "bert.encoder.layer.0.output.LayerNorm.weight", "encoder.layer.0.output.LayerNorm.gamma");
  rename(bare, "bert.encoder.layer.0.output.LayerNorm.bias", "bert.encoder.layer.0.output.LayerNorm.beta");
  rename(bare, "bert.pooler.dense.bias", "pooler.dense.bias");
  const LoadReport report = model.load(bare);
  CHECK(report.unused.empty());
  CHECK(model.values == expected.values);
}

TEST_CASE("load_checkpoint: a head that the file lacks stays fresh and is named", "[checkpoint]") {
  Model model;
  Safetensors base = complete();
  base.tensors.erase("classifier.weight");
  base.tensors.erase("classifier.bias");
  LoadReport report = model.load(base);
  CHECK(report.fresh == std::vector<std::string>{"classifier.weight", "classifier.bias"});
  CHECK(report.lines("m") ==
        std::vector<std::string>{"m has no classifier.weight, classifier.bias; this head starts fresh from the seed"});
  CHECK(model.values[5] == Matrix::Constant(2, 3, -1));
  CHECK(model.values[4] == Matrix{{400, 401}});
  base.tensors.erase("bert.pooler.dense.bias");
  CHECK(model.load(base).fresh.size() == 3);
}

TEST_CASE("load_checkpoint: tensors of any type that the model lacks are listed", "[checkpoint]") {
  Model model;
  Safetensors file = complete();
  file.tensors["bert.embeddings.position_ids"] = {.dtype = "I64", .shape = {1, 512}, .data = {}};
  file.tensors["lm_head.bias"] = counted({3}, 0);
  const LoadReport report = model.load(file);
  CHECK(report.unused ==
        std::vector<std::string>{"bert.embeddings.position_ids (I64 [1, 512])", "lm_head.bias (F32 [3])"});
  CHECK(report.lines("m") ==
        std::vector<std::string>{"m has tensors that are not used: bert.embeddings.position_ids (I64 [1, 512]), "
                                 "lm_head.bias (F32 [3])"});
}

TEST_CASE("load_checkpoint: errors name the tensor, and nothing is loaded", "[checkpoint]") {
  Model model;
  const Model untouched;
  Safetensors file = complete();
  file.tensors["classifier.bias"] = counted({2}, 0);
  CHECK(model.complaint(file) ==
        "m.safetensors: tensor 'classifier.bias' is [2], the model needs [3]; use the configuration and labels that it "
        "was saved with");
  file = complete();
  file.tensors["bert.encoder.layer.0.output.dense.weight"] = counted({3, 2}, 0);
  CHECK_THAT(model.complaint(file), ContainsSubstring("dense.weight' is [3, 2], the model needs [2, 3]"));
  file = complete();
  file.tensors.at("classifier.bias").data[1] = std::numeric_limits<float>::infinity();
  CHECK_THAT(model.complaint(file), ContainsSubstring("tensor 'classifier.bias' is not finite everywhere"));
  file = complete();
  file.tensors.erase("classifier.bias");  // but its weight is there
  CHECK(model.complaint(file) ==
        "m.safetensors: tensor 'classifier.bias' is missing, of shape [3]; use weights of this very model");
  file = complete();
  rename(file, "bert.encoder.layer.0.output.dense.weight", "bert.encoder.layer.0.output.dense.wieght");
  CHECK(model.complaint(file) ==
        "m.safetensors: tensor 'bert.encoder.layer.0.output.dense.weight' is missing, of shape [2, 3]; did you mean "
        "'bert.encoder.layer.0.output.dense.wieght'?");
  file = complete();
  file.tensors["classifier.bias"] = {.dtype = "I8", .shape = {3}, .data = {}};
  CHECK(model.complaint(file) ==
        "m.safetensors: tensor 'classifier.bias' is I8, the model needs F32, F16 or BF16; save it as one of these");
  CHECK_THAT(model.complaint({}), ContainsSubstring("'bert.embeddings.word_embeddings.weight' is missing"));
  CHECK(model.values == untouched.values);
}

/// A convolution of 2 channels (kernel 2 x 3) to 2, and its batch norm with frozen statistics.
struct Convolution {
  Matrix weight = Matrix::Constant(12, 2, -1), scale = Matrix::Constant(1, 2, -1), mean = Matrix::Constant(1, 2, -1);
  Matrix d_scale;
  pim::nn::Parameters<float> parameters = {{"conv1.weight", Layout::convolution, &weight, nullptr, 2, 3},
                                           {"bn1.weight", Layout::vector, &scale, &d_scale},
                                           {"bn1.running_mean", Layout::vector, &mean, nullptr}};
};
static Safetensors convolution_file() {
  return {.tensors = {{"conv1.weight", counted({2, 2, 2, 3}, 0)},
                      {"bn1.weight", counted({2}, 100)},
                      {"bn1.running_mean", counted({2}, 200)},
                      {"bn1.num_batches_tracked", {.dtype = "I64", .shape = {}, .data = {}}}}};
}

TEST_CASE("load_checkpoint: rows of a convolution's weight are kernel row, kernel column, channel", "[checkpoint]") {
  Convolution model;
  const LoadReport report = load_checkpoint(convolution_file(), "m.safetensors", model.parameters);
  for (Index out = 0; out < 2; ++out) {
    for (Index channel = 0; channel < 2; ++channel) {
      for (Index row = 0; row < 2; ++row) {
        for (Index col = 0; col < 3; ++col) {
          CHECK(model.weight((row * 3 + col) * 2 + channel, out) ==
                static_cast<float>(((out * 2 + channel) * 2 + row) * 3 + col));
        }
      }
    }
  }
  CHECK(model.scale == Matrix{{100, 101}});
  CHECK(model.mean == Matrix{{200, 201}});
  CHECK(report.fresh.empty());
  CHECK(report.unused == std::vector<std::string>{"bn1.num_batches_tracked (I64 [])"});

  const Safetensors saved = pim::io::save_checkpoint(model.parameters);
  CHECK(saved.tensors.size() == 3);
  CHECK(saved.tensors.at("conv1.weight").shape == std::vector<Index>{2, 2, 2, 3});
  CHECK(saved.tensors.at("conv1.weight").data == convolution_file().tensors.at("conv1.weight").data);
}

TEST_CASE("load_checkpoint: without a prefix there is no head, each tensor is needed", "[checkpoint]") {
  Convolution model;
  const auto complaint = [&](const Safetensors& file) {
    return message_of([&] { load_checkpoint(file, "m.safetensors", model.parameters); });
  };
  Safetensors file = convolution_file();
  file.tensors["conv1.weight"] = counted({2, 2, 3, 2}, 0);
  CHECK(complaint(file) ==
        "m.safetensors: tensor 'conv1.weight' is [2, 2, 3, 2], the model needs [2, 2, 2, 3]; use the configuration and "
        "labels that it was saved with");
  file = convolution_file();
  rename(file, "bn1.running_mean", "bn1.running_maen");
  CHECK(complaint(file) ==
        "m.safetensors: tensor 'bn1.running_mean' is missing, of shape [2]; did you mean 'bn1.running_maen'?");
  CHECK(complaint({}) ==
        "m.safetensors: tensor 'conv1.weight' is missing, of shape [2, 2, 2, 3]; use weights of this very model");
  CHECK(model.weight == Matrix::Constant(12, 2, -1));
}

TEST_CASE("save_checkpoint: a file with the shapes of HuggingFace, which loads again", "[checkpoint]") {
  const pim::test::TemporaryFolder folder;
  Model model, back;
  model.load(complete());
  const Safetensors file = pim::io::save_checkpoint(model.parameters);
  for (const auto& [name, tensor] : complete().tensors) {
    CHECK(file.tensors.at(name).shape == tensor.shape);
    CHECK(file.tensors.at(name).data == tensor.data);
  }
  write_safetensors(folder / "m.safetensors", pim::io::save_checkpoint(model.parameters, "F16"));
  back.load(pim::io::read_safetensors(folder / "m.safetensors"));
  CHECK(back.values == model.values);  // integers up to 2048 are float16 numbers
}
