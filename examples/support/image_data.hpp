#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <pim/io/image_range.hpp>
#include <pim/io/tile_config.hpp>
#include <pim/model/networks.hpp>
#include <pim/task/image/image_dataset.hpp>
#include <pim/task/image/image_set.hpp>
#include <pim/task/image/normalisation.hpp>

/// The images and weights that the programs run networks on.
namespace pim::app {

struct ImageData {
  task::ImageSet test, train;
};
inline constexpr Index builtin_test_images = 2000, builtin_train_images = 20000;

/// What a network takes and tells apart.
struct ImageDemand {
  mapping::ImageShape shape;
  Index classes;
};
/// source: "builtin", drawn and brought to the network's shape, or what io::read_images takes. `train` is empty where
/// no range is given.
/// throws what io::read_images throws; std::invalid_argument: images of another shape or of more classes
ImageData load_images(const std::string& source, const ImageDemand& demand, const io::ImageRange& test,
                      const std::optional<io::ImageRange>& train);

/// Of the weights' training.
task::Normalisation normalisation_of(model::Preprocessing preprocessing);
/// What training images of a shape are varied by: colour images (photographs) also mirrored, grey ones (digits) not.
task::Augmentation augmentation_for(const mapping::ImageShape& shape);

/// lenet, trained on the built-in images.
std::filesystem::path builtin_cnn_weights();

/// The layers of a network that tiles can compute.
std::vector<io::Module> modules_of(const model::Graph& graph);

}  // namespace pim::app
