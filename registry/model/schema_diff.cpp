#include "registry/model/schema_diff.hpp"

#include <nlohmann/json.hpp>

#include "registry/model/schema_comparison.hpp"

namespace toolhive::registry {

void diff_schemas(const Json& before, const Json& after, Direction direction, std::string_view field,
                  Differences& out) {
  if (before != after) SchemaComparison(before, after, direction, field, out).run();
}

}  // namespace toolhive::registry
