// Which addresses the servers of MCPTools may have.
#pragma once

#include <string>
#include <vector>

#include "controller/base/status.hpp"
#include "controller/mcp/http/address_policy.hpp"

namespace toolhive {

// What the flags --server-allow and --server-deny say, and the addresses of the API server at `url`
// denied, which must be reached with no URL of a stranger. Unavailable when its name has none now;
// Invalid names the block that cannot be read.
StatusOr<mcp::AddressRules> server_addresses(const std::string& url, std::vector<std::string> allowed,
                                             std::vector<std::string> denied);

}  // namespace toolhive
