#pragma once

#include <string_view>

#include "registry/api/call.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// POST, PUT, PATCH and DELETE in two halves, before and after the store: both pure functions.

// Reads and checks what a request wants written.
Result<Write> read_write(const Call& call, const ToolPolicy& policy);

// The response to a write, given what the store made of it.
Response write_response(const Request& request, const Result<WriteOutcome>& result);

}  // namespace toolhive::registry
