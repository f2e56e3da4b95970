#pragma once

#include "registry/model/json.hpp"
#include "registry/model/schema.hpp"

namespace toolhive::registry {

/// Whether `schema` is certainly a valid JSON Schema of draft 2020-12 within the limits: it uses keywords of that
/// draft only, each as the draft wants it, and its references lead to its own $defs. False means that it takes a
/// closer look to know. Most schemas of tools are plain, and this takes a hundredth of the time of that look.
bool is_plain_schema(const Json& schema, const SchemaLimits& limits);

}  // namespace toolhive::registry
