#pragma once

#include <string_view>

#include "registry/model/differences.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

// Which way values go.
enum class Direction {
  Input,   // Callers send them: what the old schema accepts the new one has to accept.
  Output,  // Callers get them: what the new schema allows the old one had to allow.
};

// Compares two valid JSON Schemas, each by the draft that it names, and adds the differences.
// `field` is the pointer of both. A change is compatible when it is proved that each value that
// callers may rely on is accepted still, however the schemas are written; what is not proved counts
// as breaking, and so does what is left when a schema is too intricate (20,000 comparisons, or
// proofs that cost more than the schemas' size allows). Two rules are of policy: a property that is
// new in an input is compatible where the old schema said nothing of it, and one that is gone is
// breaking, as callers who send it are not understood any more. Takes time in proportion to the
// schemas' size, but for the logarithm that finding members by name takes. Thread safe.
void diff_schemas(const Json& before, const Json& after, Direction direction, std::string_view field,
                  Differences& out);

}  // namespace toolhive::registry
