#pragma once

#include <string>
#include <string_view>

namespace toolhive::registry {

// Lays out compact JSON for people, over lines that are indented, with a line feed at its end. What
// the values say stays, byte for byte. The text grows tenfold at most: what is nested deeper than
// eight arrays and objects stays in one line, and so does a text of more than 1 MiB altogether.
std::string pretty_json(std::string_view compact);

}  // namespace toolhive::registry
