#pragma once
#include <filesystem>
#include <string>

#include <pim/io/json_file.hpp>

/// YAML configurations as JSON values, for the library's readers, which know JSON only.
namespace pim::app {

/// The one document of a YAML text; `source` is its name in messages.
/// throws std::runtime_error "source:line:column: what" when it is not YAML, has a key twice in one object, an unknown
///        tag, a number out of range, no document or several
io::Json yaml_to_json(const std::string& text, const std::string& source);

/// Reads a configuration: .json as JSON, .yaml and .yml as YAML.
/// throws std::runtime_error naming the file: another ending, and as read_json and yaml_to_json
io::Json read_configuration(const std::filesystem::path& path);

}  // namespace pim::app
