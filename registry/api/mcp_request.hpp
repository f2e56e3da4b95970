#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "controller/base/json.hpp"
#include "controller/mcp/message/json_rpc.hpp"
#include "registry/api/message.hpp"

namespace toolhive::registry {

// A request of the Model Context Protocol that may be answered.
struct McpRequest {
  // Versions before 2026-07-28 begin with initialize; those from it on say with each request what
  // the client is.
  enum class Era { Legacy, Modern };
  Era era = Era::Legacy;
  // A request or a notification.
  mcp::RpcMessage message;
};

// Why one is not answered.
struct McpRefusal {
  unsigned status = 400;  // Of HTTP.
  std::int64_t code = 0;
  std::string message;
  JsonPtr id = nullptr;    // Of the request; null where it cannot be told.
  JsonPtr data = nullptr;  // May be null.
};

// Reads a request as the transport says (2026-07-28, basic/transports/streamable-http): one
// message; where it tells a modern version, the same in headers and body, and one that is spoken
// here.
std::variant<McpRequest, McpRefusal> read_mcp_request(const Request& request);

// Whether a page that is not on this machine had a browser send the request. Such pages have no
// business here: one of an attacker, whose name is made to point to this address, would have the
// rights of whoever looks at it (DNS rebinding).
bool is_from_foreign_page(const Request& request);

}  // namespace toolhive::registry
