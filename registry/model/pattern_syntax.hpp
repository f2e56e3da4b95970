#pragma once

#include <string_view>

namespace toolhive::registry {

// What keeps a text from being a regular expression, in a few words ("has a ( without its )");
// empty when nothing is found. Finds what no program compiles that knows ECMA-262: brackets that do
// not pair, a repetition of nothing, a backslash at the end. What one dialect has and another has
// not is left to who uses it. Takes time in proportion to the text.
std::string_view pattern_flaw(std::string_view pattern);

}  // namespace toolhive::registry
