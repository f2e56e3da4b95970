#pragma once

#include <optional>
#include <string_view>

namespace toolhive::registry {

// Whether a text has a part that matches a regular expression as JSON Schema has it (ECMA-262).
// None when that cannot be told: groups, alternatives, lookarounds, counts and whatever is beyond
// ASCII are not looked into. Takes time in proportion to the product of the two, and no more than
// both are long beyond a bound.
std::optional<bool> matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace toolhive::registry
