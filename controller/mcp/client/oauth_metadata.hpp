// Where an authorization server gives tokens, as its metadata says. Internal.
#pragma once

#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/http/http_client.hpp"

namespace toolhive::mcp {

// The token endpoint of an issuer: from the documents of RFC 8414 and OpenID Connect Discovery, in
// the order that MCP gives (2026-07-28, "Authorization Server Metadata Discovery"). NotFound when
// there is none of them; Invalid when one is another issuer's.
StatusOr<std::string> find_token_endpoint(const Context& ctx, const HttpClient& http,
                                          const std::string& issuer);

}  // namespace toolhive::mcp
