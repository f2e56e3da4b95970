#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolhive::registry {

// A place in a list, which its `nextCursor` tells clients in a form that they can put into a URL as
// it is, and that means nothing to them. `list` names the kind of list: a cursor of another is
// none.

// The cursor of a place.
std::string make_cursor(std::string_view list, std::string_view place);

// The place of a cursor of this list; none for any other text.
std::optional<std::string> read_cursor(std::string_view list, std::string_view cursor);

}  // namespace toolhive::registry
