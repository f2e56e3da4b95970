// OfferTask: what one pass over a server's tools stands on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/mcp/client/offer.hpp"
#include "controller/operator/live/live_tool.hpp"
#include "controller/operator/registry_client.hpp"
#include "crds/mcptool_contract.hpp"

namespace toolhive {

// What the status says of the offer that was taken in last.
struct RememberedOffer {
  std::vector<LiveTool> tools;
  std::string digest;           // empty: none was taken in as a whole
  std::int64_t offered = 0;     // tools that were selected
  std::int64_t rejected = 0;    // of them
  std::int64_t generation = 0;  // of the spec that judged it
};
RememberedOffer remembered_offer(const Json& status);

struct OfferTask {
  ToolsSpec tools;
  std::string prefix;
  ContractSpec contract;
  std::string approved;       // the digest that an annotation approves; empty: none
  JsonPtr declared;           // the definition beside the server; null: none
  std::string declared_name;  // of the tool that is held to it, as the server has it
  ManagedBy manager;
  std::string server;  // as the registry lists it; empty: it does not
  std::int64_t generation = 0;
  RememberedOffer before;
  std::shared_ptr<const mcp::Offer> offer;  // null: not at hand
  bool offer_was_missed = false;            // it is known to be another, and is not at hand
};

}  // namespace toolhive
