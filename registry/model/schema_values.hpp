#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "registry/model/json.hpp"
#include "registry/model/schema_document.hpp"

namespace toolhive::registry {

// A text that equal values share, and others do not as long as the value is an exact one: canonical
// texts round integers that are no doubles.
std::string text_of_value(const Json& value);
bool is_exact_value(const Json& value);

// The values that a schema lists, as canonical texts: what `enum` and `const` have in common, or
// what the alternatives do of which each is such a list and nothing else.
struct SchemaValues {
  std::set<std::string> texts;
  std::set<std::string> types;  // Of the values.
  std::string_view keyword;     // The one that lists them.
};

// None when the schema lists no values.
std::optional<SchemaValues> values_of(SchemaDocument& document, const Json& schema);

// The types that a schema accepts. `number` is the fractions, with `integer` beside it.
std::set<std::string> types_of(SchemaDocument& document, const Json& schema,
                               const std::optional<SchemaValues>& values);

// Whether no value matches two of the alternatives: each has types of its own, or they are objects
// with values of their own in a property that they all require. False when that cannot be told.
bool are_disjoint(SchemaDocument& document, const Json& alternatives);

}  // namespace toolhive::registry
