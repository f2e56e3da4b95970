// Objects without what might let somebody in.
#pragma once

#include "controller/base/json.hpp"

namespace toolhive::plugin {

// An object as the API server gave it without what redacted_text() takes from texts, the values of
// environment variables, members and flags with secret names, all values of HTTP headers, and what
// was applied last, which repeats all of them. Thread-safe.
Json redacted_object(const Json& object);

}  // namespace toolhive::plugin
