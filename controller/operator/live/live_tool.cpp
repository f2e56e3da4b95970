#include "controller/operator/live/live_tool.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"

namespace toolhive {

namespace {

constexpr std::size_t kLongestMessage = 256;
// Of all messages together. Beside them a line has some 450 bytes at most, so that a thousand lines
// stay well below what the API server takes.
constexpr std::size_t kMessagesBytes = 140'000;

constexpr std::array kStates = {ToolState::Registered, ToolState::Held, ToolState::Rejected,
                                ToolState::Deprecated};

ToolState state_named(const std::string& name) {
  const auto found =
      std::find_if(kStates.begin(), kStates.end(), [&](ToolState state) { return to_string(state) == name; });
  return found == kStates.end() ? ToolState::Registered : *found;
}

LiveTool live_tool(const Json& line) {
  return {.name = string_member(line, "name"),
          .state = state_named(string_member(line, "state")),
          .reason = string_member(line, "reason"),
          .message = string_member(line, "message"),
          .version = string_member(line, "version"),
          .contract_digest = string_member(line, "contractDigest"),
          .registered_at = string_member(line, "registeredAt"),
          .gone_since = string_member(line, "goneSince")};
}

}  // namespace

std::string_view to_string(ToolState state) {
  constexpr std::array<std::string_view, 4> kNames = {"Registered", "Held", "Rejected", "Deprecated"};
  return kNames[static_cast<std::size_t>(state)];
}

std::size_t longest_message(std::size_t lines) {
  return std::min(kLongestMessage, kMessagesBytes / std::max<std::size_t>(lines, 1));
}

Json to_json(const LiveTool& tool, std::size_t message_bytes) {
  Json line = {{"name", tool.name}, {"state", to_string(tool.state)}};
  const auto add = [&](const char* member, const std::string& text) {
    if (!text.empty()) line[member] = text;
  };
  add("reason", tool.reason);
  add("message", cleaned(tool.message, message_bytes));
  add("version", tool.version);
  add("contractDigest", tool.contract_digest);
  add("registeredAt", tool.registered_at);
  add("goneSince", tool.gone_since);
  return line;
}

std::vector<LiveTool> live_tools_of(const Json& status) {
  std::vector<LiveTool> tools;
  const Json* const lines = value_at(status, "/tools");
  if (!lines || !lines->is_array()) return tools;
  for (const Json& line : *lines)
    if (!string_member(line, "name").empty()) tools.push_back(live_tool(line));
  return tools;
}

}  // namespace toolhive
