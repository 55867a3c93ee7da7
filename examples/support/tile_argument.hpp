#pragma once
#include <string>
#include <vector>

#include <pim/io/tile_config.hpp>

namespace pim::app {

/// What --tile says: a preset's name, or a .yaml, .yml or .json file. modules: the model's linear and conv2d layers;
/// none: there is no model. throws std::invalid_argument or std::runtime_error, one line: as io::TileConfig and
/// read_configuration
io::TileConfig load_tile(const std::string& argument, const std::vector<io::Module>& modules);

/// Finds out before any work whether the tiles can be made and read at these times since programming.
/// throws std::invalid_argument naming the tile: parameters that it refuses, a time that it has no model for
void require_usable(const io::TileConfig& tile, const std::vector<double>& times_s);

}  // namespace pim::app
