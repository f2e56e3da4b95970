// The second step of a pass over an MCPTool: what is to be done, and what is to be told. Pure.
#pragma once

#include <optional>
#include <string>

#include "controller/operator/live/listed_server.hpp"
#include "controller/operator/live/offer_task.hpp"
#include "controller/operator/mcptool/observe.hpp"
#include "controller/operator/mcptool/registration.hpp"
#include "controller/operator/mcptool/status.hpp"

namespace toolhive {

struct ToolPlan {
  enum class Action {
    Leave,      // nothing, and what was told stays true
    Tell,       // the report alone
    Wait,       // the report, and another look soon: what is to be done first is not possible yet
    Register,   // bring the definition into the registry, and tell how that went
    TakeOffer,  // bring what the server offers into the registry, and tell how that went
    GiveUp,     // take out what is registered, for somebody else has the name, and tell that
    Withdraw,   // take out what is registered, then let the object go
    LetGo,      // let the object go
  };

  Action action = Action::Tell;
  ToolReport report;
  std::optional<NameClaim> claim;
  RegistryEndpoint endpoint;         // of the registry
  ManagedBy manager;                 // as whom the registry knows this MCPTool
  std::optional<WantedTool> wanted;  // with Register
  std::optional<OfferTask> offer;    // with TakeOffer
  // How the registry is to list the server; absent: it was not seen yet.
  std::optional<ListedServer> server;
  RememberedTool known;     // what was registered when it was last told
  bool had_server = false;  // with Register: tools of a server may be registered besides
  // that is of this very generation: an outage changes nothing about it
  bool stands = false;
  std::string why;   // with Withdraw and LetGo: for the log
  Duration again{};  // look again after this; zero: when something changes
};

ToolPlan decide(const ToolObservation& observed);

// Whether what is registered of the MCPTool is to be taken out before it may go.
bool needs_withdrawal(const kube::Ref<MCPTool>& tool);

// What is told of an MCPTool that cannot be let go because its tool cannot be withdrawn.
ConditionValue withdrawal_pending(const std::string& why);

}  // namespace toolhive
