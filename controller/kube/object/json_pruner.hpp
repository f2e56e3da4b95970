// JSON text without what is nested deeply. Internal to the library.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace toolhive::kube {

// `text` with null in place of each object and array that more than `depth` others hold. Nothing
// when the brackets of what is kept are not balanced; all else is copied unchecked. Time and
// memory are in proportion to the size of the text, times the depth.
std::optional<std::string> prune_json(std::string_view text, std::size_t depth);

}  // namespace toolhive::kube
