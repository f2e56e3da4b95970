#pragma once

#include <string_view>

#include "registry/api/call.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// The writes of the official registry API (/v0.1) in two halves, before and after the store: pure
// functions.

// Reads and checks what a request wants written: a publication, an edit, a deletion or a change of
// status.
Result<Write> read_server_write(const Call& call, const ToolPolicy& policy);

// The response, given what the store made of it and the servers there are then.
Response server_write_response(const Call& call, const Result<WriteOutcome>& result, const Index& index);

// POST /v0.1/validate: everything that is wrong with a server.json, without publishing it.
Response validate_server(const Request& request, const ToolPolicy& policy);

}  // namespace toolhive::registry
