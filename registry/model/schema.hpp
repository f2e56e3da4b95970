#pragma once

#include <cstddef>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

struct SchemaLimits {
  // Schemas inside schemas.
  std::size_t depth = 32;
  // Schemas altogether, the root included.
  std::size_t subschemas = 2000;
};

// Checks that `schema` is a valid JSON Schema of the draft its `$schema` names (2020-12 by default;
// 2019-09, draft-07, -06 and -04 are known), within the limits, and that each `$ref` leads to a
// place within it. Nothing is fetched from anywhere. Regular expressions (`pattern`,
// `patternProperties`) are stored but not compiled: the check takes time in proportion to the size,
// whether it finds something wrong or not.
//
// Invalid with the JSON pointer of the place, `field` being the pointer of the schema itself.
// Thread safe.
Result<void> check_schema(const Json& schema, std::string_view field, const SchemaLimits& limits = {});

}  // namespace toolhive::registry
