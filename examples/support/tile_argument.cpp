#include "support/tile_argument.hpp"

#include <stdexcept>

#include <pim/kernel/library_matmul.hpp>
#include <pim/tile/conditions.hpp>

#include "support/yaml.hpp"

namespace pim::app {

io::TileConfig load_tile(const std::string& argument, const std::vector<io::Module>& modules) {
  if (!argument.ends_with(".yaml") && !argument.ends_with(".yml")) return io::read_tile_config(argument, modules);
  return io::TileConfig::parse(read_configuration(argument), argument, modules);
}

void require_usable(const io::TileConfig& tile, const std::vector<double>& times_s) {
  try {
    (void)tile.transformed([&](const tile::AnyParams& params) {
      (void)kernel::library_matmul(params);
      for (const double t_s : times_s) (void)tile::at_time(params, t_s);
      return params;
    });
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("--tile " + tile.name() + ": " + error.what());
  }
}

}  // namespace pim::app
