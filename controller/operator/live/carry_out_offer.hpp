// A pass over the tools of one server: what is offered is compared with what is registered, and the
// registry is brought to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/operator/live/offer_report.hpp"
#include "controller/operator/live/offer_task.hpp"
#include "controller/operator/registry_client.hpp"

namespace toolhive {

// What users of the MCPTool are told once.
struct OfferEvent {
  bool warning = false;
  std::string reason;
  std::string note;
};

struct OfferOutcome {
  OfferReport report;
  std::vector<OfferEvent> events;
  Status failure;            // the registry could not be asked: try again
  bool wrote = false;        // something was registered or withdrawn
  bool unfinished = false;   // there is more to do than one pass does: go on soon
  bool wants_offer = false;  // the offer is needed, and is not at hand
};

// Of one list, and a bounded number of other calls. Interrupted anywhere and done again it comes to
// the same end. What the registry answers about one tool is that tool's alone.
OfferOutcome carry_out_offer(const Context& ctx, RegistryApi& registry, const OfferTask& task);

// Takes out of the registry all that the resource has there, but for the tool `kept`; what is
// somebody else's by now stays.
Status withdraw_all(const Context& ctx, RegistryApi& registry, const ManagedBy& manager,
                    std::string_view kept = {});

}  // namespace toolhive
