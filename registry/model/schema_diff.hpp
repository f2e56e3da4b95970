#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/model/json.hpp"

namespace toolhive::registry {

/// Whether those who relied on the old version can go on with the new one.
enum class Compatibility { Compatible, Breaking };

/// One difference between two versions of a tool.
struct Difference {
  Compatibility compatibility = Compatibility::Compatible;
  std::string
      pointer;  ///< JSON pointer into the new version's document; into the old one's for what was removed.
  std::string keyword;  ///< The member or schema keyword that differs.
  std::string message;  ///< What became of it, in words.
};

/// Which way values go.
enum class Direction {
  Input,   ///< Callers send them: what the old schema accepts the new one has to accept.
  Output,  ///< Callers get them: what the new schema allows the old one had to allow.
};

/// Compares two valid JSON Schemas keyword by keyword and appends the differences. `field` is the pointer of both. A
/// $ref is followed into the schema it is in. A change whose effect is not known counts as breaking: a changed pattern,
/// format or $schema, a changed `if`, and what is left when a schema is too intricate (20,000 comparisons). A property
/// that is new is compatible where the old schema said nothing of other properties; one that is gone is breaking, as its
/// callers are not understood any more. Takes time in proportion to the schemas' size. Thread safe.
void diff_schemas(const Json& before, const Json& after, Direction direction, std::string_view field,
                  std::vector<Difference>& out);

}  // namespace toolhive::registry
