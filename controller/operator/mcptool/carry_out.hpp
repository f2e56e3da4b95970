// The third step of a pass over an MCPTool: what was decided is done.
#pragma once

#include <optional>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/operator/live/carry_out_offer.hpp"
#include "controller/operator/mcptool/decide.hpp"
#include "controller/operator/registry_access.hpp"

namespace toolhive {

struct ToolOutcome {
  std::optional<ToolReport> report;  // what is to be told; absent: what was told stays
  // something was registered or withdrawn that the Registry should count
  bool registry_changed = false;
  bool failed = false;       // the plan is to be tried again soon,
  Duration not_before{};     // and not before this
  bool unlisted = false;     // so is the listing of the server alone: all else is done
  bool unfinished = false;   // there is more to do than one pass does
  bool wants_offer = false;  // what the server offers is needed, and is not at hand
  std::vector<OfferEvent> events = {};
};

// What a registry answers is no error.
StatusOr<ToolOutcome> carry_out(const Context& ctx, RegistryAccess& access, const ToolPlan& plan);

}  // namespace toolhive
