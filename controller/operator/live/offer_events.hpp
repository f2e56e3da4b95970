// What the users of an MCPTool are told of a pass over its server's tools.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/operator/live/carry_out_offer.hpp"
#include "controller/operator/live/tool_step.hpp"

namespace toolhive {

// ContractBroken for each tool whose contract broke in this pass (of many the first), and one
// ToolsChanged for what else was done.
std::vector<OfferEvent> offer_events(const RememberedOffer& before, const std::vector<LiveTool>& lines,
                                     const ToolChanges& changes,
                                     const std::map<std::string, std::string>& renames);

}  // namespace toolhive
