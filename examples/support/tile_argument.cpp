#include "support/tile_argument.hpp"

#include "support/yaml.hpp"

namespace pim::app {

io::TileConfig load_tile(const std::string& argument, const std::vector<std::string>& modules) {
  if (!argument.ends_with(".yaml") && !argument.ends_with(".yml")) return io::read_tile_config(argument, modules);
  return io::TileConfig::parse(read_configuration(argument), argument, modules);
}

}  // namespace pim::app
