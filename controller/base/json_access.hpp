// Reading members of documents that others wrote, whose shape is not certain.
#pragma once

#include <string>

#include "controller/base/json.hpp"

namespace toolhive {

// The text under `name`; empty when `object` is none, has no such member, or one that is no string. Thread-safe.
std::string string_member(const Json& object, const char* name);

}  // namespace toolhive
