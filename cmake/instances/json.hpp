#pragma once
#include <string>

#include <nlohmann/json.hpp>

/// JSON's reader and writer, compiled once for programs and tests.
#ifndef PIM_INSTANCE
#define PIM_INSTANCE extern template
#endif

namespace pim::instances {
using Characters = nlohmann::detail::iterator_input_adapter<std::string::const_iterator>;
}
#define PIM_JSON_INSTANCES(Json)                                                 \
  PIM_INSTANCE class nlohmann::detail::parser<Json, pim::instances::Characters>; \
  PIM_INSTANCE class nlohmann::detail::lexer<Json, pim::instances::Characters>;  \
  PIM_INSTANCE class nlohmann::detail::serializer<Json>;                         \
  PIM_INSTANCE class nlohmann::detail::json_sax_dom_parser<Json>;                \
  PIM_INSTANCE class nlohmann::detail::json_sax_dom_callback_parser<Json>;

PIM_JSON_INSTANCES(nlohmann::json)
PIM_JSON_INSTANCES(nlohmann::ordered_json)
