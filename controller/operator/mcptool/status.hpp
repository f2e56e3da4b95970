// The last step of a pass over an MCPTool: its status, as a pure function of what is told, and what
// it remembers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/live/offer_report.hpp"
#include "controller/operator/mcptool/registration.hpp"
#include "controller/operator/server/availability.hpp"

namespace toolhive {

// What is told of an MCPTool.
struct ToolReport {
  std::int64_t generation = 0;
  ConditionValue accepted;
  ConditionValue registered;
  std::optional<RegisteredTool> tool;
  std::string registry_url;                 // of the Registry's status; empty: unknown
  std::optional<ServerReport> server = {};  // absent: it has none
  std::optional<OfferReport> offer = {};    // in place of `tool`, where its server's tools are registered
};

Json mcptool_status(const Json& before, const ToolReport& report, WallTime now);

// What a status tells of the server; none: nothing.
std::optional<ServerIdentity> told_identity(const Json& status);

// The conditions of a status; none where there is no status.
runtime::Conditions conditions_of(const Json& status);

// What a status says is registered, and for which generation: 0 unless the condition Registered is
// True.
struct RememberedTool {
  std::optional<RegisteredTool> tool;
  std::int64_t generation = 0;
};
RememberedTool remembered(const Json& status);

// Whether a status says for certain that nothing was registered, for an object that is being
// deleted: setting the time of deletion makes one generation more than the status may know of.
bool was_refused(const Json& status, std::int64_t generation);

}  // namespace toolhive
