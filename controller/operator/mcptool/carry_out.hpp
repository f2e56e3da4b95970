// The third step of a pass over an MCPTool: what was decided is done.
#pragma once

#include <optional>

#include "controller/base/context.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/operator/mcptool/decide.hpp"
#include "controller/operator/registry_access.hpp"

namespace toolhive {

struct ToolOutcome {
  kube::Object object;               // as it is then
  std::optional<ToolReport> report;  // what is to be told; absent: what was told stays
  bool answered = false;             // the registry has said what it makes of the definition
  bool registry_changed = false;     // something was registered or withdrawn that the Registry should count
  bool failed = false;               // the plan is to be tried again soon,
  Duration not_before{};             // and not before this
};

// An error is one of the API server, or one that the next pass will not meet; what a registry answers is none.
StatusOr<ToolOutcome> carry_out(const Context& ctx, kube::Client& client, RegistryAccess& access,
                                const kube::Object& object, const ToolPlan& plan);

}  // namespace toolhive
