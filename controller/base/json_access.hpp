// Reading members of documents that others wrote, whose shape is not certain.
#pragma once

#include <string>

#include "controller/base/json.hpp"

namespace toolhive {

// The text under `name`; empty when `object` is none, has no such member, or one that is no string.
// Thread-safe.
std::string string_member(const Json& object, const char* name);

// What is under the JSON pointer (RFC 6901), "/status/phase" for example; nullptr when there is
// nothing. Thread-safe.
const Json* value_at(const Json& document, const char* pointer);
// The text there; empty when there is none.
std::string text_at(const Json& document, const char* pointer);

}  // namespace toolhive
