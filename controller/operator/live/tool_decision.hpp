// Deciding about one tool of a server. Pure.
#pragma once

#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/live/live_tool.hpp"
#include "controller/operator/live/selected_offer.hpp"
#include "controller/operator/registry_client.hpp"
#include "crds/mcptool_contract.hpp"

namespace toolhive {

// One tool, as all sides know it. What it points to must outlive it.
struct ToolCase {
  std::string name;
  const OfferedTool* offered = nullptr;       // null: the server does not offer it (any more)
  const RegistryEntry* registered = nullptr;  // its latest version; null: the MCPTool has none
  const LiveTool* remembered = nullptr;       // what the status says of it
  JsonPtr declared;                           // what it is held to instead of what is registered
};

// What holds of a whole offer.
struct OfferRules {
  ContractSpec::Mode mode = ContractSpec::Mode::Report;
  bool approved = false;   // exactly this offer is
  bool trusted = false;    // it is the first one, and that is taken as it is
  bool as_before = false;  // what is remembered was judged by the same spec
  bool has_told = false;   // an offer was told before, so that what was registered is remembered
  std::string uid;         // of the MCPTool
  std::chrono::seconds withdraw_after{};
  WallTime now;
};

struct ToolDecision {
  enum class Action {
    Leave,     // nothing
    Compare,   // ask the registry what the change from `from` means, and decide again
    Register,  // what is offered
    Deprecate,
    Restore,   // take back that it is deprecated
    Withdraw,  // and tell it no more
    Forget,    // tell it no more
  };
  Action action = Action::Leave;
  JsonPtr from = {};  // with Compare
  LiveTool told;      // the line of the status, once that is done
};

// `comparison` is the answer to Compare.
ToolDecision decide_tool(const ToolCase& tool, const OfferRules& rules,
                         const std::optional<ContractComparison>& comparison);

// What stands for a comparison that the registry cannot make.
ContractComparison comparison_in_lieu(const ToolCase& tool);

// The digest of the contract that is registered.
const std::string& contract_digest_of(const RegistryEntry& entry);

// With what the registry tells users of a tool that is gone, and how that is known again.
std::string gone_message(const std::string& who);
bool is_deprecated_as_gone(const RegistryEntry& entry);

}  // namespace toolhive
