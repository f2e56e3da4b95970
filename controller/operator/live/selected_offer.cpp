#include "controller/operator/live/selected_offer.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "controller/base/canonical_json.hpp"
#include "controller/base/glob.hpp"
#include "controller/base/json_access.hpp"
#include "controller/base/sha256.hpp"
#include "controller/base/text.hpp"
#include "controller/mcp/message/parameter_headers.hpp"
#include "controller/mcp/message/protocol.hpp"
#include "controller/operator/live/contract.hpp"
#include "controller/operator/live/tool_name.hpp"

namespace toolhive {

namespace {

// Of those that cannot be registered so many are named; all are counted.
constexpr std::size_t kMostRejected = 100;
constexpr std::size_t kLongestLineName = 128;

bool is_selected(const ToolsSpec& spec, const std::string& name) {
  const auto matches = [&](const std::string& glob) { return matches_glob(glob, name); };
  return (spec.include.empty() || std::any_of(spec.include.begin(), spec.include.end(), matches)) &&
         std::none_of(spec.exclude.begin(), spec.exclude.end(), matches);
}

std::map<std::string, JsonPtr> selected(const mcp::ToolList& list, const ToolsSpec& spec) {
  std::map<std::string, JsonPtr> tools;
  for (const JsonPtr& tool : list.tools) {
    const std::string name = string_member(*tool, "name");
    if (is_selected(spec, name)) tools[name] = tool;
  }
  return tools;
}

void reject(SelectedOffer& selected, const std::string& name, const char* reason, const Status& why) {
  ++selected.rejected_count;
  std::string shown = cleaned(name, kLongestLineName);
  if (shown.empty()) shown = "(no name)";
  const auto is_there = [&](const LiveTool& line) { return line.name == shown; };
  if (selected.rejected.size() == kMostRejected ||
      std::any_of(selected.rejected.begin(), selected.rejected.end(), is_there))
    return;
  selected.rejected.push_back(
      {.name = shown, .state = ToolState::Rejected, .reason = reason, .message = why.message()});
}

void take(SelectedOffer& selected, const std::string& name, const std::string& offered_name,
          const JsonPtr& tool) {
  if (selected.tools.size() == SelectedOffer::kMostTools) {
    ++selected.left_out;
    return;
  }
  selected.tools.push_back({name, offered_name, tool, contract_digest(contract_of(*tool, name))});
}

Status check_headers(const Json& tool) {
  const Json* const schema = value_at(tool, "/inputSchema");
  return schema == nullptr ? Status() : mcp::check_parameter_headers(*schema);
}

// Before the era of headers from parameters their annotation is a word like any other.
bool reads_parameter_headers(const mcp::ServerInfo& server) {
  return std::find(mcp::kModernVersions.begin(), mcp::kModernVersions.end(), server.protocol_version) !=
         mcp::kModernVersions.end();
}

std::string digest_of(const std::vector<OfferedTool>& tools) {
  Sha256Stream stream;
  stream.add("[");
  for (const OfferedTool& tool : tools) {
    if (&tool != &tools.front()) stream.add(",");
    stream.add(canonical_json(contract_of(*tool.tool, tool.offered_name)));
  }
  stream.add("]");
  return "sha256:" + to_hex(stream.finish());
}

}  // namespace

SelectedOffer select_tools(const mcp::Offer& offer, const ToolsSpec& spec, const std::string& prefix) {
  SelectedOffer out;
  out.server_version = offer.server.version;
  const auto tools = selected(offer.list, spec);
  for (const auto& [offered_name, tool] : tools) {
    const std::string name = prefix + offered_name;
    const Status fits = offered_name.empty() ? check_tool_name("") : check_tool_name(name);
    const Status headers = reads_parameter_headers(offer.server) ? check_headers(*tool) : Status();
    if (!fits.ok())
      reject(out, name, "InvalidName", fits);
    else if (!headers.ok())
      reject(out, name, "InvalidHeader", headers);
    else
      take(out, name, offered_name, tool);
  }
  out.rejected_count += offer.list.malformed;
  out.offered = static_cast<std::int64_t>(tools.size()) + offer.list.malformed;
  out.digest = digest_of(out.tools);
  return out;
}

}  // namespace toolhive
