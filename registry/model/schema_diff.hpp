#pragma once

#include <string_view>

#include "registry/model/differences.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

/// Which way values go.
enum class Direction {
  Input,   ///< Callers send them: what the old schema accepts the new one has to accept.
  Output,  ///< Callers get them: what the new schema allows the old one had to allow.
};

/// Compares two valid JSON Schemas keyword by keyword and adds the differences. `field` is the
/// pointer of both. A $ref is followed into the schema it is in. A change whose effect is not known
/// counts as breaking: a changed pattern, format or $schema, a changed `if`, and what is left when
/// a schema is too intricate (20,000 comparisons, or references that lead to the same large parts
/// over and over). A property that is new is compatible where the old schema said nothing of other
/// properties; one that is gone is breaking, as its callers are not understood any more.
/// Takes time in proportion to the schemas' size, but for the logarithm that finding members by
/// name takes. Thread safe.
void diff_schemas(const Json& before, const Json& after, Direction direction, std::string_view field,
                  Differences& out);

}  // namespace toolhive::registry
