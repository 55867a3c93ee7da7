#pragma once
#include <nlohmann/json.hpp>

namespace pim::io {

using Json = nlohmann::json;                 ///< what is read; keys in alphabetical order
using OrderedJson = nlohmann::ordered_json;  ///< what is written for people; keys in the order they were set

}  // namespace pim::io
