#pragma once

#include <compare>
#include <string_view>

#include "registry/model/json.hpp"
#include "registry/model/schema_document.hpp"
#include "registry/model/schema_effect.hpp"

namespace toolhive::registry {

// Which of two numbers is greater. Integers are compared exactly; unordered when that cannot be
// told of a large integer and a fraction.
std::partial_ordering compare_numbers(const Json& one, const Json& other);

// The least number that a schema accepts, or the greatest. No value: it accepts any.
struct SchemaBound {
  const Json* value = nullptr;
  bool exclusive = false;
  std::string_view keyword;
};

// What `minimum` and `exclusiveMinimum` are together, or `maximum` and `exclusiveMaximum`.
SchemaBound bound_of(SchemaDocument& document, const Json& schema, bool lower);

// What the change of a bound does. `integers`: that no fraction is accepted on either side anyway.
Effect effect_of_bounds(const SchemaBound& before, const SchemaBound& after, bool lower, bool integers);

}  // namespace toolhive::registry
