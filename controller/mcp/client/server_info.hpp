// What a server says of itself, read from what it answered.
#pragma once

#include <cstddef>
#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/client/offer.hpp"

namespace toolhive::mcp {

// From a DiscoverResult, of a server that is spoken to in `version`. Texts are cleaned and cut to
// `longest_text` bytes.
ServerInfo discovered_server(const Json& result, const std::string& version, std::size_t longest_text);
// From an InitializeResult. Invalid when the version that the server chose is none of this
// client's.
StatusOr<ServerInfo> initialized_server(const Json& result, std::size_t longest_text);

}  // namespace toolhive::mcp
