#pragma once

#include "registry/model/json.hpp"

namespace toolhive::registry::test {

// What another implementation, jsoncons, says of schemas. It is thorough and slow: some keywords
// cost it time with the square of their size.

// Whether the schema that a draft has of itself accepts this one; its `$schema` names the draft,
// 2020-12 when there is none.
bool is_valid_by_draft(const Json& schema);

// Whether each reference in it leads to something in it.
bool resolves(const Json& schema);

}  // namespace toolhive::registry::test
