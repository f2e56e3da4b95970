// SelectedOffer: what a server offers of what an MCPTool takes from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/mcp/client/offer.hpp"
#include "controller/operator/live/live_tool.hpp"
#include "crds/mcptool_contract.hpp"

namespace toolhive {

struct OfferedTool {
  std::string name;          // in the registry
  std::string offered_name;  // as the server has it
  JsonPtr tool;              // as the server sent it
  std::string contract_digest;
};

struct SelectedOffer {
  static constexpr std::size_t kMostTools = 1'000;

  std::vector<OfferedTool> tools;  // in the order of their names, each once
  std::vector<LiveTool> rejected;  // those that no registry can have; of many the first
  std::string server_version;
  // "sha256:" and the SHA-256 of the canonical form of the contracts of `tools`, under the names
  // that the server gives them and in the order of these: what an approval names.
  std::string digest;
  std::int64_t offered = 0;         // that are selected, whatever becomes of them
  std::int64_t rejected_count = 0;  // those that were no tools at all included
  std::int64_t left_out = 0;        // in order, but more than kMostTools
};

// Of a name that is there twice the last one counts, as a list may change while it is read.
SelectedOffer select_tools(const mcp::Offer& offer, const ToolsSpec& spec, const std::string& prefix);

}  // namespace toolhive
