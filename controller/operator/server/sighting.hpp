// Sighting: what was last seen of an MCPTool's server.
#pragma once

#include <memory>

#include "controller/base/status.hpp"
#include "controller/mcp/client/offer.hpp"

namespace toolhive {

struct Sighting {
  // Null: not seen yet, not since the operator started.
  std::shared_ptr<const mcp::Offer> offer;
  Status failure;           // of the last look; ok: it succeeded, and the offer is what it saw
  bool restricted = false;  // it answered 401 or 403: alive, and not for us to read
  bool looked = false;      // some look has ended
};

}  // namespace toolhive
