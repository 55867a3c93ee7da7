#include "support/image_data.hpp"

#include <algorithm>
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
void require_classes(const task::ImageSet& images, Index classes, const std::string& source) {
  const auto label = std::max_element(images.labels.begin(), images.labels.end());
  if (label == images.labels.end() || *label < classes) return;
  throw std::invalid_argument(printable(source) + ": an image has label " + std::to_string(*label) +
                              ", the network tells classes 0 to " + std::to_string(classes - 1) +
                              " apart; choose other data or another network");
}
}  // namespace

ImageData load_images(const std::string& source, const ImageDemand& demand, const io::ImageRange& test,
                      const std::optional<io::ImageRange>& train) {
  const auto load = [&](task::ImageSplit split, const io::ImageRange& range) {
    if (source == "builtin") {
      const Index all = split == task::ImageSplit::test ? builtin_test_images : builtin_train_images;
      return fitted(task::builtin_images(split, range.offset, range.limit > 0 ? range.limit : all), demand.shape);
    }
    task::ImageSet images = io::read_images(source, {.split = split, .range = range, .shape = demand.shape});
    require_classes(images, demand.classes, source);
    return images;
  };
  ImageData data{.test = load(task::ImageSplit::test, test), .train = {}};
  if (train) data.train = load(task::ImageSplit::train, *train);
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
      return task::normalisation::centred;
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
