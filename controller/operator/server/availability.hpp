// ServerReport: what a status tells of an MCPTool's server. Pure.
#pragma once

#include <optional>
#include <string>

#include "controller/operator/condition_value.hpp"
#include "controller/operator/server/hearing.hpp"
#include "controller/operator/server/sighting.hpp"
#include "crds/mcptool_server.hpp"

namespace toolhive {

// status.server.
struct ServerIdentity {
  std::string name;
  std::string version;
  std::string protocol;
  std::string url;
};

struct ServerReport {
  // The condition ServerAvailable; absent: what was told stays, for the generation it was told for.
  std::optional<ConditionValue> available;
  std::optional<ServerIdentity> identity;  // absent: what was told stays
  bool listens = false;                    // it is to be listened to; else there is no condition of that
  std::optional<ConditionValue> listening = {};  // the condition Listening; absent: what was told stays
};

// `told` is the condition as it stands; nullptr: there is none. As long as the cause of a failure
// is the same, its message stays as it was first told: a server that words it anew each time would
// have a status written each time.
ServerReport report_server(const std::string& url, const Sighting& sighting, const runtime::Condition* told);
// The condition Listening of a server that is to be listened to; `told` is the condition as it
// stands, of which the message stays while the reason is the same. Absent: what was told stays.
std::optional<ConditionValue> report_hearing(const Hearing& hearing, const runtime::Condition* told);
// Of a server that is not to be looked at.
ServerReport report_disabled_probe();

}  // namespace toolhive
