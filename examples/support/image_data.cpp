#include "support/image_data.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

#include <pim/core/text.hpp>
#include <pim/io/image_data.hpp>
#include <pim/task/image/builtin_images.hpp>
#include <pim/task/image/resize.hpp>

namespace pim::app {

namespace {
/// The same images in another shape.
task::ImageSet fitted(task::ImageSet images, const mapping::ImageShape& shape) {
  if (images.shape == shape) return images;
  task::ImageSet fit{.shape = shape, .pixels = {}, .labels = images.labels, .class_names = images.class_names};
  fit.pixels.reserve(static_cast<std::size_t>(images.size() * shape.size()));
  for (Index i = 0; i < images.size(); ++i) {
    const std::span pixels = images.image(i);
    const task::Image image{.shape = images.shape, .pixels = {pixels.begin(), pixels.end()}};
    const task::Image resized = task::with_channels(task::resize(image, {shape.height, shape.width}), shape.channels);
    fit.pixels.insert(fit.pixels.end(), resized.pixels.begin(), resized.pixels.end());
  }
  return fit;
}
}  // namespace

ImageData load_images(const std::string& source, const mapping::ImageShape& shape, const io::ImageRange& test,
                      const std::optional<io::ImageRange>& train) {
  ImageData data;
  if (source == "builtin") {
    const auto draw = [&](task::ImageSplit split, const io::ImageRange& range, Index most) {
      return fitted(task::builtin_images(split, range.offset, range.limit > 0 ? range.limit : most), shape);
    };
    data.test = draw(task::ImageSplit::test, test, builtin_test_images);
    if (train) data.train = draw(task::ImageSplit::train, *train, builtin_train_images);
    return data;
  }
  const auto read = [&](task::ImageSplit split, const io::ImageRange& range) {
    return io::read_images(source, {.split = split, .range = range, .shape = shape});
  };
  data.test = read(task::ImageSplit::test, test);
  if (train) data.train = read(task::ImageSplit::train, *train);
  return data;
}

task::Normalisation normalisation_of(model::Preprocessing preprocessing) {
  switch (preprocessing) {
    case model::Preprocessing::raw:
      return task::normalisation::raw;
    case model::Preprocessing::unit:
      return task::normalisation::unit;
    case model::Preprocessing::mnist:
      return task::normalisation::mnist;
    case model::Preprocessing::imagenet:
      return task::normalisation::imagenet;
    case model::Preprocessing::centred:
      return {.mean = {0.5, 0.5, 0.5}, .deviation = {0.5, 0.5, 0.5}};
  }
  throw std::logic_error("normalisation_of: a preprocessing without constants");
}
task::Augmentation augmentation_for(const mapping::ImageShape& shape) {
  const bool colour = shape.channels == 3;
  return {.shift = colour ? shape.height / 8 : 2, .mirror = colour};
}

std::filesystem::path builtin_cnn_weights() {
  return std::filesystem::path(PIM_MODEL_DIR) / "builtin-lenet" / "model.safetensors";
}

std::vector<io::Module> modules_of(const model::Graph& graph) {
  std::vector<io::Module> modules;
  for (const model::Node& node : graph.nodes()) {
    if (std::holds_alternative<model::op::Conv2d>(node.operation)) {
      modules.push_back({node.name, io::LayerKind::conv2d});
    } else if (std::holds_alternative<model::op::Linear>(node.operation)) {
      modules.push_back({node.name, io::LayerKind::linear});
    }
  }
  return modules;
}

}  // namespace pim::app
