// LiveTool: one line of status.tools of an MCPTool whose tools a server offers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/base/json.hpp"

namespace toolhive {

enum class ToolState {
  Registered,  // the registry has what the server offers
  Held,        // the registry keeps what it had; what the server offers waits for approval
  Rejected,    // it cannot be registered
  Deprecated,  // the server does not offer it any more
};

std::string_view to_string(ToolState state);

struct LiveTool {
  std::string name;  // in the registry
  ToolState state = ToolState::Registered;
  std::string reason = {};   // UpperCamelCase; empty when there is nothing to tell
  std::string message = {};  // for people: what is the case
  std::string version = {};  // that the registry has; empty: none
  // Of what the server offers, whether it is registered or held; empty: it is to be judged anew.
  std::string contract_digest = {};
  std::string registered_at = {};
  std::string gone_since = {};  // with Deprecated: RFC 3339
  bool operator==(const LiveTool&) const = default;
};

// Of a message in a status that has so many lines, in bytes: all lines together must fit.
std::size_t longest_message(std::size_t lines);

Json to_json(const LiveTool& tool, std::size_t message_bytes);
// The lines of a status; what is none is left out.
std::vector<LiveTool> live_tools_of(const Json& status);

}  // namespace toolhive
