// Approval: what a person lets an MCPTool register, and nothing else.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive::plugin {

struct Approval {
  std::string digest;            // status.offeredDigest: names the offer as a whole
  std::string resource_version;  // of the MCPTool in which it was seen
};

// Of what the MCPTool's server offers now. Invalid when there is nothing to approve, or when
// `expected` is not empty and names another offer.
StatusOr<Approval> approval_of(const Json& tool, const std::string& expected);

}  // namespace toolhive::plugin
