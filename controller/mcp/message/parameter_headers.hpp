// The headers that a tool asks for: `x-mcp-header` of its parameters.
#pragma once

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive::mcp {

// Whether an inputSchema names its headers as the protocol asks (2026-07-28, "Streamable HTTP",
// "Schema Extension"): by tokens, each once, on strings, integers and booleans that are reached
// through `properties` alone. Invalid, with the place as a JSON pointer, otherwise: clients leave
// such a tool out. What is nested as deep as a message may be is looked at. Thread-safe.
Status check_parameter_headers(const Json& input_schema);

}  // namespace toolhive::mcp
