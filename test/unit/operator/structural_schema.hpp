// What an API server says to a value under a structural schema.
#pragma once

#include <string>

#include "controller/base/json.hpp"

namespace toolhive::test {

// Where `value` breaks `schema`, as a dotted path with the keyword that refuses it; empty when it
// is taken. Members that the schema does not have are refused, as under strict field validation.
// The rules in CEL are not read.
std::string structural_refusal(const Json& schema, const Json& value);

}  // namespace toolhive::test
